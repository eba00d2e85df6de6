/** A period that money is asked for: one obligation, under the subscription's lock, so that two workers cannot ask for it twice. */
import { anchorDayOf, periodEnd } from '../../domain/billing-period.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import type { BilledCollection } from '../../store/due-subscriptions.ts'
import { insertObligation, type NewObligation, type ObligationRow } from '../../store/obligations.ts'
import { type SubscriptionRow, updateSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { rhythmOf } from './settle-obligation.ts'

/** `chargeAt`: when whoever works on the list begins its charge, unless the caller has. The caller has changed the subscription before, if it changes. */
export async function openPeriod(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  chargeAt: Date,
): Promise<ObligationRow> {
  const obligation = await insertObligation(tx, newPeriod(row, chargeAt, context.clock.now()))
  // Nothing else is due until this is paid.
  await updateSubscription(tx, row.id, { period: obligation.period, next_charge_at: null })
  return obligation
}

/** Where the last one ended. */
export function newPeriod(row: SubscriptionRow, chargeAt: Date, at: Date): NewObligation {
  const start = row.current_period_end ?? row.trial_end ?? at
  const anchorDay = row.current_period_end === null ? anchorDayOf(start) : row.anchor_day
  assert(anchorDay !== null, 'a subscription has periods and no anchor day')
  return {
    id: uuidv7(),
    merchant: row.merchant,
    subscription_id: row.id,
    kind: 'period',
    period: row.period + 1,
    collection: listOf(row),
    amount: row.amount,
    period_start: start,
    period_end: periodEnd(start, rhythmOf(row), anchorDay),
    plan_id: row.plan_id,
    charge_at: chargeAt,
    created_at: at,
  }
}

/** On which list it waits for its charge. What Midtrans charges by itself is on none (W7). */
export function listOf({ collection }: SubscriptionRow): BilledCollection {
  assert(collection !== 'native', 'Midtrans charges it by its own clock')
  return collection
}
