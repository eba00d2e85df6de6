import { describe, expect, test, vi } from 'vitest'
import { dashboard, SAVED_CARDS } from '../support/dashboard.ts'
import { type Kit, kit } from '../support/kit.ts'

/*
 * Subscriptions that Midtrans charges by its own clock: made, charged for a year, stopped and started, and changed behind our back. Whatever is lost on the way, the payments are Midtrans's transactions.
 */

const DAY = 86_400

const subscribe = async (shop: Kit, more: object = {}) =>
  shop.bayar.subscriptions.create({
    name: 'Coffee every month',
    amount: 50_000,
    paymentType: 'credit_card',
    token: await dashboard(shop.simulator).savedCard(),
    userId: 'user-1',
    ...more,
  } as Parameters<typeof shop.bayar.subscriptions.create>[0])

const find = async (shop: Kit, id: string) => (await shop.bayar.subscriptions.find(id))!

const toldOf = async (shop: Kit, id: string) =>
  (await shop.bayar.subscriptions.history(id)).flatMap(({ event }) =>
    event === null ? [] : [event.replace('subscription.', '')],
  )

/** The payments of a subscription are exactly the transactions that Midtrans lists, each once, with their money. */
async function expectSameBooks(shop: Kit, id: string) {
  const { midtransSubscriptionId } = await find(shop, id)
  const listed = (await dashboard(shop.simulator).show(midtransSubscriptionId!)).transaction_ids
  const rows = await shop.rows<{ transaction_id: string; net_amount: string; order_id: string }>(
    `select a.transaction_id, p.net_amount::text, p.order_id from bayar.payments p left join bayar.attempts a on a.payment_id = p.id where p.owner_id = $1`,
    [id],
  )
  expect(rows.map((row) => row.transaction_id).toSorted()).toEqual([...listed].toSorted())
  for (const row of rows) {
    const paid = ['capture', 'settlement'].includes(shop.simulator.transaction(row.transaction_id).status)
    expect(Number(row.net_amount), row.order_id).toBe(paid ? 50_000 : 0)
  }
  return rows
}

async function days(shop: Kit, count: number) {
  for (let day = 0; day < count; day++) await shop.advance(DAY)
}

describe('a year of a monthly subscription', () => {
  test('is twelve payments and twelve events, and ends by itself', async () => {
    await using shop = await kit()
    const made = await subscribe(shop, { maxInterval: 12 })
    expect(made).toMatchObject({
      status: 'active',
      outcome: 'known',
      scheduleDisplay: 'every 1 month, 12 times',
      currentInterval: 0,
      nextChargeAt: new Date('2026-04-02T05:00:00Z'),
      gatewayName: expect.stringMatching(/^SUB-[0-9A-Z]{13}$/),
    })
    await days(shop, 370)
    const now = await find(shop, made.id)
    expect(now).toMatchObject({
      status: 'expired',
      statusReason: 'finished',
      currentInterval: 12,
      lastCharge: 'paid',
    })
    expect(await expectSameBooks(shop, made.id)).toHaveLength(12)
    expect(await toldOf(shop, made.id)).toEqual(['created', ...Array(12).fill('charged'), 'expired'])
    const { results } = await shop.bayar.payments.list({ limit: 200 })
    expect(results).toHaveLength(12)
    // What the card is charged with stands in one column, and in no history or answer.
    const [{ token } = { token: '' }] = await shop.rows<{ token: string }>(
      'select token from bayar.subscriptions',
    )
    const kept = await shop.rows<{ text: string }>(
      `select convert_from(document, 'utf8') as text from bayar.events where document is not null
        union all select convert_from(answer, 'utf8') from bayar.subscription_intents union all select request::text from bayar.subscription_intents`,
    )
    expect(kept.length).toBeGreaterThan(2)
    for (const { text } of kept) expect(text).not.toContain(token)
    for (const payment of results)
      expect(payment).toMatchObject({
        owner: 'subscription',
        userId: 'user-1',
        netAmount: 50_000,
        needsReview: [],
      })
  }, 120_000)
})

describe('a year with trouble', () => {
  test('one notice lost each month, a charge refused and tried again in the fourth: twelve are paid', async () => {
    await using shop = await kit()
    const { simulator } = shop
    const { id, midtransSubscriptionId } = await subscribe(shop, { maxInterval: 12 })
    const midtrans = dashboard(simulator)
    const good = (await midtrans.show(midtransSubscriptionId!)).token
    const empty = await midtrans.savedCard(SAVED_CARDS.noFunds)
    for (let month = 1; month <= 12; month++) {
      await days(shop, 20)
      if (month === 4) await midtrans.change(midtransSubscriptionId!, { token: empty })
      // Of the two notices of a charge one never comes: now the payment's, now the recurring one.
      if (month % 2 === 0)
        simulator.faults.add({ kind: 'lose', transactionStatus: month === 4 ? 'deny' : 'capture' })
      else simulator.faults.add({ kind: 'reorder' })
      await shop.advance((await nextIn(shop, id)) + 1)
      simulator.faults.clear()
      if (month === 4) {
        await days(shop, 1)
        await midtrans.change(midtransSubscriptionId!, { token: good })
        await days(shop, 1)
      }
    }
    await days(shop, 2)
    const told = await toldOf(shop, id)
    expect(told.filter((event) => event === 'charged')).toHaveLength(12)
    expect(told.filter((event) => event === 'charge_failed')).toHaveLength(2)
    expect(told.at(0)).toBe('created')
    expect(told.at(-1)).toBe('expired')
    expect(await expectSameBooks(shop, id)).toHaveLength(14)
    expect(await find(shop, id)).toMatchObject({ status: 'expired', currentInterval: 12, needsReview: [] })
  }, 120_000)
})

