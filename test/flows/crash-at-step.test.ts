import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { EVERY, IN_FULL, TIMEOUT_MS } from '../support/die-at-each.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'

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
  const shop = await mortalShop((bayar) => {
    if (lane === 'within')
      bayar.within('payment.settled', 'effect', ({ tx, payment }) =>
        tx.query('insert into public.effects values ($1)', [payment.orderId]),
      )
  })
  const { simulator, direct, handled } = shop
  await direct.query('create table public.effects (order_id text)')
  const livedThrough = await shop.livesThrough(death, async (first) => {
    await first.payments.charge(CHARGE)
    await simulator.idle()
    await simulator.pay('ORDER-1').catch(() => {})
  })

  const second = shop.open()
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
  await shop.close(second)
  return livedThrough
}

test.concurrent.each([
  ['plain', 'before'],
  ['plain', 'after'],
  ['within', 'before'],
  ['within', 'after'],
] as const)(
  '%s lane, dying %s the statement',
  async (lane, when) => {
    // `npm run prove -- steps` dies at every statement; here at every fourth, each test from another one.
    const stride = IN_FULL ? EVERY : 4
    let at = 1 + (['plainbefore', 'withinafter', 'plainafter', 'withinbefore'].indexOf(lane + when) % stride)
    for (; ; at += stride) {
      const death: Death = { at, when, statements: 0, isDead: false }
      if (await story(death, lane)) break
      expect(at, 'the story never ends').toBeLessThan(150)
    }
    // It died at every statement of a charge, two notifications and their deliveries.
    expect(at).toBeGreaterThan(15)
  },
  TIMEOUT_MS,
)
