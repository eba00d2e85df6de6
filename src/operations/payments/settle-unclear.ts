/** A person has said what became of what nobody could read (`unclear-answer.ts`). */
import type { AttemptStatus } from '../../domain/attempt-lifecycle.ts'
import type { News } from '../../domain/news.ts'
import type { AttemptState } from '../../domain/payment.ts'
import type { Transaction } from '../../store/database.ts'
import { endIntent, type IntentRow, readIntents } from '../../store/intents.ts'
import { findRefundOfIntent, type RefundRow } from '../../store/refunds.ts'
import type { ReviewRow } from '../../store/reviews.ts'
import { advanceWithin, readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { isRefund } from './intent-effects.ts'
import { endWithout, isConcluded } from './run-intent.ts'

/**
 * What a person's decision means for what was asked: accepted, the refunds that nobody could read were made; dismissed, nothing that is unknown came about, and what was set aside for it is free again. The
 * caller holds the payment's lock.
 */
export async function settleUnclear(
  context: Context,
  tx: Transaction,
  review: ReviewRow,
  outcome: 'accepted' | 'dismissed',
): Promise<void> {
  const now = context.clock.now()
  for (const intent of await readIntents(tx, review.payment_id)) {
    if ((intent.transaction_id ?? '') !== review.transaction_id) continue
    const isOpen = intent.state === 'sent' && isConcluded(context, intent, now)
    if (isRefund(intent)) {
      const refund = await findRefundOfIntent(tx, intent.id)
      if (refund?.status !== 'reserved' || !(isOpen || intent.state === 'done')) continue
      if (outcome === 'accepted') await confirmRefund(context, tx, intent, refund)
      else await endWithout(context, tx, intent, 'absent')
    } else if (isOpen && review.reason === 'unclear' && outcome === 'dismissed') {
      await endWithout(context, tx, intent, 'absent')
    }
  }
}

/** Through the one door, like all news: the person's word stands for the answer. */
async function confirmRefund(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  refund: RefundRow,
): Promise<void> {
  const payment = await readForUpdate(tx, intent.merchant, intent.order_id)
  const attempt = payment?.attempts.find((one) => one.transactionId === intent.transaction_id)
  if (!attempt) return
  await advanceWithin(context, tx, {
    merchant: intent.merchant,
    orderId: intent.order_id,
    news: refundedBy(attempt, intent, refund),
    isAccepted: true,
  })
  await endIntent(tx, intent.id, 'done')
}

function refundedBy(attempt: AttemptState, intent: IntentRow, refund: RefundRow): News {
  const isWhole = attempt.refundedAmount + attempt.chargedBackAmount + refund.amount >= attempt.capturedAmount
  const told: AttemptStatus = isWhole ? 'refunded' : 'partially_refunded'
  return {
    source: 'person',
    confirmed: true,
    transactionId: attempt.transactionId,
    told,
    transactionStatus: isWhole ? 'refund' : 'partial_refund',
    fraudStatus: attempt.fraudStatus,
    statusCode: '200',
    codeContradicts: false,
    paymentType: null,
    grossAmount: null,
    originalAmount: null,
    feeAmount: null,
    currency: null,
    gatewayMerchantId: null,
    refundTotal: null,
    refunds: [
      {
        key: refund.refund_key,
        chargebackUuid: null,
        chargebackId: null,
        amount: refund.amount,
        reason: refund.reason,
        bankConfirmedAt: null,
      },
    ],
    chargebackTotal: null,
    transactionTime: null,
    settlementTime: null,
    expiryTime: null,
    instructions: {},
    fingerprint: intent.id,
    notificationId: null,
    intentId: intent.id,
    document: null,
  }
}
