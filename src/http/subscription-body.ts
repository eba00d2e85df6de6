import {
  type NativeWord,
  nativeWord,
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
} from '../domain/subscription.ts'
import type { Subscription } from '../operations/subscriptions/index.ts'
import { toSnake } from './wire-case.ts'

/** The same subscription as the library shows, laid flat, its status in the original's words beside our finer ones. */
export function subscriptionBody({ customer, status, ...subscription }: Subscription) {
  return {
    ...toSnake(subscription),
    status: nativeWord(status),
    state: status,
    customer_first_name: customer.firstName,
    customer_last_name: customer.lastName,
    customer_email: customer.email,
    customer_phone: customer.phone,
  }
}

/** What of ours one of the original's words stands for. */
export function statusesOf(word: NativeWord): readonly SubscriptionStatus[] {
  return SUBSCRIPTION_STATUSES.filter((status) => nativeWord(status) === word)
}
