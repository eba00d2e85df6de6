/**
 * A charge inside the host's own transaction, in two halves. `prepare` writes the payment and its intent with the rows of the host and touches no network: they commit together, or none of them is
 * ever true. `submit` sends it after the commit; if the host's process dies in between, or never calls it, a worker sends it. Whoever comes first claims the intent, so it is sent once.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { BayarError, invalidRequest } from '../../errors.ts'
import { askInHostsTransaction, type HostsTransaction, transactionId } from '../../store/host-transaction.ts'
import { findIntent, writeIntent } from '../../store/intents.ts'
import { isParentsOrder } from '../../store/order-parents.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { readTakenOrder, writePayment } from '../../store/write-payment.ts'
import type { Context } from '../context.ts'
import { inProgress, isUnderWay } from './begin-order.ts'
import { type ChargeInput, checkCharge } from './charge-input.ts'
import { refused } from './gateway-refusal.ts'
import { makeOrderId, newCharge, orderIsParents, orderTaken } from './new-charge.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction } from './run-intent.ts'
import { sendPrepared } from './send-charge.ts'

export interface Prepared extends PaymentName {
  /** False when an equal charge of this order was there already. */
  readonly created: boolean
}

export async function preparePayment(
  context: Context,
  input: ChargeInput,
  tx: HostsTransaction,
  requestedBy: string,
  /** How long the background leaves it to whoever prepared it. */
  { isLeftForSeconds = 0 }: { readonly isLeftForSeconds?: number } = {},
): Promise<Prepared> {
  const charge = checkCharge(input, context.rules, () => makeOrderId(context.clock.now()))
  if (charge.newAttempt)
    throw invalidRequest([{ field: 'new_attempt', reason: 'cannot be prepared: charge it after the commit' }])
  const { merchant, asked } = charge
  const { orderId } = asked
  const at = context.clock.now()
  // Due at once, unless it is left to somebody: after the commit any worker may send it.
  const checkAt = secondsAfter(at, isLeftForSeconds)
  const written = newCharge(charge, { at, requestedBy, sendBefore: null, checkAt })

  const ask = askInHostsTransaction(tx)
  if (await writePayment(ask, written.payment, await transactionId(ask))) {
    await writeIntent(ask, written.intentFor(written.payment.id))
    return { merchant, orderId, created: true }
  }
  const taken = await readTakenOrder(ask, merchant, orderId)
  if (taken === null && (await isParentsOrder(ask, merchant, orderId))) throw orderIsParents(orderId)
  if (taken === null)
    throw invalidRequest([
      { field: 'tx', reason: 'is not an open transaction: begin one, and give its client' },
    ])
  if (taken.digest !== Buffer.from(written.payment.requestDigest).toString('hex')) throw orderTaken(orderId)
  return { merchant, orderId, created: false }
}

export async function submitPayment(context: Context, name: PaymentName): Promise<Payment> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const prepared = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  if (!prepared)
    throw new BayarError('payment_not_found', `Submit ${name.orderId} after the transaction has committed.`)
  if (prepared.open_intent_id !== null) {
    const sent = await sendPrepared(context, prepared.open_intent_id)
    if (sent?.outcome === 'rejected') throw refused(sent.answer, name.orderId)
    // Somebody else sends it at this moment.
    if (!sent) {
      const intent = await findIntent(context.database, prepared.open_intent_id)
      if (intent && isUnderWay(context, intent)) throw inProgress(name.orderId)
    }
  }
  return toPaymentView((await findPaymentByOrder(context.database, name.merchant, name.orderId)) ?? prepared)
}
