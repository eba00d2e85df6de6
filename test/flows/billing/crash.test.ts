import { expect, test } from 'vitest'
import { dashboard } from '../../support/dashboard.ts'
import type { Death } from '../../support/mortal-pool.ts'
import { mortalShop } from '../../support/mortal-shop.ts'

/**
 * W3: the run that bills what is due dies at its Nth statement, for every N, before the statement or after it. Another process takes over: in the end each period was asked for once, the card has paid it once, and
 * of the number there is one that can be paid.
 */
const DAY = 86_400

async function story(death: Death): Promise<boolean> {
  const shop = await mortalShop()
  const { simulator, direct } = shop
  const living = shop.open()
  await living.ready()
  const token = await dashboard(simulator).savedCard()
  const own = { name: 'Pro', amount: 90_000, intervalUnit: 'month' } as const
  const card = await living.subscriptions.subscribe({
    user: 'user-1',
    ...own,
    paymentType: 'credit_card',
    token,
    authentication: false,
  })
  const number = await living.subscriptions.subscribe({
    user: 'user-2',
    ...own,
    paymentType: 'bank_transfer',
    bank: 'bca',
  })
  await simulator.pay(number.payment!.orderId)
  await simulator.idle()
  await simulator.clock.advance(31 * DAY)
  await living.close()

  const livedThrough = await shop.livesThrough(death, (dying) => dying.tasks.processDueSubscriptions())

  const next = shop.open()
  const worker = await next.work({ beat: false })
  for (const seconds of [40, 40, 120, 300, 300, 600]) {
    await worker.idle()
    await next.tasks.processDueSubscriptions()
    await simulator.clock.advance(seconds)
  }
  await worker.idle()
  // One that was never sent has failed, and is tried again on the next day.
  await simulator.clock.advance(DAY)
  await next.tasks.retryFailedPayments()
  await worker.idle()

  const says = `died ${death.when} statement ${death.at}`
  const { rows: periods } = await direct.query<{
    user_id: string
    period: number
    status: string
    ways: number
  }>(
    `select s.user_id, o.period, o.status,
            (select count(*)::int from bayar.obligation_charges c join bayar.payments p using (merchant, order_id)
              where c.obligation_id = o.id and (p.net_amount > 0 or (p.presumed is null and p.status in ('created', 'pending')))) as ways
       from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id order by 1, 2`,
  )
  const [, paid, , asked] = periods
  expect(periods, says).toHaveLength(4)
  expect(paid, says).toEqual({ user_id: 'user-1', period: 2, status: 'paid', ways: 1 })
  expect(asked, says).toMatchObject({ user_id: 'user-2', period: 2, status: 'open' })
  expect(asked!.ways, says).toBeLessThanOrEqual(1)
  const taken = simulator
    .transactions()
    .filter(({ status }) => status === 'capture' || status === 'settlement')
  expect(taken, says).toHaveLength(3)
  const waiting = simulator.transactions().filter(({ status }) => status === 'pending')
  expect(waiting.length, says).toBe(asked!.ways)
  expect(await next.subscriptions.find(card.subscription.id), says).toMatchObject({
    status: 'active',
    currentInterval: 2,
  })
  const { rows: invoices } = await direct.query<{ number: string }>(
    'select number from bayar.invoices order by 1',
  )
  expect(
    invoices.map((row) => row.number),
    says,
  ).toEqual(['INV-000001', 'INV-000002', 'INV-000003', 'INV-000004'])
  await shop.close(next)
  return livedThrough
}

test.each(['before', 'after'] as const)(
  'W3: process_due_subscriptions, dying %s the statement',
  async (when) => {
    // `npm run prove -- steps` dies at every statement; here at every thirteenth, each test from another one.
    const stride = process.env.BAYAR_PROVE === 'steps' ? 1 : 13
    let at = when === 'before' ? 1 : 7
    for (; ; at += stride) {
      if (await story({ at, when, statements: 0, isDead: false })) break
      expect(at, 'the story never ends').toBeLessThan(400)
    }
    expect(at).toBeGreaterThan(30)
  },
  400_000,
)
