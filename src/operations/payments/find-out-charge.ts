/**
 * Finds out what became of a charge whose answer nobody has.
 *
 * Midtrans says how the transaction stands, but of a QR, a deep link or a page it speaks only in the charge answer. So where GET status shows it pending, the same request is sent once more under the
 * same key, for as long as Midtrans keeps the first answer under it: what comes back is that answer, and nothing is charged. (Should the key be forgotten already, the order id is still taken, and
 * Midtrans refuses.) When that fails, nobody can ever pay this transaction: it is expired, so that the order can be charged again.
 *
 * Of a transaction that Midtrans finds by its own id only (DANA's), the order id says nothing. The same request under the same key is the question there: it brings the first answer, or makes what never
 * arrived. After its five minutes only a notice can name it, and it is given up when the customer's time to pay is surely over.
 */
import { variantOf } from '../../domain/charge-methods.ts'
import type { InstructionField } from '../../domain/news.ts'
import { paymentMethod } from '../../gateway/payment-methods.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { translate } from '../../gateway/translate.ts'
import { findIntent, type IntentRow } from '../../store/intents.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { readAsked } from './charge-request.ts'
import { expirePayment } from './command-payment.ts'
import { type IntentOutcome, mayStillSend, takeAnswer, takeLookUp } from './run-intent.ts'

const WAYS_TO_PAY: readonly InstructionField[] = ['qr_url', 'qr_string', 'deeplink_url', 'redirect_url']

export async function findOutCharge(context: Context, intent: IntentRow): Promise<IntentOutcome> {
  // Absence proves something only when it was asked for after the time: not when the answer was slow.
  const askedAt = context.clock.now()
  const payment = await findPaymentByOrder(context.database, intent.merchant, intent.order_id)
  // A notification may have named the transaction meanwhile, and DANA's is not found by anything else.
  const isNamed = payment !== undefined && payment.open_intent_id !== intent.id
  const id = (isNamed ? payment.attempts.at(-1)?.transaction_id : undefined) ?? intent.order_id
  const status = await context.gateway.status({ merchant: intent.merchant }, id)
  const isAnother = isNamesake(intent, status, payment)
  const isLost = nobodyCanPay(intent, status, payment)
  const isUnseen = isFoundByIdOnly(intent) && (isAnother || (status.class === 'absent' && !isNamed))

  if ((isLost || isUnseen) && mayStillSend(context, intent)) {
    const again = await context.gateway.charge(
      { merchant: intent.merchant, key: intent.key },
      readAsked(intent.request),
    )
    // Unknown once more: the next check asks again, while there is time. A no to the second request says nothing about the first.
    if (again.class === 'done' || again.class === 'unknown') return takeAnswer(context, intent, again)
  }
  const outcome = await takeLookUp(context, intent, status, askedAt)
  if (outcome === 'unknown' && isAnother) return endIfTaken(context, intent)
  if (outcome === 'done' && isLost) {
    context.log.warn('instructions were lost with the answer: the transaction is expired', {
      order_id: intent.order_id,
    })
    await expirePayment(context, { merchant: intent.merchant, orderId: intent.order_id }, {}, 'bayar')
  }
  return outcome
}

function isFoundByIdOnly(intent: IntentRow): boolean {
  const asked = readAsked(intent.request)
  return paymentMethod(asked.paymentType, variantOf(asked))?.foundByOrderId === false
}

/** Asked by order id, Midtrans told of an earlier attempt of this order: ours is not there (yet). */
function isNamesake(intent: IntentRow, status: Answer, payment: PaymentRow | undefined): boolean {
  const document = status.class === 'done' && status.document ? readDocument(status.document) : undefined
  return (
    payment?.open_intent_id === intent.id &&
    payment.attempts.some((attempt) => attempt.transaction_id === document?.transaction_id)
  )
}

/**
 * Our request itself was refused because the order id is taken, and what took it is an earlier attempt: Midtrans lets some endings be charged again (expire, cancel) and others not (deny). So nothing was
 * made, and nobody has to wait for the clock to say so.
 */
async function endIfTaken(context: Context, intent: IntentRow): Promise<IntentOutcome> {
  const now = await findIntent(context.database, intent.id)
  if (now?.answer_class !== 'look' || now.answer_code !== '406') return 'unknown'
  return takeAnswer(context, now, {
    class: 'rejected',
    code: now.answer_code,
    httpStatus: null,
    message: now.answer_message ?? '',
    validationMessages: [],
    document: now.answer,
  })
}

function nobodyCanPay(intent: IntentRow, status: Answer, payment: PaymentRow | undefined): boolean {
  const document = status.class === 'done' && status.document ? readDocument(status.document) : undefined
  if (!document) return false
  const asked = readAsked(intent.request)
  if (paymentMethod(asked.paymentType, variantOf(asked))?.toldOnce !== true) return false
  const news = translate(document, { source: 'look_up', confirmed: true })
  if ('problem' in news || news.told !== 'pending' || hasWay(news.instructions)) return false
  const attempt = payment?.attempts.find((one) => one.transaction_id === news.transactionId)
  return attempt === undefined || (attempt.status === 'pending' && !hasWay(attempt.instructions))
}

function hasWay(instructions: Readonly<Partial<Record<InstructionField, string>>>): boolean {
  return WAYS_TO_PAY.some((field) => instructions[field] !== undefined)
}
