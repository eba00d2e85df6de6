import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BayarError } from '../../errors.ts'

/**
 * A folder of ours in /var/tmp, for what may not lie in the project: there `nobody` can reach it.
 *
 * Everybody may write to /var/tmp, so a stranger could have made the folder first and would then own our database or
 * hand us his binaries. Only a real folder that belongs to this user and that nobody else may write to is taken.
 */
export function sharedFolder(name: string): string {
  const uid = process.getuid?.() ?? 0
  const folder = join('/var/tmp', `bayar-${uid}-${name}`)
  try {
    mkdirSync(folder, { mode: 0o711 })
    chmodSync(folder, 0o711) // the umask may have taken the search bits away
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const stat = lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o022) !== 0) {
    throw new BayarError(
      'database_not_started',
      `${folder} exists and is not this user's own folder: remove it.`,
    )
  }
  return folder
}
