/** Tasks of payments: asked about, ended, charged, refunded, held against Midtrans. */
import { expect } from 'vitest'
import { cardToken } from '../card-token.ts'
import { type TaskStory, told } from './story.ts'

const ORDER = { orderId: 'ORDER-1', grossAmount: 150_000 } as const
const SETTLED = { status: 'settled', netAmount: 150_000, needsReview: [] } as const
const PAID = ['ORDER-1', 'ORDER-3'] as const

/** Three numbers, two of them paid; nobody has told us. */
const paidInSilence: TaskStory['before'] = async (bayar, { simulator }) => {
  for (const orderId of ['ORDER-1', 'ORDER-2', 'ORDER-3'])
    await bayar.payments.charge({ ...ORDER, orderId, paymentType: 'bank_transfer', bank: 'bca' })
  await simulator.idle()
  simulator.notifications.pause()
  for (const orderId of PAID) await simulator.pay(orderId)
}

const settledOnce: TaskStory['end'] = async (after) => {
  const { bayar, simulator } = after
  expect(simulator.transactions()).toHaveLength(3)
  for (const orderId of PAID) expect(await bayar.payments.find(orderId)).toMatchObject(SETTLED)
  expect(await told(after)).toEqual({ 'payment.received': 3, 'payment.settled': 2 })
}

export const checkPaymentStatus: TaskStory = {
  async before(bayar, { simulator }) {
    await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
    await simulator.idle()
    simulator.notifications.pause()
    await simulator.pay('ORDER-1')
  },
  given: () => 'ORDER-1',
  async end(after) {
    expect(await after.bayar.payments.find('ORDER-1')).toMatchObject(SETTLED)
    expect(await told(after)).toEqual({ 'payment.received': 1, 'payment.settled': 1 })
  },
}

/** By a saved card: nobody sits beside it who would notice that it was charged twice. */
export const processChargeAsync: TaskStory = {
  before: async () => {},
  given: async ({ simulator }) => ({
    ...ORDER,
    paymentType: 'credit_card',
    authentication: false,
    tokenId: await cardToken(simulator),
  }),
  async end(after) {
    const { bayar, simulator, direct, wasPutOff } = after
    const payment = await bayar.payments.find('ORDER-1')
    expect(payment !== undefined).toBe(wasPutOff)
    const charged = simulator.transactions().length
    expect(charged).toBeLessThanOrEqual(1)
    // Claimed, and dead before it was sent: it has failed, and is never sent behind anybody's back.
    if (wasPutOff)
      expect(payment).toMatchObject({
        status: charged === 1 ? 'captured' : 'failed',
        netAmount: charged * 150_000,
      })
    expect((await told(after))['payment.settled'] ?? 0).toBe(charged)
    const { rows } = await direct.query<{ text: string }>(
      `select coalesce(string_agg(t::text, ' '), '') as text from (select request from bayar.intents union all select arguments from bayar.tasks) t`,
    )
    expect(rows[0]!.text).not.toMatch(/token/i)
  },
}

export const processRefundAsync: TaskStory = {
  async before(bayar, { simulator }) {
    await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
    await simulator.pay('ORDER-1')
  },
  given: () => ({ order_id: 'ORDER-1', amount: 50_000 }),
  async end(after) {
    const { bayar, simulator, wasPutOff } = after
    const refunds = simulator.transaction('ORDER-1').refunds.length
    expect(refunds).toBeLessThanOrEqual(wasPutOff ? 1 : 0)
    expect(await bayar.payments.find('ORDER-1')).toMatchObject({
      status: refunds === 1 ? 'partially_refunded' : 'settled',
      netAmount: 150_000 - refunds * 50_000,
      needsReview: [],
    })
    expect((await bayar.payments.refunds('ORDER-1')).map(({ status }) => status)).not.toContain('reserved')
    expect((await told(after))['payment.refunded'] ?? 0).toBe(refunds)
  },
}

export const checkPendingPayments: TaskStory = {
  async before(bayar, world) {
    await paidInSilence(bayar, world)
    await world.direct.query(`update bayar.open_payments set next_check_at = '2026-03-01'`)
  },
  end: settledOnce,
}

export const expireStalePayments: TaskStory = {
  async before(bayar, { simulator, direct }) {
    for (const orderId of ['ORDER-PAID', 'ORDER-STALE'])
      await bayar.payments.charge({ ...ORDER, orderId, paymentType: 'bank_transfer', bank: 'bca' })
    await simulator.idle()
    simulator.notifications.pause()
    await simulator.pay('ORDER-PAID')
    await direct.query(`update bayar.attempts set expiry_time = '2026-03-02T04:00:00Z'`)
  },
  async end(after) {
    const { bayar, simulator } = after
    expect(await bayar.payments.find('ORDER-PAID')).toMatchObject(SETTLED)
    // Unless the command was written and never sent: then it is asked again hours later.
    const isEnded = simulator.transaction('ORDER-STALE').status === 'expire'
    expect((await bayar.payments.find('ORDER-STALE'))!.status).toBe(isEnded ? 'expired' : 'pending')
    expect(await told(after)).toEqual({
      'payment.received': 2,
      'payment.settled': 1,
      ...(isEnded && { 'payment.expired': 1 }),
    })
  },
}

/** Nothing else looks at them: whose check is due comes later. */
export const reconcile: TaskStory = {
  async before(bayar, world) {
    await paidInSilence(bayar, world)
    await world.direct.query(`update bayar.open_payments set next_check_at = '2026-06-01'`)
  },
  given: () => ({ from: '2026-03-01', to: '2026-03-20', fix: true }),
  async end(after) {
    if (!after.wasPutOff) return
    await settledOnce(after)
    const { rows } = await after.direct.query<{ result: { compared: number; differences: number } }>(
      `select result from bayar.tasks where name = 'reconcile'`,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.result.compared).toBe(3)
    // What was repaired before the page was written down is no difference any more.
    expect(rows[0]!.result.differences).toBeLessThanOrEqual(2)
  },
}
