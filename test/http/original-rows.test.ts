import { describe, expect, test } from 'vitest'
import { CARDS, cardToken } from '../support/card-token.ts'
import { API_KEY, surface } from './surface.ts'

/*
 * The REST rows of django_midtrans for charge, payments and notification, in its own field names. What differs on purpose: only staff charge and command (D10, D11), and each error has a code of its own.
 */

const at = '/midtrans/api'

describe('POST charge/', () => {
  test('takes every field of the original', async () => {
    await using shop = await surface()
    const { status, body } = await shop.call('POST', `${at}/charge/`, {
      payment_type: 'bank_transfer',
      gross_amount: 100_000,
      order_id: 'ORDER-001',
      bank: 'bni',
      customer_details: {
        first_name: 'Budi',
        last_name: 'Santoso',
        email: 'budi@example.com',
        phone: '+62811',
      },
      item_details: [{ id: 'SKU-1', name: 'Shirt', price: 50_000, quantity: 2 }],
      custom_expiry: { duration: 2, unit: 'hour' },
      notification_url: 'https://shop.example/midtrans/api/notification/',
      metadata: { cart: 7 },
      custom_fields: ['a', 'b', 'c'],
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      order_id: 'ORDER-001',
      payment_type: 'bank_transfer',
      bank: 'bni',
      gross_amount: 100_000,
      currency: 'IDR',
      transaction_status: 'pending',
      status_code: '201',
      va_number: expect.any(String),
      customer_first_name: 'Budi',
      customer_last_name: 'Santoso',
      customer_email: 'budi@example.com',
      customer_phone: '+62811',
      metadata: { cart: 7 },
      custom_fields: ['a', 'b', 'c'],
      refund_amount: 0,
      net_amount: 0,
      is_paid: false,
      is_pending: true,
      is_failed: false,
      is_final: false,
      is_refunded: false,
    })
    expect(body.items[0]).toMatchObject({ id: 'SKU-1', price: 50_000, quantity: 2, subtotal: 100_000 })
    expect(Date.parse(body.expiry_time) - Date.parse(body.transaction_time)).toBe(2 * 3_600_000)
  })

  // biome-ignore format: a table is read in columns
  const METHODS: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['bank_transfer', { bank: 'bca' },                                          'va_number'],
    ['bank_transfer', { bank: 'permata' },                                      'va_number'],
    ['echannel',      {},                                                       'bill_key'],
    ['gopay',         { callback_url: 'shop://done' },                          'deeplink_url'],
    ['shopeepay',     { callback_url: 'https://shop.example/done' },            'deeplink_url'],
    ['qris',          { qris_acquirer: 'gopay' },                               'qr_string'],
    ['qris',          { qris_acquirer: 'airpay' },                              'qr_string'],
    ['cstore',        { store: 'indomaret' },                                   'payment_code'],
    ['cstore',        { store: 'alfamart' },                                    'payment_code'],
    ['dana',          { callback_url: 'https://shop.example/done' },            'redirect_url'],
    ['ovo',           { payer_phone_number: '+628123456789' },                  'transaction_id'],
  ]
  test.each(METHODS)('%s %j shows its %s', async (payment_type, fields, shown) => {
    await using shop = await surface()
    const { status, body } = await shop.call('POST', `${at}/charge/`, {
      payment_type,
      gross_amount: 20_000,
      ...fields,
    })
    expect({ status, shown: body[shown] }).toEqual({ status: 201, shown: expect.any(String) })
    expect(body.order_id).toMatch(/^ORDER-\d{14}-[0-9a-f]{8}$/)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['a card without its token',            { payment_type: 'credit_card' },                                'token_id'],
    ['a virtual account without its bank',  { payment_type: 'bank_transfer' },                              'bank'],
    ['a store without its name',            { payment_type: 'cstore' },                                     'store'],
    ['an acquirer that is none',            { payment_type: 'qris', qris_acquirer: 'dana' },                'qris_acquirer'],
    ['items that do not add up',            { payment_type: 'gopay', item_details: [{ name: 'A', price: 1, quantity: 1 }] }, 'item_details'],
    ['an amount below one',                 { payment_type: 'gopay', gross_amount: 0 },                     'gross_amount'],
    ['a part of a rupiah',                  { payment_type: 'gopay', gross_amount: 10.5 },                  'gross_amount'],
    ['a longer order id',                   { payment_type: 'gopay', order_id: 'x'.repeat(51) },            'order_id'],
    ['a fourth field',                      { payment_type: 'gopay', custom_fields: ['1', '2', '3', '4'] }, 'custom_fields'],
    ['a unit that is none',                 { payment_type: 'gopay', custom_expiry: { duration: 1, unit: 'week' } }, 'custom_expiry.unit'],
    ['a method that is none',               { payment_type: 'cash' },                                       'payment_type'],
  ])('%s is told by field, and nothing is sent', async (_, fields, field) => {
    await using shop = await surface()
    const { status, body } = await shop.call('POST', `${at}/charge/`, { gross_amount: 20_000, ...fields })
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(body.problems.map((one: { field: string }) => one.field).join()).toContain(field)
    expect(shop.simulator.transactions()).toEqual([])
  })
})

