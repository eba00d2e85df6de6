import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquireLock, tryLock } from './lock.ts'
import { identityOf } from './process-identity.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bayar-lock-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('one at a time, and nothing is left after the last', async () => {
  const path = join(folder, 'lock')
  let inside = 0
  let most = 0
  const turn = async () => {
    const lock = await acquireLock(path)
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside -= 1
    lock.release()
  }
  await Promise.all(Array.from({ length: 20 }, turn))
  expect(most).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['a process that is gone', '999999999.1.1'],
  ['an earlier process with our pid', `${process.pid}.1.1`],
])('the lock of %s is broken', async (_, holder) => {
  const path = join(folder, 'lock')
  mkdirSync(path)
  writeFileSync(join(path, holder), '')
  const lock = tryLock(path)
  expect(lock).not.toBeNull()
  expect(tryLock(path)).toBeNull()
  lock?.release()
})

test('the lock of a living process is respected', () => {
  const path = join(folder, 'lock')
  mkdirSync(path)
  writeFileSync(join(path, `${identityOf(process.ppid)}.1`), '')
  expect(tryLock(path)).toBeNull()
  expect(readdirSync(folder)).toEqual(['lock'])
})
