import type { Queryable } from './database.ts'

/** The work list of status checks: payments that Midtrans has not ended. Narrow, so that a million of them are walked in flat memory. */
export interface OpenPayment {
  readonly payment_id: string
  readonly merchant: string
  readonly order_id: string
  readonly checks: number
  readonly created_at: Date
  /** Its customer chooses on a page of Midtrans's. */
  readonly is_checkout: boolean
}

/** Takes payments whose check is due for the length of a lease. */
export async function claimDuePayments(
  database: Queryable,
  options: { at: Date; leaseUntil: Date; limit: number },
): Promise<readonly OpenPayment[]> {
  const { rows } = await database.query<OpenPayment>(
    `with due as (
       select payment_id from bayar.open_payments where next_check_at <= $1 order by next_check_at limit $3 for update skip locked
     ), taken as (
       update bayar.open_payments o set next_check_at = $2, checks = o.checks + 1 from due where o.payment_id = due.payment_id
       returning o.payment_id, o.checks
     )
     select t.payment_id, t.checks, p.merchant, p.order_id, p.created_at, p.payment_type is null as is_checkout from taken t join bayar.payments p on p.id = t.payment_id`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}

export async function planNextCheck(database: Queryable, paymentId: string, at: Date): Promise<void> {
  await database.query('update bayar.open_payments set next_check_at = $2 where payment_id = $1', [
    paymentId,
    at,
  ])
}

/** The same for a whole page; what has ended meanwhile is no longer there. */
export async function planChecks(
  database: Queryable,
  planned: readonly { readonly paymentId: string; readonly at: Date }[],
): Promise<void> {
  if (planned.length === 0) return
  await database.query(
    `update bayar.open_payments o set next_check_at = p.at from unnest($1::uuid[], $2::timestamptz[]) as p(id, at) where o.payment_id = p.id`,
    [planned.map(({ paymentId }) => paymentId), planned.map(({ at }) => at)],
  )
}

/** It is open again, from the beginning. */
export async function watchAgain(tx: Queryable, paymentId: string, at: Date): Promise<void> {
  await tx.query(
    `insert into bayar.open_payments (payment_id, next_check_at) values ($1, $2)
         on conflict (payment_id) do update set next_check_at = excluded.next_check_at, checks = 0`,
    [paymentId, at],
  )
}

/** Nothing can come of it any more. */
export async function stopChecks(database: Queryable, paymentId: string): Promise<void> {
  await database.query('delete from bayar.open_payments where payment_id = $1', [paymentId])
}

/** Someone sent a badly signed notice about an order: if it is open it is asked about, and such notices cause no more than one check in ten minutes. */
export async function checkSoon(database: Queryable, paymentId: string, at: Date): Promise<void> {
  await database.query(
    `update bayar.open_payments set next_check_at = $2::timestamptz + interval '10 minutes'
      where payment_id = $1 and next_check_at > $2::timestamptz + interval '10 minutes'`,
    [paymentId, at],
  )
}

export async function countOpenPayments(database: Queryable, dueAt: Date | null): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from bayar.open_payments where $1::timestamptz is null or next_check_at <= $1',
    [dueAt],
  )
  return rows[0]!.count
}

/** A page of all open payments becomes due, by the order of their ids. Returns the last id; null at the end. */
export async function queueOpenPayments(
  database: Queryable,
  page: { after: string | null; limit: number; at: Date },
): Promise<{ readonly last: string | null; readonly queued: number }> {
  const { rows } = await database.query<{ last: string | null; walked: number; queued: number }>(
    `with page as materialized (
       select payment_id, next_check_at from bayar.open_payments where $1::uuid is null or payment_id > $1 order by payment_id limit $2
     ), queued as (
       update bayar.open_payments o set next_check_at = $3 from page where o.payment_id = page.payment_id and page.next_check_at > $3 returning 1
     )
     select (select payment_id from page order by payment_id desc limit 1) as last, (select count(*)::int from page) as walked, (select count(*)::int from queued) as queued`,
    [page.after, page.limit, page.at],
  )
  const { last, walked, queued } = rows[0]!
  return { last: walked < page.limit ? null : last, queued }
}

export interface StalePayment {
  readonly payment_id: string
  readonly merchant: string
  readonly order_id: string
}

/**
 * A page of payments that show pending after their time, by the order of their ids. One that was asked to expire lately is left out: what Midtrans would not end a moment ago it will not end now.
 */
export async function listStalePayments(
  database: Queryable,
  options: { after: string | null; expiredBefore: Date; notAskedSince: Date; limit: number },
): Promise<readonly StalePayment[]> {
  const { rows } = await database.query<StalePayment>(
    `select o.payment_id, p.merchant, p.order_id
       from bayar.open_payments o join bayar.payments p on p.id = o.payment_id
      where ($1::uuid is null or o.payment_id > $1)
        and exists (select 1 from bayar.attempts a where a.payment_id = o.payment_id and a.status = 'pending' and a.expiry_time < $2)
        and not exists (select 1 from bayar.intents i where i.payment_id = o.payment_id and i.command = 'expire' and i.created_at > $3)
        -- What Midtrans says of it cannot be read, and a person knows: it is asked about by its schedule alone.
        and not exists (select 1 from bayar.reviews v where v.payment_id = o.payment_id and v.reason = 'unclear' and v.closed_at is null)
      order by o.payment_id limit $4`,
    [options.after, options.expiredBefore, options.notAskedSince, options.limit],
  )
  return rows
}
