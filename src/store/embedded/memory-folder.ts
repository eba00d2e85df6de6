import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const SHARED_MEMORY = '/dev/shm'
/** What statfs(2) calls a file system that is memory. */
const TMPFS = 0x01021994
/** A test run fills a tenth of it. A container's 64 MiB are not enough. */
const LEAST_FREE_BYTES = 4 * 1024 ** 3

/**
 * Where the data of a server goes that nobody will miss: into memory, where there is room. Each test file makes a database of some hundred files and drops it again; on a disk, finding
 * places for them costs as much time as the tests. Where somebody has set another folder for such things, it goes there.
 */
export function throwawayBase(): string {
  if (tmpdir() !== '/tmp') return tmpdir()
  try {
    const { type, bavail, bsize } = statfsSync(SHARED_MEMORY)
    accessSync(SHARED_MEMORY, constants.W_OK)
    return type === TMPFS && bavail * bsize >= LEAST_FREE_BYTES ? SHARED_MEMORY : tmpdir()
  } catch {
    // Not on this system.
    return tmpdir()
  }
}
