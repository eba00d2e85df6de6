import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'

const BASKET = {
  item_details: [{ name: 'Shoes', price: 275_000, quantity: 1 }],
  customer_details: { first_name: 'Budi' },
}
const GOPAY = { payment_type: 'gopay' }
const OVO = { payment_type: 'ovo', ovo: { payer_phone_number: '081234567890' } }

async function settled(charge: object, pay?: { issuer?: string }): Promise<Bench> {
  const m = bench()
  await m.charge('order-1', { ...charge })
  await m.simulator.pay('order-1', pay)
  await m.simulator.idle()
  m.received.length = 0
  return m
}

const idOf = (m: Bench) => m.simulator.transaction('order-1').transactionId
const refund = async (m: Bench, body: object, headers?: Record<string, string>) =>
  (await m.call('POST', `/v2/${idOf(m)}/refund`, body, headers)).body

describe('a refund', () => {
  test('in parts: each told by itself in its answer, and as a sum everywhere else', async () => {
    const m = await settled(GOPAY)
    expect(await refund(m, { refund_key: 'r1', amount: 75_000 })).toMatchObject({
      transaction_status: 'partial_refund',
      refund_amount: '75000.00',
      refund_key: 'r1',
      gross_amount: '275000.00',
    })
    expect(await refund(m, { refund_key: 'r2' })).toMatchObject({
      transaction_status: 'refund',
      refund_amount: '200000.00',
    })
    await m.simulator.idle()
    expect(m.received.map(({ body }) => [body.transaction_status, body.refund_amount])).toEqual([
      ['partial_refund', '75000.00'],
      ['refund', '275000.00'],
    ])
    expect((await m.call('GET', '/v2/order-1/status')).body).toMatchObject({
      refund_amount: '275000.00',
      refunds: [
        { refund_amount: '75000.00', refund_key: 'r1', refund_method: 'online', reason: '' },
        { refund_amount: '200000.00', refund_key: 'r2' },
      ],
    })
  })

  // what was refunded before → what is asked → the code
  // biome-ignore format: a table is read in columns
  test.each([
    ['a key used before',              [{ refund_key: 'r1', amount: 1000 }],           { refund_key: 'r1', amount: 2000 },    '406'],
    ['the key of the one that ended it', [{ refund_key: 'r1' }],                       { refund_key: 'r1' },                  '406'],
    ['another after that',             [{ refund_key: 'r1' }],                         { refund_key: 'r2' },                  '412'],
    ['more than is left',              [{ refund_key: 'r1', amount: 1000 }],           { refund_key: 'r2', amount: 274_001 }, '414'],
    ['all that is left',               [{ refund_key: 'r1', amount: 1000 }],           { refund_key: 'r2', amount: 274_000 }, '200'],
    ['nothing',                        [],                                             { refund_key: 'r1', amount: 0 },       '414'],
    ['less than nothing',              [],                                             { refund_key: 'r1', amount: -1 },      '414'],
    ['half a rupiah',                  [],                                             { refund_key: 'r1', amount: 0.5 },     '400'],
    ['a key with a slash',             [],                                             { refund_key: 'a/b' },                 '400'],
    ['a reason without end',           [],                                             { reason: 'x'.repeat(256) },           '400'],
    ['the same again without a key',   [{ amount: 1000 }],                             { amount: 1000 },                      '200'],
  ])('of %s', async (_, before, asked, code) => {
    const m = await settled(GOPAY)
    for (const one of before) expect((await refund(m, one)).status_code).toBe('200')
    expect((await refund(m, asked)).status_code).toBe(code)
  })

  test('never returns more than was paid, whatever is asked', async () => {
    const m = await settled(GOPAY)
    const asked = Array.from({ length: 50 }, (_, n) => refund(m, { refund_key: `r${n}`, amount: 10_000 }))
    const codes = (await Promise.all(asked)).map((body) => body.status_code)
    expect(codes.filter((code) => code === '200')).toHaveLength(27)
    expect(m.simulator.transaction('order-1').refundAmount).toBe(270_000)
  })

  test('with an Idempotency-Key is made once; without one, its key says that it was made', async () => {
    const m = await settled(GOPAY)
    const key = { 'Idempotency-Key': 'once' }
    const first = await refund(m, { refund_key: 'r1', amount: 1000 }, key)
    expect(await refund(m, { refund_key: 'r1', amount: 1000 }, key)).toEqual(first)
    expect((await refund(m, { refund_key: 'r1', amount: 1000 })).status_code).toBe('406')
    expect(m.simulator.transaction('order-1').refundAmount).toBe(1000)
  })

  test('that the bank refuses changes nothing, is told to nobody, and may be asked again by the same key', async () => {
    const m = await settled(GOPAY)
    const asked = { refund_key: 'r1', amount: 1000 }
    const headers = { 'X-Simulator-Fault': 'bank_refuses', 'Idempotency-Key': 'same' }
    const { body } = await m.call('POST', '/v2/order-1/refund/online/direct', asked, headers)
    expect(body).toMatchObject({
      status_code: '202',
      refund_amount: '0.00',
      transaction_status: 'settlement',
    })
    await m.simulator.idle()
    expect(m.received).toEqual([])
    const again = await m.call('POST', '/v2/order-1/refund/online/direct', asked, {
      'Idempotency-Key': 'same',
    })
    expect(again.body).toMatchObject({ status_code: '200', refund_amount: '1000.00' })
  })

  test('by the dashboard is offline, and confirmed by the bank in a second notification', async () => {
    const m = bench()
    await m.charge('order-1', await m.card('4811111111111114'))
    await m.simulator.settle('order-1')
    await m.simulator.refund('order-1', { amount: 1000, key: 'by-hand', reason: 'kind' })
    await m.simulator.confirmRefund('order-1')
    await m.simulator.idle()
    const rows = m.received.slice(-2).map(({ body }) => (body.refunds as object[])[0])
    expect(rows).toMatchObject([{ refund_method: 'offline' }, { refund_method: 'offline' }])
    expect(rows.map((row) => 'bank_confirmed_at' in row!)).toEqual([false, true])
    expect(m.received.slice(-2).map(({ body }) => body.transaction_status)).toEqual([
      'partial_refund',
      'partial_refund',
    ])
    await expect(m.simulator.confirmRefund('order-1')).rejects.toMatchObject({ code: 'command_not_possible' })
  })
})

