import { expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { BCA, type Club, club, DAY, HOUR } from '../../support/billing.ts'

/**
 * Histories that nobody thought of: members who pay, do not pay, pay late and twice, pause, change plans, cancel and come back, while the tasks run. Whatever happened, no money is lost and none is made, and no day is
 * billed twice. A seed that fails says so and can be run again.
 */
const STEPS = 45

/** mulberry32: small, seeded, and good enough to choose what happens next. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

/** What may be refused is refused in words; anything else is a fault of ours. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!isBayarError(error) || error.code === 'internal') throw error
  })
}

async function step(shop: Club, ids: readonly string[], roll: (sides: number) => number): Promise<string> {
  const id = ids[roll(ids.length)]!
  const { subscriptions, tasks } = shop.bayar
  const orders = await shop.ordersOf(id)
  const order = orders.length === 0 ? undefined : orders[Math.max(0, orders.length - 1 - roll(2))]
  const status = order && shop.simulator.transactions().find(({ orderId }) => orderId === order)?.status
  const plan = ['pro', 'mini', 'weekly', 'max'][roll(4)]!
  const happenings: Readonly<Record<string, () => Promise<unknown>>> = {
    days: () => shop.advance((1 + roll(9)) * DAY),
    hours: () => shop.advance((1 + roll(30)) * HOUR),
    bill: () => tasks.processDueSubscriptions(),
    wallets: () => tasks.processWalletBilling(),
    retry: () => tasks.retryFailedPayments(),
    expire: () => tasks.processPastDueExpiration(),
    end: () => tasks.processExpiredSubscriptions(),
    pays: async () => order && status === 'pending' && shop.simulator.pay(order),
    'does not pay': async () => order && status === 'pending' && shop.simulator.expire(order),
    'pays late': async () => order && (status === 'expire' || status === 'cancel') && shop.paidNotice(order),
    'is taken back': async () => order && status === 'settlement' && shop.simulator.reverse(order),
    'asks again': () => subscriptions.pay(id),
    'pays otherwise': () => subscriptions.pay(id, { paymentType: 'bank_transfer', bank: 'permata' }),
    pause: () => subscriptions.pause(id),
    resume: () => subscriptions.resume(id),
    'changes now': () => subscriptions.changePlan(id, { plan }),
    'changes later': () => subscriptions.changePlan(id, { plan, at: 'period_end' }),
    cancel: () => subscriptions.cancel(id),
    'cancels later': () => subscriptions.cancel(id, { atPeriodEnd: true }),
    reactivate: () => subscriptions.reactivate(id),
    given: () => subscriptions.renew(id),
  }
  const often = ['days', 'bill', 'pays', 'retry', 'days', 'bill', 'pays', 'wallets', 'expire']
  const names = [...often, ...Object.keys(happenings)]
  const name = names[roll(names.length)]!
  await attempt(() => happenings[name]!())
  await shop.idle()
  return `${name} ${ids.indexOf(id)}`
}

async function check(shop: Club, says: string): Promise<void> {
  // Every rupiah that came has paid something or is in the customer's wallet.
  const unbalanced = await shop.rows(
    `select s.id, received, paid, credited from bayar.subscriptions s
       cross join lateral (select coalesce(sum(net_amount), 0) as received from bayar.payments where owner_id = s.id) p
       cross join lateral (select coalesce(sum(amount), 0) as paid from bayar.obligations where subscription_id = s.id and status = 'paid' and payment_id is not null) o
       cross join lateral (select coalesce(sum(amount), 0) as credited from bayar.credits_owed where subscription_id = s.id and cause_kind = 'attempt') c
      where received <> paid + credited`,
  )
  expect(unbalanced, says).toEqual([])
  // Of one period one thing is asked, and what can be paid of it is one.
  const twice = await shop.rows(
    `select c.obligation_id from bayar.obligation_charges c join bayar.payments p using (merchant, order_id)
      where p.presumed is null and p.status in ('created', 'pending') group by 1 having count(*) > 1`,
  )
  expect(twice, says).toEqual([])
  const gaps = await shop.rows<{ gap: boolean }>(
    `select count(*)::int <> coalesce(max(right(number, 6)::int), 0) as gap from bayar.invoices`,
  )
  expect(gaps, says).toEqual([{ gap: false }])
  // Access only for what was paid, a trial, or grace after a paid period.
  const now = shop.simulator.clock.now()
  for (const { id } of await shop.rows<{ id: string }>('select id from bayar.subscriptions')) {
    const one = await shop.find(id)
    if (one.status === 'past_due' && one.hasAccess) {
      expect(one.currentInterval, says).toBeGreaterThan(0)
      expect(one.graceUntil! > now, says).toBe(true)
    }
    if (['pending', 'paused', 'cancelled', 'expired'].includes(one.status))
      expect(one.hasAccess, says).toBe(false)
  }
}

async function history(seed: number): Promise<void> {
  await using shop = await club({ now: new Date('2026-01-31T05:00:00Z') })
  const roll = dice(seed)
  await shop.bayar.plans.create({ name: 'Mini', price: 30_000 })
  await shop.bayar.plans.create({ name: 'Weekly', price: 25_000, intervalUnit: 'week' })
  await shop.bayar.plans.create({ name: 'Max', price: 300_000, maxCycles: 4 })
  await shop.bayar.plans.create({ name: 'Trial', price: 60_000, trialPeriodDays: 5, slug: 'trial' })
  await shop.bayar.wallets.adjust('user-3', { amount: 200_000, reason: 'a test' })
  const { subscriptions } = shop.bayar
  const begun = [
    await subscriptions.subscribe({
      user: 'user-0',
      plan: 'pro',
      paymentType: 'bank_transfer',
      bank: 'permata',
    }),
    await subscriptions.subscribe({ user: 'user-1', plan: 'weekly', ...(await shop.card()) }),
    await subscriptions.subscribe({ user: 'user-2', plan: 'trial', ...BCA }),
    await subscriptions.subscribe({ user: 'user-3', plan: 'pro', collection: 'wallet' }),
  ]
  const ids = begun.map(({ subscription }) => subscription.id)
  const done: string[] = []
  for (let count = 0; count < STEPS; count++) {
    done.push(await step(shop, ids, roll))
    await check(shop, `seed ${seed}: ${done.join(', ')}`)
  }
}

// `npm run prove -- steps` tries many more.
const SEEDS = process.env.BAYAR_PROVE === 'steps' ? 60 : 4
test.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  'history %i',
  (seed) => history(seed),
  120_000,
)
