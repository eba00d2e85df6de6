/** What the customer is asked to pay for: a change of plan is paid for the plan that it brings, while the subscription still bears the name of the old one. */
import type { Queryable } from '../../store/database.ts'
import type { ObligationRow } from '../../store/obligations.ts'
import { findPlan } from '../../store/plans.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'

export async function titleOwed(
  database: Queryable,
  { title }: SubscriptionRow,
  { kind, plan_id: planId }: ObligationRow,
): Promise<string> {
  const plan = kind === 'change' && planId !== null ? await findPlan(database, planId) : undefined
  return plan?.name ?? title
}
