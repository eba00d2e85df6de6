/**
 * Cancel and expire: a command about a transaction that Midtrans has. The same three steps as a charge, and the same care: two people who press the button together send it once, and
 * a refusal because the customer has just paid brings that money to light at once instead of at the next poll.
 */

import { secondsAfter } from '../../domain/clock.ts'
import { canBeAsked, type PaymentCommand, whyNot } from '../../domain/payment-requests.ts'
import { leadingAttempt } from '../../domain/payment-status.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
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

export interface PaymentName {
  readonly merchant: string
  readonly orderId: string
}

export function cancelPayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, 'cancel', name, requestedBy)
}

export function expirePayment(context: Context, name: PaymentName, requestedBy: string): Promise<Payment> {
  return commandPayment(context, 'expire', name, requestedBy)
}

async function commandPayment(
  context: Context,
  command: PaymentCommand,
  name: PaymentName,
  requestedBy: string,
): Promise<Payment> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const seen = new Set<string>()
  for (;;) {
    const { transactionId, payment } = await commandAttempt(context, command, name, requestedBy)
    seen.add(transactionId)
    // Another number of this order may still be payable: the command is about the payment, so about each of them.
    const next = payment.attempts.find(
      (attempt) => !seen.has(attempt.transactionId) && canBeAsked(command, attempt.status),
    )
    if (!next) return payment
  }
}

async function commandAttempt(
  context: Context,
  command: PaymentCommand,
  name: PaymentName,
  requestedBy: string,
): Promise<{ transactionId: string; payment: Payment }> {
  // 1. The intent.
  const intent = await begin(context, command, name, requestedBy)
  const transactionId = intent.transaction_id
  assert(transactionId !== null, 'a command about a transaction names none')

  // 2. The call.
  if (!mayStillSend(context, intent)) throw notSent(name.orderId)
  const answer = await context.gateway[command]({ merchant: name.merchant, key: intent.key }, transactionId)

  // 3. What came of it. 412 means that it is in another state than we thought: its status is the news.
  let outcome = await takeAnswer(context, intent, answer)
  if (answer.class === 'look') outcome = await lookUpIntent(context, intent)
  if (outcome === 'rejected') throw refused(answer, name.orderId)
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  assert(row, 'a payment that was commanded is gone')
  const payment = toPaymentView(row)
  if (outcome === 'unknown' && answer.class === 'look') {
    throw new BayarError('command_not_possible', `Midtrans has ${name.orderId} as ${payment.status}.`, {
      details: { status: payment.status },
    })
  }
  if (outcome === 'unknown') {
    throw new BayarError('gateway_unknown', `Ask for ${name.orderId} again shortly.`, {
      details: { order_id: name.orderId },
    })
  }
  return { transactionId, payment }
}

async function begin(
  context: Context,
  command: PaymentCommand,
  name: PaymentName,
  requestedBy: string,
): Promise<IntentRow> {
  const id = uuidv7()
  const at = context.clock.now()
  await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, name.merchant, name.orderId)
    if (!payment) throw new BayarError('payment_not_found', name.orderId)
    const reason = whyNot(command, payment)
    const attempt = leadingAttempt(payment.attempts)
    if (reason !== null || !attempt)
      throw new BayarError('command_not_possible', reason ?? 'Midtrans has no transaction for it yet.')
    const written = await insertIntent(tx, {
      id,
      paymentId: payment.id,
      command,
      key: randomKey(),
      transactionId: attempt.transactionId,
      request: { transaction_id: attempt.transactionId },
      requestedBy,
      at,
      sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
      checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    })
    if (!written)
      throw new BayarError('command_in_progress', `${command} of ${name.orderId} is under way.`, {
        details: { retry_after_seconds: 5 },
      })
  })
  const intent = await findIntent(context.database, id)
  assert(intent, 'an intent that was written is gone')
  return intent
}