describe('what each method allows', () => {
  const DAY = 86_400

  // charge, paid by → the last day of its window
  // biome-ignore format: a table is read in columns
  test.each([
    ['gopay',                     GOPAY,                                                            undefined,             45],
    ['gopay by another app',      GOPAY,                                                            { issuer: 'ovo' },     7],
    ['qris by gopay',             { payment_type: 'qris' },                                         undefined,             45],
    ['qris by another app',       { payment_type: 'qris' },                                         { issuer: 'dana' },    7],
    ['shopeepay',                 { payment_type: 'shopeepay' },                                    undefined,             365],
    ['dana',                      { payment_type: 'dana' },                                         undefined,             45],
    ['ovo',                       OVO,                                                              undefined,             7],
    ['kredivo',                   { payment_type: 'kredivo', ...BASKET },                           undefined,             14],
    ['akulaku',                   { payment_type: 'akulaku', ...BASKET },                           undefined,             180],
  ])('%s', async (_, charge, pay, days) => {
    const early = await settled(charge, pay)
    await early.simulator.clock.advance(days * DAY)
    expect((await refund(early, {})).status_code).toBe('200')
    const late = await settled(charge, pay)
    await late.simulator.clock.advance(days * DAY + 1)
    expect((await refund(late, {})).status_code).toBe('412')
  })

  test('OVO returns all or nothing', async () => {
    const m = await settled(OVO)
    expect((await refund(m, { amount: 1000 })).status_code).toBe('414')
    expect((await refund(m, { amount: 275_000 })).status_code).toBe('200')
  })

  test.each([
    ['23:54:59', '200'],
    ['23:55:00', '412'],
    ['05:59:59', '412'],
    ['06:00:00', '200'],
  ])('ShopeePay at %s answers %s', async (time, code) => {
    const m = await settled({ payment_type: 'shopeepay' })
    await m.simulator.clock.set(new Date(`2026-03-04T${time}+07:00`))
    expect((await refund(m, {})).status_code).toBe(code)
  })
})

describe('DANA', () => {
  test('knows its transactions by its own ids only, and calls those order ids', async () => {
    const m = bench()
    const { body } = await m.charge('order-1', { payment_type: 'dana' })
    const id = String(body.transaction_id)
    expect(id).toMatch(/^A120260302020000[A-Za-z]{15}$/)
    for (const [verb, path] of [
      ['GET', 'status'],
      ['POST', 'cancel'],
    ] as const)
      expect((await m.call(verb, `/v2/order-1/${path}`)).body.status_code).toBe('404')
    expect((await m.call('GET', `/v2/${id}/status`)).body).toMatchObject({ order_id: id, transaction_id: id })
    await m.simulator.pay('order-1')
    await m.simulator.idle()
    expect(m.received.at(-1)!.body).toMatchObject({ order_id: 'order-1', transaction_id: id })
    expect((await m.call('GET', `/v2/${id.slice(0, -1)}x/status`)).body.status_code).toBe('404')
  })
})

describe('an order id', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['a card that the bank refused',  (m: Bench) => m.card('4911111111111113'),                        [],          '406'],
    ['a voided capture',              (m: Bench) => m.card('4811111111111114'),                        ['cancel'],  '406'],
    ['a released reservation',        (m: Bench) => m.card('4811111111111114', { type: 'authorize' }), ['release'], '406'],
    ['an abandoned 3DS page',         (m: Bench) => m.card('4811111111111114', { authentication: true }), ['expire'], '201'],
    ['a GoPay that was cancelled',    () => GOPAY,                                                     ['cancel'],  '201'],
    ['a GoPay that was refused',      () => GOPAY,                                                     ['refuse'],  '406'],
  ] as const)('of %s', async (_, charge, moves, code) => {
    const m = bench()
    await m.charge('order-1', { ...(await charge(m)) })
    for (const move of moves) await m.simulator[move]('order-1')
    expect((await m.charge('order-1')).body.status_code).toBe(code)
  })
})
