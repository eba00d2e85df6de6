import { afterEach } from 'vitest'

/** Notes whether a test of this file failed, for `drop()` in database.ts: the database of a failed file is evidence. */
const failed = Symbol.for('bayar.test.file-failed')

afterEach(({ task }) => {
  if (task.result?.state === 'fail') (globalThis as Record<symbol, unknown>)[failed] = true
})

export function thisFileFailed(): boolean {
  return (globalThis as Record<symbol, unknown>)[failed] === true
}
