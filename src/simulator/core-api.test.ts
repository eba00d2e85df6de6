import { describe, expect, test } from 'vitest'
import { basic, bca, bench, START } from '../../test/support/simulated-merchant.ts'
import { verifySignature } from '../gateway/signature.ts'

const details = (order_id: unknown, gross_amount: unknown = 275_000) => ({
  transaction_details: { order_id, gross_amount },
})
const item = (price: unknown, quantity: unknown, name: unknown = 'shoes') => ({ price, quantity, name })

describe('a charge is refused', () => {
  // biome-ignore format: a table is read in columns
  const MISTAKES: readonly (readonly [what: string, charge: Record<string, unknown>, says: string])[] = [
    ['without an order id',          details(undefined),                    'transaction_details.order_id is required'],
    ['with a slash in the order id', details('a/b'),                        'transaction_details.order_id only letters'],
    ['with a space in it',           details('a b'),                        'transaction_details.order_id only letters'],
    ['with 51 characters',           details('x'.repeat(51)),               'transaction_details.order_id length'],
    ['of nothing',                   details('o', 0),                       'transaction_details.gross_amount must be greater than or equal to 0.01'],
    ['of less than nothing',         details('o', -1),                      'transaction_details.gross_amount must be greater than or equal to 0.01'],
    ['of cents',                     details('o', 39.1),                    'transaction_details.gross_amount must be an integer'],
    ['of text',                      details('o', '1000'),                  'transaction_details.gross_amount must be an integer'],
    ['of no amount',                 { transaction_details: { order_id: 'o' } }, 'transaction_details.gross_amount is required'],
    ['in dollars',                   { transaction_details: { order_id: 'o', gross_amount: 10_000, currency: 'USD' } }, 'transaction_details.currency must be IDR'],
    ['without details',              { transaction_details: undefined },    'transaction_details is required'],
    ['of no type',                   { payment_type: undefined },           'payment_type is required'],
    ['of an unknown type',           { payment_type: 'barter' },            'payment_type is not supported'],
    ['by an unknown bank',           { bank_transfer: { bank: 'bsi' } },    'bank_transfer.bank must be one of bca, bni, bri, cimb, permata'],
    ['by no bank',                   { bank_transfer: {} },                 'bank_transfer.bank is required'],
    ['with letters in the number',   { bank_transfer: { bank: 'bca', va_number: '12A' } }, 'bank_transfer.va_number only digits'],
    ['when the items do not add up', { item_details: [item(100_000, 2), item(-5_000, 1)] }, 'transaction_details.gross_amount is not equal to the sum of item_details'],
    ['with half an item',            { item_details: [item(550_000, 0.5)] },  'item_details[0].quantity must be an integer'],
    ['with no item',                 { item_details: [item(275_000, 0)] },  'item_details[0].quantity must be greater than or equal to 1'],
    ['with a nameless item',         { item_details: [item(275_000, 1, null)] }, 'item_details[0].name is required'],
    ['with a long item name',        { item_details: [item(275_000, 1, 'x'.repeat(51))] }, 'item_details[0].name length'],
    ['with a long custom field',     { custom_field1: 'x'.repeat(256) },    'custom_field1 length'],
    ['with a long customer name',    { customer_details: { first_name: 'x'.repeat(256) } }, 'customer_details.first_name length'],
    ['with 11 lines of free text',   { bank_transfer: { bank: 'bca', free_text: { inquiry: Array(11).fill({ id: 'a', en: 'b' }) } } }, 'bank_transfer.free_text.inquiry has more than 10'],
    ['for 19 seconds',               { custom_expiry: { expiry_duration: 19, unit: 'second' } }, 'custom_expiry.expiry_duration must be between'],
    ['for 181 days',                 { custom_expiry: { expiry_duration: 181, unit: 'day' } }, 'custom_expiry.expiry_duration must be between'],
    ['for a fortnight',              { custom_expiry: { expiry_duration: 1, unit: 'fortnight' } }, 'custom_expiry.unit must be one of'],
    ['until yesterday',              { custom_expiry: { order_time: '2026-03-01 07:00:00 +0700', expiry_duration: 1, unit: 'day' } }, 'custom_expiry is already over'],
    ['from no known time',           { custom_expiry: { order_time: '2026-03-02T07:00:00Z', expiry_duration: 1, unit: 'day' } }, 'custom_expiry.order_time must be formatted'],
  ]

  test.each(MISTAKES)('%s', async (_, charge, says) => {
    const { call, simulator } = bench()
    const answer = await call('POST', '/v2/charge', { ...bca('order-1'), ...charge })
    expect(answer).toMatchObject({ http: 400, body: { status_code: '400' } })
    expect(answer.body.validation_messages).toEqual([expect.stringContaining(says)])
    expect(simulator.transactions()).toEqual([])
  })

  test('with every mistake named at once', async () => {
    const { charge } = bench()
    const answer = await charge('order-1', { ...details('a b', 0), custom_field1: 7 })
    expect(answer.body.validation_messages).toHaveLength(3)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['no JSON',                    '{'],
    ['an array',                   '[]'],
    ['null',                       'null'],
    ['a text',                     '"charge"'],
    ['an object for an order id',  JSON.stringify({ ...bca('x'), ...details({}) })],
    ['a list of texts for items',  JSON.stringify({ ...bca('x'), item_details: ['shoes'] })],
    ['more than 16 KB',            JSON.stringify({ ...bca('x'), unknown: 'x'.repeat(16 * 1024) })],
  ])('when it is %s: 413', async (_, body) => {
    const { call } = bench()
    expect(await call('POST', '/v2/charge', body)).toMatchObject({ http: 413, body: { status_code: '413' } })
  })

  test('fields that Midtrans does not know are let through', async () => {
    const { charge } = bench()
    expect((await charge('order-1', { surprise: { a: [1] } })).body.status_code).toBe('201')
  })
})

