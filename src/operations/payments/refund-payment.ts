/**
 * Money back, in the three steps of every command:
 *   1. one transaction under the payment's lock: what is left is counted, the amount is set aside, the intent is written with the key of the refund; commit;
 *   2. Midtrans is called, with no transaction open;
 *   3. one transaction: the answer is recorded, then applied: the refund is confirmed and told, or refused and its amount free again.
 *
 * The key is written before anything is sent. A lost answer asked again, by the caller or by a task's retry, is therefore the same refund (defect D4), and two people who refund together are counted one
 * after the other (defect D17). What nobody can say is looked up in Midtrans's own list of refunds, and stays set aside until then.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { type Rupiah, toNumber } from '../../domain/money.ts'
import type { AttemptState, PaymentState } from '../../domain/payment.ts'
import { canBeAsked, whyNot } from '../../domain/payment-requests.ts'
import { refundable } from '../../domain/refund-facts.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { findRefundByKey, findRefundOfIntent, type RefundRow, reserveRefund } from '../../store/refunds.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { isUnderWay } from './begin-order.ts'
import { refused } from './gateway-refusal.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { type CheckedRefund, checkRefund, type RefundInput } from './refund-input.ts'
import { type Refund, toRefundView } from './refund-view.ts'
import { refundabilityOf, whyNotAmount } from './refundability.ts'
import {
  type IntentOutcome,
  lookUpIntent,
  mayStillSend,
  notSent,
  refuseInsideTransaction,
  SEND_WITHIN_SECONDS,
  takeAnswer,
} from './run-intent.ts'
import { sendIntent } from './send-intent.ts'

export interface Refunded {
  readonly payment: Payment
  readonly refund: Refund
  /** False when an equal request under the same key had made it before. */
  readonly created: boolean
}

export async function refundPayment(
  context: Context,
  name: PaymentName,
  input: RefundInput,
  requestedBy: string,
): Promise<Refunded> {
  const asked = checkRefund(input)
  context.handlers.assertComplete()
  refuseInsideTransaction()

  // 1. The intent, and the money set aside.
  const { intentId, created } = await begin(context, name, asked, requestedBy)
  if (intentId !== null) {
    const intent = await findIntent(context.database, intentId)
    assert(intent, 'an intent that was written is gone')
    await (created ? askOnce(context, intent) : askAgain(context, intent))
  }
  const made = await read(context, name, intentId, asked.refundKey)
  // Looked up, it turned out not to be done: whoever asked must not take it for a refund.
  if (made.refund.status === 'refused' || made.refund.status === 'abandoned')
    throw new BayarError('gateway_rejected', `The refund of ${name.orderId} was ${made.refund.status}.`, {
      details: { order_id: name.orderId, refund_key: made.refund.refundKey },
    })
  return { ...made, created }
}

/** 2 and 3. */
async function askOnce(context: Context, intent: IntentRow): Promise<void> {
  if (!mayStillSend(context, intent)) throw notSent(intent.order_id)
  const answer = await sendIntent(context, intent)
  let outcome = await takeAnswer(context, intent, answer)
  if (answer.class === 'look') outcome = await lookUpIntent(context, intent)
  if (outcome === 'rejected') throw refused(answer, intent.order_id)
}

/**
 * The same refund is asked a second time, and nobody knows what became of the first. Midtrans's list is looked at; only what is not there is sent again, under the same key, and only while Midtrans
 * honours it.
 */
async function askAgain(context: Context, intent: IntentRow): Promise<void> {
  if (intent.state !== 'prepared' && intent.state !== 'sent') return
  if (isUnderWay(context, intent)) {
    // Whoever sent it may have died before the answer; Midtrans has told of it since.
    const refund = await findRefundOfIntent(context.database, intent.id)
    if (refund?.status === 'confirmed') return
    throw new BayarError('command_in_progress', `This refund of ${intent.order_id} is under way.`, {
      details: { retry_after_seconds: 5 },
    })
  }
  let outcome: IntentOutcome = await lookUpIntent(context, intent)
  // An answer that is there and could not be applied (a handler threw) needs no second request.
  if (outcome === 'unknown' && intent.answer_class !== 'done' && mayStillSend(context, intent)) {
    const answer = await sendIntent(context, intent)
    outcome = await takeAnswer(context, intent, asRepeated(answer))
    if (outcome === 'unknown') await lookUpIntent(context, intent)
  }
}

/** A no to the second request says nothing about the first: "more than what remains" may be because of it. */
function asRepeated(answer: Answer): Answer {
  return answer.class === 'done' ? answer : { ...answer, class: 'unknown' }
}

