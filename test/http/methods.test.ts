import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payment } from '../../src/http/contract.ts'
import { CARDS, cardToken } from '../support/card-token.ts'
import { API_KEY, type Surface, surface } from './surface.ts'

let shop: Surface

beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const BASKET = {
  item_details: [{ id: 'A-1', name: 'Batik', price: 75_000, quantity: 2 }],
  customer_details: {
    first_name: 'Siti',
    email: 'siti@example.com',
    billing_address: {
      address: 'Jalan Melati 1',
      city: 'Bandung',
      postal_code: '40115',
      country_code: 'IDN',
    },
  },
}
let made = 0
const charge = (fields: object) =>
  shop.call('POST', '/midtrans/api/charge/', {
    gross_amount: 150_000,
    order_id: `ORDER-${++made}`,
    ...fields,
  })

describe('flat fields', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    [{ payment_type: 'bank_transfer', bank: 'bni' },                             ['va_number', 'bank']],
    [{ payment_type: 'bank_transfer', bank: 'bca', free_text: { inquiry: [{ id: 'Kopi', en: 'Coffee' }] } }, ['va_number']],
    [{ payment_type: 'echannel', bill_info1: 'Toko', bill_info2: 'Kopi' },       ['bill_key', 'biller_code']],
    [{ payment_type: 'gopay', callback_url: 'kopi://paid' },                     ['deeplink_url', 'qr_url']],
    [{ payment_type: 'shopeepay', callback_url: 'https://shop.example/paid' },   ['deeplink_url']],
    [{ payment_type: 'qris', qris_acquirer: 'gopay' },                           ['qr_string']],
    [{ payment_type: 'qris', qris_acquirer: 'airpay' },                          ['qr_string']],
    [{ payment_type: 'ovo', payer_phone_number: '081234567890' },                []],
    [{ payment_type: 'dana', callback_url: 'https://shop.example/paid' },        ['redirect_url']],
    [{ payment_type: 'cstore', store: 'indomaret', message: 'Kopi' },            ['payment_code', 'store']],
    [{ payment_type: 'cstore', store: 'alfamart', alfamart_free_texts: ['a'] },  ['payment_code', 'store']],
    [{ payment_type: 'akulaku', ...BASKET },                                     ['redirect_url']],
    [{ payment_type: 'kredivo', ...BASKET, seller_details: [{ id: 'S-1', sellerName: 'Toko' }] }, ['redirect_url']],
  ] as const)('%j', async (fields, shows) => {
    const { status, body } = await charge(fields)
    expect([status, body.code, body.details]).toEqual([201, undefined, undefined])
    expect(payment.strict().parse(body)).toBeDefined()
    expect(body).toMatchObject({ payment_type: fields.payment_type, status: 'pending' })
    for (const field of shows) expect(body[field], field).toMatch(/./)
  })

  test('a card, with the page of its bank; what a user may see of it', async () => {
    const token_id = await cardToken(shop.simulator, CARDS.withOtp)
    const { status, body } = await charge({
      payment_type: 'credit_card',
      token_id,
      save_token_id: true,
      user_id: 'dewi',
    })
    expect([status, body.masked_card]).toEqual([201, '48111111-1114'])
    expect(body.redirect_url).toMatch(/^https?:/)
    await shop.simulator.authenticate(body.order_id, { otp: '112233' })
    await shop.idle()
    const { body: after } = await shop.call('GET', `/midtrans/api/payments/${body.id}/`)
    expect(after).toMatchObject({ status: 'captured', saved_token_id: expect.stringMatching(/^48111111/) })
  })

  // biome-ignore format: a table is read in columns
  test.each([
    [{ payment_type: 'credit_card' },                                  'token_id'],
    [{ payment_type: 'bank_transfer' },                                'bank'],
    [{ payment_type: 'bank_transfer', bank: 'mandiri' },               'bank'],
    [{ payment_type: 'cstore' },                                       'store'],
    [{ payment_type: 'cstore', store: 'warung' },                      'store'],
    [{ payment_type: 'qris', qris_acquirer: 'ovo' },                   'qris_acquirer'],
    [{ payment_type: 'qris', store: 'alfamart' },                      'store'],
    [{ payment_type: 'ovo' },                                          'payer_phone_number'],
    [{ payment_type: 'gopay', callback_url: 'not an address' },        'callback_url'],
    [{ payment_type: 'gopay', account_id: 'a-1' },                     'payment_option_token'],
    [{ payment_type: 'akulaku' },                                      'item_details'],
    [{ payment_type: 'pigeon' },                                       'payment_type'],
    [{ payment_type: 'credit_card', token_id: 't', card_number: '4811111111111114' }, 'card_number'],
    [{ payment_type: 'echannel', bill_info1: { $gt: '' } },            'bill_info1'],
    [{ payment_type: 'kredivo', ...BASKET, seller_details: ['x'] },    'seller_details[0]'],
  ])('%j: %s is told', async (fields, field) => {
    const { status, body } = await charge(fields)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.problems.map((problem: { field: string }) => problem.field)).toContain(field)
    expect(JSON.stringify(body)).not.toContain('4811111111111114')
  })
})

