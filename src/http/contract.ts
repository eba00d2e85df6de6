/**
 * What goes over HTTP: every request and answer, once, in snake_case. The types, the checks, `/openapi.json` and `/docs` all come from here; operations answer in camelCase, and
 * `wire-case.ts` turns one into the other.
 */
import { z } from '@hono/zod-openapi'
import { ACQUIRERS, BANKS, CARD_CHANNELS, QRIS_ACQUIRERS, STORES } from '../domain/charge-methods.ts'
import { DIFFERENCE_KINDS, type DifferenceKind } from '../domain/differences.ts'
import {
  EVENT_TYPES,
  type EventType,
  REVIEW_REASONS,
  type ReviewReason,
  SUBJECT_NAMES,
  type SubjectName,
} from '../domain/events.ts'
import { instantOf } from '../domain/jakarta-time.ts'
import { PAY_ACCOUNT_STATUSES } from '../domain/pay-account.ts'
import { PAYMENT_COMMANDS, type PaymentCommand } from '../domain/payment-requests.ts'
import { PAYMENT_STATUSES, type PaymentStatus } from '../domain/payment-status.ts'
import { ERRORS, type ErrorCode } from '../errors.ts'
import { SNAP_METHODS } from '../gateway/checkout-body.ts'
import { PAYMENT_TYPES } from '../gateway/wire.ts'
import { TASK_STATES } from '../store/tasks.ts'

export type Words<Word extends string> = [Word, ...Word[]]

export const sentence = (text: string) => ({ error: text })
/** An object with no other fields. It tells which there are, so that whoever mistyped one is shown the nearest. */
export const strict = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  })
/** PostgreSQL stores neither U+0000 nor half a character. */
export const text = (charactersMax: number) =>
  z
    .string()
    .min(1, sentence('must not be empty'))
    .max(charactersMax, sentence(`must be at most ${charactersMax} characters`))
    .refine(
      (value) => !value.includes('\u0000') && value.isWellFormed(),
      sentence('has characters that are no text'),
    )
export const rupiah = z.int(sentence('must be whole rupiah, as a number')).openapi({ example: 150_000 })
export const instant = z.string().openapi({ format: 'date-time', example: '2026-11-20T09:30:00.000Z' })
export const uuid = z.string().openapi({ format: 'uuid' })
const paymentStatus = z.enum(PAYMENT_STATUSES as Words<PaymentStatus>)
const eventType = z.enum(EVENT_TYPES as Words<EventType>)
const reviewReason = z.enum(Object.keys(REVIEW_REASONS) as Words<ReviewReason>)
const attemptStatus = z.enum(
  PAYMENT_STATUSES.filter((status) => status !== 'created') as Words<Exclude<PaymentStatus, 'created'>>,
)
export const notificationStatus = z.enum([
  'received',
  'processed',
  'failed',
  'duplicate',
  'stale',
  'review',
  'foreign',
  'invalid_signature',
])

// ── payments ──

const chargeItem = strict({
  id: z.string().optional(),
  name: z.string(),
  price: rupiah.openapi({ description: 'Negative for a discount.' }),
  quantity: z.int(),
  brand: z.string().optional(),
  category: z.string().optional(),
  merchant_name: z.string().optional(),
  url: z.string().optional(),
})

const address = strict({
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  address: z.string().optional(),
  city: z.string().optional(),
  postal_code: z.string().optional(),
  country_code: z.string().optional(),
})

const bankTexts = z.array(strict({ id: z.string(), en: z.string() })).optional()
const of = (methods: string, says = '') => ({
  description: `For ${methods}.${says === '' ? '' : ` ${says}`}`,
})

/** Of a list, or of what each user has one of. The rule is in `own-only.ts`. */
export const whose = text(255).optional().openapi({
  description: 'For staff: whose. A user has their own, and is answered 403 when they name another.',
})

