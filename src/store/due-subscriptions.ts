/** What is billed by our own clock: whose time has come, who had their trial, and what a customer may use. */
import type { Features } from '../domain/plan.ts'
import type { Collection } from '../domain/subscription.ts'
import type { Queryable } from './database.ts'
import type { SubscriptionRow, SubscriptionView } from './subscriptions.ts'

/** Whose period is over and who go on; never one that Midtrans charges by itself (W7). */
const DUE = `status in ('trialing', 'active') and next_charge_at is not null and not cancel_at_period_end`

export type BilledCollection = Exclude<Collection, 'native'>

export interface DueSubscription {
  readonly id: string
  readonly merchant: string
  readonly at: Date
}

export async function listDueSubscriptions(
  database: Queryable,
  page: { at: Date; after: DueSubscription | null; limit: number; collection: BilledCollection },
): Promise<readonly DueSubscription[]> {
  const { rows } = await database.query<DueSubscription>(
    `select id, merchant, next_charge_at as at from bayar.subscriptions
      where collection = $5 and collection <> 'native' and ${DUE} and next_charge_at <= $1 and ($2::timestamptz is null or (next_charge_at, id) > ($2, $3::uuid))
      order by next_charge_at, id limit $4`,
    [page.at, page.after?.at ?? null, page.after?.id ?? null, page.limit, page.collection],
  )
  return rows
}

/**
 * The next that are due and need nothing but a new period: no other plan from now on, no change that waits for its money, no last cycle. Locked for the rest of the transaction; those that another worker has are
 * passed over, so any number of them share the list.
 */
export async function claimDuePage(
  tx: Queryable,
  page: { at: Date; after: DueSubscription | null; limit: number; collection: BilledCollection },
): Promise<readonly SubscriptionRow[]> {
  const { rows } = await tx.query<SubscriptionRow>(
    `select s.* from bayar.subscriptions s
      where collection = $5 and collection <> 'native' and ${DUE} and next_charge_at <= $1 and ($2::timestamptz is null or (next_charge_at, id) > ($2, $3::uuid))
        and next_plan_id is null and (cycles_max is null or cycle < cycles_max)
        and not exists (select 1 from bayar.obligations o where o.subscription_id = s.id and o.kind = 'change' and o.status = 'open')
      order by next_charge_at, id limit $4 for update of s skip locked`,
    [page.at, page.after?.at ?? null, page.after?.id ?? null, page.limit, page.collection],
  )
  return rows
}

/** Their next period is asked for now: nothing else is due until that is paid. The caller holds their locks. */
export async function nextPeriodAsked(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    'update bayar.subscriptions set period = period + 1, next_charge_at = null where id = any ($1::uuid[])',
    [ids],
  )
}

/** undefined when it is due no more, or another worker is at it in this moment. After the locks of its payments and obligations. */
export async function claimDueSubscription(
  tx: Queryable,
  id: string,
  at: Date,
): Promise<SubscriptionRow | undefined> {
  const { rows } = await tx.query<SubscriptionRow>(
    `select * from bayar.subscriptions where id = $1 and collection <> 'native' and ${DUE} and next_charge_at <= $2 for update skip locked`,
    [id, at],
  )
  return rows[0]
}

/** Cancelled for the end of their period, which is over. */
export async function listToEnd(
  database: Queryable,
  page: { at: Date; after: DueSubscription | null; limit: number },
): Promise<readonly DueSubscription[]> {
  const { rows } = await database.query<DueSubscription>(
    `select id, merchant, coalesce(current_period_end, trial_end) as at from bayar.subscriptions
      where collection <> 'native' and cancel_at_period_end and status in ('trialing', 'active', 'past_due', 'paused')
        and coalesce(current_period_end, trial_end) <= $1
        and ($2::timestamptz is null or (coalesce(current_period_end, trial_end), id) > ($2, $3::uuid))
      order by coalesce(current_period_end, trial_end), id limit $4`,
    [page.at, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}

/** Past due, and the days of grace are over. */
export async function listBeyondGrace(
  database: Queryable,
  page: { at: Date; after: DueSubscription | null; limit: number },
): Promise<readonly DueSubscription[]> {
  const { rows } = await database.query<DueSubscription>(
    `select id, merchant, grace_until as at from bayar.subscriptions
      where collection <> 'native' and status = 'past_due' and grace_until <= $1
        and ($2::timestamptz is null or (grace_until, id) > ($2, $3::uuid))
      order by grace_until, id limit $4`,
    [page.at, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}

/** Whose trial ends before then, and who were not told. */
export async function listTrialsEnding(
  database: Queryable,
  page: { before: Date; after: DueSubscription | null; limit: number },
): Promise<readonly DueSubscription[]> {
  const { rows } = await database.query<DueSubscription>(
    `select id, merchant, trial_end as at from bayar.subscriptions
      where collection <> 'native' and status = 'trialing' and trial_told_at is null and not cancel_at_period_end and trial_end <= $1
        and ($2::timestamptz is null or (trial_end, id) > ($2, $3::uuid))
      order by trial_end, id limit $4`,
    [page.before, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}

/** False when this customer has had their trial. */
export async function takeTrial(
  tx: Queryable,
  trial: { merchant: string; userId: string; subscriptionId: string; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bayar.trials (merchant, user_id, subscription_id, created_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [trial.merchant, trial.userId, trial.subscriptionId, trial.at],
  )
  return rowCount === 1
}

/** What a customer has that may be used now, with what each plan allows; the oldest first. */
export async function listUsable(
  database: Queryable,
  merchant: string,
  userId: string,
): Promise<readonly (SubscriptionView & { readonly features: Features | null })[]> {
  const { rows } = await database.query<SubscriptionView & { readonly features: Features | null }>(
    `select s.*, null as open_command, false as outcome_unknown, p.slug as plan_slug, p.features from bayar.subscriptions s left join bayar.plans p on p.id = s.plan_id
      where s.merchant = $1 and s.user_id = $2 and s.status in ('trialing', 'active', 'past_due') order by s.id`,
    [merchant, userId],
  )
  return rows
}
