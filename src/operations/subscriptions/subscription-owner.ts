/** A subscription as the owner of payments: what becomes of its charges is told of it, in the transaction in which their money moves. */
import type { EventType } from '../../domain/events.ts'
import type { News } from '../../domain/news.ts'
import { shownStatus } from '../../domain/payment.ts'
import type { Plan } from '../../domain/steps.ts'
import { BayarError } from '../../errors.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { subscriptionOf } from '../../gateway/subscription.ts'
import { isAnotherOrders } from '../../gateway/translate.ts'
import type { Transaction } from '../../store/database.ts'
import type { OrderParent } from '../../store/order-parents.ts'
import { syncSubscriptionSoon } from '../../store/subscription-syncs.ts'
import {
  findSubscription,
  lockSubscription,
  type SubscriptionChanges,
  type SubscriptionRow,
  wasTold,
} from '../../store/subscriptions.ts'
import type { NewPayment } from '../../store/write-payment.ts'
import { admitCharge } from '../billing/charge-obligation.ts'
import { followCharge } from '../billing/follow-charge.ts'
import type { Context } from '../context.ts'
import type { OwnedChange, Owner } from '../owners.ts'
import { changeSubscription } from './change-subscription.ts'
import { chargeOf, grossOf } from './record-charge.ts'

export const subscriptionOwner: Owner = { follow: followEach, adopt, admit: admitCharge }

const CHARGED = ['subscription.charged'] as const
const FAILED = ['subscription.charge_failed'] as const
const ENDED_UNPAID: ReadonlySet<string> = new Set(['denied', 'expired', 'failed', 'cancelled'])

/** What bayar bills has obligations, which are locked before it; what Midtrans charges by itself has none. */
async function followEach(context: Context, tx: Transaction, change: OwnedChange): Promise<void> {
  const row = await findSubscription(tx, change.ownerId)
  return row === undefined || row.collection === 'native'
    ? follow(context, tx, change)
    : followCharge(context, tx, change.plan)
}

/** Told by the money that moved, never by an event's name: once for each payment, whatever else becomes of it. */
async function follow(context: Context, tx: Transaction, { ownerId, plan }: OwnedChange): Promise<void> {
  const row = await lockSubscription(tx, ownerId)
  if (!row) {
    context.log.error('a payment belongs to a subscription that is not there', {
      payment_id: plan.payment.id,
    })
    return
  }
  const { payment, history } = plan
  const moved = history.reduce((sum, step) => sum + step.moneyDelta, 0n)
  const outcome = outcomeOf(plan)
  const types = outcome === 'paid' ? CHARGED : FAILED
  const isNew =
    outcome !== null && !(await wasTold(tx, { subscriptionId: row.id, paymentId: payment.id, types }))
  if (!isNew && moved === 0n) return
  const at = context.clock.now()
  // Charged, it exists, whatever became of the answer to its creation.
  const isFound = outcome !== null && (row.status === 'pending' || row.status === 'failed')
  const isIdUnknown = row.gateway_id === null
  const last = history.at(-1)
  const changes: SubscriptionChanges = {
    ...(isNew && { last_charge: outcome }),
    ...(isFound && { status: 'active' as const, status_reason: null }),
    ...(isFound && isIdUnknown && { review: 'id_unknown' }),
    // By a notice only the payment is known: how the subscription stands now, Midtrans says.
    ...(last?.source === 'notification' && { next_sync_at: at }),
  }
  const events: EventType[] = [
    ...(isFound ? (['subscription.created'] as const) : []),
    ...(isNew ? types : []),
  ]
  await changeSubscription(context, tx, row, changes, {
    events,
    cause: { source: 'payment', paymentId: payment.id, notificationId: last?.notificationId ?? null },
  })
}

function outcomeOf({ payment }: Plan): 'paid' | 'failed' | null {
  if (payment.netAmount > 0n) return 'paid'
  const wasPaid = payment.attempts.some((attempt) => attempt.paid)
  return !wasPaid && ENDED_UNPAID.has(shownStatus(payment)) ? 'failed' : null
}

/**
 * A signed notice of an order that begins with our name. The name is nobody's guess, but a signature covers neither status nor transaction: so the transaction is looked up, and is ours when Midtrans has it under this
 * order. Its subscription is read again soon after, which lists its charges.
 */
async function adopt(
  context: Context,
  parent: OrderParent,
  { orderId, news }: { readonly orderId: string; readonly news: News },
): Promise<NewPayment | null> {
  const row = await findSubscription(context.database, parent.owner_id)
  if (!row || news.transactionId === null || !isChargeOf(row, parent.order_id, orderId)) return null
  const answer = await context.gateway.status({ merchant: row.merchant }, news.transactionId)
  if (answer.class === 'absent') return null
  const document = answer.class === 'done' && answer.document ? readDocument(answer.document) : undefined
  if (!document)
    throw new BayarError('gateway_unavailable', `${answer.message} (${answer.code ?? 'no answer'})`)
  if (isAnotherOrders(document, orderId, news.transactionId)) return null
  await syncSubscriptionSoon(
    context.database,
    { id: subscriptionOf(document), name: row.gateway_name },
    context.clock.now(),
  )
  return chargeOf(context, row, orderId, grossOf(answer))
}

/** Midtrans always appends a part of its own. After our own name it may be anything; after one that somebody gave it in the dashboard, another shop's orders may begin alike. */
function isChargeOf(row: SubscriptionRow, name: string, orderId: string): boolean {
  if (orderId === name) return false
  return name === row.gateway_name || /^-?[0-9A-Za-z]{32}$/.test(orderId.slice(name.length))
}
