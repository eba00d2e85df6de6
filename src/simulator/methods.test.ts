import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'
import { METHODS } from './methods.ts'

const BASKET = {
  item_details: [{ id: 'a', name: 'Shoes', price: 275_000, quantity: 1 }],
  customer_details: { first_name: 'Budi', email: 'budi@example.com' },
}

/** What a charge by each method sends besides the order. */
const ASKED: Readonly<Record<string, (merchant: Bench) => Promise<object> | object>> = {
  credit_card: (m) => m.card('4811111111111114', { authentication: true }),
  bca_va: () => ({ bank_transfer: { bank: 'bca' } }),
  bni_va: () => ({ bank_transfer: { bank: 'bni' } }),
  bri_va: () => ({ bank_transfer: { bank: 'bri' } }),
  cimb_va: () => ({ bank_transfer: { bank: 'cimb' } }),
  permata_va: () => ({ bank_transfer: { bank: 'permata' } }),
  echannel: () => ({ payment_type: 'echannel', echannel: { bill_info1: 'For', bill_info2: 'shoes' } }),
  indomaret: () => ({ payment_type: 'cstore', cstore: { store: 'indomaret', message: 'shoes' } }),
  alfamart: () => ({ payment_type: 'cstore', cstore: { store: 'alfamart', alfamart_free_text_1: 'hello' } }),
  gopay: () => ({ payment_type: 'gopay', gopay: { enable_callback: true, callback_url: 'app://back' } }),
  shopeepay: () => ({ payment_type: 'shopeepay', shopeepay: { callback_url: 'https://shop.example/' } }),
  other_qris: () => ({ payment_type: 'qris' }),
  shopeepay_qris: () => ({ payment_type: 'qris', qris: { acquirer: 'airpay shopee' } }),
  ovo: () => ({ payment_type: 'ovo', ovo: { payer_phone_number: '081234567890' } }),
  dana: () => ({ payment_type: 'dana', dana: { callback_url: 'https://shop.example/' } }),
  akulaku: () => ({ payment_type: 'akulaku', ...BASKET }),
  kredivo: () => ({ payment_type: 'kredivo', ...BASKET }),
}

const OFFERED = METHODS.filter((method) => !method.snapOnly).map((method) => method.name)

describe('a method', () => {
  test('is each of these, and no other', () => {
    expect(Object.keys(ASKED).sort()).toEqual(OFFERED.sort())
  })

  test.each(OFFERED)('%s can be charged, and paid', async (name) => {
    const merchant = bench()
    const charged = await merchant.charge('order-1', { ...(await ASKED[name]!(merchant)) })
    expect(charged).toMatchObject({ http: 200, body: { status_code: '201', transaction_status: 'pending' } })
    const paid = await merchant.call('POST', '/_simulator/transactions/order-1/pay')
    const end = name === 'credit_card' ? 'capture' : 'settlement'
    expect(paid.body.transaction_status).toBe(end)
    await merchant.simulator.idle()
    expect(merchant.received.map(({ body }) => body.transaction_status)).toEqual(['pending', end])
    const id = name === 'dana' ? charged.body.transaction_id : 'order-1'
    expect((await merchant.call('GET', `/v2/${id}/status`)).body).toMatchObject({
      status_code: '200',
      transaction_status: end,
    })
  })

  test.each(OFFERED)('%s that the merchant was not given is answered 402', async (name) => {
    const merchant = bench({ disabledMethods: [name] })
    const charged = await merchant.charge('order-1', { ...(await ASKED[name]!(merchant)) })
    expect(charged).toMatchObject({ http: 200, body: { status_code: '402' } })
  })
})

