/**
 * A hosted page (Snap): the customer chooses the method there. The payment and its intent are written first, as for a charge; the answer is a token and an address, no transaction. Each way of paying that
 * the customer begins is an attempt of this one order, and arrives by its news. A page that nobody used says nothing when it ends, so we end it by our own clock (`expireUnusedPage`).
 */
import { secondsAfter } from '../../domain/clock.ts'
import { presumeExpired } from '../../domain/presume.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import { pageEndsAt, readCheckoutPage } from '../../gateway/checkout-body.ts'
import { PAYMENT_METHODS } from '../../gateway/payment-methods.ts'
import { findIntent, findLatestIntent, type IntentRow } from '../../store/intents.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { beginOrder, inProgress, sentNow } from './begin-order.ts'
import { readCheckoutAsked } from './charge-request.ts'
import { type CheckoutInput, checkCheckout } from './checkout-input.ts'
import type { PaymentName } from './command-payment.ts'
import { refused } from './gateway-refusal.ts'
import { makeOrderId, newCheckout } from './new-charge.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction } from './run-intent.ts'
import { sendCheckout } from './send-charge.ts'
import { writePlan } from './write-plan.ts'

export interface CheckoutPage {
  /** For Snap's script in the browser. */
  readonly token: string
  /** Or send the customer here. */
  readonly redirectUrl: string
  readonly expiresAt: Date
}

export interface CheckedOut extends CheckoutPage {
  readonly payment: Payment
  /** False when an equal request had made it before. */
  readonly created: boolean
}

export async function checkoutPayment(
  context: Context,
  input: CheckoutInput,
  requestedBy: string,
): Promise<CheckedOut> {
  const checkout = checkCheckout(input, context.rules, () => makeOrderId(context.clock.now()))
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const { merchant } = checkout
  const { orderId } = checkout.asked

  // 1. The intent.
  const begun = await beginOrder(context, newCheckout(checkout, sentNow(context, requestedBy)), checkout)
  const created = begun.intent !== null
  const intent = begun.intent ?? (await unanswered(context, begun.row))

  // 2 and 3. A page costs nobody anything, so one whose answer was lost is made again, and takes the place of the first.
  if (intent) {
    const { answer, outcome } = await sendCheckout(context, intent)
    if (outcome === 'rejected') throw refused(answer, orderId)
  }
  const row = await findPaymentByOrder(context.database, merchant, orderId)
  assert(row, 'a payment that was checked out is gone')
  const page = await findCheckoutPage(context, row.id)
  if (!page)
    throw new BayarError('gateway_unknown', `Ask for ${orderId} again: it is the same page.`, {
      details: { order_id: orderId },
    })
  return { ...page, payment: toPaymentView(row), created }
}

/** The intent of an equal request whose answer nobody has. */
async function unanswered(context: Context, row: PaymentRow): Promise<IntentRow | undefined> {
  if (row.open_intent_id === null) return undefined
  const intent = await findIntent(context.database, row.open_intent_id)
  if (intent?.state !== 'sent') return undefined
  if (intent.answered_at === null) throw inProgress(row.order_id)
  return intent
}

/** The last page that was made for the order. */
export async function findCheckoutPage(context: Context, paymentId: string): Promise<CheckoutPage | null> {
  const intent = await findLatestIntent(context.database, paymentId, 'checkout')
  const page = intent?.state === 'done' && intent.answer ? readCheckoutPage(intent.answer) : null
  return page && intent ? { ...page, expiresAt: endOf(intent) } : null
}

function endOf(intent: IntentRow): Date {
  return pageEndsAt(readCheckoutAsked(intent.request), intent.answered_at ?? intent.created_at)
}

/** Whatever was begun in the last second is known to Midtrans by then. */
const GRACE_SECONDS = 120
/** What the order id never finds can have been begun in the last second, too, and paid until its own time is over, which is the page's where that was asked for. */
const UNSEEN_SECONDS = Math.max(
  ...PAYMENT_METHODS.filter((method) => !method.foundByOrderId).map(({ expiry }) => expiry.defaultSeconds),
)

function payableUntil(intent: IntentRow): Date {
  const isOwnTime = readCheckoutAsked(intent.request).expirySeconds === null
  return secondsAfter(endOf(intent), isOwnTime ? UNSEEN_SECONDS : 0)
}

/** Until when a way to pay that was begun on the order's page may be there without anybody's word of it; null without a page. */
export async function pagePayableUntil(context: Context, paymentId: string): Promise<Date | null> {
  const intent = await findLatestIntent(context.database, paymentId, 'checkout')
  return intent?.state === 'done' ? payableUntil(intent) : null
}

/**
 * Asked about the order, Midtrans knows no transaction. While the page is open that means that the customer has not chosen yet; after its end nobody can any more. It stays our guess: should Midtrans
 * tell of a transaction all the same, that is true.
 */
export async function expireUnusedPage(context: Context, name: PaymentName): Promise<void> {
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment?.openIntentId || payment.attempts.length > 0) return
    const intent = await findIntent(tx, payment.openIntentId)
    if (intent?.command !== 'checkout' || intent.state !== 'done') return
    if (context.clock.now() < secondsAfter(payableUntil(intent), GRACE_SECONDS)) return
    const cause = { source: 'clock' as const, notificationId: null, intentId: intent.id, document: null }
    await writePlan(context, tx, payment.version, presumeExpired(payment, cause, uuidv7))
  })
  context.wake()
}
