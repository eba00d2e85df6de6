/** What goes over HTTP under /api/subscriptions about subscriptions, and the payments and invoices of them, once, in snake_case and the original's names; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import { INVOICE_STATUSES } from '../domain/invoice.ts'
import { PAYMENT_STATUSES, type PaymentStatus } from '../domain/payment-status.ts'
import { INTERVAL_UNITS, SUBSCRIPTION_STATUSES } from '../domain/subscription.ts'
import { PAYMENT_TYPES } from '../gateway/wire.ts'
import {
  historyEntry,
  instant,
  methodFields,
  paging,
  payment,
  rupiah,
  strict,
  text,
  uuid,
  type Words,
  whose,
} from './contract.ts'
import { invoice } from './invoice-contract.ts'
import { subscription as nativeSubscription } from './subscription-contract.ts'

export const WAYS_TO_PAY = [...PAYMENT_TYPES, 'wallet'] as const

/** What is of one charge and not of one that comes again is left out; a test holds this against the operation's own list. */
const {
  token_id: _1,
  save_token_id: _2,
  type: _3,
  initiated_by: _4,
  point_redeem_amount: _5,
  installment_term: _6,
  va_number: _7,
  bill_key: _8,
  payment_option_token: _9,
  account_id: _10,
  pre_auth: _11,
  recurring: _12,
  ...recurringFields
} = methodFields

const wayToPay = {
  payment_type: z.enum(WAYS_TO_PAY).openapi({
    description: 'wallet: each period is taken out of the user’s wallet.',
    example: 'bank_transfer',
  }),
  token: z
    .string()
    .optional()
    .openapi({ description: 'For credit_card: a saved card, the `saved_token_id` of a payment.' }),
  ...recurringFields,
}

const reference = z.string().optional().openapi({
  description:
    'Your own name for this request: asked again under it, it is the same subscription. Each user has names of their own. Left out, it is made from Idempotency-Key.',
})
const forStaff = (says: string) => ({ description: `For staff: ${says}` })

export const subscribeRequest = strict({
  plan_id: text(100)
    .optional()
    .openapi({ description: 'The plan’s slug, or its id. A user must name one.', example: 'pro' }),
  ...wayToPay,
  gopay_account_id: z.string().optional().openapi({
    description: 'For gopay: a linked account. Midtrans then charges it by its own clock.',
  }),
  payment_option: z
    .string()
    .optional()
    .openapi({ description: 'For gopay: which option of the account; its wallet.' }),
  customer_details: strict({
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
  }).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  reference,
  user_id: text(255).optional().openapi({
    description: 'For staff, who must say it: whose. A user who names another is answered 403.',
  }),
  name: z.string().optional().openapi(forStaff('what is not one of the plans has a name,')),
  amount: rupiah.optional().openapi(forStaff('a price,')),
  interval: z.int().optional().openapi(forStaff('a rhythm: 1 unless said,')),
  interval_unit: z.enum(INTERVAL_UNITS).optional().openapi(forStaff('month unless said,')),
  trial_period_days: z.int().optional().openapi(forStaff('and perhaps a trial')),
  max_cycles: z.int().optional().openapi(forStaff('and an end of its own.')),
  merchant: z.string().optional().openapi(forStaff('which of your Midtrans accounts.')),
}).openapi('SubscribeRequest', {
  example: {
    plan_id: 'pro',
    payment_type: 'bank_transfer',
    bank: 'bca',
    customer_details: { first_name: 'Budi', email: 'budi@example.com' },
    metadata: { source: 'pricing page' },
  },
})

/** Only staff may choose these. */
export const TERMS = [
  'name',
  'amount',
  'interval',
  'interval_unit',
  'trial_period_days',
  'max_cycles',
  'merchant',
] as const

const { bank, store, bill_key, biller_code, payment_code, ...instructions } = payment.shape

export const billedPayment = z
  .object({
    ...payment.shape,
    payment_details: z
      .object({
        va_number: instructions.va_number,
        bank,
        bill_key,
        biller_code,
        payment_code,
        store,
        qr_string: instructions.qr_string,
        qr_url: instructions.qr_url,
        deeplink_url: instructions.deeplink_url,
        redirect_url: instructions.redirect_url,
        expiry_time: instructions.expiry_time,
      })
      .openapi({ description: 'What the customer needs in order to pay.' }),
  })
  .openapi('BilledPayment')

const native = nativeSubscription.shape

