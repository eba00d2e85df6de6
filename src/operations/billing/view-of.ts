import { BayarError } from '../../errors.ts'
import { findSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type Subscription, toSubscription } from '../subscriptions/subscription-view.ts'

/** As it stands now, for whoever has just changed it. */
export async function viewOf(context: Context, id: string): Promise<Subscription> {
  const row = await findSubscription(context.database, id)
  if (!row) throw new BayarError('subscription_not_found')
  return toSubscription(row, context.clock.now())
}
