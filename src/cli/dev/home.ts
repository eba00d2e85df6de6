/**
 * What `bayar dev` keeps in BAYAR_HOME: the keys it made up, and `dev.json`, by which other programs find the running parts. Both hold secrets, so only their owner may read them; a file is
 * replaced whole, because somebody may be reading it. Beside them are the database and the lock.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BayarError } from '../../errors.ts'
import { leaveToOwner } from '../../store/embedded/account.ts'
import { type Lock, tryLock } from '../../store/embedded/lock.ts'

/** Fixed: other programs read it. */
export interface DevFile {
  readonly server_key: string
  readonly client_key: string
  readonly merchant_id: string
  readonly api_key: string
  readonly app_url: string
  /** null when Midtrans's sandbox takes the simulator's place. */
  readonly simulator_url: string | null
  readonly database_url: string
}

export interface Home {
  readonly folder: string
  readonly devFile: string
  /** The one `bayar dev` of this home; null while another process holds it. A holder that was killed does not. */
  lock(): Lock | null
  read<T>(name: string): T | undefined
  write(name: string, value: unknown): void
  remove(name: string): void
}

export const DEV_FILE = 'dev.json'
/** What the simulator knows; removing it makes it forget. */
export const SIMULATOR_FILE = 'simulator.jsonl'

/** One by one: asked for all of them, Node tries for ever where a file system takes no folders (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error
  }
}

export function openHome(path = process.env.BAYAR_HOME || '.bayar'): Home {
  const folder = resolve(path)
  const file = (name: string) => join(folder, name)
  try {
    const isNew = !existsSync(folder)
    makeFolder(folder)
    // Keys and data must not be committed with the project around it.
    if (isNew) writeFileSync(file('.gitignore'), '*\n')
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new BayarError(
      'config_invalid',
      `BAYAR_HOME (${folder}) cannot be written: ${(cause as Error).message}.`,
      { cause },
    )
  }
  return {
    folder,
    devFile: file(DEV_FILE),
    lock: () => tryLock(file('dev.lock')),
    read<T>(name: string) {
      if (!existsSync(file(name))) return undefined
      try {
        return JSON.parse(readFileSync(file(name), 'utf8')) as T
      } catch (cause) {
        throw new BayarError(
          'config_invalid',
          `${file(name)} cannot be read: ${(cause as Error).message}. Remove it, and it is made anew.`,
          { cause },
        )
      }
    },
    write(name, value) {
      const fresh = file(`${name}.${process.pid}.new`)
      writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
      leaveToOwner(fresh)
      renameSync(fresh, file(name))
    },
    remove: (name) => rmSync(file(name), { force: true }),
  }
}