const subscriptionFields = {
  id: uuid,
  merchant: native.merchant,
  user_id: native.user_id,
  reference: native.reference,
  name: native.name,
  plan_id: native.plan_id,
  plan_slug: native.plan_slug,
  next_plan_id: native.next_plan_id.openapi({ description: 'What it becomes when the period ends.' }),
  status: z.enum(SUBSCRIPTION_STATUSES),
  status_reason: native.status_reason,
  outcome: native.outcome,
  collection: native.collection,
  payment_type: native.payment_type,
  midtrans_subscription_id: native.midtrans_subscription_id,
  amount: native.amount,
  currency: native.currency,
  interval: native.interval,
  interval_unit: native.interval_unit,
  schedule_display: native.schedule_display,
  max_cycles: z.int().nullable().openapi({ description: 'null is without end.' }),
  current_cycle: z.int().openapi({ description: 'How many periods were paid.' }),
  current_period_start: native.current_period_start,
  current_period_end: native.current_period_end,
  trial_end: native.trial_end,
  next_billing_date: instant.nullable(),
  past_due_at: native.past_due_at,
  grace_until: native.grace_until,
  paused_at: native.paused_at,
  cancel_at_period_end: native.cancel_at_period_end,
  cancelled_at: native.cancelled_at,
  cancellation_reason: z.string().nullable(),
  is_active: native.is_active.openapi({ description: 'Trialing or active.' }),
  is_in_grace_period: native.is_in_grace_period,
  has_access: native.has_access.openapi({ description: 'It may be used at this moment.' }),
  customer_first_name: native.customer_first_name,
  customer_last_name: native.customer_last_name,
  customer_email: native.customer_email,
  customer_phone: native.customer_phone,
  metadata: native.metadata,
  needs_review: native.needs_review,
  version: native.version,
  created_at: instant,
  updated_at: instant,
}

export const billedSubscription = z.object(subscriptionFields).openapi('BilledSubscription')

export const billedSubscriptionDetail = z
  .object({
    ...subscriptionFields,
    payments: z.array(billedPayment).openapi({ description: 'Its last charges, newest first.' }),
    history: z.array(historyEntry).optional().openapi({ description: 'For staff.' }),
  })
  .openapi('BilledSubscriptionDetail')

const paymentToMake = billedPayment.nullable()

export const subscribed = z
  .object({
    subscription: billedSubscription,
    payment: paymentToMake.openapi({
      description:
        'How to pay the first period; null in a trial, out of a wallet, and where Midtrans charges.',
    }),
    created: z.boolean(),
  })
  .openapi('Subscribed')

export const toBePaid = z
  .object({
    subscription: billedSubscription,
    payment: paymentToMake.openapi({ description: 'What is to be paid for it; null where nothing is.' }),
  })
  .openapi('ToBePaid')

export const cancellation = strict({
  immediate: z.boolean().optional().openapi({
    description:
      'true: now. false: when the period that is paid for is over, and it is used until then. Left out, the second wherever there is such a period, else now.',
  }),
  reason: z.string().optional().openapi({ description: 'For whoever asks later why.' }),
}).openapi('Cancellation', { example: { immediate: false, reason: 'too dear' } })

export const planChange = strict({
  plan_id: text(100).openapi({ description: 'The plan’s slug, or its id.' }),
  at: z.enum(['now', 'period_end']).optional().openapi({
    description: 'now unless said: the difference is to be paid, or goes into the wallet.',
  }),
}).openapi('PlanChange', { example: { plan_id: 'max', at: 'now' } })

export const methodChange = strict(wayToPay).openapi('MethodChange', {
  example: { payment_type: 'bank_transfer', bank: 'bni' },
})

export const payOwed = strict({ ...wayToPay, payment_type: wayToPay.payment_type.optional() }).openapi(
  'PayOwed',
  {
    description:
      'Empty, it is paid as before. With a way to pay, by that from now on, and what was open is ended at Midtrans first.',
    example: { payment_type: 'wallet' },
  },
)

const newestFirst = z
  .enum(['created_at', '-created_at'])
  .optional()
  .openapi({ description: '-created_at, the newest first, unless said.' })
const merchant = text(50).optional()

export const billedSubscriptionQuery = strict({
  status: z.enum(SUBSCRIPTION_STATUSES).optional(),
  payment_type: z.enum(WAYS_TO_PAY).optional(),
  plan: text(100).optional().openapi({ description: 'Its slug, or its id.' }),
  user_id: whose,
  search: text(255)
    .optional()
    .openapi({ description: 'For staff: how the user’s id or the customer’s e-mail begins.' }),
  ordering: z
    .enum(['created_at', '-created_at', 'next_billing_date', '-next_billing_date'])
    .optional()
    .openapi({ description: '-created_at, the newest first, unless said; - is descending.' }),
  merchant,
  ...paging,
})

export const billedPaymentQuery = strict({
  status: z.enum(PAYMENT_STATUSES as Words<PaymentStatus>).optional(),
  payment_type: text(50).optional(),
  subscription: z.uuid({ error: 'must be a UUID' }).optional(),
  user_id: whose,
  ordering: newestFirst,
  merchant,
  ...paging,
})

export const billedInvoiceQuery = strict({
  status: z.enum(INVOICE_STATUSES).optional(),
  subscription: z.uuid({ error: 'must be a UUID' }).optional(),
  user_id: whose,
  ordering: newestFirst,
  merchant,
  ...paging,
})

export { invoice as billedInvoice }

export const entitlementQuery = strict({
  feature: text(100).openapi({
    description: 'Its name in `features` of the plans.',
    example: 'max_projects',
  }),
  amount: z
    .string()
    .regex(/^\d{1,15}$/, { error: 'must be a whole number' })
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', description: 'Whether its limit is at least that.', example: 3 }),
  user_id: whose,
  merchant,
})

export const entitlement = z
  .object({
    user_id: z.string(),
    feature: z.string(),
    amount: z.int().nullable(),
    allowed: z.boolean(),
  })
  .openapi('Entitlement', {
    example: { user_id: 'user-7', feature: 'max_projects', amount: 3, allowed: true },
  })
