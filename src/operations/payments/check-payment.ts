/**
 * Asks Midtrans how a payment stands. The answer is news like any other and goes through the one door: a poll that sees the settlement first tells it, and the notification that follows
 * is the copy (defect D1 was the other way round).
 */

import type { News } from '../../domain/news.ts'
import { isFinal } from '../../domain/payment-status.ts'
import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { advanceWithin } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { findOpenPage, type OpenPage } from './checkout-page.ts'
import { expireUnknown } from './expire-unknown.ts'
import { expireUnusedPage } from './expire-unused-page.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { openUnclear } from './unclear-answer.ts'

export interface Checked {
  readonly payment: Payment
  /** What Midtrans said, one document per transaction asked about; null where it knows none. */
  readonly responses: readonly (Readonly<Record<string, unknown>> | null)[]
}

export async function checkPayment(context: Context, name: PaymentName): Promise<Checked> {
  const { payment, responses } = await checkWithPage(context, name)
  return { payment, responses }
}

/** And the hosted page on which another way to pay may still be begun. */
export async function checkWithPage(
  context: Context,
  name: PaymentName,
): Promise<Checked & { readonly page: OpenPage | null }> {
  context.handlers.assertComplete()
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  if (!row) throw new BayarError('payment_not_found', name.orderId)
  const responses: (Readonly<Record<string, unknown>> | null)[] = []
  const isPageOpen = (await pageOf(context, row)) !== null
  const told = new Set<unknown>()
  for (const id of idsToAsk(row, isPageOpen)) {
    if (told.has(id)) continue
    const answer = await context.gateway.status({ merchant: name.merchant }, id)
    const document = answer.document && readDocument(answer.document)
    if (answer.class === 'done' && document) {
      await apply(context, name, id, answer)
      responses.push(document)
      told.add(document.transaction_id)
    } else if (answer.class === 'absent') {
      await expireUnusedPage(context, name)
      // What the order id does not find may be there all the same, and is asked about by its own.
      if (!isPageOpen || row.attempts.length === 0) responses.push(null)
    } else {
      throw noStatus(answer)
    }
  }
  const knowsNone = responses.length > 0 && responses.every((response) => response === null)
  if (knowsNone && !isPageOpen) await expireUnknown(context, name)
  const now = (await findPaymentByOrder(context.database, name.merchant, name.orderId))!
  return { payment: toPaymentView(now), responses, page: await pageOf(context, now) }
}

/** Most payments have none, and are not asked about twice for it. */
async function pageOf(context: Context, row: PaymentRow): Promise<OpenPage | null> {
  return row.payment_type === null ? findOpenPage(context, context.database, row) : null
}

/**
 * Every transaction that may still move; by the order id only while none is known, since an order id can name several. On an open page the customer may have begun another way to pay: the newest is what the
 * order id finds, so it is asked first.
 */
function idsToAsk(row: PaymentRow, isPageOpen: boolean): readonly string[] {
  const open = row.attempts
    .filter((attempt) => !isFinal(attempt.status))
    .map((attempt) => attempt.transaction_id)
  const last = row.attempts.at(-1)
  if (isPageOpen) return [row.order_id, ...(open.length > 0 || !last ? open : [last.transaction_id])]
  if (open.length > 0) return open
  return [last && row.open_intent_id === null ? last.transaction_id : row.order_id]
}

async function apply(context: Context, name: PaymentName, id: string, answer: Answer): Promise<void> {
  const news = await newsOfStatus(context, name, id, answer)
  if (news === null) return
  await context.database.transaction((tx) =>
    advanceWithin(context, tx, { merchant: name.merchant, orderId: name.orderId, news }),
  )
  context.wake()
}

/** What an answer about a transaction says; null when it is about somebody else's. */
export async function newsOfStatus(
  context: Context,
  name: PaymentName,
  id: string,
  answer: Answer,
): Promise<News | null> {
  const document = readDocument(answer.document!)!
  const news = translate(document, { source: 'look_up', confirmed: true, document: answer.document! })
  if ('problem' in news) {
    const transactionId = id === name.orderId ? null : id
    const note = `Midtrans was asked how it stands: ${news.problem}`
    await context.database.transaction((tx) =>
      openUnclear(context, tx, { ...name, transactionId, intentId: null, note }),
    )
    context.wake()
    throw new BayarError('gateway_unavailable', news.problem, { details: { is_unreadable: true } })
  }
  if (isAnotherOrders(document, name.orderId, id)) {
    context.log.warn('a transaction belongs to another order', { order_id: name.orderId, transaction_id: id })
    return null
  }
  // It belongs to the id that was asked, whatever transaction id it repeats.
  return id === name.orderId ? news : { ...news, transactionId: id }
}

/** Midtrans was asked, and its answer says nothing about the payment. */
export function noStatus(answer: Answer): BayarError {
  const says = `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
  return new BayarError('gateway_unavailable', says, { details: { gateway_code: answer.code } })
}
