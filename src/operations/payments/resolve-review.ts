/**
 * A person's decision about a payment that waits for one. `accept` lets happen what the review held back: the ordinary event of a conflict, the news of a mismatch. The other reasons have nothing
 * to let happen, and are only closed. Either way the decision, who made it and why stay with the payment.
 */
import {
  ATTEMPT_LIFECYCLE,
  type AttemptStatus,
  holdsMoney,
  tellsOfMoneyBack,
} from '../../domain/attempt-lifecycle.ts'
import type { EventType, ReviewReason } from '../../domain/events.ts'
import { shownStatus } from '../../domain/payment.ts'
import { closeIntent } from '../../domain/presume.ts'
import { closeBook, openBook, tell } from '../../domain/steps.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { translate } from '../../gateway/translate.ts'
import type { Transaction } from '../../store/database.ts'
import { readEventDocument } from '../../store/events.ts'
import { findIntent } from '../../store/intents.ts'
import { findNotification, queueReviewed } from '../../store/notifications.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { closeReview, type ReviewRow, readReviews } from '../../store/reviews.ts'
import { advanceWithin, readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { settleUnclear } from './settle-unclear.ts'
import { writePlan } from './write-plan.ts'

export interface ReviewDecision extends PaymentName {
  readonly reason: ReviewReason
  /** Needed only when several transactions of the payment wait for the same reason. */
  readonly transactionId?: string
  readonly decision: 'accept' | 'dismiss'
  readonly because: string
  readonly by: string
}

export async function resolveReview(context: Context, decision: ReviewDecision): Promise<Payment> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, decision.merchant, decision.orderId)
    if (!payment) throw new BayarError('payment_not_found', decision.orderId)
    const review = await openReviewOf(tx, payment.id, decision)
    const outcome = decision.decision === 'accept' ? 'accepted' : 'dismissed'
    await closeReview(tx, review.id, { outcome, by: decision.by, reason: decision.because, at })
    if (outcome === 'dismissed' && (payment.openIntentId !== null || payment.attempts.length === 0)) {
      // The answer of its charge was what is dismissed now (or what an order was adopted for): nothing else will come of it, and the order can be charged again.
      const intent = payment.openIntentId === null ? null : await findIntent(tx, payment.openIntentId)
      const cause = {
        source: 'person' as const,
        notificationId: null,
        intentId: payment.openIntentId,
        document: null,
      }
      if (intent === null || intent?.state === 'done')
        await writePlan(context, tx, payment.version, closeIntent(payment, cause, uuidv7))
    }
    if (outcome === 'accepted' && review.reason === 'conflict') {
      const book = openBook(payment, uuidv7)
      const cause = {
        source: 'person' as const,
        notificationId: review.notification_id,
        intentId: null,
        document: null,
      }
      const attempt = payment.attempts.find((one) => one.transactionId === review.transaction_id)
      for (const event of review.withheld) {
        if (attempt && isStillTrue(event, attempt.status)) tell(book, cause, event, shownStatus(payment))
      }
      await writePlan(context, tx, payment.version, closeBook(book, payment.version))
    }
    if (outcome === 'accepted' && review.reason === 'mismatch') {
      await applyHeldNews(context, tx, decision, review)
      // What came after it waits for the same decision.
      await queueReviewed(tx, { paymentId: payment.id, transactionId: review.transaction_id, at })
    }
    if (review.reason === 'mismatch' || review.reason === 'unclear')
      await settleUnclear(context, tx, review, outcome)
  })
  context.wake()
  context.wake('notifications')
  const row = await findPaymentByOrder(context.database, decision.merchant, decision.orderId)
  assert(row, 'a reviewed payment is gone')
  return toPaymentView(row)
}

/** A decision may come late. "Settled: fulfil the order" about money that is gone by then would deliver for nothing. */
function isStillTrue(event: EventType, status: AttemptStatus): boolean {
  if (event === 'payment.settled') return holdsMoney(status)
  return ATTEMPT_LIFECYCLE[status].emits === event || tellsOfMoneyBack(status)
}

async function openReviewOf(
  tx: Transaction,
  paymentId: string,
  decision: ReviewDecision,
): Promise<ReviewRow> {
  const open = (await readReviews(tx, paymentId)).filter(
    (review) =>
      review.closed_at === null &&
      review.reason === decision.reason &&
      (decision.transactionId === undefined || review.transaction_id === decision.transactionId),
  )
  if (open.length === 0)
    throw new BayarError(
      'review_not_found',
      `${decision.orderId} does not wait for a decision about ${decision.reason}.`,
    )
  if (open.length > 1) {
    const ids = open.map((review) => review.transaction_id).join(', ')
    throw new BayarError('invalid_request', `transaction_id: say which one: ${ids}.`, {
      details: { problems: [{ field: 'transaction_id', reason: `must be one of ${ids}` }] },
    })
  }
  return open[0]!
}

async function applyHeldNews(
  context: Context,
  tx: Transaction,
  name: PaymentName,
  review: ReviewRow,
): Promise<void> {
  const notice =
    review.notification_id === null ? undefined : await findNotification(tx, review.notification_id)
  const held = notice ? undefined : await readEventDocument(tx, review.payment_id, review.sequence)
  // Its amount is that of one refund, and no total: what it says is settled with the refund itself.
  if (held?.source === 'answer' && (held.command === 'refund' || held.command === 'direct_refund')) return
  const bytes = notice?.raw ?? held?.document
  const document = bytes && readDocument(bytes)
  const news =
    document &&
    translate(document, {
      source: 'look_up',
      confirmed: true,
      notificationId: notice?.id ?? null,
      document: bytes,
    })
  if (!news || 'problem' in news)
    throw new BayarError('review_not_found', 'The news that it held is no longer stored.')
  await advanceWithin(context, tx, {
    merchant: name.merchant,
    orderId: name.orderId,
    news: { ...news, source: 'person' },
    isAccepted: true,
    ...(notice ? { storedId: notice.id } : {}),
  })
}
