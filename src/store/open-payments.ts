import type { Queryable } from './database.ts'

/** The work list of status checks: payments that Midtrans has not ended. Narrow, so that a million of them are walked in flat memory. */
export interface OpenPayment {
  readonly payment_id: string
  readonly merchant: string
  readonly order_id: string
  readonly checks: number
  readonly created_at: Date
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
     select t.payment_id, t.checks, p.merchant, p.order_id, p.created_at from taken t join bayar.payments p on p.id = t.payment_id`,
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