const nextIn = async (shop: Kit, id: string) =>
  ((await find(shop, id)).nextChargeAt!.getTime() - shop.simulator.clock.now().getTime()) / 1000

describe('a charge that fails', () => {
  test('is recorded and told, tried again by Midtrans, and told when it is paid', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop, {
      retryInterval: 1,
      retryIntervalUnit: 'day',
    })
    const midtrans = dashboard(shop.simulator)
    const good = (await midtrans.show(midtransSubscriptionId!)).token
    await midtrans.change(midtransSubscriptionId!, { token: await midtrans.savedCard(SAVED_CARDS.noFunds) })
    await days(shop, 32)
    expect(await toldOf(shop, id)).toEqual(['created', 'charge_failed', 'charge_failed'])
    expect(await find(shop, id)).toMatchObject({ status: 'active', lastCharge: 'failed' })
    // The customer has money again.
    await shop.bayar.subscriptions.update(id, { token: good })
    await days(shop, 2)
    expect(await toldOf(shop, id)).toEqual(['created', 'charge_failed', 'charge_failed', 'charged'])
    expect(await expectSameBooks(shop, id)).toHaveLength(3)
    expect((await shop.bayar.payments.list({})).results.map((payment) => payment.status).toSorted()).toEqual([
      'captured',
      'denied',
      'denied',
    ])
  })

  test('for the last time leaves it paused: charged no more, and who may say so can enable or update it', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop, { retryMaxInterval: 0 })
    const midtrans = dashboard(shop.simulator)
    const good = (await midtrans.show(midtransSubscriptionId!)).token
    await midtrans.change(midtransSubscriptionId!, { token: await midtrans.savedCard(SAVED_CARDS.noFunds) })
    await days(shop, 32)
    expect(await toldOf(shop, id)).toEqual(['created', 'charge_failed', 'paused', 'disabled'])
    expect(await find(shop, id)).toMatchObject({ status: 'paused', statusReason: 'charge_failed' })
    // Ended at Midtrans, it is not enabled but revived by a fresh date.
    await expect(shop.bayar.subscriptions.enable(id)).rejects.toMatchObject({ code: 'command_not_possible' })
    const at = new Date(shop.simulator.clock.now().getTime() + DAY * 1000)
    expect(await shop.bayar.subscriptions.update(id, { token: good, nextChargeAt: at })).toMatchObject({
      status: 'active',
      nextChargeAt: at,
    })
    await days(shop, 2)
    expect(await toldOf(shop, id)).toEqual([
      'created',
      'charge_failed',
      'paused',
      'disabled',
      'resumed',
      'charged',
    ])
  })

  test('without a transaction (402, 411, 500) is told, too, though no payment can be', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop, { retryMaxInterval: 0 })
    const midtrans = dashboard(shop.simulator)
    // A token that Midtrans has forgotten: 411.
    await midtrans.change(midtransSubscriptionId!, { token: '48111111abcdefghijklmnopqrst1114' })
    await days(shop, 32)
    expect((await midtrans.show(midtransSubscriptionId!)).transaction_ids).toEqual([])
    expect((await shop.bayar.payments.list({})).results).toEqual([])
    expect((await toldOf(shop, id)).toSorted()).toEqual(['charge_failed', 'created', 'disabled', 'paused'])
    expect(await find(shop, id)).toMatchObject({ lastCharge: 'failed' })
    await days(shop, 40)
    expect(await toldOf(shop, id)).toHaveLength(4)
  })
})

describe('a retry that Midtrans has planned', () => {
  const failing = async (shop: Kit) => {
    const made = await subscribe(shop, { retryInterval: 2, retryIntervalUnit: 'day' })
    const midtrans = dashboard(shop.simulator)
    const id = made.midtransSubscriptionId!
    const good = (await midtrans.show(id)).token
    await midtrans.change(id, { token: await midtrans.savedCard(SAVED_CARDS.noFunds) })
    await days(shop, 31)
    await midtrans.change(id, { token: good })
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charge_failed'])
    return made.id
  }

  test('still charges one that was disabled: recorded and told, and it stays disabled', async () => {
    await using shop = await kit()
    const id = await failing(shop)
    await shop.bayar.subscriptions.disable(id)
    await days(shop, 5)
    expect(await toldOf(shop, id)).toEqual(['created', 'charge_failed', 'paused', 'disabled', 'charged'])
    expect(await find(shop, id)).toMatchObject({ status: 'paused', lastCharge: 'paid' })
    await expectSameBooks(shop, id)
  })

  test('is stopped by cancelling', async () => {
    await using shop = await kit()
    const id = await failing(shop)
    await shop.bayar.subscriptions.cancel(id)
    await days(shop, 5)
    expect(await toldOf(shop, id)).toEqual(['created', 'charge_failed', 'cancelled'])
  })
})

