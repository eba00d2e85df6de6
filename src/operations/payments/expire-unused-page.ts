import { presumeEnded } from '../../domain/presume.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { findIntent } from '../../store/intents.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { isPageOver } from './checkout-page.ts'
import type { PaymentName } from './payment-name.ts'
import { writePlan } from './write-plan.ts'

/**
 * Asked about the order, Midtrans knows no transaction. While the page is open that means that the customer has not chosen yet; after its end nobody can any more. It stays our guess: should Midtrans
 * tell of a transaction all the same, that is true.
 */
export async function expireUnusedPage(context: Context, name: PaymentName): Promise<void> {
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment?.openIntentId || payment.attempts.length > 0) return
    const intent = await findIntent(tx, payment.openIntentId)
    if (intent?.command !== 'checkout' || intent.state !== 'done') return
    if (!isPageOver(context, intent)) return
    const cause = { source: 'clock' as const, notificationId: null, intentId: intent.id, document: null }
    await writePlan(context, tx, payment.version, presumeEnded(payment, 'expired', cause, uuidv7))
  })
  context.wake()
}
