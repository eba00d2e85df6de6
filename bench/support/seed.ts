/**
 * Pending payments as charges leave them: payment, item, intent with its answer, attempt, history row, place on the work list. In sets, because a million charges one by one take an
 * hour. Payments are numbered, and everything about one follows from its number, so that its settlement can be written without asking the database.
 */
import type pg from 'pg'
import { say } from './ground.ts'

const CHUNK = 50_000
const COPIES_MOST = 15

/** Adds the payments numbered from `from` (included) to `to` (excluded). */
export async function seedPayments(pool: pg.Pool, from: number, to: number): Promise<void> {
  if (to <= from) return
  say(`Making ${(to - from).toLocaleString('en')} pending payments …`)
  for (let at = from; at < to; at += CHUNK) await pool.query(SEED, [at, Math.min(at + CHUNK, to) - 1])
}

/** Payments whose settlement came: told again, it is a copy. Over and over until there are so many, but never so often that copies are only counted. */
export async function settledNumbers(pool: pg.Pool, count: number): Promise<number[]> {
  const { rows } = await pool.query<{ number: number }>(
    `select right(order_id, 12)::int as number from bayar.payments where status = 'settled' order by id`,
  )
  return Array.from(
    { length: Math.min(count, rows.length * COPIES_MOST) },
    (_, index) => rows[index % rows.length]!.number,
  )
}

/** Fresh statistics, and a checkpoint so that none falls into a measurement: each page is then logged whole at its first change, the dearest case. */
export async function settle(pool: pg.Pool): Promise<void> {
  const tables = [
    'payments',
    'attempts',
    'events',
    'deliveries',
    'notifications',
    'open_payments',
    'intents',
    'payment_items',
  ]
  for (const table of tables) await pool.query(`vacuum analyze bayar.${table}`)
  await pool.query('checkpoint')
}

const SEED = `
with numbered as materialized (
  select n, uuidv7() as payment_id, uuidv7() as intent_id, uuidv7() as attempt_id, uuidv7() as event_id,
         'BENCH-' || lpad(n::text, 12, '0') as order_id, md5('bench-' || n)::uuid::text as transaction_id,
         100000 + n % 900 * 1000 as amount, '39' || lpad(n::text, 9, '0') as va_number, date_trunc('second', now()) - interval '10 minutes' as at
    from generate_series($1::int, $2::int) as n
), paid as (
  insert into bayar.payments (id, merchant, order_id, version, status, payment_type, bank, gross_amount, customer_first_name, customer_last_name,
         customer_email, customer_phone, request_digest, created_at, updated_at)
  select payment_id, 'default', order_id, 1, 'pending', 'bank_transfer', 'bca', amount, 'Budi', 'Santoso', 'budi' || n || '@example.com',
         '+628123456789', sha256(order_id::bytea), at, at from numbered
), itemised as (
  insert into bayar.payment_items (payment_id, position, item_id, name, price, quantity)
  select payment_id, 1, 'SKU-1', 'One thing', amount, 1 from numbered
), intended as (
  insert into bayar.intents (id, payment_id, command, state, key, request, requested_by, send_before, sent_at, answer_class, answer_code, answer, answered_at, created_at)
  select intent_id, payment_id, 'charge', 'done', intent_id::text, jsonb_build_object('orderId', order_id, 'grossAmount', amount::text), 'code',
         at + interval '5 minutes', at, 'done', '201', convert_to(repeat('-', 700), 'UTF8'), at, at from numbered
), attempted as (
  insert into bayar.attempts (id, payment_id, transaction_id, status, gross_amount, transaction_status, fraud_status, status_code, payment_type, transaction_time,
         expiry_time, instructions, instruction_ranks, created_at, updated_at)
  select attempt_id, payment_id, transaction_id, 'pending', amount, 'pending', 'accept', '201', 'bank_transfer', '2026-11-20 09:00:00+07', '2026-11-21 09:00:00+07',
         jsonb_build_object('bank', 'bca', 'va_number', va_number), '{"bank": 3, "va_number": 3}', at, at from numbered
), remembered as (
  insert into bayar.events (id, subject_id, sequence, type, attempt_id, from_status, to_status, previous, status, money_delta, refunded_amount, net_amount, source,
         intent_id, occurred_at)
  select event_id, payment_id, 1, 'payment.received', attempt_id, 'none', 'pending', 'created', 'pending', 0, 0, 0, 'answer', intent_id, at from numbered
)
insert into bayar.open_payments (payment_id, next_check_at, checks) select payment_id, at + interval '6 hours' + n % 3600 * interval '1 second', 2 from numbered`
