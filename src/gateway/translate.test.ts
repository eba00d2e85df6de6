import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, readDocument } from './read-document.ts'
import { isNotUnderstood, type Provenance, translate } from './translate.ts'
import type { WireDocument } from './wire.ts'

const base = {
  transaction_id: 't-1',
  order_id: 'INV-1',
  status_code: '200',
  gross_amount: '100000.00',
  transaction_status: 'settlement',
}

function told(change: WireDocument, source: Provenance['source'] = 'notification') {
  return translate({ ...base, ...change }, { source, confirmed: source !== 'notification' })
}

describe('words', () => {
  // biome-ignore format: a table is read in columns
  it.each<[status: unknown, fraud: unknown, told: string | undefined]>([
    ['settlement',         undefined,   'settled'],
    ['settlement',         null,        'settled'],
    ['settlement',         '',          'settled'],
    ['settlement',         'accept',    'settled'],
    ['capture',            undefined,   'captured'],
    ['capture',            'challenge', 'challenged'],
    ['capture',            'deny',      'denied'],
    ['authorize',          'accept',    'authorized'],
    ['authorize',          'challenge', 'authorized'],
    ['authorize',          'deny',      'denied'],
    ['cancel',             'accept',    'cancelled'],
    ['cancel',             'challenge', 'cancelled'],
    ['cancel',             'deny',      'denied'],
    ['deny',               'accept',    'denied'],
    ['failure',            undefined,   'failed'],
    ['expire',             'accept',    'expired'],
    ['PENDING',            'ACCEPT',    'pending'],
    ['chargeback',         'accept',    'charged_back'],
    ['partial_chargeback', 'accept',    'partially_charged_back'],
    // contradictions and unknown words are nobody's to guess
    ['settlement',         'challenge', undefined],
    ['settlement',         'deny',      undefined],
    ['settlement',         'maybe',     undefined],
    ['settlement',         7,           undefined],
    ['settled',            'accept',    undefined],
    ['constructor',        'accept',    undefined],
    ['__proto__',          'accept',    undefined],
    ['',                   'accept',    undefined],
    [undefined,            'accept',    undefined],
    [['settlement'],       'accept',    undefined],
  ])('%j with fraud %j: %s', (transaction_status, fraud_status, meaning) => {
    const result = told({ transaction_status, fraud_status })
    expect(isNotUnderstood(result) ? undefined : result.told).toBe(meaning)
  })

  it('deny of what was settled is a reversal (defect D36); a cancelled challenge is not', () => {
    const settlement_time = '2025-08-14 11:20:06'
    expect(told({ transaction_status: 'deny', settlement_time })).toMatchObject({ told: 'reversed' })
    expect(told({ transaction_status: 'deny', settlement_time: '' })).toMatchObject({ told: 'denied' })
    expect(told({ transaction_status: 'cancel', fraud_status: 'deny', settlement_time })).toMatchObject({
      told: 'denied',
    })
  })
})

describe('codes that do not go with the words', () => {
  // biome-ignore format: a table is read in columns
  it.each<[status: string, code: string, source: Provenance['source'], contradicts: boolean]>([
    ['settlement', '200', 'notification', false],
    ['settlement', '201', 'notification', true],
    ['settlement', '202', 'look_up',      true],
    ['pending',    '201', 'notification', false],
    ['pending',    '200', 'notification', true],
    ['pending',    '200', 'look_up',      false],
    ['expire',     '202', 'notification', false],
    ['expire',     '407', 'notification', true],
    ['expire',     '407', 'look_up',      false],
    ['expire',     '202', 'answer',       true],
    ['cancel',     '202', 'notification', false],
    ['cancel',     '200', 'notification', true],
    ['cancel',     '200', 'look_up',      false],
    ['chargeback', '202', 'notification', false],
    ['failure',    '202', 'notification', false],
  ])('%s with %s by %s: %s', (transaction_status, status_code, source, contradicts) => {
    expect(told({ transaction_status, status_code }, source)).toMatchObject({ codeContradicts: contradicts })
  })
})

