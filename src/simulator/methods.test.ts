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
