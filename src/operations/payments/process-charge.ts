/**
 * The task `process_charge_async`: a charge that is made by a worker.
 *
 * The original made the order id in the try, so a lost answer and three retries were four orders, and a saved card was charged four times (defect D13). Here payment, order id, intent and task commit
 * together, before anybody is asked; every try, by whatever worker, sends that one intent or finds out what became of it. The card's token stays with the intent, which forgets it when it ends.
 */
import { BayarError } from '../../errors.ts'
import type { HostsTransaction } from '../../store/host-transaction.ts'
import { findLatestIntent, type IntentRow } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import type { ChargeInput } from './charge-input.ts'
import { chargePayment } from './charge-payment.ts'
import type { PaymentName } from './payment-name.ts'
import type { Payment } from './payment-view.ts'
import { preparePayment, submitPayment } from './prepare-payment.ts'

/** The task sends it; should the task be gone, the background does. */
const LEFT_TO_THE_TASK_SECONDS = 60

export interface ProcessedCharge {
  readonly orderId: string
  readonly status: string
  readonly paymentId: string
}

/** Here and now. */
export async function processCharge(
  context: Context,
  input: ChargeInput,
  requestedBy: string,
): Promise<ProcessedCharge> {
  return processed((await chargePayment(context, input, requestedBy)).payment)
}

/** In the transaction that puts it off. */
export async function putOffCharge(
  context: Context,
  input: ChargeInput,
  tx: HostsTransaction,
  requestedBy: string,
): Promise<PaymentName> {
  const { merchant, orderId } = await preparePayment(context, input, tx, requestedBy, {
    isLeftForSeconds: LEFT_TO_THE_TASK_SECONDS,
  })
  return { merchant, orderId }
}

/** By a worker: sends it, unless it was sent; then says what came of it. */
export async function processPreparedCharge(context: Context, name: PaymentName): Promise<ProcessedCharge> {
  const payment = await submitPayment(context, name)
  // The background sends what was prepared, too: if it came first, the refusal is in the intent.
  const intent = await findLatestIntent(context.database, payment.id, 'charge')
  if (intent?.state === 'rejected') throw refusedEarlier(intent)
  if (intent?.state === 'absent')
    throw new BayarError('gateway_rejected', `Midtrans never had ${name.orderId}.`, {
      details: { order_id: name.orderId },
    })
  if (payment.outcome === 'unknown' || intent?.state === 'sent' || intent?.state === 'prepared')
    throw new BayarError('gateway_unknown', `Ask for ${name.orderId} again shortly.`, {
      details: { order_id: name.orderId },
    })
  return processed(payment)
}

function refusedEarlier(intent: IntentRow): BayarError {
  const code = intent.answer_code === '401' ? 'gateway_denied_keys' : 'gateway_rejected'
  const says = `${intent.answer_message ?? ''}${intent.answer_code === null ? '' : ` (${intent.answer_code})`}`
  return new BayarError(code, says, {
    details: { order_id: intent.order_id, gateway_code: intent.answer_code },
  })
}

function processed(payment: Payment): ProcessedCharge {
  if (payment.outcome === 'unknown')
    throw new BayarError('gateway_unknown', `Ask for ${payment.orderId} again shortly.`, {
      details: { order_id: payment.orderId },
    })
  return { orderId: payment.orderId, status: payment.status, paymentId: payment.id }
}
