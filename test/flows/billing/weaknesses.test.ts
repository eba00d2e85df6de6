/** W1 to W9 of the original's rules: what went wrong there, and does not here. W2 is the refunds', W8 the calendar's. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BCA, type Club, club, DAY, HOUR } from '../../support/billing.ts'
import { send } from '../../support/pending-order.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const open = async (more: object = {}) => {
  const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    ...BCA,
    ...more,
  } as never)
  return { id: subscription.id, orderId: payment?.orderId ?? '' }
}

/** To the end of its period, and the due ones charged. */
async function untilDue(id: string) {
  const { currentPeriodEnd } = await shop.find(id)
  await shop.advance((currentPeriodEnd!.getTime() - shop.simulator.clock.now().getTime()) / 1000)
  await shop.bill()
}

describe('W1: a sign-up that is never paid gives no free days', () => {
  test('its number expires, it is past due, and has no access; then it expires', async () => {
    const { id, orderId } = await open()
    await shop.simulator.expire(orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'payment_expired',
      hasAccess: false,
      isInGracePeriod: false,
      currentInterval: 0,
    })
    await shop.advance(3 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    expect(await shop.find(id)).toMatchObject({ status: 'expired', hasAccess: false, statusReason: 'unpaid' })
    expect(await shop.toldOf(id)).toEqual(['created', 'charge_failed', 'past_due', 'expired'])
  })

  test('after a paid period there is grace, to the day', async () => {
    const { id } = await shop.member()
    await untilDue(id)
    const [, second] = await shop.ordersOf(id)
    await shop.simulator.expire(second!)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: true, isInGracePeriod: true })
    await shop.advance(3 * DAY - 1)
    expect((await shop.find(id)).hasAccess).toBe(true)
    await shop.advance(1)
    expect((await shop.find(id)).hasAccess).toBe(false)
  })

  test('the money of the only paid period is taken back: past due, and no access', async () => {
    const { id, orderId } = await open({ bank: 'permata' })
    await shop.pay(orderId)
    await shop.simulator.reverse(orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'taken_back',
      hasAccess: false,
    })
    const [invoice] = (await shop.bayar.invoices.list()).results
    expect(invoice).toMatchObject({ status: 'sent', receivedAmount: 0 })
  })
})

describe('W2: two partial refunds of one charge', () => {
  test('are both in the books, and change nothing of the subscription', async () => {
    const card = { paymentType: 'gopay' } as const
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...card,
    })
    await shop.pay(payment!.orderId)
    for (const key of ['one', 'two']) {
      await shop.simulator.refund(payment!.orderId, { amount: 20_000, key })
      await shop.idle()
    }
    expect(await shop.bayar.payments.find(payment!.orderId)).toMatchObject({
      refundAmount: 40_000,
      netAmount: 50_000,
    })
    expect(await shop.find(subscription.id)).toMatchObject({
      status: 'active',
      hasAccess: true,
      currentInterval: 1,
    })
    expect((await shop.bayar.invoices.list()).results[0]).toMatchObject({
      status: 'partial',
      receivedAmount: 50_000,
    })
    expect(await shop.credits(subscription.id)).toEqual([])
  })
})

describe('W3: the hourly run, once more', () => {
  test('charges nobody a second time, begun again, and by four at once', async () => {
    const members = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((user) => shop.member(user)))
    await shop.advance(31 * DAY)
    await Promise.all([1, 2, 3, 4].map(() => shop.bayar.tasks.processDueSubscriptions()))
    await shop.bill()
    for (const { id } of members) {
      expect(await shop.ordersOf(id)).toHaveLength(2)
      expect((await shop.obligations(id)).map(({ period, status }) => [period, status])).toEqual([
        [1, 'paid'],
        [2, 'open'],
      ])
    }
    expect(shop.simulator.transactions()).toHaveLength(12)
  })

  test('an answer that is lost is found out, and is no second charge', async () => {
    const card = await shop.card()
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...card,
    })
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    shop.simulator.faults.add({ kind: 'lose', times: 1 })
    await untilDue(subscription.id)
    await shop.bill()
    await shop.advance(120)
    await shop.bill()
    expect(await shop.ordersOf(subscription.id)).toHaveLength(2)
    expect(shop.simulator.transactions()).toHaveLength(2)
    expect(await shop.find(subscription.id)).toMatchObject({ status: 'active', currentInterval: 2 })
  })
})