describe('the form', () => {
  // method → field of the charge answer → its form
  // biome-ignore format: a table is read in columns
  test.each([
    ['bca_va',         'va_numbers',        /"va_number":"39001\d{6}"/],
    ['bni_va',         'va_numbers',        /"va_number":"8808\d{12}"/],
    ['bri_va',         'va_numbers',        /"va_number":"26215\d{13}"/],
    ['cimb_va',        'va_numbers',        /"va_number":"5919\d{12}"/],
    ['permata_va',     'permata_va_number', /^"8562\d{12}"$/],
    ['echannel',       'bill_key',          /^"\d{12}"$/],
    ['indomaret',      'payment_code',      /^"3000\d{14}"$/],
    ['alfamart',       'payment_code',      /^"0108\d{14}"$/],
    ['other_qris',     'qr_string',         /^"0002010102122661.+5303360540\d{7}.*6304[0-9A-F]{4}"$/],
    ['shopeepay_qris', 'qr_string',         /ID\.CO\.SHOPEE\.WWW/],
    ['gopay',          'actions',           /generate-qr-code.+generate-qr-code-v2.+deeplink-redirect.+get-status.+cancel/],
    ['shopeepay',      'actions',           /deeplink-redirect/],
    ['kredivo',        'redirect_url',      /\/kredivo\/index\?id=[0-9a-f-]{36}/],
  ])('of %s: %s', async (name, field, form) => {
    const m = bench()
    const { body } = await m.charge('order-1', { ...(await ASKED[name]!(m)) })
    expect(JSON.stringify(body[field])).toMatch(form)
  })

  test('of an address leads back to where the simulator was reached', async () => {
    const m = bench()
    const { body } = await m.charge('order-1', { payment_type: 'gopay' })
    for (const { url } of body.actions as { url: string }[]) expect(url).toMatch(/^http:\/\/simulator\//)
  })
})

describe('a wish', () => {
  const asked = (name: string, custom_expiry: object) => async (m: Bench) =>
    (await m.charge('order-1', { ...(await ASKED[name]!(m)), custom_expiry })).http

  // biome-ignore format: a table is read in columns
  test.each([
    ['credit_card',    { expiry_duration: 5 },                400],
    ['ovo',            { expiry_duration: 5 },                400],
    ['gopay',          { expiry_duration: 7, unit: 'day' },   200],
    ['gopay',          { expiry_duration: 8, unit: 'day' },   400],
    ['other_qris',     { expiry_duration: 7, unit: 'day' },   200],
    ['shopeepay',      { expiry_duration: 6, unit: 'day' },   400],
    ['shopeepay_qris', { expiry_duration: 6, unit: 'day' },   400],
    ['dana',           { expiry_duration: 14 },               400],
    ['dana',           { expiry_duration: 1, unit: 'day' },   200],
    ['dana',           { expiry_duration: 25, unit: 'hour' }, 400],
    ['indomaret',      { expiry_duration: 2, unit: 'day' },   200],
    ['kredivo',        { expiry_duration: 2, unit: 'hour' },  200],
  ])('of %s for %j is answered %s', async (name, expiry, http) => {
    expect(await asked(name, expiry)(bench())).toBe(http)
  })
})

describe('an amount', () => {
  // docs/midtrans/protocol.md §7.11: method → least → most
  // biome-ignore format: a table is read in columns
  const LIMITS: readonly (readonly [name: string, least: number, most: number | null])[] = [
    ['credit_card',    10_000,     999_999_999],
    ['bca_va',         10_000,  20_000_000_000],
    ['bni_va',              1,            null],
    ['bri_va',              1,  20_000_000_000],
    ['cimb_va',             1,     250_000_000],
    ['permata_va',          1,   9_999_999_999],
    ['echannel',            1,  50_000_000_000],
    ['indomaret',      10_000,       5_000_000],
    ['alfamart',            1,       5_000_000],
    ['gopay',               1,      20_000_000],
    ['shopeepay',           1,      20_000_000],
    ['dana',                1,      20_000_000],
    ['other_qris',          1,      10_000_000],
    ['shopeepay_qris',      1,      10_000_000],
    ['ovo',                 1,      99_999_999],
    ['akulaku',         5_000,            null],
    ['kredivo',             1,            null],
  ]

  test('has limits for each method that is offered', () => {
    expect(LIMITS.map(([name]) => name).sort()).toEqual(OFFERED.sort())
  })

  test.each(LIMITS)('%s: from %s to %s', async (name, least, most) => {
    const merchant = bench()
    let count = 0
    const charge = async (gross_amount: number) => {
      const order_id = `order-${++count}`
      const { item_details: _, ...asked } = (await ASKED[name]!(merchant)) as Record<string, unknown>
      const item_details = [{ name: 'Shoes', price: gross_amount, quantity: 1 }]
      return await merchant.charge(order_id, {
        ...asked,
        item_details,
        transaction_details: { order_id, gross_amount },
      })
    }
    expect((await charge(least)).body.status_code).toBe('201')
    if (least > 1) expect((await charge(least - 1)).body).toMatchObject({ status_code: '400' })
    if (most === null) return
    expect((await charge(most)).body.status_code).toBe('201')
    expect(await charge(most + 1)).toMatchObject({
      http: 400,
      body: {
        validation_messages: [
          `transaction_details.gross_amount must be at most ${most} for this payment method`,
        ],
      },
    })
    merchant.simulator.reset()
    await merchant.call('PATCH', '/_simulator/settings', { amount_limits: false })
    expect((await charge(most + 1)).body.status_code).toBe('201')
  })
})

describe('what a method wants', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['no card',                        { payment_type: 'credit_card' },                                        'credit_card is required'],
    ['no token',                       { payment_type: 'credit_card', credit_card: {} },                       'credit_card.token_id is required'],
    ['an acquirer that is none',       { payment_type: 'credit_card', credit_card: { token_id: 'a', bank: 'x' } }, 'credit_card.bank must be one of'],
    ['no store',                       { payment_type: 'cstore', cstore: {} },                                 'cstore.store is required'],
    ['a store that is none',           { payment_type: 'cstore', cstore: { store: 'warung' } },                'cstore.store must be one of indomaret, alfamart'],
    ['an acquirer of no QR',           { payment_type: 'qris', qris: { acquirer: 'dana' } },                   'qris.acquirer must be one of gopay, airpay shopee'],
    ['no phone',                       { payment_type: 'ovo', ovo: {} },                                       'ovo.payer_phone_number is required'],
    ['letters for a phone',            { payment_type: 'ovo', ovo: { payer_phone_number: 'call me' } },        'ovo.payer_phone_number is not a phone number'],
    ['an account without its token',   { payment_type: 'gopay', gopay: { account_id: 'a' } },                  'gopay.payment_option_token is required'],
    ['a bank documented for Snap only', { bank_transfer: { bank: 'bsi' } },                                    'bank_transfer.bank must be one of bca, bni, bri, cimb, permata'],
  ])('and is told of %s', async (_, charge, says) => {
    const { http, body } = await bench().charge('order-1', charge)
    expect(http).toBe(400)
    expect(body.validation_messages).toEqual([expect.stringContaining(says)])
  })

  test('basket and customer, for a lender', async () => {
    const { body } = await bench().charge('order-1', { payment_type: 'akulaku' })
    expect(body.validation_messages).toEqual(['item_details is required', 'customer_details is required'])
  })

  test('a phone that OVO knows', async () => {
    const m = bench()
    for (const payer_phone_number of ['+628249134000', '628249134000', '08249134000']) {
      const charged = await m.charge('order-1', { payment_type: 'ovo', ovo: { payer_phone_number } })
      expect(charged).toMatchObject({ http: 200, body: { status_code: '404' } })
    }
    expect(m.simulator.transactions()).toEqual([])
  })

  test('no Idempotency-Key of Permata and Indomaret', async () => {
    for (const name of ['permata_va', 'indomaret', 'alfamart']) {
      const m = bench()
      const charge = async () =>
        (await m.charge('order-1', { ...(await ASKED[name]!(m)) }, { 'Idempotency-Key': 'key' })).body
          .status_code
      expect([await charge(), await charge()]).toEqual(['201', name === 'alfamart' ? '201' : '406'])
    }
  })
})
