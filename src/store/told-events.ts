/** What handlers are given, read for many events at once. */
import type { EventType } from '../domain/events.ts'
import type { PaymentStatus } from '../domain/payment-status.ts'
import type { Queryable } from './database.ts'
import type { AttemptRow, ItemRow, ShownPayment } from './payments.ts'

export interface ToldEvent {
  readonly id: string
  readonly subject_id: string
  readonly sequence: number
  readonly type: EventType | null
  readonly attempt_id: string | null
  readonly previous: string
  readonly status: string
  readonly money_delta: bigint
  readonly refunded_amount: bigint
  readonly net_amount: bigint
  readonly refund_id: string | null
  readonly review_reason: string | null
  /** Of an event that is not about a payment: the payment that caused it. */
  readonly payment_id: string | null
  readonly occurred_at: Date
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

/** One for each event and attempt of its payment. Times travel as milliseconds, which are written and read in a fraction of the time that their text takes. */
interface Row {
  readonly id: string
  readonly subject_id: string
  readonly sequence: number
  readonly type: EventType | null
  readonly attempt_id: string | null
  readonly previous: string
  readonly status: string
  readonly money_delta: bigint
  readonly refunded_amount: bigint
  readonly net_amount: bigint
  readonly refund_id: string | null
  readonly review_reason: string | null
  readonly payment_id: string | null
  readonly notification_id: string | null
  readonly occurred_ms: number
  readonly payload: Buffer | null
  readonly n_status: string | null
  readonly n_transaction_status: string | null
  readonly n_status_code: string | null
  readonly n_sender: string | null
  readonly n_received_ms: number | null
  readonly p_id: string | null
  readonly merchant: string
  readonly order_id: string
  readonly version: number
  readonly p_status: PaymentStatus
  readonly presumed: PaymentStatus | null
  readonly p_refunded_amount: bigint
  readonly p_net_amount: bigint
  readonly payment_type: string | null
  readonly bank: string | null
  readonly gross_amount: bigint
  readonly currency: string
  readonly owner: string | null
  readonly owner_id: string | null
  readonly user_id: string | null
  readonly customer_first_name: string | null
  readonly customer_last_name: string | null
  readonly customer_email: string | null
  readonly customer_phone: string | null
  readonly custom_fields: readonly string[] | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly created_ms: number
  readonly updated_ms: number
  readonly open_reviews: readonly string[] | null
  readonly outcome_unknown: boolean
  readonly a_id: string | null
  readonly a_transaction_id: string
  readonly a_status: AttemptRow['status']
  readonly a_paid: boolean
  readonly a_gross_amount: bigint
  readonly a_captured_amount: bigint
  readonly a_refunded_amount: bigint
  readonly a_charged_back_amount: bigint
  readonly a_transaction_status: string
  readonly a_fraud_status: string | null
  readonly a_status_code: string
  readonly a_payment_type: string | null
  readonly a_transaction_ms: number | null
  readonly a_settlement_ms: number | null
  readonly a_expiry_ms: number | null
  readonly a_instructions: AttemptRow['instructions']
}

// Table by table, each in one walk through its index: joined row by row, every row would be a descent of its own. Empty lists come as null, which is not parsed.
const READ = `
with e as materialized (
  select * from bayar.events where id = any ($1::uuid[])
), n as materialized (
  select * from bayar.notifications where id = any (array(select notification_id from e))
), p as materialized (
  select * from bayar.payments where id = any (array(select coalesce(payment_id, subject_id) from e))
), a as materialized (
  select * from bayar.attempts where payment_id = any (array(select coalesce(payment_id, subject_id) from e))
)
select e.id, e.subject_id, e.sequence, e.type, e.attempt_id, e.previous, e.status, e.money_delta, e.refunded_amount, e.net_amount, e.refund_id, e.review_reason,
       e.payment_id, e.notification_id, date_part('epoch', e.occurred_at) * 1000 as occurred_ms, coalesce(e.document, n.raw, i.answer) as payload,
       n.status as n_status, n.transaction_status as n_transaction_status, n.status_code as n_status_code, n.sender as n_sender,
       date_part('epoch', n.received_at) * 1000 as n_received_ms,
       p.id as p_id, p.merchant, p.order_id, p.version, p.status as p_status, p.presumed, p.refunded_amount as p_refunded_amount, p.net_amount as p_net_amount, p.payment_type, p.bank, p.gross_amount, p.currency, p.owner, p.owner_id, p.user_id, p.customer_first_name, p.customer_last_name, p.customer_email,
       p.customer_phone, nullif(p.custom_fields, '{}') as custom_fields, p.metadata, date_part('epoch', p.created_at) * 1000 as created_ms,
       date_part('epoch', p.updated_at) * 1000 as updated_ms,
       nullif(array(select v.reason from bayar.reviews v where v.payment_id = p.id and v.closed_at is null order by v.id), '{}') as open_reviews,
       p.open_intent_id is not null and exists (
         select 1 from bayar.intents o where o.id = p.open_intent_id and o.state = 'sent' and o.answer_class is not null) as outcome_unknown,
       a.id as a_id, a.transaction_id as a_transaction_id, a.status as a_status, a.paid as a_paid, a.gross_amount as a_gross_amount,
       a.captured_amount as a_captured_amount, a.refunded_amount as a_refunded_amount, a.charged_back_amount as a_charged_back_amount,
       a.transaction_status as a_transaction_status, a.fraud_status as a_fraud_status, a.status_code as a_status_code, a.payment_type as a_payment_type,
       date_part('epoch', a.transaction_time) * 1000 as a_transaction_ms, date_part('epoch', a.settlement_time) * 1000 as a_settlement_ms,
       date_part('epoch', a.expiry_time) * 1000 as a_expiry_ms, a.instructions as a_instructions
  from e
  left join p on p.id = coalesce(e.payment_id, e.subject_id)
  left join a on a.payment_id = p.id
  left join n on n.id = e.notification_id
  left join bayar.intents i on i.id = e.intent_id`

interface ItemOf extends ItemRow {
  readonly payment_id: string
  readonly position: number
}

const READ_ITEMS = `
select i.payment_id, i.position, i.item_id as id, i.name, i.price::text, i.quantity, i.brand, i.category, i.merchant_name, i.url
  from bayar.payment_items i where i.payment_id = any ($1::uuid[])`

/** Events with what a handler is given beside them: the payments they are about, or that caused them, as they are today; and the documents. */
export async function readToldEvents(
  database: Queryable,
  ids: readonly string[],
): Promise<{ events: ReadonlyMap<string, ToldEvent>; payments: ReadonlyMap<string, ShownPayment> }> {
  const { rows } = await database.prepared<Row>('bayar_read_told_events', READ, [ids])
  const events = new Map<string, ToldEvent>()
  const payments = new Map<string, ReturnType<typeof toPayment>>()
  for (const row of rows) {
    if (!events.has(row.id)) events.set(row.id, toEvent(row))
    if (row.p_id === null) continue
    let payment = payments.get(row.p_id)
    if (!payment) {
      payment = toPayment(row, row.p_id)
      payments.set(row.p_id, payment)
    }
    // Two events of one payment both bring its attempts.
    if (row.a_id !== null && !payment.attempts.some(({ id }) => id === row.a_id))
      addAttempt(payment.attempts, toAttempt(row, row.a_id))
  }
  if (payments.size > 0) await addItems(database, payments)
  return { events, payments }
}

/** Asked after the events and not beside them: in a transaction there is only one connection to ask. */
async function addItems(
  database: Queryable,
  payments: ReadonlyMap<string, { readonly items: ItemRow[] }>,
): Promise<void> {
  const { rows } = await database.prepared<ItemOf>('bayar_read_told_items', READ_ITEMS, [
    [...payments.keys()],
  ])
  for (const item of rows.toSorted((left, right) => left.position - right.position))
    payments.get(item.payment_id)!.items.push(item)
}

function toEvent(row: Row): ToldEvent {
  return {
    id: row.id,
    subject_id: row.subject_id,
    sequence: row.sequence,
    type: row.type,
    attempt_id: row.attempt_id,
    previous: row.previous,
    status: row.status,
    money_delta: row.money_delta,
    refunded_amount: row.refunded_amount,
    net_amount: row.net_amount,
    refund_id: row.refund_id,
    review_reason: row.review_reason,
    payment_id: row.payment_id,
    occurred_at: toTime(row.occurred_ms),
    payload: row.payload,
    notification: toNotification(row),
  }
}

function toPayment(row: Row, id: string) {
  const attempts: AttemptRow[] = []
  const items: ItemRow[] = []
  return {
    id,
    merchant: row.merchant,
    order_id: row.order_id,
    version: row.version,
    status: row.p_status,
    presumed: row.presumed,
    payment_type: row.payment_type,
    bank: row.bank,
    gross_amount: row.gross_amount,
    currency: row.currency,
    refunded_amount: row.p_refunded_amount,
    net_amount: row.p_net_amount,
    owner: row.owner,
    owner_id: row.owner_id,
    user_id: row.user_id,
    customer_first_name: row.customer_first_name,
    customer_last_name: row.customer_last_name,
    customer_email: row.customer_email,
    customer_phone: row.customer_phone,
    custom_fields: row.custom_fields ?? [],
    metadata: row.metadata,
    created_at: toTime(row.created_ms),
    updated_at: toTime(row.updated_ms),
    attempts,
    items,
    open_reviews: row.open_reviews ?? [],
    outcome_unknown: row.outcome_unknown,
  }
}

function toNotification(row: Row): ToldEvent['notification'] {
  if (row.notification_id === null || row.n_status === null || row.n_received_ms === null) return null
  return {
    id: row.notification_id,
    status: row.n_status,
    transaction_status: row.n_transaction_status,
    status_code: row.n_status_code,
    sender: row.n_sender,
    received_at: toTime(row.n_received_ms),
  }
}

function toAttempt(row: Row, id: string): AttemptRow {
  return {
    id,
    transaction_id: row.a_transaction_id,
    status: row.a_status,
    paid: row.a_paid,
    gross_amount: row.a_gross_amount,
    captured_amount: row.a_captured_amount,
    refunded_amount: row.a_refunded_amount,
    charged_back_amount: row.a_charged_back_amount,
    transaction_status: row.a_transaction_status,
    fraud_status: row.a_fraud_status,
    status_code: row.a_status_code,
    payment_type: row.a_payment_type,
    transaction_time: row.a_transaction_ms === null ? null : toTime(row.a_transaction_ms),
    settlement_time: row.a_settlement_ms === null ? null : toTime(row.a_settlement_ms),
    expiry_time: row.a_expiry_ms === null ? null : toTime(row.a_expiry_ms),
    instructions: row.a_instructions,
  }
}

/** In the order of their ids, which is the order in which they began. There is hardly ever a second one. */
function addAttempt(attempts: AttemptRow[], attempt: AttemptRow): void {
  attempts.push(attempt)
  if (attempts.length > 1) attempts.sort((left, right) => (left.id < right.id ? -1 : 1))
}

function toTime(ms: number): Date {
  return new Date(Math.round(ms))
}
