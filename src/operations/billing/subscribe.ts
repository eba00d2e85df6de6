/**
 * A subscription that bayar bills:
 *   1. one transaction: the subscription, and unless it begins with a trial what is owed for its first period; commit;
 *   2. the first charge, like every other.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, ERRORS, isBayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { takeTrial } from '../../store/due-subscriptions.ts'
import { findObligations } from '../../store/obligations.ts'
import {
  findSubscription,
  findSubscriptionByReference,
  insertSubscription,
  lockSubscription,
  type SubscriptionView,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Payment } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { changeSubscription } from '../subscriptions/change-subscription.ts'
import { type Subscription, toSubscription } from '../subscriptions/subscription-view.ts'
import { askFor } from './ask-for.ts'
import { invoiceOf } from './cycle-invoice.ts'
import { LEASE_SECONDS } from './end-charge.ts'
import { openPeriod } from './open-period.ts'
import { debitAndPay } from './pay-from-wallet.ts'
import { type CheckedSubscribe, checkSubscribe, type SubscribeInput } from './subscribe-input.ts'
import { subscribeNative } from './subscribe-native.ts'

export interface Subscribed {
  readonly subscription: Subscription
  /** The first charge, with what the customer needs to pay it; null while a trial runs. */
  readonly payment: Payment | null
  /** False when the same request had made it before. */
  readonly created: boolean
}

const DAY_SECONDS = 86_400

export async function subscribe(context: Context, input: SubscribeInput, by: string): Promise<Subscribed> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  if (input?.collection === 'native') return subscribeNative(context, input, by)
  const checked = await checkSubscribe(context, input)
  const id = uuidv7()
  const made = await context.database.transaction((tx) => begin(context, tx, id, checked))
  context.wake()
  const row = made ? await findSubscription(context.database, id) : await findEqual(context, checked)
  assert(row, 'a subscription that was begun is gone')
  const payment = row.collection === 'wallet' ? null : await payFirst(context, row, by)
  if (row.collection === 'wallet') await invoicePaid(context, row.id)
  const now = await findSubscription(context.database, row.id)
  assert(now, 'a subscription that was begun is gone')
  return { subscription: toSubscription(now, context.clock.now()), payment, created: made }
}

/** False when its reference is taken. */
async function begin(
  context: Context,
  tx: Transaction,
  id: string,
  checked: CheckedSubscribe,
): Promise<boolean> {
  const at = context.clock.now()
  const { customer, method, plan } = checked
  const isMade = await insertSubscription(tx, {
    id,
    merchant: checked.merchant,
    reference: checked.reference,
    request_digest: checked.digest,
    collection: checked.collection,
    status: 'pending',
    title: checked.title,
    gateway_name: null,
    payment_type: method.paymentType,
    token: method.token,
    pay_account_id: null,
    payment_option: null,
    amount: checked.amount,
    interval_count: checked.interval,
    interval_unit: checked.intervalUnit,
    cycles_max: checked.cyclesMax,
    starts_at: at,
    next_charge_at: null,
    retry_interval: null,
    retry_unit: null,
    retries_max: null,
    user_id: checked.userId,
    customer_first_name: customer.firstName ?? null,
    customer_last_name: customer.lastName ?? null,
    customer_email: customer.email ?? null,
    customer_phone: customer.phone ?? null,
    metadata: checked.metadata,
    created_at: at,
    plan_id: plan?.id ?? null,
    method: method.method,
  })
  if (!isMade) return false
  const row = await lockSubscription(tx, id)
  assert(row, 'a subscription is not there in the transaction that wrote it')
  // One trial for each customer, whatever the plan: two requests at once are told apart by the table.
  const hasTrial =
    checked.trialDays > 0 &&
    (await takeTrial(tx, { merchant: checked.merchant, userId: checked.userId, subscriptionId: id, at }))
  const trialEnd = secondsAfter(at, checked.trialDays * DAY_SECONDS)
  const changes = hasTrial
    ? { status: 'trialing' as const, trial_end: trialEnd, next_charge_at: trialEnd }
    : {}
  const begun = await changeSubscription(context, tx, row, changes, {
    events: ['subscription.created'],
    cause: { source: 'person' },
  })
  // Should this process die now, a worker charges it.
  if (hasTrial) return true
  const obligation = await openPeriod(context, tx, begun, secondsAfter(at, LEASE_SECONDS))
  // At once, or nothing of this is true: whoever has not enough has not subscribed.
  if (checked.collection === 'wallet')
    await debitAndPay(context, tx, { obligation, subscription: { ...begun, period: obligation.period } })
  return true
}

async function findEqual(context: Context, checked: CheckedSubscribe): Promise<SubscriptionView> {
  const { merchant, reference, digest } = checked
  const row =
    reference === null ? undefined : await findSubscriptionByReference(context.database, merchant, reference)
  assert(row, 'a reference is taken by a subscription that is not there')
  if (!row.request_digest.equals(digest))
    throw new BayarError('subscription_reference_taken', `Use another reference than ${reference}.`)
  return row
}

/** Midtrans's no is told with the subscription that it belongs to: it is past due, and can be paid otherwise. */
async function payFirst(context: Context, row: SubscriptionView, by: string): Promise<Payment | null> {
  const open = (await findObligations(context.database, row.id)).find((one) => one.status === 'open')
  if (!open) return null
  try {
    return await askFor(context, open.id, { by })
  } catch (error) {
    if (!isBayarError(error)) throw error
    throw new BayarError(error.code, error.message.slice(ERRORS[error.code].says.length).trim(), {
      details: { ...error.details, subscription_id: row.id },
      cause: error,
    })
  }
}

async function invoicePaid(context: Context, id: string): Promise<void> {
  for (const { id: obligationId } of await findObligations(context.database, id))
    await invoiceOf(context, obligationId)
}
