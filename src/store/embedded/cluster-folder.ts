import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { BayarError } from '../../errors.ts'
import { type Account, accountFor, canReach, isRoot, leaveToOwner } from './account.ts'
import { sharedFolder } from './shared-folder.ts'

/**
 * What one cluster keeps on disk, all under `<home>/postgres`:
 *
 *   server.json   password, port and where the data is; only this user may read it
 *   postgres.log  what the server says
 *   users/        one file for each process that uses the server
 *   lock/         held while it is started, joined or stopped
 *   data/         the data, unless the account that runs the server cannot reach or own it there: then it lies in
 *                 /var/tmp/bayar-<uid>-<hash of home>/data, and server.json points to it
 */
export interface ClusterFolder {
  readonly folder: string
  readonly log: string
  readonly users: string
  readonly lock: string
}

export interface ClusterState {
  readonly data: string
  readonly password: string
  readonly port: number
}

export function openClusterFolder(home: string): ClusterFolder {
  mkdirSync(home, { recursive: true })
  const folder = join(realpathSync(home), 'postgres')
  mkdirSync(join(folder, 'users'), { recursive: true })
  // Root's server runs as another account, which must be able to walk through to `data`; nobody may list it.
  chmodSync(folder, isRoot() ? 0o711 : 0o700)
  return {
    folder,
    log: join(folder, 'postgres.log'),
    users: join(folder, 'users'),
    lock: join(folder, 'lock'),
  }
}

/** Call under the lock. `data` is relative in the file when it lies inside, so that the project can be moved. */
export function readState(cluster: ClusterFolder): ClusterState | null {
  const file = join(cluster.folder, 'server.json')
  if (!existsSync(file)) return null
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as ClusterState
    const data = state.data === 'data' ? join(cluster.folder, 'data') : state.data
    if (!existsSync(dirname(data))) return null // cleaned away by the system
    // A copied project still points at the original's data. Two servers' worth of work on one database, and a
    // reset of one that empties the other: so the copy begins its own.
    if (state.data !== 'data' && belongsTo(data) !== cluster.folder) {
      if (existsSync(belongsTo(data))) return null
      writeFileSync(noteOf(data), cluster.folder) // it is the original, moved
    }
    return { ...state, data }
  } catch (cause) {
    throw new BayarError(
      'database_not_started',
      `${file} cannot be read. Remove ${cluster.folder} to begin with an empty database.`,
      { cause },
    )
  }
}

export function writeState(cluster: ClusterFolder, state: ClusterState): void {
  const data = state.data === join(cluster.folder, 'data') ? 'data' : state.data
  const file = join(cluster.folder, 'server.json')
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...state, data }, null, 2)}\n`, { mode: 0o600 })
  leaveToOwner(`${file}.new`)
  renameSync(`${file}.new`, file)
}

/** Call under the lock: chooses where the data goes and a password; nothing of an older cluster is kept. */
export function newState(cluster: ClusterFolder): ClusterState {
  const state = { data: chooseData(cluster), password: newPassword(), port: stablePort(cluster.folder) }
  writeState(cluster, state)
  return state
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/** An empty folder that belongs to the account and is closed to others; null where the file system cannot do that. */
export function makeDataFolder(folder: string, account: Account | null): string | null {
  try {
    mkdirSync(folder, { mode: 0o700 })
    if (process.platform === 'win32') return folder
    chmodSync(folder, 0o700)
    if (account) chownSync(folder, account.uid, account.gid)
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  const stat = statSync(folder)
  const owner = account?.uid ?? process.getuid?.()
  if (stat.uid === owner && (stat.mode & 0o777) === 0o700) return folder
  rmSync(folder, { recursive: true })
  return null
}

function chooseData(cluster: ClusterFolder): string {
  const inside = join(cluster.folder, 'data')
  const account = accountFor(inside)
  // With no server.json the password of anything left here is lost, and with it the use of the data.
  rmSync(inside, { recursive: true, force: true })
  if (canReach(cluster.folder, account)) {
    const probe = makeDataFolder(join(cluster.folder, 'probe'), account)
    if (probe) {
      rmSync(probe, { recursive: true })
      return inside
    }
  }
  if (process.platform === 'win32') return inside
  // A project that was moved away from this path took its folder along; that one is not touched.
  for (let tries = 0; ; tries += 1) {
    const outside = sharedFolder(
      hashOf(`${cluster.folder}${tries || ''}`)
        .toString(16)
        .padStart(8, '0'),
    )
    const data = join(outside, 'data')
    if (![cluster.folder, ''].includes(belongsTo(data))) continue
    writeFileSync(noteOf(data), cluster.folder)
    rmSync(data, { recursive: true, force: true })
    return data
  }
}

function noteOf(data: string): string {
  return join(dirname(data), 'belongs-to')
}

function belongsTo(data: string): string {
  return existsSync(noteOf(data)) ? readFileSync(noteOf(data), 'utf8') : ''
}

/** Below the ports that systems give to outgoing connections, and the same for a project even after a reset. */
function stablePort(folder: string): number {
  return 20_000 + (hashOf(folder) % 10_000)
}

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE()
}
