import type { Queryable } from './database.ts'
import type { NewNotification, NotificationStatus } from './write-advances.ts'

/** Forged rows stored in one minute; what comes beyond is only counted. */
export const FORGED_STORED_PER_MINUTE = 60
/** Bad signatures kept for one order that we know. */
export const FORGED_STORED_PER_ORDER = 20
const FORGED_BODY_BYTES = 8 * 1024

/**
 * A body whose signature does not verify, or that has none to verify. One row per body, with a count. For an order that we know it is exempt from the cap per minute: during a mix-up of keys
 * all genuine notices look forged, and they are what a replay needs. Returns the row's id, or null when only the counter moved.
 */
export async function recordUntrusted(
  database: Queryable,
  notice: NewNotification,
  options: {
    digest: string
    status: 'invalid_signature' | 'foreign' | 'received'
    error: string | null
    minute: Date
  },
): Promise<{ id: string | null; paymentId: string | null }> {
  const { rows } = await database.query<{ id: string | null; payment_id: string | null }>(
    `with known as (
       select id from bayar.payments where order_id = $4 limit 1
     ), again as (
       update bayar.notifications set copies = copies + 1 where digest = $3 returning id
     ), used as (
       select case when exists (select 1 from known)
         then (select count(*) from bayar.notifications n where n.order_id = $4 and n.payment_id is null and n.status = 'invalid_signature') >= $14
         else (select coalesce(sum(count), 0) from bayar.notification_counters where minute = $13 and kind = 'stored') >= $15 end as up
     ), stored as (
       insert into bayar.notifications (id, channel, raw, digest, order_id, transaction_id, transaction_status, payment_type, status_code, gross_amount,
              sender, status, error, received_at, processed_at)
       select $1::uuid, $2::text, $5::bytea, $3::uuid, $4::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::text, $16::text, $17::timestamptz, $17::timestamptz
        where not exists (select 1 from again) and not (select up from used)
           on conflict (digest) where digest is not null do update set copies = bayar.notifications.copies + 1
       returning id
     ), counted as (
       insert into bayar.notification_counters as c (minute, kind, count)
       select $13, case when exists (select 1 from stored) then 'stored' else 'untrusted' end, 1
           on conflict (minute, kind) do update set count = c.count + 1
     )
     select coalesce((select id from stored), (select id from again)) as id, (select id from known) as payment_id,
            set_config('synchronous_commit', 'on', true) as durable`,
    [
      notice.id,
      notice.channel,
      options.digest,
      notice.orderId,
      notice.raw.subarray(0, FORGED_BODY_BYTES),
      notice.transactionId,
      notice.transactionStatus,
      notice.paymentType,
      notice.statusCode,
      notice.grossAmount,
      notice.sender,
      options.status,
      options.minute,
      FORGED_STORED_PER_ORDER,
      FORGED_STORED_PER_MINUTE,
      options.error,
      notice.receivedAt,
    ],
  )
  return { id: rows[0]!.id, paymentId: rows[0]!.payment_id }
}

/** What is counted because it is not stored. */
export async function countNotification(
  database: Queryable,
  kind: string,
  minute: Date,
  times: number,
): Promise<void> {
  await database.query(
    `insert into bayar.notification_counters as c (minute, kind, count) values ($1, $2, $3)
         on conflict (minute, kind) do update set count = c.count + excluded.count`,
    [minute, kind, times],
  )
}

/** A signed notice that cannot be understood: kept, answered 200, replayed by a later version. */
export async function recordFailed(
  database: Queryable,
  notice: NewNotification,
  error: string,
): Promise<void> {
  await database.query(
    `insert into bayar.notifications (id, channel, merchant, raw, order_id, transaction_id, transaction_status, fraud_status, payment_type, status_code,
            gross_amount, sender, status, error, received_at, processed_at, payment_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'failed', $13, $14, $14,
            (select id from bayar.payments where merchant = $3 and order_id = $5))
     returning set_config('synchronous_commit', 'on', true)`,
    [
      notice.id,
      notice.channel,
      notice.merchant,
      notice.raw,
      notice.orderId,
      notice.transactionId,
      notice.transactionStatus,
      notice.fraudStatus,
      notice.paymentType,
      notice.statusCode,
      notice.grossAmount,
      notice.sender,
      error,
      notice.receivedAt,
    ],
  )
}

export interface NotificationRow {
  readonly id: string
  readonly channel: NewNotification['channel']
  readonly merchant: string | null
  readonly raw: Buffer
  readonly order_id: string | null
  readonly transaction_id: string | null
  readonly transaction_status: string | null
  readonly fraud_status: string | null
  readonly payment_type: string | null
  readonly status_code: string | null
  readonly gross_amount: string | null
  readonly sender: string | null
  readonly status: NotificationStatus
  readonly error: string | null
  readonly attempts: number
  readonly copies: number
  readonly payment_id: string | null
  readonly original_id: string | null
  readonly received_at: Date
  readonly processed_at: Date | null
  readonly due_at: Date | null
}

const COLUMNS = `n.id, n.channel, n.merchant, n.raw, n.order_id, n.transaction_id, n.transaction_status, n.fraud_status, n.payment_type, n.status_code,
  n.gross_amount, n.sender, n.status, n.error, n.attempts, n.copies, n.payment_id, n.original_id, n.received_at, n.processed_at, n.due_at`

export async function findNotification(
  database: Queryable,
  id: string,
): Promise<NotificationRow | undefined> {
  const { rows } = await database.prepared<NotificationRow>(
    'bayar_find_notification',
    `select ${COLUMNS} from bayar.notifications n where n.id = $1`,
    [id],
  )
  return rows[0]
}

