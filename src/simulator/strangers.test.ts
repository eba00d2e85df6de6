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

test('no body of the other APIs, and no setting, breaks it', async () => {
  const DATES = { invoice_date: '2026-03-01 10:00:00 +0700', due_date: '2026-04-01 10:00:00 +0700' }
  const QUOTED = { quotation_date: DATES.invoice_date, quotation_validity_date: DATES.due_date }
  const INVOICE = {
    order_id: 'inv-1',
    invoice_number: '1',
    ...DATES,
    ...QUOTED,
    customer_details: { name: 'B' },
    item_details: [{ description: 'x', quantity: 1, price: 20_000 }],
  }
  const ORDER = { transaction_details: { order_id: 'order-1', gross_amount: 20_000 } }
  const bent = <Body extends object>(body: Body, ...more: string[]) =>
    fc
      .dictionary(fc.constantFrom(...Object.keys(body), ...more), fc.oneof(WILD, PART, fc.array(PART)))
      .map((wild) => ({ ...body, ...wild }))
  const ASKED = fc.oneof(
    fc.tuple(
      fc.constant('POST /v1/invoices'),
      bent(
        { ...INVOICE, document_type: 'quotation' },
        'payment_type',
        'virtual_accounts',
        'payment_link',
        'taxes',
        'amount',
      ),
    ),
    fc.tuple(fc.constant('PATCH /v1/invoices/ID/convert'), bent({}, 'client')),
    fc.tuple(fc.constant('PATCH /v1/invoices/ID/void'), bent({}, 'cancel_as')),
    fc.tuple(
      fc.constant('POST /snap/v1/transactions'),
      bent(ORDER, 'enabled_payments', 'expiry', 'page_expiry', 'credit_card', 'callbacks', 'gopay'),
    ),
    fc.tuple(
      fc.constant('POST /v1/payment-links'),
      bent(ORDER, 'usage_limit', 'expiry', 'dynamic_amount', 'payment_link_type', 'title'),
    ),
    fc.tuple(
      fc.constant('POST /v1/subscriptions'),
      bent(
        {
          name: 's',
          amount: '1',
          currency: 'IDR',
          payment_type: 'gopay',
          token: 't',
          schedule: { interval: 1, interval_unit: 'day' },
        },
        'retry_schedule',
        'gopay',
        'metadata',
      ),
    ),
    fc.tuple(
      fc.constant('PATCH /_simulator/settings'),
      bent(
        {},
        'finish_url',
        'rate_limit',
        'amount_limits',
        'reusable_accounts',
        'disabled_methods',
        'notification_url',
        'recurring_url',
        'pay_account_notification_url',
        'mirror_body_codes',
      ),
    ),
    fc.tuple(
      fc.constant('POST /_simulator/transactions/account/pay'),
      bent({}, 'amount', 'imposed_fee', 'issuer'),
    ),
    fc.tuple(
      fc.constant('POST /_simulator/faults'),
      bent({ kind: 'lose' }, 'verb', 'order_id', 'times', 'transaction_status'),
    ),
  )
  await fc.assert(
    fc.asyncProperty(ASKED, async ([where, body]) => {
      const m = bench({ reusableAccounts: ['bca_va'] })
      await m.charge('account')
      const quotation = {
        ...INVOICE,
        order_id: 'quotation',
        document_type: 'quotation',
        payment_type: 'payment_link',
      }
      const { body: quoted } = await m.call('POST', '/v1/invoices', quotation)
      const [method, path] = where.replace('ID', String(quoted.id)).split(' ')
      const { http, body: answer } = await m.call(method!, path!, JSON.stringify(body))
      expect({ http, answer }).toMatchObject({ http: expect.toSatisfy((one) => one < 500) })
      // What it let in can be looked at.
      const pages = [
        answer.redirect_url,
        answer.payment_url,
        answer.pdf_url,
        '/',
        '/requests',
        '/pay',
        '/faults',
        '/notifications',
      ]
      for (const page of pages) {
        if (page === undefined) continue
        const shown = await m.simulator.fetch(new Request(String(page).replace(/^\//, 'http://simulator/')))
        expect({ page, status: shown.status }).toEqual({ page, status: 200 })
      }
    }),
    { numRuns: 400 },
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
