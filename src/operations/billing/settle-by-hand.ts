/** A person says that a period was paid elsewhere, or is given: the first one, or the next. No payment of ours is its cause. */
import { assert } from '../../errors.ts'
import {
  findObligation,
  findObligations,
  lockOpenObligations,
  type ObligationRow,
} from '../../store/obligations.ts'
import { findSubscription, lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import { writeCycleInvoice } from './cycle-invoice.ts'
import { endOpenCharges } from './end-charge.ts'
import { openPeriod } from './open-period.ts'
import { payObligation } from './settle-obligation.ts'
import { BY_PERSON, begin, refuseUnless } from './stop-and-go.ts'
import { viewOf } from './view-of.ts'

/** `activate`: what is owed now is settled. `renew`: the next period is, before it begins. */
export async function settleByHand(
  context: Context,
  row: SubscriptionRow,
  request: 'activate' | 'renew',
  by: string,
): Promise<Subscription> {
  begin(context, request, row)
  // What the customer could still pay is ended first, or they pay for what was given.
  for (const { id, status, kind } of await findObligations(context.database, row.id))
    if (status === 'open' && kind === 'period') await endOpenCharges(context, id, by)
  const settled = await context.database.transaction(async (tx) => {
    const open = await lockOpenObligations(tx, row.id)
    const now = await lockSubscription(tx, row.id)
    assert(now, 'a subscription is gone')
    // Paid in the very moment in which its way to pay was to be ended.
    if (request === 'activate' && now.status === 'active') return null
    refuseUnless(request, now)
    const owed =
      open.find(({ kind }) => kind === 'period') ??
      (await openPeriod(
        context,
        tx,
        now.status === 'trialing' ? { ...now, trial_end: null } : now,
        context.clock.now(),
      ))
    const subscription = { ...now, period: Math.max(now.period, owed.period) }
    const { obligation } = await payObligation(
      context,
      tx,
      { obligation: owed, subscription },
      { payer: null, cause: BY_PERSON, received: owed.amount },
    )
    return obligation.id
  })
  context.wake()
  if (settled !== null) await invoice(context, settled, row.id)
  return viewOf(context, row.id)
}

async function invoice(context: Context, obligationId: string, id: string): Promise<void> {
  const obligation: ObligationRow | undefined = await findObligation(context.database, obligationId)
  const row = await findSubscription(context.database, id)
  if (obligation && row) await writeCycleInvoice(context, row, obligation)
}
