import type { EventType, ReviewReason } from '../domain/events.ts'
import type { Queryable } from './database.ts'

export interface ReviewRow {
  readonly id: string
  readonly payment_id: string
  readonly transaction_id: string
  readonly reason: ReviewReason
  readonly note: string
  readonly withheld: readonly EventType[]
  readonly notification_id: string | null
  readonly sequence: number
  readonly opened_at: Date
  readonly outcome: 'accepted' | 'dismissed' | null
  readonly closed_at: Date | null
  readonly closed_by: string | null
  readonly closing_reason: string | null
}

export async function readReviews(database: Queryable, paymentId: string): Promise<readonly ReviewRow[]> {
  const { rows } = await database.query<ReviewRow>(
    'select * from bayar.reviews where payment_id = $1 order by id',
    [paymentId],
  )
  return rows
}

/** The caller holds the payment's lock. */
export async function closeReview(
  tx: Queryable,
  id: string,
  closing: { outcome: 'accepted' | 'dismissed'; by: string; reason: string; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update bayar.reviews set outcome = $2, closed_by = $3, closing_reason = $4, closed_at = $5 where id = $1 and closed_at is null`,
    [id, closing.outcome, closing.by, closing.reason, closing.at],
  )
  return (rowCount ?? 0) > 0
}

export async function listOpenReviews(
  database: Queryable,
  page: { after: string | null; limit: number; descending: boolean },
): Promise<readonly (ReviewRow & { order_id: string; merchant: string })[]> {
  const { rows } = await database.query<ReviewRow & { order_id: string; merchant: string }>(
    `select v.*, p.order_id, p.merchant from bayar.reviews v join bayar.payments p on p.id = v.payment_id
      where v.closed_at is null and ($1::uuid is null or v.id ${page.descending ? '<' : '>'} $1) order by v.id ${page.descending ? 'desc' : 'asc'} limit $2`,
    [page.after, page.limit + 1],
  )
  return rows
}
