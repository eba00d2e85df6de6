/**
 * Cancel, expire, capture, approve and deny: a command about a transaction that Midtrans has. The same three steps as a charge, and the same care: two people who press the button
 * together send it once, and a refusal because the customer has just paid brings that money to light at once instead of at the next poll.
 */

import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import { secondsAfter } from '../../domain/clock.ts'
import type { Rupiah } from '../../domain/money.ts'
import { type AttemptState, type PaymentState, shownStatus } from '../../domain/payment.ts'
import {
  canBeAsked,
  isAboutPage,
  PAYMENT_REQUESTS,
  type PaymentCommand,
  whyNot,
} from '../../domain/payment-requests.ts'
import { leadingAttempt } from '../../domain/payment-status.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder, type PaymentRow, setCaptureAmount } from '../../store/payments.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { findOpenPage, type OpenPage } from './checkout-page.ts'
import { type CaptureInput, type CommandInput, checkCapture, checkCommand } from './command-input.ts'
import { endPage } from './end-page.ts'
import { refused } from './gateway-refusal.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import {
  lookUpIntent,
  mayStillSend,
  notSent,
  refuseInsideTransaction,
  SEND_WITHIN_SECONDS,
  takeAnswer,
} from './run-intent.ts'
import { isOfPage, sendIntent } from './send-intent.ts'

interface Order {
  readonly command: Exclude<PaymentCommand, 'refund'>
  readonly requestedBy: string
  /** What only a capture says; null for the whole. */
  readonly amount: Rupiah | null
  /** null: what speaks for the payment, or each of them. */
  readonly transactionId: string | null
}

type Commanded = (
  context: Context,
  name: PaymentName,
  input: CommandInput,
  requestedBy: string,
) => Promise<Payment>

export const cancelPayment: Commanded = plain('cancel')
export const expirePayment: Commanded = plain('expire')
/** A challenged card is taken. */
export const approvePayment: Commanded = plain('approve')
/** A challenged card is refused. */
export const denyPayment: Commanded = plain('deny')

function plain(command: Order['command']): Commanded {
  return async (context, name, input, requestedBy) =>
    commandPayment(context, name, { command, requestedBy, ...checkCommand(input) })
}

/** Takes what was reserved, or a part of it; the rest goes back to the customer. */
export async function capturePayment(
  context: Context,
  name: PaymentName,
  input: CaptureInput,
  requestedBy: string,
): Promise<Payment> {
  return commandPayment(context, name, { command: 'capture', requestedBy, ...checkCapture(input) })
}

/** More rounds than a customer makes who begins one way to pay after another while the page is being ended. */
const ROUNDS_MAX = 6

async function commandPayment(context: Context, name: PaymentName, order: Order): Promise<Payment> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const seen = new Set<string>()
  for (let round = 1; ; round++) {
    const intent = await begin(context, name, order, seen)
    if (!mayStillSend(context, intent)) throw notSent(name.orderId)
    const isEnded = isOfPage(intent)
      ? await runPageEnd(context, name, intent)
      : await runCommand(context, name, intent)
    if (intent.transaction_id !== null) seen.add(intent.transaction_id)
    const payment = await read(context, name)
    if (isEnded && !(await isMoreToDo(context, payment, order, seen))) return toPaymentView(payment)
    if (round === ROUNDS_MAX) throw notPossible('The customer begins to pay again and again: ask once more.')
  }
}

/** Another number of this order may still be payable, or the page: the command is about the payment, so about each of them. */
async function isMoreToDo(
  context: Context,
  payment: PaymentRow,
  { command, transactionId }: Order,
  seen: ReadonlySet<string>,
): Promise<boolean> {
  if (transactionId !== null || !PAYMENT_REQUESTS[command].ofEach) return false
  const next = payment.attempts.some(
    (attempt) => !seen.has(attempt.transaction_id) && canBeAsked(command, attempt.status),
  )
  if (next) return true
  return (
    isAboutPage(command, payment.presumed ?? payment.status) &&
    (await findOpenPage(context, context.database, payment)) !== null
  )
}

