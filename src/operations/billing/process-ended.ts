/**
 * `process_expired_subscriptions` and `process_past_due_expiration`: what ends by the calendar. What can still be paid is ended at Midtrans first; where nobody knows, the end waits, because whoever has just paid
 * must not find the door shut.
 */

import type { EventType } from '../../domain/events.ts'
import { isBayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { listBeyondGrace, listToEnd } from '../../store/due-subscriptions.ts'
import { findObligations, lockOpenObligations } from '../../store/obligations.ts'
import {
  lockSubscription,
  type SubscriptionChanges,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type ChangeCause, changeSubscription } from '../subscriptions/change-subscription.ts'
import type { TaskRun } from '../task-run.ts'
import { endOpenCharges } from './end-charge.ts'
import { BY_CLOCK, supersede } from './process-due.ts'
import { Sweep, type Swept } from './sweep.ts'

/** Those that were cancelled for the end of their period. */
export async function processExpiredSubscriptions(context: Context, run: TaskRun | null): Promise<Swept> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  const sweep = new Sweep(context, run)
  await sweep.listed(
    (page) => listToEnd(context.database, { at, ...page }),
    (id) => endOne(context, id, 'process_expired_subscriptions', (row) => cancelledAtEnd(row, at)),
    { asks: 'midtrans' },
  )
  return sweep.end()
}

function cancelledAtEnd(row: SubscriptionRow, at: Date): Ending | null {
  const end = row.current_period_end ?? row.trial_end
  if (!row.cancel_at_period_end || end === null || end > at) return null
  return {
    changes: { status: 'cancelled', status_reason: 'period_ended', cancelled_at: at },
    event: 'subscription.cancelled',
  }
}

/** Those that were not paid when the days of grace were over. */
export async function processPastDueExpiration(context: Context, run: TaskRun | null): Promise<Swept> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  const sweep = new Sweep(context, run)
  await sweep.listed(
    (page) => listBeyondGrace(context.database, { at, ...page }),
    (id) => endOne(context, id, 'process_past_due_expiration', (row) => beyondGrace(row, at)),
    { asks: 'midtrans' },
  )
  return sweep.end()
}

function beyondGrace({ status, grace_until: until }: SubscriptionRow, at: Date): Ending | null {
  if (status !== 'past_due' || until === null || until > at) return null
  return { changes: { status: 'expired', status_reason: 'unpaid' }, event: 'subscription.expired' }
}

export interface Ending {
  readonly changes: SubscriptionChanges
  readonly event: EventType
}

/** False when it does not end after all. */
async function endOne(
  context: Context,
  id: string,
  by: string,
  decide: (row: SubscriptionRow) => Ending | null,
): Promise<boolean> {
  for (const obligation of await findObligations(context.database, id))
    if (obligation.status === 'open') await endOpenCharges(context, obligation.id, by)
  return context.database.transaction((tx) => endSubscription(context, tx, id, { decide, cause: BY_CLOCK }))
}

/** Under the locks of what is owed and then its own: nothing is owed any more, and money that comes all the same is the customer's (W6). */
export async function endSubscription(
  context: Context,
  tx: Transaction,
  id: string,
  {
    decide,
    cause,
  }: { readonly decide: (row: SubscriptionRow) => Ending | null; readonly cause: ChangeCause },
): Promise<boolean> {
  const open = await lockOpenObligations(tx, id)
  const row = await lockSubscription(tx, id)
  const ending = row && decide(row)
  if (!row || !ending) return false
  const { changes, event } = ending
  await changeSubscription(
    context,
    tx,
    row,
    {
      ...changes,
      next_charge_at: null,
      next_plan_id: null,
      past_due_at: null,
      grace_until: null,
      paused_at: null,
      cancel_at_period_end: false,
    },
    { events: [event], cause },
  )
  for (const obligation of open) await supersede(context, tx, obligation, 'ended')
  return true
}

/** What can be ended now; the rest is ended by the background, or is credit. */
export async function endChargesIfPossible(context: Context, id: string, by: string): Promise<void> {
  for (const obligation of await findObligations(context.database, id)) {
    if (obligation.status !== 'open') continue
    try {
      await endOpenCharges(context, obligation.id, by)
    } catch (error) {
      if (!isBayarError(error)) throw error
    }
  }
}
