/**
 * Midtrans has answered, and nobody can make anything of it: words that are new, or a document that contradicts what was asked. Nothing is concluded from that, and nothing is sent again: what was set aside
 * for a refund stays set aside, and a person, who can look into Midtrans's dashboard, says what became of it.
 */
import { type Cause, closeBook, openBook, openReview } from '../../domain/steps.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import type { Transaction } from '../../store/database.ts'
import type { IntentRow } from '../../store/intents.ts'
import { readReviews } from '../../store/reviews.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { writePlan } from './write-plan.ts'

export interface Unclear {
  readonly merchant: string
  readonly orderId: string
  /** null: what was asked about has none yet. */
  readonly transactionId: string | null
  readonly intentId: string | null
  readonly note: string
}

/** Once for each transaction. */
export async function openUnclear(context: Context, tx: Transaction, unclear: Unclear): Promise<void> {
  const payment = await readForUpdate(tx, unclear.merchant, unclear.orderId)
  if (!payment) return
  const attempt = payment.attempts.find((one) => one.transactionId === unclear.transactionId)
  const cause: Cause = {
    source: 'look_up',
    notificationId: null,
    intentId: unclear.intentId,
    document: null,
  }
  const book = openBook(payment, uuidv7)
  openReview(book, cause, { transactionId: unclear.transactionId ?? '', attempt }, 'unclear', unclear.note)
  await writePlan(context, tx, payment.version, closeBook(book, payment.version))
}

/** A refund that Midtrans names in a document which contradicts the payment: somebody is asked, whatever was decided about such documents before. */
export async function holdRefund(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  note: string,
): Promise<void> {
  const isAsked = (await readReviews(tx, intent.payment_id)).some(
    (review) =>
      review.closed_at === null &&
      review.reason === 'mismatch' &&
      review.transaction_id === intent.transaction_id,
  )
  if (!isAsked) await openUnclear(context, tx, { ...aboutIntent(intent), note })
}

export function aboutIntent(intent: IntentRow): Omit<Unclear, 'note'> {
  return {
    merchant: intent.merchant,
    orderId: intent.order_id,
    transactionId: intent.transaction_id,
    intentId: intent.id,
  }
}
