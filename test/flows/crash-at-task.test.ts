import { expect } from 'vitest'
import type { Bayar } from '../../src/bayar.ts'
import type { Simulator } from '../../src/simulator/index.ts'
import type { Database } from '../../src/store/database.ts'
import { cardToken } from '../support/card-token.ts'
import { dieAtEach } from '../support/die-at-each.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'

/**
 * A process dies at its Nth statement of putting a task off and running it, for every N, before the statement or after it. Another process takes over and time passes: then the task has ended, Midtrans was
 * asked to move money once, and our books say what Midtrans's say.
 */
interface World {
  readonly simulator: Simulator
  readonly direct: Database
}

interface Story {
  before(bayar: Bayar, world: World): Promise<unknown>
  dies(bayar: Bayar, world: World): Promise<unknown>
  end(bayar: Bayar, world: World, wasPutOff: boolean): Promise<void>
}

const ORDER = { orderId: 'ORDER-1', grossAmount: 150_000 } as const

const STORIES: Readonly<Record<string, Story>> = {
  check_payment_status: {
    async before(bayar, { simulator }) {
      await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
      simulator.notifications.pause()
      await simulator.pay('ORDER-1')
    },
    dies: (bayar) => bayar.tasks.checkPaymentStatus.delay('ORDER-1'),
    async end(bayar) {
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'process_charge_async by a saved card': {
    before: async () => {},
    dies: async (bayar, { simulator }) =>
      bayar.tasks.processChargeAsync.delay({
        ...ORDER,
        paymentType: 'credit_card',
        authentication: false,
        tokenId: await cardToken(simulator),
      }),
    async end(bayar, { simulator, direct }, wasPutOff) {
      const payment = await bayar.payments.find('ORDER-1')
      expect(payment !== undefined).toBe(wasPutOff)
      expect(simulator.transactions().length).toBeLessThanOrEqual(1)
      // Claimed, and dead before it was sent: it has failed, and is never sent behind anybody's back.
      if (wasPutOff)
        expect(payment!.status).toBe(simulator.transactions().length === 1 ? 'captured' : 'failed')
      const { rows } = await direct.query<{ text: string }>(
        `select coalesce(string_agg(t::text, ' '), '') as text from (select request from bayar.intents union all select arguments from bayar.tasks) t`,
      )
      expect(rows[0]!.text).not.toMatch(/token/i)
    },
  },
  process_refund_async: {
    async before(bayar, { simulator }) {
      await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
      await simulator.pay('ORDER-1')
    },
    dies: (bayar) => bayar.tasks.processRefundAsync.delay({ order_id: 'ORDER-1', amount: 50_000 }),
    async end(bayar, { simulator }, wasPutOff) {
      const refunds = simulator.transaction('ORDER-1').refunds.length
      expect(refunds).toBeLessThanOrEqual(wasPutOff ? 1 : 0)
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({
        status: refunds === 1 ? 'partially_refunded' : 'settled',
        netAmount: 150_000 - refunds * 50_000,
        needsReview: [],
      })
      expect((await bayar.payments.refunds('ORDER-1')).map(({ status }) => status)).not.toContain('reserved')
    },
  },
  check_pending_payments: {
    async before(bayar, { simulator, direct }) {
      for (const orderId of ['ORDER-1', 'ORDER-2', 'ORDER-3'])
        await bayar.payments.charge({ ...ORDER, orderId, paymentType: 'gopay' })
      simulator.notifications.pause()
      for (const orderId of ['ORDER-1', 'ORDER-3']) await simulator.pay(orderId)
      await direct.query(`update bayar.open_payments set next_check_at = '2026-03-01'`)
    },
    dies: (bayar) => bayar.tasks.checkPendingPayments.delay(),
    async end(bayar, { simulator }) {
      expect(simulator.transactions()).toHaveLength(3)
      const settled = (orderId: string) => bayar.payments.find(orderId)
      for (const orderId of ['ORDER-1', 'ORDER-3'])
        expect(await settled(orderId)).toMatchObject({ status: 'settled', netAmount: 150_000 })
      const told = await bayar.events.list({ filter: { type: 'payment.settled' } })
      expect(told.results).toHaveLength(2)
    },
  },
  expire_stale_payments: {
    async before(bayar, { simulator, direct }) {
      for (const orderId of ['ORDER-PAID', 'ORDER-STALE'])
        await bayar.payments.charge({ ...ORDER, orderId, paymentType: 'bank_transfer', bank: 'bca' })
      simulator.notifications.pause()
      await simulator.pay('ORDER-PAID')
      await direct.query(`update bayar.attempts set expiry_time = '2026-03-02T04:00:00Z'`)
    },
    dies: (bayar) => bayar.tasks.expireStalePayments.delay(),
    async end(bayar, { simulator }) {
      expect(await bayar.payments.find('ORDER-PAID')).toMatchObject({ status: 'settled', netAmount: 150_000 })
      // Unless the command was written and never sent: then it is asked again hours later.
      const { status } = (await bayar.payments.find('ORDER-STALE'))!
      expect(status).toBe(simulator.transaction('ORDER-STALE').status === 'expire' ? 'expired' : 'pending')
    },
  },
}

async function tell(story: Story, death: Death): Promise<boolean> {
  const shop = await mortalShop()
  const { simulator, direct } = shop
  const living = shop.open()
  await living.ready()
  await story.before(living, shop)
  await simulator.idle()
  await living.close()
  const livedThrough = await shop.livesThrough(death, (dying) => story.dies(dying, shop))

  const next = shop.open()
  const worker = await next.work()
  const tasks = await direct.query<{ state: string }>(`select state from bayar.tasks where slot is null`)
  for (const seconds of [1, 40, 40, 120, 300, 300, 600, 1800, 10]) {
    await worker.idle()
    await simulator.clock.advance(seconds)
  }
  await worker.idle()
  const ended = await direct.query<{ name: string; state: string; error: string | null }>(
    `select name, state, error from bayar.tasks`,
  )
  for (const { name, state } of ended.rows)
    expect(['done', 'failed'], `${name}, died ${death.when} statement ${death.at}`).toContain(state)
  await story.end(next, shop, tasks.rows.length === 1)
  await shop.close(next)
  return livedThrough
}

dieAtEach(Object.keys(STORIES), { stride: 9, atMost: 200 }, (name, death) => tell(STORIES[name]!, death))
