/** A subscription as a person reads it in a terminal. Times are Jakarta's. */
import type { HistoryEntry } from '../operations/payments/index.ts'
import type { Payment } from '../operations/payments/payment-view.ts'
import type { Subscription } from '../operations/subscriptions/index.ts'
import type { ExitName } from './exit-codes.ts'
import { facts, type Output, rupiah, table } from './output.ts'
import { tellHistory } from './tell-history.ts'
import { tellPayment } from './tell-payment.ts'

export function tellSubscription(
  subscription: Subscription,
  charges: readonly Payment[] = [],
  history: readonly HistoryEntry[] = [],
): string {
  const parts = [
    facts([
      ['subscription', subscription.id],
      ['name', subscription.name],
      ['status', subscription.status],
      ['because', subscription.statusReason],
      ['plan', subscription.planSlug],
      ['amount', rupiah(subscription.amount)],
      ['charged', subscription.scheduleDisplay],
      ['so far', subscription.currentInterval],
      ['last charge', subscription.lastCharge],
      ['next charge', subscription.nextChargeAt],
      ['trial until', subscription.status === 'trialing' ? subscription.trialEnd : null],
      ['paid until', subscription.currentPeriodEnd],
      ['may be used', subscription.collection === 'native' ? null : subscription.hasAccess ? 'yes' : 'no'],
      ['in grace until', subscription.isInGracePeriod ? subscription.graceUntil : null],
      ['ends', subscription.cancelAtPeriodEnd ? 'when its period is over' : null],
      ['cancelled because', subscription.cancelReason],
      ['by', subscription.paymentType],
      ['user', subscription.userId],
      ['at Midtrans', subscription.midtransSubscriptionId],
      ['called there', subscription.gatewayName],
      [
        'outcome',
        subscription.outcome === 'unknown' ? 'Midtrans gave no clear answer yet, and is being asked' : null,
      ],
      ['waits for a person', subscription.needsReview.join(', ')],
    ]),
  ]
  if (charges.length > 0)
    parts.push(
      table(
        ['when', 'order', 'status', 'received'],
        charges.map((one) => [one.createdAt, one.orderId, one.status, one.netAmount]),
      ),
    )
  if (history.length > 0) parts.push(tellHistory(history))
  return parts.join('\n\n')
}

interface ToBePaid {
  readonly subscription: Subscription
  readonly payment: Payment | null
}

/** A subscription, and how what it now owes is paid. */
export function answerToBePaid(out: Output, done: ToBePaid): ExitName | undefined {
  const { subscription, payment } = done
  out.answer(done, () =>
    payment === null
      ? tellSubscription(subscription)
      : `${tellPayment(payment)}\n\n${tellSubscription(subscription)}`,
  )
  return payment?.outcome === 'unknown' || subscription.outcome === 'unknown' ? 'unknown' : undefined
}

export function tellSubscriptions(subscriptions: readonly Subscription[]): string {
  if (subscriptions.length === 0) return 'There is none.'
  return table(
    ['id', 'user', 'name', 'status', 'amount', 'charged', 'next', 'waits for'],
    subscriptions.map((one) => [
      one.id,
      one.userId,
      one.name,
      one.status,
      rupiah(one.amount),
      one.scheduleDisplay,
      one.nextChargeAt,
      one.needsReview.join(', ') || null,
    ]),
  )
}
