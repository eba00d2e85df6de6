import type pg from 'pg'
import { expect, test } from 'vitest'
import { type Bayar, composeBayar } from '../../src/bayar.ts'
import { isBayarError } from '../../src/errors.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator, type Simulator } from '../../src/simulator/index.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { checkBooks } from '../support/books.ts'
import { cardToken } from '../support/card-token.ts'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { cloneDatabase } from '../support/database.ts'
import { type Death, mortalPool } from '../support/mortal-pool.ts'

/**
 * The process dies at its Nth statement of a refund, a capture, a hosted page or a charge that the host prepared, for every N, before the statement or after it. Another process takes over and time passes: then our books say what Midtrans's say, the
 * money moved once, and it was told once and handled.
 */
interface World {
  readonly simulator: Simulator
  readonly direct: Database
  readonly handled: readonly string[]
}

interface Story {
  /** By a process that lives. */
  before(bayar: Bayar, world: World): Promise<void>
  /** By the one that dies. */
  dies(bayar: Bayar): Promise<unknown>
  /** By the next one, over and over while time passes. */
  after(bayar: Bayar): Promise<unknown>
  end(bayar: Bayar, world: World): Promise<void>
}

const ORDER = { orderId: 'ORDER-1', grossAmount: 150_000 } as const
const REFUND = { amount: 50_000, refundKey: 'return-7' } as const

/** What one hears who asks while nobody knows yet. */
const IN_BETWEEN = ['command_in_progress', 'charge_in_progress', 'gateway_unknown'] as const

const oneRefund = async (bayar: Bayar, { simulator, direct }: World, made: number) => {
  expect(simulator.transaction('ORDER-1').refunds).toHaveLength(made)
  expect(await bayar.payments.find('ORDER-1')).toMatchObject({
    status: made === 1 ? 'partially_refunded' : 'settled',
    refundAmount: made * 50_000,
    netAmount: 150_000 - made * 50_000,
    needsReview: [],
  })
  const { rows } = await direct.query<{ status: string }>('select status from bayar.refunds')
  const statuses = rows.map(({ status }) => status)
  expect(statuses.filter((status) => status === 'confirmed')).toHaveLength(made)
  // Nothing stays set aside.
  expect(statuses).not.toContain('reserved')
}

const paid = async (bayar: Bayar, { simulator }: World) => {
  await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
  await simulator.pay('ORDER-1')
}

