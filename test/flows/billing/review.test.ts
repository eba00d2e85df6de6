/** What could be had for nothing, or be paid for nothing, by whoever asks for one thing after another. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BCA, type Club, club, DAY, HOUR } from '../../support/billing.ts'

const PERMATA = { paymentType: 'bank_transfer', bank: 'permata' } as const
const QRIS = { paymentType: 'qris' } as const

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const untilEnd = async (id: string) => {
  const { currentPeriodEnd } = await shop.find(id)
  await shop.advance((currentPeriodEnd!.getTime() - shop.simulator.clock.now().getTime()) / 1000)
}
const tasks = async () => {
  await shop.bill()
  await shop.bayar.tasks.retryFailedPayments()
  await shop.bayar.tasks.processExpiredSubscriptions()
  await shop.bayar.tasks.processPastDueExpiration()
  await shop.idle()
}

describe('a renewal that is not paid gives no access for ever', () => {
  test('to whoever asks for another way to pay each day', async () => {
    const { id } = await shop.member()
    await untilEnd(id)
    await shop.bill()
    for (let turn = 0; turn < 12; turn++) {
      await shop.advance(20 * HOUR)
      await shop.bayar.subscriptions.pay(id, turn % 2 === 0 ? QRIS : BCA).catch(() => {})
      await tasks()
    }
    expect(await shop.find(id)).toMatchObject({ hasAccess: false, status: 'expired' })
  })

  test('to whoever pauses and resumes each day', async () => {
    const { id } = await shop.member()
    await untilEnd(id)
    await shop.bill()
    for (let turn = 0; turn < 12; turn++) {
      await shop.advance(20 * HOUR)
      await shop.bayar.subscriptions
        .pause(id)
        .then(() => shop.bayar.subscriptions.resume(id))
        .catch(() => {})
      await tasks()
    }
    expect(await shop.find(id)).toMatchObject({ hasAccess: false, status: 'expired' })
  })
})

test('whoever has cancelled for the end of a period that is over is not charged for the next', async () => {
  const card = await shop.card()
  const { id } = await shop.member('user-1', card)
  await shop.bayar.subscriptions.changeMethod(id, await shop.card('noFunds'))
  await untilEnd(id)
  await shop.bill()
  expect(await shop.find(id)).toMatchObject({ status: 'past_due' })
  await shop.bayar.subscriptions.changeMethod(id, card)
  await shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true })
  await shop.advance(DAY + HOUR)
  await shop.bayar.tasks.retryFailedPayments()
  await shop.bill()
  await shop.bayar.tasks.processExpiredSubscriptions()
  expect(await shop.find(id)).toMatchObject({ status: 'cancelled', currentInterval: 1 })
  expect(await shop.ordersOf(id)).toHaveLength(2)
})

test('nor is whoever cancels so while the charge of the next waits for Midtrans', async () => {
  const { id } = await shop.member('user-1', await shop.card())
  await untilEnd(id)
  shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge', times: 1 })
  await shop.bill()
  await shop.advance(20)
  await shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true })
  await shop.advance(2 * HOUR)
  await tasks()
  expect(await shop.find(id)).toMatchObject({ status: 'cancelled', currentInterval: 1 })
  const paid = shop.simulator.transactions().map(({ status }) => status)
  expect(paid.filter((status) => status === 'capture' || status === 'settlement')).toHaveLength(1)
})

describe('the difference to a plan that was left since is taken back', () => {
  async function owed() {
    await shop.bayar.plans.create({ slug: 'max', name: 'Max', price: 180_000 })
    await shop.bayar.plans.create({ slug: 'top', name: 'Top', price: 360_000 })
    const { id } = await shop.member('user-1', PERMATA)
    await shop.advance(DAY)
    const { payment: first } = await shop.bayar.subscriptions.changePlan(id, { plan: 'max' })
    await shop.pay(first!.orderId)
    await shop.advance(DAY)
    const { payment: second } = await shop.bayar.subscriptions.changePlan(id, { plan: 'top' })
    await shop.pay(second!.orderId)
    await shop.simulator.reverse(first!.orderId)
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', name: 'Top' })
    return id
  }

  test('paid again, it is no step back to that plan', async () => {
    const id = await owed()
    const { payment } = await shop.bayar.subscriptions.pay(id)
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Top', amount: 360_000 })
  })

  test('not paid by its first number, it can be paid by another', async () => {
    const id = await owed()
    await shop.bayar.subscriptions.pay(id)
    await shop.advance(DAY + HOUR)
    await tasks()
    const { payment } = await shop.bayar.subscriptions.pay(id)
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ status: 'active', name: 'Top' })
  })

  test('given by a person, it is settled, and no period is given with it', async () => {
    const id = await owed()
    expect(await shop.bayar.subscriptions.activate(id)).toMatchObject({
      status: 'active',
      name: 'Top',
      currentInterval: 1,
      currentPeriodEnd: new Date('2026-04-02T05:00:00Z'),
    })
  })
})

test('a period that is given ahead takes the place of a change of plan that is not paid yet', async () => {
  await shop.bayar.plans.create({ slug: 'year', name: 'Year', price: 900_000, interval: 12 })
  const { id } = await shop.member('user-1', PERMATA)
  await shop.advance(DAY)
  const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'year' })
  await shop.bayar.subscriptions.renew(id)
  await shop.idle()
  await shop.simulator.pay(payment!.orderId).catch(() => {})
  await shop.idle()
  expect(await shop.find(id)).toMatchObject({ name: 'Pro', amount: 90_000, currentInterval: 2 })
  expect(shop.simulator.transaction(payment!.orderId).status).toBe('cancel')
})

test('what became credit is not given to the wallet a second time', async () => {
  const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    ...PERMATA,
  })
  shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', times: 1 })
  await shop.bayar.subscriptions.cancel(subscription.id)
  await shop.pay(payment!.orderId)
  expect(await shop.bayar.wallets.get('user-1')).toMatchObject({ balance: 90_000 })
  await expect(
    shop.bayar.payments.refundToWallet(payment!.orderId, { amount: 90_000 }),
  ).rejects.toMatchObject({ code: 'command_not_possible' })
  expect(await shop.bayar.wallets.get('user-1')).toMatchObject({ balance: 90_000 })
})

describe('the money of a period that was given back', () => {
  async function refunded(refund: (orderId: string) => Promise<unknown>) {
    await shop.bayar.plans.create({ slug: 'year', name: 'Year', price: 900_000, interval: 12 })
    await shop.bayar.plans.create({ slug: 'weekly', name: 'Weekly', price: 25_000, intervalUnit: 'week' })
    const { id } = await shop.member('user-1', { plan: 'year', ...(await shop.card()) })
    const [orderId] = await shop.ordersOf(id)
    await shop.advance(2 * DAY)
    await refund(orderId!)
    await shop.idle()
    const before = (await shop.bayar.wallets.get('user-1')).balance
    const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    const after = (await shop.bayar.wallets.get('user-1')).balance
    return { credit: after - before, owed: payment?.grossAmount ?? 0 }
  }

  test('is no credit when its plan changes, and does not pay the next one', async () => {
    expect(await refunded((orderId) => shop.bayar.payments.refund(orderId))).toEqual({
      credit: 0,
      owed: 25_000,
    })
  })

  test('nor when it was given back into the wallet', async () => {
    expect(await refunded((orderId) => shop.bayar.payments.refundToWallet(orderId))).toEqual({
      credit: 0,
      owed: 25_000,
    })
  })

  test('counts as far as it was not: a part of it that was given back is no credit', async () => {
    const part = (orderId: string) => shop.bayar.payments.refund(orderId, { amount: 600_000 })
    expect(await refunded(part)).toEqual({ credit: 275_000, owed: 0 })
  })
})

describe('a year that became credit when it was changed to a week', () => {
  async function changed() {
    await shop.bayar.plans.create({ slug: 'year', name: 'Year', price: 900_000, interval: 12 })
    await shop.bayar.plans.create({ slug: 'weekly', name: 'Weekly', price: 25_000, intervalUnit: 'week' })
    const { id } = await shop.member('user-1', { plan: 'year', ...(await shop.card()) })
    const [orderId] = await shop.ordersOf(id)
    await shop.advance(2 * DAY)
    await shop.bayar.subscriptions.changePlan(id, { plan: 'weekly' })
    return orderId!
  }
  const balance = async () => (await shop.bayar.wallets.get('user-1')).balance

  test('is given back once: a refund takes the credit with it', async () => {
    const orderId = await changed()
    await shop.bayar.payments.refund(orderId)
    await shop.idle()
    expect(await balance()).toBe(0)
  })

  test('keeps of it what a part of a refund leaves', async () => {
    const orderId = await changed()
    const before = await balance()
    await shop.bayar.payments.refund(orderId, { amount: 10_000 })
    await shop.idle()
    expect(await balance()).toBe(before)
    await shop.bayar.payments.refund(orderId, { amount: 600_000 })
    await shop.idle()
    expect(await balance()).toBe(290_000)
  })

  test('is not given to the wallet once more', async () => {
    const orderId = await changed()
    const before = await balance()
    await expect(shop.bayar.payments.refundToWallet(orderId)).rejects.toMatchObject({
      code: 'command_not_possible',
    })
    expect(await balance()).toBe(before)
  })
})
