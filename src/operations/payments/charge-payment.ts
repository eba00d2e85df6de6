/**
 * A charge, in a straight line:
 *   1. one transaction: the payment, its intent with key and deadline, the plan to check it; commit;
 *   2. Midtrans is called, with no transaction open;
 *   3. one transaction: the answer is recorded, then applied through the one door.
 *
 * The order of 1 and 2 is the point: a notification that beats our answer finds its payment, and a crash after the call leaves an intent that is found out, never
 * a customer who pays a number that nobody knows (defect D3).
 */
import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { shownStatus } from '../../domain/payment.ts'
import { reopen } from '../../domain/presume.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder, insertPayment, type PaymentRow } from '../../store/payments.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { type ChargeInput, type CheckedCharge, checkCharge } from './charge-input.ts'
import { refused } from './gateway-refusal.ts'
import { makeOrderId, type NewCharge, newCharge, orderTaken } from './new-charge.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction, SEND_WITHIN_SECONDS } from './run-intent.ts'
import { claimPrepared, sendCharge } from './send-charge.ts'
import { writePlan } from './write-plan.ts'

export interface Charged {
  readonly payment: Payment
  /** False when the same request had made it before. */
  readonly created: boolean
}

export async function chargePayment(
  context: Context,
  input: ChargeInput,
  requestedBy: string,
): Promise<Charged> {
  const charge = checkCharge(input, context.rules, () => makeOrderId(context.clock.now()))
  context.handlers.assertComplete()
  refuseInsideTransaction()

  // 1. The intent, before the effect.
  const begun = await begin(context, charge, requestedBy)
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
): Promise<{ row: PaymentRow; intent: null } | { row: null; intent: IntentRow }> {
  const { merchant, asked } = charge
  const at = context.clock.now()
  const written = newCharge(charge, {
    at,
    requestedBy,
    sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
    // Should this process die now: by then the call has ended, one way or the other.
    checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
  })
  const intentId = written.payment.openIntentId
  assert(intentId !== null, 'a charge has no intent')
  const isBegun = await context.database.transaction(async (tx) => {
    if (await insertPayment(tx, written.payment))
      return insertIntent(tx, written.intentFor(written.payment.id))
    const row = await findPaymentByOrder(tx, merchant, asked.orderId)
    assert(row, 'an order id is taken by a payment that is not there')
    if (!row.request_digest.equals(written.payment.requestDigest)) throw orderTaken(asked.orderId)
    return mayBeginAgain(row, charge) && beginAgain(context, tx, row, written)
  })
  if (isBegun) {
    const intent = await findIntent(context.database, intentId)
    assert(intent, 'an intent that was written is gone')
    return { row: null, intent }
  }
  const row = await findPaymentByOrder(context.database, merchant, asked.orderId)
  assert(row, 'an order id is taken by a payment that is not there')
  if (row.open_intent_id === null || row.outcome_unknown) return { row, intent: null }
  // Prepared in a transaction of the host, and nobody has sent it yet: then this does.
  const prepared = await claimPrepared(context, row.open_intent_id)
  if (!prepared) throw inProgress(asked.orderId)
  return { row: null, intent: prepared }
}

/** The customer tries again: only when asked for, and only when no money can come from the last attempt any more. */
function mayBeginAgain(row: PaymentRow, { newAttempt }: CheckedCharge): boolean {
  const status = row.presumed ?? row.status
  return newAttempt && row.open_intent_id === null && endedWithoutMoney(status as never)
}

async function beginAgain(
  context: Context,
  tx: Transaction,
  row: PaymentRow,
  written: NewCharge,
): Promise<boolean> {
  const payment = await readForUpdate(tx, row.merchant, row.order_id)
  assert(payment, 'a payment vanished under its lock')
  if (payment.openIntentId !== null || !endedWithoutMoney(shownStatus(payment) as never)) return false
  const intent = written.intentFor(row.id)
  if (!(await insertIntent(tx, intent))) return false
  const cause = { source: 'person' as const, notificationId: null, intentId: intent.id, document: null }
  await writePlan(context, tx, payment.version, reopen(payment, intent.id, cause, uuidv7))
  return true
}

export function inProgress(orderId: string): BayarError {
  return new BayarError('charge_in_progress', `Ask again for ${orderId} in a few seconds.`, {
    details: { retry_after_seconds: 5 },
  })
}
