import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../../test/support/simulated-merchant.ts'
import { addInterval } from './intervals.ts'

const RECURRING = 'https://merchant.example/recurring'
const DAY = 86_400
const GOOD = '4811111111111114'
const NO_FUNDS = '4472429869996670'

const merchantWith = () => bench({ recurringUrl: RECURRING })

async function cardToken({ call, simulator }: Bench, number: string): Promise<string> {
  const card = `card_number=${number}&card_exp_month=12&card_exp_year=2030`
  const { body } = await call('GET', `/v2/card/register?client_key=${simulator.clientKey}&${card}`)
  return String(body.saved_token_id)
}

async function subscribe(
  merchant: Bench,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<{ id: string; asked: Record<string, unknown> }> {
  const asked = {
    name: 'monthly',
    amount: '50000',
    currency: 'IDR',
    payment_type: 'credit_card',
    token: more.token ?? (await cardToken(merchant, GOOD)),
    schedule: { interval: 1, interval_unit: 'day' },
    ...more,
  }
  const { http, body } = await merchant.call('POST', '/v1/subscriptions', asked, headers)
  expect(http).toBe(200)
  return { id: String(body.id), asked }
}

const show = async ({ call }: Bench, id: string) =>
  (await call('GET', `/v1/subscriptions/${id}`)).body as Readonly<Record<string, unknown>> & {
    schedule: Readonly<Record<string, unknown>>
    transaction_ids: string[]
  }

const charges = ({ received }: Bench) =>
  received
    .filter(({ url, body }) => url === RECURRING && body.event_name === 'subscription.charge')
    .map(({ body }) => (body.transaction as Readonly<Record<string, unknown>>).status_code)

describe('a subscription', () => {
  test('may be of less than a card is charged otherwise', async () => {
    const merchant = merchantWith()
    await subscribe(merchant, { amount: '5000' })
    await merchant.simulator.clock.advance(DAY)
    expect(charges(merchant)).toEqual(['200'])
  })

  test('is charged each interval under an order of its own, told as payment and as subscription', async () => {
    const merchant = merchantWith()
    const { id } = await subscribe(merchant)
    await merchant.simulator.clock.advance(3 * DAY)
    const shown = await show(merchant, id)
    expect(shown.schedule).toMatchObject({
      current_interval: 3,
      previous_execution_at: '2026-03-05 09:00:00',
      next_execution_at: '2026-03-06 09:00:00',
    })
    expect(shown.transaction_ids).toHaveLength(3)
    expect(charges(merchant)).toEqual(['200', '200', '200'])
    const payments = merchant.received.filter(({ body }) => body.signature_key !== undefined)
    const orders = new Set(payments.map(({ body }) => String(body.order_id)))
    expect(orders.size).toBe(3)
    for (const order of orders) expect(order).toMatch(/^monthly-[0-9a-f]{32}$/)
    expect(payments.every(({ body }) => body.subscription_id === undefined)).toBe(true)
  })

  test('without a URL of its own is named in the payment’s notice', async () => {
    const merchant = bench()
    const { id } = await subscribe(merchant)
    await merchant.simulator.clock.advance(DAY)
    expect(merchant.received.map(({ body }) => body.subscription_id)).toEqual([id])
  })

  test.each([
    ['three', 3, 3],
    ['0, which is one', 0, 1],
  ])('ends after %s', async (_, most, times) => {
    const merchant = merchantWith()
    const schedule = { interval: 1, interval_unit: 'day', max_interval: most }
    const { id } = await subscribe(merchant, { schedule })
    await merchant.simulator.clock.advance(10 * DAY)
    const shown = await show(merchant, id)
    expect(shown).toMatchObject({ status: 'inactive', schedule: { current_interval: times } })
    expect(shown.schedule.next_execution_at).toBeUndefined()
    expect(charges(merchant)).toHaveLength(times)
    expect((await merchant.call('POST', `/v1/subscriptions/${id}/enable`)).http).toBe(412)
  })

  test('that fails is tried again, then given up', async () => {
    const merchant = merchantWith()
    const { id } = await subscribe(merchant, {
      token: await cardToken(merchant, NO_FUNDS),
      schedule: { interval: 1, interval_unit: 'month' },
      retry_schedule: { interval: 6, interval_unit: 'hour', max_interval: 2 },
    })
    await merchant.simulator.clock.set(new Date('2026-04-02T09:00:00+07:00'))
    expect(await show(merchant, id)).toMatchObject({ status: 'active', schedule: { current_interval: 1 } })
    await merchant.simulator.clock.advance(6 * 3600)
    expect(await show(merchant, id)).toMatchObject({ status: 'active', schedule: { current_interval: 1 } })
    await merchant.simulator.clock.advance(6 * 3600)
    expect(await show(merchant, id)).toMatchObject({ status: 'inactive' })
    expect(charges(merchant)).toEqual(['202', '202', '202'])
    await merchant.simulator.clock.advance(90 * DAY)
    expect(charges(merchant)).toHaveLength(3)
  })

  test('goes on when a retry succeeds', async () => {
    const merchant = merchantWith()
    const retry_schedule = { interval: 1, interval_unit: 'hour', max_interval: 3 }
    const { id, asked } = await subscribe(merchant, {
      token: await cardToken(merchant, NO_FUNDS),
      retry_schedule,
    })
    await merchant.simulator.clock.advance(DAY)
    const { schedule: _, payment_type: __, ...rest } = asked
    const changed = { ...rest, token: await cardToken(merchant, GOOD) }
    expect(await merchant.call('PATCH', `/v1/subscriptions/${id}`, changed)).toEqual({
      http: 200,
      body: { status_message: 'Subscription is updated.' },
    })
    await merchant.simulator.clock.advance(DAY)
    expect(charges(merchant)).toEqual(['202', '200', '200'])
  })

  test('disabled keeps its planned retry, cancelled does not', async () => {
    for (const [verb, tries] of [
      ['disable', 2],
      ['cancel', 1],
    ] as const) {
      const merchant = merchantWith()
      const { id } = await subscribe(merchant, {
        token: await cardToken(merchant, NO_FUNDS),
        retry_schedule: { interval: 1, interval_unit: 'hour', max_interval: 1 },
      })
      await merchant.simulator.clock.advance(DAY)
      await merchant.call('POST', `/v1/subscriptions/${id}/${verb}`)
      await merchant.simulator.clock.advance(10 * DAY)
      expect(charges(merchant)).toHaveLength(tries)
      expect(await show(merchant, id)).toMatchObject({ status: 'inactive' })
    }
  })

  test('enabled again is not charged for the time between', async () => {
    const merchant = merchantWith()
    const { id } = await subscribe(merchant)
    await merchant.call('POST', `/v1/subscriptions/${id}/disable`)
    await merchant.simulator.clock.advance(5 * DAY + 60)
    await merchant.call('POST', `/v1/subscriptions/${id}/enable`)
    expect((await show(merchant, id)).schedule.next_execution_at).toBe('2026-03-08 09:00:00')
    await merchant.simulator.clock.advance(DAY)
    expect(charges(merchant)).toHaveLength(1)
  })

  test('that has ended is revived by a fresh start', async () => {
    const merchant = merchantWith()
    const schedule = { interval: 1, interval_unit: 'day', max_interval: 1 }
    const { id, asked } = await subscribe(merchant, { schedule })
    await merchant.simulator.clock.advance(DAY)
    const { payment_type: _, ...rest } = asked
    const again = { ...rest, schedule: { interval: 1, next_execution_at: '2026-03-10 09:00:00 +0700' } }
    await merchant.call('PATCH', `/v1/subscriptions/${id}`, again)
    expect(await show(merchant, id)).toMatchObject({ status: 'active' })
    await merchant.simulator.clock.set(new Date('2026-03-10T09:00:00+07:00'))
    expect(charges(merchant)).toHaveLength(2)
  })

  test('by GoPay takes the money of a linked account, until there is none', async () => {
    const merchant = merchantWith()
    const { body } = await merchant.call('POST', '/v2/pay/account', {
      payment_type: 'gopay',
      gopay_partner: {
        phone_number: '81234567891',
        country_code: '62',
        redirect_url: 'https://shop.example/',
      },
    })
    const account = await merchant.simulator.payAccounts.link(String(body.account_id))
    await merchant.simulator.payAccounts.set(account.id, { balance: 60_000 })
    const wallet = merchant.simulator.payAccounts.get(account.id).options[0]!
    await subscribe(merchant, {
      payment_type: 'gopay',
      token: wallet.token,
      gopay: { account_id: account.id },
    })
    await merchant.simulator.clock.advance(DAY)
    await merchant.simulator.payAccounts.set(account.id, { balance: 10_000 })
    await merchant.simulator.clock.advance(DAY)
    expect(charges(merchant)).toEqual(['200', '202'])
    expect(merchant.simulator.transactions().map(({ status }) => status)).toEqual(['deny', 'settlement'])
  })

  test('asked for twice with one key is one, for three minutes', async () => {
    const merchant = merchantWith()
    const token = await cardToken(merchant, GOOD)
    const key = { 'Idempotency-Key': 'once' }
    const { id } = await subscribe(merchant, { token }, key)
    expect((await subscribe(merchant, { token }, key)).id).toBe(id)
    // The body is looked at first.
    expect((await merchant.call('POST', '/v1/subscriptions', {}, key)).http).toBe(400)
    await merchant.simulator.clock.advance(181)
    expect((await subscribe(merchant, { token }, key)).id).not.toBe(id)
  })

  test('names every mistake at once', async () => {
    const { call } = bench()
    const { http, body } = await call('POST', '/v1/subscriptions', {
      name: 'x'.repeat(41),
      amount: 'much',
      currency: 'USD',
      payment_type: 'qris',
      schedule: { interval: 0, interval_unit: 'year', start_time: '2026-03-01 09:00:00 +0700' },
      retry_schedule: { interval: 1, interval_unit: 'hour', max_interval: 4 },
    })
    expect(http).toBe(400)
    expect(body).toEqual({
      status_message: 'Invalid parameter.',
      validation_messages: [
        'subscription.name length must not exceed 40 characters',
        'subscription.amount must be between 0.01 - 99999999999.00',
        'subscription.currency must be IDR',
        'subscription.token is required',
        'subscription.payment_type must be one of credit_card, gopay',
        'subscription.schedule.interval must be greater than or equal to 1',
        'subscription.schedule.interval_unit must be one of day, week, month',
        'subscription.schedule.start_time must be in the future',
        'subscription.retry_schedule.max_interval must not exceed 3',
      ],
    })
  })
})

// from, count, unit → to, all in Jakarta
test.each([
  ['2026-01-31 00:30:00', 1, 'month', '2026-02-28 00:30:00'],
  ['2026-01-31 00:30:00', 2, 'month', '2026-03-31 00:30:00'],
  ['2027-12-15 23:59:59', 1, 'month', '2028-01-15 23:59:59'],
  ['2028-01-31 12:00:00', 1, 'month', '2028-02-29 12:00:00'],
  ['2026-03-31 06:00:00', -1, 'month', '2026-02-28 06:00:00'],
  ['2026-01-31 00:30:00', 2, 'week', '2026-02-14 00:30:00'],
] as const)('%s and %i %s are %s', (from, count, unit, to) => {
  const wib = (text: string) => Date.parse(`${text.replace(' ', 'T')}+07:00`)
  expect(addInterval(wib(from), count, unit)).toBe(wib(to))
})