describe('W4: one number at a time', () => {
  test('another one is made only after the old has ended at Midtrans', async () => {
    const { id, orderId } = await open()
    const { payment } = await shop.bayar.subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'bni' })
    expect(payment!.bank).toBe('bni')
    expect(shop.simulator.transaction(orderId).status).toBe('cancel')
    expect(await shop.find(id)).toMatchObject({ status: 'pending' })
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'active', currentInterval: 1 })
  })

  test('where nobody knows whether it has ended, none is made', async () => {
    const { id, orderId } = await open()
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', times: 1 })
    const again = shop.bayar.subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'bni' })
    await expect(again).rejects.toMatchObject({
      code: expect.stringMatching(/gateway_unknown|subscription_payment_open/),
    })
    expect(await shop.ordersOf(id)).toEqual([orderId])
  })

  test('paid a second before, it is paid, and no other is made', async () => {
    const { id, orderId } = await open()
    shop.simulator.notifications.pause()
    await shop.simulator.pay(orderId)
    const again = shop.bayar.subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'bni' })
    await expect(again).rejects.toMatchObject({ code: 'period_not_open' })
    expect(await shop.find(id)).toMatchObject({ status: 'active' })
    expect(await shop.ordersOf(id)).toEqual([orderId])
  })

  test('late money for a number that was replaced is credit, once', async () => {
    const { id, orderId } = await open()
    await shop.simulator.expire(orderId)
    await shop.idle()
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    const [, second] = await shop.ordersOf(id)
    await shop.pay(second!)
    await shop.paidNotice(orderId)
    await shop.paidNotice(orderId)
    expect(await shop.credits(id)).toEqual([{ amount: 90_000, reason: 'period_paid' }])
    expect(await shop.find(id)).toMatchObject({ status: 'active', currentInterval: 1 })
  })
})

describe('W5: what cannot be tried again is made anew', () => {
  test('a number is made anew a day after the last has ended, three times', async () => {
    const { id } = await shop.member()
    await untilDue(id)
    const numbers = new Set<string>()
    for (let charge = 1; charge <= 4; charge++) {
      const orders = await shop.ordersOf(id)
      expect(orders).toHaveLength(charge + 1)
      const last = (await shop.bayar.payments.find(orders.at(-1)!))!
      numbers.add(last.orderId)
      await shop.simulator.expire(last.orderId)
      await shop.idle()
      await shop.bayar.tasks.retryFailedPayments()
      expect(await shop.ordersOf(id)).toHaveLength(charge + 1)
      await shop.advance(DAY)
      await shop.bayar.tasks.retryFailedPayments()
      await shop.idle()
    }
    expect(numbers.size).toBe(4)
    expect(await shop.ordersOf(id)).toHaveLength(5)
    expect(await shop.toldOf(id)).toEqual([
      'created',
      'charged',
      'activated',
      'charge_failed',
      'past_due',
      'charge_failed',
      'charge_failed',
      'charge_failed',
    ])
  })

  test('a card is tried again each day, and the third try renews its own period', async () => {
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...(await shop.card()),
    })
    const { id } = subscription
    shop.simulator.faults.add({ kind: 'bank_refuses', verb: 'charge', times: 2 })
    await untilDue(id)
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: true })
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due' })
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      graceUntil: null,
      currentPeriodStart: new Date('2026-04-02T05:00:00Z'),
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
    })
  })

  test('switched off, nothing is charged again by itself', async () => {
    await using other = await club({ options: { autoRetryFailedPayments: false } })
    const { id } = await other.member()
    await other.advance(31 * DAY)
    await other.bill()
    await other.simulator.expire((await other.ordersOf(id))[1]!)
    await other.idle()
    await other.advance(2 * DAY)
    await other.bayar.tasks.retryFailedPayments()
    expect(await other.ordersOf(id)).toHaveLength(2)
  })
})

