/** Reminders: 7, 3 and 1 days before a period ends, at nine in Jakarta, once; and what happens then. */
import { expect, test } from 'vitest'
import { PERIODIC_TASKS } from '../../../src/jobs/tasks.ts'
import type { TestBayarOptions } from '../../../src/testing/index.ts'
import { BCA, type Club, club, DAY, HOUR } from '../../support/billing.ts'
import { type Mailbox, mailbox } from '../../support/mailbox.ts'

interface Reminded extends Club {
  readonly box: Mailbox
}

async function withReminders(options: TestBayarOptions = {}): Promise<Reminded> {
  const box = mailbox()
  const made = await club({ ...options, options: { ...options.options, messages: { channel: box.channel } } })
  return { ...made, box, [Symbol.asyncDispose]: () => made.close() }
}
const reminders = (shop: Reminded) =>
  shop.box.sent.flatMap((one) => (one.facts.type === 'expiry_reminder' ? [one.facts] : []))
const remind = async (shop: Reminded) => {
  const { reminded } = await shop.bayar.tasks.sendExpiryReminders()
  await shop.idle()
  return reminded
}
const jakarta = (shop: Reminded) => new Date(shop.simulator.clock.now().getTime() + 7 * HOUR * 1000)

test('by the schedule at nine, 7, 3 and 1 days before, and on no other day', async () => {
  const others = PERIODIC_TASKS.filter(({ name }) => name !== 'send_expiry_reminders')
  const schedule = Object.fromEntries(others.map(({ name }) => [name, false] as const))
  await using shop = await withReminders({ schedule: true, options: { schedule } })
  await shop.member()
  await shop.advance(22 * DAY)
  // Until the end of 2 April at 12:00.
  const when: [string, number][] = []
  for (let hour = 0; hour < 9 * 24; hour += 3) {
    const before = reminders(shop).length
    await shop.advance(3 * HOUR)
    for (const { days } of reminders(shop).slice(before))
      when.push([jakarta(shop).toISOString().slice(0, 13), days])
  }
  expect(when).toEqual([
    ['2026-03-26T09', 7],
    ['2026-03-30T09', 3],
    ['2026-04-01T09', 1],
  ])
  expect(reminders(shop)[0]).toMatchObject({
    title: 'Pro',
    amount: 90_000,
    renewal: 'to_pay',
    endsAt: new Date('2026-04-02T05:00:00Z'),
  })
})

test('nobody twice on one day, however often and from wherever it is run', async () => {
  await using shop = await withReminders()
  for (const user of ['user-1', 'user-2']) await shop.member(user)
  await shop.advance(24 * DAY)
  const runs = await Promise.all([1, 2, 3].map(() => shop.bayar.tasks.sendExpiryReminders()))
  expect(runs.reduce((sum, { reminded }) => sum + reminded, 0)).toBe(2)
  await shop.idle()
  await shop.advance(6 * HOUR)
  expect(await remind(shop)).toBe(0)
  expect(reminders(shop).map(({ userId, days }) => [userId, days])).toEqual([
    ['user-1', 7],
    ['user-2', 7],
  ])
})

test('a tick that was missed is not made up for on another day, and what could not be sent on its day is not sent', async () => {
  await using shop = await withReminders()
  await shop.member()
  // Nothing ran on the seventh day before the end.
  await shop.advance(25 * DAY)
  expect(await remind(shop)).toBe(0)
  await shop.advance(3 * DAY)
  shop.box.behave(async () => {
    throw new Error('no network')
  })
  expect(await remind(shop)).toBe(1)
  await shop.advance(12 * HOUR + 60)
  shop.box.behave(async () => {})
  await shop.advance(DAY)
  expect(reminders(shop)).toEqual([])
  expect((await shop.bayar.messages.list({ filter: { type: 'expiry_reminder' } })).results).toMatchObject([
    { status: 'suppressed', error: 'It is not true any more, or too late.' },
  ])
})

test('what happens then depends on how it is collected', async () => {
  await using shop = await withReminders()
  await shop.member('by-number')
  await shop.member('by-card', { ...(await shop.card()), bank: undefined })
  for (const [user, amount] of [
    ['rich', 200_000],
    ['poor', 120_000],
    ['frozen', 200_000],
  ] as const) {
    await shop.bayar.wallets.adjust(user, { amount, reason: 'a test' })
    await shop.bayar.subscriptions.subscribe({ user, plan: 'pro', collection: 'wallet' })
  }
  await shop.bayar.wallets.freeze('frozen', { reason: 'a test' })
  const leaving = await shop.member('leaving')
  await shop.bayar.subscriptions.cancel(leaving.id, { atPeriodEnd: true })
  const gone = await shop.member('gone')
  await shop.bayar.subscriptions.cancel(gone.id)
  const paused = await shop.member('paused')
  await shop.bayar.subscriptions.pause(paused.id)
  await shop.advance(30 * DAY)
  await remind(shop)
  expect(Object.fromEntries(reminders(shop).map(({ userId, renewal }) => [userId, renewal]))).toEqual({
    'by-number': 'to_pay',
    'by-card': 'automatic',
    rich: 'from_wallet',
    poor: 'wallet_short',
    frozen: 'wallet_short',
    leaving: 'ends',
  })
})

