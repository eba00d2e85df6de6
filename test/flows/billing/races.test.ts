/** The locks of money and of billing, taken from both ends at once: nobody waits for ever, and whoever comes second finds what the first has done. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BCA, type Club, club, DAY } from '../../support/billing.ts'

let shop: Club
beforeEach(async () => {
  shop = await club({ options: { connections: 12 } })
})
afterEach(() => shop.close())

/** Deadlocks that PostgreSQL has ended in this database: each was somebody's second try, and none is expected. */
const deadlocks = async () =>
  (
    await shop.rows<{ count: number }>(
      'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    )
  )[0]!.count

test('a settlement against the task that bills, retries and ends: each member is charged once and is paid once', async () => {
  const users = Array.from({ length: 8 }, (_, index) => `user-${index}`)
  const members = []
  for (const user of users) members.push(await shop.member(user))
  await shop.advance(31 * DAY)
  await shop.bill()
  const seconds = await Promise.all(members.map(async ({ id }) => (await shop.ordersOf(id))[1]!))
  // Those who pay and those whose number is replaced, cancelled, paused or ended in the same moment.
  const { subscriptions, tasks } = shop.bayar
  const work: Promise<unknown>[] = []
  for (const [index, { id }] of members.entries()) {
    work.push(shop.simulator.pay(seconds[index]!).catch(() => {}))
    const other = [
      () => subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'bni' }),
      () => subscriptions.cancel(id),
      () => subscriptions.pause(id),
      () => tasks.processDueSubscriptions(),
    ][index % 4]!
    work.push(other().catch(() => {}))
    work.push(tasks.retryFailedPayments().catch(() => {}))
  }
  await Promise.all(work)
  await shop.idle()
  for (const { id } of members) {
    const paid = (await shop.obligations(id)).filter(({ status }) => status === 'paid')
    const credits = (await shop.credits(id)).reduce((sum, { amount }) => sum + amount, 0)
    const received = (
      await shop.rows<{ net: number }>(
        'select coalesce(sum(net_amount), 0)::int as net from bayar.payments where owner_id = $1',
        [id],
      )
    )[0]!.net
    // What was received has paid a period or is the customer's, to the rupiah.
    expect(paid.reduce((sum, { amount }) => sum + amount, 0) + credits).toBe(received)
    expect(new Set(paid.map(({ period }) => period)).size).toBe(paid.length)
  }
  expect(await deadlocks()).toBe(0)
})

test('a change of plan, a renewal and a settlement at once', async () => {
  await shop.bayar.plans.create({ name: 'Max', price: 180_000 })
  const { id } = await shop.member()
  await shop.advance(15 * DAY)
  const { payment } = await shop.bayar.subscriptions.changePlan(id, { plan: 'max' })
  await shop.advance(16 * DAY)
  await Promise.all([
    shop.simulator.pay(payment!.orderId).catch(() => {}),
    shop.bayar.tasks.processDueSubscriptions(),
    shop.bayar.tasks.processDueSubscriptions(),
    shop.bayar.subscriptions.cancel(id, { atPeriodEnd: true }).catch(() => {}),
  ])
  await shop.idle()
  const kinds = (await shop.obligations(id)).filter(({ kind }) => kind === 'period')
  expect(new Set(kinds.map(({ period }) => period)).size).toBe(kinds.length)
  expect(await deadlocks()).toBe(0)
})

test('a subscription that is asked for twice and paid in between begins once', async () => {
  const asked = { user: 'user-1', plan: 'pro', reference: 'cart-1', ...BCA } as const
  const { subscription, payment } = await shop.bayar.subscriptions.subscribe(asked)
  await Promise.all([
    shop.simulator.pay(payment!.orderId),
    shop.bayar.subscriptions.subscribe(asked).catch(() => {}),
    shop.bayar.subscriptions.pay(subscription.id).catch(() => {}),
  ])
  await shop.idle()
  expect(await shop.ordersOf(subscription.id)).toHaveLength(1)
  expect(await shop.toldOf(subscription.id)).toEqual(['created', 'charged', 'activated'])
})
