/** Pause, resume, cancel, reactivate, settle by hand, change of plan, and what may be used: each with what becomes of the days and of the money. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BCA, type Club, club, DAY } from '../../support/billing.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const untilEnd = async (id: string) => {
  const { currentPeriodEnd } = await shop.find(id)
  await shop.advance((currentPeriodEnd!.getTime() - shop.simulator.clock.now().getTime()) / 1000)
}
const refusal = async (work: Promise<unknown>) =>
  ((await work.catch((thrown: unknown) => thrown)) as { code?: string }).code

describe('a pause', () => {
  test('charges nothing, and its days are added to what was paid for', async () => {
    const { id } = await shop.member()
    await shop.advance(10 * DAY)
    expect(await shop.bayar.subscriptions.pause(id)).toMatchObject({ status: 'paused', hasAccess: false })
    await shop.advance(40 * DAY)
    await shop.bill()
    expect(await shop.ordersOf(id)).toHaveLength(1)
    // To 2 April, and 40 days more.
    expect(await shop.bayar.subscriptions.resume(id)).toMatchObject({
      status: 'active',
      hasAccess: true,
      currentPeriodEnd: new Date('2026-05-12T05:00:00Z'),
      nextChargeAt: new Date('2026-05-12T05:00:00Z'),
    })
    await untilEnd(id)
    await shop.bill()
    expect((await shop.obligations(id)).map(({ from, to }) => [from, to])).toEqual([
      ['2026-03-02', '2026-05-12'],
      ['2026-05-12', '2026-06-12'],
    ])
    expect(await shop.toldOf(id)).toEqual(['created', 'charged', 'activated', 'paused', 'resumed'])
  })

  test('while a renewal waits to be paid ends that, and it is asked for after the pause', async () => {
    const { id } = await shop.member()
    await untilEnd(id)
    await shop.bill()
    const [, waiting] = await shop.ordersOf(id)
    await shop.bayar.subscriptions.pause(id)
    expect(shop.simulator.transaction(waiting!).status).toBe('cancel')
    expect(await shop.find(id)).toMatchObject({ status: 'paused' })
    await shop.advance(5 * DAY)
    await shop.bayar.subscriptions.resume(id)
    await shop.bill()
    const orders = await shop.ordersOf(id)
    expect(orders).toHaveLength(3)
    await shop.pay(orders[2]!)
    expect((await shop.obligations(id)).map(({ status, from, to }) => [status, from, to])).toEqual([
      ['paid', '2026-03-02', '2026-04-07'],
      ['superseded', '2026-04-02', '2026-05-02'],
      ['paid', '2026-04-07', '2026-05-07'],
    ])
    expect(await shop.find(id)).toMatchObject({ status: 'active' })
  })

  test('of a trial moves its end', async () => {
    await shop.bayar.plans.create({ name: 'Trial', price: 50_000, trialPeriodDays: 7 })
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'trial',
      ...BCA,
    })
    await shop.bayar.subscriptions.pause(subscription.id)
    await shop.advance(3 * DAY)
    expect(await shop.bayar.subscriptions.resume(subscription.id)).toMatchObject({
      status: 'trialing',
      trialEnd: new Date('2026-03-12T05:00:00Z'),
      hasAccess: true,
    })
  })

  test('is for what is used, and is undone once', async () => {
    const { subscription } = await shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'pro', ...BCA })
    expect(await refusal(shop.bayar.subscriptions.pause(subscription.id))).toBe('command_not_possible')
    expect(await refusal(shop.bayar.subscriptions.resume(subscription.id))).toBe('command_not_possible')
  })
})

describe('cancelling', () => {
  test('now ends it, its open number and its invoice', async () => {
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
    })
    expect(await shop.bayar.subscriptions.cancel(subscription.id, { reason: 'moved away' })).toMatchObject({
      status: 'cancelled',
      cancelReason: 'moved away',
      cancelledAt: new Date('2026-03-02T05:00:00Z'),
      hasAccess: false,
    })
    await shop.idle()
    expect(shop.simulator.transaction(payment!.orderId).status).toBe('cancel')
    expect((await shop.bayar.invoices.list()).results[0]).toMatchObject({ status: 'void' })
    expect(await shop.toldOf(subscription.id)).toEqual(['created', 'cancelled'])
    expect(await refusal(shop.bayar.subscriptions.cancel(subscription.id))).toBe('command_not_possible')
  })

  test('at the end of the period keeps it until then, charges nothing more, and can be taken back', async () => {
    const { id } = await shop.member()
    const flagged = await shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true, reason: 'too dear' })
    expect(await shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true })).toMatchObject({
      cancelReason: 'too dear',
    })
    expect(flagged).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, hasAccess: true })
    await shop.bayar.tasks.processExpiredSubscriptions()
    expect((await shop.bayar.subscriptions.reactivate(id)).subscription).toMatchObject({
      cancelAtPeriodEnd: false,
    })
    await shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true })
    await untilEnd(id)
    await shop.bill()
    expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: false })
    await shop.bayar.tasks.processExpiredSubscriptions()
    await shop.bayar.tasks.processExpiredSubscriptions()
    expect(await shop.find(id)).toMatchObject({ status: 'cancelled', statusReason: 'period_ended' })
    expect(await shop.ordersOf(id)).toHaveLength(1)
    expect(await shop.toldOf(id)).toEqual(['created', 'charged', 'activated', 'cancelled'])
  })

  test('one that was cancelled begins again by a payment, and has no grace until then', async () => {
    const { id } = await shop.member()
    await shop.bayar.subscriptions.cancel(id)
    await shop.advance(50 * DAY)
    const { subscription, payment } = await shop.bayar.subscriptions.reactivate(id)
    expect(subscription).toMatchObject({ status: 'pending', hasAccess: false, currentPeriodEnd: null })
    await shop.simulator.expire(payment!.orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: false })
    const { payment: again } = await shop.bayar.subscriptions.pay(id)
    await shop.pay(again!.orderId)
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      currentPeriodStart: new Date('2026-04-21T05:00:00Z'),
      currentPeriodEnd: new Date('2026-05-21T05:00:00Z'),
    })
  })
})

describe('by hand', () => {
  test('a first period that was paid elsewhere begins, and its number is ended', async () => {
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
    })
    expect(await shop.bayar.subscriptions.activate(subscription.id)).toMatchObject({
      status: 'active',
      hasAccess: true,
    })
    expect(shop.simulator.transaction(payment!.orderId).status).toBe('cancel')
    await shop.idle()
    expect(await shop.toldOf(subscription.id)).toEqual(['created', 'activated'])
    expect((await shop.bayar.invoices.list()).results[0]).toMatchObject({ status: 'paid' })
  })

  test('the next period is given before it begins', async () => {
    const { id } = await shop.member()
    expect(await shop.bayar.subscriptions.renew(id)).toMatchObject({
      status: 'active',
      currentInterval: 2,
      currentPeriodStart: new Date('2026-04-02T05:00:00Z'),
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
      nextChargeAt: new Date('2026-05-02T05:00:00Z'),
    })
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status)).toEqual(['paid', 'paid'])
  })
})

describe('another plan', () => {
  beforeEach(async () => {
    await shop.bayar.plans.create({ name: 'Max', price: 180_000, features: { max_projects: 10 } })
    await shop.bayar.plans.create({ name: 'Mini', price: 30_000 })
    await shop.bayar.plans.create({ name: 'Weekly', price: 20_000, intervalUnit: 'week' })
  })
  // Of 31 days, 15 and a half: a half.
  const half = async (id: string) => {
    await shop.advance(15.5 * DAY)
    return shop.find(id)
  }

  test('that is dearer charges the difference, and changes with it', async () => {
    const { id } = await shop.member()
    await half(id)
    const { subscription, payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'max' })
    expect(subscription).toMatchObject({ name: 'Pro', amount: 90_000 })
    expect(payment).toMatchObject({ grossAmount: 45_000, status: 'pending' })
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({
      name: 'Max',
      amount: 180_000,
      status: 'active',
      currentInterval: 1,
      currentPeriodEnd: new Date('2026-04-02T05:00:00Z'),
    })
    expect(await shop.bayar.subscriptions.can('user-1', 'max_projects', 10)).toBe(true)
    await untilEnd(id)
    await shop.bill()
    const [, , renewal] = await shop.ordersOf(id)
    expect(await shop.bayar.payments.find(renewal!)).toMatchObject({ grossAmount: 180_000 })
  })

  test('that is dearer and is not paid leaves everything as it was; money that comes later is credit', async () => {
    const { id } = await shop.member()
    await half(id)
    const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'max' })
    await shop.simulator.expire(payment!.orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Pro', pastDueAt: null })
    await shop.paidNotice(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Pro' })
    expect(await shop.credits(id)).toEqual([{ amount: 45_000, reason: 'period_ended' }])
  })

  test('that is not paid when the period ends gives way to the renewal', async () => {
    const { id } = await shop.member()
    await shop.advance(30.5 * DAY)
    const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    await untilEnd(id)
    await shop.bill()
    await shop.idle()
    expect((await shop.obligations(id)).map(({ kind, status }) => [kind, status])).toEqual([
      ['period', 'paid'],
      ['change', 'superseded'],
      ['period', 'open'],
    ])
    expect(shop.simulator.transaction(payment!.orderId).status).toBe('cancel')
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Pro' })
  })

  test('that is cheaper changes at once, and what is left is the customer’s', async () => {
    const { id } = await shop.member()
    await half(id)
    const { subscription, payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'mini' })
    expect(payment).toBeNull()
    expect(subscription).toMatchObject({
      name: 'Mini',
      amount: 30_000,
      currentPeriodEnd: new Date('2026-04-02T05:00:00Z'),
    })
    expect(await shop.credits(id)).toEqual([{ amount: 30_000, reason: 'unused_plan' }])
  })

  test('of another rhythm begins a new period', async () => {
    const { id } = await shop.member()
    await half(id)
    const { subscription } = await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    expect(subscription).toMatchObject({
      name: 'Weekly',
      scheduleDisplay: 'every 1 week',
      currentPeriodStart: new Date('2026-03-17T17:00:00Z'),
      currentPeriodEnd: new Date('2026-03-24T17:00:00Z'),
    })
    expect(await shop.credits(id)).toEqual([{ amount: 25_000, reason: 'unused_plan' }])
    await untilEnd(id)
    await shop.bill()
    const orders = await shop.ordersOf(id)
    expect(await shop.bayar.payments.find(orders.at(-1)!)).toMatchObject({ grossAmount: 20_000 })
  })

  test('at the end of the period is the next charge’s', async () => {
    const { id } = await shop.member()
    expect(
      (await shop.bayar.subscriptions.changePlan(id, { plan: 'mini', at: 'period_end' })).subscription,
    ).toMatchObject({
      name: 'Pro',
      nextPlanId: expect.any(String),
    })
    await untilEnd(id)
    await shop.bill()
    const [, renewal] = await shop.ordersOf(id)
    expect(await shop.bayar.payments.find(renewal!)).toMatchObject({ grossAmount: 30_000 })
    expect(await shop.find(id)).toMatchObject({ name: 'Mini', nextPlanId: null })
  })

  test('in a trial changes at once and keeps its end', async () => {
    await shop.bayar.plans.create({ name: 'Trial', price: 50_000, trialPeriodDays: 7 })
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'trial',
      ...BCA,
    })
    const changed = await shop.bayar.subscriptions.changePlan(subscription.id, { plan: 'max' })
    expect(changed.subscription).toMatchObject({
      status: 'trialing',
      name: 'Max',
      trialEnd: new Date('2026-03-09T05:00:00Z'),
      nextChargeAt: new Date('2026-03-09T05:00:00Z'),
    })
    expect(await shop.credits(subscription.id)).toEqual([])
  })

  test('is refused while a period is not paid, and for what is not sold', async () => {
    const { id } = await shop.member()
    await untilEnd(id)
    await shop.bill()
    expect(await refusal(shop.bayar.subscriptions.changePlan(id, { plan: 'max' }))).toBe(
      'command_not_possible',
    )
    await shop.bayar.plans.archive('max')
    expect(await refusal(shop.bayar.subscriptions.changePlan(id, { plan: 'max' }))).toBe('plan_not_sold')
    expect(await refusal(shop.bayar.subscriptions.changePlan(id, { plan: 'none' }))).toBe('plan_not_found')
  })
})

test('max cycles: charged as often as was agreed, and then it expires', async () => {
  const { subscription } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    name: 'Twice',
    amount: 20_000,
    intervalUnit: 'week',
    maxCycles: 2,
    ...(await shop.card()),
  })
  const { id } = subscription
  for (let week = 0; week < 4; week++) {
    await shop.advance(7 * DAY)
    await shop.bill()
  }
  expect(await shop.find(id)).toMatchObject({
    status: 'expired',
    statusReason: 'finished',
    currentInterval: 2,
    hasAccess: false,
  })
  expect(await shop.ordersOf(id)).toHaveLength(2)
  expect(await shop.toldOf(id)).toEqual(['created', 'charged', 'activated', 'charged', 'renewed', 'expired'])
  expect(await refusal(shop.bayar.subscriptions.reactivate(id))).toBe('command_not_possible')
})

test('what a user may use is what their plans allow at this moment', async () => {
  const { subscriptions } = shop.bayar
  const may = () =>
    Promise.all([subscriptions.can('user-1', 'export'), subscriptions.can('user-1', 'max_projects', 3)])
  expect(await may()).toEqual([false, false])
  const { id } = await shop.member()
  expect(await may()).toEqual([true, true])
  expect(await subscriptions.can('user-1', 'max_projects', 4)).toBe(false)
  expect(await subscriptions.can('user-2', 'export')).toBe(false)
  await shop.bayar.plans.update('pro', { features: { max_projects: 9 } })
  expect(await subscriptions.can('user-1', 'max_projects', 9)).toBe(true)
  await subscriptions.pause(id)
  expect(await subscriptions.can('user-1', 'max_projects', 1)).toBe(false)
})

test('a native one is not told to do what only bayar’s own can', async () => {
  const { token } = await shop.card()
  const native = await shop.bayar.subscriptions.create({
    name: 'Coffee',
    amount: 50_000,
    paymentType: 'credit_card',
    token,
  })
  const { subscriptions } = shop.bayar
  expect(await refusal(subscriptions.renew(native.id))).toBe('command_not_possible')
  expect(await refusal(subscriptions.changePlan(native.id, { plan: 'pro' }))).toBe('command_not_possible')
  // Written as ours it would be charged twice: by Midtrans's clock and by bayar's (W7).
  for (const way of [BCA, { paymentType: 'wallet' }] as const)
    expect(await refusal(subscriptions.changeMethod(native.id, way))).toBe('command_not_possible')
  expect(await shop.find(native.id)).toMatchObject({ collection: 'native', paymentType: 'credit_card' })
  expect(await refusal(subscriptions.cancel(native.id, { atPeriodEnd: true }))).toBe('command_not_possible')
  expect(await shop.bayar.subscriptions.pause(native.id)).toMatchObject({ status: 'paused' })
  const { id } = await shop.member()
  expect(await refusal(shop.bayar.subscriptions.disable(id))).toBe('command_not_possible')
})
