/**
 * A hosted page (Snap): the customer chooses the method there. The payment and its intent are written first, as for a charge; the answer is a token and an address, no transaction. Each way of paying that
 * the customer begins is an attempt of this one order, and arrives by its news. A page that nobody used says nothing when it ends, so we end it by our own clock (`expire-unused-page.ts`).
 */
import type { PaymentOwner } from '../../domain/payment.ts'
import { assert, BayarError } from '../../errors.ts'
import { findIntent, type IntentRow } from '../../store/intents.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { beginOrder, inProgress, isUnderWay, sentNow } from './begin-order.ts'
import { type CheckoutInput, checkCheckout } from './checkout-input.ts'
import { type CheckoutPage, findCheckoutPage } from './checkout-page.ts'
import { refused } from './gateway-refusal.ts'
import { makeOrderId, newCheckout } from './new-charge.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction } from './run-intent.ts'
import { sendCheckout } from './send-charge.ts'

export interface CheckedOut extends CheckoutPage {
  readonly payment: Payment
  /** False when an equal request had made it before. */
  readonly created: boolean
}

export async function checkoutPayment(
  context: Context,
  input: CheckoutInput,
  requestedBy: string,
  owner?: PaymentOwner,
): Promise<CheckedOut> {
  const checkout = checkCheckout(input, context.rules, () => makeOrderId(context.clock.now()), owner)
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const { merchant } = checkout
  const { orderId } = checkout.asked

  // 1. The intent.
  const begun = await beginOrder(
    context,
    newCheckout(checkout, sentNow(context, requestedBy, owner)),
    checkout,
  )
  const created = begun.intent !== null
  const intent = begun.intent ?? (await unanswered(context, begun.row))

  // 2 and 3. A page costs nobody anything, so one whose answer was lost is made again, and takes the place of the first.
  if (intent) {
    const { answer, outcome } = await sendCheckout(context, intent)
    if (outcome === 'rejected') throw refused(answer, orderId)
  }
  const row = await findPaymentByOrder(context.database, merchant, orderId)
  assert(row, 'a payment that was checked out is gone')
  const page = await findCheckoutPage(context, row)
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
  if (isUnderWay(context, intent)) throw inProgress(row.order_id)
  return intent
}
