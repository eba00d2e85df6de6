/** Which subscriptions Midtrans is asked about again, and what its answer is held against. */
import type { Queryable } from './database.ts'
import type { SubscriptionRow } from './subscriptions.ts'

const ASKED_EVERY_SECONDS = 5

/**
 * Something may have happened to it: asked about as soon as a worker is free, but not every second, for anybody can send such a notice. True when one of ours is meant. Of one whose own id nobody knows yet, the
 * id that the notice tells is kept, as a place to look.
 */
export async function syncSubscriptionSoon(
  database: Queryable,
  hint: { readonly id: string | null; readonly name: string | null },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update bayar.subscriptions
        set next_sync_at = least(next_sync_at, greatest($3::timestamptz, synced_at + make_interval(secs => $4))), syncs_failed = 0,
            hinted_id = case when gateway_id is null then coalesce($1, hinted_id) else hinted_id end
      where (gateway_id = $1 or gateway_name = $2) and collection = 'native'`,
    [hint.id, hint.name, at, ASKED_EVERY_SECONDS],
  )
  return (rowCount ?? 0) > 0
}

/** `next_sync_at`: something may have happened. `regular_sync_at`: it is its turn. */
export type SyncList = 'next_sync_at' | 'regular_sync_at'

/** Those of a list that are due, for the length of a lease. */
export async function claimSubscriptionsToSync(
  database: Queryable,
  list: SyncList,
  options: { at: Date; leaseUntil: Date; limit: number },
): Promise<readonly SubscriptionRow[]> {
  const { rows } = await database.query<SubscriptionRow>(
    `with due as (
       select id from bayar.subscriptions where ${list} <= $1 order by ${list} limit $3 for update skip locked
     )
     update bayar.subscriptions s set ${list} = $2 from due where s.id = due.id returning s.*`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}

/** When it is asked about again. A notice that came since the question is asked about once more. */
export async function planSubscriptionSync(
  database: Queryable,
  id: string,
  plan: { next: Date | null; regular: Date | null; leasedUntil: Date | null; failed: boolean },
): Promise<void> {
  await database.query(
    `update bayar.subscriptions
        set next_sync_at = case when next_sync_at >= $4::timestamptz then $2::timestamptz else least(next_sync_at, $2::timestamptz) end,
            regular_sync_at = $3, syncs_failed = case when $5 then syncs_failed + 1 else 0 end
      where id = $1`,
    [id, plan.next, plan.regular, plan.leasedUntil, plan.failed],
  )
}

/** Which of these transactions are in our books. */
export async function knownTransactions(
  database: Queryable,
  merchant: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ transaction_id: string }>(
    `select a.transaction_id from bayar.attempts a join bayar.payments p on p.id = a.payment_id
      where a.transaction_id = any ($2::text[]) and p.merchant = $1`,
    [merchant, ids],
  )
  return new Set(rows.map((row) => row.transaction_id))
}

/** Whether Midtrans made a transaction for it since. */
export async function hasChargeSince(database: Queryable, id: string, since: Date): Promise<boolean> {
  const { rows } = await database.query<{ is: boolean }>(
    `select exists (select 1 from bayar.payments p left join bayar.attempts a on a.payment_id = p.id
       where p.owner_id = $1 and coalesce(a.transaction_time, a.created_at, p.created_at) >= $2) as is`,
    [id, since],
  )
  return rows[0]!.is
}

/** It was read again at Midtrans: what its notices hinted at is known. */
export async function closeSubscriptionNotices(
  database: Queryable,
  about: { id: string | null; name: string | null },
  at: Date,
): Promise<void> {
  await database.query(
    `update bayar.notifications set status = 'processed', processed_at = $3
      where channel = 'recurring' and status = 'received' and transaction_id = any (array[$1, $2]::text[]) and received_at <= $3`,
    [about.id, about.name, at],
  )
}

/** A charge of these days that is ours by its name and not among those that Midtrans lists: perhaps there is a second subscription of that name. */
export async function hasUnlistedCharge(
  database: Queryable,
  id: string,
  listed: readonly string[],
  created: { readonly from: Date; readonly to: Date },
): Promise<boolean> {
  const { rows } = await database.query<{ is: boolean }>(
    `select exists (select 1 from bayar.payments p join bayar.attempts a on a.payment_id = p.id
       where p.owner_id = $1 and p.created_at between $3 and $4 and a.transaction_id <> all ($2::text[])) as is`,
    [id, listed, created.from, created.to],
  )
  return rows[0]!.is
}