describe('what cannot be read', () => {
  // biome-ignore format: a table is read in columns
  it.each<[string, WireDocument, string]>([
    ['cents',                   { gross_amount: '100000.50' },                     'gross_amount'],
    ['a sign',                  { gross_amount: '-1.00' },                         'gross_amount'],
    ['an amount in a list',     { gross_amount: ['1'] },                           'gross_amount'],
    ['no code',                 { status_code: undefined },                        'status_code'],
    ['an endless id',           { transaction_id: 'x'.repeat(10_000) },            'transaction_id'],
    ['refunds that are none',   { refunds: 'all' },                                'refunds'],
    ['a refund that is none',   { refunds: [null] },                               'refunds'],
    ['a refund without amount', { refunds: [{ refund_key: 'r1' }] },               'refund_amount'],
    ['a total in cents',        { refund_amount: '0.01' },                         'refund_amount'],
  ])('%s is a problem that names the field', (_, change, field) => {
    expect(told(change)).toEqual({ problem: expect.stringContaining(field) })
  })

  it('what moves no money is left out instead', () => {
    const news = told({
      metadata: {
        extra_info: { gross_amount_info: { original_amount: 'much', customer_imposed_payment_fee: {} } },
      },
      settlement_time: 'yesterday',
      expiry_time: '2025-02-31 00:00:00',
      va_numbers: [null],
      actions: 'none',
      currency: 5,
    })
    expect(news).toMatchObject({
      told: 'settled',
      originalAmount: null,
      feeAmount: null,
      settlementTime: null,
      expiryTime: null,
      instructions: {},
      currency: null,
    })
  })

  it('U+0000 and lone surrogates never reach a column, and an id never becomes another id', () => {
    expect(
      told({
        transaction_id: 't-1\u0000',
        currency: 'ID\ud800R',
        va_numbers: [{ va_number: '1\u00002', bank: 'bca' }],
      }),
    ).toMatchObject({
      transactionId: 't-1\ufffd',
      currency: 'ID\ufffdR',
      instructions: { va_number: '1\ufffd2' },
    })
    expect(told({ payment_type: 'p'.repeat(10_000) })).toMatchObject({ paymentType: 'p'.repeat(50) })
    expect(told({ payment_type: '😀' })).toMatchObject({ paymentType: '😀' })
  })

  it('whatever the document, the result is news or a problem', () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('settlement', 'deny', '200', '1.00', '2025-08-14 09:00:00'),
    )
    const names = [
      'transaction_id',
      'status_code',
      'gross_amount',
      'refund_amount',
      'refunds',
      'va_numbers',
      'actions',
      'metadata',
    ]
    const document = fc.record(
      Object.fromEntries([...names, 'transaction_status'].map((name) => [name, field])),
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        document,
        fc.constantFrom<Provenance['source']>('notification', 'answer', 'look_up'),
        (change, source) => {
          const read = readDocument(new TextEncoder().encode(JSON.stringify({ ...base, ...change })))
          return isObject(read) && translate(read, { source, confirmed: true }) !== undefined
        },
      ),
    )
  })
})

describe('addresses', () => {
  const redirect = (redirect_url: unknown, source: Provenance['source']) => {
    const news = told({ redirect_url }, source)
    return isNotUnderstood(news) ? news : news.instructions.redirect_url
  }

  it('are believed from an answer, never from a notification, whose signature does not cover them', () => {
    expect(redirect('https://pay.example/1', 'answer')).toBe('https://pay.example/1')
    expect(redirect('gojek://pay/1', 'look_up')).toBe('gojek://pay/1')
    expect(redirect('https://pay.example/1', 'notification')).toBeUndefined()
  })

  it('that run as a script are none', () => {
    for (const address of [
      'javascript:alert(1)',
      'JavaScript://%0aalert(1)',
      'data:text/html,x',
      '/relative',
      '',
      5,
    ]) {
      expect(redirect(address, 'answer')).toBeUndefined()
    }
  })
})

describe('refund rows without a name', () => {
  it('cannot be known again, so their money is in the total alone', () => {
    const refunds = [{ refund_amount: '1000.00' }, { refund_amount: '2000.00', refund_key: 'r1' }]
    expect(told({ transaction_status: 'partial_refund', refunds })).toMatchObject({
      refundTotal: 3000n,
      refunds: [{ key: 'r1' }],
    })
  })

  it('numbers larger than a double holds stay what was written', () => {
    const body = `{"transaction_status":"partial_refund","status_code":"200","refund_amount":"1.00",
      "refunds":[{"refund_chargeback_id":93015477109301547710,"refund_amount":"1.00","refund_key":"r1"}]}`
    const news = translate(readDocument(new TextEncoder().encode(body))!, {
      source: 'look_up',
      confirmed: true,
    })
    expect(news).toMatchObject({ refunds: [{ chargebackId: '93015477109301547710' }] })
  })
})
