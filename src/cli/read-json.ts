import { UsageError } from './exit-codes.ts'

/** An object, as a flag takes it. */
export function readJsonObject(flag: string, written: string): Readonly<Record<string, unknown>> {
  let read: unknown
  try {
    read = JSON.parse(written)
  } catch {
    throw new UsageError(`${flag} is not JSON: ${written.slice(0, 80)}`)
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new UsageError(`${flag} must be an object, like {"name": "value"}: ${written.slice(0, 80)}`)
  return read as Readonly<Record<string, unknown>>
}
