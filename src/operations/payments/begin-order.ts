/** The first step of a charge and of a checkout: the payment and its intent are written, or it is found that they were. */
import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { type PaymentOwner, shownStatus } from '../../domain/payment.ts'
import { reopen } from '../../domain/presume.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { watchAgain } from '../../store/open-payments.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { insertPayment } from '../../store/write-payment.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { findOpenPage } from './checkout-page.ts'
import { type NewCharge, orderIsParents, orderTaken } from './new-charge.ts'
import { SEND_WITHIN_SECONDS } from './run-intent.ts'
import { writePlan } from './write-plan.ts'

/** When this process sends it itself: now, and not after five minutes. */
export function sentNow(context: Context, requestedBy: string, owner?: PaymentOwner) {
  const at = context.clock.now()
  return {
    at,
    requestedBy,
    sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
    // Should this process die now: by then the call has ended, one way or the other.
    checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    ...(owner && { owner }),
  }
}

/** An intent to be sent; or the payment of an equal request that came before. Another request under the same order id is refused. */
export async function beginOrder(
  context: Context,
  written: NewCharge,
  { newAttempt }: { readonly newAttempt: boolean },
): Promise<{ intent: IntentRow; row: null } | { intent: null; row: PaymentRow }> {
  const { merchant, orderId, openIntentId: intentId, requestDigest } = written.payment
  assert(intentId !== null, 'an order is begun without an intent')
  const isBegun = await context.database.transaction(async (tx) => {
    if (await insertPayment(tx, written.payment)) {
      const { owner } = written.payment
      if (owner !== null) await context.owners[owner]?.admit?.(context, tx, written.payment)
      return insertIntent(tx, written.intentFor(written.payment.id))
    }
    const row = await findPaymentByOrder(tx, merchant, orderId)
    if (!row) throw orderIsParents(orderId)
    if (!row.request_digest.equals(requestDigest)) throw orderTaken(orderId)
    return newAttempt && hasEnded(row) && beginAgain(context, tx, row, written)
  })
  if (isBegun) {
    const intent = await findIntent(context.database, intentId)
    assert(intent, 'an intent that was written is gone')
    return { intent, row: null }
  }
  const row = await findPaymentByOrder(context.database, merchant, orderId)
  assert(row, 'an order id is taken by a payment that is not there')
  return { intent: null, row }
}

/** The customer tries again: only when asked for, and only when no money can come from the last attempt any more. */
function hasEnded(row: PaymentRow): boolean {
  return row.open_intent_id === null && endedWithoutMoney((row.presumed ?? row.status) as never)
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
  // Where the customer may still pay on the page, a second one could be paid besides.
  if (await findOpenPage(context, tx, payment)) return false
  // An invoice that was withdrawn or paid since is not asked of the customer once more.
  if (row.owner !== null)
    await context.owners[row.owner]?.admitAgain?.(context, tx, {
      ...written.payment,
      id: row.id,
      owner: row.owner,
      ownerId: row.owner_id,
    })
  const intent = written.intentFor(row.id)
  if (!(await insertIntent(tx, intent))) return false
  const cause = { source: 'person' as const, notificationId: null, intentId: intent.id, document: null }
  await writePlan(context, tx, payment.version, reopen(payment, intent.id, cause, uuidv7))
  await watchAgain(tx, row.id, written.payment.firstCheckAt)
  return true
}

/** Sent, and still within the time in which the call must end. Afterwards nobody knows: the process that sent it may have died. */
export function isUnderWay(context: Context, intent: IntentRow): boolean {
  return (
    intent.state === 'sent' &&
    intent.answered_at === null &&
    intent.sent_at !== null &&
    context.clock.now() < secondsAfter(intent.sent_at, context.rules.gatewayDeadlineSeconds + 5)
  )
}

export function inProgress(orderId: string): BayarError {
  return new BayarError('charge_in_progress', `Ask again for ${orderId} in a few seconds.`, {
    details: { retry_after_seconds: 5 },
  })
}