async function begin(
  context: Context,
  name: PaymentName,
  asked: CheckedRefund,
  requestedBy: string,
): Promise<{ intentId: string | null; created: boolean }> {
  const id = uuidv7()
  const at = context.clock.now()
  return context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment) throw new BayarError('payment_not_found', name.orderId)
    const before =
      asked.refundKey === null ? undefined : await findRefundByKey(tx, payment.id, asked.refundKey)
    if (before) return { intentId: sameRefund(before, asked), created: false }

    const attempt = attemptToRefund(payment, asked)
    const amount = amountToRefund(payment, attempt, asked.amount)
    const key = asked.refundKey ?? randomKey()
    await insertIntent(tx, {
      id,
      paymentId: payment.id,
      command: asked.isDirect ? 'direct_refund' : 'refund',
      key: randomKey(),
      transactionId: attempt.transactionId,
      request: { key, amount: amount.toString(), reason: asked.reason },
      requestedBy,
      at,
      sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
      checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    })
    await reserveRefund(tx, {
      id: uuidv7(),
      paymentId: payment.id,
      transactionId: attempt.transactionId,
      key,
      amount,
      reason: asked.reason,
      intentId: id,
      at,
    })
    return { intentId: id, created: true }
  })
}

/** Under one key there is one refund. */
function sameRefund(before: RefundRow, asked: CheckedRefund): string | null {
  if (asked.amount !== null && asked.amount !== before.amount)
    throw new BayarError('refund_key_taken', `It was asked for ${before.amount}.`)
  // Of an order paid twice, the other payment has not been given back by this.
  if (asked.transactionId !== null && asked.transactionId !== before.transaction_id)
    throw new BayarError('refund_key_taken', `It was asked for transaction ${before.transaction_id}.`)
  if (before.status === 'refused' || before.status === 'abandoned')
    throw new BayarError('refund_key_taken', `That one was ${before.status}.`)
  return before.intent_id
}

/** Of two ways of paying that were both paid, somebody must say which one is given back. */
export function attemptToRefund(payment: PaymentState, { transactionId }: CheckedRefund): AttemptState {
  const named = payment.attempts.filter(
    (attempt) => transactionId === null || attempt.transactionId === transactionId,
  )
  if (named.length === 0 && transactionId !== null)
    throw invalidRequest([{ field: 'transaction_id', reason: 'is not a transaction of this payment' }])
  const possible = named.filter((attempt) => canBeAsked('refund', attempt.status))
  if (possible.length > 1) {
    const ids = possible.map((attempt) => attempt.transactionId).join(', ')
    throw invalidRequest([{ field: 'transaction_id', reason: `must say which was paid too much: ${ids}` }])
  }
  if (possible.length === 0) {
    const status = named.length === 1 ? { status: named[0]!.status, presumed: null } : payment
    throw new BayarError(
      'command_not_possible',
      whyNot('refund', status) ?? 'Nothing of it can be given back.',
    )
  }
  return possible[0]!
}

function amountToRefund(payment: PaymentState, attempt: AttemptState, asked: Rupiah | null): Rupiah {
  const amount = asked ?? refundable(attempt, payment.refunds)
  const whole = attempt.capturedAmount
  // The method can give back; this amount it cannot.
  if (asked !== null && asked !== whole && refundabilityOf(attempt).wholeOnly) {
    throw invalidRequest([
      {
        field: 'amount',
        reason: `must be ${whole} or be left out, because by this method only the whole amount can be given back`,
      },
    ])
  }
  const reason = whyNotAmount(attempt, amount, whole)
  if (reason !== null) throw new BayarError('method_not_refundable', reason)
  return leftOf(payment, attempt, asked)
}

/** The amount, or all that is left; more is refused. */
export function leftOf(payment: PaymentState, attempt: AttemptState, asked: Rupiah | null): Rupiah {
  const left = refundable(attempt, payment.refunds)
  const amount = asked ?? left
  if (amount > left || left === 0n) {
    throw new BayarError('refund_too_large', `${left} is left of ${payment.orderId}.`, {
      details: { remaining: toNumber(left) },
    })
  }
  return amount
}

async function read(
  context: Context,
  name: PaymentName,
  intentId: string | null,
  key: string | null,
): Promise<{ payment: Payment; refund: Refund }> {
  const { database } = context
  const row = await findPaymentByOrder(database, name.merchant, name.orderId)
  assert(row, 'a payment that was refunded is gone')
  const refund =
    intentId === null
      ? key === null
        ? undefined
        : await findRefundByKey(database, row.id, key)
      : await findRefundOfIntent(database, intentId)
  assert(refund, 'a refund that was written is gone')
  return { payment: toPaymentView(row), refund: toRefundView(refund) }
}