describe('D22: handlers', () => {
  test('are given the subscription as the event left it, and the payment of the charge', async () => {
    const seen: unknown[] = []
    await using shop = await kit({
      handlers: (bayar) => {
        bayar.on(
          'subscription.charged',
          'extend',
          ({ event, subscription, payment, bayar: { subscriptions } }) => {
            seen.push([
              event.type,
              subscription.status,
              subscription.version,
              payment?.netAmount,
              typeof subscriptions.find,
            ])
          },
        )
        bayar.on(['subscription.created', 'subscription.cancelled'], 'state', ({ subscription, payment }) => {
          seen.push([subscription.status, payment])
        })
      },
    })
    const { id } = await subscribe(shop)
    await days(shop, 31)
    await shop.bayar.subscriptions.cancel(id)
    await shop.idle()
    expect(seen).toEqual([
      ['active', null],
      ['subscription.charged', 'active', 2, 50_000, 'function'],
      ['cancelled', null],
    ])
  })

  test('within the transaction see the host’s tables, once; one that throws leaves nothing behind and is asked again', async () => {
    let isBroken = true
    await using shop = await kit({
      handlers: (bayar) =>
        bayar.within(
          ['subscription.created', 'subscription.charged'],
          'books',
          async ({ event, subscription, tx }) => {
            await tx.query('insert into host_books values ($1, $2)', [event.type, subscription.id])
            if (isBroken) throw new Error('the host’s own mistake')
          },
        ),
    })
    await shop.rows('create table host_books (type text, id uuid)')
    const made = await subscribe(shop)
    expect(made.status).toBe('pending')
    expect(await shop.rows('select * from host_books')).toEqual([])
    isBroken = false
    await shop.advance(10)
    expect(await find(shop, made.id)).toMatchObject({ status: 'active', outcome: 'known' })
    isBroken = true
    shop.simulator.notifications.pause()
    await days(shop, 31)
    shop.simulator.notifications.resume()
    await shop.idle()
    expect(await toldOf(shop, made.id)).toEqual(['created'])
    // The money is not in the books either: both, or none.
    expect((await shop.bayar.payments.list({ filter: { status: 'captured' } })).results).toEqual([])
    isBroken = false
    await days(shop, 2)
    expect(await shop.rows('select type from host_books')).toEqual([
      { type: 'subscription.created' },
      { type: 'subscription.charged' },
    ])
    await expectSameBooks(shop, made.id)
  })
})

describe('D18: a recurring charge under an order id of Midtrans’s own is a payment', () => {
  const ways = {
    'told by both notices': {},
    'told by the payment’s notice alone': { simulator: { recurringUrl: [] } },
    'told by the recurring notice alone': { lose: 'capture' },
    'told by nobody, and found by looking': { lose: 'both' },
  } as const

  test.each(Object.entries(ways))('%s', async (_, way) => {
    await using shop = await kit('simulator' in way ? { simulator: way.simulator as never } : {})
    const { id } = await subscribe(shop)
    if ('lose' in way && way.lose === 'capture')
      shop.simulator.faults.add({ kind: 'lose', transactionStatus: 'capture', times: 9 })
    if ('lose' in way && way.lose === 'both') shop.simulator.notifications.pause()
    await days(shop, 32)
    expect(await toldOf(shop, id)).toEqual(['created', 'charged'])
    const [row] = await expectSameBooks(shop, id)
    const payment = (await shop.bayar.payments.list({})).results[0]!
    expect(payment).toMatchObject({ orderId: row!.order_id, status: 'captured', netAmount: 50_000 })
    if ('lose' in way && way.lose === 'both') {
      // What comes late is a copy.
      shop.simulator.notifications.resume()
      await shop.advance(60)
    }
    expect(await toldOf(shop, id)).toEqual(['created', 'charged'])
    expect(shop.told(row!.order_id).filter((type) => type === 'payment.settled')).toHaveLength(1)
    await expectSameBooks(shop, id)
    // Whose the money is, a handler is told with both.
    expect(
      await shop.rows(
        `select e.type, e.payment_id is not null as paid from bayar.events e where e.subject_id = $1 and e.type = 'subscription.charged'`,
        [id],
      ),
    ).toEqual([{ type: 'subscription.charged', paid: true }])
  })

  test('told by everything at once, it is one payment and told once, and nobody waits for somebody for ever', async () => {
    await using shop = await kit({ options: { connections: 12 } })
    const made = await subscribe(shop)
    const { bayar, simulator } = shop
    for (let month = 0; month < 3; month++) {
      simulator.faults.add({ kind: 'lose', times: 10 })
      const seen = new Set(simulator.notifications.list().map(({ id }) => id))
      await simulator.clock.advance(31 * DAY)
      await simulator.idle()
      simulator.faults.clear()
      const letters = simulator.notifications.list().filter(({ id }) => !seen.has(id))
      expect(letters.length).toBeGreaterThanOrEqual(2)
      const post = (kind: string, body: string) =>
        bayar.fetch(
          new Request(
            `http://bayar.test/midtrans/api/notification/${kind === 'recurring' ? 'recurring/' : ''}`,
            {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body,
            },
          ),
        )
      const all = await Promise.all([
        ...letters.flatMap(({ kind, body }) => Array.from({ length: 5 }, () => post(kind, body))),
        ...Array.from({ length: 4 }, () => bayar.subscriptions.sync(made.id)),
        bayar.subscriptions.update(made.id, { name: `Coffee ${month}` }),
        shop.idle(),
      ])
      for (const answer of all) if (answer instanceof Response) expect(answer.status).toBe(200)
      await shop.advance(60)
    }
    expect(await expectSameBooks(shop, made.id)).toHaveLength(3)
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged', 'charged', 'charged'])
  })

  test('another shop’s order that looks alike stays foreign', async () => {
    await using shop = await kit()
    const { gatewayName } = await subscribe(shop)
    const { send } = await import('../support/pending-order.ts')
    const stolen = await send(shop, {
      order_id: `${gatewayName}-${'a'.repeat(32)}`,
      gross_amount: '50000.00',
    })
    await shop.idle()
    const notices = await shop.rows('select status from bayar.notifications where id = $1', [stolen.id])
    // Signed, and under our name: but Midtrans knows no such transaction.
    expect(notices).toEqual([{ status: 'foreign' }])
    expect((await shop.bayar.payments.list({})).results).toEqual([])
  })
})

