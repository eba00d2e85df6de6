import { readFileSync } from 'node:fs'

/**
 * Names a running process so that it is not mistaken for a later one. A pid alone is not enough: containers hand out
 * the same small pids after every restart, and a lock held by "pid 7" would then be held for ever. Linux also tells
 * when the process started; elsewhere the pid has to do.
 */
export function identityOf(pid: number): string | null {
  if (process.platform === 'linux') return linuxIdentityOf(pid)
  return isAlive(pid) ? `${pid}.0` : null
}

/** Whether the process that once had this identity is still the one running. */
export function isStillRunning(identity: string): boolean {
  const [pid, startedAt] = identity.split('.')
  return identityOf(Number(pid)) === `${pid}.${startedAt}`
}

/** `kill(pid, 0)`: EPERM means that it lives and belongs to somebody else. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return linuxIdentityOf(pid) !== null
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function linuxIdentityOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid < 1) return null
  try {
    // The second field is the command in brackets and may itself hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, startedAt] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? null : `${pid}.${startedAt}`
  } catch {
    return null
  }
}