const STORIES: Readonly<Record<string, Story>> = {
  'a refund that is asked for again': {
    before: paid,
    dies: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    after: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    end: (bayar, world) => oneRefund(bayar, world, 1),
  },
  'a refund that nobody asks for again': {
    before: paid,
    dies: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    after: async () => {},
    end: (bayar, world) => oneRefund(bayar, world, world.simulator.transaction('ORDER-1').refunds.length),
  },
  'a hosted page': {
    before: async () => {},
    dies: (bayar) => bayar.payments.checkout(ORDER),
    after: (bayar) => bayar.payments.checkout(ORDER),
    async end(bayar, { simulator }) {
      const { redirectUrl, created } = await bayar.payments.checkout(ORDER)
      expect(created).toBe(false)
      await chooseOnPage(simulator, redirectUrl, 'gopay')
      await simulator.pay('ORDER-1')
      await simulator.idle()
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'a charge of the host’s own transaction': {
    async before(bayar, { direct }) {
      await direct.transaction((tx) =>
        bayar.payments.prepare({ ...ORDER, paymentType: 'bank_transfer', bank: 'bca' }, { tx }),
      )
    },
    dies: (bayar) => bayar.payments.submit('ORDER-1'),
    after: async () => {},
    async end(bayar, { simulator }) {
      // Claimed, and dead before it was sent: it has failed, and is never sent behind anybody's back.
      if (simulator.transactions().length === 0) {
        expect((await bayar.payments.find('ORDER-1'))!.status).toBe('failed')
        await bayar.payments.charge({
          ...ORDER,
          paymentType: 'bank_transfer',
          bank: 'bca',
          newAttempt: true,
        })
      }
      expect(simulator.transactions()).toHaveLength(1)
      await simulator.pay('ORDER-1')
      await simulator.idle()
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'a capture': {
    async before(bayar, { simulator }) {
      const card = { paymentType: 'credit_card', type: 'authorize', authentication: false } as const
      await bayar.payments.charge({ ...ORDER, ...card, tokenId: await cardToken(simulator) })
    },
    dies: (bayar) => bayar.payments.capture('ORDER-1', { amount: 90_000 }),
    after: async () => {},
    async end(bayar, { simulator }) {
      if (simulator.transaction('ORDER-1').status === 'authorize') {
        expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'authorized', netAmount: 0 })
        await bayar.payments.capture('ORDER-1', { amount: 90_000 })
      }
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({
        status: 'captured',
        netAmount: 90_000,
        needsReview: [],
      })
    },
  },
}

async function tell(story: Story, death: Death): Promise<boolean> {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  let receiving: { fetch(request: Request): Promise<Response> }
  const simulator = createSimulator({
    seed: 1,
    clock: { start: new Date('2026-03-02T05:00:00Z'), frozen: true },
    notificationUrl: 'http://bayar.test/midtrans/api/notification/',
    deliver: (request) => receiving.fetch(request),
  })
  const handled: string[] = []
  const shop = (pool: string | pg.Pool) => {
    const bayar = composeBayar(
      {
        database: pool,
        directUrl: database.url,
        serverKey: simulator.serverKey,
        baseUrl: 'http://midtrans.simulator',
        fetch: (input, init) => simulator.fetch(new Request(input, init)),
        clock: simulator.clock,
        log: silentLog,
      },
      { waiveDurability: true },
    )
    bayar.on('*', 'recorder', ({ event }) => void handled.push(event.id))
    return bayar
  }
  const world = { simulator, direct, handled }

  const living = shop(database.url)
  receiving = living
  await story.before(living, world)
  await simulator.idle()
  await living.close()

  const pool = mortalPool(database.url, death)
  const dying = shop(pool)
  receiving = dying
  try {
    const worker = await dying.work()
    await story.dies(dying)
    await simulator.idle()
    await worker.idle()
  } catch (error) {
    if (!death.isDead) throw error
  }
  const livedThrough = !death.isDead
  death.isDead = true
  await dying.close().catch(() => {})
  await pool.end().catch(() => {})

  await direct.query('update bayar.deliveries set leased_until = now() where leased_until is not null')
  const next = shop(database.url)
  receiving = next
  const worker = await next.work()
  for (const seconds of [1, 40, 40, 120, 300, 300, 600, 1800, 10]) {
    await story.after(next).catch((error: unknown) => {
      if (!IN_BETWEEN.some((code) => isBayarError(error, code))) throw error
    })
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  await story.end(next, world)
  await simulator.idle()
  await worker.idle()

  const told = (await next.payments.history('ORDER-1')).filter((row) => row.event !== null)
  const times = (event: string) => told.filter((row) => row.event === event).length
  expect(times('payment.settled'), `died ${death.when} statement ${death.at}`).toBe(1)
  expect(times('payment.refunded')).toBe(simulator.transaction('ORDER-1').refunds.length)
  for (const row of told) expect(handled, `${row.event} was never handled`).toContain(row.id)
  await checkBooks(direct)
  await next.close()
  await direct.close()
  await database.drop()
  return livedThrough
}

test.each(
  Object.keys(STORIES).flatMap((name, index) =>
    (['before', 'after'] as const).map((when) => [name, when, index] as const),
  ),
)(
  '%s, dying %s the statement',
  async (name, when, index) => {
    // `npm run prove -- steps` dies at every statement; here at every ninth, each test from another one.
    const stride = process.env.BAYAR_PROVE === 'steps' ? 1 : 9
    let at = 1 + ((index * 2 + (when === 'after' ? 1 : 0)) % stride)
    for (; ; at += stride) {
      const death: Death = { at, when, statements: 0, isDead: false }
      if (await tell(STORIES[name]!, death)) break
      expect(at, 'the story never ends').toBeLessThan(150)
    }
    expect(at).toBeGreaterThan(10)
  },
  240_000,
)
