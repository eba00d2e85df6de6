/** Money that is the customer's and belongs to no period, until it is in their wallet. */
import type { Queryable } from './database.ts'

export interface CreditRow {
  readonly id: string
  readonly merchant: string
  readonly user_id: string | null
  readonly subscription_id: string
  /** Negative where money that was credited is taken back. */
  readonly amount: bigint
  readonly cause_kind: 'attempt' | 'plan_change'
  readonly cause_id: string
  readonly payment_id: string | null
  readonly attempt_id: string | null
  readonly reason: string
  readonly paid_out_at: Date | null
  readonly created_at: Date
}

/** False when this cause was written before: each movement of money is credited once. */
export async function insertCredit(tx: Queryable, credit: Omit<CreditRow, 'paid_out_at'>): Promise<boolean> {
  const names = Object.keys(credit)
  const { rowCount } = await tx.query(
    `insert into bayar.credits_owed (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
         on conflict (cause_kind, cause_id) do nothing`,
    Object.values(credit),
  )
  return rowCount === 1
}

/** What came by one attempt and is in the customer's wallet: because it belongs to no period, or because it was left of one when its plan changed. */
export async function creditedOf(tx: Queryable, subscriptionId: string, attemptId: string): Promise<bigint> {
  const { rows } = await tx.query<{ amount: bigint }>(
    `select coalesce(sum(amount), 0)::bigint as amount from bayar.credits_owed
      where subscription_id = $1 and paid_out_at is not null
        and (attempt_id = $2 or (cause_kind = 'plan_change' and exists (
               select 1 from bayar.obligations o where o.subscription_id = $1 and o.attempt_id = $2 and starts_with(cause_id, o.id || '/'))))`,
    [subscriptionId, attemptId],
  )
  return rows[0]!.amount
}

export async function markCreditPaidOut(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.query('update bayar.credits_owed set paid_out_at = $2 where id = $1', [id, at])
}

/** What was left of a period and given back when its plan changed: in all, and as it stands after what was taken back of it. */
export async function unusedOf(
  tx: Queryable,
  subscriptionId: string,
  obligationId: string,
): Promise<{ readonly given: bigint; readonly standing: bigint }> {
  const { rows } = await tx.query<{ given: bigint; standing: bigint }>(
    `select coalesce(sum(amount) filter (where reason = 'unused_plan'), 0)::bigint as given, coalesce(sum(amount), 0)::bigint as standing
       from bayar.credits_owed where subscription_id = $1 and cause_kind = 'plan_change' and starts_with(cause_id, $2)`,
    [subscriptionId, `${obligationId}/`],
  )
  return rows[0]!
}

/**
 * What is still here of the money that paid these: without what was given back, is being given back, or went into a wallet instead, and without what was credited of it. A refund that is confirmed has lowered the net
 * already. Paid out of a wallet or elsewhere, no payment knows of it, and it counts whole.
 */
export async function heldForObligations(
  tx: Queryable,
  subscriptionId: string,
  obligationIds: readonly string[],
): Promise<bigint> {
  const { rows } = await tx.query<{ held: bigint }>(
    `select greatest(0, coalesce(sum(
              case when o.payment_id is null then o.amount
                   else least(o.amount, greatest(0, p.net_amount - coalesce((select sum(r.amount) from bayar.refunds r where r.payment_id = p.id and r.status in ('reserved', 'given')), 0))) end
              - coalesce((select sum(c.amount) from bayar.credits_owed c where c.subscription_id = $1 and c.cause_kind = 'plan_change' and starts_with(c.cause_id, o.id || '/')), 0)), 0))::bigint as held
       from bayar.obligations o left join bayar.payments p on p.id = o.payment_id
      where o.subscription_id = $1 and o.id = any ($2::uuid[])`,
    [subscriptionId, obligationIds],
  )
  return rows[0]!.held
}
