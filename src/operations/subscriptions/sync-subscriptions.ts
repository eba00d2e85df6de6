/** Reads subscriptions again at Midtrans, page by page: those of which something may have happened, and in the regular course all that may still be charged. */
import { secondsAfter } from '../../domain/clock.ts'
import { isBayarError } from '../../errors.ts'
import { claimSubscriptionsToSync, planSubscriptionSync } from '../../store/subscription-syncs.ts'
import { findSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { ComeBack, type TaskRun } from '../task-run.ts'
import { regularSyncAt } from './apply-told.ts'
import { readAgain } from './read-again.ts'

const LEASE_SECONDS = 300
const PAGE = 50
const AT_ONCE = 4
/** After a failed look: soon, then calmly. */
const AGAIN_SECONDS: readonly number[] = [60, 300, 900]
const SOON_FAILURES_MAX = 10

export interface SyncedSubscriptions {
  readonly asked: number
  /** Midtrans asked us to slow down: the rest is left to the next round. */
  readonly isPaused: boolean
}

/** Those that a notice, a command or a charge spoke of. Returns how many were due. */
export async function checkHintedSubscriptions(context: Context, limit: number): Promise<number> {
  const at = context.clock.now()
  const leaseUntil = secondsAfter(at, LEASE_SECONDS)
  const due = await claimSubscriptionsToSync(context.database, 'next_sync_at', { at, leaseUntil, limit })
  const { isPaused } = await readAll(context, due, leaseUntil)
  return isPaused ? 0 : due.length
}

/**
 * Every subscription whose regular turn has come, active and inactive ones, so that what somebody changed in Midtrans's dashboard is known here (defect D35). Killed in the middle, the rest is found by the next
 * round.
 */
export async function syncSubscriptions(
  context: Context,
  {
    progress = async () => {},
    isStopping = () => false,
  }: { readonly progress?: (asked: number) => Promise<void>; readonly isStopping?: () => boolean } = {},
): Promise<SyncedSubscriptions> {
  // What becomes due while it runs is the next round's.
  const at = context.clock.now()
  for (let asked = 0; ; ) {
    if (isStopping()) return { asked, isPaused: true }
    const leaseUntil = secondsAfter(context.clock.now(), LEASE_SECONDS)
    const due = await claimSubscriptionsToSync(context.database, 'regular_sync_at', {
      at,
      leaseUntil,
      limit: PAGE,
    })
    if (due.length === 0) return { asked, isPaused: false }
    const { isPaused } = await readAll(context, due, null)
    asked += due.length
    await progress(asked)
    if (isPaused) return { asked, isPaused }
  }
}

const PAUSE_SECONDS = 60

/** The task of that name, and the subscriptions package's `sync_midtrans_subscriptions`. */
export async function syncSubscriptionStatus(
  context: Context,
  run: TaskRun,
): Promise<{ readonly asked: number }> {
  const before = Number(run.bookmark ?? 0)
  const { asked, isPaused } = await syncSubscriptions(context, {
    isStopping: run.isStopping,
    progress: (count) => run.progress({ done: before + count, bookmark: String(before + count) }),
  })
  if (run.isStopping()) throw new ComeBack(context.clock.now(), 'The worker is stopping.')
  if (isPaused)
    throw new ComeBack(secondsAfter(context.clock.now(), PAUSE_SECONDS), 'Midtrans asks us to slow down.')
  return { asked: before + asked }
}

async function readAll(
  context: Context,
  due: readonly SubscriptionRow[],
  leasedUntil: Date | null,
): Promise<{ isPaused: boolean }> {
  const waiting = [...due]
  let isPaused = false
  const work = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      isPaused = (await readOne(context, row, { leasedUntil, isPaused })) || isPaused
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work))
  return { isPaused }
}

/** True when Midtrans wants fewer questions. */
async function readOne(
  context: Context,
  row: SubscriptionRow,
  { leasedUntil, isPaused }: { leasedUntil: Date | null; isPaused: boolean },
): Promise<boolean> {
  const { database, clock } = context
  let isTooMany = isPaused
  try {
    if (!isPaused) {
      const { next } = await readAgain(context, row)
      const now = (await findSubscription(database, row.id)) ?? row
      await planSubscriptionSync(database, row.id, {
        next,
        regular: regularSyncAt(now, clock.now()),
        leasedUntil,
        failed: false,
      })
      return false
    }
  } catch (error) {
    context.log.warn('subscription could not be read', { subscription_id: row.id, reason: reasonOf(error) })
    isTooMany = isBayarError(error) && error.details.gateway_code === '429'
  }
  const failures = row.syncs_failed
  const again = secondsAfter(clock.now(), AGAIN_SECONDS[failures] ?? AGAIN_SECONDS.at(-1)!)
  await planSubscriptionSync(database, row.id, {
    next: failures < SOON_FAILURES_MAX ? again : null,
    regular: regularSyncAt(row, clock.now()),
    leasedUntil,
    failed: !isPaused,
  })
  return isTooMany
}
