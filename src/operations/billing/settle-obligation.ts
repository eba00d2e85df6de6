/** What becomes of a subscription when one of its obligations is paid, not paid, or taken back. Each under the locks of the obligation and the subscription. */
import { anchorDayOf, periodEnd, type Rhythm } from '../../domain/billing-period.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { graceEnd, nextChargeAt, wayOf } from '../../domain/dunning.ts'
import type { EventType } from '../../domain/events.ts'
import { hasEnded } from '../../domain/subscription.ts'
import { assert } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findCharges,
  isOwed,
  type ObligationRow,
  paidUntil,
  triesOf,
  updateObligation,
} from '../../store/obligations.ts'
import { findPlan } from '../../store/plans.ts'
import type { SubscriptionChanges, SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type ChangeCause, changeSubscription } from '../subscriptions/change-subscription.ts'
import { followUnused } from './credit.ts'
import { hasInvoice, receiveForCycle, voidCycleInvoice } from './cycle-invoice.ts'
import { LEASE_SECONDS } from './end-charge.ts'
import { invoiceCauseOf, type Owed } from './owed.ts'
import { undoChange } from './undo-change.ts'

/** By which money: an attempt's, or what was in the wallet; null, a person says that it was paid. */
export type Payer = { readonly paymentId: string; readonly attemptId: string } | 'wallet' | null

export function rhythmOf({ interval_count: count, interval_unit: unit }: SubscriptionRow): Rhythm {
  return { count, unit }
}

/** It is paid: its own period begins or goes on, never "an interval from now" (a settlement that comes late would move every period after it). */
export async function payObligation(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
  {
    payer,
    cause,
    received,
  }: { readonly payer: Payer; readonly cause: ChangeCause; readonly received: bigint },
): Promise<Owed> {
  const at = context.clock.now()
  const attempt = payer === 'wallet' ? null : payer
  const period = obligation.kind === 'change' ? obligation : periodOf(subscription, obligation, at)
  const isOtherOpen = (await findCharges(tx, obligation.id)).some(
    (charge) => charge.is_open && charge.payment_id !== attempt?.paymentId,
  )
  const paid = await updateObligation(
    tx,
    obligation,
    {
      status: 'paid',
      period_start: period.period_start,
      period_end: period.period_end,
      paid_at: at,
      payment_id: attempt?.paymentId ?? null,
      attempt_id: attempt?.attemptId ?? null,
      charge_at: null,
      close_at: closeAt(context, obligation, { isOtherOpen, isCharge: attempt !== null, at }),
    },
    at,
  )
  const { changes, events } =
    obligation.kind === 'change' ? await changeOfPlan(tx, subscription, paid) : renewal(subscription, paid)
  const isSettled = await goingOn(tx, { ...subscription, ...changes }, at)
  const charged: readonly EventType[] = payer === null ? [] : ['subscription.charged']
  const after = await changeSubscription(
    context,
    tx,
    subscription,
    {
      ...changes,
      ...isSettled,
      ...(payer !== null && { last_charge: 'paid' as const, previous_charge_at: at }),
    },
    { events: [...charged, ...events], cause },
  )
  const now = { obligation: paid, subscription: after }
  await followUnused(context, tx, now)
  await receiveForCycle(context, tx, paid, received, invoiceCauseOf(cause))
  return now
}

/** When what is left of it is done: another way to pay it is ended, and its invoice written, should whoever pays it die before that. That of a charge was written before it. */
function closeAt(
  context: Context,
  { invoice_id: invoiceId }: ObligationRow,
  {
    isOtherOpen,
    isCharge,
    at,
  }: { readonly isOtherOpen: boolean; readonly isCharge: boolean; readonly at: Date },
): Date | null {
  if (isOtherOpen) return at
  const waits = !isCharge && invoiceId === null && hasInvoice(context)
  return waits ? secondsAfter(at, LEASE_SECONDS) : null
}

/** Nobody had access while a first period waited for its money, so it begins when that comes. Every later one begins where the last ended. */
function periodOf(
  subscription: SubscriptionRow,
  obligation: ObligationRow,
  at: Date,
): Pick<ObligationRow, 'period_start' | 'period_end'> {
  if (subscription.current_period_end !== null || at <= obligation.period_start) return obligation
  return { period_start: at, period_end: periodEnd(at, rhythmOf(subscription), anchorDayOf(at)) }
}