/** The fields of each method, flat. Which belongs to which is judged by the gateway's own table; a test compares the two lists. */
export const methodFields = {
  token_id: z.string().optional().openapi(of('credit_card', 'From Midtrans’s script, or a saved one.')),
  authentication: z.boolean().optional().openapi(of('credit_card', '3-D Secure: on unless false.')),
  callback_type: z.string().optional().openapi(of('credit_card', 'js_event or form.')),
  save_token_id: z
    .boolean()
    .optional()
    .openapi(of('credit_card', 'Answer with a token that can be charged again.')),
  type: z.string().optional().openapi(of('credit_card', '`authorize` only reserves the amount.')),
  bank: z
    .enum([...new Set([...BANKS, ...ACQUIRERS])])
    .optional()
    .openapi(of('bank_transfer: whose number; for credit_card: who takes the card')),
  channel: z.enum(CARD_CHANNELS).optional().openapi(of('credit_card')),
  installment_term: z.int().optional().openapi(of('credit_card', 'Months.')),
  bins: z.array(z.string()).optional().openapi(of('credit_card', 'Only cards that begin so.')),
  point_redeem_amount: z.int().optional().openapi(of('credit_card')),
  initiated_by: z.string().optional().openapi(of('credit_card', 'customer or merchant.')),
  va_number: z
    .string()
    .optional()
    .openapi(
      of('bank_transfer', 'A number of your own choosing, where your contract with the bank allows it.'),
    ),
  free_text: strict({ inquiry: bankTexts, payment: bankTexts }).optional().openapi(of('bank_transfer')),
  sub_company_code: z.string().optional().openapi(of('bank_transfer with bca')),
  recipient_name: z.string().optional().openapi(of('bank_transfer with permata')),
  bill_info1: z.string().optional().openapi(of('echannel', 'A label; its value is the next one.')),
  bill_info2: z.string().optional().openapi(of('echannel')),
  bill_info3: z.string().optional().openapi(of('echannel')),
  bill_info4: z.string().optional().openapi(of('echannel')),
  bill_info5: z.string().optional().openapi(of('echannel')),
  bill_info6: z.string().optional().openapi(of('echannel')),
  bill_info7: z.string().optional().openapi(of('echannel')),
  bill_info8: z.string().optional().openapi(of('echannel')),
  bill_key: z.string().optional().openapi(of('echannel', 'A number of your own choosing.')),
  callback_url: z
    .string()
    .optional()
    .openapi(
      of(
        'gopay, shopeepay and dana',
        'Where the app sends the customer afterwards; a deep link may stand here.',
      ),
    ),
  account_id: z.string().optional().openapi(of('gopay', 'A linked account; with payment_option_token.')),
  payment_option_token: z.string().optional().openapi(of('gopay')),
  pre_auth: z.boolean().optional().openapi(of('gopay', 'Only reserve the amount.')),
  recurring: z.boolean().optional().openapi(of('gopay')),
  promotion_ids: z.array(z.string()).optional().openapi(of('gopay')),
  qris_acquirer: z.enum(QRIS_ACQUIRERS).optional().openapi(of('qris', 'airpay is ShopeePay.')),
  payer_phone_number: z.string().optional().openapi(of('ovo')),
  store: z.enum(STORES).optional().openapi(of('cstore')),
  message: z.string().optional().openapi(of('cstore', 'What the till shows.')),
  alfamart_free_texts: z.array(z.string()).optional().openapi(of('cstore with alfamart', 'At most three.')),
  seller_details: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .openapi(of('kredivo', 'For marketplaces, in Midtrans’s words.')),
}

/** What every order tells, whoever chooses the method. */
const orderFields = {
  gross_amount: rupiah,
  order_id: z.string().optional().openapi({
    description: 'Yours, unique: at most 50 letters, digits and - _ ~ . Made for you when left out.',
  }),
  customer_details: strict({
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
    billing_address: address.optional(),
    shipping_address: address.optional(),
  })
    .optional()
    .openapi({ description: 'Needed by akulaku and kredivo.' }),
  item_details: z
    .array(chargeItem)
    .optional()
    .openapi({ description: 'Must add up to gross_amount. Needed by akulaku and kredivo.' }),
  custom_expiry: strict({ duration: z.int(), unit: z.enum(['second', 'minute', 'hour', 'day']) })
    .optional()
    .openapi({ description: 'Not for credit_card and ovo.' }),
  custom_fields: z.array(z.string()).optional().openapi({ description: 'At most three.' }),
  metadata: z.record(z.string(), z.unknown()).optional(),
  notification_url: z.string().optional(),
  user_id: z.string().optional().openapi({ description: 'Whose payment it is: this user may read it.' }),
  merchant: z.string().optional().openapi({ description: 'Which of your Midtrans accounts.' }),
  new_attempt: z
    .boolean()
    .optional()
    .openapi({ description: 'The last attempt of this order ended without money: begin another one.' }),
}

