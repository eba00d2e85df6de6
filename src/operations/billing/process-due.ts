/**
 * `process_due_subscriptions`: every period that begins is asked for once, and charged once.
 *
 * The original charged a thousand in one go and began again from the first after a crash (W3). Here each subscription is two steps, each of which is the same however often it is begun: its next period is written under
 * its lock, where the table refuses a second one; and a written period is charged by an order id that stands beside it (`charge-waiting.ts`), by whichever worker is free.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { isBayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  type BilledCollection,
  claimDueSubscription,
  type DueSubscription,
  listDueSubscriptions,
  listTrialsEnding,
} from '../../store/due-subscriptions.ts'
import {
  claimObligationsToClose,
  lockOpenObligations,
  type ObligationRow,
  planObligationClose,
  updateObligation,
} from '../../store/obligations.ts'
import { findPlan } from '../../store/plans.ts'
import {
  lockSubscription,
  type SubscriptionChanges,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type ChangeCause, changeSubscription } from '../subscriptions/change-subscription.ts'
import type { TaskRun } from '../task-run.ts'
import { askingFor, chargeWaitingPage } from './charge-waiting.ts'
import { invoiceOf, voidCycleInvoice } from './cycle-invoice.ts'
import { endOpenCharges, LEASE_SECONDS } from './end-charge.ts'
import { openDuePage } from './open-due-periods.ts'
import { openPeriod } from './open-period.ts'
import { invoiceCauseOf } from './owed.ts'
import { type Asking, CLAIMED, Sweep, type Swept } from './sweep.ts'

export const BY_CLOCK: ChangeCause = { source: 'clock' }
const BY = 'process_due_subscriptions'
const DAY_SECONDS = 86_400
const CLOSE_AGAIN_SECONDS = 900

export function processDueSubscriptions(context: Context, run: TaskRun | null): Promise<Swept> {
  return billDue(context, run, 'charge')
}

/** `process_wallet_billing`: the same, out of the customers' wallets. */
export function processWalletBilling(context: Context, run: TaskRun | null): Promise<Swept> {
  return billDue(context, run, 'wallet')
}

async function billDue(context: Context, run: TaskRun | null, collection: BilledCollection): Promise<Swept> {
  context.handlers.assertComplete()
  // What becomes due while it runs is the next run's.
  const at = context.clock.now()
  const asking = askingFor(collection)
  const sweep = new Sweep(context, run)
  const before = secondsAfter(at, context.rules.billing.trialEndingDays * DAY_SECONDS)
  await sweep.listed(
    (page) => listTrialsEnding(context.database, { before, ...page }),
    (id) => tellTrialEnding(context, id),
    ASKS_NOBODY,
  )
  // 1. The periods that begin are written: all that need nothing else a page at a time, and then the odd ones.
  for (let after: DueSubscription | null = null; ; ) {
    after = (await openDuePage(context, { at, after, collection })).after
    await sweep.turned(ASKS_NOBODY)
    if (after === null) break
  }
  await sweep.listed(
    (page) => listDueSubscriptions(context.database, { at, collection, ...page }),
    (id) => processDue(context, id, at),
    ASKS_NOBODY,
  )
  // 2. They are charged, and so is what an earlier run has written and, because it died, not charged. Every worker helps.
  for (let count = CLAIMED; count === CLAIMED; ) {
    sweep.comeBackIfTold(asking)
    count = await chargeWaitingPage(context, sweep, { at, collection })
    await sweep.turned(asking)
  }
  // What is left to be ended is ended at Midtrans, save where a wallet paid: for those nobody waits.
  const isUncharged = collection === 'wallet'
  await sweep.claimed(
    (limit) =>
      claimObligationsToClose(context.database, { at, leaseUntil: leaseOf(context), limit, isUncharged }),
    (id) => closeLeftover(context, id),
    isUncharged ? ASKS_NOBODY : { asks: 'midtrans' },
  )
  return sweep.end()
}

const ASKS_NOBODY: Asking = { asks: 'nobody' }

function leaseOf(context: Context): Date {
  return secondsAfter(context.clock.now(), LEASE_SECONDS)
}

/** What it becomes when its period ends, if that is all; else its next period is written, to be charged like every other. */
async function processDue(context: Context, id: string, at: Date): Promise<boolean> {
  const next = await context.database.transaction((tx) => beginPeriod(context, tx, id, at))
  return next === 'expired'
}

/** null: it is not due any more, or another worker is at it. */
async function beginPeriod(
  context: Context,
  tx: Transaction,
  id: string,
  at: Date,
): Promise<ObligationRow | 'expired' | null> {
  const open = await lockOpenObligations(tx, id)
  const row = await claimDueSubscription(tx, id, at)
  if (!row) return null
  // The change was not paid while its period lasted. Its money, should it come, is the customer's.
  for (const change of open) await supersede(context, tx, change)
  return askForNext(context, tx, row, at)
}

/** The period after the one that is over, or the end where that was the last. */
export async function askForNext(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  at: Date,
): Promise<ObligationRow | 'expired'> {
  const next = await withNextPlan(context, tx, row)
  if (next.cycles_max !== null && next.cycle >= next.cycles_max) {
    await changeSubscription(
      context,
      tx,
      next,
      {
        status: 'expired',
        status_reason: 'finished',
        next_charge_at: null,
        past_due_at: null,
        grace_until: null,
      },
      { events: ['subscription.expired'], cause: BY_CLOCK },
    )
    return 'expired'
  }
  return openPeriod(context, tx, next, at)
}

/** Its payments are ended at Midtrans afterwards, with no transaction open. */
export async function supersede(
  context: Context,
  tx: Transaction,
  obligation: ObligationRow,
  status: 'superseded' | 'ended' = 'superseded',
): Promise<void> {
  const at = context.clock.now()
  const settled = await updateObligation(tx, obligation, { status, charge_at: null, close_at: at }, at)
  await voidCycleInvoice(context, tx, settled, invoiceCauseOf(BY_CLOCK))
}

/** A plan that was chosen for the end of the period. */
async function withNextPlan(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
): Promise<SubscriptionRow> {
  const plan = row.next_plan_id === null ? undefined : await findPlan(tx, row.next_plan_id)
  if (!plan) return row
  const changes: SubscriptionChanges = {
    plan_id: plan.id,
    next_plan_id: null,
    title: plan.name,
    previous_amount: row.amount,
    amount: plan.price,
    interval_count: plan.interval_count,
    interval_unit: plan.interval_unit,
    cycles_max: plan.cycles_max === 0 ? null : row.cycle + plan.cycles_max,
  }
  return changeSubscription(context, tx, row, changes, { events: [], cause: BY_CLOCK })
}

async function tellTrialEnding(context: Context, id: string): Promise<boolean> {
  return context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, id)
    if (row?.status !== 'trialing' || row.trial_told_at !== null || row.cancel_at_period_end) return false
    await changeSubscription(
      context,
      tx,
      row,
      { trial_told_at: context.clock.now() },
      { events: ['subscription.trial_ending'], cause: BY_CLOCK },
    )
    return true
  })
}

/** A payment of a period that was settled otherwise: paid, it would only be credit. And the invoice of one that was paid by whoever died before writing it. */
export async function closeLeftover(context: Context, id: string): Promise<boolean> {
  try {
    await endOpenCharges(context, id, BY)
    await invoiceOf(context, id)
    await planObligationClose(context.database, id, null)
    return true
  } catch (error) {
    if (!isBayarError(error)) throw error
    await planObligationClose(context.database, id, secondsAfter(context.clock.now(), CLOSE_AGAIN_SECONDS))
    throw error
  }
}