describe('an order that is charged while its notice is being judged', () => {
  test('has the notice judged again: it is not left for a stranger’s', async () => {
    await using shop = await kit()
    const { midtransSubscriptionId } = await subscribe(shop)
    await dashboard(shop.simulator).change(midtransSubscriptionId!, { name: 'member' })
    await shop.advance(1800)
    await shop.bayar.subscriptions.syncAll()
    const orderId = `member-${'a'.repeat(32)}`
    shop.simulator.faults.add({ kind: 'latency', verb: 'status', seconds: 30, orderId: 'tx-of-nobody' })
    const { send } = await import('../support/pending-order.ts')
    const told = await send(shop, {
      order_id: orderId,
      transaction_id: 'tx-of-nobody',
      gross_amount: '50000.00',
    })
    const judged = shop.idle()
    await vi.waitUntil(() => shop.simulator.faults.list().length === 0)
    await shop.bayar.payments.charge({ orderId, grossAmount: 50_000, paymentType: 'gopay' })
    await shop.simulator.clock.advance(31)
    await judged
    await shop.idle()
    const [notice] = await shop.rows(
      'select status, payment_id is not null as known from bayar.notifications where id = $1',
      [told.id],
    )
    expect(notice).toMatchObject({ known: true })
    expect(notice!.status).not.toBe('foreign')
  })
})

