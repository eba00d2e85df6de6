/** Pause, resume, cancel and reactivate what bayar bills: what may be asked in which state, and what becomes of its days and of what is owed. */
import { anchorDayOf } from '../../domain/billing-period.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { graceEnd } from '../../domain/dunning.ts'
import { hasEnded, type SubscriptionStatus } from '../../domain/subscription.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findObligations,
  lockLiveObligations,
  lockOpenObligations,
  type ObligationRow,
  updateObligation,
} from '../../store/obligations.ts'
import {
  lockSubscription,
  type SubscriptionChanges,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Payment } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { type ChangeCause, changeSubscription } from '../subscriptions/change-subscription.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import { askFor } from './ask-for.ts'
import { endOpenCharges, LEASE_SECONDS } from './end-charge.ts'
import { openPeriod } from './open-period.ts'
import { askForNext, supersede } from './process-due.ts'
import { endChargesIfPossible, endSubscription } from './process-ended.ts'
import { notBeforePaid } from './settle-obligation.ts'
import { viewOf } from './view-of.ts'

export const BY_PERSON: ChangeCause = { source: 'person' }

// biome-ignore format: a table is read in columns
export const BILLED_REQUESTS = {
  pause:      { from: ['trialing', 'active'],                                   otherwise: 'Only one that is used can be paused.' },
  resume:     { from: ['paused'],                                               otherwise: 'Only a paused one can be resumed.' },
  cancel:     { from: ['pending', 'trialing', 'active', 'past_due', 'paused'],  otherwise: 'It has ended.' },
  cancelAtPeriodEnd: { from: ['trialing', 'active', 'past_due', 'paused'],      otherwise: 'Only one that has a period can be cancelled at its end.' },
  reactivate: { from: ['trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired'], otherwise: 'It waits for its first payment.' },
  activate:   { from: ['pending', 'trialing', 'past_due'],                      otherwise: 'Nothing is owed.' },
  renew:      { from: ['active'],                                               otherwise: 'Only an active one is renewed.' },
  // One that Midtrans charges stays with Midtrans: written as ours, both would charge it.
  changeMethod: { from: ['pending', 'trialing', 'active', 'past_due', 'paused'],  otherwise: 'It has ended.' },
  changePlan: { from: ['trialing', 'active'],                                   otherwise: 'Only one that is used can change its plan; at the end of the period, also one that is past due or paused.' },
  changePlanLater: { from: ['trialing', 'active', 'past_due', 'paused'],        otherwise: 'Only one that goes on can change its plan.' },
} as const satisfies Readonly<Record<string, { readonly from: readonly SubscriptionStatus[]; readonly otherwise: string }>>

export function refuseUnless(
  request: keyof typeof BILLED_REQUESTS,
  { status, collection }: SubscriptionRow,
): void {
  const { from, otherwise } = BILLED_REQUESTS[request]
  if (collection === 'native')
    throw new BayarError('command_not_possible', 'Midtrans charges it by its own clock.', {
      details: { status },
    })
  if (!(from as readonly SubscriptionStatus[]).includes(status))
    throw new BayarError('command_not_possible', `It is ${status}. ${otherwise}`, { details: { status } })
}

/** A renewal that is not paid yet is asked for no more; the days that are paid are kept. */
export async function pauseBilled(context: Context, row: SubscriptionRow, by: string): Promise<Subscription> {
  begin(context, 'pause', row)
  for (const { id, status } of await findObligations(context.database, row.id))
    if (status === 'open') await endOpenCharges(context, id, by)
  await underLocks(context, row.id, async (tx, now, open) => {
    refuseUnless('pause', now)
    for (const obligation of open) await supersede(context, tx, obligation)
    return {
      changes: { status: 'paused', paused_at: context.clock.now(), next_charge_at: null },
      event: 'subscription.paused' as const,
    }
  })
  return viewOf(context, row.id)
}

/** The days in which it was paused are added: what was paid for is given. */
export async function resumeBilled(context: Context, row: SubscriptionRow): Promise<Subscription> {
  begin(context, 'resume', row)
  await context.database.transaction(async (tx) => {
    const live = await lockLiveObligations(tx, row.id)
    const now = await lockSubscription(tx, row.id)
    assert(now, 'a subscription is gone')
    refuseUnless('resume', now)
    const at = context.clock.now()
    const later = (instant: Date) =>
      new Date(instant.getTime() + Math.max(0, at.getTime() - (now.paused_at ?? at).getTime()))
    const { current_period_end: end, trial_end: trialEnd } = now
    const isTrial = end === null
    const until = isTrial ? trialEnd && later(trialEnd) : later(end)
    assert(until, 'what is resumed has neither a period nor a trial')
    const isOwed = live.some(({ status, kind }) => status === 'open' && kind === 'period')
    // It was over before the pause, and the next one was not paid: otherwise whoever pauses and resumes each day goes on for nothing, for ever.
    const isOver = !isTrial && !isOwed && !now.cancel_at_period_end && until <= at
    const current = live.find(
      (one) => one.status === 'paid' && end !== null && one.period_end.getTime() === end.getTime(),
    )
    if (current) await updateObligation(tx, current, { period_end: until }, at)
    const resumed = await changeSubscription(
      context,
      tx,
      now,
      {
        paused_at: null,
        ...(isTrial
          ? { status: 'trialing' as const, trial_end: until }
          : { status: 'active' as const, current_period_end: until, anchor_day: anchorDayOf(until) }),
        // Money was taken back while it was paused.
        ...(isOwed && {
          status: 'past_due' as const,
          past_due_at: now.past_due_at ?? at,
          grace_until: await notBeforePaid(tx, now.id, { until: now.grace_until ?? at, at }),
        }),
        ...(isOver && {
          status: 'past_due' as const,
          status_reason: 'not_paid_in_time',
          past_due_at: until,
          grace_until: await notBeforePaid(tx, now.id, {
            until: graceEnd(context.rules.billing.dunning, until),
            at,
          }),
        }),
        next_charge_at: isOwed || isOver ? null : until,
      },
      {
        events: ['subscription.resumed', ...(isOver ? (['subscription.past_due'] as const) : [])],
        cause: BY_PERSON,
      },
    )
    if (isOver) await askForNext(context, tx, resumed, at)
  })
  context.wake()
  return viewOf(context, row.id)
}