describe('the door', () => {
  const ask = (headers: Record<string, string>, method = 'GET', path = '/v2/order-1/status') => {
    const { simulator } = bench()
    return simulator.fetch(new Request(`http://simulator${path}`, { method, headers }))
  }

  // biome-ignore format: a table is read in columns
  test.each([
    ['no key',                 {},                                                                           'GET',  '/v2/order-1/status', 401],
    ['another key',            { Authorization: basic('SB-Mid-server-other') },                              'GET',  '/v2/order-1/status', 401],
    ['the key as a bearer',    { Authorization: 'Bearer SB-Mid-server-bench' },                              'GET',  '/v2/order-1/status', 401],
    ['the right key',          { Authorization: basic('SB-Mid-server-bench') },                              'GET',  '/v2/order-1/status', 200],
    ['a wish for XML',         { Authorization: basic('SB-Mid-server-bench'), Accept: 'application/xml' },   'GET',  '/v2/order-1/status', 403],
    ['the wrong verb',         { Authorization: basic('SB-Mid-server-bench') },                              'GET',  '/v2/order-1/cancel', 405],
    ['a slash in the id',      { Authorization: basic('SB-Mid-server-bench') },                              'GET',  '/v2/a%2Fb/status',   404],
    ['a broken escape',        { Authorization: basic('SB-Mid-server-bench') },                              'GET',  '/v2/%zz/status',     404],
    ['an API not simulated',   { Authorization: basic('SB-Mid-server-bench') },                              'POST', '/iris/api/v1/payouts', 404],
  ] as const)('%s', async (_, headers, method, path, http) => {
    expect((await ask(headers, method, path)).status).toBe(http)
  })
})

describe('a limit of requests a minute', () => {
  test('is none unless set; then 429 for charges and new accounts together, until the minute is over', async () => {
    const { call, charge, simulator } = bench({ rateLimit: 2 })
    expect((await charge('order-1')).body.status_code).toBe('201')
    // A refused request counts, one with a wrong key does not.
    expect((await charge('order-1', {}, { Authorization: basic('other') })).http).toBe(401)
    expect((await charge('order-1')).body.status_code).toBe('406')
    const tooMany = { status_code: '429', status_message: expect.any(String) }
    expect(await charge('order-2')).toEqual({ http: 429, body: tooMany })
    expect(await call('POST', '/v2/pay/account', {})).toEqual({ http: 429, body: tooMany })
    expect((await call('GET', '/v2/order-1/status')).http).toBe(200)
    expect((await call('POST', '/v2/order-1/cancel')).http).toBe(200)
    expect(simulator.transactions()).toHaveLength(1)
    await simulator.clock.advance(60)
    expect((await charge('order-2')).body.status_code).toBe('201')
  })

  test('leaves an Idempotency-Key free for the retry', async () => {
    const { charge, simulator } = bench({ rateLimit: 1 })
    await charge('order-1')
    const again = () => charge('order-2', {}, { 'Idempotency-Key': 'key' })
    expect((await again()).http).toBe(429)
    await simulator.clock.advance(60)
    expect((await again()).body.status_code).toBe('201')
  })

  test('is set and taken away over HTTP', async () => {
    const { call, charge } = bench()
    const set = (rate_limit: unknown) => call('PATCH', '/_simulator/settings', { rate_limit })
    for (const wrong of [0, 1.5, -1, '2', {}]) expect((await set(wrong)).http).toBe(400)
    expect((await set(1)).body.rate_limit).toBe(1)
    expect([(await charge('order-1')).http, (await charge('order-2')).http]).toEqual([200, 429])
    expect((await set(null)).body.rate_limit).toBeNull()
    expect((await charge('order-2')).http).toBe(200)
    expect(() => bench({ rateLimit: 0 })).toThrow(/rate_limit/)
  })
})

