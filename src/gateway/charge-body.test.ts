import { describe, expect, it } from 'vitest'
import { BANKS, type MethodCharge } from '../domain/charge-methods.ts'
import type { ChargeAsked, OrderAsked } from '../domain/payment.ts'
import { chargeBody, chargeProblems } from './charge-body.ts'
import { CHARGED_TYPES } from './charge-parts.ts'
import { PAYMENT_METHODS, paymentMethod } from './payment-methods.ts'
import { PAYMENT_TYPES } from './wire.ts'

const now = new Date('2025-08-14T18:30:00Z')
const order: OrderAsked = {
  orderId: 'INV-1',
  grossAmount: 150_000n,
  customer: {},
  items: [],
  customFields: [],
  metadata: null,
  expirySeconds: null,
  notificationUrl: 'https://shop.example/notify',
}
const transfer = { ...order, paymentType: 'bank_transfer', bank: 'bca' } as const
const item = { name: 'Kopi', price: 150_000n, quantity: 1 }

describe('the body of a charge', () => {
  it('has nothing that was not asked, and never the notification address (defect D20)', () => {
    expect(chargeBody(transfer, now)).toEqual({
      payment_type: 'bank_transfer',
      transaction_details: { order_id: 'INV-1', gross_amount: 150_000 },
      bank_transfer: { bank: 'bca' },
    })
  })

  it('has everything that was asked, in Midtrans’s words', () => {
    const body = chargeBody(
      {
        ...transfer,
        vaNumber: '123456',
        customer: {
          firstName: 'Siti',
          lastName: '',
          email: 'siti@example.com',
          phone: '0812',
          billingAddress: {
            address: 'Jalan Melati 1',
            city: 'Bandung',
            postalCode: '40115',
            countryCode: 'IDN',
          },
        },
        items: [
          { id: 'A', name: 'Kopi', price: 80_000n, quantity: 2, merchantName: 'Toko' },
          { name: 'Diskon', price: -10_000n, quantity: 1 },
        ],
        customFields: ['one', 'two'],
        metadata: { cart: 7 },
        expirySeconds: 90 * 60,
      },
      now,
    )
    expect(body).toEqual({
      payment_type: 'bank_transfer',
      transaction_details: { order_id: 'INV-1', gross_amount: 150_000 },
      bank_transfer: { bank: 'bca', va_number: '123456' },
      item_details: [
        { id: 'A', name: 'Kopi', price: 80_000, quantity: 2, merchant_name: 'Toko' },
        { name: 'Diskon', price: -10_000, quantity: 1 },
      ],
      customer_details: {
        first_name: 'Siti',
        email: 'siti@example.com',
        phone: '0812',
        billing_address: {
          address: 'Jalan Melati 1',
          city: 'Bandung',
          postal_code: '40115',
          country_code: 'IDN',
        },
      },
      // 01:30 of the next day in Jakarta.
      custom_expiry: { order_time: '2025-08-15 01:30:00 +0700', expiry_duration: 90, unit: 'minute' },
      custom_field1: 'one',
      custom_field2: 'two',
      metadata: { cart: 7 },
    })
  })

  it('asks in seconds for what is not whole minutes', () => {
    expect(chargeBody({ ...transfer, expirySeconds: 90 }, now).custom_expiry).toMatchObject({
      expiry_duration: 90,
      unit: 'second',
    })
  })

  it.each(BANKS)('%s is asked for by its name', (bank) => {
    expect(chargeBody({ ...transfer, bank }, now)).toMatchObject({ bank_transfer: { bank } })
  })

  // biome-ignore format: a table is read in columns
  it.each<[name: string, method: MethodCharge, part: object]>([
    ['a card, with 3-D Secure unless it is declined', { paymentType: 'credit_card', tokenId: 't-1' },
      { credit_card: { token_id: 't-1', authentication: true } }],
    ['a saved card, one click', { paymentType: 'credit_card', tokenId: 'saved-1', authentication: false, initiatedBy: 'merchant' },
      { credit_card: { token_id: 'saved-1', authentication: false, initiated_by: 'merchant' } }],
    ['a card to be saved, reserved, in instalments of a bank',
      { paymentType: 'credit_card', tokenId: 't-1', saveTokenId: true, type: 'authorize', bank: 'bni', channel: 'migs', installmentTerm: 6, bins: ['48111111', 'bni'], pointRedeemAmount: 5000, callbackType: 'form' },
      { credit_card: { token_id: 't-1', authentication: true, save_token_id: true, type: 'authorize', bank: 'bni', channel: 'migs', installment_term: 6, bins: ['48111111', 'bni'], point_redeem_amount: 5000, callback_type: 'form' } }],
    ['texts at BCA', { paymentType: 'bank_transfer', bank: 'bca', subCompanyCode: '00001', freeText: { inquiry: [{ id: 'Kopi', en: 'Coffee' }] } },
      { bank_transfer: { bank: 'bca', bca: { sub_company_code: '00001' }, free_text: { inquiry: [{ id: 'Kopi', en: 'Coffee' }] } } }],
    ['a name at Permata', { paymentType: 'bank_transfer', bank: 'permata', recipientName: 'Siti Aminah' },
      { bank_transfer: { bank: 'permata', permata: { recipient_name: 'SITI AMINAH' } } }],
    ['a Mandiri bill has its two lines', { paymentType: 'echannel', billKey: '081234' },
      { echannel: { bill_info1: 'Order', bill_info2: 'INV-1', bill_key: '081234' } }],
    ['a Mandiri bill of one’s own words', { paymentType: 'echannel', billInfo1: 'Toko', billInfo2: 'Kopi', billInfo3: 'Meja', billInfo4: '7' },
      { echannel: { bill_info1: 'Toko', bill_info2: 'Kopi', bill_info3: 'Meja', bill_info4: '7' } }],
    ['GoPay', { paymentType: 'gopay' }, {}],
    ['GoPay that comes back', { paymentType: 'gopay', callbackUrl: 'kopi://paid' }, { gopay: { enable_callback: true, callback_url: 'kopi://paid' } }],
    ['a linked GoPay account', { paymentType: 'gopay', accountId: 'a-1', paymentOptionToken: 'o-1', preAuth: true, recurring: false, promotionIds: ['p-1'] },
      { gopay: { account_id: 'a-1', payment_option_token: 'o-1', pre_auth: true, recurring: false, promotion_ids: ['p-1'] } }],
    ['ShopeePay', { paymentType: 'shopeepay', callbackUrl: 'https://shop.example/' }, { shopeepay: { callback_url: 'https://shop.example/' } }],
    ['QRIS', { paymentType: 'qris' }, { qris: { acquirer: 'gopay' } }],
    ['QRIS of ShopeePay', { paymentType: 'qris', qrisAcquirer: 'airpay' }, { qris: { acquirer: 'airpay shopee' } }],
    ['OVO', { paymentType: 'ovo', payerPhoneNumber: '081234567890' }, { ovo: { payer_phone_number: '081234567890' } }],
    ['DANA', { paymentType: 'dana', callbackUrl: 'https://shop.example/' }, { dana: { callback_url: 'https://shop.example/' } }],
    ['Indomaret', { paymentType: 'cstore', store: 'indomaret', message: 'Kopi' }, { cstore: { store: 'indomaret', message: 'Kopi' } }],
    ['Alfamart', { paymentType: 'cstore', store: 'alfamart', alfamartFreeTexts: ['satu', 'dua', 'tiga'] },
      { cstore: { store: 'alfamart', alfamart_free_text_1: 'satu', alfamart_free_text_2: 'dua', alfamart_free_text_3: 'tiga' } }],
    ['Akulaku', { paymentType: 'akulaku' }, {}],
    ['Kredivo of a marketplace', { paymentType: 'kredivo', sellerDetails: [{ id: 'S-1', name: 'Toko' }] }, { seller_details: [{ id: 'S-1', name: 'Toko' }] }],
  ])('%s', (_, method, part) => {
    const { item_details: __, customer_details: ___, ...body } = chargeBody({ ...order, items: [item], customer: { firstName: 'Siti' }, ...method }, now)
    expect(body).toEqual({
      payment_type: method.paymentType,
      transaction_details: { order_id: 'INV-1', gross_amount: 150_000 },
      ...part,
    })
  })
})

