import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { BayarError } from '../../errors.ts'
import { accountFor } from './account.ts'
import { findBinaries } from './binaries.ts'
import { type ClusterFolder, newState, openClusterFolder, readState, writeState } from './cluster-folder.ts'
import { stopAtExit } from './exit.ts'
import { acquireLock, tryLock } from './lock.ts'
import { makeCluster } from './make-cluster.ts'
import { isAlive } from './process-identity.ts'
import {
  becomesReady,
  findPostmaster,
  type Server,
  type Settings,
  type StartOptions,
  signalServer,
  startServer,
  stopServer,
  urlOf,
} from './server.ts'
import type { DevelopmentPostgres } from './start-embedded-postgres.ts'
import { joinUsers } from './users.ts'

// As durable as production, so that what is tried here behaves as it will there.
const settings: Settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }

/** The one server of a home: started, or joined when it already runs. */
export async function startOrJoin(home: string, log: (line: string) => void): Promise<DevelopmentPostgres> {
  const cluster = openClusterFolder(home)
  const lock = await acquireLock(cluster.lock)
  try {
    const known = readState(cluster)
    if (known === null) log('Making a PostgreSQL cluster (once) …')
    const state = known ?? newState(cluster)
    const account = accountFor(existsSync(state.data) ? state.data : dirname(state.data))
    const binaries = await findBinaries(account)
    if (existsSync(state.data)) refuseOtherMajor(state.data, binaries.major)
    else await makeCluster({ data: state.data, password: state.password, account, binaries, durable: true })

    const left = findPostmaster(state.data)
    const reused = left !== null && (await becomesReady(left, state.password))
    if (left !== null && !reused && findPostmaster(state.data)) {
      throw new BayarError(
        'database_not_started',
        `Process ${left.pid} holds ${state.data} and does not accept our password.`,
      )
    }
    const server = reused
      ? left
      : await startServer({ ...state, binaries, account, log: cluster.log, settings })
    if (server.port !== state.port) writeState(cluster, { ...state, port: server.port })
    await createDatabase(server.port, state.password)
    const raise = () =>
      raiseAgain({ ...state, port: server.port, binaries, account, log: cluster.log, settings }, cluster.lock)
    return handle(cluster, server, binaries.pgCtl, urlOf(server.port, state.password, 'bayar'), reused, raise)
  } finally {
    lock.release()
  }
}

/** What the old one left behind (its own processes, for a moment) keeps a new one from starting. */
const AGAIN_TRIES_MAX = 10
const AGAIN_EVERY_MS = 500

/** After the server has ended by itself: on the same data, and at the same address, because that is where everybody looks for it. */
async function raiseAgain(options: StartOptions, lockFile: string): Promise<Server> {
  const lock = await acquireLock(lockFile)
  try {
    for (let tries = 1; ; tries++) {
      try {
        const theirs = findPostmaster(options.data)
        const server = theirs ?? (await startServer(options))
        if (server.port === options.port && (await becomesReady(server, options.password))) return server
        if (theirs === null) await stopServer(server, options.binaries.pgCtl)
        throw new BayarError('database_not_started', `Port ${options.port} is not free any more.`)
      } catch (error) {
        if (tries === AGAIN_TRIES_MAX) throw error
        await pause(AGAIN_EVERY_MS)
      }
    }
  } finally {
    lock.release()
  }
}

function handle(
  cluster: ClusterFolder,
  started: Server,
  pgCtl: string,
  url: string,
  reused: boolean,
  raise: () => Promise<Server>,
): DevelopmentPostgres {
  const user = joinUsers(cluster.users)
  let server = started
  let over = false
  const forget = stopAtExit(() => {
    // Whoever holds the lock is about to join: the server is theirs.
    const lock = existsSync(cluster.folder) ? tryLock(cluster.lock) : null
    if (existsSync(cluster.folder) && lock === null) return
    if (user.leave() === 'last') signalServer(server, pgCtl, 'INT')
    lock?.release()
  })
  return {
    url,
    reused,
    isRunning: () => isAlive(server.pid),
    async restart() {
      server = await raise()
    },
    async stop() {
      if (over) return
      over = true
      forget()
      const lock = existsSync(cluster.folder) ? await acquireLock(cluster.lock) : null
      try {
        if (user.leave() === 'last') await stopServer(server, pgCtl)
      } finally {
        lock?.release()
      }
    },
    leave() {
      over = true
      forget()
      user.leave()
      return server.pid
    },
  }
}

function refuseOtherMajor(data: string, ours: string): void {
  const theirs = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
  if (theirs === ours) return
  throw new BayarError(
    'database_not_started',
    `The data in ${data} was made by PostgreSQL ${theirs}, and the embedded server is PostgreSQL ${ours}, which cannot ` +
      `read it. Install the embedded-postgres of version ${theirs}, or remove ${data} to begin with an empty database.`,
  )
}

async function createDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres') })
  await client.connect()
  try {
    const found = await client.query(`select from pg_database where datname = 'bayar'`)
    if (found.rowCount === 0) await client.query('create database bayar')
  } finally {
    await client.end()
  }
}
