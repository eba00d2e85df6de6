import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bench } from '../../test/support/simulated-merchant.ts'
import { PAYMENT_TYPES } from '../gateway/wire.ts'

/*
 * Whatever is sent, the answer is one that Midtrans gives, and says so in its body: never an exception, and 500 only for the empty charge. Bodies
 * are bent ones of right shape, since pure noise would not come past the first field.
 */
const WILD = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    'gopay',
    'bca',
    '1',
    '-1',
    '081234567890',
    'x'.repeat(300),
  ),
  fc.constantFrom(0, -1, 0.5, 1, 1e21, Number.MAX_SAFE_INTEGER),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
  fc.constant([{}]),
  fc.string(),
)
const FIELDS = [
  'bank',
  'va_number',
  'bill_info1',
  'bill_info2',
  'bill_key',
  'store',
  'acquirer',
  'payer_phone_number',
  'account_id',
  'payment_option_token',
  'pre_auth',
  'token_id',
  'card',
  'bins',
  'installment_term',
  'authentication',
  'free_text',
  'callback_url',
]
const PART = fc.dictionary(fc.constantFrom(...FIELDS), WILD)
const CHARGE = fc
  .tuple(
    fc.constantFrom(...PAYMENT_TYPES),
    fc.oneof(PART, WILD),
    fc.dictionary(fc.constantFrom('order_id', 'gross_amount', 'currency'), WILD),
    WILD,
    WILD,
  )
  .map(([payment_type, part, details, expiry, items]) => ({
    payment_type,
    [payment_type]: part,
    transaction_details: { order_id: 'order-1', gross_amount: 10_000, ...details },
    ...(expiry === false ? {} : { custom_expiry: expiry }),
    ...(items === true ? {} : { item_details: items }),
  }))

const KNOWN = new Set(['200', '201', '202', '400', '402', '404', '406', '411', '412', '413', '414'])

test('no charge breaks it', async () => {
  await fc.assert(
    fc.asyncProperty(CHARGE, async (body) => {
      const { http, body: answer } = await bench().call('POST', '/v2/charge', body)
      expect([200, 400, 413]).toContain(http)
      expect(KNOWN).toContain(answer.status_code)
    }),
    { numRuns: 300 },
  )
})

test('no body of a command breaks it', async () => {
  const ASKED = fc.dictionary(
    fc.constantFrom(
      'transaction_id',
      'gross_amount',
      'refund_key',
      'amount',
      'reason',
      'payment_type',
      'gopay_partner',
    ),
    WILD,
  )
  const PATHS = [
    '/v2/capture',
    '/v2/order-1/refund',
    '/v2/order-1/refund/online/direct',
    '/v2/pay/account',
    '/v2/order-1/deny',
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.oneof(ASKED, WILD), async (path, body) => {
      const m = bench()
      await m.charge('order-1', { payment_type: 'gopay' })
      await m.simulator.pay('order-1')
      const { http, body: answer } = await m.call('POST', path, JSON.stringify(body))
      expect([200, 400, 413]).toContain(http)
      expect(KNOWN).toContain(answer.status_code)
    }),
    { numRuns: 300 },
  )
})

test('no query for a token breaks it', async () => {
  const QUERY = fc.dictionary(
    fc.constantFrom('card_number', 'card_exp_month', 'card_exp_year', 'card_cvv', 'token_id'),
    fc.string(),
  )
  await fc.assert(
    fc.asyncProperty(QUERY, async (query) => {
      const { http, body } = await bench().token(query)
      expect(http).toBe(200)
      expect(['200', '400', '411']).toContain(body.status_code)
    }),
    { numRuns: 200 },
  )
})
