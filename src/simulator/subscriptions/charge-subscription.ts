import { documentOf } from '../outcome.ts'
import { ownCharge } from '../own-charge.ts'
import type { World } from '../world.ts'
import { chargeNotice } from './documents.ts'
import type { Subscription } from './subscriptions.ts'

interface Charged {
  readonly paid: boolean
  readonly transactionId: string | null
  /** Sends the notice, once the subscription shows what became of it. */
  tell(): void
}

/**
 * What falls due is an ordinary charge with the saved token, under an order id of Midtrans's own making. It is told twice: as a payment, and as news of the subscription. Without a recurring URL
 * there is only the payment, which then names the subscription (docs/midtrans/notifications.md §5, unconfirmed).
 */
export function chargeSubscription(world: World, subscription: Subscription): Charged {
  const { name, amount, token, accountId, paymentType, metadata } = subscription
  const orderId = `${name}-${world.subscriptions.random.uuid().replaceAll('-', '')}`
  const hasUrl = world.settings.recurringUrls.length > 0
  const body = {
    payment_type: paymentType,
    [paymentType]:
      paymentType === 'gopay'
        ? { account_id: accountId, payment_option_token: token, recurring: true }
        : { token_id: token },
    ...(metadata ? { metadata } : {}),
  }
  const outcome = ownCharge(world, {
    orderId,
    body,
    amount: Math.ceil(Number(amount)),
    ofSnap: false,
    anyAmount: true,
    extras: { echoed: hasUrl ? {} : { subscription_id: subscription.id } },
  })
  const document = { ...(documentOf(world, outcome, '') as object) } as Readonly<Record<string, unknown>>
  const view = outcome.kind === 'charge' ? outcome.view : null
  const told = view
    ? pick(document, [
        'transaction_status',
        'transaction_id',
        'status_code',
        'channel_response_code',
        'channel_response_message',
      ])
    : pick(document, ['status_code', 'status_message'])
  return {
    paid: view !== null && (view.status === 'capture' || view.status === 'settlement'),
    transactionId: view?.transaction.id ?? null,
    tell: () =>
      tellRecurring(world, subscription, chargeNotice(subscription, world.merchant.id, told), orderId),
  }
}

/** Recurring notices go to a URL of their own and are not signed. */
export function tellRecurring(
  world: World,
  subscription: Subscription,
  document: Record<string, unknown>,
  orderId = subscription.name,
): void {
  world.outbox.post(
    { kind: 'recurring', lane: orderId, document: () => document },
    world.settings.recurringUrls,
  )
}

function pick(
  document: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    fields.filter((field) => document[field] !== undefined).map((field) => [field, document[field]]),
  )
}
