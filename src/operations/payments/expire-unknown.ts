/**
 * Ways to pay that Midtrans no longer knows, long after their time: asked about them for ever, it would say 404 for ever. They are expired by our own clock, as a guess that any later word of Midtrans's takes back.
 */
import { presumeEnded } from '../../domain/presume.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import type { PaymentName } from './payment-name.ts'
import { writePlan } from './write-plan.ts'

const DAY_MS = 86_400_000
/** A transaction is not forgotten for a day because of an outage, and no page of Midtrans's says that it ever is. */
const AFTER_EXPIRY_MS = 3 * DAY_MS
/** Where Midtrans never said when it ends: longer than a reservation is held. */
const WITHOUT_EXPIRY_MS = 14 * DAY_MS

/** Midtrans was asked about each, and knows none. */
export async function expireUnknown(context: Context, name: PaymentName): Promise<void> {
  const now = context.clock.now().getTime()
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment || payment.openIntentId !== null || payment.attempts.length === 0) return
    const isOver = payment.attempts.every(({ expiryTime, transactionTime }) =>
      expiryTime !== null
        ? now > expiryTime.getTime() + AFTER_EXPIRY_MS
        : transactionTime !== null && now > transactionTime.getTime() + WITHOUT_EXPIRY_MS,
    )
    if (!isOver) return
    const cause = { source: 'clock' as const, notificationId: null, intentId: null, document: null }
    const plan = presumeEnded(payment, 'expired', cause, uuidv7)
    if (!plan.changed) return
    context.log.warn('Midtrans no longer knows this payment: it is taken for expired', {
      order_id: name.orderId,
    })
    await writePlan(context, tx, payment.version, plan)
  })
  context.wake()
}
