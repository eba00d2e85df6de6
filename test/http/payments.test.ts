import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payment, paymentDetail } from '../../src/http/contract.ts'
import { notice } from '../support/notice.ts'
import { type Answer, bca, type Surface, surface } from './surface.ts'

let shop: Surface

beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const PAYMENTS = '/midtrans/api/payments/'

describe('charge', () => {
  test('answers 201 with what a customer must be shown', async () => {
    const { status, body } = await shop.charge('ORDER-1', {
      customer_details: {
        first_name: 'Dewi',
        last_name: 'Lestari',
        email: 'dewi@example.com',
        phone: '+6281',
      },
      item_details: [
        { id: 'sku-1', name: 'Batik', price: 100_000, quantity: 2, merchant_name: 'Toko' },
        { name: 'Discount', price: -50_000, quantity: 1 },
      ],
      custom_expiry: { duration: 2, unit: 'hour' },
      custom_fields: ['north', 'gift'],
      metadata: { basket_id: 7, someKey: { inner_key: true } },
      user_id: 'dewi',
    })
    expect(status).toBe(201)
    expect(payment.strict().parse(body)).toBeDefined()
    expect(body).toMatchObject({
      order_id: 'ORDER-1',
      payment_type: 'bank_transfer',
      bank: 'bca',
      va_number: expect.stringMatching(/^\d{10,}$/),
      gross_amount: 150_000,
      transaction_status: 'pending',
      status: 'pending',
      is_paid: false,
      is_pending: true,
      is_final: false,
      refund_amount: 0,
      net_amount: 0,
      expiry_time: '2026-03-02T07:00:00.000Z',
      customer_first_name: 'Dewi',
      customer_email: 'dewi@example.com',
      custom_fields: ['north', 'gift'],
      metadata: { basket_id: 7, someKey: { inner_key: true } },
      user_id: 'dewi',
      items: [
        { id: 'sku-1', subtotal: 200_000, merchant_name: 'Toko' },
        { price: -50_000, subtotal: -50_000 },
      ],
      bill_key: null,
      biller_code: null,
      payment_code: null,
      qr_string: null,
      deeplink_url: null,
      redirect_url: null,
    })
  })

  test('a Mandiri bill has its two numbers', async () => {
    const { status, body } = await shop.call('POST', '/midtrans/api/charge/', {
      payment_type: 'echannel',
      gross_amount: 20_000,
      order_id: 'ORDER-BILL',
    })
    expect([status, body.bill_key, body.biller_code]).toEqual([201, expect.any(String), expect.any(String)])
  })

  test('an equal request answers 200 with the payment, another one is refused', async () => {
    const first = await shop.charge('ORDER-2')
    const again = await shop.charge('ORDER-2')
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
    const other = await shop.charge('ORDER-2', { gross_amount: 1_000 })
    expect(other).toMatchObject({ status: 409, body: { code: 'order_id_taken', retry: 'never' } })
  })

  test('a lost answer is 202, and the truth comes by itself', async () => {
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge' })
    // Its notification would tell us at once.
    shop.simulator.faults.add({ kind: 'lose', orderId: 'ORDER-LOST' })
    const first = await shop.charge('ORDER-LOST')
    expect(first).toMatchObject({ status: 202, body: { outcome: 'unknown' } })
    await shop.advance(120)
    expect(await shop.charge('ORDER-LOST')).toMatchObject({
      status: 200,
      body: { status: 'pending', outcome: 'known', va_number: expect.any(String) },
    })
  })

  test('a refusal of Midtrans is 422 with its own words', async () => {
    shop.simulator.faults.add({ kind: 'refuse', verb: 'charge', code: '402' })
    const { status, body } = await shop.charge('ORDER-REFUSED')
    expect([status, body.code, body.details.gateway_code]).toEqual([422, 'gateway_rejected', '402'])
    const again = await shop.charge('ORDER-REFUSED', { new_attempt: true })
    expect(again).toMatchObject({ status: 201, body: { status: 'pending' } })
  })

  // biome-ignore format: a table is read in columns
  const mistakes: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ['nothing at all',                 {},                                                                                  ['payment_type', 'gross_amount']],
    ['a text for an amount',           { ...bca('E'), gross_amount: '150000' },                                             ['gross_amount']],
    ['half a rupiah',                  { ...bca('E'), gross_amount: 0.5 },                                                  ['gross_amount']],
    ['no money',                       { ...bca('E'), gross_amount: 0 },                                                    ['gross_amount']],
    ['more than can be counted',       { ...bca('E'), gross_amount: 2 ** 60 },                                              ['gross_amount']],
    ['an unknown method',              { ...bca('E'), payment_type: 'barter' },                                             ['payment_type']],
    ['no bank',                        { payment_type: 'bank_transfer', gross_amount: 1_000 },                              ['bank']],
    ['an order id with a space',       { ...bca('an order') },                                                              ['order_id']],
    ['an order id of 10,000',          { ...bca('A'.repeat(10_000)) },                                                      ['order_id']],
    ['an order id with half a letter', { ...bca('\ud800') },                                                                ['order_id']],
    ['a reserved order id',            { ...bca('SUB-1') },                                                                 []],
    ['a field that is none',           { ...bca('E'), amount: 5, grossAmount: 6 },                                          ['amount', 'grossAmount']],
    ['items that are no list',         { ...bca('E'), item_details: { name: 'x' } },                                        ['item_details']],
    ['an item that is null',           { ...bca('E'), item_details: [null] },                                               ['item_details[0]']],
    ['items that do not add up',       { ...bca('E'), item_details: [{ name: 'x', price: 1, quantity: 1 }] },               ['item_details']],
    ['an item without a name',         { ...bca('E'), item_details: [{ price: 150_000, quantity: 1 }] },                    ['item_details[0].name']],
    ['an e-mail that is none',         { ...bca('E'), customer_details: { email: 'dewi' } },                                ['customer_details.email']],
    ['a name with U+0000',             { ...bca('E'), customer_details: { first_name: 'De\u0000wi' } },                     ['customer_details.first_name']],
    ['metadata with half a character', { ...bca('E'), metadata: { x: '\ud800' } },                                          ['metadata']],
    ['metadata with U+0000',           { ...bca('E'), metadata: { x: '\u0000' } },                                          ['metadata']],
    ['an odd expiry',                  { ...bca('E'), custom_expiry: { duration: 1, unit: 'century' } },                    ['custom_expiry.unit']],
    ['an endless expiry',              { ...bca('E'), custom_expiry: { duration: 10_000, unit: 'day' } },                   ['custom_expiry']],
    ['an address that is none',        { ...bca('E'), notification_url: 'javascript:alert(1)' },                            ['notification_url']],
    ['four custom fields',             { ...bca('E'), custom_fields: ['a', 'b', 'c', 'd'] },                                ['custom_fields']],
    ['an unknown account',             { ...bca('E'), merchant: 'elsewhere' },                                              ['merchant']],
    ['a text for an amount, and the rest that is wrong', { ...bca('E E'), gross_amount: '150000', bank: 'bni', sub_company_code: '00001', custom_expiry: { duration: 10_000, unit: 'day' }, customer_details: { email: 'dewi' } }, ['gross_amount', 'customer_details.email', 'order_id', 'sub_company_code', 'custom_expiry']],
    ['a text for a flag, and items that do not add up', { ...bca('E'), new_attempt: 'yes', item_details: [{ name: 'x', price: 1, quantity: 1 }] }, ['new_attempt', 'item_details']],
    ['a field that is none, and items that do not add up', { ...bca('E'), grossAmount: 1, item_details: [{ name: 'x', price: 1, quantity: 1 }] }, ['grossAmount', 'item_details']],
    ['an item of the wrong type: its sum is not judged', { ...bca('E'), item_details: [{ name: 'x', price: '1', quantity: 1 }], va_number: 'x' }, ['item_details[0].price', 'va_number']],
    ['an unknown method: nothing is said of its deadline', { ...bca('E'), payment_type: 'barter', custom_expiry: { duration: 10_000, unit: 'day' } }, ['payment_type']],
    ['a loan whose items are no list', { payment_type: 'akulaku', gross_amount: 150_000, order_id: 'E', item_details: 'none' }, ['item_details', 'customer_details']],
    ['a list for a number',            { ...bca('E'), va_number: [1] },                                                     ['va_number']],
  ]
  test.each(mistakes)('%s is named, and nothing is written', async (_, body, fields) => {
    const answer = await shop.call('POST', '/midtrans/api/charge/', body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.problems.map(({ field }: { field: string }) => field)).toEqual(fields)
    expect(await shop.bayar.payments.find('E')).toBeUndefined()
  })
})