export const chargeRequest = strict({
  payment_type: z.enum(PAYMENT_TYPES),
  ...methodFields,
  ...orderFields,
}).openapi('ChargeRequest')

export const checkoutRequest = strict({
  ...orderFields,
  enabled_payments: z
    .array(z.enum(SNAP_METHODS))
    .optional()
    .openapi({ description: 'What the customer may choose from; left out, what the dashboard says.' }),
  finish_url: z.string().optional().openapi({ description: 'Where the page sends the customer afterwards.' }),
  error_url: z.string().optional(),
  card: strict({
    secure: z.boolean().optional().openapi({ description: '3-D Secure; asked for unless false.' }),
    save_card: z.boolean().optional(),
    bank: z.string().optional().openapi({ description: 'Which bank takes the card.' }),
    type: z.literal('authorize').optional().openapi({ description: 'Only reserve the amount.' }),
  }).optional(),
}).openapi('CheckoutRequest')

const instructions = {
  va_number: z.string().nullable(),
  bank: z.string().nullable(),
  bill_key: z.string().nullable(),
  biller_code: z.string().nullable(),
  payment_code: z.string().nullable(),
  store: z.string().nullable(),
  qr_string: z.string().nullable(),
  qr_url: z.string().nullable(),
  deeplink_url: z.string().nullable(),
  redirect_url: z.string().nullable(),
}

const card = {
  masked_card: z.string().nullable().openapi({ description: 'First and last digits of the card that paid.' }),
  saved_token_id: z.string().nullable().openapi({
    description: 'What a saved card is charged with again. For staff; null for everyone else.',
  }),
  saved_token_id_expired_at: instant.nullable(),
}

const item = z
  .object({
    id: z.string().nullable(),
    name: z.string(),
    price: rupiah,
    quantity: z.int(),
    subtotal: rupiah,
    brand: z.string().nullable(),
    category: z.string().nullable(),
    merchant_name: z.string().nullable(),
    url: z.string().nullable(),
  })
  .openapi('PaymentItem')

const attempt = z
  .object({
    id: uuid,
    transaction_id: z.string(),
    status: attemptStatus,
    transaction_status: z.string(),
    fraud_status: z.string().nullable(),
    status_code: z.string(),
    payment_type: z.string().nullable(),
    gross_amount: rupiah,
    captured_amount: rupiah,
    refunded_amount: rupiah,
    charged_back_amount: rupiah,
    transaction_time: instant.nullable(),
    settlement_time: instant.nullable(),
    expiry_time: instant.nullable(),
    ...instructions,
  })
  .openapi('Attempt')