interface Effect {
  readonly changes: SubscriptionChanges
  readonly events: readonly EventType[]
}

function renewal(subscription: SubscriptionRow, paid: ObligationRow): Effect {
  const { current_period_end: before } = subscription
  const isFirst = before === null
  // An older one that was taken back and is paid again moves nothing.
  const isLater = isFirst || paid.period_end > before
  return {
    changes: {
      cycle: subscription.cycle + 1,
      ...(isLater && { current_period_start: paid.period_start, current_period_end: paid.period_end }),
      ...(isFirst && { anchor_day: anchorDayOf(paid.period_start) }),
    },
    events: isFirst ? ['subscription.activated'] : isLater ? ['subscription.renewed'] : [],
  }
}

/** When nothing else is owed, it goes on; where something is, at least to the end of what is paid. */
async function goingOn(
  tx: Transaction,
  subscription: SubscriptionRow,
  at: Date,
): Promise<SubscriptionChanges> {
  if (await isOwed(tx, subscription.id, 'period')) {
    const until = subscription.grace_until
    return until === null ? {} : { grace_until: await notBeforePaid(tx, subscription.id, { until, at }) }
  }
  return {
    status: subscription.status === 'paused' ? 'paused' : 'active',
    status_reason: null,
    past_due_at: null,
    grace_until: null,
    next_charge_at: subscription.current_period_end,
  }
}

/** Nobody is shut out of a period that they have paid because they owe another one: it ends when its own time is over. */
export async function notBeforePaid(
  tx: Transaction,
  subscriptionId: string,
  { until, at }: { readonly until: Date; readonly at: Date },
): Promise<Date> {
  // One that was given ahead begins where this one ends, or while the days of grace last.
  let end = until
  for (let from = until > at ? until : at; ; from = end) {
    const paid = await paidUntil(tx, subscriptionId, from)
    if (paid === null) return end
    end = paid
  }
}

/** The difference was paid. Of another rhythm a new period began when the change was asked for; of the same, the period goes on. */
export async function changeOfPlan(
  tx: Transaction,
  subscription: SubscriptionRow,
  {
    plan_id: planId,
    period_start: start,
    period_end: end,
    period,
  }: Pick<ObligationRow, 'plan_id' | 'period_start' | 'period_end' | 'period'>,
): Promise<Effect> {
  if (planId === null) return { changes: {}, events: [] }
  const plan = await findPlan(tx, planId)
  assert(plan, 'a change is to a plan that is not there')
  const isNewPeriod = period > subscription.period
  return {
    changes: {
      plan_id: plan.id,
      next_plan_id: null,
      title: plan.name,
      amount: plan.price,
      previous_amount: subscription.amount,
      interval_count: plan.interval_count,
      interval_unit: plan.interval_unit,
      cycles_max: plan.cycles_max === 0 ? null : subscription.cycle + plan.cycles_max,
      ...(isNewPeriod && {
        period,
        cycle: subscription.cycle + 1,
        current_period_start: start,
        current_period_end: end,
        anchor_day: anchorDayOf(start),
        next_charge_at: end,
      }),
    },
    events: isNewPeriod ? ['subscription.renewed'] : [],
  }
}

/** A charge of it ended without money. */
export async function failObligation(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
  { cause, reason }: { readonly cause: ChangeCause; readonly reason: string },
): Promise<Owed> {
  const at = context.clock.now()
  const isChange = obligation.kind === 'change'
  // A change that was not paid is not made. One that was made, and whose money was taken back, is owed until it is paid.
  if ((isChange && obligation.plan_id !== null) || hasEnded(subscription.status)) {
    const ended = await updateObligation(tx, obligation, { status: 'ended', charge_at: null }, at)
    const after = hasEnded(subscription.status)
      ? subscription
      : await changeSubscription(
          context,
          tx,
          subscription,
          {},
          { events: ['subscription.charge_failed'], cause },
        )
    await voidCycleInvoice(context, tx, ended, invoiceCauseOf(cause))
    return { obligation: ended, subscription: after }
  }
  const { dunning } = context.rules.billing
  const way = wayOf({ collection: subscription.collection, paymentType: subscription.payment_type })
  const isFirstEver = subscription.current_period_end === null && subscription.trial_end === null
  const again = nextChargeAt(dunning, { way, charges: triesOf(obligation), isFirstEver, at })
  const waiting = await updateObligation(tx, obligation, { charge_at: isChange ? null : again }, at)
  const isNew = PAYS_ON_TIME.has(subscription.status)
  const after = await changeSubscription(
    context,
    tx,
    subscription,
    {
      last_charge: 'failed',
      failed_charge_at: at,
      ...(isNew && {
        status: 'past_due' as const,
        status_reason: reason,
        past_due_at: at,
        grace_until: graceEnd(dunning, at),
      }),
    },
    { events: ['subscription.charge_failed', ...(isNew ? (['subscription.past_due'] as const) : [])], cause },
  )
  return { obligation: waiting, subscription: after }
}