describe('the body of a REST request', () => {
  const send = async (body: string | undefined, headers: Record<string, string> = {}): Promise<Answer> =>
    shop.call('POST', '/midtrans/api/charge/', body, headers)

  // biome-ignore format: a table is read in columns
  test.each([
    ['no JSON',             'order_id=1',                                                             {},                                400, 'invalid_request'],
    ['a list',              '[]',                                                                     {},                                400, 'invalid_request'],
    ['null',                'null',                                                                   {},                                400, 'invalid_request'],
    ['a number',            '5',                                                                      {},                                400, 'invalid_request'],
    ['too deep',            `{"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,                {},                                400, 'invalid_request'],
    ['too deep by a little', `{"metadata":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`,                 {},                                400, 'invalid_request'],
    ['too large',           JSON.stringify({ ...bca('E'), metadata: { x: 'x'.repeat(70_000) } }),     {},                                413, 'too_large'],
    ['a form',              'payment_type=bank_transfer',                                             { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['plain text',          JSON.stringify(bca('E')),                                                 { 'content-type': 'text/plain' },  415, 'unsupported_media_type'],
  ] as const)('%s is refused', async (_, body, headers, status, code) => {
    expect(await send(body, headers)).toMatchObject({ status, body: { code, status } })
  })

  test('may name its character set', async () => {
    expect(
      (await send(JSON.stringify(bca('ORDER-UTF8')), { 'content-type': 'application/json; charset=utf-8' }))
        .status,
    ).toBe(201)
  })
})

describe('one payment', () => {
  test('shows its history, its deliveries and what Midtrans was asked', async () => {
    const { body: made } = await shop.charge('ORDER-SEEN')
    await shop.pay('ORDER-SEEN')
    const { status, body } = await shop.call('GET', `${PAYMENTS}${made.id}/`)
    expect(status).toBe(200)
    expect(paymentDetail.strict().parse(body)).toBeDefined()
    expect(body).toMatchObject({
      status: 'settled',
      transaction_status: 'settlement',
      is_paid: true,
      is_final: true,
      net_amount: 150_000,
      attempts: [{ status: 'settled', captured_amount: 150_000 }],
      history: [
        { sequence: 1, event: 'payment.received', to: 'pending' },
        { sequence: 2, event: 'payment.settled', from: 'pending', to: 'settled', money_delta: 150_000 },
      ],
      deliveries: [
        { sequence: 1, handler: 'bayar-test-kit', state: 'done' },
        { sequence: 2, handler: 'bayar-test-kit', state: 'done' },
      ],
      reviews: [],
    })
  })

  test.each(['nothing', '01900000-0000-7000-8000-000000000000', '%00', '%E0%A4%A', '..%2f', '1;drop table'])(
    '%s is not found',
    async (id) => {
      expect(await shop.call('GET', `${PAYMENTS}${id}/`)).toMatchObject({
        status: 404,
        body: { code: 'payment_not_found' },
      })
    },
  )

  test('is asked about, cancelled and expired', async () => {
    const { body: first } = await shop.charge('ORDER-C')
    for (const method of ['GET', 'POST']) {
      const checked = await shop.call(method, `${PAYMENTS}${first.id}/check_status/`)
      expect(checked).toMatchObject({
        status: 200,
        body: { payment: { status: 'pending' }, responses: [{ order_id: 'ORDER-C' }] },
      })
    }
    expect(await shop.call('POST', `${PAYMENTS}${first.id}/cancel/`)).toMatchObject({
      status: 200,
      body: { status: 'cancelled', is_final: true },
    })
    expect(await shop.call('POST', `${PAYMENTS}${first.id}/cancel/`)).toMatchObject({
      status: 409,
      body: { code: 'command_not_possible' },
    })
    const { body: second } = await shop.charge('ORDER-X')
    expect(await shop.call('POST', `${PAYMENTS}${second.id}/expire/`)).toMatchObject({
      status: 200,
      body: { status: 'expired' },
    })
  })

  test('waits for a person where amounts differ, and the decision is kept', async () => {
    const { body: made } = await shop.charge('ORDER-R')
    const told = notice(shop.simulator.serverKey, {
      order_id: 'ORDER-R',
      gross_amount: '1.00',
      transaction_id: made.transaction_id,
    })
    await shop.call('POST', '/midtrans/api/notification/', told)
    await shop.idle()
    const { body: open } = await shop.call('GET', '/midtrans/api/reviews/')
    expect(open.results).toMatchObject([
      { order_id: 'ORDER-R', reason: 'mismatch', payment_id: made.id, outcome: null },
    ])
    expect((await shop.call('GET', `${PAYMENTS}${made.id}/`)).body.needs_review).toEqual(['mismatch'])

    const resolve = (decision: unknown) =>
      shop.call('POST', `${PAYMENTS}${made.id}/resolve_review/`, decision)
    expect((await resolve({ reason: 'mismatch', decision: 'dismiss' })).body.problems).toEqual([
      { field: 'because', reason: 'must be text' },
    ])
    expect(await resolve({ reason: 'conflict', decision: 'dismiss', because: 'none' })).toMatchObject({
      status: 404,
      body: { code: 'review_not_found' },
    })
    expect(
      await resolve({ reason: 'mismatch', decision: 'dismiss', because: 'A test of the bank' }),
    ).toMatchObject({ status: 200, body: { needs_review: [] } })
    expect((await shop.call('GET', `${PAYMENTS}${made.id}/`)).body.reviews).toMatchObject([
      { reason: 'mismatch', outcome: 'dismissed', closed_by: 'staff', closing_reason: 'A test of the bank' },
    ])
    expect((await shop.call('GET', '/midtrans/api/reviews/')).body.results).toEqual([])
  })
})

describe('every address', () => {
  test('answers with and without its last slash, and never by redirect', async () => {
    for (const path of [
      '/midtrans/api/payments',
      '/midtrans/api/notifications',
      '/midtrans/api/events',
      '/midtrans/api/handlers',
      '/midtrans/api/reviews',
      '/healthz',
      '/readyz',
      '/openapi.json',
      '/docs',
    ]) {
      const plain = await shop.call('GET', path)
      const slashed = await shop.call('GET', `${path}/`)
      expect([path, plain.status, slashed.status]).toEqual([path, 200, 200])
    }
  })

  test('lies under basePath', async () => {
    await using mounted = await surface({
      options: { basePath: '/api/bayar' },
      simulator: { notificationUrl: 'http://bayar.test/api/bayar/midtrans/api/notification/' },
    })
    const charged = await mounted.call('POST', '/api/bayar/midtrans/api/charge/', bca('ORDER-M'))
    expect(charged.status).toBe(201)
    await mounted.pay('ORDER-M')
    expect(mounted.told('ORDER-M')).toEqual(['payment.received', 'payment.settled'])
    for (let i = 0; i < 2; i++)
      await mounted.call('POST', '/api/bayar/midtrans/api/charge', bca(`ORDER-M${i}`))
    const { body } = await mounted.call('GET', '/api/bayar/midtrans/api/payments/?limit=2')
    expect(body.next).toMatch(/^\/api\/bayar\/midtrans\/api\/payments\/\?/)
    expect((await mounted.call('GET', body.next)).body.results).toHaveLength(1)
    for (const path of ['/midtrans/api/payments/', '/api/bayard/healthz', '/api', '/']) {
      expect((await mounted.call('GET', path)).status).toBe(404)
    }
  })

  test('that is none is a problem, as is a method that is none', async () => {
    expect(await shop.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const wrong = await shop.call('DELETE', PAYMENTS)
    expect(wrong).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(wrong.headers.get('allow')).toBe('GET')
  })

  test('names the request, by the caller’s name if it has one', async () => {
    const named = await shop.call('GET', '/nowhere', undefined, { 'x-request-id': 'from-the-shop-17' })
    expect([named.headers.get('x-request-id'), named.body.request_id]).toEqual([
      'from-the-shop-17',
      'from-the-shop-17',
    ])
    const odd = await shop.call('GET', '/nowhere', undefined, { 'x-request-id': '<script>' })
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('what goes wrong inside', () => {
  test('is a 500 that tells nothing, and a line in the log that tells all', async () => {
    const lines: { what: string; fields: Record<string, unknown> }[] = []
    const line = (what: string, fields = {}) => void lines.push({ what, fields })
    await using broken = await surface({ options: { log: { info: line, warn: line, error: line } } })
    await broken.rows('alter table bayar.payment_items rename to elsewhere')
    const { status, body } = await broken.call('GET', PAYMENTS)
    expect([status, body.code, body.detail]).toEqual([500, 'internal', 'Something went wrong inside bayar.'])
    expect(lines).toContainEqual({
      what: 'request failed',
      fields: expect.objectContaining({
        request_id: body.request_id,
        reason: expect.stringContaining('payment_items'),
      }),
    })
    // A notification is not a stranger's fault: it must come again.
    const told = await broken.call('POST', '/midtrans/api/notification/', {
      ...notice(broken.simulator.serverKey),
    })
    expect([200, 503]).toContain(told.status)
    await broken.rows('alter table bayar.elsewhere rename to payment_items')
  })

  test('an unreachable database is a 503 for the notification, and not ready', async () => {
    const { createBayar } = await import('../../src/bayar.ts')
    const { silentLog } = await import('../../src/operations/log.ts')
    const bayar = createBayar({
      database: 'postgres://nobody:secret@127.0.0.1:1/none',
      serverKey: shop.simulator.serverKey,
      log: silentLog,
    })
    const told = await bayar.fetch(
      new Request('http://x/midtrans/api/notification/', {
        method: 'POST',
        body: JSON.stringify(notice(shop.simulator.serverKey)),
      }),
    )
    expect(told.status).toBe(503)
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await told.text()).not.toContain('127.0.0.1')
    const ready = await bayar.fetch(new Request('http://x/readyz'))
    const text = await ready.text()
    expect(ready.status).toBe(503)
    expect(text).toContain('database_unreachable')
    expect(text).not.toContain('127.0.0.1')
    expect((await bayar.fetch(new Request('http://x/healthz'))).status).toBe(200)
    await bayar.close()
  })
})