const paymentFields = {
  id: uuid.openapi({ description: 'Ours; Midtrans knows order_id and transaction_id.' }),
  merchant: z.string(),
  order_id: z.string(),
  transaction_id: z.string().nullable(),
  payment_type: z.string().nullable(),
  gross_amount: rupiah,
  currency: z.string(),
  transaction_status: z.string().nullable().openapi({ description: 'Midtrans’s own word.' }),
  status: paymentStatus.openapi({ description: 'Ours.' }),
  fraud_status: z.string().nullable(),
  status_code: z.string().nullable(),
  outcome: z.enum(['known', 'unknown']).openapi({
    description:
      'unknown: Midtrans has given no clear answer to the charge, or none yet, and is being asked. How to pay may be missing until then.',
  }),
  ...instructions,
  ...card,
  is_paid: z.boolean(),
  is_pending: z.boolean(),
  is_failed: z.boolean(),
  is_final: z.boolean().openapi({ description: 'Nothing but a refund, reversal or chargeback can follow.' }),
  is_refunded: z.boolean(),
  refund_amount: rupiah,
  net_amount: rupiah.openapi({ description: 'What is left of the money received.' }),
  needs_review: z.array(z.string()),
  transaction_time: instant.nullable(),
  settlement_time: instant.nullable(),
  expiry_time: instant.nullable(),
  customer_first_name: z.string().nullable(),
  customer_last_name: z.string().nullable(),
  customer_email: z.string().nullable(),
  customer_phone: z.string().nullable(),
  items: z.array(item),
  custom_fields: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  user_id: z.string().nullable(),
  owner: z.string().nullable().openapi({ description: 'invoice, subscription or topup.' }),
  owner_id: uuid.nullable(),
  version: z.int(),
  created_at: instant,
  updated_at: instant,
}

export const payment = z.object(paymentFields).openapi('Payment')

const isOpen = z.boolean().openapi({ description: 'The customer may still choose a way to pay on it.' })
export const pageFields = {
  token: z.string().openapi({ description: 'For Snap’s script in the browser.' }),
  redirect_url: z.string().openapi({ description: 'Or send the customer here.' }),
  expires_at: instant,
  is_open: isOpen,
}

export const checkedOut = z.object({ ...pageFields, payment, created: z.boolean() }).openapi('CheckedOut')

const checkoutPage = z.object(pageFields).openapi('CheckoutPage')

const historyFields = {
  id: uuid,
  sequence: z.int(),
  event: z.string().nullable().openapi({ description: 'null when nobody was told.' }),
  from: z.string(),
  to: z.string(),
  previous: z.string(),
  status: z.string(),
  money_delta: rupiah,
  net_amount: rupiah,
  review_reason: z.string().nullable(),
  source: z.string(),
  notification_id: uuid.nullable(),
  at: instant,
}

export const historyEntry = z.object(historyFields).openapi('HistoryEntry')

const delivery = z
  .object({
    event_id: uuid,
    sequence: z.int(),
    handler: z.string(),
    state: z.enum(['waiting', 'done', 'dead']),
    attempts: z.int(),
    replays: z.int(),
    error: z.string().nullable(),
    due_at: instant,
    finished_at: instant.nullable(),
  })
  .openapi('Delivery')

export const review = z
  .object({
    id: uuid,
    order_id: z.string(),
    merchant: z.string(),
    payment_id: uuid,
    transaction_id: z.string(),
    reason: reviewReason,
    note: z.string(),
    withheld: z.array(eventType).openapi({ description: 'The events that are told when it is accepted.' }),
    notification_id: uuid.nullable(),
    opened_at: instant,
    outcome: z.enum(['accepted', 'dismissed']).nullable(),
    closed_at: instant.nullable(),
    closed_by: z.string().nullable(),
    closing_reason: z.string().nullable(),
  })
  .openapi('Review')

const transactionName = text(100)
  .optional()
  .openapi({ description: 'Only this one of its transactions: a number that waits beside a paid one, say.' })

export const commandRequest = strict({ transaction_id: transactionName }).openapi('CommandRequest')

export const captureRequest = strict({
  transaction_id: transactionName,
  amount: rupiah
    .min(1, sentence('must be at least 1'))
    .optional()
    .openapi({ description: 'At most what is reserved; left out, all of it.' }),
}).openapi('CaptureRequest')

export const refundRequest = strict({
  amount: rupiah
    .min(1, sentence('must be at least 1'))
    .optional()
    .openapi({ description: 'Left out, all that is left.' }),
  reason: text(255).optional(),
  direct: z
    .boolean()
    .optional()
    .openapi({ description: 'Ask the bank or wallet at once, instead of queueing it at Midtrans.' }),
  refund_key: text(100).optional().openapi({
    description:
      'Your own name for this refund: letters, digits, - and _. Asked again under it, it is the same refund. Left out, it is made from Idempotency-Key.',
  }),
  transaction_id: text(100)
    .optional()
    .openapi({ description: 'Needed only when two ways of paying the order were both paid.' }),
}).openapi('RefundRequest')