describe('D13: a creation whose answer is lost', () => {
  const count = (shop: Kit, id: string) =>
    shop.rows<{ count: number }>('select count(*)::int as count from bayar.subscriptions where id = $1', [id])

  test('is asked for again under its key, and is one subscription', async () => {
    await using shop = await kit({ simulator: { recurringUrl: [] } })
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'subscription_create' })
    const made = await subscribe(shop, { reference: 'coffee-1' })
    expect(made).toMatchObject({ status: 'pending', outcome: 'unknown', midtransSubscriptionId: null })
    // Whoever asks again meets the same one.
    const token = await dashboard(shop.simulator).savedCard()
    await expect(subscribe(shop, { reference: 'coffee-1', token })).rejects.toMatchObject({
      code: 'subscription_reference_taken',
    })
    await shop.advance(3)
    expect(await find(shop, made.id)).toMatchObject({ status: 'active', outcome: 'known' })
    expect(await toldOf(shop, made.id)).toEqual(['created'])
    expect(await count(shop, made.id)).toEqual([{ count: 1 }])
    await days(shop, 32)
    expect(await expectSameBooks(shop, made.id)).toHaveLength(1)
    expect(shop.simulator.transactions()).toHaveLength(1)
  })

  test('is known by the recurring notice before anybody asks', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'http_error', verb: 'subscription_create', when: 'after', body: true })
    const made = await subscribe(shop)
    expect(made.status).toBe('pending')
    await shop.idle()
    expect(await find(shop, made.id)).toMatchObject({ status: 'active', outcome: 'known', needsReview: [] })
    expect(await toldOf(shop, made.id)).toEqual(['created'])
  })

  test('is never sent again after a fault of Midtrans’s own: its first charge tells, and its id is a person’s to find', async () => {
    await using shop = await kit({ simulator: { recurringUrl: [] } })
    shop.simulator.faults.add({ kind: 'http_error', verb: 'subscription_create', when: 'after', body: true })
    const made = await subscribe(shop)
    await shop.advance(1000)
    expect(await find(shop, made.id)).toMatchObject({
      status: 'pending',
      outcome: 'unknown',
      needsReview: ['creation_unknown'],
    })
    expect((await shop.bayar.subscriptions.list({ filter: { needsReview: true } })).results).toHaveLength(1)
    // Nobody sends it again, so what the card is charged with is not kept for it.
    expect(await shop.rows(`select request ? 'token' as kept from bayar.subscription_intents`)).toEqual([
      { kept: false },
    ])
    await days(shop, 32)
    const now = await find(shop, made.id)
    expect(now).toMatchObject({ status: 'active', lastCharge: 'paid', needsReview: [] })
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged'])
    expect(await expectSameBooks(shop, made.id)).toHaveLength(1)
  })

  test('charges under our name before anybody knows its id: recorded, told, and a person finds the id in the dashboard', async () => {
    await using shop = await kit()
    const { simulator } = shop
    simulator.faults.add({ kind: 'http_error', verb: 'subscription_create', when: 'after', body: true })
    simulator.faults.add({ kind: 'lose', times: 3 })
    const made = await subscribe(shop)
    await days(shop, 32)
    expect((await find(shop, made.id)).needsReview).toEqual(['creation_unknown'])
    const lost = simulator.notifications.list().find(({ kind }) => kind === 'payment')!
    await simulator.notifications.resend(lost.id)
    await shop.idle()
    expect(await find(shop, made.id)).toMatchObject({
      status: 'active',
      midtransSubscriptionId: null,
      needsReview: ['id_unknown'],
    })
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged'])
    await expect(shop.bayar.subscriptions.cancel(made.id)).rejects.toMatchObject({
      code: 'command_not_possible',
    })
    const created = simulator.notifications.list().at(-1)!
    const id = (JSON.parse(created.body) as { id: string }).id
    expect(await shop.bayar.subscriptions.resolve(made.id, { midtransSubscriptionId: id })).toMatchObject({
      midtransSubscriptionId: id,
      needsReview: [],
      outcome: 'known',
    })
    expect(await shop.bayar.subscriptions.cancel(made.id)).toMatchObject({ status: 'cancelled' })
    expect(await expectSameBooks(shop, made.id)).toHaveLength(1)
  })

  test('that never arrived is found never to have been made by a person, and its reference is free', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'http_error', verb: 'subscription_create', when: 'before', body: true })
    const made = await subscribe(shop, { reference: 'coffee-1' })
    await expect(shop.bayar.subscriptions.resolve(made.id, { neverMade: true })).rejects.toMatchObject({
      code: 'command_in_progress',
    })
    await shop.advance(1000)
    expect((await find(shop, made.id)).needsReview).toEqual(['creation_unknown'])
    await expect(
      shop.bayar.subscriptions.resolve(made.id, { midtransSubscriptionId: 'no-such-id' }),
    ).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await shop.bayar.subscriptions.resolve(made.id, { neverMade: true })).toMatchObject({
      status: 'failed',
      needsReview: [],
      outcome: 'known',
    })
    expect(await subscribe(shop, { reference: 'coffee-1' })).toMatchObject({ status: 'active' })
    expect(await toldOf(shop, made.id)).toEqual([])
  })

  test('found never to have been made, and charged after all, is recorded beside the one that took its reference', async () => {
    await using shop = await kit({ simulator: { recurringUrl: [] } })
    shop.simulator.faults.add({ kind: 'http_error', verb: 'subscription_create', when: 'after', body: true })
    const made = await subscribe(shop, { reference: 'coffee-1' })
    await shop.advance(1000)
    await shop.bayar.subscriptions.resolve(made.id, { neverMade: true })
    const other = await subscribe(shop, { reference: 'coffee-1' })
    await days(shop, 32)
    // Two that the customer pays for: both are in the books, and one waits for a person.
    for (const { id } of [made, other])
      expect(await find(shop, id)).toMatchObject({ status: 'active', lastCharge: 'paid' })
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged'])
    expect((await shop.bayar.payments.list({ limit: 50 })).results.map(({ netAmount }) => netAmount)).toEqual(
      [50_000, 50_000],
    )
    expect((await find(shop, made.id)).reference).toBeNull()
    expect((await find(shop, other.id)).reference).toBe('coffee-1')
  })

  test('refused is failed, and nothing is told', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'refuse', verb: 'subscription_create', code: '402' })
    await expect(subscribe(shop)).rejects.toMatchObject({ code: 'gateway_rejected' })
    const [row] = (await shop.bayar.subscriptions.list()).results
    expect(row).toMatchObject({ status: 'failed', outcome: 'known' })
    expect(await shop.rows('select token from bayar.subscriptions')).toEqual([{ token: null }])
  })
})

