/** Money that is taken back, and the books that follow it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Club, club, DAY } from '../../support/billing.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const byCard = async () =>
  (await shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'pro', ...(await shop.card()) }))
    .subscription
const renewed = async () => {
  const { id } = await byCard()
  await shop.advance(31 * DAY)
  await shop.bill()
  const [first, second] = await shop.ordersOf(id)
  return { id, first: first!, second: second! }
}

describe('a card that paid a period', () => {
  test('is voided: the period is owed again, and the next try pays the same one', async () => {
    const { id, second } = await renewed()
    await shop.simulator.cancel(second)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'taken_back',
      hasAccess: true,
      currentInterval: 1,
    })
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      currentInterval: 2,
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
      nextChargeAt: new Date('2026-05-02T05:00:00Z'),
    })
    expect(
      (await shop.obligations(id)).map(({ period, status, charges }) => [period, status, charges]),
    ).toEqual([
      [1, 'paid', 1],
      [2, 'paid', 2],
    ])
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status)).toEqual(['paid', 'paid'])
    expect(await shop.toldOf(id)).toEqual([
      'created',
      'charged',
      'activated',
      'charged',
      'renewed',
      'past_due',
      'charged',
    ])
  })

  test('is charged back: past due, and the card is not charged again unasked', async () => {
    const { id, second } = await renewed()
    await shop.simulator.settle(second)
    await shop.simulator.chargeback(second)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', currentInterval: 1 })
    await shop.advance(2 * DAY)
    await shop.bayar.tasks.retryFailedPayments()
    expect(await shop.ordersOf(id)).toHaveLength(2)
    await shop.advance(DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    expect(await shop.find(id)).toMatchObject({ status: 'expired' })
  })

  test('is given back, all of it: nothing changes but the money', async () => {
    const { id, second } = await renewed()
    await shop.simulator.settle(second)
    await shop.idle()
    await shop.bayar.payments.refund(second)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: true, currentInterval: 2 })
    expect((await shop.bayar.payments.find(second))!.netAmount).toBe(0)
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status).toSorted()).toEqual([
      'paid',
      'sent',
    ])
    expect(await shop.credits(id)).toEqual([])
    // Nobody is chased for what was given to them.
    await shop.advance(10 * DAY)
    await shop.bayar.tasks.markOverdueInvoices()
    await shop.idle()
    expect(shop.events.filter(({ type }) => type === 'invoice.overdue')).toEqual([])
  })

  test('is charged back in part: its period stays paid, and only the money changes', async () => {
    const { id, second } = await renewed()
    await shop.simulator.settle(second)
    await shop.simulator.partialChargeback(second)
    await shop.idle()
    expect(await shop.bayar.payments.find(second)).toMatchObject({ status: 'partially_charged_back' })
    expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: true, currentInterval: 2 })
    expect((await shop.obligations(id)).at(-1)).toMatchObject({ period: 2, status: 'paid' })
    expect(await shop.credits(id)).toEqual([])
  })

  test('of an earlier period is charged back while the next is paid: past due, until that one is paid again', async () => {
    const { id, first } = await renewed()
    await shop.simulator.settle(first).catch(() => {})
    await shop.simulator.chargeback(first)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: true, currentInterval: 1 })
    const { payment } = await shop.bayar.subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'bca' })
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      currentInterval: 2,
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
      nextChargeAt: new Date('2026-05-02T05:00:00Z'),
    })
  })

  test('of an earlier period is charged back: the next, which is paid, can be used to its end, and then it is over', async () => {
    const { id, first } = await renewed()
    await shop.simulator.settle(first).catch(() => {})
    await shop.simulator.chargeback(first)
    await shop.advance(10 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      hasAccess: true,
      graceUntil: new Date('2026-05-02T05:00:00Z'),
    })
    await shop.advance(21 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    expect(await shop.find(id)).toMatchObject({ status: 'expired', hasAccess: false })
  })

  test('of both periods is charged back: the days of grace, and no more', async () => {
    const { id, first, second } = await renewed()
    await shop.simulator.settle(first).catch(() => {})
    await shop.simulator.chargeback(first)
    await shop.idle()
    await shop.advance(DAY)
    await shop.simulator.settle(second).catch(() => {})
    await shop.simulator.chargeback(second)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: false, currentInterval: 0 })
    await shop.advance(3 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    expect(await shop.find(id)).toMatchObject({ status: 'expired' })
  })

  test('is taken back after the subscription has ended: nothing is owed by what has ended, and its invoice is void', async () => {
    const { id, second } = await renewed()
    await shop.bayar.subscriptions.cancel(id)
    await shop.simulator.cancel(second)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'cancelled' })
    expect((await shop.obligations(id)).map(({ status }) => status)).toEqual(['paid', 'ended'])
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status).toSorted()).toEqual([
      'paid',
      'void',
    ])
  })
})

test('the money of a change of plan is taken back while another change is asked for: it is asked for no more', async () => {
  await shop.bayar.plans.create({ name: 'Max', price: 180_000 })
  await shop.bayar.plans.create({ name: 'Ultra', price: 900_000 })
  const { id } = await shop.member('user-1')
  await shop.advance(DAY)
  await shop.bayar.subscriptions.changeMethod(id, { paymentType: 'bank_transfer', bank: 'permata' })
  const max = await shop.bayar.subscriptions.changePlan(id, { plan: 'max' })
  await shop.pay(max.payment!.orderId)
  expect(await shop.find(id)).toMatchObject({ name: 'Max' })
  await shop.bayar.subscriptions.changePlan(id, { plan: 'ultra' })
  await shop.simulator.reverse(max.payment!.orderId)
  await shop.idle()
  expect(await shop.bayar.payments.find(max.payment!.orderId)).toMatchObject({
    status: 'reversed',
    needsReview: [],
  })
  expect(await shop.find(id)).toMatchObject({ status: 'past_due' })
  expect((await shop.obligations(id)).map(({ kind, status }) => [kind, status])).toEqual([
    ['period', 'paid'],
    ['change', 'ended'],
    ['change', 'open'],
  ])
})

test('while a trial runs nothing is owed, and a card that is refused at its end is tried again', async () => {
  await shop.bayar.plans.create({ name: 'Trial', price: 50_000, trialPeriodDays: 7 })
  const { subscription } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'trial',
    ...(await shop.card()),
  })
  shop.simulator.faults.add({ kind: 'bank_refuses', verb: 'charge', times: 1 })
  await shop.advance(7 * DAY)
  await shop.bill()
  // Nothing was ever paid: no grace.
  expect(await shop.find(subscription.id)).toMatchObject({ status: 'past_due', hasAccess: false })
  await shop.advance(DAY)
  await shop.bayar.tasks.retryFailedPayments()
  await shop.idle()
  expect(await shop.find(subscription.id)).toMatchObject({
    status: 'active',
    currentPeriodStart: new Date('2026-03-10T05:00:00Z'),
    currentPeriodEnd: new Date('2026-04-10T05:00:00Z'),
  })
})

test('a method that was switched off leaves nobody with access for nothing', async () => {
  const { id } = await shop.member()
  await shop.advance(31 * DAY)
  await shop.rows(
    `update bayar.subscriptions set payment_type = 'credit_card', method = '{}', token = null where id = $1`,
    [id],
  )
  await shop.bill()
  expect(await shop.find(id)).toMatchObject({ status: 'past_due', statusReason: 'invalid_request' })
  expect((await shop.obligations(id)).at(-1)).toMatchObject({ status: 'open', charges: 1 })
})
