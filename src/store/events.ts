import type { EventType } from '../domain/events.ts'
import type { PaymentStatus } from '../domain/payment-status.ts'
import type { Queryable } from './database.ts'
import { findPayments, type PaymentRow } from './payments.ts'

export interface EventRow {
  readonly id: string
  readonly subject_id: string
  readonly sequence: number
  readonly type: EventType | null
  readonly attempt_id: string | null
  readonly from_status: string
  readonly to_status: string
  readonly previous: PaymentStatus
  readonly status: PaymentStatus
  readonly money_delta: bigint
  readonly refunded_amount: bigint
  readonly net_amount: bigint
  readonly refund_id: string | null
  readonly review_reason: string | null
  readonly source: string
  readonly notification_id: string | null
  readonly intent_id: string | null
  readonly occurred_at: Date
}

export interface ToldEvent extends EventRow {
  /** The document that brought the news, wherever it is kept. */
  readonly payload: Buffer | null
  readonly notification: {
    readonly id: string
    readonly status: string
    readonly transaction_status: string | null
    readonly status_code: string | null
    readonly sender: string | null
    readonly received_at: Date
  } | null
}

const COLUMNS = `e.id, e.subject_id, e.sequence, e.type, e.attempt_id, e.from_status, e.to_status, e.previous, e.status, e.money_delta, e.refunded_amount,
  e.net_amount, e.refund_id, e.review_reason, e.source, e.notification_id, e.intent_id, e.occurred_at`

/** Events with what a handler is given beside them: the payments as they are today, and the documents. */
export async function readToldEvents(
  database: Queryable,
  ids: readonly string[],
): Promise<{ events: ReadonlyMap<string, ToldEvent>; payments: ReadonlyMap<string, PaymentRow> }> {
  const { rows } = await database.prepared<EventRow & { payload: Buffer | null } & NoticeColumns>(
    'bayar_read_told_events',
    `select ${COLUMNS}, coalesce(e.document, n.raw, i.answer) as payload, n.status as n_status, n.transaction_status as n_transaction_status,
            n.status_code as n_status_code, n.sender as n_sender, n.received_at as n_received_at
       from bayar.events e
       left join bayar.notifications n on n.id = e.notification_id
       left join bayar.intents i on i.id = e.intent_id
      where e.id = any ($1::uuid[])`,
    [ids],
  )
  const events = new Map(rows.map((row) => [row.id, withNotification(row)]))
  const subjects = [...new Set(rows.map((row) => row.subject_id))]
  const payments = subjects.length === 0 ? [] : await findPayments(database, subjects)
  return { events, payments: new Map(payments.map((payment) => [payment.id, payment])) }
}

interface NoticeColumns {
  readonly n_status: string | null
  readonly n_transaction_status: string | null
  readonly n_status_code: string | null
  readonly n_sender: string | null
  readonly n_received_at: Date | null
}

function withNotification(row: EventRow & { payload: Buffer | null } & NoticeColumns): ToldEvent {
  const { n_status, n_transaction_status, n_status_code, n_sender, n_received_at, ...event } = row
  const notification =
    row.notification_id === null || n_status === null || n_received_at === null
      ? null
      : {
          id: row.notification_id,
          status: n_status,
          transaction_status: n_transaction_status,
          status_code: n_status_code,
          sender: n_sender,
          received_at: n_received_at,
        }
  return { ...event, notification }
}

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
): Promise<Buffer | undefined> {
  const { rows } = await database.query<{ document: Buffer | null }>(
    `select coalesce(e.document, i.answer) as document from bayar.events e left join bayar.intents i on i.id = e.intent_id
      where e.subject_id = $1 and e.sequence = $2`,
    [subjectId, sequence],
  )
  return rows[0]?.document ?? undefined
}
