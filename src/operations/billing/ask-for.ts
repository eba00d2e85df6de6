/** What is owed is asked for as its subscription is collected: by a charge, or out of the wallet. */
import { assert } from '../../errors.ts'
import { findObligation } from '../../store/obligations.ts'
import { findSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { Payment } from '../payments/payment-view.ts'
import { type ChargeOptions, chargeObligation } from './charge-obligation.ts'
import { payFromWallet } from './pay-from-wallet.ts'

/** The payment by which it can be paid; null out of a wallet, which is done at once or not at all. */
export async function askFor(context: Context, id: string, options: ChargeOptions): Promise<Payment | null> {
  const obligation = await findObligation(context.database, id)
  const subscription = obligation && (await findSubscription(context.database, obligation.subscription_id))
  assert(subscription, 'an obligation belongs to no subscription')
  if (subscription.collection !== 'wallet') return chargeObligation(context, id, options)
  await payFromWallet(context, id)
  return null
}
