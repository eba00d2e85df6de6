import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BayarError } from '../../errors.ts'
import { identityOf, isStillRunning } from './process-identity.ts'

/**
 * A lock between processes: a folder that holds one file, named after its holder.
 *
 * The folder is prepared under another name and moved into place, so it is never seen empty by accident. A holder
 * that died is recognised by its file's name; breaking its lock removes *that file*, which cannot hit a newer
 * holder's, and an empty folder may be replaced by whoever comes first. Two breakers at once are therefore harmless.
 */
export interface Lock {
  release(): void
}

const waitSecondsMax = 180
let made = 0

export async function acquireLock(folder: string): Promise<Lock> {
  const deadline = performance.now() + waitSecondsMax * 1000
  for (;;) {
    const lock = tryLock(folder)
    if (lock) return lock
    if (performance.now() > deadline) {
      throw new BayarError(
        'database_not_started',
        `${folder} has been held by ${holders(folder)} for ${waitSecondsMax} s.`,
      )
    }
    await pause(25)
  }
}

/** One try, without waiting: for `process.on('exit')`, where nothing can be awaited. */
export function tryLock(folder: string): Lock | null {
  made += 1
  const name = `${identityOf(process.pid)}.${made}`
  const prepared = `${folder}.${name}`
  mkdirSync(prepared, { mode: 0o700 })
  writeFileSync(join(prepared, name), '')
  if (moveIntoPlace(prepared, folder) || (breakDeadLocks(folder) && moveIntoPlace(prepared, folder))) {
    return {
      release() {
        ignoring(['ENOENT'], () => unlinkSync(join(folder, name)))
        ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(folder))
      },
    }
  }
  rmSync(prepared, { recursive: true, force: true })
  return null
}

function moveIntoPlace(prepared: string, folder: string): boolean {
  // Windows answers EPERM or EACCES where POSIX says that the folder exists.
  const held =
    process.platform === 'win32' ? ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'] : ['ENOTEMPTY', 'EEXIST']
  return ignoring(held, () => renameSync(prepared, folder))
}

function breakDeadLocks(folder: string): boolean {
  for (const name of holders(folder)) {
    if (isStillRunning(name)) return false
    ignoring(['ENOENT'], () => unlinkSync(join(folder, name)))
  }
  ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(folder))
  return true
}

function holders(folder: string): string[] {
  let names: string[] = []
  ignoring(['ENOENT'], () => {
    names = readdirSync(folder)
  })
  return names
}

function ignoring(codes: readonly string[], work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
