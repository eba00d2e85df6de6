import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AttemptStatus } from '../domain/attempt-lifecycle.ts'
import { readDocument, signedFields } from './read-document.ts'
import { matchKey } from './signature.ts'
import { isNotUnderstood, type Provenance, translate } from './translate.ts'

/** The recorded documents of test/wire, through the whole way in: read, verify, translate. */
const folder = new URL('../../test/wire/', import.meta.url)
const bytesOf = (name: string) => readFileSync(new URL(name, folder))
const index = JSON.parse(bytesOf('index.json').toString()) as {
  server_key: string
  files: Record<string, { kind: string }>
}
const keys = [
  { merchant: 'other', serverKey: 'SB-Mid-server-OTHER' },
  { merchant: 'default', serverKey: index.server_key },
]

// biome-ignore format: a table is read in columns
const NOTIFICATIONS: Record<string, AttemptStatus> = {
  'akulaku.settlement':                        'settled',
  'bank_transfer.bca.cancel':                  'cancelled',
  'bank_transfer.bca.expire':                  'expired',
  'bank_transfer.bca.pending':                 'pending',
  'bank_transfer.bca.settlement':              'settled',
  'bank_transfer.bni.settlement':              'settled',
  'bank_transfer.bri.settlement':              'settled',
  'bank_transfer.cimb.settlement':             'settled',
  'bank_transfer.permata.deny.reversal':       'reversed',
  'bank_transfer.permata.settlement':          'settled',
  'credit_card.authorize':                     'authorized',
  'credit_card.cancel':                        'cancelled',
  'credit_card.capture':                       'captured',
  'credit_card.challenge':                     'challenged',
  'credit_card.chargeback':                    'charged_back',
  'credit_card.deny.bank':                     'denied',
  'credit_card.deny.fds':                      'denied',
  'credit_card.expire':                        'expired',
  'credit_card.partial_refund':                'partially_refunded',
  'credit_card.partial_refund.bank_confirmed': 'partially_refunded',
  'credit_card.pending':                       'pending',
  'credit_card.refund':                        'refunded',
  'credit_card.settlement':                    'settled',
  'cstore.alfamart.settlement':                'settled',
  'cstore.indomaret.settlement':               'settled',
  'dana.settlement':                           'settled',
  'echannel.settlement':                       'settled',
  'fee_imposed.settlement':                    'settled',
  'gopay.partial_refund':                      'partially_refunded',
  'gopay.pending':                             'pending',
  'gopay.settlement':                          'settled',
  'invoice.settlement':                        'settled',
  'kredivo.settlement':                        'settled',
  'ovo.settlement':                            'settled',
  'payment_link.settlement':                   'settled',
  'qris.settlement':                           'settled',
  'shopeepay.settlement':                      'settled',
  'test_ping':                                 'settled',
}

// biome-ignore format: a table is read in columns
const ANSWERS: Record<string, AttemptStatus> = {
  'approve.200':                         'captured',
  'cancel.200':                          'cancelled',
  'capture.200':                         'captured',
  'charge.akulaku.201':                  'pending',
  'charge.bank_transfer.bca.201':        'pending',
  'charge.bank_transfer.permata.201':    'pending',
  'charge.credit_card.200':              'captured',
  'charge.credit_card.3ds.201':          'pending',
  'charge.credit_card.authorize.200':    'authorized',
  'charge.credit_card.challenge.201':    'challenged',
  'charge.credit_card.deny.202':         'denied',
  'charge.credit_card.save_card.200':    'captured',
  'charge.cstore.indomaret.201':         'pending',
  'charge.echannel.201':                 'pending',
  'charge.gopay.201':                    'pending',
  'charge.gopay.tokenization.200':       'settled',
  'charge.kredivo.201':                  'pending',
  'charge.ovo.201':                      'pending',
  'charge.qris.201':                     'pending',
  'charge.shopeepay.201':                'pending',
  'deny.200':                            'denied',
  'expire.407':                          'expired',
  'refund.partial.200':                  'partially_refunded',
}