export interface CancelInput {
  /** It goes on until the period that is paid for is over. */
  readonly atPeriodEnd?: boolean
  /** For whoever asks later why. */
  readonly reason?: string
}

export async function cancelBilled(
  context: Context,
  row: SubscriptionRow,
  input: CancelInput,
  by: string,
): Promise<Subscription> {
  const reason = readReason(input.reason)
  const isLater = input.atPeriodEnd === true
  begin(context, isLater ? 'cancelAtPeriodEnd' : 'cancel', row)
  if (isLater) {
    await underLocks(context, row.id, async (_, now) => {
      refuseUnless('cancelAtPeriodEnd', now)
      return {
        changes: { cancel_at_period_end: true, cancel_reason: reason ?? now.cancel_reason },
        event: null,
      }
    })
    return viewOf(context, row.id)
  }
  // What cannot be ended now is ended later; paid meanwhile, it is credit (W6). Whoever cancels is not told to wait for Midtrans.
  await endChargesIfPossible(context, row.id, by)
  await context.database.transaction((tx) =>
    endSubscription(context, tx, row.id, {
      cause: BY_PERSON,
      decide: (now) => {
        refuseUnless('cancel', now)
        const at = context.clock.now()
        return {
          changes: {
            status: 'cancelled',
            status_reason: 'requested',
            cancelled_at: at,
            // Said again without one, the reason that was given first stays.
            cancel_reason: reason ?? now.cancel_reason,
          },
          event: 'subscription.cancelled',
        }
      },
    }),
  )
  context.wake()
  return viewOf(context, row.id)
}

export interface Reactivated {
  readonly subscription: Subscription
  /** What is to be paid for it to go on; null where nothing is. */
  readonly payment: Payment | null
}

/** One that is to end goes on; one that has ended begins a new first period, without a trial. */
export async function reactivateBilled(
  context: Context,
  row: SubscriptionRow,
  by: string,
): Promise<Reactivated> {
  begin(context, 'reactivate', row)
  let begun: ObligationRow | null = null
  await underLocks(context, row.id, async (tx, now) => {
    refuseUnless('reactivate', now)
    if (!hasEnded(now.status)) {
      if (!now.cancel_at_period_end)
        throw new BayarError('command_not_possible', `It is ${now.status}, and nobody has cancelled it.`, {
          details: { status: now.status },
        })
      return { changes: { cancel_at_period_end: false, cancel_reason: null }, event: null }
    }
    if (now.cycles_max !== null && now.cycle >= now.cycles_max)
      throw new BayarError('command_not_possible', 'It was charged as often as was agreed: subscribe anew.', {
        details: { status: now.status },
      })
    const changes: SubscriptionChanges = {
      status: 'pending',
      status_reason: null,
      trial_end: null,
      current_period_start: null,
      current_period_end: null,
      cancelled_at: null,
      cancel_reason: null,
    }
    const leaseUntil = secondsAfter(context.clock.now(), LEASE_SECONDS)
    begun = await openPeriod(context, tx, { ...now, ...changes }, leaseUntil)
    return { changes, event: null }
  })
  const owed = begun as ObligationRow | null
  const payment = owed === null ? null : await askFor(context, owed.id, { by })
  return { subscription: await viewOf(context, row.id), payment }
}

export function begin(context: Context, request: keyof typeof BILLED_REQUESTS, row: SubscriptionRow): void {
  refuseUnless(request, row)
  context.handlers.assertComplete()
  refuseInsideTransaction()
}

interface Decided {
  readonly changes: SubscriptionChanges
  readonly event: 'subscription.paused' | null
}

async function underLocks(
  context: Context,
  id: string,
  decide: (tx: Transaction, row: SubscriptionRow, open: readonly ObligationRow[]) => Promise<Decided>,
): Promise<void> {
  await context.database.transaction(async (tx) => {
    const open = await lockOpenObligations(tx, id)
    const row = await lockSubscription(tx, id)
    assert(row, 'a subscription is gone')
    const { changes, event } = await decide(tx, row, open)
    await changeSubscription(context, tx, row, changes, {
      events: event === null ? [] : [event],
      cause: BY_PERSON,
    })
  })
  context.wake()
}

const REASON_MAX = 255

function readReason(reason: unknown): string | null {
  if (reason === undefined || reason === null || reason === '') return null
  const isText = typeof reason === 'string' && reason.isWellFormed() && !reason.includes('\u0000')
  if (!isText || reason.length > REASON_MAX)
    throw invalidRequest([{ field: 'reason', reason: `must be text of at most ${REASON_MAX} characters` }])
  return reason
}
