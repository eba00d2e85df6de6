/**
 * A charge, in a straight line:
 *   1. one transaction: the payment, its intent with key and deadline, the plan to check it; commit;
 *   2. Midtrans is called, with no transaction open;
 *   3. one transaction: the answer is recorded, then applied through the one door.
 *
 * The order of 1 and 2 is the point: a notification that beats our answer finds its payment, and a crash after the call leaves an intent that is found out, never
 * a customer who pays a number that nobody knows (defect D3).
 */
import type { PaymentOwner } from '../../domain/payment.ts'
import { assert } from '../../errors.ts'
import { findIntent, type IntentRow } from '../../store/intents.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { beginOrder, inProgress, isUnderWay, sentNow } from './begin-order.ts'
import { type ChargeInput, type CheckedCharge, checkCharge } from './charge-input.ts'
import { refused } from './gateway-refusal.ts'
import { makeOrderId, newCharge } from './new-charge.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction } from './run-intent.ts'
import { claimPrepared, sendCharge } from './send-charge.ts'

export interface Charged {
  readonly payment: Payment
  /** False when the same request had made it before. */
  readonly created: boolean
}

export async function chargePayment(
  context: Context,
  input: ChargeInput,
  requestedBy: string,
  owner?: PaymentOwner,
): Promise<Charged> {
  const charge = checkCharge(input, context.rules, () => makeOrderId(context.clock.now()), owner)
  context.handlers.assertComplete()
  refuseInsideTransaction()

  // 1. The intent, before the effect.
  const begun = await begin(context, charge, requestedBy, owner)
  if (begun.intent === null) return { payment: toPaymentView(begun.row), created: false }

  // 2 and 3. The effect, and what came of it.
  const { answer, outcome } = await sendCharge(context, begun.intent)
  if (outcome === 'rejected') throw refused(answer, charge.asked.orderId)
  const row = await findPaymentByOrder(context.database, charge.merchant, charge.asked.orderId)
  assert(row, 'a payment that was charged is gone')
  return { payment: toPaymentView(row), created: true }
}

async function begin(
  context: Context,
  charge: CheckedCharge,
  requestedBy: string,
  owner: PaymentOwner | undefined,
): Promise<{ intent: IntentRow; row: null } | { intent: null; row: PaymentRow }> {
  const begun = await beginOrder(context, newCharge(charge, sentNow(context, requestedBy, owner)), charge)
  if (begun.intent !== null) return begun
  const { row } = begun
  if (row.open_intent_id === null) return begun
  // Prepared in a transaction of the host, and nobody has sent it yet: then this does.
  const prepared = await claimPrepared(context, row.open_intent_id)
  if (prepared) return { intent: prepared, row: null }
  const intent = await findIntent(context.database, row.open_intent_id)
  if (intent && isUnderWay(context, intent)) throw inProgress(row.order_id)
  return {
    intent: null,
    row: (await findPaymentByOrder(context.database, row.merchant, row.order_id)) ?? row,
  }
}
