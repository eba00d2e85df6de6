/** What an outage of Midtrans's, or of ours, does to those who are billed: nothing that is theirs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/simulator/index.ts'
import { type Club, club, DAY, HOUR } from '../../support/billing.ts'
import { seedDueMembers } from '../../support/members.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const QUARTER = 900
/** Longer than a charge may be sent and heard of: from then on its absence is an answer. */
const KNOWN_AFTER = 500

async function cardMember(): Promise<string> {
  const { subscription } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    ...(await shop.card()),
  })
  return subscription.id
}

const periodsOf = (id: string) =>
  shop.rows<{ period: number; status: string; charges: number; unmade: number }>(
    'select period, status, charges, unmade from bayar.obligations where subscription_id = $1 order by id',
    [id],
  )

describe('a charge that Midtrans never had', () => {
  // biome-ignore format: a table is read in columns
  const outages: readonly (readonly [string, Omit<Fault, 'verb'>, number])[] = [
    ['whose line was cut',                { kind: 'cut', when: 'before' },                     KNOWN_AFTER],
    ['at which Midtrans failed',          { kind: 'http_error', when: 'before', status: 503 }, KNOWN_AFTER],
    ['that came too often',               { kind: 'too_many' },                                KNOWN_AFTER],
    ['under a key that Midtrans refuses', { kind: 'refuse', code: '401' },                     1],
    ['for which no number could be made', { kind: 'refuse', code: '505' },                     1],
  ]
  test.each(outages)(
    '%s is no failed try: nobody is past due, and it is made again',
    async (_, fault, knownAfter) => {
      const id = await cardMember()
      await shop.advance(31 * DAY)
      shop.simulator.faults.add({ ...fault, verb: 'charge' } as Fault)
      await shop.bayar.tasks.processDueSubscriptions.delay()
      await shop.idle()
      await shop.advance(knownAfter)
      expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: true, currentInterval: 1 })
      expect((await periodsOf(id)).at(-1)).toEqual({ period: 2, status: 'open', charges: 1, unmade: 1 })
      await shop.advance(QUARTER)
      expect(await shop.find(id)).toMatchObject({ status: 'active', currentInterval: 2 })
      expect((await periodsOf(id)).at(-1)).toEqual({ period: 2, status: 'paid', charges: 2, unmade: 1 })
      expect(await shop.toldOf(id)).toEqual(['created', 'charged', 'activated', 'charged', 'renewed'])
      expect(shop.simulator.transactions()).toHaveLength(2)
      // One period, one invoice.
      expect((await shop.bayar.invoices.list()).results).toHaveLength(2)
    },
  )

  test('leaves the tries of dunning to the bank: after it a card is still tried four times', async () => {
    const id = await cardMember()
    await shop.advance(31 * DAY)
    shop.simulator.faults.add({ kind: 'refuse', code: '505', verb: 'charge' })
    await shop.bill()
    shop.simulator.faults.add({ kind: 'bank_refuses', verb: 'charge', times: 3 })
    await shop.advance(QUARTER)
    expect(await shop.find(id)).toMatchObject({ status: 'past_due' })
    for (let day = 0; day < 3; day++) {
      await shop.advance(DAY)
      await shop.bayar.tasks.retryFailedPayments()
    }
    await shop.idle()
    expect((await periodsOf(id)).at(-1)).toEqual({ period: 2, status: 'paid', charges: 5, unmade: 1 })
  })

  test('while it goes on for a week nobody is past due; then its period is one that is not paid, and a charge that comes through pays it', async () => {
    const id = await cardMember()
    await shop.advance(31 * DAY)
    shop.simulator.faults.add({ kind: 'refuse', code: '505', verb: 'charge', times: 1_000_000 })
    await shop.bill()
    for (let hours = 0; hours < 6 * 24; hours += 6) await shop.advance(6 * HOUR)
    expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: true })
    for (let hours = 0; hours < 36; hours += 6) await shop.advance(6 * HOUR)
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'not_charged',
      isInGracePeriod: true,
    })
    const [, period] = await periodsOf(id)
    expect(period!.unmade).toBe(period!.charges)
    // Ever more calmly: a week is no hundreds of payments.
    expect(period!.charges).toBeLessThan(40)
    shop.simulator.faults.clear()
    await shop.advance(6 * HOUR)
    await shop.advance(6 * HOUR)
    expect(await shop.find(id)).toMatchObject({ status: 'active', currentInterval: 2 })
  })

  test('of a sign-up leaves it pending, and makes its number after all', async () => {
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge' })
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      paymentType: 'bank_transfer',
      bank: 'bca',
    })
    await shop.advance(KNOWN_AFTER)
    expect(await shop.find(subscription.id)).toMatchObject({ status: 'pending', hasAccess: false })
    await shop.advance(QUARTER)
    const [, second] = await shop.ordersOf(subscription.id)
    await shop.pay(second!)
    expect(await shop.find(subscription.id)).toMatchObject({ status: 'active', currentInterval: 1 })
  })

  test('and is there after all, is not made a second time', async () => {
    const { id } = await shop.member()
    await shop.advance(31 * DAY)
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge' })
    // Nobody finds it out in time: Midtrans says that it knows nothing.
    shop.simulator.faults.add({ kind: 'refuse', code: '404', verb: 'status', times: 1_000 })
    await shop.bill()
    await shop.advance(KNOWN_AFTER)
    expect((await periodsOf(id)).at(-1)).toMatchObject({ charges: 1, unmade: 1 })
    shop.simulator.faults.clear()
    const [, second] = await shop.ordersOf(id)
    shop.simulator.notifications.resume()
    await shop.advance(60)
    expect(await shop.bayar.payments.find(second!)).toMatchObject({ status: 'pending' })
    await shop.advance(QUARTER)
    expect(await shop.ordersOf(id)).toHaveLength(2)
    await shop.pay(second!)
    expect(await shop.find(id)).toMatchObject({ status: 'active', currentInterval: 2 })
  })
})

