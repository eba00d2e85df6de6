import { parseJakartaTime } from '../domain/jakarta-time.ts'

/** An instant as people type it. Without a zone it is Jakarta's, like every time of Midtrans's; a date alone is its beginning. */
export function readInstant(text: string): Date | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseJakartaTime(`${text} 00:00:00`)
  if (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(text)) return parseJakartaTime(`${text}:00`)
  return parseJakartaTime(text)
}