// biome-ignore format: a table is read in columns
const LOOK_UPS: Record<string, AttemptStatus> = {
  'status.bank_transfer.bca.expire.407':    'expired',
  'status.bank_transfer.bca.pending.201':   'pending',
  'status.credit_card.partial_refund.200':  'partially_refunded',
  'status.gopay.settlement.200':            'settled',
}

/** Documents that are about something else than a transaction: not signed as one, and not translated. */
// biome-ignore format: a list
const OTHERS = [
  'bin.200', 'direct_refund.denied.202', 'errors.core_v2', 'errors.other_apis', 'index', 'invoice.create.201',
  'notification.pay_account.disabled', 'notification.pay_account.enabled', 'notification.recurring.charge.failure',
  'notification.recurring.charge.success', 'notification.recurring.created', 'pay_account.create.201', 'pay_account.get.enabled.200',
  'pay_account.unbind.204', 'payment_link.create.200', 'snap.create.201', 'status_b2b.200', 'subscription.create.200', 'token.200',
]

function news(name: string, source: Provenance['source']) {
  const bytes = bytesOf(`${name}.json`)
  const result = translate(readDocument(bytes)!, {
    source,
    confirmed: source !== 'notification',
    document: bytes,
  })
  if (isNotUnderstood(result)) throw new Error(result.problem)
  return result
}

it('every recorded document is in one of the tables', () => {
  const named = [
    ...Object.keys(NOTIFICATIONS).map((name) => `notification.${name}`),
    ...Object.keys(ANSWERS),
    ...Object.keys(LOOK_UPS),
  ]
  const there = readdirSync(folder).map((name) => name.replace(/\.json$/, ''))
  expect([...named, ...OTHERS].sort()).toEqual(there.sort())
})

describe('a recorded notification', () => {
  it.each(Object.entries(NOTIFICATIONS))('%s: signed, and tells %s', (name, told) => {
    const signed = signedFields(readDocument(bytesOf(`notification.${name}.json`))!)!
    expect(matchKey(signed, keys)).toBe('default')
    expect(matchKey({ ...signed, grossAmount: '1.00' }, keys)).toBeUndefined()
    expect(matchKey({ ...signed, orderId: `${signed.orderId}x` }, keys)).toBeUndefined()
    expect(matchKey(signed, keys.slice(0, 1))).toBeUndefined()
    expect(news(`notification.${name}`, 'notification')).toMatchObject({
      told,
      codeContradicts: false,
      confirmed: false,
      currency: 'IDR',
    })
  })
})

describe('a recorded answer', () => {
  it.each(Object.entries(ANSWERS))('%s tells %s', (name, told) => {
    expect(news(name, 'answer')).toMatchObject({ told, codeContradicts: false, refundTotal: null })
  })
})

describe('a recorded GET status', () => {
  it.each(Object.entries(LOOK_UPS))('%s: signed, and tells %s', (name, told) => {
    expect(matchKey(signedFields(readDocument(bytesOf(`${name}.json`))!)!, keys)).toBe('default')
    expect(news(name, 'look_up')).toMatchObject({ told, codeContradicts: false, confirmed: true })
  })
})

it.each([
  'notification.pay_account.enabled',
  'notification.recurring.charge.success',
  'notification.recurring.created',
])('%s has no order, so it is no payment notification', (name) => {
  expect(signedFields(readDocument(bytesOf(`${name}.json`))!)).toBeUndefined()
})

