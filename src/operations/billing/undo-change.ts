/**
 * The difference between two plans was taken back: the subscription is again what it was before, because that is what is paid. Where something came since (another period, another change, or it had no plan before), it
 * cannot be: then the difference is owed again, and null says so.
 */
import { anchorDayOf } from '../../domain/billing-period.ts'
import type { Transaction } from '../../store/database.ts'
import { isOwed, type ObligationRow, updateObligation } from '../../store/obligations.ts'
import { findPlan } from '../../store/plans.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type ChangeCause, changeSubscription } from '../subscriptions/change-subscription.ts'
import { receiveForCycle, voidCycleInvoice } from './cycle-invoice.ts'
import { invoiceCauseOf, type Owed } from './owed.ts'

export async function undoChange(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
  { cause, delta }: { readonly cause: ChangeCause; readonly delta: bigint },
): Promise<Owed | null> {
  const { from_plan_id: planId, from_start: start, from_end: end } = obligation
  const before = planId === null ? undefined : await findPlan(tx, planId)
  // The price of another change that is asked for counts on this one.
  const isLast = isStillSo(obligation, subscription) && !(await isOwed(tx, subscription.id, 'change'))
  if (!before || !isLast) return null
  const cycle = start === null ? subscription.cycle : Math.max(0, subscription.cycle - 1)
  const ended = await updateObligation(
    tx,
    obligation,
    { status: 'ended', paid_at: null, payment_id: null, attempt_id: null, charge_at: null },
    context.clock.now(),
  )
  const after = await changeSubscription(
    context,
    tx,
    subscription,
    {
      plan_id: before.id,
      title: before.name,
      previous_amount: subscription.amount,
      amount: before.price,
      interval_count: before.interval_count,
      interval_unit: before.interval_unit,
      cycles_max: before.cycles_max === 0 ? null : cycle + before.cycles_max,
      ...(start !== null &&
        end !== null && {
          cycle,
          current_period_start: start,
          current_period_end: end,
          // From a short month on, its end tells the day; into one, its start.
          anchor_day: Math.max(anchorDayOf(start), anchorDayOf(end)),
          ...(subscription.next_charge_at !== null && { next_charge_at: end }),
        }),
    },
    { events: ['subscription.charge_failed'], cause },
  )
  await receiveForCycle(context, tx, ended, delta, invoiceCauseOf(cause))
  await voidCycleInvoice(context, tx, ended, invoiceCauseOf(cause))
  return { obligation: ended, subscription: after }
}

/** Its plan is the one that the change made it, and its period is the one that the change began or was made in. */
function isStillSo(change: ObligationRow, now: SubscriptionRow): boolean {
  const isOfItsPeriod = now.current_period_start?.getTime() === change.period_start.getTime()
  return now.plan_id === change.plan_id && isOfItsPeriod
}
