import pg from 'pg'
import { type Bayar, composeBayar } from '../../src/bayar.ts'
import type { BayarOptions } from '../../src/config.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator, type Simulator } from '../../src/simulator/index.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { cloneDatabase } from './database.ts'

export interface Asked {
  readonly values: readonly unknown[]
  /** Which of the connections: the statements of a transaction have the same. */
  readonly connection: object
}

export interface Meddler {
  /** Before the statement reaches the database. */
  before?: (statement: string, asked: Asked) => Promise<void> | void
  /** After it was done, before its answer is known: throw to lose the answer. */
  after?: (statement: string) => Promise<void> | void
}

export interface MeddledShop {
  readonly bayar: Bayar
  readonly simulator: Simulator
  readonly direct: Database
  readonly meddler: Meddler
  readonly url: string
  close(): Promise<void>
}

/** A shop on the simulator whose every statement passes by the test first. */
export async function meddledShop(
  given: {
    options?: Partial<BayarOptions>
    register?: (bayar: Bayar) => void
    connections?: number
    clock?: { now(): Date }
  } = {},
): Promise<MeddledShop> {
  const meddler: Meddler = {}
  class MeddledClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, callbacks and promises alike
    override query(...args: any[]): any {
      const callback =
        typeof args.at(-1) === 'function'
          ? (args.pop() as (error: Error | null, result?: unknown) => void)
          : undefined
      const [asked, given] = args as [
        string | { text: string; name?: string; values?: readonly unknown[] },
        (readonly unknown[])?,
      ]
      const statement = typeof asked === 'string' ? asked : `${asked.name ?? ''} ${asked.text}`
      const ask = async () => {
        const values = (typeof asked === 'string' ? given : (asked.values ?? given)) ?? []
        await meddler.before?.(statement, { values, connection: this })
        const result = await (super.query as (...all: unknown[]) => Promise<unknown>)(...args)
        await meddler.after?.(statement)
        return result
      }
      if (!callback) return ask()
      ask().then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      )
    }
  }
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  const pool = new pg.Pool({
    connectionString: database.url,
    max: given.connections ?? 6,
    // A host's pool has none unless it is set: what waits for a connection then waits for ever.
    connectionTimeoutMillis: 8_000,
    Client: MeddledClient as never,
  })
  pool.on('error', () => {})
  let bayar: Bayar
  const simulator = createSimulator({
    seed: 1,
    clock: { start: new Date('2026-03-02T05:00:00Z'), frozen: true },
    notificationUrl: 'http://bayar.test/midtrans/api/notification/',
    deliver: (request) => bayar.fetch(request),
  })
  bayar = composeBayar(
    {
      database: pool,
      directUrl: database.url,
      serverKey: simulator.serverKey,
      baseUrl: 'http://midtrans.simulator',
      fetch: (input, init) => simulator.fetch(new Request(input, init)),
      clock: given.clock ?? simulator.clock,
      log: silentLog,
      ...given.options,
    },
    { waiveDurability: true },
  )
  given.register?.(bayar)
  await bayar.ready()
  return {
    bayar,
    simulator,
    direct,
    meddler,
    url: database.url,
    async close() {
      delete meddler.before
      delete meddler.after
      await bayar.close().catch(() => {})
      await pool.end().catch(() => {})
      await direct.close()
      await database.drop()
    },
  }
}
