import { toWib } from '../wib-time.ts'
import type { Subscription } from './subscriptions.ts'

/** A subscription as the API answers it: naive times of Jakarta, and nothing that would be null. */
export function subscriptionDocument(subscription: Subscription): Record<string, unknown> {
  const { schedule, retry } = subscription
  return withoutNulls({
    id: subscription.id,
    name: subscription.name,
    amount: subscription.amount,
    currency: 'IDR',
    created_at: toWib(subscription.createdMs),
    schedule: withoutNulls({
      interval: schedule.interval,
      current_interval: schedule.current,
      max_interval: schedule.most,
      interval_unit: schedule.unit,
      start_time: toWib(schedule.startMs),
      previous_execution_at: schedule.previousMs && toWib(schedule.previousMs),
      next_execution_at: schedule.nextMs && toWib(schedule.nextMs),
    }),
    retry_schedule: retry && {
      interval: retry.interval,
      interval_unit: retry.unit,
      max_interval: retry.most,
    },
    status: subscription.status,
    token: subscription.token,
    payment_type: subscription.paymentType,
    transaction_ids: subscription.transactionIds,
    gopay: subscription.accountId === null ? null : { account_id: subscription.accountId },
    metadata: subscription.metadata,
    customer_details: subscription.customer,
  })
}

/** The same in a recurring notice, where the times are UTC with microseconds (docs/midtrans/notifications.md §5). */
export function subscriptionNotice(subscription: Subscription, merchantId: string): Record<string, unknown> {
  const { schedule } = subscription
  return withoutNulls({
    id: subscription.id,
    name: subscription.name,
    amount: subscription.amount,
    currency: 'IDR',
    payment_type: subscription.paymentType,
    status: subscription.status,
    token: subscription.token,
    merchant_id: merchantId,
    schedule: withoutNulls({
      interval: schedule.interval,
      interval_unit: schedule.unit,
      max_interval: schedule.most,
      current_interval: schedule.current,
      start_time: toMicroseconds(schedule.startMs),
      next_execution_at: schedule.nextMs && toMicroseconds(schedule.nextMs),
      previous_execution_at: schedule.previousMs && toMicroseconds(schedule.previousMs),
    }),
    gopay: subscription.accountId === null ? null : { account_id: subscription.accountId },
    metadata: subscription.metadata,
    customer_details: subscription.customer,
  })
}

export function chargeNotice(
  subscription: Subscription,
  merchantId: string,
  transaction: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    transaction,
    subscription: subscriptionNotice(subscription, merchantId),
    event_name: 'subscription.charge',
  }
}

function toMicroseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

function withoutNulls(document: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).filter(([, value]) => value !== null && value !== undefined),
  )
}
