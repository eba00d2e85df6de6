/** What goes over HTTP about subscriptions that Midtrans charges, once, in snake_case; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import {
  INTERVAL_UNITS,
  NATIVE_WORDS,
  RETRY_UNITS,
  SUBSCRIPTION_STATUSES,
  SUBSCRIPTION_TYPES,
} from '../domain/subscription.ts'
import {
  historyEntry,
  instant,
  paging,
  payment,
  rupiah,
  sentence,
  strict,
  text,
  uuid,
  whose,
} from './contract.ts'

const intervalUnit = z.enum(INTERVAL_UNITS)
const retryFields = {
  retry_interval: z
    .int()
    .optional()
    .openapi({ description: 'After how long a failed charge is tried again; 1.' }),
  retry_interval_unit: z.enum(RETRY_UNITS).optional().openapi({ description: 'day unless said.' }),
  retry_max_interval: z.int().optional().openapi({ description: 'How often at most, 0 to 3; 3.' }),
}

export const subscriptionRequest = strict({
  name: z.string().openapi({ description: 'For people. Midtrans is told a name of bayar’s own.' }),
  amount: rupiah,
  payment_type: z.enum(SUBSCRIPTION_TYPES),
  token: z
    .string()
    .optional()
    .openapi({ description: 'For credit_card: a saved card, the `saved_token_id` of a payment.' }),
  gopay_account_id: z
    .string()
    .optional()
    .openapi({ description: 'For gopay: the `account_id` of a linked account.' }),
  payment_option: z
    .string()
    .optional()
    .openapi({ description: 'For gopay: which option of the account; its wallet.' }),
  interval: z.int().optional().openapi({ description: '1 unless said.' }),
  interval_unit: intervalUnit.optional().openapi({ description: 'month unless said.' }),
  max_interval: z
    .int()
    .optional()
    .openapi({ description: 'How often it is charged; left out, without end.' }),
  start_time: z
    .string()
    .optional()
    .openapi({ format: 'date-time', description: 'The first charge; one interval from now unless said.' }),
  ...retryFields,
  customer_details: strict({
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    email: z.string().optional(),
    phone: z.string().optional(),
  }).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  user_id: z.string().optional().openapi({
    description: 'Whose it is: this user may see it, and disable, enable and cancel it.',
  }),
  reference: z.string().optional().openapi({
    description:
      'Your own name for this request: asked again under it, it is the same subscription. Left out, it is made from Idempotency-Key.',
  }),
  merchant: z.string().optional().openapi({ description: 'Which of your Midtrans accounts.' }),
}).openapi('SubscriptionRequest')

export const subscriptionUpdate = strict({
  name: z.string().optional().openapi({ description: 'For people; Midtrans is not told.' }),
  amount: rupiah.optional().openapi({ description: 'From the next charge on.' }),
  token: z.string().optional(),
  gopay_account_id: z.string().optional(),
  payment_option: z.string().optional(),
  interval: z.int().optional(),
  next_charge_at: z.string().optional().openapi({
    format: 'date-time',
    description: 'Moves the rhythm, and revives a subscription that has ended.',
  }),
  ...retryFields,
}).openapi('SubscriptionUpdate')

const subscriptionFields = {
  id: uuid,
  merchant: z.string(),
  reference: z.string().nullable(),
  name: z.string(),
  gateway_name: z
    .string()
    .nullable()
    .openapi({ description: 'What Midtrans calls it: the order ids of its charges begin so.' }),
  midtrans_subscription_id: z.string().nullable(),
  collection: z
    .enum(['native', 'charge', 'wallet'])
    .openapi({ description: 'native: Midtrans charges it by its own clock.' }),
  status: z.enum(NATIVE_WORDS),
  state: z
    .enum(SUBSCRIPTION_STATUSES)
    .openapi({ description: 'The same in bayar’s own words, which are finer.' }),
  status_reason: z.string().nullable(),
  outcome: z.enum(['known', 'unknown']).openapi({
    description: 'unknown: Midtrans gave no clear answer to the last command, and is being asked.',
  }),
  payment_type: z.string(),
  gopay_account_id: z.string().nullable(),
  amount: rupiah,
  currency: z.string(),
  interval: z.int(),
  interval_unit: intervalUnit,
  max_interval: z.int().nullable(),
  current_interval: z.int().openapi({
    description:
      'Of a native one how often Midtrans has charged it, or tried to; of the others how many periods were paid.',
  }),
  start_time: instant,
  next_charge_at: instant.nullable(),
  previous_charge_at: instant.nullable(),
  last_charge: z.enum(['paid', 'failed']).nullable(),
  retry_interval: z.int().nullable(),
  retry_interval_unit: z.enum(RETRY_UNITS).nullable(),
  retry_max_interval: z.int().nullable(),
  schedule_display: z.string().openapi({ example: 'every 1 month' }),
  customer_first_name: z.string().nullable(),
  customer_last_name: z.string().nullable(),
  customer_email: z.string().nullable(),
  customer_phone: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  user_id: z.string().nullable(),
  needs_review: z.array(z.string()),
  version: z.int(),
  synced_at: instant.nullable(),
  cancelled_at: instant.nullable(),
  plan_id: uuid.nullable(),
  plan_slug: z.string().nullable(),
  next_plan_id: uuid.nullable(),
  current_period_start: instant.nullable(),
  current_period_end: instant.nullable(),
  trial_end: instant.nullable(),
  past_due_at: instant.nullable(),
  grace_until: instant.nullable(),
  paused_at: instant.nullable(),
  cancel_at_period_end: z.boolean(),
  cancel_reason: z.string().nullable(),
  is_active: z.boolean(),
  is_in_grace_period: z.boolean(),
  has_access: z.boolean(),
  created_at: instant,
  updated_at: instant,
}

export const subscription = z.object(subscriptionFields).openapi('Subscription')

export const subscriptionDetail = z
  .object({
    ...subscriptionFields,
    payments: z.array(payment).openapi({ description: 'Its last charges, newest first.' }),
    history: z.array(historyEntry).optional().openapi({ description: 'For staff.' }),
  })
  .openapi('SubscriptionDetail')

export const subscriptionResolution = strict({
  midtrans_subscription_id: text(255)
    .optional()
    .openapi({ description: 'As the dashboard shows it beside `gateway_name`.' }),
  never_made: z
    .literal(true, sentence('must be true, or be left out'))
    .optional()
    .openapi({ description: 'The dashboard has no subscription of that name.' }),
  dismiss: z
    .literal(true, sentence('must be true, or be left out'))
    .optional()
    .openapi({ description: 'Somebody has looked at what it waits for.' }),
}).openapi('SubscriptionResolution')

export const subscriptionQuery = strict({
  status: z.enum(NATIVE_WORDS).optional(),
  state: z.enum(SUBSCRIPTION_STATUSES).optional(),
  payment_type: z.enum(SUBSCRIPTION_TYPES).optional(),
  user_id: whose,
  merchant: text(50).optional(),
  needs_review: z
    .enum(['true'], sentence('must be true, or be left out'))
    .optional()
    .openapi({ description: 'Only those that wait for a person.' }),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})
