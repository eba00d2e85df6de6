import type { EventType } from '../domain/events.ts'
import type { Queryable } from './database.ts'

export interface EventRow {
  readonly id: string
  readonly subject_id: string
  readonly sequence: number
  readonly type: EventType | null
  readonly attempt_id: string | null
  readonly from_status: string
  readonly to_status: string
  readonly previous: string
  readonly status: string
  readonly money_delta: bigint
  readonly refunded_amount: bigint
  readonly net_amount: bigint
  readonly refund_id: string | null
  readonly review_reason: string | null
  readonly source: string
  readonly notification_id: string | null
  readonly intent_id: string | null
  /** Of an event that is not about a payment: the payment that caused it. */
  readonly payment_id: string | null
  readonly occurred_at: Date
}

const COLUMNS = `e.id, e.subject_id, e.sequence, e.type, e.attempt_id, e.from_status, e.to_status, e.previous, e.status, e.money_delta, e.refunded_amount,
  e.net_amount, e.refund_id, e.review_reason, e.source, e.notification_id, e.intent_id, e.payment_id, e.occurred_at`

/** A payment's whole history, told or not. */
export async function readHistory(database: Queryable, subjectId: string): Promise<readonly EventRow[]> {
  const { rows } = await database.query<EventRow>(
    `select ${COLUMNS} from bayar.events e where e.subject_id = $1 order by e.sequence`,
    [subjectId],
  )
  return rows
}

export interface EventFilter {
  readonly subjectId?: string
  readonly type?: EventType
  readonly from?: Date
  readonly to?: Date
}

/** Told events, newest first unless asked otherwise. Ids are time-ordered. */
export async function listEvents(
  database: Queryable,
  page: { filter: EventFilter; after: string | null; limit: number; descending: boolean },
): Promise<readonly EventRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const where = ['e.type is not null']
  const { filter } = page
  if (filter.subjectId !== undefined) where.push(`e.subject_id = ${given(filter.subjectId)}`)
  if (filter.type !== undefined) where.push(`e.type = ${given(filter.type)}`)
  if (filter.from !== undefined) where.push(`e.occurred_at >= ${given(filter.from)}`)
  if (filter.to !== undefined) where.push(`e.occurred_at < ${given(filter.to)}`)
  if (page.after !== null) where.push(`e.id ${page.descending ? '<' : '>'} ${given(page.after)}::uuid`)
  const { rows } = await database.query<EventRow>(
    `select ${COLUMNS} from bayar.events e where ${where.join(' and ')} order by e.id ${page.descending ? 'desc' : 'asc'} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

/** The document behind one row of a payment's history, where no notification keeps it. */
export async function readEventDocument(
  database: Queryable,
  subjectId: string,
  sequence: number,
): Promise<EventDocument | undefined> {
  const { rows } = await database.query<EventDocument>(
    `select coalesce(e.document, i.answer) as document, e.source, i.command from bayar.events e left join bayar.intents i on i.id = e.intent_id
      where e.subject_id = $1 and e.sequence = $2`,
    [subjectId, sequence],
  )
  return rows[0]
}

export interface EventDocument {
  readonly document: Buffer | null
  readonly source: string
  /** What it answered. */
  readonly command: string | null
}