describe('update, disable, enable and cancel', () => {
  const VERBS = {
    disable: ['subscription_disable', 'paused', ['created', 'paused', 'disabled']],
    cancel: ['subscription_cancel', 'cancelled', ['created', 'cancelled']],
  } as const

  test.each(Object.entries(VERBS))(
    '%s, with its answer lost, is done once and told once',
    async (verb, [endpoint, status, told]) => {
      await using shop = await kit()
      const { id, midtransSubscriptionId } = await subscribe(shop)
      const at = verb as 'disable' | 'cancel'
      shop.simulator.faults.add({ kind: 'lose_answer', verb: endpoint })
      await expect(shop.bayar.subscriptions[at](id)).rejects.toMatchObject({ code: 'gateway_unknown' })
      expect(await find(shop, id)).toMatchObject({ status: 'active', outcome: 'unknown' })
      await expect(shop.bayar.subscriptions[at](id)).rejects.toMatchObject({ code: 'command_in_progress' })
      await shop.advance(3)
      expect(await find(shop, id)).toMatchObject({ status, statusReason: 'requested', outcome: 'known' })
      expect((await dashboard(shop.simulator).show(midtransSubscriptionId!)).status).toBe('inactive')
      await days(shop, 40)
      expect(await toldOf(shop, id)).toEqual(told)
      expect((await shop.bayar.payments.list({})).results).toEqual([])
    },
  )

  test('that never arrive are sent again while there is time, and are not done after it', async () => {
    await using shop = await kit()
    const { id } = await subscribe(shop)
    shop.simulator.faults.add({ kind: 'timeout', verb: 'subscription_cancel', when: 'before' })
    shop.simulator.faults.clear()
    shop.simulator.faults.add({ kind: 'cut', verb: 'subscription_cancel', when: 'before' })
    await expect(shop.bayar.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'gateway_unknown' })
    await shop.advance(3)
    expect(await find(shop, id)).toMatchObject({ status: 'cancelled', outcome: 'known' })

    const other = await subscribe(shop)
    shop.simulator.faults.add({ kind: 'cut', verb: 'subscription_disable', when: 'before', times: 100 })
    await expect(shop.bayar.subscriptions.disable(other.id)).rejects.toMatchObject({
      code: 'gateway_unknown',
    })
    for (let step = 0; step < 12; step++) await shop.advance(60)
    shop.simulator.faults.clear()
    expect(await find(shop, other.id)).toMatchObject({ status: 'active', outcome: 'known' })
    expect(await shop.bayar.subscriptions.disable(other.id)).toMatchObject({ status: 'paused' })
  })

  test('two at once: the second waits its turn', async () => {
    await using shop = await kit()
    const { id } = await subscribe(shop)
    const both = await Promise.allSettled([
      shop.bayar.subscriptions.cancel(id),
      shop.bayar.subscriptions.cancel(id),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: expect.stringMatching(/command_(in_progress|not_possible)/) },
    })
  })

  test('a pause is over when it is enabled, and what it missed is not charged afterwards', async () => {
    await using shop = await kit()
    const { id } = await subscribe(shop)
    await shop.bayar.subscriptions.disable(id)
    await days(shop, 65)
    expect(await shop.bayar.subscriptions.enable(id)).toMatchObject({
      statusReason: null,
      status: 'active',
      nextChargeAt: new Date('2026-06-02T05:00:00Z'),
    })
    await expect(shop.bayar.subscriptions.enable(id)).rejects.toMatchObject({ code: 'command_not_possible' })
    await days(shop, 31)
    expect(await toldOf(shop, id)).toEqual(['created', 'paused', 'disabled', 'resumed', 'charged'])
  })

  test('another price is charged from the next time on; the name for people never leaves the house', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId, gatewayName } = await subscribe(shop)
    expect(await shop.bayar.subscriptions.update(id, { name: 'Tea' })).toMatchObject({
      name: 'Tea',
      amount: 50_000,
    })
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'subscription_update' })
    await expect(
      shop.bayar.subscriptions.update(id, { amount: 60_000, retryMaxInterval: 1 }),
    ).rejects.toMatchObject({
      code: 'gateway_unknown',
    })
    await shop.advance(3)
    expect(await find(shop, id)).toMatchObject({
      amount: 60_000,
      retryMaxInterval: 1,
      name: 'Tea',
      outcome: 'known',
    })
    expect(await dashboard(shop.simulator).show(midtransSubscriptionId!)).toMatchObject({
      name: gatewayName,
      amount: '60000',
    })
    await days(shop, 32)
    expect((await shop.bayar.payments.list({})).results).toMatchObject([
      { netAmount: 60_000, needsReview: [] },
    ])
  })

  test('of what is not there, or not one of ours', async () => {
    await using shop = await kit()
    for (const id of ['nonsense', '01890000-0000-7000-8000-000000000000'])
      await expect(shop.bayar.subscriptions.cancel(id)).rejects.toMatchObject({
        code: 'subscription_not_found',
      })
    const { id } = await subscribe(shop)
    await expect(shop.bayar.subscriptions.update(id, {})).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(
      shop.bayar.subscriptions.update(id, { interval: 0, retryIntervalUnit: 'week' as never }),
    ).rejects.toMatchObject({
      details: { problems: [{ field: 'retry_interval_unit' }, { field: 'interval' }] },
    })
  })
})