describe('an order id', () => {
  // what happened to the first transaction → whether the order id is free again
  // biome-ignore format: a table is read in columns
  test.each([
    ['is waiting',  [],                  '406'],
    ['is paid',     ['pay'],             '406'],
    ['expired',     ['expire'],          '201'],
    ['is cancelled', ['cancel'],         '201'],
    ['is reversed', ['pay', 'reverse'],  '406'],
    ['failed',      ['fail'],            '406'],
  ] as const)('whose transaction %s answers a second charge', async (_, moves, code) => {
    const { simulator, charge } = bench()
    const permata = { bank_transfer: { bank: 'permata' } }
    await charge('order-1', permata)
    for (const move of moves) await simulator[move]('order-1')
    expect((await charge('order-1', permata)).body.status_code).toBe(code)
  })

  test('names its latest transaction, a transaction id that one', async () => {
    const { simulator, charge, call } = bench()
    const first = await charge('order-1')
    await simulator.expire('order-1')
    const second = await charge('order-1')
    const status = async (id: unknown) => (await call('GET', `/v2/${id}/status`)).body.transaction_status
    expect(await status('order-1')).toBe('pending')
    expect(await status(second.body.transaction_id)).toBe('pending')
    expect(await status(first.body.transaction_id)).toBe('expire')
    const list = await call('GET', '/v2/order-1/status/b2b?per_page=1&page=1')
    expect(list.body.transactions).toMatchObject([{ transaction_id: first.body.transaction_id }])
  })
})

describe('a virtual account number', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['bca',     '12',                   '39001000012'],
    ['bca',     '123456789012345678901', '39001123456789012345678'],
    ['bni',     '77',                   '8808000000000077'],
    ['bri',     '12345678901234567',    '262151234567890123'],
    ['cimb',    '123456789012',         '5919123456789012'],
    ['permata', '1',                    '8562000000000001'],
  ])('of %s wished as %s', async (bank, wished, given) => {
    const { charge, simulator } = bench()
    await charge('order-1', { bank_transfer: { bank, va_number: wished } })
    expect(simulator.transaction('order-1').vaNumber).toBe(given)
  })

  test('in use is replaced by another, and free again when its transaction has ended', async () => {
    const { charge, simulator } = bench()
    const wish = { bank_transfer: { bank: 'bca', va_number: '555555' } }
    for (const order of ['one', 'two']) await charge(order, wish)
    expect(simulator.transaction('one').vaNumber).toBe('39001555555')
    expect(simulator.transaction('two').vaNumber).not.toBe('39001555555')
    await simulator.cancel('one')
    await charge('three', wish)
    expect(simulator.transaction('three').vaNumber).toBe('39001555555')
  })

  test('of a Mandiri bill loses its tail', async () => {
    const { charge, simulator } = bench()
    const echannel = { bill_info1: 'a', bill_info2: 'b', bill_key: '12345678901299' }
    await charge('order-1', { payment_type: 'echannel', echannel })
    expect(simulator.transaction('order-1')).toMatchObject({
      billerCode: '70012',
      billKey: '123456789012',
      vaNumber: null,
    })
  })

  test('is the same again from the same seed, and another from another', async () => {
    const numberFrom = async (seed: number) => {
      const { charge } = bench({ seed })
      return (await charge('order-1')).body.va_numbers
    }
    expect(await numberFrom(1)).toEqual(await numberFrom(1))
    expect(await numberFrom(1)).not.toEqual(await numberFrom(2))
  })
})