describe('linked accounts', () => {
  const at = '/midtrans/api/pay-accounts/'

  test('created, linked, read with its options, charged, unbound, listed', async () => {
    const created = await shop.call('POST', at, { phone_number: '081234567890', user_id: 'dewi' })
    expect(created).toMatchObject({
      status: 201,
      body: { status: 'pending', activation_url: expect.stringMatching(/^https?:/) },
    })
    const id = created.body.account_id
    await shop.simulator.payAccounts.link(id)
    const read = await shop.call('GET', `${at}${id}/`)
    expect(read).toMatchObject({ status: 200, body: { status: 'enabled', user_id: 'dewi' } })
    const paid = await charge({
      payment_type: 'gopay',
      account_id: id,
      payment_option_token: read.body.payment_options[0].token,
    })
    expect(paid).toMatchObject({ status: 201, body: { status: 'settled', net_amount: 150_000 } })
    expect(await shop.call('POST', `${at}${id}/unbind/`)).toMatchObject({
      status: 200,
      body: { status: 'disabled' },
    })
    expect(await shop.call('GET', `${at}?user_id=dewi&status=disabled`)).toMatchObject({
      status: 200,
      body: { results: [{ account_id: id }], next: null },
    })
  })

  test('leave no token behind: what may spend a customer’s money is not kept for a repeated request', async () => {
    const input = { phone_number: '081298765432', user_id: 'agus' }
    const { account_id: id } = (await shop.call('POST', at, input)).body
    await shop.simulator.payAccounts.link(id)
    const again = () => shop.call('POST', at, input, { 'idempotency-key': 'link-agus' })
    const { body } = await again()
    const { token } = body.payment_options[0]
    expect(token).toMatch(/./)
    const kept = await shop.rows(
      `select 1 from bayar.api_requests where convert_from(response, 'UTF8') like '%' || $1 || '%'`,
      [token],
    )
    expect(kept).toEqual([])
    expect(await again()).toMatchObject({ status: 201, body: { account_id: id, status: 'enabled' } })
  })

  test('are for staff', async () => {
    for (const [method, path] of [
      ['POST', at],
      ['GET', at],
      ['GET', `${at}a-1/`],
      ['POST', `${at}a-1/unbind/`],
    ] as const) {
      const answer = await shop.call(method, path, method === 'POST' ? {} : undefined, { authorization: '' })
      expect(answer.status).toBe(401)
    }
    expect(API_KEY).toBeDefined()
  })

  test.each([
    ['POST', at, { phone_number: 'x' }, 400],
    ['POST', at, {}, 400],
    ['POST', at, { phone_number: '123450001' }, 422],
    ['GET', `${at}a-1/`, undefined, 404],
    ['GET', `${at}..%2Fx/`, undefined, 404],
    ['GET', `${at}%00/`, undefined, 404],
    ['GET', `${at}?status=linked`, undefined, 400],
    ['POST', `${at}a-1/unbind/`, {}, 404],
  ] as const)('%s %s %j: %i', async (method, path, body, status) => {
    expect((await shop.call(method, path, body)).status).toBe(status)
  })
})