export const refundToWalletRequest = strict({
  amount: refundRequest.shape.amount,
  reason: refundRequest.shape.reason,
  refund_key: refundRequest.shape.refund_key,
  transaction_id: refundRequest.shape.transaction_id,
  user_id: text(255)
    .optional()
    .openapi({ description: 'Whose wallet; needed only for a payment that belongs to no user.' }),
}).openapi('RefundToWalletRequest')

const refund = z
  .object({
    id: uuid,
    transaction_id: z.string(),
    refund_key: z.string().nullable(),
    amount: rupiah,
    status: z.enum(['reserved', 'confirmed', 'refused', 'abandoned', 'given']).openapi({
      description:
        'reserved: Midtrans gave no clear answer yet, and is being asked; given: it is in the user’s wallet.',
    }),
    origin: z.enum(['bayar', 'gateway', 'unlisted', 'wallet']).openapi({
      description:
        'gateway: made in Midtrans’s dashboard; unlisted: known only by the total; wallet: not by Midtrans.',
    }),
    reason: z.string().nullable(),
    chargeback_id: z.string().nullable(),
    chargeback_uuid: z.string().nullable(),
    bank_confirmed_at: instant.nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .openapi('Refund')

export const refunded = z.object({ payment, refund, created: z.boolean() }).openapi('Refunded')

const possible = z
  .object({
    request: z.enum(PAYMENT_COMMANDS as Words<PaymentCommand>),
    reason: z.string().nullable().openapi({ description: 'null when it may be asked; else why not.' }),
    transaction_ids: z.array(z.string()).openapi({
      description:
        'Of which transactions it may be asked by name, also where not of the payment: a number that waits beside a paid one.',
    }),
    amount_max: rupiah.nullable(),
    until: instant.nullable(),
  })
  .openapi('PossibleRequest')

export const paymentDetail = z
  .object({
    ...paymentFields,
    attempts: z.array(attempt),
    refunds: z.array(refund),
    checkout: checkoutPage.nullable().openapi({ description: 'The hosted page that was made for it last.' }),
    possible: z
      .array(possible)
      .optional()
      .openapi({ description: 'For staff: what may be asked of it now, and why not the rest.' }),
    history: z.array(historyEntry).optional().openapi({ description: 'For staff.' }),
    deliveries: z.array(delivery).optional().openapi({ description: 'For staff.' }),
    reviews: z.array(review).optional().openapi({ description: 'For staff.' }),
  })
  .openapi('PaymentDetail')

export const checkedPayment = z
  .object({
    payment,
    responses: z
      .array(z.record(z.string(), z.unknown()).nullable())
      .openapi({ description: 'What Midtrans said, one document per transaction asked about.' }),
  })
  .openapi('CheckedPayment')

export const adoptRequest = strict({
  order_id: text(50),
  expected_amount: rupiah.min(1, sentence('must be at least 1')).openapi({
    description:
      'What the order costs, by your own books. Where Midtrans has another amount, it waits for a decision.',
  }),
  user_id: text(255).optional(),
  merchant: text(50).optional(),
}).openapi('AdoptRequest')

export const reviewDecision = strict({
  reason: reviewReason,
  transaction_id: text(100)
    .optional()
    .openapi({ description: 'Needed only when several transactions wait for the same reason.' }),
  decision: z.enum(['accept', 'dismiss']),
  because: text(1000),
}).openapi('ReviewDecision')

// ── linked accounts ──

const payAccountFields = {
  account_id: z.string().openapi({ description: 'Midtrans’s own: what account_id of a charge takes.' }),
  merchant: z.string(),
  payment_type: z.string(),
  status: z.enum(PAY_ACCOUNT_STATUSES).openapi({ description: 'Only `enabled` can be charged.' }),
  user_id: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
}

export const payAccount = z.object(payAccountFields).openapi('PayAccount')

const paymentOptions = z.array(
  z.object({
    name: z.string().openapi({ example: 'GOPAY_WALLET' }),
    active: z.boolean(),
    balance: rupiah.nullable(),
    token: z.string().openapi({ description: 'What payment_option_token of a charge takes. It changes.' }),
  }),
)

export const freshPayAccount = z
  .object({ ...payAccountFields, payment_options: paymentOptions })
  .openapi('FreshPayAccount')

export const createdPayAccount = z
  .object({
    ...payAccountFields,
    payment_options: paymentOptions,
    activation_url: z.string().nullable().openapi({
      description: 'Send the customer there to agree. Not told again; null when it is linked already.',
    }),
    activation_deeplink: z.string().nullable(),
  })
  .openapi('CreatedPayAccount')

export const payAccountRequest = strict({
  phone_number: z
    .string()
    .openapi({ description: 'One that your user has proved to be theirs.', example: '081234567890' }),
  country_code: z.string().optional().openapi({ example: '62' }),
  redirect_url: z.string().optional(),
  user_id: z.string().optional().openapi({ description: 'Whose account it is.' }),
  merchant: z.string().optional().openapi({ description: 'Which of your Midtrans accounts.' }),
}).openapi('PayAccountRequest')

// ── lists ──

export const time = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    sentence('must be an ISO 8601 date or a time with its offset'),
  )
  .transform((value) => instantOf(value))
  .openapi({ type: 'string', format: 'date-time' })
const amount = z
  .string()
  .regex(/^\d{1,15}$/, sentence('must be whole rupiah'))
  .transform(BigInt)
  .openapi({ type: 'integer' })

export const paging = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, sentence('must be 1 to 200'))
    .transform(Number)
    .refine((value) => value <= 200, sentence('must be 1 to 200'))
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
  cursor: text(200).optional().openapi({ description: 'As in `next` and `previous` of a page.' }),
}

