/** What waits for a person, and what was decided about it. */
import type { EventType, ReviewReason } from '../../domain/events.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { listOpenReviews, type ReviewRow, readReviews } from '../../store/reviews.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'

export interface Review {
  readonly id: string
  readonly orderId: string
  readonly merchant: string
  readonly paymentId: string
  readonly transactionId: string
  readonly reason: ReviewReason
  readonly note: string
  /** The events that are told when it is accepted. */
  readonly withheld: readonly EventType[]
  readonly notificationId: string | null
  readonly openedAt: Date
  readonly outcome: 'accepted' | 'dismissed' | null
  readonly closedAt: Date | null
  readonly closedBy: string | null
  readonly closingReason: string | null
}

export async function reviewsOf(context: Context, payment: PaymentRow): Promise<readonly Review[]> {
  const rows = await readReviews(context.database, payment.id)
  return rows.map((row) => toReview({ ...row, order_id: payment.order_id, merchant: payment.merchant }))
}

export async function listOpen(context: Context, asked: PageAsked): Promise<Page<Review>> {
  const page = await readPage(
    asked,
    (row: ReviewRow & { order_id: string; merchant: string }) => row.id,
    ({ position, isBackward, limit }) =>
      listOpenReviews(context.database, { after: readIdCursor(position), limit, descending: !isBackward }),
  )
  return mapPage(page, toReview)
}

function toReview(row: ReviewRow & { order_id: string; merchant: string }): Review {
  return {
    id: row.id,
    orderId: row.order_id,
    merchant: row.merchant,
    paymentId: row.payment_id,
    transactionId: row.transaction_id,
    reason: row.reason,
    note: row.note,
    withheld: row.withheld,
    notificationId: row.notification_id,
    openedAt: row.opened_at,
    outcome: row.outcome,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    closingReason: row.closing_reason,
  }
}