describe('what may happen', () => {
  const MOVES = ['pay', 'cancel', 'expire', 'reverse', 'fail', 'deny'] as const

  // the legal ones, by status; whatever is absent is refused
  // biome-ignore format: a table is read in columns
  const LEGAL: Record<string, { from: readonly (typeof MOVES)[number][]; to: Partial<Record<(typeof MOVES)[number], string>> }> = {
    pending:    { from: [],                 to: { pay: 'settlement', cancel: 'cancel', expire: 'expire', fail: 'failure' } },
    settlement: { from: ['pay'],            to: { reverse: 'deny' } },
    cancel:     { from: ['cancel'],         to: {} },
    expire:     { from: ['expire'],         to: {} },
    failure:    { from: ['fail'],           to: {} },
    deny:       { from: ['pay', 'reverse'], to: {} },
  }

  const CASES = Object.entries(LEGAL).flatMap(([status, { from, to }]) =>
    MOVES.map((move) => ({ status, from, move, to: to[move] ?? 'refused' })),
  )

  test.each(CASES)('$status → $move → $to (Permata)', async ({ from, move, to }) => {
    const { simulator, charge, received } = bench()
    await charge('order-1', { bank_transfer: { bank: 'permata' } })
    for (const earlier of from) await simulator[earlier]('order-1')
    await simulator.idle()
    const told = received.length
    if (to === 'refused') {
      await expect(simulator[move]('order-1')).rejects.toMatchObject({ code: 'command_not_possible' })
    } else {
      expect((await simulator[move]('order-1')).status).toBe(to)
    }
    await simulator.idle()
    expect(received.slice(told).map(({ body }) => body.transaction_status)).toEqual(
      to === 'refused' ? [] : [to],
    )
  })

  test.each([
    ['bca', false],
    ['bni', false],
    ['bri', false],
    ['cimb', false],
    ['permata', true],
  ])('a settled %s account can be reversed: %s', async (bank, reversible) => {
    const { simulator, charge } = bench()
    await charge('order-1', { bank_transfer: { bank } })
    await simulator.pay('order-1')
    expect(simulator.transaction('order-1').possible).toEqual(reversible ? ['reverse'] : [])
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['cancel',               [],         '200'],
    ['cancel',               ['pay'],    '412'],
    ['cancel',               ['cancel'], '412'],
    ['expire',               [],         '407'],
    ['expire',               ['pay'],    '412'],
    ['approve',              [],         '412'],
    ['deny',                 [],         '412'],
    ['refund',               ['pay'],    '412'],
    ['refund/online/direct', ['pay'],    '412'],
  ] as const)('POST %s after %j answers %s', async (verb, earlier, code) => {
    const { simulator, charge, call } = bench()
    await charge('order-1')
    for (const move of earlier) await simulator[move]('order-1')
    const answer = await call('POST', `/v2/order-1/${verb}`, verb.startsWith('refund') ? { refund_key: 'r1' } : undefined)
    expect(answer).toMatchObject({ http: 200, body: { status_code: code } })
  })

  test('a capture of what is not authorised is refused', async () => {
    const { charge, call } = bench()
    const { body } = await charge('order-1')
    expect(
      (await call('POST', '/v2/capture', { transaction_id: body.transaction_id })).body.status_code,
    ).toBe('412')
    expect((await call('POST', '/v2/capture', { transaction_id: 'nobody' })).body.status_code).toBe('404')
    expect((await call('POST', '/v2/capture', { transaction_id: {} })).body.status_code).toBe('413')
    expect((await call('POST', '/v2/capture', {})).body.status_code).toBe('400')
  })

  test('a payment of another amount is refused by the bank', async () => {
    const { simulator, charge } = bench()
    await charge('order-1')
    await expect(simulator.pay('order-1', { amount: 1 })).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await simulator.pay('order-1', { amount: 275_000 })).status).toBe('settlement')
  })

  test('nothing is known of an unknown order', async () => {
    const { simulator } = bench()
    await expect(simulator.pay('nobody')).rejects.toMatchObject({ code: 'payment_not_found' })
  })

  test('GET status is signed for the state it tells', async () => {
    const { simulator, charge, call } = bench()
    await charge('order-1')
    for (const move of ['pay'] as const) await simulator[move]('order-1')
    const { body } = await call('GET', '/v2/order-1/status')
    const fields = {
      orderId: 'order-1',
      statusCode: '200',
      grossAmount: '275000.00',
      signatureKey: String(body.signature_key),
    }
    expect(verifySignature(fields, simulator.serverKey)).toBe(true)
    expect(body).toMatchObject({ settlement_time: '2026-03-02 09:00:00', expiry_time: '2026-03-03 09:00:00' })
  })
})