export const paymentQuery = strict({
  order_id: text(200).optional(),
  order_id_prefix: text(200).optional(),
  transaction_id: text(200).optional(),
  email: text(255).optional().openapi({ description: 'How the address begins.' }),
  payment_type: text(50).optional(),
  status: paymentStatus.optional(),
  merchant: text(50).optional(),
  user_id: whose,
  created_from: time.optional(),
  created_to: time.optional(),
  amount_from: amount.optional(),
  amount_to: amount.optional(),
  sort: z
    .enum(['created', 'amount', 'settled'])
    .optional()
    .openapi({ description: 'settled: only payments that were paid, by when.' }),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})

export const notificationQuery = strict({
  status: notificationStatus.optional(),
  order_id: text(200).optional(),
  payment_id: z.uuid(sentence('must be a UUID')).optional(),
  from: time.optional(),
  to: time.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})

export const foreignOrderQuery = strict({
  merchant: text(50).optional(),
  from: time.optional(),
  to: time.optional(),
  ...paging,
})

export const eventQuery = strict({
  payment_id: z
    .uuid(sentence('must be a UUID'))
    .optional()
    .openapi({ description: 'What it is about: a payment.' }),
  invoice_id: z.uuid(sentence('must be a UUID')).optional().openapi({ description: 'Or an invoice.' }),
  subscription_id: z
    .uuid(sentence('must be a UUID'))
    .optional()
    .openapi({ description: 'Or a subscription.' }),
  type: eventType.optional(),
  from: time.optional(),
  to: time.optional(),
  ...paging,
})

export const reviewQuery = strict(paging)

export const taskQuery = strict({
  name: text(100).optional(),
  state: z.enum(TASK_STATES).optional(),
  ...paging,
})

export const drainQuery = strict({
  deadline_seconds: z.coerce
    .number()
    .pipe(
      z
        .int(sentence('must be whole seconds'))
        .min(1, sentence('must be 1 to 900 seconds'))
        .max(900, sentence('must be 1 to 900 seconds')),
    )
    .optional()
    .openapi({ type: 'integer', description: 'How long at most, 1 to 900; 50 unless it says so.' }),
})

export const payAccountQuery = strict({
  status: z.enum(PAY_ACCOUNT_STATUSES).optional(),
  user_id: text(255).optional(),
  merchant: text(50).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})

