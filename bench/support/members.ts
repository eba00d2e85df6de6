/**
 * Members whose paid month is over, as a month of real ones leaves them: subscription, its paid period, and for every fifth a wallet with its entry. In sets, because a hundred thousand of them one by one take an
 * hour. Of five, two have a saved card, two pay to a number of BCA's, and one pays out of the wallet.
 */
import type pg from 'pg'
import { say } from './ground.ts'

const CHUNK = 20_000
export const PRICE = 90_000
const TABLES = ['subscriptions', 'obligations', 'wallets', 'wallet_entries']

export async function seedMembers(pool: pg.Pool, count: number, cards: readonly string[]): Promise<void> {
  say(`Making ${count.toLocaleString('en')} members whose month is over …`)
  for (let at = 0; at < count; at += CHUNK)
    await pool.query(SEED, [at, Math.min(at + CHUNK, count) - 1, PRICE, cards])
  for (const table of TABLES) await pool.query(`vacuum analyze bayar.${table}`)
  await pool.query('checkpoint')
}

const SEED = `
with numbered as materialized (
  select n, uuidv7() as id, uuidv7() as obligation_id, uuidv7() as wallet_id, 'member-' || n as user_id, n % 5 as kind,
         date_trunc('second', now()) - interval '1 hour' + n % 3000 * interval '1 second' as due,
         date_trunc('second', now()) - interval '31 days' as began
    from generate_series($1::int, $2::int) as n
), subscribed as (
  insert into bayar.subscriptions (id, merchant, request_digest, version, collection, status, title, payment_type, token, method, amount, interval_count,
         interval_unit, cycle, starts_at, next_charge_at, previous_charge_at, last_charge, user_id, customer_first_name, customer_email, anchor_day, period,
         current_period_start, current_period_end, created_at, updated_at)
  select id, 'default', sha256(user_id::bytea), 3, case kind when 4 then 'wallet' else 'charge' end, 'active', 'Pro',
         case kind when 4 then 'wallet' when 0 then 'credit_card' when 1 then 'credit_card' else 'bank_transfer' end,
         case when kind in (0, 1) then ($4::text[])[1 + n % cardinality($4::text[])] end, case when kind in (2, 3) then '{"bank": "bca"}'::jsonb else '{}' end,
         $3, 1, 'month', 1, began, due, began, 'paid', user_id, 'Budi', user_id || '@example.com',
         extract(day from began at time zone 'Asia/Jakarta'), 1, began, due, began, began
    from numbered
), owed as (
  insert into bayar.obligations (id, merchant, subscription_id, kind, period, status, amount, period_start, period_end, charges, paid_at, created_at, updated_at)
  select obligation_id, 'default', id, 'period', 1, 'paid', $3, began, due, 0, began, began, began from numbered
), filled as (
  insert into bayar.wallets (id, merchant, user_id, version, balance, created_at, updated_at)
  select wallet_id, 'default', user_id, 1, $3::bigint * 3, began, began from numbered where kind = 4
)
insert into bayar.wallet_entries (id, wallet_id, sequence, kind, cause_kind, cause_id, amount, balance, owed, shortfall, made_by, occurred_at)
select uuidv7(), wallet_id, 1, 'adjustment', 'adjustment', 'opening-' || n, $3::bigint * 3, $3::bigint * 3, 0, 0, 'bench', began from numbered where kind = 4`
