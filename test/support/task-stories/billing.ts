/** Tasks of what is billed here: each period asked for once, paid once, ended once. */
import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import type { Simulator } from '../../../src/simulator/index.ts'
import { BCA, DAY, HOUR } from '../billing.ts'
import { dashboard } from '../dashboard.ts'
import { atMidtrans, expectRows, moneyTaken, type TaskStory, told } from './story.ts'

const PRO = { amount: 90_000, name: 'Pro', intervalUnit: 'month' } as const
const MONTH = 31 * DAY

const byCard = async (bayar: Bayar, simulator: Simulator, user: string) => {
  const token = await dashboard(simulator).savedCard()
  const card = { paymentType: 'credit_card', token, authentication: false } as const
  return (await bayar.subscriptions.subscribe({ user, ...PRO, ...card })).subscription
}

const byNumber = async (bayar: Bayar, simulator: Simulator, user: string, more: object = {}) => {
  const { subscription, payment } = await bayar.subscriptions.subscribe({ user, ...PRO, ...BCA, ...more })
  await simulator.pay(payment!.orderId)
  await simulator.idle()
  return subscription
}

/** Each obligation of each customer, and how many charges of it are paid or can be paid. */
const PERIODS = `
  select s.user_id, o.kind, o.period, o.status,
         (select count(*)::int from bayar.obligation_charges c join bayar.payments p using (merchant, order_id)
           where c.obligation_id = o.id and (p.net_amount > 0 or (p.presumed is null and p.status in ('created', 'pending')))) as ways
    from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id order by 1, o.id`

const SUBSCRIPTIONS = 'select user_id, status, cycle, status_reason from bayar.subscriptions order by 1'

const INVOICES = `select s.user_id, i.status, i.number from bayar.invoices i
    left join bayar.obligations o on o.invoice_id = i.id left join bayar.subscriptions s on s.id = o.subscription_id order by 1, i.number`

/**
 * W3. A card, a number, one that was agreed for a single period, and one whose trial ends in two days. The original charged all of them again after a crash.
 */
export const processDueSubscriptions: TaskStory = {
  async before(bayar, { simulator }) {
    await byCard(bayar, simulator, 'card')
    await byNumber(bayar, simulator, 'number')
    await byNumber(bayar, simulator, 'once', { maxCycles: 1 })
    await bayar.subscriptions.subscribe({ user: 'trial', ...PRO, ...BCA, trialPeriodDays: 33 })
    // Shortly before midnight in Jakarta: what is begun again is begun on another day.
    await simulator.clock.advance(MONTH + 11.9 * HOUR)
  },
  async end(after) {
    // The charge of a card that was written and never sent has failed, and is tried again on the next day.
    await after.passes(DAY)
    await after.bayar.tasks.retryFailedPayments()
    await after.passes(60)
    // One number at a time.
    const open = atMidtrans(after).filter((status) => status === 'pending').length
    expect(open).toBeLessThanOrEqual(1)
    await expectRows(after, PERIODS, [
      { user_id: 'card', kind: 'period', period: 1, status: 'paid', ways: 1 },
      { user_id: 'card', kind: 'period', period: 2, status: 'paid', ways: 1 },
      { user_id: 'number', kind: 'period', period: 1, status: 'paid', ways: 1 },
      { user_id: 'number', kind: 'period', period: 2, status: 'open', ways: open },
      { user_id: 'once', kind: 'period', period: 1, status: 'paid', ways: 1 },
    ])
    expect(moneyTaken(after)).toBe(4)
    await expectRows(after, `${SUBSCRIPTIONS} limit 1`, [
      { user_id: 'card', status: 'active', cycle: 2, status_reason: null },
    ])
    expect(await told(after)).toMatchObject({
      'subscription.created': 4,
      'subscription.charged': 4,
      'subscription.activated': 3,
      'subscription.renewed': 1,
      'subscription.expired': 1,
      'subscription.trial_ending': 1,
    })
    await expectRows(after, INVOICES, [
      { user_id: 'card', status: 'paid', number: expect.any(String) },
      { user_id: 'card', status: 'paid', number: expect.any(String) },
      { user_id: 'number', status: 'paid', number: expect.any(String) },
      { user_id: 'number', status: 'sent', number: expect.any(String) },
      { user_id: 'once', status: 'paid', number: expect.any(String) },
    ])
    const numbers = [1, 2, 3, 4, 5].map((n) => ({ number: `INV-00000${n}` }))
    await expectRows(after, 'select number from bayar.invoices order by 1', numbers)
  },
}

