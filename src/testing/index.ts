/**
 * The test kit: a whole bayar that is real everywhere but in Midtrans and in time. Midtrans is the simulator, in the same process and without a port; the clock is the simulator's, and moves
 * only when told; the database is a real PostgreSQL of this test's own.
 *
 * ```ts
 * import { createTestBayar } from 'bayar/testing'
 *
 * await using test = await createTestBayar()
 * test.bayar.on('payment.settled', 'fulfil-order', fulfil)
 * await test.bayar.payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' })
 * await test.pay('ORDER-1')
 * expect(test.events.map((event) => event.type)).toEqual(['payment.received', 'payment.settled'])
 * ```
 */
import { randomBytes } from 'node:crypto'
import { type Bayar, composeBayar } from '../bayar.ts'
import type { BayarOptions } from '../config.ts'
import type { Worker } from '../jobs/worker.ts'
import { type Event, orderIdOf } from '../operations/events/event-argument.ts'
import { silentLog } from '../operations/log.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator/index.ts'
import { openDatabase } from '../store/database.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../store/embedded/start-embedded-postgres.ts'

export interface TestBayarOptions {
  /** An empty or migrated PostgreSQL database to use; without it one is made and removed again. */
  readonly database?: string
  /** Anything of `createBayar`; keys, gateway, clock and database come from the kit. */
  readonly options?: Omit<BayarOptions, 'database' | 'serverKey' | 'baseUrl' | 'fetch' | 'clock'>
  readonly simulator?: SimulatorOptions
  /** Periodic tasks run when the clock passes their time; off unless set. */
  readonly schedule?: boolean
  /** Where the frozen clock begins. */
  readonly now?: Date
  /** Your handlers, registered before anything runs. */
  readonly handlers?: (bayar: Bayar) => void
}

export interface TestEvent extends Event {
  /** Of the payment or the invoice that it is about. */
  readonly orderId: string | null
}

export interface TestBayar {
  readonly bayar: Bayar
  readonly simulator: Simulator
  /** Every event delivered so far, in the order of delivery. */
  readonly events: readonly TestEvent[]
  /** The address of the database, for looking into it. */
  readonly databaseUrl: string
  /** The customer pays; returns when every handler has run. */
  pay(orderId: string): Promise<void>
  /** Time passes, in one step: at Midtrans what is due in between happens in order; then bayar does what has become due, each task of the schedule once. A month of billing is thirty steps of a day. */
  advance(seconds: number): Promise<void>
  /** Nothing is under way any more: no notification, no work that is due, no handler. */
  idle(): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Only its path is looked at: the simulator is called in process. */
const BASE_URL = 'http://midtrans.simulator'
const APP_URL = 'http://bayar.test'
const NOON = new Date('2026-03-02T05:00:00Z')

export async function createTestBayar(given: TestBayarOptions = {}): Promise<TestBayar> {
  const { url, drop } =
    given.database === undefined ? await makeDatabase() : { url: given.database, drop: async () => {} }
  let bayar: Bayar | undefined
  const simulator = createSimulator({
    seed: 1,
    clock: { start: given.now ?? NOON, frozen: true },
    notificationUrl: `${APP_URL}${given.options?.basePath ?? ''}/midtrans/api/notification/`,
    recurringUrl: `${APP_URL}${given.options?.basePath ?? ''}/midtrans/api/notification/recurring/`,
    payAccountNotificationUrl: `${APP_URL}${given.options?.basePath ?? ''}/midtrans/api/notification/pay-account/`,
    deliver: (request) => bayar!.fetch(request),
    ...given.simulator,
  })
  bayar = composeBayar(
    {
      log: silentLog,
      rest: true,
      connections: 6,
      ...given.options,
      database: url,
      serverKey: simulator.serverKey,
      clientKey: simulator.clientKey,
      merchantId: simulator.merchantId,
      baseUrl: BASE_URL,
      fetch: (input, init) => simulator.fetch(new Request(input, init)),
      clock: simulator.clock,
    },
    { waiveDurability: true },
  )
  const events: TestEvent[] = []
  bayar.on(
    '*',
    'bayar-test-kit',
    (argument) => void events.push({ ...argument.event, orderId: orderIdOf(argument) }),
  )
  given.handlers?.(bayar)
  const kit = bayar
  let worker: Worker
  try {
    await kit.migrate()
    await kit.ready()
    worker = await kit.work({ beat: given.schedule ?? false })
  } catch (error) {
    await kit.close()
    await drop()
    throw error
  }

  async function idle(): Promise<void> {
    // Handlers may charge, a charge is notified, a notification has handlers.
    for (let before = -1; before !== progress(); ) {
      before = progress()
      await simulator.idle()
      await worker.idle()
    }
  }
  const progress = () => events.length + simulator.notifications.tries()

  const test: TestBayar = {
    bayar: kit,
    simulator,
    events,
    databaseUrl: url,
    async pay(orderId) {
      await simulator.pay(orderId)
      await idle()
    },
    async advance(seconds) {
      // What is under way belongs to the time before.
      await idle()
      await simulator.clock.advance(seconds)
      await idle()
    },
    idle,
    async close() {
      await kit.close()
      await drop()
    },
    [Symbol.asyncDispose]: () => test.close(),
  }
  return test
}

/** One throwaway server for all kits of this process. */
let server: Promise<EmbeddedPostgres> | undefined
let kits = 0

async function makeDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const given = process.env.BAYAR_TEST_DATABASE_URL
  kits++
  if (!given) server ??= startEmbeddedPostgres({ purpose: 'test' })
  const serverUrl = given ?? (await server!).url
  const name = `bayar_kit_${randomBytes(6).toString('hex')}`
  const admin = openDatabase({ database: serverUrl, connections: 2 })
  await admin.query(`create database ${name}`)
  await admin.close()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async drop() {
      const again = openDatabase({ database: serverUrl, connections: 2 })
      await again.query(`drop database if exists ${name} with (force)`)
      await again.close()
      if (--kits === 0 && server) {
        const running = server
        server = undefined
        await (await running).stop()
      }
    },
  }
}