test('the next period’s price is said, when its plan is another one', async () => {
  await using shop = await withReminders()
  const { id } = await shop.member()
  await shop.bayar.plans.create({ slug: 'max', name: 'Max', price: 150_000, intervalUnit: 'month' })
  await shop.bayar.subscriptions.changePlan(id, { plan: 'max', at: 'period_end' })
  await shop.advance(28 * DAY)
  await remind(shop)
  expect(reminders(shop)).toMatchObject([{ amount: 150_000, days: 3 }])
})

test('a rhythm of days is not reminded of each day; other days can be set', async () => {
  await using shop = await withReminders({ options: { expiryReminderDays: [2, 1, 1] } })
  await shop.bayar.plans.create({ slug: 'daily', name: 'Harian', price: 20_000, intervalUnit: 'day' })
  await shop.member('daily', { plan: 'daily' })
  await shop.member('monthly')
  await shop.advance(4 * HOUR)
  expect(await remind(shop)).toBe(0)
  await shop.advance(29 * DAY)
  await remind(shop)
  expect(reminders(shop).map(({ userId, days }) => [userId, days])).toEqual([['monthly', 2]])
})

test('of thousands each is told once, page by page, also by a run that begins again', async () => {
  await using shop = await withReminders()
  const { id } = await shop.member()
  await shop.rows(
    `insert into bayar.subscriptions (${COPIED}, id, user_id, reference)
     select ${COPIED}, gen_random_uuid(), 'copy-' || n, null from bayar.subscriptions s, generate_series(1, 1200) n where s.id = $1`,
    [id],
  )
  await shop.advance(24 * DAY)
  const told: number[] = []
  await expect(
    shop.bayar.tasks.run('send_expiry_reminders', undefined, {
      onProgress: ({ done }) => {
        told.push(done)
        if (told.length === 2) throw new Error('the worker was killed')
      },
    }),
  ).rejects.toThrow('the worker was killed')
  await remind(shop)
  expect(told).toEqual([500, 1000])
  expect(reminders(shop)).toHaveLength(1201)
  expect(new Set(reminders(shop).map(({ userId }) => userId)).size).toBe(1201)
}, 120_000)

const COPIED =
  'merchant, request_digest, version, collection, status, title, payment_type, amount, currency, interval_count, interval_unit, cycle, starts_at, next_charge_at, commands, syncs_failed, plan_id, method, anchor_day, period, current_period_start, current_period_end, created_at, updated_at'

test('each is written in the language of its customer, and in the words of the host where there are some', async () => {
  const box = mailbox()
  await using shop = await club({
    options: {
      messages: {
        channel: box.channel,
        templates: {
          en: {
            payment_pending: ({ amount, instructions }) => ({
              subject: `Pay\n${amount}`,
              body: `Pay ${amount} to ${instructions.vaNumber}.`,
            }),
            payment_succeeded: () => ({ subject: '', body: 'Thanks.' }),
          },
        },
      },
    },
  })
  for (const [user, metadata] of [
    ['budi', undefined],
    ['jane', { language: 'en-GB' }],
    ['hans', { language: 'de' }],
  ] as const)
    await shop.bayar.subscriptions.subscribe({
      user,
      plan: 'pro',
      ...BCA,
      ...(metadata && { metadata }),
    } as never)
  await shop.idle()
  expect(box.sent.map(({ userId, language, subject }) => [userId, language, subject])).toEqual([
    ['budi', 'id', 'Menunggu pembayaran Rp90.000 untuk Pro'],
    ['jane', 'en', 'Pay 90000'],
    ['hans', 'id', 'Menunggu pembayaran Rp90.000 untuk Pro'],
  ])
  expect(box.sent[1]!.body).toMatch(/^Pay 90000 to \d+\.$/)

  // A template that gives nothing is a failed try, and holds nobody else up; least of all the money.
  const [jane] = (await shop.bayar.messages.list({ filter: { userId: 'jane' } })).results
  await shop.pay((box.sent[1]!.facts as { orderId: string }).orderId)
  expect((await shop.find(jane!.subscriptionId!)).status).toBe('active')
  const [thanks] = (await shop.bayar.messages.list({ filter: { type: 'payment_succeeded' } })).results
  expect(thanks).toMatchObject({
    status: 'pending',
    tries: 1,
    error: 'TypeError: The template of payment_succeeded gives no subject.',
  })
})
