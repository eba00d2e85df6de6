import { isUuid } from '../domain/uuid.ts'
import { BayarError } from '../errors.ts'
import type { Subscription, Subscriptions } from '../operations/subscriptions/index.ts'
import type { Caller } from './identify.ts'

/** What is somebody else's is not there, rather than forbidden: nobody learns that it exists. */
export function subscriptionFinder(subscriptions: Subscriptions) {
  return async (id: string, caller: Caller): Promise<Subscription> => {
    const found = isUuid(id) ? await subscriptions.find(id) : undefined
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError('subscription_not_found')
    return found
  }
}
