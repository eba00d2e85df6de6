import { describe, expect, it } from 'vitest'
import { BANKS, type ChargeAsked } from '../domain/payment.ts'
import { chargeBody, chargeProblems } from './charge-body.ts'
import { CHARGE_PARTS, PAYMENT_METHODS, paymentMethod } from './payment-methods.ts'
import { PAYMENT_TYPES } from './wire.ts'

const now = new Date('2025-08-14T18:30:00Z')
const asked: ChargeAsked = {
  orderId: 'INV-1',
  grossAmount: 150_000n,
  paymentType: 'bank_transfer',
  bank: 'bca',
  vaNumber: null,
  customer: {},
  items: [],
  customFields: [],
  metadata: null,
  expiryMinutes: null,
  notificationUrl: 'https://shop.example/notify',
}

describe('the body of a charge', () => {
  it('has nothing that was not asked, and never the notification address (defect D20)', () => {
    expect(chargeBody(asked, now)).toEqual({
      payment_type: 'bank_transfer',
      transaction_details: { order_id: 'INV-1', gross_amount: 150_000 },
      bank_transfer: { bank: 'bca' },
    })
  })

  it('has everything that was asked, in Midtrans’s words', () => {
    const body = chargeBody(
      {
        ...asked,
        vaNumber: '123456',
        customer: { firstName: 'Siti', lastName: '', email: 'siti@example.com', phone: '0812' },
        items: [
          { id: 'A', name: 'Kopi', price: 80_000n, quantity: 2, merchantName: 'Toko' },
          { name: 'Diskon', price: -10_000n, quantity: 1 },
        ],
        customFields: ['one', 'two'],
        metadata: { cart: 7 },
        expiryMinutes: 90,
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
      customer_details: { first_name: 'Siti', email: 'siti@example.com', phone: '0812' },
      // 01:30 of the next day in Jakarta.
      custom_expiry: { order_time: '2025-08-15 01:30:00 +0700', expiry_duration: 90, unit: 'minute' },
      custom_field1: 'one',
      custom_field2: 'two',
      metadata: { cart: 7 },
    })
  })

  it.each(BANKS)('%s is asked for by its name', (bank) => {
    expect(chargeBody({ ...asked, bank }, now).bank_transfer).toEqual({ bank })
  })

  it('Mandiri bills have their two lines', () => {
    const bill = { ...asked, paymentType: 'echannel', bank: null, orderId: 'INV-'.padEnd(50, '1') } as const
    expect(chargeBody({ ...bill, vaNumber: '081234' }, now)).toMatchObject({
      payment_type: 'echannel',
      echannel: { bill_info1: 'Order', bill_info2: 'INV-'.padEnd(30, '1'), bill_key: '081234' },
    })
  })
})

describe('what Midtrans would refuse', () => {
  const item = { name: 'Kopi', price: 150_000n, quantity: 1 }

  // biome-ignore format: a table is read in columns
  it.each<[field: string, change: Partial<ChargeAsked>]>([
    ['order_id',            { orderId: '' }],
    ['order_id',            { orderId: 'a/b' }],
    ['order_id',            { orderId: '..' }],
    ['order_id',            { orderId: 'x'.repeat(51) }],
    ['gross_amount',        { grossAmount: 0n }],
    ['gross_amount',        { grossAmount: 2n ** 60n }],
    ['bank',                { bank: null }],
    ['va_number',           { vaNumber: '12a' }],
    ['custom_fields',       { customFields: ['1', '2', '3', '4'] }],
    ['custom_fields[1]',       { customFields: ['1', 'x'.repeat(256)] }],
    ['customer_details.email', { customer: { email: 'x'.repeat(256) } }],
    ['item_details[0].name',       { items: [{ ...item, name: 'x'.repeat(51) }] }],
    ['item_details[0].quantity',   { items: [{ ...item, quantity: 0.5 }] }],
    ['item_details[0].price',      { items: [{ ...item, price: 2n ** 60n }] }],
    ['item_details',               { items: [{ ...item, quantity: 2 }] }],
    ['custom_expiry',       { expiryMinutes: 0 }],
    ['custom_expiry',       { expiryMinutes: 181 * 24 * 60 }],
    ['metadata',            { metadata: { note: 'x'.repeat(17_000) } }],
    ['metadata',            { metadata: { amount: 1n } }],
  ])('%s (case %#)', (field, change) => {
    const problems = chargeProblems({ ...asked, ...change })
    expect(problems.map((problem) => problem.field)).toContain(field)
    expect(() => chargeBody({ ...asked, ...change }, now)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('is told all at once', () => {
    expect(chargeProblems({ ...asked, orderId: 'a b', bank: null, vaNumber: '-' })).toHaveLength(3)
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

  it('can charge what can be asked, and says so in types', () => {
    expect(Object.keys(CHARGE_PARTS)).toEqual(['bank_transfer', 'echannel'])
  })
})
