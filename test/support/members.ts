import { PRO } from './billing.ts'

/** A token for those with a card; without one they pay to a number of BCA's. */
export interface DueMembers {
  readonly count: number
  readonly token?: string
  /** How many of them pay out of a wallet, in which there is enough for three periods. */
  readonly wallets?: number
  readonly merchant?: string
  /** What their names begin with. */
  readonly name?: string
  readonly now: Date
}

/** Members whose month is over at this moment, written in one statement: one by one they take as long as the test that is about them. */
export async function seedDueMembers(
  database: { query(text: string, params: readonly unknown[]): Promise<unknown> },
  { count, token, wallets = 0, merchant = 'default', name = 'member', now }: DueMembers,
): Promise<void> {
  await database.query(
    `with numbered as materialized (
       select n, uuidv7() as id, uuidv7() as wallet_id, $7 || '-' || n as user_id, n <= $6 as is_wallet, $3::timestamptz - interval '31 days' as began
         from generate_series(1, $1::int) as n
     ), subscribed as (
       insert into bayar.subscriptions (id, merchant, request_digest, collection, status, title, payment_type, token, method, amount, interval_count, interval_unit, cycle,
              starts_at, next_charge_at, user_id, anchor_day, period, current_period_start, current_period_end, created_at, updated_at)
       select id, $4, sha256(user_id::bytea), case when is_wallet then 'wallet' else 'charge' end, 'active', 'Pro',
              case when is_wallet then 'wallet' when $2::text is null then 'bank_transfer' else 'credit_card' end, case when not is_wallet then $2::text end,
              case when $2::text is null and not is_wallet then '{"bank": "bca"}'::jsonb else '{}' end, $5::bigint, 1, 'month', 1, began, $3, user_id, 2, 1, began, $3, began, began
         from numbered
     ), owed as (
       insert into bayar.obligations (id, merchant, subscription_id, kind, period, status, amount, period_start, period_end, paid_at, created_at, updated_at)
       select uuidv7(), $4, id, 'period', 1, 'paid', $5::bigint, began, $3, began, began, began from numbered
     ), filled as (
       insert into bayar.wallets (id, merchant, user_id, version, balance, created_at, updated_at)
       select wallet_id, $4, user_id, 1, $5::bigint * 3, began, began from numbered where is_wallet
     )
     insert into bayar.wallet_entries (id, wallet_id, sequence, kind, cause_kind, cause_id, amount, balance, owed, shortfall, made_by, occurred_at)
     select uuidv7(), wallet_id, 1, 'adjustment', 'adjustment', 'opening-' || n, $5::bigint * 3, $5::bigint * 3, 0, 0, 'host', began from numbered where is_wallet`,
    [count, token ?? null, now, merchant, PRO.price, wallets, name],
  )
}