describe('what the customer needs', () => {
  // biome-ignore format: a table is read in columns
  it.each<[string, object]>([
    ['charge.bank_transfer.bca.201',     { bank: 'bca', va_number: '12345678901' }],
    ['charge.bank_transfer.permata.201', { bank: 'permata', va_number: '8562000087926752' }],
    ['charge.echannel.201',              { bill_key: '990000000260', biller_code: '70012' }],
    ['charge.cstore.indomaret.201',      { payment_code: '300063000630006300', store: 'indomaret' }],
    ['charge.ovo.201',                   {}],
    ['charge.credit_card.200',           { masked_card: '48111111-1114' }],
    ['charge.credit_card.save_card.200', { masked_card: '48111111-1114', saved_token_id: '48111111sHfgnZkPzxWBQvGtYrUl1114', saved_token_id_expired_at: '2027-12-31 07:00:00' }],
    ['charge.gopay.tokenization.200',    {}],
    ['charge.gopay.201',                 { qr_url: 'https://api.sandbox.midtrans.com/v4/qris/gopay/e30e0aa0-117f-551f-872c-b659a98dad67/qr-code',
                                           deeplink_url: 'https://simulator.sandbox.midtrans.com/gopay/partner/app/payment-pin?id=ae0d78d2-3ab5-58c7-b0cd-4e1016b86207' }],
    ['charge.qris.201',                  { qr_url: 'https://api.sandbox.midtrans.com/v2/qris/65bc1299-0870-5bdc-bd5b-a3eada2cde0f/qr-code',
                                           qr_string: expect.stringMatching(/^000201.*ABCD$/) }],
    ['charge.shopeepay.201',             { deeplink_url: expect.stringContaining('airpay') }],
    ['charge.kredivo.201',               { redirect_url: expect.stringContaining('/kredivo/') }],
    ['charge.akulaku.201',               { redirect_url: expect.stringMatching(/^https:/) }],
    ['charge.credit_card.3ds.201',       { masked_card: '48111111-1114', redirect_url: expect.stringContaining('/token/rba/') }],
  ])('%s', (name, instructions) => {
    expect(news(name, 'answer').instructions).toEqual(instructions)
  })
})

describe('refunds', () => {
  it('the answer of a refund call tells its own row and no total', () => {
    expect(news('refund.partial.200', 'answer')).toMatchObject({
      refundTotal: null,
      refunds: [{ key: 'card-1001-r1', chargebackId: '9301547710', amount: 50_000n, bankConfirmedAt: null }],
    })
  })

  it('a refused direct refund tells of no refund, and its code contradicts its status', () => {
    expect(news('direct_refund.denied.202', 'answer')).toMatchObject({
      told: 'settled',
      codeContradicts: true,
      refunds: [],
    })
  })

  it('a notification tells every row and the total', () => {
    expect(news('notification.credit_card.refund', 'notification')).toMatchObject({
      refundTotal: 150_000n,
      refunds: [
        {
          key: 'card-1001-r1',
          amount: 50_000n,
          reason: 'size exchange',
          bankConfirmedAt: new Date('2025-08-20T12:10:44+07:00'),
        },
        { key: 'card-1001-r2', amount: 100_000n, reason: null, bankConfirmedAt: null },
      ],
    })
  })

  it('the bank’s confirmation is new information, a second copy is not', () => {
    const first = news('notification.credit_card.partial_refund', 'notification')
    const confirmed = news('notification.credit_card.partial_refund.bank_confirmed', 'notification')
    expect(first.fingerprint).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(confirmed.fingerprint).not.toBe(first.fingerprint)
    expect(news('status.credit_card.partial_refund.200', 'look_up').fingerprint).toBe(confirmed.fingerprint)
  })
})

it('an imposed fee is told apart from the amount', () => {
  expect(news('notification.fee_imposed.settlement', 'notification')).toMatchObject({
    grossAmount: 102_000n,
    originalAmount: 100_000n,
    feeAmount: 2_000n,
  })
})

it('times are Jakarta’s, whatever the zone of this machine (defect D19)', () => {
  expect(news('notification.bank_transfer.bca.settlement', 'notification')).toMatchObject({
    transactionTime: new Date('2025-08-14T02:00:00Z'),
    settlementTime: new Date('2025-08-14T02:12:40Z'),
    expiryTime: new Date('2025-08-15T02:00:00Z'),
  })
})