describe('W6: money after the end revives nothing', () => {
  test('after it was cancelled it is credit', async () => {
    const { id, orderId } = await open()
    // Midtrans cannot be reached, so the number can still be paid.
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', times: 1 })
    await shop.bayar.subscriptions.cancel(id)
    expect(await shop.find(id)).toMatchObject({ status: 'cancelled' })
    await shop.pay(orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'cancelled', hasAccess: false, currentInterval: 0 })
    expect(await shop.credits(id)).toEqual([{ amount: 90_000, reason: 'subscription_cancelled' }])
    expect(await shop.toldOf(id)).toEqual(['created', 'cancelled'])
  })

  test('after it has expired it is credit', async () => {
    const { id, orderId } = await open()
    await shop.simulator.expire(orderId)
    await shop.idle()
    await shop.advance(3 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    await shop.paidNotice(orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'expired' })
    expect(await shop.credits(id)).toEqual([{ amount: 90_000, reason: 'subscription_expired' }])
  })
})

describe('W7: what Midtrans charges by its own clock is not billed here', () => {
  test('whatever its dates and its status say', async () => {
    const { token } = await shop.card()
    const native = await shop.bayar.subscriptions.create({
      name: 'Coffee',
      amount: 50_000,
      paymentType: 'credit_card',
      token,
    })
    // Even one whose id at Midtrans was never learnt, and whose date is long over.
    await shop.rows(
      `update bayar.subscriptions set next_charge_at = '2026-01-01', gateway_id = null, regular_sync_at = null, next_sync_at = null, anchor_day = 2 where id = $1`,
      [native.id],
    )
    for (const status of ['active', 'trialing', 'past_due']) {
      await shop.rows(
        `update bayar.subscriptions set status = $2, grace_until = '2026-01-02' where id = $1`,
        [native.id, status],
      )
      await shop.bill()
      await shop.bayar.tasks.retryFailedPayments()
      await shop.bayar.tasks.processPastDueExpiration()
      await shop.bayar.tasks.processExpiredSubscriptions()
      expect((await shop.find(native.id)).status).toBe(status)
    }
    expect(await shop.ordersOf(native.id)).toEqual([])
    expect(await shop.obligations(native.id)).toEqual([])
  })
})

describe('W8: from 31 January', () => {
  test('a month is due on 28 February, and then on 31 March', async () => {
    await using january = await club({ now: new Date('2026-01-31T05:00:00Z') })
    const { subscription } = await january.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...(await january.card()),
    })
    const ends = [subscription.currentPeriodEnd]
    for (let month = 0; month < 4; month++) {
      const now = await january.find(subscription.id)
      await january.advance(
        (now.currentPeriodEnd!.getTime() - january.simulator.clock.now().getTime()) / 1000,
      )
      await january.bill()
      ends.push((await january.find(subscription.id)).currentPeriodEnd)
    }
    expect(ends.map((end) => end!.toISOString().slice(0, 10))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
      '2026-06-30',
    ])
  })
})

describe('W9: another amount than was asked', () => {
  test('waits for a person and activates nothing; taken as it is, too little of it is credit', async () => {
    const { id, orderId } = await open()
    const payment = (await shop.bayar.payments.find(orderId))!
    await send(shop, {
      order_id: orderId,
      transaction_id: payment.transactionId,
      gross_amount: '1000.00',
      transaction_status: 'settlement',
      status_code: '200',
    })
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'pending', hasAccess: false })
    expect(await shop.bayar.payments.find(orderId)).toMatchObject({ needsReview: ['mismatch'] })
    await shop.bayar.payments.resolveReview({
      payment: orderId,
      reason: 'mismatch',
      decision: 'accept',
      because: 'a test',
    })
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'less_than_owed',
      hasAccess: false,
    })
    expect(await shop.credits(id)).toEqual([{ amount: 1000, reason: 'less_than_owed' }])
  })
})

test('a settlement that is hours late renews its own period, and not an interval from now', async () => {
  const { id } = await shop.member()
  await untilDue(id)
  const [, second] = await shop.ordersOf(id)
  await shop.advance(20 * HOUR)
  await shop.pay(second!)
  expect(await shop.find(id)).toMatchObject({
    currentPeriodStart: new Date('2026-04-02T05:00:00Z'),
    currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
  })
  expect(await shop.toldOf(id)).toEqual(['created', 'charged', 'activated', 'charged', 'renewed'])
})
