/**
 * A subscription of Midtrans's own, in the straight line of every command:
 *   1. one transaction: the subscription, the name that its charges will begin with, the intent with its key; commit;
 *   2. Midtrans is called, with no transaction open;
 *   3. one transaction: the answer is recorded, then applied.
 *
 * Midtrans lists no subscriptions, so one that nobody wrote down before it was made could charge a customer every month without anybody here knowing it (defects D3, D18).
 */
import { randomBytes } from 'node:crypto'
import { secondsAfter } from '../../domain/clock.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import { insertOrderParent } from '../../store/order-parents.ts'
import {
  findSubscriptionIntent,
  insertSubscriptionIntent,
  type SubscriptionIntentRow,
} from '../../store/subscription-intents.ts'
import {
  findSubscription,
  findSubscriptionByReference,
  insertSubscription,
  type SubscriptionView,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { askedText } from './asked-text.ts'
import { freshOptionToken } from './payment-option.ts'
import { sendSubscriptionIntent } from './send-intent.ts'
import {
  type CheckedSubscription,
  type CreateSubscriptionInput,
  checkSubscription,
} from './subscription-input.ts'
import { type Subscription, toSubscription } from './subscription-view.ts'
import { takeSubscriptionAnswer } from './take-answer.ts'

export interface CreatedSubscription {
  readonly subscription: Subscription
  /** False when the same request had made it before. */
  readonly created: boolean
}

/** Midtrans keeps the answer of a creation under its key for three minutes. What is sent again must arrive within them, however long the wire takes. */
export const KEY_SECONDS = 180

export async function createSubscription(
  context: Context,
  input: CreateSubscriptionInput,
  requestedBy: string,
  /** Where the caller is one of bayar's own: the plan that it is of, and a first charge that is none of the request's own. */
  { planId = null, firstCharge }: { readonly planId?: string | null; readonly firstCharge?: Date } = {},
): Promise<CreatedSubscription> {
  const name = makeSubscriptionName()
  const read = checkSubscription(input, context.rules, { name, now: context.clock.now() })
  const checked = firstCharge ? { ...read, asked: { ...read.asked, startTime: firstCharge } } : read
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const before = await findEqual(context, checked)
  if (before) return { subscription: toSubscription(before, context.clock.now()), created: false }
  const whole = await withFreshToken(context, checked)

  // 1. The intent, before the effect.
  const intent = await begin(context, whole, { requestedBy, planId })
  if (!intent) {
    const other = await findEqual(context, checked)
    assert(other, 'a reference is taken by a subscription that is not there')
    return { subscription: toSubscription(other, context.clock.now()), created: false }
  }

  // 2 and 3. The effect, and what came of it.
  refuseLate(context, intent)
  const answer = await sendSubscriptionIntent(context, intent, {
    merchant: checked.merchant,
    gatewayId: null,
  })
  const outcome = await takeSubscriptionAnswer(context, intent, answer, { isFirst: true })
  if (outcome === 'rejected') throw refusedBecause(answer, { subscription_id: intent.subscription_id })
  const row = await findSubscription(context.database, intent.subscription_id)
  assert(row, 'a subscription that was made is gone')
  return { subscription: toSubscription(row, context.clock.now()), created: true }
}

/** This machine slept in between. A worker may have sent it meanwhile, so nobody is told that it was not. */
export function refuseLate(context: Context, intent: SubscriptionIntentRow): void {
  if (context.clock.now() < intent.send_before) return
  throw new BayarError('gateway_unknown', 'Ask for the subscription again shortly.', {
    details: { subscription_id: intent.subscription_id },
  })
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Midtrans appends 32 characters to it, and an order id has 50: so 13 are ours, 65 bits that nobody guesses. What begins with SUB- is refused to the host's own orders.
 */
export function makeSubscriptionName(): string {
  return `SUB-${Array.from(randomBytes(13), (byte) => LETTERS[byte % 32]).join('')}`
}

async function findEqual(
  context: Context,
  { merchant, reference, digest }: CheckedSubscription,
): Promise<SubscriptionView | undefined> {
  if (reference === null) return undefined
  const row = await findSubscriptionByReference(context.database, merchant, reference)
  if (row && !row.request_digest.equals(digest))
    throw new BayarError('subscription_reference_taken', `Use another reference than ${reference}.`)
  return row
}

async function withFreshToken(context: Context, checked: CheckedSubscription): Promise<CheckedSubscription> {
  const { asked, merchant, userId, paymentOption: option } = checked
  if (asked.accountId === null) return checked
  const token = await freshOptionToken(context, { merchant, accountId: asked.accountId, option, userId })
  return { ...checked, asked: { ...asked, token } }
}

/** undefined when the reference was taken in the meantime. */
async function begin(
  context: Context,
  { asked, ...checked }: CheckedSubscription,
  { requestedBy, planId }: { readonly requestedBy: string; readonly planId: string | null },
): Promise<SubscriptionIntentRow | undefined> {
  const [id, intentId] = [uuidv7(), uuidv7()]
  const at = context.clock.now()
  const { gatewayDeadlineSeconds } = context.rules
  const isBegun = await context.database.transaction(async (tx) => {
    const { customer, retry } = asked
    const isNew = await insertSubscription(tx, {
      id,
      merchant: checked.merchant,
      reference: checked.reference,
      request_digest: checked.digest,
      collection: 'native',
      status: 'pending',
      title: checked.title,
      gateway_name: asked.name,
      payment_type: asked.paymentType,
      token: asked.accountId === null ? asked.token : null,
      pay_account_id: asked.accountId,
      payment_option: checked.paymentOption,
      amount: asked.amount,
      interval_count: asked.interval,
      interval_unit: asked.intervalUnit,
      cycles_max: asked.maxInterval,
      starts_at: asked.startTime,
      next_charge_at: asked.startTime,
      retry_interval: retry.interval,
      retry_unit: retry.unit,
      retries_max: retry.max,
      user_id: checked.userId,
      customer_first_name: customer.firstName ?? null,
      customer_last_name: customer.lastName ?? null,
      customer_email: customer.email ?? null,
      customer_phone: customer.phone ?? null,
      metadata: asked.metadata,
      plan_id: planId,
      created_at: at,
    })
    if (!isNew) return false
    // Before Midtrans is asked: a charge under this name is never a stranger's.
    const isOurs = await insertOrderParent(tx, {
      merchant: checked.merchant,
      orderId: asked.name,
      owner: 'subscription',
      ownerId: id,
      at,
    })
    assert(isOurs, 'a subscription was given a name twice')
    return insertSubscriptionIntent(tx, {
      id: intentId,
      subscriptionId: id,
      command: 'create',
      key: randomKey(),
      request: askedText(asked),
      requestedBy,
      at,
      sendBefore: secondsAfter(at, Math.max(30, KEY_SECONDS - 2 * gatewayDeadlineSeconds)),
      checkAt: secondsAfter(at, gatewayDeadlineSeconds + 5),
    })
  })
  return isBegun ? await findSubscriptionIntent(context.database, intentId) : undefined
}
