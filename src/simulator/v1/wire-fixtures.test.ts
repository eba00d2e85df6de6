import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bench, bench, type Called } from '../../../test/support/simulated-merchant.ts'

/*
 * The recorded documents of the APIs beside Core v2, told again by the simulator: same fields in the same order with the same values; only what is drawn by lot is compared by its form.
 */
const folder = new URL('../../../test/wire/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const SERVER_KEY: string = read('index.json').server_key
const RECURRING = 'https://merchant.example/recurring'

type Document = Readonly<Record<string, unknown>>

const DRAWN = new Set(['id', 'token', 'transaction_id', 'midtrans_invoice_id'])

function told(document: unknown): string {
  return JSON.stringify(
    document,
    (field, value) =>
      DRAWN.has(field) && typeof value === 'string' ? value.replace(/[0-9a-f]/g, 'f') : value,
    1,
  )
}

const wib = (text: string) => new Date(`${text.replace(' ', 'T')}+07:00`)

function at(time: string, more: Parameters<typeof bench>[0] = {}): Bench {
  return bench({
    serverKey: SERVER_KEY,
    merchantId: 'G123456789',
    clock: { start: wib(time), frozen: true },
    ...more,
  })
}

describe('answers', () => {
  test('snap.create.201.json', async () => {
    const recorded = read('snap.create.201.json')
    const { call } = bench()
    const { http, body } = await call('POST', '/snap/v1/transactions', snap('order-1'))
    expect(http).toBe(201)
    expect(Object.keys(body)).toEqual(Object.keys(recorded))
    expect(body.token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const path = new URL(recorded.redirect_url).pathname.replace(recorded.token, String(body.token))
    expect(body.redirect_url).toBe(`http://simulator${path}`)
  })

  test('subscription.create.200.json', async () => {
    const recorded = read('subscription.create.200.json')
    const { call } = at(recorded.created_at)
    const { http, body } = await call('POST', '/v1/subscriptions', subscriptionOf(recorded))
    expect(http).toBe(200)
    expect(told(body)).toBe(told(recorded))
    expect(await call('GET', `/v1/subscriptions/${String(body.id)}`)).toEqual({ http: 200, body })
  })

  test('invoice.create.201.json, its account and PDF at our own addresses', async () => {
    const recorded = read('invoice.create.201.json')
    const { call } = at('2025-08-14 10:00:01')
    const { http, body } = await call('POST', '/v1/invoices', invoiceOf(recorded))
    expect(http).toBe(201)
    const ours = {
      pdf_url: body.pdf_url,
      // The number of BCA begins with the company's digits.
      virtual_accounts: [{ name: 'bca_va', number: `39001${recorded.virtual_accounts[0].number}` }],
    }
    expect(told(body)).toBe(told({ ...recorded, ...ours }))
    expect(await call('GET', `/v1/invoices/${String(body.id)}`)).toEqual({ http: 200, body })
  })

  test('payment_link.create.200.json', async () => {
    const recorded = read('payment_link.create.200.json')
    const { call } = bench()
    const { http, body } = await call('POST', '/v1/payment-links', snap(recorded.order_id))
    expect(http).toBe(200)
    expect(body).toEqual({
      ...recorded,
      payment_url: recorded.payment_url.replace(/^https:\/\/[^/]+/, 'http://simulator'),
    })
  })
})

describe('notices', () => {
  test('notification.recurring.created.json', async () => {
    const recorded = read('notification.recurring.created.json')
    const { call, simulator, received } = at('2025-08-14 10:00:00', { recurringUrl: RECURRING })
    await call('POST', '/v1/subscriptions', subscriptionOf(read('subscription.create.200.json')))
    await simulator.idle()
    expect(received.map(({ url }) => url)).toEqual([RECURRING])
    expect(told(received[0]?.body)).toBe(told(recorded))
  })

  test('notification.recurring.charge.failure.json, with a token that is none', async () => {
    const recorded = read('notification.recurring.charge.failure.json')
    const { call, simulator, received } = at('2025-08-14 10:00:00', { recurringUrl: RECURRING })
    const { retry_schedule: _, ...asked } = subscriptionOf(read('subscription.create.200.json'))
    await call('POST', '/v1/subscriptions', asked)
    await simulator.clock.set(wib('2025-09-01 07:00:00'))
    await simulator.idle()
    expect(told(atSecond(received.at(-1)?.body))).toBe(told(recorded))
  })

  test('notification.recurring.charge.success.json', async () => {
    const recorded = read('notification.recurring.charge.success.json')
    const { call, simulator, received } = at('2025-08-14 10:00:00', { recurringUrl: RECURRING })
    const card = 'card_number=4811111111111114&card_exp_month=12&card_exp_year=2030'
    const { body: saved } = await call('GET', `/v2/card/register?client_key=${simulator.clientKey}&${card}`)
    const asked = { ...subscriptionOf(read('subscription.create.200.json')), token: saved.saved_token_id }
    await call('POST', '/v1/subscriptions', asked)
    await simulator.clock.set(wib('2025-09-01 07:00:00'))
    await simulator.idle()
    const body = received.findLast(({ url }) => url === RECURRING)?.body
    expect(told(atSecond(body)).replaceAll(/"token": "[^"]+"/g, '"token"')).toBe(
      told(recorded).replaceAll(/"token": "[^"]+"/g, '"token"'),
    )
  })

  test('notification.payment_link.settlement.json, with the expiry that GoPay tells', async () => {
    const recorded = read('notification.payment_link.settlement.json')
    const { call, simulator, received } = at(recorded.transaction_time)
    await call('POST', '/v1/payment-links', snap('link-42'))
    await simulator.fetch(
      new Request('http://simulator/payment-links/link-42', {
        method: 'POST',
        body: new URLSearchParams({ method: 'gopay' }),
      }),
    )
    await simulator.clock.set(wib(recorded.settlement_time))
    await simulator.pay(simulator.transactions()[0]!.orderId)
    await simulator.idle()
    const { expiry_time: _, ...body } = received.at(-1)!.body
    const drawn = { order_id: body.order_id, signature_key: body.signature_key }
    expect(body.order_id).toMatch(/^link-42-\d{13}$/)
    expect(told({ ...body, ...drawn })).toBe(told({ ...recorded, ...drawn }))
  })

  test('notification.invoice.settlement.json', async () => {
    const recorded = read('notification.invoice.settlement.json')
    const { call, simulator, received } = at(recorded.transaction_time)
    await call('POST', '/v1/invoices', {
      ...invoiceOf(read('invoice.create.201.json')),
      virtual_accounts: [{ name: 'bca_va', number: recorded.va_numbers[0].va_number.slice(5) }],
    })
    await simulator.clock.set(wib(recorded.settlement_time))
    await simulator.pay(recorded.order_id)
    await simulator.idle()
    expect(received).toHaveLength(1)
    const { expiry_time: _, ...body } = received[0]!.body
    const { va_numbers: numbers, ...rest } = recorded
    expect(told({ ...body, va_numbers: numbers })).toBe(
      told({ va_numbers: numbers, ...rest, va_numbers_: undefined }),
    )
  })
})

/** The recorded charge was made twelve seconds after it was due. */
function atSecond(body: Document | undefined): unknown {
  return JSON.parse(
    JSON.stringify(body).replace(
      '2025-09-01T00:00:00.000000Z"},"metadata',
      '2025-09-01T00:00:12.000000Z"},"metadata',
    ),
  )
}

function snap(orderId: string): Document {
  return { transaction_details: { order_id: orderId, gross_amount: 99_000 } }
}

function subscriptionOf(recorded: Document): Document {
  const { name, amount, currency, token, payment_type, metadata, customer_details, retry_schedule } = recorded
  const { interval, interval_unit, max_interval, start_time } = recorded.schedule as Document
  return {
    name,
    amount,
    currency,
    token,
    payment_type,
    metadata,
    customer_details,
    retry_schedule,
    schedule: { interval, interval_unit, max_interval, start_time: `${String(start_time)} +0700` },
  }
}

function invoiceOf(recorded: Document): Document {
  const { id: _, status: __, published_date: ___, gross_amount: ____, pdf_url: _____, ...asked } = recorded
  return asked
}

describe('errors.other_apis.json', () => {
  const recorded: Record<string, { http_status: number; body: Document }> = read('errors.other_apis.json')

  // case → how to meet it
  const PROVOKED: Record<string, (merchant: Bench) => Promise<Called>> = {
    'snap.400.duplicate': async ({ call, charge, simulator }) => {
      await charge('order-1')
      await simulator.pay('order-1')
      return await call('POST', '/snap/v1/transactions', snap('order-1'))
    },
    'snap.400.sum': ({ call }) =>
      call('POST', '/snap/v1/transactions', {
        ...snap('order-1'),
        item_details: [{ id: 'a', name: 'shirt', price: 1, quantity: 1 }],
      }),
    'snap.401': ({ call }) =>
      call('POST', '/snap/v1/transactions', snap('order-1'), { Authorization: 'Basic bm9ib2R5Og==' }),
    'subscription.400': ({ call }) =>
      call('POST', '/v1/subscriptions', {
        ...subscriptionOf(read('subscription.create.200.json')),
        schedule: { interval: 1, interval_unit: 'month' },
        amount: '0',
      }),
    'subscription.404': ({ call }) => call('GET', '/v1/subscriptions/nothing'),
    'invoice.409.duplicate': async ({ call }) => {
      const invoice = { ...invoiceOf(read('invoice.create.201.json')), ...DATES }
      await call('POST', '/v1/invoices', invoice)
      return await call('POST', '/v1/invoices', invoice)
    },
    'invoice.409.void': async ({ call }) => {
      const { body } = await call('POST', '/v1/invoices', {
        ...invoiceOf(read('invoice.create.201.json')),
        ...DATES,
      })
      await call('PATCH', `/v1/invoices/${String(body.id)}/void`)
      return await call('PATCH', `/v1/invoices/${String(body.id)}/void`)
    },
    'invoice.404': ({ call }) => call('GET', '/v1/invoices/66d1f0a2c0b5f10012abc345'),
    'payment_link.409': async ({ call }) => {
      await call('POST', '/v1/payment-links', snap('link-42'))
      return await call('POST', '/v1/payment-links', snap('link-42'))
    },
    'balance.400': ({ call }) =>
      call(
        'GET',
        '/v1/balance/mutation?start_time=2026-03-02T00%3A00%3A00%2B07%3A00&end_time=2026-03-16T23%3A59%3A59%2B07%3A00',
      ),
  }

  // case → where it is proved
  const ELSEWHERE: Record<string, string> = {
    'pay_account.404': 'Core v2, in wire-fixtures.test.ts beside it',
    'pay_account.202.user_not_found': 'Core v2, in wire-fixtures.test.ts beside it',
  }

  const DATES = { invoice_date: '2026-03-01 10:00:00 +0700', due_date: '2026-04-01 10:00:00 +0700' }

  test.each(Object.keys(PROVOKED))('%s', async (name) => {
    const answer = await PROVOKED[name]!(bench())
    expect(answer).toEqual({ http: recorded[name]!.http_status, body: recorded[name]!.body })
  })

  test('every case is in one of the tables', () => {
    expect([...Object.keys(PROVOKED), ...Object.keys(ELSEWHERE)].sort()).toEqual(Object.keys(recorded).sort())
  })
})
