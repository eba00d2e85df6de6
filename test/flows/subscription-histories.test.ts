import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dashboard, SAVED_CARDS } from '../support/dashboard.ts'
import { kit } from '../support/kit.ts'

/*
 * Months of charges whose notices arrive in any order, repeatedly or never, with looks in between: afterwards the payments of the subscription are exactly Midtrans's transactions, each told once.
 */

const DAY = 86_400
const WHERE = {
  payment: 'http://bayar.test/midtrans/api/notification/',
  recurring: 'http://bayar.test/midtrans/api/notification/recurring/',
} as const

interface Month {
  readonly card: 'good' | 'noFunds'
  readonly deliveries: readonly number[]
  readonly looks: boolean
}

/** What happens in one month: its card, and which of its notices are delivered when, by their places. */
const month: fc.Arbitrary<Month> = fc.record({
  card: fc.constantFrom('good' as const, 'good' as const, 'noFunds' as const),
  deliveries: fc.array(fc.nat({ max: 5 }), { maxLength: 8 }),
  looks: fc.boolean(),
})

test('whatever is lost, repeated or late, the books are Midtrans’s', async () => {
  await using shop = await kit()
  const { simulator, bayar } = shop
  const midtrans = dashboard(simulator)
  const cards = { good: await midtrans.savedCard(), noFunds: await midtrans.savedCard(SAVED_CARDS.noFunds) }

  const run = async (months: readonly Month[]) => {
    const made = await bayar.subscriptions.create({
      name: 'Coffee',
      amount: 50_000,
      paymentType: 'credit_card',
      token: cards.good,
      retryMaxInterval: 1,
    })
    await shop.idle()
    const id = made.midtransSubscriptionId!
    const seen = new Set(simulator.notifications.list().map((notice) => notice.id))
    // From here on the test is the postman.
    simulator.faults.add({ kind: 'lose', times: 1000 })
    const letters: { kind: 'payment' | 'recurring'; body: string }[] = []
    for (const { card, deliveries, looks } of months) {
      // The card is changed behind our back.
      if ((await midtrans.show(id)).status === 'inactive') {
        const at = new Date(simulator.clock.now().getTime() + (DAY * 7 + 7 * 3600) * 1000)
        const written = `${at.toISOString().slice(0, 19).replace('T', ' ')} +0700`
        await midtrans.change(id, { token: cards[card], schedule: { next_execution_at: written } })
      } else await midtrans.change(id, { token: cards[card] })
      for (let step = 0; step < 4; step++) await shop.advance(8 * DAY)
      for (const notice of simulator.notifications.list().toReversed()) {
        if (seen.has(notice.id) || notice.kind === 'test' || notice.kind === 'pay_account') continue
        seen.add(notice.id)
        letters.push({ kind: notice.kind, body: notice.body })
      }
      for (const place of deliveries) {
        const letter = letters[letters.length - 1 - place]
        if (!letter) continue
        const { status } = await bayar.fetch(
          new Request(WHERE[letter.kind], {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: letter.body,
          }),
        )
        expect(status).toBe(200)
      }
      await shop.idle()
      if (looks) await bayar.subscriptions.syncAll()
    }
    simulator.faults.clear()
    await shop.advance(DAY)
    await bayar.subscriptions.sync(made.id)
    await shop.idle()

    const listed = (await midtrans.show(id)).transaction_ids
    const payments = await shop.rows<{ transaction_id: string; net: number; id: string }>(
      `select p.id, a.transaction_id, p.net_amount::int as net from bayar.payments p left join bayar.attempts a on a.payment_id = p.id where p.owner_id = $1`,
      [made.id],
    )
    expect(payments.map((payment) => payment.transaction_id).toSorted()).toEqual([...listed].toSorted())
    const told = await shop.rows<{ type: string; payment_id: string | null }>(
      'select type, payment_id from bayar.events where subject_id = $1 and type is not null',
      [made.id],
    )
    for (const { id: paymentId, transaction_id, net } of payments) {
      const isPaid = ['capture', 'settlement'].includes(simulator.transaction(transaction_id).status)
      expect(net).toBe(isPaid ? 50_000 : 0)
      const types = told.filter((event) => event.payment_id === paymentId).map(({ type }) => type)
      expect(types).toEqual([isPaid ? 'subscription.charged' : 'subscription.charge_failed'])
    }
    expect(told.filter(({ type }) => type === 'subscription.created')).toHaveLength(1)
    await bayar.subscriptions.cancel(made.id).catch(() => {})
  }

  await fc.assert(
    fc.asyncProperty(fc.array(month, { minLength: 2, maxLength: 4 }), async (months) => run(months)),
    { numRuns: Number(process.env.BAYAR_PROVE_RUNS ?? 12), endOnFailure: true },
  )
}, 240_000)
