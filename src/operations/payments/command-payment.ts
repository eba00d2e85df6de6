/**
 * Cancel, expire, capture, approve and deny: a command about a transaction that Midtrans has. The same three steps as a charge, and the same care: two people who press the button
 * together send it once, and a refusal because the customer has just paid brings that money to light at once instead of at the next poll.
 */

import { secondsAfter } from '../../domain/clock.ts'
import { parseRupiah, type Rupiah } from '../../domain/money.ts'
import type { AttemptState } from '../../domain/payment.ts'
import { canBeAsked, PAYMENT_REQUESTS, type PaymentCommand, whyNot } from '../../domain/payment-requests.ts'
import { leadingAttempt } from '../../domain/payment-status.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder, setCaptureAmount } from '../../store/payments.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { refused } from './gateway-refusal.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import {
  lookUpIntent,
  mayStillSend,
  notSent,
  refuseInsideTransaction,
  SEND_WITHIN_SECONDS,
  takeAnswer,
} from './run-intent.ts'
import { sendIntent } from './send-intent.ts'

export interface PaymentName {
  readonly merchant: string
  readonly orderId: string
}

export interface CaptureInput {
  /** At most what was reserved, in whole rupiah; left out, all of it. */
  readonly amount?: number
}

interface Order {
  readonly command: Exclude<PaymentCommand, 'refund'>
  readonly requestedBy: string
  /** What only a capture says; null for the whole. */
  readonly amount: Rupiah | null
}

export function cancelPayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, name, { command: 'cancel', requestedBy, amount: null })
}

export function expirePayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, name, { command: 'expire', requestedBy, amount: null })
}

/** A challenged card is taken. */
export function approvePayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, name, { command: 'approve', requestedBy, amount: null })
}

/** A challenged card is refused. */
export function denyPayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, name, { command: 'deny', requestedBy, amount: null })
}

/** Takes what was reserved, or a part of it; the rest goes back to the customer. */
export function capturePayment(
  context: Context,
  name: PaymentName,
  input: CaptureInput,
  requestedBy: string,
): Promise<Payment> {
  return commandPayment(context, name, { command: 'capture', requestedBy, amount: readAmount(input) })
}

/** As the host's code or a request gives it: text or a fraction never reaches Midtrans (defect D33). */
function readAmount({ amount }: CaptureInput): Rupiah | null {
  if (amount === undefined) return null
  const rupiah = typeof amount === 'number' ? parseRupiah(amount) : undefined
  if (rupiah === undefined || rupiah < 1n)
    throw invalidRequest([{ field: 'amount', reason: 'must be whole rupiah, at least 1' }])
  return rupiah
}

async function commandPayment(context: Context, name: PaymentName, order: Order): Promise<Payment> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const seen = new Set<string>()
  for (;;) {
    const { transactionId, payment } = await commandAttempt(context, name, order, seen)
    seen.add(transactionId)
    // Another number of this order may still be payable: the command is about the payment, so about each of them.
    const next = payment.attempts.find(
      (attempt) => !seen.has(attempt.transactionId) && canBeAsked(order.command, attempt.status),
    )
    if (!next || !PAYMENT_REQUESTS[order.command].ofEach) return payment
  }
}

async function commandAttempt(
  context: Context,
  name: PaymentName,
  order: Order,
  seen: ReadonlySet<string>,
): Promise<{ transactionId: string; payment: Payment }> {
  // 1. The intent.
  const intent = await begin(context, name, order, seen)
  const transactionId = intent.transaction_id
  assert(transactionId !== null, 'a command about a transaction names none')

  // 2. The call.
  if (!mayStillSend(context, intent)) throw notSent(name.orderId)
  const answer = await sendIntent(context, intent)

  // 3. What came of it. 412 means that it is in another state than we thought: its status is the news.
  let outcome = await takeAnswer(context, intent, answer)
  if (answer.class === 'look') outcome = await lookUpIntent(context, intent)
  else if (outcome === 'rejected') throw refused(answer, name.orderId)
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  assert(row, 'a payment that was commanded is gone')
  const payment = toPaymentView(row)
  if (outcome === 'rejected') {
    const says = `Midtrans has ${name.orderId} as ${payment.status}: ${answer.message} (${answer.code})`
    throw new BayarError('command_not_possible', says, { details: { status: payment.status } })
  }
  if (outcome !== 'done') {
    throw new BayarError('gateway_unknown', `Ask for ${name.orderId} again shortly.`, {
      details: { order_id: name.orderId },
    })
  }
  return { transactionId, payment }
}

async function begin(
  context: Context,
  name: PaymentName,
  order: Order,
  seen: ReadonlySet<string>,
): Promise<IntentRow> {
  const { command } = order
  const id = uuidv7()
  const at = context.clock.now()
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment) throw new BayarError('payment_not_found', name.orderId)
    // One whose answer waits for a person still looks as if it could be asked: it was, and is not asked for ever.
    const attempt = leadingAttempt(payment.attempts.filter((one) => !seen.has(one.transactionId)))
    const about = seen.size === 0 || !attempt ? payment : { status: attempt.status, presumed: null }
    const reason = whyNot(command, about)
    if (reason !== null || !attempt)
      throw new BayarError('command_not_possible', reason ?? 'Midtrans has no transaction for it yet.')
    const amount = command === 'capture' ? captured(attempt, order.amount) : null
    const written = await insertIntent(tx, {
      id,
      paymentId: payment.id,
      command,
      key: randomKey(),
      transactionId: attempt.transactionId,
      request: {
        transaction_id: attempt.transactionId,
        ...(amount === null ? {} : { amount: amount.toString() }),
      },
      requestedBy: order.requestedBy,
      at,
      sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
      checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    })
    if (!written)
      throw new BayarError('command_in_progress', `${command} of ${name.orderId} is under way.`, {
        details: { retry_after_seconds: 5 },
      })
    // What Midtrans tells of from now on may be the smaller amount.
    if (amount !== null) await setCaptureAmount(tx, payment.id, amount >= payment.grossAmount ? null : amount)
  })
  const intent = await findIntent(context.database, id)
  assert(intent, 'an intent that was written is gone')
  return intent
}

/** By GoPay only the whole reservation can be taken (protocol.md §7.4). */
const TAKEN_WHOLE: ReadonlySet<string | null> = new Set(['gopay'])

function captured(attempt: AttemptState, asked: Rupiah | null): Rupiah {
  const reserved = attempt.grossAmount
  const amount = asked ?? reserved
  if (amount > reserved)
    throw invalidRequest([{ field: 'amount', reason: `must be at most ${reserved}, which is reserved` }])
  if (amount !== reserved && TAKEN_WHOLE.has(attempt.paymentType))
    throw invalidRequest([{ field: 'amount', reason: `must be ${reserved}: this method is captured whole` }])
  return amount
}