describe('D35: what is changed in Midtrans’s dashboard', () => {
  test('is learnt by the regular look: disabled, enabled, another price, after a cancellation, too', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop)
    const midtrans = dashboard(shop.simulator)
    // The look after the notice of its creation is over.
    await shop.advance(10)
    await shop.advance(10)
    const look = async () => {
      await shop.advance(1800)
      return shop.bayar.tasks.syncSubscriptionStatus()
    }
    await midtrans.disable(midtransSubscriptionId!)
    expect(await look()).toEqual({ asked: 1 })
    expect(await find(shop, id)).toMatchObject({ status: 'paused', statusReason: 'at_midtrans' })
    await midtrans.enable(midtransSubscriptionId!)
    await midtrans.change(midtransSubscriptionId!, { amount: '75000' })
    await look()
    expect(await find(shop, id)).toMatchObject({ status: 'active', amount: 75_000 })
    await shop.bayar.subscriptions.disable(id)
    await midtrans.enable(midtransSubscriptionId!)
    await look()
    // Disabled here and enabled there: the customer would be charged without anybody here knowing it.
    expect(await find(shop, id)).toMatchObject({ status: 'active', statusReason: 'at_midtrans' })
    await shop.bayar.subscriptions.cancel(id)
    expect(await look()).toEqual({ asked: 0 })
    const next = new Date(shop.simulator.clock.now().getTime() + 5 * DAY * 1000)
    const text = `${new Date(next.getTime() + 7 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} +0700`
    await midtrans.change(midtransSubscriptionId!, { schedule: { next_execution_at: text } })
    await shop.advance(DAY)
    await shop.bayar.subscriptions.syncAll()
    expect(await find(shop, id)).toMatchObject({ status: 'active' })
    expect(await toldOf(shop, id)).toEqual([
      'created',
      'paused',
      'disabled',
      'resumed',
      'paused',
      'disabled',
      'resumed',
      'cancelled',
      'resumed',
    ])
  })

  test('a name that other orders begin with takes none of them', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop)
    await dashboard(shop.simulator).change(midtransSubscriptionId!, { name: 'member' })
    await shop.advance(1800)
    await shop.bayar.subscriptions.syncAll()
    // Another application of the same Midtrans account.
    await dashboard(shop.simulator).ask('POST', '/v2/charge', {
      payment_type: 'gopay',
      transaction_details: { order_id: 'member-123', gross_amount: 50_000 },
    })
    await shop.simulator.pay('member-123')
    await shop.idle()
    expect((await shop.bayar.payments.list({})).results).toEqual([])
    expect(await toldOf(shop, id)).toEqual(['created'])
  })

  test('another name there: its charges are still ours', async () => {
    await using shop = await kit({ simulator: { recurringUrl: [] } })
    const { id, midtransSubscriptionId } = await subscribe(shop)
    await dashboard(shop.simulator).change(midtransSubscriptionId!, { name: 'renamed-by-hand' })
    await shop.advance(1800)
    await shop.bayar.subscriptions.syncAll()
    await days(shop, 32)
    const [row] = await expectSameBooks(shop, id)
    expect(row!.order_id).toMatch(/^renamed-by-hand-/)
    expect(await toldOf(shop, id)).toEqual(['created', 'charged'])
  })

  test('a charge that is no price of ours waits for a person', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop)
    await dashboard(shop.simulator).change(midtransSubscriptionId!, { amount: '999000' })
    shop.simulator.faults.add({ kind: 'too_many', verb: 'subscription_get', times: 1000 })
    await days(shop, 32)
    const [payment] = (await shop.bayar.payments.list({})).results
    expect(payment).toMatchObject({ netAmount: 0, needsReview: ['mismatch'] })
    expect(await toldOf(shop, id)).toEqual(['created'])
    shop.simulator.faults.clear()
  })

  test('when Midtrans wants fewer questions, the rest is left to the next round', async () => {
    await using shop = await kit()
    for (let count = 0; count < 12; count++) await subscribe(shop)
    // The looks after the notices of their creation are over.
    await shop.advance(10)
    await shop.advance(10)
    await shop.advance(1800)
    shop.simulator.faults.add({ kind: 'too_many', verb: 'subscription_get', times: 1 })
    expect(await shop.bayar.subscriptions.syncAll()).toMatchObject({ isPaused: true })
    await shop.advance(1800)
    expect(await shop.bayar.subscriptions.syncAll()).toMatchObject({ isPaused: false })
    const since = new Date(shop.simulator.clock.now().getTime() - 1_800_000)
    for (const { syncedAt } of (await shop.bayar.subscriptions.list()).results)
      expect(syncedAt!.getTime()).toBeGreaterThanOrEqual(since.getTime())
    // As a task it comes back by itself.
    await shop.advance(1800)
    shop.simulator.faults.add({ kind: 'too_many', verb: 'subscription_get', times: 1 })
    const handle = await shop.bayar.tasks.syncMidtransSubscriptions.delay()
    for (let step = 0; step < 4; step++) await shop.advance(60)
    expect((await handle.result()) as object).toMatchObject({ asked: expect.any(Number) })
  })
})