/** Locks one notice, unless it has its verdict already or someone else is at it. */
export async function lockDueNotification(tx: Queryable, id: string): Promise<NotificationRow | undefined> {
  const { rows } = await tx.prepared<NotificationRow>(
    'bayar_lock_due_notification',
    `select ${COLUMNS} from bayar.notifications n where n.id = $1 and n.due_at is not null for update`,
    [id],
  )
  return rows[0]
}

/** Takes work that is due for the length of a lease, oldest first. Others skip what is taken. */
export async function claimDueNotifications(
  database: Queryable,
  options: { at: Date; leaseUntil: Date; limit: number },
): Promise<readonly NotificationRow[]> {
  const { rows } = await database.query<NotificationRow>(
    `with due as (
       select id from bayar.notifications where due_at <= $1 order by due_at limit $3 for update skip locked
     )
     update bayar.notifications n set due_at = $2 from due where n.id = due.id returning ${COLUMNS}`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows.toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

/** The application failed: kept with its reason, and tried again at `dueAt` (never, when null). */
export async function putOffNotification(
  database: Queryable,
  id: string,
  options: { status: 'received' | 'failed' | 'foreign'; error: string | null; dueAt: Date | null; at: Date },
): Promise<void> {
  await database.query(
    `update bayar.notifications set status = $2, error = $3, due_at = $4, attempts = attempts + 1,
            processed_at = case when $4::timestamptz is null then $5::timestamptz end
      where id = $1 and due_at is not null`,
    [id, options.status, options.error, options.dueAt, options.at],
  )
}

export interface NotificationFilter {
  readonly status?: NotificationStatus
  readonly statuses?: readonly NotificationStatus[]
  readonly orderId?: string
  readonly paymentId?: string
  readonly from?: Date
  readonly to?: Date
}

export async function listNotifications(
  database: Queryable,
  page: { filter: NotificationFilter; after: string | null; limit: number; descending: boolean },
): Promise<readonly NotificationRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const where: string[] = ['true']
  const { filter } = page
  if (filter.status !== undefined) where.push(`n.status = ${given(filter.status)}`)
  if (filter.statuses !== undefined) where.push(`n.status = any (${given(filter.statuses)}::text[])`)
  if (filter.paymentId !== undefined) where.push(`n.payment_id = ${given(filter.paymentId)}`)
  if (filter.orderId !== undefined) {
    // Matched notices are found through their payment, the others by their own index.
    const order = given(filter.orderId)
    where.push(
      `(n.payment_id in (select id from bayar.payments where order_id = ${order}) or (n.payment_id is null and n.order_id = ${order}))`,
    )
  }
  if (filter.from !== undefined) where.push(`n.received_at >= ${given(filter.from)}`)
  if (filter.to !== undefined) where.push(`n.received_at < ${given(filter.to)}`)
  if (page.after !== null) where.push(`n.id ${page.descending ? '<' : '>'} ${given(page.after)}::uuid`)
  const { rows } = await database.query<NotificationRow>(
    `select ${COLUMNS} from bayar.notifications n where ${where.join(' and ')} order by n.id ${page.descending ? 'desc' : 'asc'} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

/** Queues a stored notice to be judged again. Its verdict stays until there is another one. */
export async function queueNotification(database: Queryable, id: string, at: Date): Promise<void> {
  await database.query('update bayar.notifications set due_at = $2 where id = $1', [id, at])
}

/** Notices just stored as foreign whose payment was written in the same moment. */
export async function requeueForeign(database: Queryable, ids: readonly string[], at: Date): Promise<number> {
  const { rowCount } = await database.query(
    `update bayar.notifications n set payment_id = p.id, status = 'received', due_at = $2
       from bayar.payments p
      where n.id = any ($1::uuid[]) and n.status = 'foreign' and p.merchant = n.merchant and p.order_id = n.order_id`,
    [ids, at],
  )
  return rowCount ?? 0
}

/** The transactions that notices of an order named while it was not here, the latest first. */
export async function listForeignTransactions(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ transaction_id: string }>(
    `select transaction_id from bayar.notifications
      where payment_id is null and order_id = $2 and merchant = $1 and status = 'foreign' and transaction_id is not null
      group by transaction_id order by max(id::text) desc limit 10`,
    [merchant, orderId],
  )
  return rows.map((row) => row.transaction_id)
}

/** Notices that wait for the decision about one transaction: each is judged again. */
export async function queueReviewed(
  tx: Queryable,
  about: { paymentId: string; transactionId: string; at: Date },
): Promise<void> {
  await tx.query(
    `update bayar.notifications set due_at = $3 where payment_id = $1 and transaction_id = $2 and status = 'review' and due_at is null`,
    [about.paymentId, about.transactionId, about.at],
  )
}

/** The key is known now: the notice is genuine, and whose. */
export async function trustNotification(
  database: Queryable,
  id: string,
  merchant: string,
  at: Date,
): Promise<void> {
  await database.query(
    `update bayar.notifications n set merchant = $2, digest = null, status = 'received', due_at = $3,
            payment_id = (select p.id from bayar.payments p where p.merchant = $2 and p.order_id = n.order_id)
      where n.id = $1 and n.status = 'invalid_signature'`,
    [id, merchant, at],
  )
}

/** The verdict that a look-up at Midtrans gave. The caller holds the notice's lock. */
export async function concludeNotification(
  tx: Queryable,
  id: string,
  verdict: { status: NotificationStatus; error: string | null; at: Date },
): Promise<void> {
  await tx.query(
    `update bayar.notifications set status = $2, error = $3, due_at = null, processed_at = $4, attempts = attempts + 1 where id = $1`,
    [id, verdict.status, verdict.error, verdict.at],
  )
}