/** It goes on for the days of grace. */
export async function becomePastDue(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
  { cause, reason }: { readonly cause: ChangeCause; readonly reason: string },
): Promise<Owed> {
  const at = context.clock.now()
  const after = await changeSubscription(
    context,
    tx,
    subscription,
    {
      status: 'past_due',
      status_reason: reason,
      past_due_at: at,
      grace_until: graceEnd(context.rules.billing.dunning, at),
    },
    { events: ['subscription.past_due'], cause },
  )
  return { obligation, subscription: after }
}

export const PAYS_ON_TIME: ReadonlySet<string> = new Set(['pending', 'trialing', 'active'])

/**
 * The money that paid it was taken back, all of it: it is owed again. The period stays where it is, so that paid again it moves nothing, but it is not among the paid ones any more: whoever has paid no other has no grace.
 * A refund never comes here.
 */
export async function reopenObligation(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
  {
    cause,
    delta,
    isDisputed,
  }: {
    readonly cause: ChangeCause
    readonly delta: bigint
    /** The cardholder's bank was told that they never agreed: they are not charged again unasked. */
    readonly isDisputed: boolean
  },
): Promise<Owed> {
  const at = context.clock.now()
  const { dunning } = context.rules.billing
  const isOver = hasEnded(subscription.status)
  const way = wayOf({ collection: subscription.collection, paymentType: subscription.payment_type })
  const again = nextChargeAt(dunning, { way, charges: triesOf(obligation), isFirstEver: false, at })
  const isChange = obligation.kind === 'change'
  const undone =
    isChange && !isOver && (await undoChange(context, tx, { obligation, subscription }, { cause, delta }))
  if (undone) return undone
  // There is one change of plan at a time: where another has been begun since, this one is asked for no more.
  const isEnded = isOver || (isChange && (await isOwed(tx, subscription.id, 'change')))
  const owed = await updateObligation(
    tx,
    obligation,
    {
      status: isEnded ? 'ended' : 'open',
      paid_at: null,
      payment_id: null,
      attempt_id: null,
      charge_at: isEnded || isDisputed || isChange ? null : again,
      // Paid again, it is only money: which plan it is now was settled since, and by what else was paid.
      ...(isChange && { plan_id: null }),
    },
    at,
  )
  const isNew = PAYS_ON_TIME.has(subscription.status)
  const isLate = isNew || subscription.status === 'past_due'
  // Counted anew each time: what was paid a moment ago may be what is taken back now.
  const pastDueAt = isNew ? at : subscription.past_due_at
  const graceUntil =
    isLate && pastDueAt !== null
      ? await notBeforePaid(tx, subscription.id, { until: graceEnd(dunning, pastDueAt), at })
      : null
  const after = await changeSubscription(
    context,
    tx,
    subscription,
    {
      ...(!isChange && { cycle: Math.max(0, subscription.cycle - 1) }),
      ...(!isOver && { next_charge_at: null }),
      ...(isNew && {
        status: 'past_due' as const,
        status_reason: 'taken_back',
        past_due_at: at,
      }),
      ...(graceUntil !== null && { grace_until: graceUntil }),
    },
    { events: isNew ? ['subscription.past_due'] : [], cause },
  )
  await followUnused(context, tx, { obligation: owed, subscription: after })
  await receiveForCycle(context, tx, owed, delta, invoiceCauseOf(cause))
  if (isEnded) await voidCycleInvoice(context, tx, owed, invoiceCauseOf(cause))
  return { obligation: owed, subscription: after }
}