describe('a deadline', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['a day, unless said',      undefined,                                                                             86_400],
    ['20 seconds',              { expiry_duration: 20, unit: 'second' },                                                   20],
    ['minutes, unless said',    { expiry_duration: 5 },                                                                   300],
    ['180 days',                { expiry_duration: 180, unit: 'day' },                                            180 * 86_400],
    ['from the order time',     { order_time: '2026-03-02 08:30:00 +0700', expiry_duration: 1, unit: 'hour' },           1800],
  ])('is %s', async (_, custom_expiry, seconds) => {
    const { simulator, charge, received } = bench()
    await charge('order-1', { custom_expiry })
    expect(simulator.transaction('order-1').expiresAt).toEqual(new Date(START.getTime() + seconds * 1000))
    await simulator.clock.advance(seconds - 1)
    expect(simulator.transaction('order-1').status).toBe('pending')
    await simulator.clock.advance(91)
    expect(simulator.transaction('order-1').status).toBe('expire')
    const told = received.at(-1)!
    expect(told.body.transaction_status).toBe('expire')
    const late = told.at.getTime() - START.getTime() - seconds * 1000
    expect(late >= 0 && late <= 90_000).toBe(true)
  })

  test('does not touch what was paid', async () => {
    const { simulator, charge } = bench()
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.clock.advance(2 * 86_400)
    expect(simulator.transaction('order-1').status).toBe('settlement')
  })
})

describe('Idempotency-Key', () => {
  const KEY = { 'Idempotency-Key': 'key-1' }

  test('answers the same again, whatever the second body says', async () => {
    const { charge, simulator } = bench()
    const first = await charge('order-1', {}, KEY)
    expect(await charge('order-1', {}, KEY)).toEqual(first)
    expect(await charge('order-2', {}, KEY)).toEqual(first)
    expect(simulator.transactions()).toHaveLength(1)
  })

  test('is one key-space for all endpoints', async () => {
    const { charge, call } = bench()
    const first = await charge('order-1', {}, KEY)
    expect(await call('POST', '/v2/order-1/cancel', undefined, KEY)).toEqual(first)
  })

  test('still gives the charge’s answer after the payment', async () => {
    const { charge, simulator } = bench()
    const first = await charge('order-1', {}, KEY)
    await simulator.pay('order-1')
    const again = await charge('order-1', {}, KEY)
    expect(again).toEqual(first)
  })

  test('is forgotten after five minutes', async () => {
    const { charge, simulator } = bench()
    await charge('order-1', {}, KEY)
    await simulator.clock.advance(299)
    expect((await charge('order-1', {}, KEY)).body.status_code).toBe('201')
    await simulator.clock.advance(1)
    expect((await charge('order-1', {}, KEY)).body.status_code).toBe('406')
  })

  test('keeps no refusal', async () => {
    const { charge } = bench()
    expect((await charge('order-1', details('order-1', 0), KEY)).body.status_code).toBe('400')
    expect((await charge('order-1', {}, KEY)).body.status_code).toBe('201')
  })

  test('of 47 characters is none', async () => {
    const { charge } = bench()
    const long = { 'Idempotency-Key': 'k'.repeat(47) }
    await charge('order-1', {}, long)
    expect((await charge('order-1', {}, long)).body.status_code).toBe('406')
    const fits = { 'Idempotency-Key': 'k'.repeat(46) }
    await charge('order-2', {}, fits)
    expect((await charge('order-2', {}, fits)).body.status_code).toBe('201')
  })

  test('is not known to Permata', async () => {
    const { charge } = bench()
    const permata = { bank_transfer: { bank: 'permata' } }
    await charge('order-1', permata, KEY)
    expect((await charge('order-1', permata, KEY)).body.status_code).toBe('406')
  })

  test('answers HTTP 202 while the first one is running', async () => {
    const { charge, simulator } = bench()
    simulator.faults.add({ kind: 'latency', seconds: 30 })
    const first = charge('order-1', {}, KEY)
    await simulator.idle()
    const second = await charge('order-1', {}, KEY)
    expect(second).toMatchObject({ http: 202, body: { status_code: '202' } })
    expect(second.body).not.toHaveProperty('transaction_status')
    await simulator.clock.advance(30)
    expect((await first).body.status_code).toBe('201')
    expect((await charge('order-1', {}, KEY)).body).toEqual((await first).body)
  })
})
