/** What Midtrans says of a subscription becomes what we know of it, under its lock. */
import { secondsAfter } from '../../domain/clock.ts'
import { judgeSubscription } from '../../domain/judge-subscription.ts'
import { hasEnded, type SubscriptionStatus } from '../../domain/subscription.ts'
import type { SubscriptionTold } from '../../gateway/subscription.ts'
import type { Transaction } from '../../store/database.ts'
import { insertOrderParent } from '../../store/order-parents.ts'
import {
  type SubscriptionChanges,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type ChangeCause, changeSubscription } from './change-subscription.ts'

/** As often as the task that looks comes round, a little less, so that each round finds it. */
const REGULAR_SECONDS = 25 * 60
const ENDED_SECONDS = 86_400
/** Nobody revives one that ended so long ago; should a charge of it come all the same, that has it read again. */
const ENDED_WATCHED_SECONDS = 90 * 86_400

/** When it is asked about in the regular course; null, never. */
export function regularSyncAt(
  { status, updated_at: updatedAt }: { status: SubscriptionStatus; updated_at: Date },
  now: Date,
): Date | null {
  if (status === 'failed') return null
  if (!hasEnded(status)) return secondsAfter(now, REGULAR_SECONDS)
  return now < secondsAfter(updatedAt, ENDED_WATCHED_SECONDS) ? secondsAfter(now, ENDED_SECONDS) : null
}

export interface Told extends ChangeCause {
  /** Told beside what is judged: a charge of which Midtrans made no transaction. */
  readonly failedChargeAt?: Date | null
}

export async function applyTold(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  told: SubscriptionTold,
  { failedChargeAt = null, ...cause }: Told,
): Promise<SubscriptionRow> {
  const at = context.clock.now()
  // Renamed in the dashboard, its charges begin with that name from now on.
  if (told.name !== null && told.name !== row.gateway_name && /^[A-Za-z0-9._~-]{1,40}$/.test(told.name))
    await insertOrderParent(tx, {
      merchant: row.merchant,
      orderId: told.name,
      owner: 'subscription',
      ownerId: row.id,
      at,
    })
  const lastCharge = failedChargeAt === null ? row.last_charge : 'failed'
  const verdict =
    told.status === null
      ? null
      : judgeSubscription(
          { status: row.status, lastCharge },
          {
            status: told.status,
            cycle: told.cycle ?? row.cycle,
            maxInterval: told.maxInterval ?? row.cycles_max,
            nextChargeAt: told.nextChargeAt,
          },
        )
  const isRepriced = told.amount !== null && told.amount !== row.amount && told.amount > 0n
  // Should it ever be shown with stars, ours is the one that a change must send.
  const isRetokened =
    told.token !== null &&
    row.pay_account_id === null &&
    told.token !== row.token &&
    !told.token.includes('*')
  const isRetimed = told.interval !== null && told.interval >= 1 && told.interval !== row.interval_count
  /** Its progress: written without a row of history. */
  const progress: SubscriptionChanges = {
    gateway_id: told.id,
    hinted_id: null,
    ...(told.status !== null && { gateway_status: told.status }),
    ...(told.cycle !== null && { cycle: told.cycle }),
    next_charge_at: (verdict?.status ?? row.status) === 'cancelled' ? null : told.nextChargeAt,
    ...(told.previousChargeAt !== null && { previous_charge_at: told.previousChargeAt }),
    review: row.review === 'creation_unknown' || row.review === 'id_unknown' ? null : row.review,
    synced_at: at,
    ...(row.regular_sync_at === null && {
      regular_sync_at: regularSyncAt({ status: verdict?.status ?? row.status, updated_at: at }, at),
    }),
  }
  const changes: SubscriptionChanges = {
    ...progress,
    ...(isRepriced && { amount: told.amount, previous_amount: row.amount }),
    ...(isRetokened && { token: told.token }),
    ...(isRetimed && { interval_count: told.interval }),
    ...(verdict && { status: verdict.status, status_reason: verdict.reason, cancelled_at: null }),
    ...(failedChargeAt !== null && { failed_charge_at: failedChargeAt, last_charge: 'failed' as const }),
  }
  const isNews = verdict !== null || isRepriced || isRetokened || isRetimed || failedChargeAt !== null
  if (!isNews) {
    await updateSubscription(tx, row.id, progress)
    return { ...row, ...progress }
  }
  const failed = failedChargeAt === null ? [] : (['subscription.charge_failed'] as const)
  const { first, rest } = order(verdict?.events ?? [])
  return changeSubscription(context, tx, row, changes, { events: [...first, ...failed, ...rest], cause })
}

/** It is there before it is charged, and charged before it ends. */
function order<Name extends string>(
  events: readonly Name[],
): { first: readonly Name[]; rest: readonly Name[] } {
  const isFirst = (name: Name) => name === 'subscription.created'
  return { first: events.filter(isFirst), rest: events.filter((name) => !isFirst(name)) }
}
