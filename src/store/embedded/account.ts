import { chownSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * PostgreSQL refuses to run as root, and containers run everything as root. So root starts it as another account:
 * the owner of the data if there is any, else `nobody`. Everyone else runs it as themselves.
 */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export const nobody: Account = { uid: 65534, gid: 65534 }

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The account for a data folder, or null for "as we are". */
export function accountFor(data: string): Account | null {
  if (!isRoot()) return null
  const owner = statSync(data, { throwIfNoEntry: false })
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : nobody
}

/** Whether the account may walk down to this folder. A clone in root's home (0700) is out of `nobody`'s reach. */
export function canReach(folder: string, account: Account | null): boolean {
  if (account === null) return true
  for (let at = folder; ; at = dirname(at)) {
    const stat = statSync(at, { throwIfNoEntry: false })
    if (stat) {
      const searchBit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
      if ((stat.mode & searchBit) === 0) return false
    }
    if (dirname(at) === at) return true
  }
}

/** What root writes into the folder of somebody else stays readable for that somebody, who comes without root next time. */
export function leaveToOwner(file: string): void {
  if (!isRoot()) return
  const owner = statSync(dirname(file))
  chownSync(file, owner.uid, owner.gid)
}