/** Which Midtrans account, where there are several. */
export const ofMerchant = strict({
  merchant: text(50)
    .optional()
    .openapi({ description: 'Which of your Midtrans accounts; the first one when left out.' }),
})
export const byAccountId = z.object({ account_id: z.string() })
export const noQuery = strict({})

export function pageOf<Entry extends z.ZodType>(entry: Entry, name: string) {
  return z
    .object({
      results: z.array(entry),
      next: z.string().nullable().openapi({ description: 'The address of the next page, or null.' }),
      previous: z.string().nullable(),
    })
    .openapi(name)
}

export const byId = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, format: 'uuid' }),
})
export const byPayment = z.object({
  id: z.string().openapi({
    param: { name: 'id', in: 'path' },
    description:
      'The payment’s `id`, or its order id. What looks like a UUID is taken for an `id` first, and for an order id only when no payment has that `id`.',
  }),
})
export const byInvoice = z.object({
  id: z.string().openapi({
    param: { name: 'id', in: 'path' },
    description:
      'The invoice’s `id`, its number or its order id. What looks like a UUID is taken for an `id` first.',
  }),
})
export const byName = z.object({ name: text(200).openapi({ param: { name: 'name', in: 'path' } }) })
export const idempotent = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, sentence('must be 1 to 255 printable characters'))
    .optional()
    .openapi({
      description:
        'Your own name for this request, unique for 24 hours: the same request sent again under it is answered as the first time, and done once.',
    }),
})

// ── notifications ──

export const receipt = z.object({ status: notificationStatus, id: uuid }).openapi('Receipt')

export const notification = z
  .object({
    id: uuid,
    channel: z.string(),
    status: notificationStatus,
    error: z.string().nullable(),
    order_id: z.string().nullable(),
    transaction_id: z.string().nullable(),
    transaction_status: z.string().nullable(),
    fraud_status: z.string().nullable(),
    payment_type: z.string().nullable(),
    status_code: z.string().nullable(),
    gross_amount: z.string().nullable(),
    payment_id: uuid.nullable(),
    original_id: uuid.nullable(),
    attempts: z.int(),
    copies: z.int(),
    sender: z.string().nullable(),
    received_at: instant,
    processed_at: instant.nullable(),
    raw: z.string().openapi({ description: 'Exactly as it arrived.' }),
  })
  .openapi('Notification')

const bodyTime = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    sentence('must be an ISO 8601 date or a time with its offset'),
  )
  .openapi({ format: 'date-time' })

const withoutHandlers = z
  .boolean()
  .optional()
  .openapi({ description: 'Apply it without the handlers that run within the transaction.' })

export const foreignOrder = z
  .object({
    merchant: z.string(),
    order_id: z.string(),
    transaction_id: z.string().nullable(),
    transaction_status: z.string().nullable(),
    payment_type: z.string().nullable(),
    gross_amount: z.string().nullable(),
    notification_id: uuid.openapi({ description: 'Its latest notice.' }),
    notices: z.int(),
    first_at: instant,
    last_at: instant,
  })
  .openapi('ForeignOrder')

export const replayOptions = strict({ without_handlers: withoutHandlers }).openapi('ReplayOptions')

export const notificationReplay = strict({
  status: notificationStatus.optional(),
  order_id: text(200).optional(),
  payment_id: z.uuid(sentence('must be a UUID')).optional(),
  from: bodyTime.optional(),
  to: bodyTime.optional(),
  without_handlers: withoutHandlers,
  limit: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .openapi({ description: 'At most so many in this request; 1000 unless told.' }),
  after: z
    .uuid(sentence('must be a UUID'))
    .optional()
    .openapi({ description: '`next_after` of the answer before.' }),
  all: z.literal(true, sentence('must be true, or be left out')).optional().openapi({
    description: 'Every notification there is, when no filter is given. One of the two must be.',
  }),
}).openapi('NotificationReplay')

