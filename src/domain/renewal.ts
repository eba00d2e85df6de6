/** What the end of a period brings, as a customer is told days before it. */
import { wayOf } from './dunning.ts'
import type { Renewal } from './message-facts.ts'
import type { Rupiah } from './money.ts'
import type { Collection } from './subscription.ts'

export interface RenewalKnown {
  readonly collection: Collection
  readonly paymentType: string
  readonly cancelAtPeriodEnd: boolean
  /** It was charged as often as was agreed. */
  readonly isLastCycle: boolean
  /** Of the next period. */
  readonly amount: Rupiah
  /** What may be taken from the customer's wallet: nothing of one that is frozen, or not there. */
  readonly available: Rupiah
}

export function renewalOf(known: RenewalKnown): Renewal {
  if (known.cancelAtPeriodEnd || known.isLastCycle) return 'ends'
  if (known.collection === 'wallet') return known.available >= known.amount ? 'from_wallet' : 'wallet_short'
  return known.collection === 'native' || wayOf(known) === 'pull' ? 'automatic' : 'to_pay'
}