/** One wallet has enough for the next period, the other has not. */
export const processWalletBilling: TaskStory = {
  async before(bayar, { simulator }) {
    for (const [user, amount] of [
      ['enough', 200_000],
      ['little', 100_000],
    ] as const) {
      await bayar.wallets.adjust(user, { amount, reason: 'Paid in.' })
      await bayar.subscriptions.subscribe({ user, ...PRO, collection: 'wallet' })
    }
    await simulator.clock.advance(MONTH)
  },
  async end(after) {
    expect((await after.bayar.wallets.get('enough')).balance).toBe(20_000)
    expect((await after.bayar.wallets.get('little')).balance).toBe(10_000)
    await expectRows(after, SUBSCRIPTIONS, [
      { user_id: 'enough', status: 'active', cycle: 2, status_reason: null },
      { user_id: 'little', status: 'past_due', cycle: 1, status_reason: 'insufficient_balance' },
    ])
    expect(await told(after)).toEqual({
      'invoice.created': 3,
      'invoice.paid': 3,
      'invoice.sent': 3,
      'subscription.activated': 2,
      'subscription.charged': 3,
      'subscription.charge_failed': 1,
      'subscription.created': 2,
      'subscription.past_due': 1,
      'subscription.renewed': 1,
      'wallet.credited': 2,
      'wallet.debited': 3,
    })
    // What was taken out of a wallet has its invoice, as what was charged has.
    await expectRows(after, INVOICES, [
      { user_id: 'enough', status: 'paid', number: 'INV-000001' },
      { user_id: 'enough', status: 'paid', number: 'INV-000003' },
      { user_id: 'little', status: 'paid', number: 'INV-000002' },
    ])
  },
}

/** Two that were cancelled for the end of their period; of one the number for another plan can still be paid. */
export const processExpiredSubscriptions: TaskStory = {
  async before(bayar, { simulator }) {
    const plain = await byNumber(bayar, simulator, 'plain')
    await bayar.plans.create({ slug: 'big', name: 'Big', price: 2_000_000, intervalUnit: 'month' })
    const changing = await byNumber(bayar, simulator, 'changing')
    await simulator.clock.advance(MONTH - 20 * HOUR)
    await bayar.subscriptions.changePlan(changing.id, { plan: 'big' })
    for (const { id } of [plain, changing]) await bayar.subscriptions.cancel(id, { atPeriodEnd: true })
    await simulator.clock.advance(20 * HOUR)
    await simulator.idle()
  },
  async end(after) {
    await expectRows(after, SUBSCRIPTIONS, [
      { user_id: 'changing', status: 'cancelled', cycle: 1, status_reason: 'period_ended' },
      { user_id: 'plain', status: 'cancelled', cycle: 1, status_reason: 'period_ended' },
    ])
    await expectRows(after, PERIODS, [
      { user_id: 'changing', kind: 'period', period: 1, status: 'paid', ways: 1 },
      { user_id: 'changing', kind: 'change', period: 1, status: 'ended', ways: 0 },
      { user_id: 'plain', kind: 'period', period: 1, status: 'paid', ways: 1 },
    ])
    // Nobody can pay for what has ended.
    expect(atMidtrans(after)).toEqual(['cancel', 'settlement', 'settlement'])
    expect(await told(after)).toMatchObject({
      'invoice.voided': 1,
      'payment.cancelled': 1,
      'subscription.activated': 2,
      'subscription.cancelled': 2,
      'subscription.charged': 2,
    })
  },
}

/** Its number ended unpaid, another one was made for it, and the days of grace are over while that can be paid. */
const pastDue = async (bayar: Bayar, simulator: Simulator, user: string) => {
  await byNumber(bayar, simulator, user)
  await simulator.clock.advance(MONTH)
  await bayar.tasks.processDueSubscriptions()
  await simulator.idle()
  await simulator.expire(simulator.transactions()[0]!.orderId)
  await simulator.idle()
}

