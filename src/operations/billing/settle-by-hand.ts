/** A person says that a period was paid elsewhere, or is given: the first one, or the next. No payment of ours is its cause. */
import { assert } from '../../errors.ts'
import { findObligations, lockOpenObligations } from '../../store/obligations.ts'
import { lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import { invoiceOf } from './cycle-invoice.ts'
import { endOpenCharges } from './end-charge.ts'
import { openPeriod } from './open-period.ts'
import { firstOwed } from './owed.ts'
import { supersede } from './process-due.ts'
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
  const before = (await findObligations(context.database, row.id)).filter(({ status }) => status === 'open')
  const first = firstOwed(before)
  for (const one of before)
    if (request === 'renew' || one === first) await endOpenCharges(context, one.id, by)
  const settled = await context.database.transaction(async (tx) => {
    const open = await lockOpenObligations(tx, row.id)
    const now = await lockSubscription(tx, row.id)
    assert(now, 'a subscription is gone')
    // Paid in the very moment in which its way to pay was to be ended.
    if (request === 'activate' && now.status === 'active') return null
    refuseUnless(request, now)
    const owed =
      (request === 'renew' ? open.find(({ kind }) => kind === 'period') : firstOwed(open)) ??
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
    // As when a period begins by itself. Its price was what was left of another period: paid now, it would bring the dearer plan and none of its days. Only here, because its invoice is locked after the wallet.
    if (request === 'renew')
      for (const change of open) if (change.kind === 'change') await supersede(context, tx, change)
    return obligation.id
  })
  context.wake()
  if (settled !== null) await invoiceOf(context, settled)
  return viewOf(context, row.id)
}