describe('payments/', () => {
  test('are listed by payment_type and status; one is shown with items and flags; others are not there', async () => {
    await using shop = await surface()
    await shop.charge('VA-1')
    await shop.charge('VA-2')
    await shop.charge('QR-1', { payment_type: 'gopay', bank: undefined })
    await shop.pay('VA-2')
    const ids = async (query: string) => {
      const { status, body } = await shop.call('GET', `${at}/payments/?${query}`)
      expect(status).toBe(200)
      return body.results.map((one: { order_id: string }) => one.order_id)
    }
    expect(await ids('payment_type=bank_transfer')).toEqual(['VA-2', 'VA-1'])
    expect(await ids('status=pending')).toEqual(['QR-1', 'VA-1'])
    expect(await ids('payment_type=bank_transfer&status=settled')).toEqual(['VA-2'])
    const wrong = await shop.call('GET', `${at}/payments/?status=settlement`)
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', problems: [{ field: 'status' }] },
    })

    const { id } = (await shop.bayar.payments.find('VA-2'))!
    expect(await shop.call('GET', `${at}/payments/${id}/`)).toMatchObject({
      status: 200,
      body: {
        order_id: 'VA-2',
        is_paid: true,
        is_final: true,
        net_amount: 150_000,
        items: [],
        attempts: [{ status: 'settled' }],
      },
    })
    const missing = await shop.call('GET', `${at}/payments/01890f3e-0000-7000-8000-000000000000/`)
    expect(missing).toMatchObject({ status: 404, body: { code: 'payment_not_found' } })
  })

  test('check_status is asked with GET, and tells the payment and what Midtrans said', async () => {
    await using shop = await surface()
    await shop.charge('VA-1')
    shop.simulator.faults.add({ kind: 'lose', times: 10 })
    await shop.simulator.pay('VA-1')
    const { id } = (await shop.bayar.payments.find('VA-1'))!
    expect(await shop.call('GET', `${at}/payments/${id}/check_status/`)).toMatchObject({
      status: 200,
      body: {
        payment: { status: 'settled' },
        responses: [{ transaction_status: 'settlement', order_id: 'VA-1' }],
      },
    })
  })

  // biome-ignore format: a table is read in columns
  const GUARDS: readonly (readonly [string, string, Record<string, unknown>, number, string])[] = [
    ['cancel',  'PAID',    {},                   409, 'command_not_possible'],
    ['expire',  'PAID',    {},                   409, 'command_not_possible'],
    ['capture', 'PENDING', {},                   409, 'command_not_possible'],
    ['refund',  'PENDING', {},                   409, 'command_not_possible'],
    ['refund',  'PAID',    { amount: 150_001 },  409, 'refund_too_large'],
    ['refund',  'PAID',    { amount: 0 },        400, 'invalid_request'],
    ['capture', 'HELD',    { amount: 'all' },    400, 'invalid_request'],
    ['capture', 'HELD',    { amount: 999_999 },  400, 'invalid_request'],
  ]
  test('each command works from where it may, and is refused with a code of its own elsewhere', async () => {
    await using shop = await surface()
    for (const order_id of ['PENDING', 'PAID', 'BACK'])
      await shop.charge(order_id, { payment_type: 'gopay', bank: undefined })
    for (const orderId of ['PAID', 'BACK']) await shop.pay(orderId)
    const token_id = await cardToken(shop.simulator, CARDS.accepted)
    await shop.charge('HELD', {
      payment_type: 'credit_card',
      bank: undefined,
      token_id,
      authentication: false,
      type: 'authorize',
    })
    await shop.charge('ENDS', { payment_type: 'gopay', bank: undefined })
    const post = async (orderId: string, verb: string, body: object = {}) =>
      shop.call('POST', `${at}/payments/${(await shop.bayar.payments.find(orderId))!.id}/${verb}/`, body)

    for (const [verb, orderId, body, status, code] of GUARDS) {
      const answer = await post(orderId, verb, body)
      expect([verb, orderId, body, answer.status, answer.body.code]).toEqual([
        verb,
        orderId,
        body,
        status,
        code,
      ])
    }
    expect(await post('PENDING', 'cancel')).toMatchObject({
      status: 200,
      body: { status: 'cancelled', is_failed: true },
    })
    expect(await post('ENDS', 'expire')).toMatchObject({ status: 200, body: { status: 'expired' } })
    expect(await post('HELD', 'capture', { amount: 100_000 })).toMatchObject({
      status: 200,
      body: { status: 'captured', net_amount: 100_000 },
    })
    // D32: after the first part, another part.
    for (const net of [100_000, 50_000])
      expect(
        await post('BACK', 'refund', { amount: 50_000, reason: 'Customer request', direct: false }),
      ).toMatchObject({
        status: 200,
        body: {
          payment: { status: 'partially_refunded', net_amount: net, is_refunded: true },
          refund: { amount: 50_000, status: 'confirmed' },
        },
      })
  })
})

describe('POST notification/', () => {
  test('is public, and answers what became of it', async () => {
    await using shop = await surface()
    await shop.charge('VA-1')
    const seen: number[] = []
    await shop.pay('VA-1')
    for (const notice of shop.simulator.notifications.list())
      seen.push(...notice.attempts.map((one) => one.httpStatus ?? 0))
    expect(seen.every((status) => status === 200)).toBe(true)
    const unsigned = await shop.call(
      'POST',
      `${at}/notification/`,
      { order_id: 'VA-1' },
      { authorization: '' },
    )
    expect(unsigned).toMatchObject({ status: 403, body: { code: 'notification_unsigned' } })
    const broken = await shop.call('POST', `${at}/notification/`, '[1]', {
      authorization: `Bearer ${API_KEY}`,
    })
    expect(broken).toMatchObject({ status: 400, body: { code: 'notification_malformed' } })
  })
})
