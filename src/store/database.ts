import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import { assert, BayarError, isBayarError } from '../errors.ts'

/**
 * The few methods that the code needs of PostgreSQL, over a `pg` pool. bigint columns come back as `bigint`, because money beyond 2^53 must not be rounded
 * on its way in.
 */
export interface Queryable {
  query<R>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number | null }>
  /** Runs a statement of the hot path under a name, so that the server parses and plans it once. */
  prepared<R>(
    name: string,
    text: string,
    params: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>
}

export interface Transaction extends Queryable {
  /** Runs part of the work so that its failure leaves the rest alone; with a limit, for each of its statements alone. */
  savepoint<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>
}

export interface Database extends Queryable {
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Wakes `onNotify` when the channel is notified. Returns the way to stop. Reconnects by itself; polling is the floor. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** The host's own pool, from `pg`. */
export type Pool = pg.Pool

export interface TransactionOptions {
  /** The server ends a statement after so long. */
  readonly statementTimeoutMs?: number
}

export interface DatabaseOptions {
  /** A URL, or the host's own pool. */
  readonly database: string | pg.Pool
  /** For LISTEN, when `database` goes through a transaction pooler. */
  readonly directUrl?: string
  readonly connections?: number
  /** Named statements need a session; a transaction pooler has none. */
  readonly namedStatements?: boolean
  readonly applicationName?: string
}

const TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.INT8 && format !== 'binary') return BigInt
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/** Set while a transaction of ours is open in this async context. No call to Midtrans may be made then: it would hold locks for 30 s. */
const openTransaction = new AsyncLocalStorage<{ isOpen: boolean }>()

export function insideTransaction(): boolean {
  return openTransaction.getStore()?.isOpen === true
}

/** feature_not_supported: a migration has given a table another column since the plan was made. The statement is planned anew. */
const PLAN_IS_OLD = '0A000'
/** SQLSTATE: serialization failure, deadlock, lock not available. The work is run again; it is nobody's mistake. */
const RUN_AGAIN = new Set(['40001', '40P01', '55P03', PLAN_IS_OLD])
const RUNS_MAX = 5

export function mustRunAgain(error: unknown): boolean {
  return RUN_AGAIN.has(sqlState(error) ?? '')
}

/** The database is gone or cannot write, and nobody knows whether the last commit arrived: it is not the work's fault. */
export function connectionLost(error: unknown): boolean {
  if (isBayarError(error)) return error.code === 'database_unreachable'
  const state = sqlState(error)
  if (state !== undefined) return NOT_SERVED.has(state) || /^(08|53|58|57P)/.test(state)
  const code = (error as { code?: string } | null)?.code
  return (
    (code !== undefined && LOST_CODES.has(code)) ||
    // pg gives these no code of their own.
    (error instanceof Error &&
      /Connection terminated|connection timeout|timeout exceeded when trying to connect|not queryable/i.test(
        error.message,
      ))
  )
}

/**
 * Classes 53 and 58 are a full disk, or worse. These are a server that is there and does not serve us, which ends without a change of ours: it is a standby now; it takes no connections; the database is being
 * replaced; the password was changed a moment ago. Told as our mistake (500), a notification would be sent again less often than after 503.
 */
const NOT_SERVED: ReadonlySet<string> = new Set(['25006', '55000', '3D000', '28000', '28P01'])

/** ENOENT is the socket of a server on this machine. */
const LOST_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

