import type pg from 'pg'
import { type Bayar, composeBayar } from '../../src/bayar.ts'
import type { BayarOptions } from '../../src/config.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator } from '../../src/simulator/index.ts'
import { openDatabase } from '../../src/store/database.ts'
import { checkBooks } from './books.ts'
import { cloneDatabase } from './database.ts'
import { type Death, mortalPool } from './mortal-pool.ts'

export type MortalShop = Awaited<ReturnType<typeof mortalShop>>

/** One database and one Midtrans, and processes that follow each other in front of them: one dies, the next takes over. */
export async function mortalShop(
  register: (bayar: Bayar) => void = () => {},
  options: Pick<BayarOptions, 'messages'> = {},
) {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  let receiving: Bayar
  const simulator = createSimulator({
    seed: 1,
    clock: { start: new Date('2026-03-02T05:00:00Z'), frozen: true },
    notificationUrl: 'http://bayar.test/midtrans/api/notification/',
    deliver: (request) => receiving.fetch(request),
  })
  const handled: string[] = []
  /** A process of the shop; from now on it is the one that Midtrans notifies. */
  const open = (pool: string | pg.Pool = database.url): Bayar => {
    const bayar = composeBayar(
      {
        database: pool,
        directUrl: database.url,
        serverKey: simulator.serverKey,
        baseUrl: 'http://midtrans.simulator',
        fetch: (input, init) => simulator.fetch(new Request(input, init)),
        clock: simulator.clock,
        log: silentLog,
        ...options,
      },
      { waiveDurability: true },
    )
    bayar.on('*', 'recorder', ({ event }) => void handled.push(event.id))
    register(bayar)
    receiving = bayar
    return bayar
  }
  /** Leases of the dead are over: they are set back instead of waiting half a minute. */
  const endLeases = async () => {
    for (const table of ['deliveries', 'tasks'])
      await direct.query(`update bayar.${table} set leased_until = now() where leased_until is not null`)
  }
  return {
    simulator,
    direct,
    databaseUrl: database.url,
    handled,
    open,
    endLeases,
    /** A process that dies at a statement. True when it lived through its whole work, because that took fewer. */
    async livesThrough(
      death: Death,
      work: (bayar: Bayar) => Promise<unknown>,
      options: { readonly beat?: boolean } = {},
    ): Promise<boolean> {
      const pool = mortalPool(database.url, death)
      const dying = open(pool)
      try {
        const worker = await dying.work(options)
        await work(dying)
        await simulator.idle()
        await worker.idle()
      } catch (error) {
        if (!death.isDead) throw error
      }
      const lived = !death.isDead
      death.isDead = true
      await dying.close().catch(() => {})
      await pool.end().catch(() => {})
      await endLeases()
      return lived
    },
    async close(last: Bayar): Promise<void> {
      await checkBooks(direct)
      await last.close()
      await direct.close()
      await database.drop()
    },
  }
}
