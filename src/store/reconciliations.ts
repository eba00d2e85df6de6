/** What a reconciliation reads of our own books, page by page: it walks in the order of creation, and keeps nothing. */
import type { Queryable } from './database.ts'
import type { IntentCommand } from './intents.ts'
import type { ReviewRow } from './reviews.ts'

export interface Period {
  readonly merchants: readonly string[]
  readonly from: Date
  readonly to: Date
}

export interface PeriodPayment {
  readonly id: string
  readonly merchant: string
  readonly order_id: string
  readonly created_at: Date
  readonly status: string
  readonly gross_amount: bigint
}

export async function listPaymentsOfPeriod(
  database: Queryable,
  { merchants, from, to }: Period,
  page: { after: { createdAt: Date; id: string } | null; limit: number },
): Promise<readonly PeriodPayment[]> {
  const { rows } = await database.query<PeriodPayment>(
    `select id, merchant, order_id, created_at, coalesce(presumed, status) as status, gross_amount from bayar.payments
      where created_at >= $1 and created_at < $2 and merchant = any ($3::text[])
        and ($4::timestamptz is null or (created_at, id) > ($4::timestamptz, $5::uuid))
      order by created_at, id limit $6`,
    [from, to, merchants, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}

/** Payments that are open, or that anything was learnt of since an instant. One pass over them all, for something that happens as often as keys change. */
export async function listTouchedPayments(
  database: Queryable,
  page: {
    merchants: readonly string[]
    since: Date
    after: { createdAt: Date; id: string } | null
    limit: number
  },
): Promise<readonly PeriodPayment[]> {
  const { rows } = await database.query<PeriodPayment>(
    `select p.id, p.merchant, p.order_id, p.created_at, coalesce(p.presumed, p.status) as status, p.gross_amount from bayar.payments p
      where (p.updated_at >= $1 or exists (select 1 from bayar.open_payments o where o.payment_id = p.id))
        and ($2::timestamptz is null or (p.created_at, p.id) > ($2::timestamptz, $3::uuid)) and p.merchant = any ($5::text[])
      order by p.created_at, p.id limit $4`,
    [page.since, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit, page.merchants],
  )
  return rows
}

/** How many of the period there are, and how many of them come up to and with `after`: for the progress bar. */
export async function countPaymentsOfPeriod(
  database: Queryable,
  { merchants, from, to }: Period,
  after: { createdAt: Date; id: string } | null,
): Promise<{ total: number; passed: number }> {
  const { rows } = await database.query<{ total: string; passed: string }>(
    `select count(*)::text as total, count(*) filter (where (created_at, id) <= ($4::timestamptz, $5::uuid))::text as passed
       from bayar.payments where created_at >= $1 and created_at < $2 and merchant = any ($3::text[])`,
    [from, to, merchants, after?.createdAt ?? null, after?.id ?? null],
  )
  return { total: Number(rows[0]!.total), passed: Number(rows[0]!.passed) }
}

export async function listOpenReviewsOf(
  database: Queryable,
  paymentIds: readonly string[],
): Promise<readonly ReviewRow[]> {
  const { rows } = await database.query<ReviewRow>(
    `select v.* from bayar.reviews v where v.closed_at is null and v.payment_id = any ($1::uuid[]) order by v.id`,
    [paymentIds],
  )
  return rows
}

export interface UnclearIntentRow {
  readonly id: string
  readonly payment_id: string
  readonly command: IntentCommand
  readonly transaction_id: string | null
  readonly created_at: Date
}

/** Commands that were sent before `sentBefore`, and nobody knows what became of them. */
export async function listUnclearIntentsOf(
  database: Queryable,
  paymentIds: readonly string[],
  sentBefore: Date,
): Promise<readonly UnclearIntentRow[]> {
  const { rows } = await database.query<UnclearIntentRow>(
    `select i.id, i.payment_id, i.command, i.transaction_id, i.created_at from bayar.intents i
      where i.payment_id = any ($1::uuid[]) and i.state = 'sent' and (i.answered_at is not null or i.sent_at < $2) order by i.id`,
    [paymentIds, sentBefore],
  )
  return rows
}

/** One order that Midtrans told of and that is not here, as its latest notice has it. */
export interface ForeignOrderRow {
  readonly merchant: string
  readonly order_id: string
  readonly notices: number
  readonly notification_id: string
  readonly transaction_id: string | null
  readonly transaction_status: string | null
  readonly payment_type: string | null
  readonly gross_amount: string | null
  readonly first_at: Date
  readonly last_at: Date
}

/** By account and order id. Only what is signed: of a hint nobody knows whose it is. */
export async function listForeignOrders(
  database: Queryable,
  period: {
    readonly merchants: readonly string[] | null
    readonly from: Date | null
    readonly to: Date | null
  },
  page: { after: { merchant: string; orderId: string } | null; limit: number; descending?: boolean },
): Promise<readonly ForeignOrderRow[]> {
  const isBack = page.descending === true
  const { rows } = await database.query<ForeignOrderRow>(
    `with told as (
       select n.merchant, n.order_id, count(*)::int as notices, min(n.received_at) as first_at, max(n.received_at) as last_at,
              (array_agg(n.id order by n.id desc))[1] as notification_id
         from bayar.notifications n
        where n.status = 'foreign' and n.merchant is not null and n.order_id is not null and n.channel = 'payment'
          and ($1::text[] is null or n.merchant = any ($1::text[]))
          and ($2::timestamptz is null or n.received_at >= $2) and ($3::timestamptz is null or n.received_at < $3)
          and ($4::text is null or (n.merchant, n.order_id) ${isBack ? '<' : '>'} ($4::text, $5::text))
        group by n.merchant, n.order_id order by n.merchant ${isBack ? 'desc' : 'asc'}, n.order_id ${isBack ? 'desc' : 'asc'} limit $6
     )
     select told.*, n.transaction_id, n.transaction_status, n.payment_type, n.gross_amount
       from told join bayar.notifications n on n.id = told.notification_id
      order by told.merchant ${isBack ? 'desc' : 'asc'}, told.order_id ${isBack ? 'desc' : 'asc'}`,
    [
      period.merchants,
      period.from,
      period.to,
      page.after?.merchant ?? null,
      page.after?.orderId ?? null,
      page.limit,
    ],
  )
  return rows
}

/**
 * What was paid to us within a period by Midtrans's own clock. When we learnt of it does not matter: a notice that came an hour later belongs to the day on which the money came. One pass over the
 * attempts, because nothing else asks for them by this time.
 */
export async function sumSettledWithin(
  database: Queryable,
  merchant: string,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<bigint> {
  const { rows } = await database.query<{ settled: bigint }>(
    `select coalesce(sum(a.captured_amount), 0)::bigint as settled from bayar.attempts a join bayar.payments p on p.id = a.payment_id
      where a.paid and p.merchant = $1 and a.settlement_time >= $2 and a.settlement_time <= $3`,
    [merchant, from, to],
  )
  return rows[0]!.settled
}
