/** What is left of a period is credited when its plan changes: never more than is still here of the money that paid it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Club, club, DAY } from '../../support/billing.ts'

const QRIS = { paymentType: 'qris', bank: undefined } as const

let shop: Club
beforeEach(async () => {
  shop = await club()
  await shop.bayar.plans.create({ name: 'Max', price: 180_000 })
  await shop.bayar.plans.create({ name: 'Mini', price: 30_000 })
  await shop.bayar.plans.create({ name: 'Weekly', price: 20_000, intervalUnit: 'week' })
  await shop.bayar.plans.create({ name: 'Weekly mini', price: 5_000, intervalUnit: 'week' })
  await shop.bayar.plans.create({ name: 'Year', price: 900_000, interval: 12 })
})
afterEach(() => shop.close())

async function member() {
  const { id } = await shop.member('user-1', QRIS)
  const [orderId] = await shop.ordersOf(id)
  return { id, orderId: orderId! }
}
const change = (id: string, plan: string) => shop.bayar.subscriptions.changePlan(id, { plan })
const amounts = async (id: string) => (await shop.credits(id)).map(({ amount }) => amount)

describe('a period that was given back', () => {
  test('all of it: nothing is left to set against the cheaper plan, which is paid for like any other', async () => {
    const { id, orderId } = await member()
    await shop.bayar.payments.refund(orderId)
    await shop.idle()
    const { payment } = await change(id, 'mini')
    expect(payment).toMatchObject({ grossAmount: 30_000 })
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ name: 'Mini', status: 'active' })
    expect(await amounts(id)).toEqual([])
  })

  test('in part: what is left of the money is set against the cheaper plan, and no more', async () => {
    const { id, orderId } = await member()
    await shop.bayar.payments.refund(orderId, { amount: 70_000 })
    await shop.idle()
    expect((await change(id, 'mini')).payment).toMatchObject({ grossAmount: 10_000 })
    expect(await amounts(id)).toEqual([])
  })

  test('into the wallet: it is there once', async () => {
    const { id, orderId } = await member()
    await shop.bayar.payments.refundToWallet(orderId, { amount: 90_000, reason: 'Sorry.' })
    await change(id, 'mini')
    expect(await amounts(id)).toEqual([])
    expect((await shop.bayar.wallets.get('user-1')).balance).toBe(90_000)
  })
})

describe('money that is still here is credited whole', () => {
  test('after a dearer plan in the same period, and a pause', async () => {
    const { id } = await member()
    const { payment } = await change(id, 'max')
    await shop.pay(payment!.orderId)
    await shop.bayar.subscriptions.pause(id)
    await shop.advance(5 * DAY)
    await shop.bayar.subscriptions.resume(id)
    await change(id, 'mini')
    // Of the 36 days that the period has now, 31 are left.
    expect(await amounts(id)).toEqual([129_167])
  })

  test('out of a period that was taken over into a longer one', async () => {
    const { id } = await member()
    const { payment } = await change(id, 'year')
    expect(payment).toMatchObject({ grossAmount: 810_000 })
    await shop.pay(payment!.orderId)
    await change(id, 'mini')
    expect(await amounts(id)).toEqual([870_000])
  })

  test('out of one that cost nothing, because a longer one was cut for it', async () => {
    const { id } = await member()
    await change(id, 'weekly')
    await change(id, 'weekly-mini')
    expect(await amounts(id)).toEqual([70_000, 15_000])
  })
})

describe('a dearer plan', () => {
  test('is what is asked for, by its own name', async () => {
    const { id } = await member()
    const { payment } = await change(id, 'max')
    expect(payment!.items).toMatchObject([{ name: 'Max', price: 90_000 }])
    const invoices = (await shop.bayar.invoices.list()).results
    expect(invoices.map(({ items }) => items[0]!.description.split(':')[0]).toSorted()).toEqual([
      'Max',
      'Pro',
    ])
    await shop.idle()
    const { results } = await shop.bayar.messages.list({ filter: { type: 'payment_pending' } })
    expect(results[0]!.subject).toBe('Menunggu pembayaran Rp90.000 untuk Max')
  })

  test('can still be paid when the plan that it has is asked for, which is refused', async () => {
    const { id } = await member()
    const { payment } = await change(id, 'max')
    await expect(change(id, 'pro')).rejects.toMatchObject({ code: 'command_not_possible' })
    expect((await shop.bayar.payments.find(payment!.orderId))!.status).toBe('pending')
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({ name: 'Max', status: 'active' })
  })

  test('that was chosen for the end of the period: whoever asks for the plan that they have is told how to take it back', async () => {
    const { id } = await member()
    await shop.bayar.subscriptions.changePlan(id, { plan: 'max', at: 'period_end' })
    await expect(change(id, 'pro')).rejects.toThrow(/end of the period, it takes back/)
    await shop.bayar.subscriptions.changePlan(id, { plan: 'pro', at: 'period_end' })
    expect(await shop.find(id)).toMatchObject({ nextPlanId: null })
  })
})