/** Steps 2 and 3, for a transaction. 412 means that it is in another state than we thought: its status is the news. */
async function runCommand(context: Context, name: PaymentName, intent: IntentRow): Promise<boolean> {
  const answer = await sendIntent(context, intent)
  let outcome = await takeAnswer(context, intent, answer)
  if (answer.class === 'look') outcome = await lookUpIntent(context, intent)
  else if (outcome === 'rejected') throw refused(answer, name.orderId)
  if (outcome === 'rejected') {
    const { status } = toPaymentView(await read(context, name))
    const says = `Midtrans has ${name.orderId} as ${status}: ${answer.message} (${answer.code})`
    throw new BayarError('command_not_possible', says, { details: { status } })
  }
  if (outcome !== 'done') throw unclear(name)
  return true
}

/** Steps 2 and 3, for a page. False when the customer has begun to pay on it meanwhile: then that is what is to be ended. */
async function runPageEnd(context: Context, name: PaymentName, intent: IntentRow): Promise<boolean> {
  const { outcome, answer } = await endPage(context, intent)
  if (outcome === 'done') return true
  if (outcome !== 'rejected') throw unclear(name)
  const { attempts } = await read(context, name)
  if (attempts.every(({ status }) => endedWithoutMoney(status))) throw refused(answer, name.orderId)
  return false
}

function unclear({ orderId }: PaymentName): BayarError {
  return new BayarError('gateway_unknown', `Ask for ${orderId} again shortly.`, {
    details: { order_id: orderId },
  })
}

function notPossible(reason: string): BayarError {
  return new BayarError('command_not_possible', reason)
}

async function read(context: Context, name: PaymentName): Promise<PaymentRow> {
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  assert(row, 'a payment that was commanded is gone')
  return row
}

/** Step 1. */
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
    const about = await target(context, tx, payment, order, seen)
    const amount = command === 'capture' && about.attempt ? captured(about.attempt, order.amount) : null
    const written = await insertIntent(tx, {
      id,
      paymentId: payment.id,
      command,
      key: randomKey(),
      transactionId: about.attempt?.transactionId ?? null,
      request: {
        ...(about.attempt ? { transaction_id: about.attempt.transactionId } : { token: about.page.token }),
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

type Target =
  | { readonly attempt: AttemptState; readonly page?: undefined }
  | { readonly attempt?: undefined; readonly page: OpenPage }

/** What is asked about next: the transaction that was named; else the one that speaks for the payment, then the others, then the page. */
async function target(
  context: Context,
  tx: Transaction,
  payment: PaymentState,
  { command, transactionId }: Order,
  seen: ReadonlySet<string>,
): Promise<Target> {
  if (transactionId !== null) {
    const named = payment.attempts.find((one) => one.transactionId === transactionId)
    if (!named)
      throw invalidRequest([{ field: 'transaction_id', reason: 'is not a transaction of this payment' }])
    const reason = whyNot(command, { status: named.status, presumed: null })
    if (reason !== null) throw notPossible(reason)
    return { attempt: named }
  }
  // One whose answer waits for a person still looks as if it could be asked: it was, and is not asked for ever.
  const attempt = leadingAttempt(payment.attempts.filter((one) => !seen.has(one.transactionId)))
  const about = seen.size === 0 || !attempt ? payment : { status: attempt.status, presumed: null }
  const reason = whyNot(command, about)
  if (reason === null && attempt) return { attempt }
  const page = isAboutPage(command, shownStatus(payment)) ? await findOpenPage(context, tx, payment) : null
  if (page) return { page }
  throw notPossible(`${reason ?? 'Midtrans has no transaction for it yet.'}${nameOne(command, payment)}`)
}

/** The way out for a number that waits beside a paid one. */
function nameOne(command: PaymentCommand, payment: PaymentState): string {
  const others = payment.attempts.filter(({ status }) => canBeAsked(command, status))
  if (others.length === 0) return ''
  const ids = others.map((other) => `${other.transactionId} (${other.status})`).join(', ')
  return ` Another of its transactions can be asked when it is named: ${ids}.`
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