describe('a hint', () => {
  const hint = (shop: Kit, body: object) =>
    shop.bayar.fetch(
      new Request('http://bayar.test/midtrans/api/notification/recurring/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )

  test('forged by a stranger changes nothing, and costs one question in five seconds', async () => {
    await using shop = await kit()
    const { id, midtransSubscriptionId, gatewayName } = await subscribe(shop)
    // The first look, after the notice of its creation, is over.
    await shop.advance(10)
    await shop.advance(10)
    const asked: string[] = []
    const fetchOf = shop.simulator.fetch.bind(shop.simulator)
    Object.assign(shop.simulator, {
      fetch: (request: Request) => {
        asked.push(`${request.method} ${new URL(request.url).pathname}`)
        return fetchOf(request)
      },
    })
    const forged = {
      event_name: 'subscription.charge',
      subscription: {
        id: midtransSubscriptionId,
        name: gatewayName,
        status: 'inactive',
        amount: '1',
        token: 'x',
      },
      transaction: { transaction_id: 'made-up', transaction_status: 'capture', status_code: '200' },
    }
    for (let copy = 0; copy < 30; copy++) expect((await hint(shop, { ...forged, copy })).status).toBe(200)
    await shop.idle()
    expect(asked).toEqual([`GET /v1/subscriptions/${midtransSubscriptionId}`])
    expect(await find(shop, id)).toMatchObject({ status: 'active', amount: 50_000 })
    expect(await toldOf(shop, id)).toEqual(['created'])
    expect((await shop.bayar.payments.list({})).results).toEqual([])
  })

  test('about a subscription that nobody here knows is kept under the cap, and nothing is asked', async () => {
    await using shop = await kit()
    for (let copy = 0; copy < 100; copy++)
      expect(
        (await hint(shop, { id: `1ce92076-${copy}`, name: 'somebody-else', status: 'active' })).status,
      ).toBe(200)
    await shop.idle()
    expect(
      await shop.rows(
        `select status, count(*)::int as count from bayar.notifications where channel = 'recurring' group by status`,
      ),
    ).toEqual([{ status: 'foreign', count: 60 }])
  })

  test.each([
    ['its own shape', (id: string) => ({ id, status: 'inactive' })],
    [
      'within an event',
      (id: string) => ({ event_name: 'subscription.charge', subscription: { id }, transaction: {} }),
    ],
    [
      'flat, as a payment',
      (id: string) => ({ subscription_id: id, order_id: 'x-1', transaction_id: 'made-up' }),
    ],
  ])('in %s has the subscription read again, and is closed by that', async (_, shape) => {
    await using shop = await kit()
    const { id, midtransSubscriptionId } = await subscribe(shop)
    // The first look, after the notice of its creation, is over.
    await shop.advance(10)
    await shop.advance(10)
    await dashboard(shop.simulator).disable(midtransSubscriptionId!)
    await hint(shop, shape(midtransSubscriptionId!))
    await shop.idle()
    expect(await find(shop, id)).toMatchObject({ status: 'paused' })
    const notices = await shop.rows(
      `select status from bayar.notifications where channel = 'recurring' order by id desc limit 1`,
    )
    expect(notices).toEqual([{ status: 'processed' }])
  })
})

describe('a linked GoPay account', () => {
  const linked = async (shop: Kit, userId = 'user-1') => {
    const { accountId } = await shop.bayar.payAccounts.create({ phoneNumber: '081234567890', userId })
    await shop.simulator.payAccounts.link(accountId)
    await shop.advance(6)
    return accountId
  }

  test('is charged every week by a token that was fresh when it was made; an empty wallet is a failed charge', async () => {
    await using shop = await kit()
    const gopayAccountId = await linked(shop)
    const made = await shop.bayar.subscriptions.create({
      name: 'Weekly box',
      amount: 50_000,
      paymentType: 'gopay',
      gopayAccountId,
      intervalUnit: 'week',
      userId: 'user-1',
    })
    expect(made).toMatchObject({ status: 'active', gopayAccountId, scheduleDisplay: 'every 1 week' })
    await days(shop, 15)
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged', 'charged'])
    // Money given back is the payment's affair: the subscription goes on.
    const [paid] = (await shop.bayar.payments.list({})).results
    await shop.bayar.payments.refund(paid!.orderId, { amount: 20_000 })
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged', 'charged'])
    expect(await find(shop, made.id)).toMatchObject({ status: 'active', lastCharge: 'paid' })
    await shop.simulator.payAccounts.set(gopayAccountId, { balance: 10 })
    await days(shop, 6)
    expect(await toldOf(shop, made.id)).toEqual(['created', 'charged', 'charged', 'charge_failed'])
    expect(await shop.bayar.subscriptions.update(made.id, { amount: 60_000 })).toMatchObject({
      amount: 60_000,
    })
    expect(await shop.rows('select token from bayar.subscriptions')).toEqual([{ token: null }])
  })

  test('that is not linked, or another user’s, is refused before anything is written', async () => {
    await using shop = await kit()
    const input = { name: 'Box', amount: 50_000, paymentType: 'gopay' } as const
    // @ts-expect-error: a gopay subscription names its account
    await expect(shop.bayar.subscriptions.create(input)).rejects.toMatchObject({ code: 'invalid_request' })
    const card = { ...input, paymentType: 'credit_card' } as const
    // @ts-expect-error: a card subscription has its token
    await expect(shop.bayar.subscriptions.create(card)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(
      shop.bayar.subscriptions.create({ ...input, gopayAccountId: 'no-such-account' }),
    ).rejects.toMatchObject({ code: 'pay_account_not_found' })
    const gopayAccountId = await linked(shop)
    await expect(
      shop.bayar.subscriptions.create({ ...input, gopayAccountId, userId: 'user-2' }),
    ).rejects.toMatchObject({ code: 'pay_account_taken' })
    expect((await shop.bayar.subscriptions.list()).results).toEqual([])
  })
})