describe('a run over many while Midtrans is ill', () => {
  const MEMBERS = 60
  const begun = async () =>
    (await shop.rows<{ count: number }>('select count(*)::int as count from bayar.obligation_charges'))[0]!
      .count
  const seed = (more: object = {}) =>
    seedDueMembers({ query: shop.rows }, { count: MEMBERS, now: shop.simulator.clock.now(), ...more })
  /** Each of them has one number that can be paid, and nobody was told of any trouble. */
  async function eachHasOneNumber() {
    const rows = await shop.rows<{ periods: number; ways: number }>(
      `select count(distinct o.id)::int as periods, count(p.id)::int as ways from bayar.subscriptions s join bayar.obligations o on o.subscription_id = s.id and o.period = 2
         left join bayar.obligation_charges c on c.obligation_id = o.id
         left join bayar.payments p on p.merchant = c.merchant and p.order_id = c.order_id and p.presumed is null and p.status = 'pending'
        where s.status = 'active' group by s.id`,
    )
    expect(rows).toHaveLength(MEMBERS)
    expect(rows.every(({ periods, ways }) => periods === 1 && ways === 1)).toBe(true)
    expect(shop.simulator.transactions()).toHaveLength(MEMBERS)
    expect(
      await shop.rows(
        `select type from bayar.events where type in ('subscription.past_due', 'subscription.charge_failed')`,
      ),
    ).toEqual([])
  }

  test('slows down after "too many requests", and loses nobody', async () => {
    await seed()
    shop.simulator.faults.add({ kind: 'too_many', verb: 'charge' })
    const { id } = await shop.bayar.tasks.processDueSubscriptions.delay()
    await shop.idle()
    expect(await shop.bayar.tasks.get(id)).toMatchObject({ state: 'waiting', attempts: 0 })
    // Those that were under way at that moment, and no more.
    expect(await begun()).toBeLessThanOrEqual(16)
    await shop.advance(30)
    expect(await begun()).toBeLessThanOrEqual(16)
    await shop.advance(31)
    for (const seconds of [300, KNOWN_AFTER, QUARTER, QUARTER]) await shop.advance(seconds)
    expect(await shop.bayar.tasks.get(id)).toMatchObject({ state: 'done' })
    await eachHasOneNumber()
  })

  test('stops after a few charges without an answer, tries one at a time, and goes on when Midtrans is back', async () => {
    await seed()
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge', times: 1_000_000 })
    const { id } = await shop.bayar.tasks.processDueSubscriptions.delay()
    await shop.idle()
    expect(await shop.bayar.tasks.get(id)).toMatchObject({ state: 'waiting', attempts: 0 })
    const first = await begun()
    expect(first).toBeGreaterThanOrEqual(5)
    expect(first).toBeLessThanOrEqual(16)
    for (let minutes = 0; minutes < 60; minutes += 10) await shop.advance(600)
    // An hour later it is a handful more, and not all of them every hour.
    expect(await begun()).toBeLessThanOrEqual(first + 8)
    shop.simulator.faults.clear()
    for (let minutes = 0; minutes < 300; minutes += 10) await shop.advance(600)
    await eachHasOneNumber()
    expect(await shop.bayar.tasks.get(id)).toMatchObject({ state: 'done' })
  })

  test('here and once, it says that Midtrans does not answer and that the rest stays due', async () => {
    await seed()
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge', times: 1_000_000 })
    await expect(shop.bayar.tasks.processDueSubscriptions()).rejects.toMatchObject({
      code: 'gateway_unavailable',
      message: expect.stringContaining('stays due'),
    })
    shop.simulator.faults.clear()
    for (let minutes = 0; minutes < 60; minutes += 10) await shop.advance(600)
    await shop.bayar.tasks.processDueSubscriptions()
    await eachHasOneNumber()
  })

  test('pays out of wallets all the same', async () => {
    await seed({ wallets: MEMBERS })
    const { id } = await shop.member('another')
    await shop.advance(31 * DAY)
    shop.simulator.faults.add({ kind: 'too_many', verb: 'charge' })
    await expect(shop.bayar.tasks.processDueSubscriptions()).rejects.toMatchObject({
      code: 'gateway_unavailable',
    })
    await shop.bayar.tasks.processWalletBilling()
    const [{ paid }] = (await shop.rows<{ paid: number }>(
      `select count(*)::int as paid from bayar.obligations where period = 2 and status = 'paid'`,
    )) as [{ paid: number }]
    expect(paid).toBe(MEMBERS)
    expect(await shop.find(id)).toMatchObject({ status: 'active', hasAccess: true })
  })
})