export const processPastDueExpiration: TaskStory = {
  async before(bayar, { simulator }) {
    await pastDue(bayar, simulator, 'late')
    await simulator.clock.advance(2.5 * DAY)
    await bayar.tasks.retryFailedPayments()
    await simulator.clock.advance(0.5 * DAY)
    await simulator.idle()
    expect(atMidtrans({ simulator })).toEqual(['expire', 'pending', 'settlement'])
  },
  async end(after) {
    await expectRows(after, SUBSCRIPTIONS, [
      { user_id: 'late', status: 'expired', cycle: 1, status_reason: 'unpaid' },
    ])
    await expectRows(after, PERIODS, [
      { user_id: 'late', kind: 'period', period: 1, status: 'paid', ways: 1 },
      { user_id: 'late', kind: 'period', period: 2, status: 'ended', ways: 0 },
    ])
    expect(atMidtrans(after)).toEqual(['cancel', 'expire', 'settlement'])
    expect(await told(after)).toMatchObject({
      'invoice.voided': 1,
      'payment.cancelled': 1,
      'payment.expired': 1,
      'subscription.charge_failed': 1,
      'subscription.past_due': 1,
      'subscription.expired': 1,
    })
  },
}

/** W4, W5. A card that its bank refused yesterday, and a first number that ended unpaid: the card is tried again, the number is made anew. */
export const retryFailedPayments: TaskStory = {
  async before(bayar, { simulator }) {
    await byCard(bayar, simulator, 'card')
    await simulator.clock.advance(MONTH)
    simulator.faults.add({ kind: 'bank_refuses', verb: 'charge', times: 1 })
    await bayar.tasks.processDueSubscriptions()
    const { payment } = await bayar.subscriptions.subscribe({ user: 'number', ...PRO, ...BCA })
    await simulator.expire(payment!.orderId)
    await simulator.idle()
    await simulator.clock.advance(DAY)
    expect(atMidtrans({ simulator })).toEqual(['deny', 'expire', 'settlement'])
  },
  async end(after) {
    // What was written and never sent has failed, and is tried again on the next day.
    await after.passes(DAY)
    await after.bayar.tasks.retryFailedPayments()
    await after.passes(60)
    await expectRows(after, SUBSCRIPTIONS, [
      { user_id: 'card', status: 'active', cycle: 2, status_reason: null },
      { user_id: 'number', status: 'past_due', cycle: 0, status_reason: 'payment_expired' },
    ])
    const open = atMidtrans(after).filter((status) => status === 'pending').length
    expect(open).toBeLessThanOrEqual(1)
    await expectRows(after, PERIODS, [
      { user_id: 'card', kind: 'period', period: 1, status: 'paid', ways: 1 },
      { user_id: 'card', kind: 'period', period: 2, status: 'paid', ways: 1 },
      { user_id: 'number', kind: 'period', period: 1, status: 'open', ways: open },
    ])
    expect(moneyTaken(after)).toBe(2)
    expect(await told(after)).toMatchObject({
      'subscription.activated': 1,
      'subscription.charged': 2,
      'subscription.past_due': 2,
      'subscription.renewed': 1,
    })
  },
}

/** Three days before three periods end, by three ways; each customer is told once, and of what is true. */
export const sendExpiryReminders: TaskStory = {
  async before(bayar, { simulator }) {
    await byCard(bayar, simulator, 'card')
    await byNumber(bayar, simulator, 'number')
    const { id } = await byNumber(bayar, simulator, 'leaving')
    await bayar.subscriptions.cancel(id, { atPeriodEnd: true })
    const gone = await byNumber(bayar, simulator, 'gone')
    await bayar.subscriptions.cancel(gone.id)
    await simulator.clock.advance(28 * DAY)
  },
  async end(after) {
    await expectRows(
      after,
      `select user_id, status, facts ->> 'days' as days, facts ->> 'renewal' as renewal from bayar.messages where type = 'expiry_reminder' order by 1`,
      [
        { user_id: 'card', status: 'sent', days: '3', renewal: 'automatic' },
        { user_id: 'leaving', status: 'sent', days: '3', renewal: 'ends' },
        { user_id: 'number', status: 'sent', days: '3', renewal: 'to_pay' },
      ],
    )
    expect(moneyTaken(after)).toBe(4)
  },
}
