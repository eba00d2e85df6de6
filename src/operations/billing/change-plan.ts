/**
 * Another plan: at the end of the period, or now. Now, what is left of the old one is set against the new: of the same rhythm the period goes on at the new price; of another, a new period begins. What is missing is
 * charged, and the plan changes when it is paid; what is left over is the customer's, and the plan changes at once.
 */
import { anchorDayOf, type Period, periodEnd, unusedPart } from '../../domain/billing-period.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { min, type Rupiah } from '../../domain/money.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  cutPaidPeriod,
  findObligations,
  insertObligation,
  lockLiveObligations,
  type ObligationRow,
} from '../../store/obligations.ts'
import type { PlanRow } from '../../store/plans.ts'
import { lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Payment } from '../payments/payment-view.ts'
import { findPlanNamed, type PlanReference } from '../plans/index.ts'
import { changeSubscription } from '../subscriptions/change-subscription.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import { askFor } from './ask-for.ts'
import { heldOf, oweCredit, unusedCause } from './credit.ts'
import { endOpenCharges, LEASE_SECONDS } from './end-charge.ts'
import { listOf } from './open-period.ts'
import { supersede } from './process-due.ts'
import { changeOfPlan } from './settle-obligation.ts'
import { BY_PERSON, begin, refuseUnless } from './stop-and-go.ts'
import { viewOf } from './view-of.ts'

export interface ChangePlanInput {
  readonly plan: PlanReference
  /** `now` unless given. */
  readonly at?: 'now' | 'period_end'
}

export interface ChangedPlan {
  readonly subscription: Subscription
  /** The difference, where there is one to pay: the plan changes with it. */
  readonly payment: Payment | null
}

export async function changePlan(
  context: Context,
  row: SubscriptionRow,
  { plan: reference, at = 'now' }: ChangePlanInput,
  by: string,
): Promise<ChangedPlan> {
  if (at !== 'now' && at !== 'period_end')
    throw invalidRequest([{ field: 'at', reason: 'must be now or period_end' }])
  begin(context, at === 'now' ? 'changePlan' : 'changePlanLater', row)
  const plan = await findPlanNamed(context, reference)
  if (!plan || plan.merchant !== row.merchant) throw new BayarError('plan_not_found')
  if (plan.status !== 'active' && plan.id !== row.plan_id)
    throw new BayarError('plan_not_sold', `${plan.slug} is ${plan.status}.`)
  if (at === 'period_end') await changeLater(context, row.id, plan)
  else {
    const open = (await findObligations(context.database, row.id)).filter(({ status }) => status === 'open')
    // Before anything is ended: whoever is refused can still pay what they were asked to pay.
    refuseChangeNow(row, plan, open)
    // A change that was begun before, and not paid, gives way to this one.
    for (const { id, kind } of open) if (kind === 'change') await endOpenCharges(context, id, by)
    const owed = await context.database.transaction((tx) => changeNow(context, tx, row.id, plan))
    context.wake()
    if (owed !== null) {
      const payment = await askFor(context, owed.id, { by })
      return { subscription: await viewOf(context, row.id), payment }
    }
  }
  return { subscription: await viewOf(context, row.id), payment: null }
}

/** The plan that it has already takes back what was chosen before. */
async function changeLater(context: Context, id: string, plan: PlanRow): Promise<void> {
  await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, id)
    assert(row, 'a subscription is gone')
    refuseUnless('changePlanLater', row)
    const next = plan.id === row.plan_id ? null : plan.id
    await changeSubscription(context, tx, row, { next_plan_id: next }, { events: [], cause: BY_PERSON })
  })
  context.wake()
}

function refuseChangeNow(row: SubscriptionRow, plan: PlanRow, open: readonly ObligationRow[]): void {
  const { status } = row
  if (open.some(({ kind }) => kind === 'period'))
    throw new BayarError('command_not_possible', 'A period is not paid yet: pay it, or change at its end.', {
      details: { status },
    })
  if (plan.id !== row.plan_id) return
  const wayOut =
    row.next_plan_id === null
      ? ''
      : ' Asked for at the end of the period, it takes back what was chosen for then.'
  throw new BayarError('command_not_possible', `It has the plan ${plan.slug}.${wayOut}`, {
    details: { status },
  })
}

/** What is to be charged first; null when the plan has changed. */
async function changeNow(
  context: Context,
  tx: Transaction,
  id: string,
  plan: PlanRow,
): Promise<ObligationRow | null> {
  const live = await lockLiveObligations(tx, id)
  const open = live.filter(({ status }) => status === 'open')
  const row = await lockSubscription(tx, id)
  assert(row, 'a subscription is gone')
  refuseUnless('changePlan', row)
  refuseChangeNow(row, plan, open)
  const { amount, period, isNewPeriod } = termsOf(row, plan, {
    at: context.clock.now(),
    held: await heldOf(tx, live, row),
  })
  const about = {
    plan_id: plan.id,
    period: isNewPeriod ? row.period + 1 : row.period,
    period_start: period.start,
    period_end: period.end,
  }
  if (amount > 0n) {
    for (const change of open) await supersede(context, tx, change)
    const at = context.clock.now()
    return insertObligation(tx, {
      id: uuidv7(),
      merchant: row.merchant,
      subscription_id: id,
      kind: 'change',
      collection: listOf(row),
      amount,
      ...about,
      from_plan_id: row.plan_id,
      from_start: isNewPeriod ? row.current_period_start : null,
      from_end: isNewPeriod ? row.current_period_end : null,
      charge_at: secondsAfter(at, LEASE_SECONDS),
      created_at: at,
    })
  }
  const current = live.find(
    ({ status, period_end: end }) => status === 'paid' && end.getTime() === row.current_period_end?.getTime(),
  )
  if (isNewPeriod) await cutPaidPeriod(tx, id, period.start)
  const { changes, events } = await changeOfPlan(tx, row, about)
  // Of a trial nothing was paid and nothing is: its end is what it was.
  const isTrial = row.status === 'trialing'
  const { next_charge_at: _, ...kept } = changes
  await changeSubscription(context, tx, row, isTrial ? kept : changes, { events, cause: BY_PERSON })
  await oweCredit(context, tx, row, {
    amount: -amount,
    cause: { kind: 'plan_change', id: unusedCause(current?.id ?? null) },
    reason: 'unused_plan',
  })
  // Only now, because its invoice is locked after the wallet.
  for (const change of open) await supersede(context, tx, change)
  return null
}

interface Terms {
  /** Negative is the customer's. */
  readonly amount: bigint
  readonly period: Period
  readonly isNewPeriod: boolean
}

function termsOf(
  row: SubscriptionRow,
  plan: PlanRow,
  { at, held }: { readonly at: Date; readonly held: Rupiah },
): Terms {
  const { current_period_start: start, current_period_end: end } = row
  if (row.status === 'trialing' || start === null || end === null)
    return { amount: 0n, period: { start: at, end: at }, isNewPeriod: false }
  const current = { start, end }
  const unused = min(unusedPart(row.amount, current, at), held)
  const isSameRhythm = plan.interval_count === row.interval_count && plan.interval_unit === row.interval_unit
  if (isSameRhythm)
    return { amount: unusedPart(plan.price, current, at) - unused, period: current, isNewPeriod: false }
  const rhythm = { count: plan.interval_count, unit: plan.interval_unit }
  const period = { start: at, end: periodEnd(at, rhythm, anchorDayOf(at)) }
  return { amount: plan.price - unused, period, isNewPeriod: true }
}
