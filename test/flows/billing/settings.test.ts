/** Each setting of the original subscriptions package, as its environment sets it, and the default that holds without it. docs/reference/configuration.md has them side by side. */
import { expect, test } from 'vitest'
import { type BayarOptions, fromEnv } from '../../../src/config.ts'
import { BCA, type Club, club, DAY } from '../../support/billing.ts'

/** A shop with this environment, and then one with none. */
async function inBoth(
  env: Record<string, string>,
  story: (shop: Club) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const told: unknown[] = []
  for (const given of [env, {}]) {
    const { database: _, serverKey: __, ...options } = fromEnv(given) as BayarOptions
    await using shop = await club({ options })
    told.push(await story(shop))
  }
  return told
}

/** A member whose second period is not paid. */
async function late(shop: Club): Promise<string> {
  const { id } = await shop.member()
  await shop.advance(31 * DAY)
  await shop.bill()
  await shop.simulator.expire((await shop.ordersOf(id)).at(-1)!)
  await shop.idle()
  return id
}

/** How often it was charged again, looked at each day. */
async function retries(shop: Club, days: number): Promise<number[]> {
  const id = await late(shop)
  const counts = []
  for (let day = 0; day < days; day++) {
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    await shop.idle()
    const orders = await shop.ordersOf(id)
    if (shop.simulator.transaction(orders.at(-1)!).status === 'pending') {
      await shop.simulator.expire(orders.at(-1)!)
      await shop.idle()
    }
    counts.push(orders.length - 2)
  }
  return counts
}

const invoiceOf = async (shop: Club) => {
  await shop.member()
  const [invoice] = (await shop.bayar.invoices.list()).results
  return invoice && [invoice.invoiceNumber, invoice.dueDate]
}

test('AUTO_GENERATE_INVOICE: on', async () => {
  expect(await inBoth({ MIDTRANS_AUTO_GENERATE_INVOICE: 'false' }, invoiceOf)).toEqual([
    undefined,
    ['INV-000001', '2026-03-09'],
  ])
})

test('INVOICE_PREFIX: INV, and INVOICE_DUE_DAYS: 7', async () => {
  const env = { MIDTRANS_INVOICE_PREFIX: 'TB', MIDTRANS_INVOICE_DUE_DAYS: '14' }
  expect(await inBoth(env, invoiceOf)).toEqual([
    ['TB-000001', '2026-03-16'],
    ['INV-000001', '2026-03-09'],
  ])
})

test('GRACE_PERIOD_DAYS: 3', async () => {
  const access = async (shop: Club) => {
    const id = await late(shop)
    const days: boolean[] = []
    for (let day = 0; day < 6; day++) {
      days.push((await shop.find(id)).hasAccess)
      await shop.advance(DAY)
    }
    return days.filter(Boolean).length
  }
  expect(await inBoth({ MIDTRANS_GRACE_PERIOD_DAYS: '5' }, access)).toEqual([5, 3])
})

test('AUTO_RETRY_FAILED_PAYMENTS: on', async () => {
  expect(await inBoth({ MIDTRANS_AUTO_RETRY_FAILED_PAYMENTS: 'off' }, (shop) => retries(shop, 2))).toEqual([
    [0, 0],
    [1, 2],
  ])
})

test('MAX_RETRY_ATTEMPTS: 3, and RETRY_INTERVAL_DAYS: 1', async () => {
  const env = { MIDTRANS_MAX_RETRY_ATTEMPTS: '2', MIDTRANS_RETRY_INTERVAL_DAYS: '2' }
  expect(await inBoth(env, (shop) => retries(shop, 5))).toEqual([
    [0, 1, 1, 2, 2],
    [1, 2, 3, 3, 3],
  ])
})

test('EXPIRY_REMINDER_DAYS: 7, 3, 1', async () => {
  const reminded = async (shop: Club) => {
    const { currentPeriodEnd } = await shop.member()
    const days: number[] = []
    for (let left = 9; left > 0; left--) {
      const then = currentPeriodEnd!.getTime() - left * DAY * 1000
      await shop.advance((then - shop.simulator.clock.now().getTime()) / 1000)
      if ((await shop.bayar.tasks.sendExpiryReminders()).reminded > 0) days.push(left)
    }
    return days
  }
  expect(await inBoth({ MIDTRANS_EXPIRY_REMINDER_DAYS: '5,2' }, reminded)).toEqual([
    [5, 2],
    [7, 3, 1],
  ])
})

test('PAYMENT_EXPIRY_MINUTES: 24 hours for a cycle, as far as the method takes it', async () => {
  const minutes = (way: object) => async (shop: Club) => {
    const { payment } = await shop.bayar.subscriptions.subscribe({ user: 'u', plan: 'pro', ...way } as never)
    return (payment!.expiryTime!.getTime() - shop.simulator.clock.now().getTime()) / 60_000
  }
  const env = { MIDTRANS_PAYMENT_EXPIRY_MINUTES: '90' }
  expect(await inBoth(env, minutes(BCA))).toEqual([90, 1440])
  // By Midtrans's own choice it would be a quarter of an hour.
  expect(await inBoth(env, minutes({ paymentType: 'qris' }))).toEqual([90, 1440])
  // What takes no deadline of ours keeps its own.
  await using shop = await club()
  const { payment } = await shop.bayar.subscriptions.subscribe({
    user: 'u',
    plan: 'pro',
    ...(await shop.card()),
  })
  expect(payment!.status).toBe('captured')
})

test('TOPUP_MIN_AMOUNT: 10,000, and TOPUP_MAX_AMOUNT: 10,000,000', async () => {
  const taken = async (shop: Club) => {
    const answers = []
    for (const amount of [4_999, 5_000, 9_999, 10_000, 20_000, 20_001, 10_000_000, 10_000_001])
      answers.push(
        await shop.bayar.topups.create({ userId: 'u', amount, paymentType: 'qris' }).then(
          () => amount,
          (error: { code: string }) => error.code,
        ),
      )
    return answers.filter((answer) => answer !== 'invalid_request')
  }
  const env = { MIDTRANS_TOPUP_MIN_AMOUNT: '5000', MIDTRANS_TOPUP_MAX_AMOUNT: '20000' }
  expect(await inBoth(env, taken)).toEqual([
    [5_000, 9_999, 10_000, 20_000],
    [10_000, 20_000, 20_001, 10_000_000],
  ])
})
