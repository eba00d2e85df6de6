import type pg from 'pg'
import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { isBayarError } from '../../src/errors.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator } from '../../src/simulator/index.ts'
import { openDatabase } from '../../src/store/database.ts'
import { checkBooks } from '../support/books.ts'
import { cloneDatabase } from '../support/database.ts'
import { type Death, mortalPool } from '../support/mortal-pool.ts'

/**
 * The process dies at its Nth statement, for every N until a whole story needs no more: before the statement reached the database, or after it was done and before the answer came.
 * Another process takes over, time passes, and the books must be right: charged once, settled once, told once, handled at least once, the `within` effect exactly once.
 */
const CHARGE = {
  orderId: 'ORDER-1',
  grossAmount: 150_000,
  paymentType: 'bank_transfer',
  bank: 'bca',
} as const

async function story(death: Death, lane: 'plain' | 'within') {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  await direct.query('create table public.effects (order_id text)')
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
    if (lane === 'within')
      bayar.within('payment.settled', 'effect', ({ tx, payment }) =>
        tx.query('insert into public.effects values ($1)', [payment.orderId]),
      )
    return bayar
  }

  // The first process, which dies somewhere.
  const pool = mortalPool(database.url, death)
  const first = shop(pool)
  receiving = first
  try {
    const worker = await first.work()
    await first.payments.charge(CHARGE)
    await simulator.idle()
    await simulator.pay('ORDER-1').catch(() => {})
    await simulator.idle()
    await worker.idle()
  } catch (error) {
    if (!death.isDead) throw error
  }
  death.isDead ||= false
  const livedThrough = !death.isDead
  death.isDead = true
  await first.close().catch(() => {})
  await pool.end().catch(() => {})

  // The second one. Leases of the dead are over: a row is set back instead of waiting half a minute.
  await direct.query('update bayar.deliveries set leased_until = now() where leased_until is not null')
  const second = shop(database.url)
  receiving = second
  const worker = await second.work()
  const charged = await second.payments.charge(CHARGE).catch((error: unknown) => error)
  if (charged instanceof Error)
    expect(isBayarError(charged, 'charge_in_progress'), String(charged)).toBe(true)
  for (const seconds of [40, 40, 120, 300, 300, 600, 1800]) {
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  let payment = (await second.payments.find('ORDER-1'))!
  // Only when the charge never reached Midtrans has the payment failed: then the customer begins again.
  if (payment.status === 'failed') {
    expect(simulator.transactions()).toHaveLength(0)
    await second.payments.charge({ ...CHARGE, newAttempt: true })
  }
  expect(simulator.transactions()).toHaveLength(1)
  if (simulator.transaction('ORDER-1').status === 'pending') await simulator.pay('ORDER-1')
  await simulator.idle()
  for (const seconds of [10, 120, 600, 1800]) {
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  payment = (await second.payments.find('ORDER-1'))!
  const history = await second.payments.history('ORDER-1')
  const told = history.filter((row) => row.event !== null)
  const { rows: effects } = await direct.query('select 1 from public.effects')
  expect(payment, `died ${death.when} statement ${death.at}`).toMatchObject({
    status: 'settled',
    netAmount: 150_000,
    needsReview: [],
  })
  expect(told.filter((row) => row.event === 'payment.settled')).toHaveLength(1)
  for (const row of told) expect(handled, `${row.event} was never handled`).toContain(row.id)
  if (lane === 'within') expect(effects).toHaveLength(1)
  await checkBooks(direct)
  await second.close()
  await direct.close()
  await database.drop()
  return livedThrough
}

test.each([
  ['plain', 'before'],
  ['plain', 'after'],
  ['within', 'before'],
  ['within', 'after'],
] as const)(
  '%s lane, dying %s the statement',
  async (lane, when) => {
    // `npm run prove -- steps` dies at every statement; here at every fourth, each test from another one.
    const stride = process.env.BAYAR_PROVE === 'steps' ? 1 : 4
    let at = 1 + (['plainbefore', 'withinafter', 'plainafter', 'withinbefore'].indexOf(lane + when) % stride)
    for (; ; at += stride) {
      const death: Death = { at, when, statements: 0, isDead: false }
      if (await story(death, lane)) break
      expect(at, 'the story never ends').toBeLessThan(150)
    }
    // It died at every statement of a charge, two notifications and their deliveries.
    expect(at).toBeGreaterThan(15)
  },
  240_000,
)
