/** The money of a change of plan is taken back, and what the subscription is then. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Club, club, DAY } from '../../support/billing.ts'

const PERMATA = { paymentType: 'bank_transfer', bank: 'permata' } as const

let shop: Club
beforeEach(async () => {
  shop = await club()
  await shop.bayar.plans.create({ slug: 'max', name: 'Max', price: 180_000 })
  await shop.bayar.plans.create({ slug: 'weekly', name: 'Weekly', price: 25_000, intervalUnit: 'week' })
  await shop.bayar.plans.create({ slug: 'year', name: 'Year', price: 900_000, interval: 12 })
})
afterEach(() => shop.close())

const kinds = async (id: string) => (await shop.obligations(id)).map(({ kind, status }) => [kind, status])

async function changed(plan: string) {
  const { id } = await shop.member('user-1', PERMATA)
  await shop.advance(10 * DAY)
  const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan })
  await shop.pay(payment!.orderId)
  return { id, orderId: payment!.orderId }
}

describe('the difference that a dearer plan cost is taken back', () => {
  test('within the period: it is the plan that is paid, and nobody is past due', async () => {
    const { id, orderId } = await changed('max')
    expect(await shop.find(id)).toMatchObject({ name: 'Max', amount: 180_000 })
    await shop.simulator.reverse(orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      name: 'Pro',
      amount: 90_000,
      status: 'active',
      hasAccess: true,
      currentInterval: 1,
      nextChargeAt: new Date('2026-04-02T05:00:00Z'),
    })
    expect(await kinds(id)).toEqual([
      ['period', 'paid'],
      ['change', 'ended'],
    ])
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status).toSorted()).toEqual([
      'paid',
      'void',
    ])
    expect((await shop.toldOf(id)).at(-1)).toBe('charge_failed')
  })

  test('with a period of its own: the one that was cut short goes on', async () => {
    const { id, orderId } = await changed('year')
    expect(await shop.find(id)).toMatchObject({ currentPeriodEnd: new Date('2027-03-12T05:00:00Z') })
    await shop.simulator.reverse(orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      name: 'Pro',
      interval: 1,
      status: 'active',
      currentInterval: 1,
      currentPeriodStart: new Date('2026-03-02T05:00:00Z'),
      currentPeriodEnd: new Date('2026-04-02T05:00:00Z'),
      nextChargeAt: new Date('2026-04-02T05:00:00Z'),
    })
    await shop.advance(21 * DAY)
    await shop.bill()
    expect((await shop.obligations(id)).at(-1)).toMatchObject({
      kind: 'period',
      amount: 90_000,
      from: '2026-04-02',
      to: '2026-05-02',
    })
  })

  test('after it was paused: it stays paused, and is the plan that is paid when it is resumed', async () => {
    const { id, orderId } = await changed('max')
    await shop.bayar.subscriptions.pause(id)
    await shop.simulator.reverse(orderId)
    await shop.advance(DAY)
    expect(await shop.find(id)).toMatchObject({ name: 'Pro', status: 'paused' })
    expect(await shop.bayar.subscriptions.resume(id)).toMatchObject({
      status: 'active',
      currentPeriodEnd: new Date('2026-04-03T05:00:00Z'),
    })
  })

  test('when a later period of it is paid: that can be used to its end, and the difference is owed', async () => {
    const { id, orderId } = await changed('max')
    await shop.advance(21 * DAY)
    await shop.bill()
    await shop.pay((await shop.ordersOf(id)).at(-1)!)
    expect(await shop.find(id)).toMatchObject({ currentInterval: 2, name: 'Max' })
    await shop.simulator.reverse(orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({
      name: 'Max',
      status: 'past_due',
      hasAccess: true,
      graceUntil: new Date('2026-05-02T05:00:00Z'),
    })
  })
})

test('the period itself is taken back, and not what a dearer plan cost more: that buys no days', async () => {
  const { id } = await changed('max')
  await shop.simulator.reverse((await shop.ordersOf(id))[0]!)
  await shop.idle()
  expect(await shop.find(id)).toMatchObject({
    status: 'past_due',
    hasAccess: false,
    graceUntil: new Date('2026-03-15T05:00:00Z'),
  })
})

test('periods that were given ahead are had, when the one before them is taken back', async () => {
  const { id } = await shop.member('user-1', PERMATA)
  await shop.bayar.subscriptions.renew(id)
  await shop.bayar.subscriptions.renew(id)
  await shop.advance(29 * DAY)
  await shop.simulator.reverse((await shop.ordersOf(id))[0]!)
  await shop.idle()
  expect(await shop.find(id)).toMatchObject({
    status: 'past_due',
    hasAccess: true,
    graceUntil: new Date('2026-06-02T05:00:00Z'),
  })
})

test('a period whose rest was given back as credit counts no more when a later charge is taken back', async () => {
  const { id } = await shop.member('user-1', { plan: 'year', ...PERMATA })
  await shop.advance(10 * DAY)
  expect((await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })).payment).toBeNull()
  expect(await shop.obligations(id)).toMatchObject([{ status: 'paid', from: '2026-03-02', to: '2026-03-12' }])
  await shop.advance(7 * DAY)
  await shop.bill()
  const orderId = (await shop.ordersOf(id)).at(-1)!
  await shop.pay(orderId)
  await shop.simulator.reverse(orderId)
  await shop.idle()
  expect(await shop.find(id)).toMatchObject({
    status: 'past_due',
    graceUntil: new Date('2026-03-22T05:00:00Z'),
  })
})

test('a period that began with a cheaper plan and cost nothing is paid, also when a charge before it is taken back', async () => {
  const { id } = await shop.member('user-1', PERMATA)
  await shop.advance(31 * DAY)
  await shop.bill()
  const [first, second] = await shop.ordersOf(id)
  await shop.pay(second!)
  await shop.advance(DAY)
  await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
  await shop.simulator.reverse(first!)
  await shop.idle()
  expect(await shop.find(id)).toMatchObject({
    status: 'past_due',
    hasAccess: true,
    graceUntil: new Date('2026-04-10T05:00:00Z'),
  })
})

describe('a year is paid, changed to a week, and taken back', () => {
  const left = 900_000 - Math.round((900_000 * 10) / 365)
  const balance = async () => (await shop.bayar.wallets.get('user-1')).balance

  async function takenBack() {
    const { id } = await shop.member('user-1', { plan: 'year', ...PERMATA })
    const [orderId] = await shop.ordersOf(id)
    await shop.advance(10 * DAY)
    await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    expect(await balance()).toBe(left - 25_000)
    await shop.simulator.reverse(orderId!)
    await shop.idle()
    return id
  }

  test('the rest of the year is not in the wallet any more, and nothing runs that is paid', async () => {
    const id = await takenBack()
    expect(await balance()).toBe(0)
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      graceUntil: new Date('2026-03-15T05:00:00Z'),
    })
    expect((await shop.credits(id)).map(({ amount, reason }) => [amount, reason])).toEqual([
      [left - 25_000, 'unused_plan'],
      [25_000 - left, 'unused_plan_taken_back'],
    ])
  })

  test('paid again, it is there again, once', async () => {
    const id = await takenBack()
    const { payment } = await shop.bayar.subscriptions.pay(id)
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Weekly' })
    expect(await balance()).toBe(left - 25_000)
    await shop.simulator.reverse(payment!.orderId)
    await shop.idle()
    expect(await balance()).toBe(0)
  })

  test('what was spent of it is missing, and the wallet is frozen', async () => {
    const { id } = await shop.member('user-1', { plan: 'year', ...PERMATA })
    const [orderId] = await shop.ordersOf(id)
    await shop.advance(10 * DAY)
    await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    await shop.bayar.wallets.adjust('user-1', { amount: -100_000, reason: 'spent' })
    await shop.simulator.reverse(orderId!)
    await shop.idle()
    expect(await shop.bayar.wallets.get('user-1')).toMatchObject({
      balance: 0,
      shortfall: 100_000,
      status: 'frozen',
    })
  })
})
