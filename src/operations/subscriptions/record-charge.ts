/**
 * A charge that Midtrans made by itself becomes a payment with this subscription as its owner. Whoever learns of it first writes it (a notice of the payment, a hint, a regular look): its order id is Midtrans's own
 * and unique, so there is one payment however many tell of it (defect D18).
 */
import { createHash } from 'node:crypto'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import { parseRupiah } from '../../domain/money.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { translate } from '../../gateway/translate.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { insertPayment, type NewPayment } from '../../store/write-payment.ts'
import { advanceWithin } from '../advance-payments.ts'
import type { Context } from '../context.ts'

/** `later`: Midtrans could not say how it stands. `other`: it is no charge of this subscription. */
export type Recorded = 'recorded' | 'later' | 'other'

export async function recordCharge(
  context: Context,
  row: SubscriptionRow,
  transactionId: string,
): Promise<Recorded> {
  const answer = await context.gateway.status({ merchant: row.merchant }, transactionId)
  const document = answer.class === 'done' && answer.document ? readDocument(answer.document) : undefined
  const orderId = document?.order_id
  if (!document || typeof orderId !== 'string' || orderId === '' || orderId.length > 255) return 'later'
  const news = translate(document, { source: 'look_up', confirmed: true, document: answer.document! })
  if ('problem' in news) {
    context.log.warn('a charge of a subscription cannot be read', {
      subscription_id: row.id,
      transaction_id: transactionId,
      problem: news.problem,
    })
    return 'later'
  }
  const { merchant } = row
  await context.database.transaction((tx) =>
    insertPayment(tx, chargeOf(context, row, orderId, grossOf(answer))),
  )
  const written = await findPaymentByOrder(context.database, merchant, orderId)
  if (written?.owner !== 'subscription' || written.owner_id !== row.id) {
    // Midtrans lists it here, and in our books it is somebody else's: a person's to look at, not ours to take.
    context.log.error('a charge of a subscription is in the books of another', {
      subscription_id: row.id,
      order_id: orderId,
    })
    return 'other'
  }
  await context.database.transaction((tx) =>
    advanceWithin(context, tx, { merchant, orderId, news: { ...news, transactionId } }),
  )
  context.wake()
  return 'recorded'
}

/** What is expected of it is the price, or the one before when it was under way as that changed. Anything else waits for a person. */
export function chargeOf(
  context: Context,
  row: SubscriptionRow,
  orderId: string,
  gross: bigint | null,
): NewPayment {
  const at = context.clock.now()
  const isOurPrice = gross !== null && (gross === row.amount || gross === row.previous_amount)
  return {
    id: uuidv7(),
    merchant: row.merchant,
    orderId,
    paymentType: row.payment_type,
    bank: null,
    grossAmount: isOurPrice ? gross : row.amount,
    openIntentId: null,
    owner: 'subscription',
    ownerId: row.id,
    userId: row.user_id,
    customer: {
      ...(row.customer_first_name !== null && { firstName: row.customer_first_name }),
      ...(row.customer_last_name !== null && { lastName: row.customer_last_name }),
      ...(row.customer_email !== null && { email: row.customer_email }),
      ...(row.customer_phone !== null && { phone: row.customer_phone }),
    },
    customFields: [],
    metadata: row.metadata,
    items: [],
    requestDigest: createHash('sha256').update(`subscription ${row.id} ${orderId}`).digest(),
    at,
    firstCheckAt: firstCheckAt(at),
  }
}

export function grossOf(answer: Answer): bigint | null {
  const document = answer.document && readDocument(answer.document)
  return (document && parseRupiah(document.gross_amount)) ?? null
}