export const replayed = z
  .object({
    id: uuid,
    order_id: z.string().nullable(),
    before: notificationStatus,
    status: notificationStatus,
    error: z.string().nullable(),
  })
  .openapi('Replayed')

export const replayedMany = z
  .object({
    replayed: z.int(),
    by_status: z.record(z.string(), z.int()),
    next_after: uuid
      .nullable()
      .openapi({ description: 'Give it as `after` to go on; null when all are done.' }),
  })
  .openapi('ReplayedMany')

// ── events and handlers ──

export const event = z
  .object({
    ...historyFields,
    type: eventType,
    subject: z.enum(SUBJECT_NAMES as Words<SubjectName>).openapi({ description: 'What it is about.' }),
    subject_id: uuid,
    payment_id: uuid.nullable().openapi({ description: 'The payment that it is about, or that caused it.' }),
  })
  .openapi('Event')

export const reconcileRequest = strict({
  from: bodyTime.openapi({ description: 'Payments created from this instant on.' }),
  to: bodyTime.openapi({ description: 'And before this one.' }),
  merchant: text(50).optional(),
  fix: z
    .boolean()
    .optional()
    .openapi({ description: 'Let what Midtrans says happen. Otherwise nothing is written.' }),
  after: text(2000).optional().openapi({ description: '`next_after` of the answer before.' }),
}).openapi('ReconcileRequest')

const standing = z.object({
  status: z.string().nullable(),
  amount: rupiah.nullable(),
  given_back: rupiah.openapi({ description: 'Refunded or charged back.' }),
})

export const reconciled = z
  .object({
    differences: z.array(
      z.object({
        kind: z.enum(Object.keys(DIFFERENCE_KINDS) as Words<DifferenceKind>),
        merchant: z.string(),
        order_id: z.string().nullable(),
        payment_id: uuid.nullable(),
        transaction_id: z.string().nullable(),
        here: standing.nullable().openapi({ description: 'In the books; null: not there.' }),
        there: standing.nullable().openapi({ description: 'With Midtrans; null: not there.' }),
        after: standing.nullable().openapi({ description: 'After the repair.' }),
        is_fixed: z.boolean(),
        note: z.string().nullable(),
      }),
    ),
    compared: z.int().openapi({ description: 'Payments compared so far.' }),
    total: z.int().openapi({ description: 'Payments of the period.' }),
    next_after: z
      .string()
      .nullable()
      .openapi({ description: 'Send it as `after` to go on; null at the end.' }),
  })
  .openapi('Reconciled')

export const eventReplay = strict({
  handler: text(200),
  event_id: z.uuid(sentence('must be a UUID')).optional(),
  payment_id: z.uuid(sentence('must be a UUID')).optional(),
  invoice_id: z.uuid(sentence('must be a UUID')).optional(),
  subscription_id: z.uuid(sentence('must be a UUID')).optional(),
  type: eventType.optional(),
  from: bodyTime.optional(),
  to: bodyTime.optional(),
}).openapi('EventReplay')

export const owed = z
  .object({ owed: z.int().openapi({ description: 'Deliveries that are owed again.' }) })
  .openapi('Owed')

export const handler = z
  .object({
    name: z.string(),
    kind: z.enum(['on', 'within']),
    events: z.array(z.string()),
    since: instant,
    retired_at: instant.nullable(),
    is_here: z.boolean().openapi({ description: 'This process has its code.' }),
  })
  .openapi('Handler')

// ── health and problems ──

export const alive = z.object({ status: z.literal('alive') }).openapi('Alive')

export const readiness = z
  .object({
    is_ready: z.boolean(),
    problems: z.array(z.object({ code: z.string(), says: z.string() })),
    overdue_deliveries: z.int(),
    dead_deliveries: z.int(),
  })
  .openapi('Readiness')

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERRORS) as Words<ErrorCode>),
    retry: z.enum(['never', 'later', 'after_check']),
    problems: z
      .array(z.object({ field: z.string(), reason: z.string() }))
      .openapi({ description: 'Every mistake, with its field.' }),
    details: z.record(z.string(), z.unknown()).optional(),
    request_id: z.string(),
  })
  .openapi('Problem')
