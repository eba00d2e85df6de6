import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, isStillRunning } from './process-identity.ts'

/**
 * Who uses a server: one file for each process and use. The last to leave turns off the light; those that were
 * killed and could not sign out are recognised by their name and not counted. Joined and left under the lock.
 */
export interface Membership {
  leave(): 'last' | 'others remain'
}

let joined = 0

export function joinUsers(folder: string): Membership {
  joined += 1
  const own = `${identityOf(process.pid)}.${joined}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, own), '')
  return {
    leave() {
      rmSync(join(folder, own), { force: true })
      return others(folder).length === 0 ? 'last' : 'others remain'
    },
  }
}

function others(folder: string): string[] {
  try {
    const names = readdirSync(folder)
    const gone = names.filter((name) => !isStillRunning(name))
    for (const name of gone) rmSync(join(folder, name), { force: true })
    return names.filter((name) => !gone.includes(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // the home was removed while we ran
    throw error
  }
}
