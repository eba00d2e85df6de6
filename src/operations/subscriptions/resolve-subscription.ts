/** A person says what nobody else can: under which id Midtrans has a subscription whose creation was never answered, or that it was never made. */
import { BayarError, invalidRequest } from '../../errors.ts'
import { endSubscriptionIntent, findOpenSubscriptionIntent } from '../../store/subscription-intents.ts'
import { lockSubscription, updateSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { changeSubscription } from './change-subscription.ts'
import { mustFind } from './command-subscription.ts'
import { readAgain } from './read-again.ts'
import { type Subscription, toSubscription } from './subscription-view.ts'

export type SubscriptionResolution =
  /** As Midtrans's dashboard shows it, beside the name that we gave it (`gatewayName`). */
  | { readonly midtransSubscriptionId: string }
  /** The dashboard has no subscription of that name. */
  | { readonly neverMade: true }
  /** Somebody has looked at what it waits for. */
  | { readonly dismiss: true }

export async function resolveSubscription(
  context: Context,
  id: string,
  resolution: SubscriptionResolution,
): Promise<Subscription> {
  refuseInsideTransaction()
  const row = await mustFind(context, id)
  if ('midtransSubscriptionId' in resolution) {
    const given = resolution.midtransSubscriptionId
    if (typeof given !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(given) || /^\.{1,2}$/.test(given))
      throw invalidRequest([
        { field: 'midtrans_subscription_id', reason: 'is not an id that Midtrans could have' },
      ])
    if (row.gateway_id !== null)
      throw new BayarError('command_not_possible', `Midtrans has it as ${row.gateway_id}.`)
    // Believed when Midtrans has it under the name that we made.
    await readAgain(context, { ...row, hinted_id: given })
    const now = await mustFind(context, id)
    if (now.gateway_id === null)
      throw invalidRequest([
        {
          field: 'midtrans_subscription_id',
          reason: `names no subscription that is called ${row.gateway_name} at Midtrans`,
        },
      ])
    return toSubscription(now, context.clock.now())
  }
  await context.database.transaction(async (tx) => {
    const locked = await lockSubscription(tx, id)
    if (!locked) return
    if ('dismiss' in resolution) {
      if (locked.review === null || locked.status === 'pending')
        throw new BayarError('command_not_possible', 'It waits for nobody, or for its id to be known.')
      return updateSubscription(tx, id, { review: null })
    }
    if (locked.status !== 'pending' || locked.gateway_id !== null)
      throw new BayarError('command_not_possible', `It is ${locked.status}: Midtrans has it.`)
    const open = await findOpenSubscriptionIntent(tx, id)
    if (open && context.clock.now() < open.send_before)
      throw new BayarError('command_in_progress', '', { details: { retry_after_seconds: 60 } })
    if (open) await endSubscriptionIntent(tx, open.id, 'absent')
    await changeSubscription(
      context,
      tx,
      locked,
      { status: 'failed', status_reason: 'never_made', review: null, token: null, next_charge_at: null },
      { events: [], cause: { source: 'person' } },
    )
  })
  context.wake()
  return toSubscription(await mustFind(context, id), context.clock.now())
}
