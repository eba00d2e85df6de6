import { redact } from '../gateway/redact.ts'

/** One line a thing. Fields are ids, codes and counts: never a key, a signature, a card number, a token or a customer's contact. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  info(what: string, fields?: LogFields): void
  warn(what: string, fields?: LogFields): void
  error(what: string, fields?: LogFields): void
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }

/** JSON lines, for machines to collect. */
export function jsonLog(write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const line =
    (level: string) =>
    (what: string, fields: LogFields = {}) =>
      write(`${JSON.stringify({ at: new Date().toISOString(), level, what, ...fields })}\n`)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}

/** What may be said of an error that we did not make. A handler may put a customer's address into its message. */
export function reasonOf(error: unknown): string {
  const reason = redact(textOf(error)).replaceAll('\u0000', '')
  // Cut in the middle of a character it would be no text for a database any more.
  return reason.slice(0, 500).toWellFormed()
}

/** Anything can be thrown, also what cannot be turned into text. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return 'something that is no text was thrown'
  }
}
