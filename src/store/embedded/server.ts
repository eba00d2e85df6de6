import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { BayarError } from '../../errors.ts'
import { type Account, leaveToOwner } from './account.ts'
import type { Binaries } from './binaries.ts'
import { isAlive } from './process-identity.ts'
import { postgresEnvironment, run, startFolder } from './run.ts'

export type Settings = Readonly<Record<string, string>>

/** A server that we may talk to and end. */
export interface Server {
  readonly pid: number
  readonly port: number
}

export interface StartOptions {
  readonly binaries: Binaries
  readonly account: Account | null
  readonly data: string
  readonly log: string
  readonly password: string
  /** The port to have if it is free; 0 for any. */
  readonly port: number
  readonly settings: Settings
}

const startSecondsMax = 60
const stopSecondsMax = 15
const logBytesMax = 5 * 1024 * 1024

export function urlOf(port: number, password: string, database: string): string {
  return `postgres://bayar:${password}@127.0.0.1:${port}/${database}`
}

export async function startServer(options: StartOptions): Promise<Server> {
  let port = await freePort(options.port)
  for (let triesLeft = 4; ; triesLeft -= 1) {
    const pid =
      process.platform === 'win32' ? await startByPgCtl(options, port) : startDetached(options, port)
    if (await becomesReady({ pid, port }, options.password)) return { pid, port }
    // Between our look at the port and the server's, another program may have taken it.
    const portWasLost = (await freePort(port)) !== port
    if (!portWasLost || triesLeft === 0) {
      throw new BayarError(
        'database_not_started',
        `It ended at once. The end of ${options.log}:\n${tail(options.log)}`,
      )
    }
    port = await freePort(0)
  }
}

/**
 * In a session of its own: Ctrl-C in a terminal goes to the whole group, and the database must outlive the
 * application's own orderly end by a moment.
 */
function startDetached(options: StartOptions, port: number): number {
  const log = openSync(options.log, bytesOf(options.log) > logBytesMax ? 'w' : 'a', 0o600)
  leaveToOwner(options.log)
  const settings = Object.entries(settingsFor(options, port)).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const child = spawn(options.binaries.postgres, ['-D', options.data, ...settings], {
    ...options.account,
    cwd: startFolder,
    env: postgresEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  child.once('error', () => undefined) // no pid then, which the caller sees
  child.unref()
  closeSync(log)
  if (child.pid === undefined)
    throw new BayarError('database_not_started', `${options.binaries.postgres} could not be run.`)
  return child.pid
}

/** On Windows only pg_ctl can give up an administrator's rights, without which postgres refuses to start. */
async function startByPgCtl(options: StartOptions, port: number): Promise<number> {
  const settings = Object.entries(settingsFor(options, port)).map(([name, value]) => `-c ${name}=${value}`)
  const args = ['start', '-W', '-s', '-D', options.data, '-l', options.log, '-o', settings.join(' ')]
  const answer = await run(options.binaries.pgCtl, args, null)
  for (let tries = 0; answer.code === 0 && tries < 200; tries += 1) {
    const found = findPostmaster(options.data)
    if (found) return found.pid
    await pause(50)
  }
  throw new BayarError('database_not_started', `pg_ctl: ${answer.output.trim()}\n${tail(options.log)}`)
}

/** Values without spaces, because pg_ctl takes them all as one string. */
function settingsFor(options: StartOptions, port: number): Settings {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  }
}

/**
 * The process that claims this data folder: the first lines of postmaster.pid are pid, folder, start time, port.
 *
 * After a crash of the whole machine or container the file stays behind, and its pid may meanwhile be anybody's.
 * PostgreSQL would refuse to start beside it; so a claim by a process that is plainly another is removed.
 */
export function findPostmaster(data: string): Server | null {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return null
  const lines = readFileSync(file, 'utf8').split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!Number.isInteger(pid) || pid < 1 || !isAlive(pid)) return null
  if (isPostmasterOf(pid, data)) return { pid, port }
  rmSync(file, { force: true })
  return null
}

function isPostmasterOf(pid: number, data: string): boolean {
  try {
    // A server works inside its data folder, and the link follows when the project is moved.
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
    if (process.platform === 'win32') return true
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
      .stdout.toString()
      .includes('postgres')
  } catch (error) {
    // A process of another user cannot be looked at, and PostgreSQL takes no notice of it either.
    if (['EACCES', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** False when it ended instead, or is another server than the one with this password. */
export async function becomesReady(server: Server, password: string): Promise<boolean> {
  const deadline = performance.now() + startSecondsMax * 1000
  while (isAlive(server.pid)) {
    const answer = await ask(server.port, password)
    if (answer === 'ready') return true
    if (answer === 'stranger') return false
    if (performance.now() > deadline) {
      throw new BayarError('database_not_started', `It is still not ready after ${startSecondsMax} s.`)
    }
    await pause(20)
  }
  return false
}

async function ask(port: number, password: string): Promise<'ready' | 'wait' | 'stranger'> {
  const client = new pg.Client({
    connectionString: urlOf(port, password, 'postgres'),
    connectionTimeoutMillis: 5000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    // 28P01 invalid_password, 28000 invalid_authorization: somebody else's server has this port.
    const code = (error as { code?: string }).code
    return code === '28P01' || code === '28000' ? 'stranger' : 'wait'
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Fast shutdown, and waits for it; a server that does not end in time is told to drop everything (it recovers). */
export async function stopServer(server: Server, pgCtl: string, how: Ending = 'INT'): Promise<void> {
  signalServer(server, pgCtl, how)
  const deadline = performance.now() + stopSecondsMax * 1000
  let told = false
  while (isAlive(server.pid)) {
    if (!told && performance.now() > deadline) {
      told = true
      signalServer(server, pgCtl, 'QUIT')
    }
    await pause(10)
  }
}

/** INT is PostgreSQL's fast shutdown, QUIT its immediate one. */
export type Ending = 'INT' | 'QUIT'

/** Without waiting. Windows has no signals; there pg_ctl carries them. */
export function signalServer(server: Server, pgCtl: string, how: Ending): void {
  if (process.platform === 'win32') {
    spawnSync(pgCtl, ['kill', how, String(server.pid)], { windowsHide: true })
    return
  }
  try {
    process.kill(server.pid, `SIG${how}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has just ended
  }
}

/** This port if nothing listens on it, else another. */
async function freePort(wanted: number): Promise<number> {
  const free = await tryPort(wanted)
  return free ?? (await tryPort(0)) ?? wanted
}

async function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null))
    })
  })
}

function tail(log: string): string {
  return existsSync(log) ? readFileSync(log, 'utf8').slice(-1500).trim() : '(no log)'
}

function bytesOf(log: string): number {
  return statSync(log, { throwIfNoEntry: false })?.size ?? 0
}
