/**
 * Asks Midtrans how a payment stands. The answer is news like any other and goes through the one door: a poll that sees the settlement first tells it, and the notification that follows
 * is the copy (defect D1 was the other way round).
 */

import { nextCheckAt } from '../../domain/check-schedule.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { isFinal } from '../../domain/payment-status.ts'
import { BayarError, isBayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import { claimDuePayments, type OpenPayment, planNextCheck, stopChecks } from '../../store/open-payments.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { advanceWithin } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { expireUnusedPage, pagePayableUntil } from './checkout-payment.ts'
import type { PaymentName } from './command-payment.ts'
import { type Payment, toPaymentView } from './payment-view.ts'

export interface Checked {
  readonly payment: Payment
  /** What Midtrans said, one document per transaction asked about; null where it knows none. */
  readonly responses: readonly (Readonly<Record<string, unknown>> | null)[]
}

export async function checkPayment(context: Context, name: PaymentName): Promise<Checked> {
  context.handlers.assertComplete()
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  if (!row) throw new BayarError('payment_not_found', name.orderId)
  const responses: (Readonly<Record<string, unknown>> | null)[] = []
  for (const id of idsToAsk(row)) {
    const answer = await context.gateway.status({ merchant: name.merchant }, id)
    const document = answer.document && readDocument(answer.document)
    if (answer.class === 'done' && document) {
      await apply(context, name, id, answer)
      responses.push(document)
    } else if (answer.class === 'absent') {
      await expireUnusedPage(context, name)
      responses.push(null)
    } else {
      const says = `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
      throw new BayarError('gateway_unavailable', says, { details: { gateway_code: answer.code } })
    }
  }
  const now = (await findPaymentByOrder(context.database, name.merchant, name.orderId))!
  return { payment: toPaymentView(now), responses }
}

/** Every transaction that may still move; by the order id only while none is known, since an order id can name several. */
function idsToAsk(row: PaymentRow): readonly string[] {
  const open = row.attempts
    .filter((attempt) => !isFinal(attempt.status))
    .map((attempt) => attempt.transaction_id)
  if (open.length > 0) return open
  const last = row.attempts.at(-1)
  return [last && row.open_intent_id === null ? last.transaction_id : row.order_id]
}

async function apply(context: Context, name: PaymentName, id: string, answer: Answer): Promise<void> {
  const document = readDocument(answer.document!)!
  const news = translate(document, { source: 'look_up', confirmed: true, document: answer.document! })
  if ('problem' in news) throw new BayarError('gateway_unavailable', news.problem)
  if (isAnotherOrders(document, name.orderId, id)) {
    context.log.warn('a transaction belongs to another order', { order_id: name.orderId, transaction_id: id })
    return
  }
  // It belongs to the id that was asked, whatever transaction id it repeats.
  const asked = id === name.orderId ? news : { ...news, transactionId: id }
  await context.database.transaction((tx) =>
    advanceWithin(context, tx, { merchant: name.merchant, orderId: name.orderId, news: asked }),
  )
  context.wake()
}

/** A page that nobody used: a day after its end Midtrans still knows no transaction of it, and never will. */
function isOverForGood(payment: Payment, responses: Checked['responses'], now: Date): boolean {
  const isOurGuess = payment.status === 'expired' && payment.attempts.length === 0
  const sinceMs = now.getTime() - payment.updatedAt.getTime()
  return isOurGuess && responses.every((response) => response === null) && sinceMs >= 24 * 3_600_000
}

const LEASE_SECONDS = 120
const AT_ONCE = 4
/** After "slow down", nobody is asked for a while. */
const PAUSE_SECONDS = 60

/** Asks about payments whose check is due, page by page. Returns how many were asked about. */
export function createPaymentChecks(context: Context): (limit: number) => Promise<number> {
  let pausedUntil = new Date(0)
  const isPaused = () => context.clock.now() < pausedUntil

  /** A page's end is told by nobody: until a method is chosen, it is the end to look after. */
  async function endOf(payment: Payment): Promise<Date | null> {
    if (payment.attempts.length > 0) return payment.expiryTime
    return pagePayableUntil(context, payment.id)
  }

  async function checkOne(open: OpenPayment): Promise<void> {
    const { database, clock } = context
    if (isPaused()) return planNextCheck(database, open.payment_id, pausedUntil)
    try {
      const { payment, responses } = await checkPayment(context, {
        merchant: open.merchant,
        orderId: open.order_id,
      })
      if (isOverForGood(payment, responses, clock.now())) return stopChecks(database, open.payment_id)
      const next = nextCheckAt(
        { createdAt: open.created_at, expiryTime: await endOf(payment) },
        open.checks,
        clock.now(),
      )
      await planNextCheck(database, open.payment_id, next)
    } catch (error) {
      context.log.warn('payment could not be checked', { order_id: open.order_id, reason: reasonOf(error) })
      const later = secondsAfter(clock.now(), PAUSE_SECONDS)
      // Too many requests: asking about the next one would only make it worse.
      if (isBayarError(error) && error.details.gateway_code === '429') pausedUntil = later
      await planNextCheck(database, open.payment_id, later)
    }
  }

  return async (limit) => {
    if (isPaused()) return 0
    const at = context.clock.now()
    const due = await claimDuePayments(context.database, {
      at,
      leaseUntil: secondsAfter(at, LEASE_SECONDS),
      limit,
    })
    const waiting = [...due]
    const work = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await checkOne(one)
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work))
    return isPaused() ? 0 : due.length
  }
}