export function openDatabase(options: DatabaseOptions): Database {
  const ownsPool = typeof options.database === 'string'
  const pool = ownsPool ? poolFor(options) : (options.database as pg.Pool)
  const named = options.namedStatements ?? true
  // A pool reports an idle connection's death as an event; unheard, it would end the process.
  if (ownsPool) pool.on('error', () => {})

  let planned = planNames(0)
  let migrations = 0
  const statement = (name: string, text: string, params: readonly unknown[]): pg.QueryConfig =>
    named ? { name: planned(name), text, values: params as unknown[] } : { text, values: params as unknown[] }

  const run = async <R>(client: pg.Pool | pg.PoolClient, query: pg.QueryConfig) => {
    const result = await orUnreachable(client.query<R & pg.QueryResultRow>({ ...query, types: TYPES }))
    return { rows: result.rows as R[], rowCount: result.rowCount }
  }

  const runNamed = async <R>(
    client: pg.Pool | pg.PoolClient,
    name: string,
    text: string,
    params: readonly unknown[],
  ) => {
    try {
      return await run<R>(client, statement(name, text, params))
    } catch (error) {
      if (sqlState(error) === PLAN_IS_OLD) planned = planNames(++migrations)
      throw error
    }
  }

  async function transactionOnce<T>(
    work: (tx: Transaction) => Promise<T>,
    { statementTimeoutMs }: TransactionOptions,
  ): Promise<T> {
    const client = await orUnreachable(pool.connect())
    let broken: Error | undefined
    // What a handler started goes on with this in its context; it must know when the transaction is over.
    const state = { isOpen: true }
    // A connection that dies between two statements says so as an event.
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      // Both are set here because a host's role may have other defaults, and both are promises of ours (design §1).
      await orUnreachable(
        client.query(
          `begin isolation level read committed; set local synchronous_commit = on${
            statementTimeoutMs ? `; set local statement_timeout = ${Math.trunc(statementTimeoutMs)}` : ''
          }`,
        ),
      )
      let depth = 0
      // A handler that outlives its transaction must not speak into the next user's.
      const assertOpen = () => assert(state.isOpen, 'a transaction was used after its end')
      const tx: Transaction = {
        query: async (text, params = []) => {
          assertOpen()
          return run(client, { text, values: params as unknown[] })
        },
        prepared: async (name, text, params) => {
          assertOpen()
          return runNamed(client, name, text, params)
        },
        async savepoint(inner, { statementTimeoutMs: limit } = {}) {
          const name = `bayar_${++depth}`
          const before = await beginSavepoint(client, name, limit)
          try {
            const result = await inner()
            // A rollback to the savepoint takes the limit back by itself.
            await orUnreachable(
              client.query(
                `release savepoint ${name}${before === null ? '' : `; set local statement_timeout = '${before}'`}`,
              ),
            )
            return result
          } catch (error) {
            await orUnreachable(client.query(`rollback to savepoint ${name}; release savepoint ${name}`))
            throw error
          }
        },
      }
      const result = await openTransaction.run(state, () => work(tx))
      state.isOpen = false
      const { command } = await orUnreachable(client.query('commit'))
      // A statement failed, and whoever asked it said nothing: PostgreSQL then ends with ROLLBACK, without an error.
      if (command !== 'COMMIT')
        throw new Error('a statement of the transaction failed, and it was rolled back')
      return result
    } catch (error) {
      state.isOpen = false
      if (!broken && !connectionLost(error))
        await client.query('rollback').catch((failed: Error) => (broken = failed))
      else broken ??= error as Error
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  return {
    query: (text, params = []) => run(pool, { text, values: params as unknown[] }),
    async prepared<R>(name: string, text: string, params: readonly unknown[]) {
      try {
        return await runNamed<R>(pool, name, text, params)
      } catch (error) {
        if (sqlState(error) !== PLAN_IS_OLD) throw error
        return runNamed<R>(pool, name, text, params)
      }
    },
    async transaction(work, transactionOptions = {}) {
      for (let runs = 1; ; runs++) {
        try {
          return await transactionOnce(work, transactionOptions)
        } catch (error) {
          if (!mustRunAgain(error) || runs >= RUNS_MAX) throw error
        }
      }
    },
    listen: (channel, onNotify) => listen(options, pool, channel, onNotify),
    async close() {
      if (ownsPool) await pool.end()
    },
  }
}

const FIRST_PLAN_RUNS = 512

/**
 * A server keeps the plan of a named statement, and one made while a table was small reads the whole table. Its statistics come a minute later, and a minute of a busy day is half
 * a million rows. So a statement is planned anew, under another name, each time it has run four times as often as before: half a dozen in a day. And once more after a migration that gave a table a column: its
 * plan knows another row.
 */
function planNames(migrations: number): (name: string) => string {
  const runs = new Map<string, number>()
  return (name) => {
    const count = (runs.get(name) ?? 0) + 1
    runs.set(name, count)
    return `${name}_${migrations === 0 ? '' : `${migrations}_`}${(33 - Math.clz32(Math.floor(count / FIRST_PLAN_RUNS))) >> 1}`
  }
}

/** Whoever asks for something while the database is down or restarts is told so, wherever it was noticed: to come again later, and not that something is wrong with us. */
async function orUnreachable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw connectionLost(error) ? unreachable(error) : error
  }
}

/** Answers how long a statement might take before, where that is changed: asked in the same round trip, because a payment's lock is held meanwhile. */
async function beginSavepoint(
  client: pg.PoolClient,
  name: string,
  statementTimeoutMs: number | undefined,
): Promise<string | null> {
  if (statementTimeoutMs === undefined) {
    await orUnreachable(client.query(`savepoint ${name}`))
    return null
  }
  const results = (await orUnreachable(
    client.query(
      `savepoint ${name}; show statement_timeout; set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`,
    ),
  )) as unknown as readonly pg.QueryResult<{ statement_timeout: string }>[]
  return results[1]!.rows[0]!.statement_timeout
}

/** The cause's own words name host and port, never the password. */
export function unreachable(error: unknown): BayarError {
  if (isBayarError(error)) return error
  const because =
    error instanceof AggregateError
      ? error.errors.map(String).join('; ')
      : String((error as Error)?.message ?? error)
  return new BayarError('database_unreachable', `${because}.`, { cause: error })
}

function poolFor(options: DatabaseOptions): pg.Pool {
  return new pg.Pool({
    connectionString: options.database as string,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 10_000,
    application_name: options.applicationName ?? 'bayar',
    keepAlive: true,
  })
}

const RECONNECT_MS = 1000

async function listen(
  options: DatabaseOptions,
  pool: pg.Pool,
  channel: string,
  onNotify: (payload: string) => void,
): Promise<() => Promise<void>> {
  let stopped = false
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined

  const start = async () => {
    const fresh =
      options.directUrl || typeof options.database === 'string'
        ? new pg.Client({
            connectionString: options.directUrl ?? (options.database as string),
            application_name: 'bayar listen',
            keepAlive: true,
          })
        : new pg.Client(pool.options)
    client = fresh
    fresh.on('notification', ({ payload }) => onNotify(payload ?? ''))
    fresh.on('error', () => {})
    fresh.on('end', again)
    await fresh.connect()
    await fresh.query(`listen ${pg.escapeIdentifier(channel)}`)
  }
  // A connection that fails to open may say so twice, by its promise and by its end: one timer for both.
  const again = () => {
    clearTimeout(timer)
    // While it is down, polling each second finds the work; a wake-up then may have been missed, so one is given.
    if (!stopped) timer = setTimeout(() => void start().then(() => onNotify(''), again), RECONNECT_MS)
  }
  await start().catch((error: unknown) => {
    stopped = true
    throw error
  })
  return async () => {
    stopped = true
    clearTimeout(timer)
    await client?.end().catch(() => {})
  }
}