describe('what Midtrans would refuse', () => {
  // biome-ignore format: a table is read in columns
  it.each<[field: string, change: Partial<OrderAsked>]>([
    ['order_id',            { orderId: '' }],
    ['order_id',            { orderId: 'a/b' }],
    ['order_id',            { orderId: '..' }],
    ['order_id',            { orderId: 'x'.repeat(51) }],
    ['gross_amount',        { grossAmount: 0n }],
    ['gross_amount',        { grossAmount: 2n ** 60n }],
    ['custom_fields',       { customFields: ['1', '2', '3', '4'] }],
    ['custom_fields[1]',       { customFields: ['1', 'x'.repeat(256)] }],
    ['customer_details.email', { customer: { email: 'x'.repeat(256) } }],
    ['customer_details.billing_address.city', { customer: { billingAddress: { city: 'x'.repeat(101) } } }],
    ['item_details[0].name',       { items: [{ ...item, name: 'x'.repeat(51) }] }],
    ['item_details[0].quantity',   { items: [{ ...item, quantity: 0.5 }] }],
    ['item_details[0].price',      { items: [{ ...item, price: 2n ** 60n }] }],
    ['item_details',               { items: [{ ...item, quantity: 2 }] }],
    ['custom_expiry',       { expirySeconds: 0 }],
    ['custom_expiry',       { expirySeconds: 19 }],
    ['custom_expiry',       { expirySeconds: 181 * 24 * 3600 }],
    ['metadata',            { metadata: { note: 'x'.repeat(17_000) } }],
    ['metadata',            { metadata: { amount: 1n } }],
  ])('%s (case %#)', (field, change) => {
    const asked = { ...transfer, ...change }
    expect(chargeProblems(asked).map((problem) => problem.field)).toContain(field)
    expect(() => chargeBody(asked, now)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('says a limit of time in the words of people', () => {
    const [problem] = chargeProblems({ ...transfer, expirySeconds: 181 * 24 * 3600 })
    expect(problem?.reason).toMatch(/^is at most \d+ days for this payment method$/)
  })

  // biome-ignore format: a table is read in columns
  it.each<[field: string, method: Record<string, unknown>]>([
    ['token_id',             { paymentType: 'credit_card' }],
    ['token_id',             { paymentType: 'credit_card', tokenId: 7 }],
    ['token_id',             { paymentType: 'credit_card', tokenId: 'x'.repeat(256) }],
    ['token_id',             { paymentType: 'credit_card', tokenId: 'a\u0000' }],
    ['authentication',       { paymentType: 'credit_card', tokenId: 't', authentication: 'yes' }],
    ['type',                 { paymentType: 'credit_card', tokenId: 't', type: 'capture' }],
    ['bank',                 { paymentType: 'credit_card', tokenId: 't', bank: 'permata' }],
    ['installment_term',     { paymentType: 'credit_card', tokenId: 't', installmentTerm: 0 }],
    ['bins',                 { paymentType: 'credit_card', tokenId: 't', bins: '48' }],
    ['custom_expiry',        { paymentType: 'credit_card', tokenId: 't', expirySeconds: 600 }],
    ['bank',                 { paymentType: 'bank_transfer' }],
    ['bank',                 { paymentType: 'bank_transfer', bank: 'xyz' }],
    ['va_number',            { paymentType: 'bank_transfer', bank: 'bca', vaNumber: '12a' }],
    ['free_text',            { paymentType: 'bank_transfer', bank: 'bca', freeText: { inquiry: [{ id: 'x'.repeat(51), en: 'x' }] } }],
    ['sub_company_code',     { paymentType: 'bank_transfer', bank: 'bni', subCompanyCode: '00000' }],
    ['recipient_name',       { paymentType: 'bank_transfer', bank: 'bni', recipientName: 'Siti' }],
    ['bill_info2',           { paymentType: 'echannel', billInfo2: 'x'.repeat(31) }],
    ['callback_url',         { paymentType: 'gopay', callbackUrl: 'javascript:alert(1)' }],
    ['payment_option_token', { paymentType: 'gopay', accountId: 'a' }],
    ['account_id',           { paymentType: 'gopay', preAuth: true }],
    ['qris_acquirer',        { paymentType: 'qris', qrisAcquirer: 'dana' }],
    ['payer_phone_number',   { paymentType: 'ovo' }],
    ['payer_phone_number',   { paymentType: 'ovo', payerPhoneNumber: 'mine' }],
    ['custom_expiry',        { paymentType: 'ovo', payerPhoneNumber: '0812345678', expirySeconds: 600 }],
    ['custom_expiry',        { paymentType: 'dana', expirySeconds: 60 }],
    ['store',                { paymentType: 'cstore' }],
    ['alfamart_free_texts',  { paymentType: 'cstore', store: 'indomaret', alfamartFreeTexts: ['x'] }],
    ['alfamart_free_texts',  { paymentType: 'cstore', store: 'alfamart', alfamartFreeTexts: ['x', 'x', 'x', 'x'] }],
    ['item_details',         { paymentType: 'akulaku', customer: { firstName: 'Siti' } }],
    ['customer_details',     { paymentType: 'kredivo', items: [item] }],
    ['item_details',         { paymentType: 'akulaku', customer: { firstName: 'Siti' }, items: [{ ...item, id: 'a', price: 75_000n }, { ...item, id: 'a', price: 75_000n }] }],
    ['seller_details',       { paymentType: 'kredivo', customer: { firstName: 'Siti' }, items: [item], sellerDetails: ['S-1'] }],
  ])('%s (case %#)', (field, method) => {
    expect(chargeProblems({ ...order, ...method } as ChargeAsked).map((problem) => problem.field)).toEqual([field])
  })

  it('is told all at once', () => {
    expect(chargeProblems({ ...transfer, orderId: 'a b', bank: 'x' as 'bca', vaNumber: '-' })).toHaveLength(3)
  })
})

describe('the method table', () => {
  it('has every payment type, every bank, and no row twice', () => {
    expect(new Set(PAYMENT_METHODS.map((method) => method.paymentType))).toEqual(new Set(PAYMENT_TYPES))
    for (const bank of BANKS) expect(paymentMethod('bank_transfer', bank)).toMatchObject({ variant: bank })
    const names = PAYMENT_METHODS.map((method) => `${method.paymentType} ${method.variant}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it('knows that bank transfers and money from a counter cannot go back', () => {
    const refundable = PAYMENT_METHODS.filter((method) => method.refund).map((method) => method.paymentType)
    expect(new Set(refundable)).toEqual(
      new Set(['credit_card', 'gopay', 'shopeepay', 'qris', 'ovo', 'dana', 'akulaku', 'kredivo']),
    )
    expect(paymentMethod('ovo')?.refund?.partial).toBe(false)
  })

  it('knows which answers are lost for good, and which settlements can be taken back', () => {
    const named = (test: (method: (typeof PAYMENT_METHODS)[number]) => boolean) =>
      PAYMENT_METHODS.filter(test).map((method) => method.variant ?? method.paymentType)
    expect(named((method) => !method.idempotent)).toEqual(['permata', 'indomaret'])
    expect(named((method) => method.reversible)).toEqual(['permata', 'echannel', 'indomaret'])
  })

  it('answers for a type alone, and has no row for what Midtrans adds later', () => {
    expect(paymentMethod('qris')?.variant).toBe('gopay')
    expect(paymentMethod('qris', 'someone new')?.paymentType).toBe('qris')
    expect(paymentMethod('pigeon')).toBeUndefined()
    expect(paymentMethod(null)).toBeUndefined()
  })

  it('can charge every payment type', () => {
    expect([...CHARGED_TYPES].sort()).toEqual([...PAYMENT_TYPES].sort())
  })

  it('knows whose instructions are told only once', () => {
    const told = PAYMENT_METHODS.filter((method) => !method.toldOnce).map((method) => method.paymentType)
    expect(new Set(told)).toEqual(new Set(['bank_transfer', 'echannel', 'ovo', 'cstore']))
  })
})
