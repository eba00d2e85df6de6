/**
 * The Invoicing API is asked to make an invoice. It has no look-up by order id, so an outcome that nobody knows is found out by the same request under the same key, which Midtrans answers as
 * the first time for five minutes. After that nothing is sent by itself: a person may `issue` it again (of two with one order id Midtrans refuses the second), and the first notice of its payment
 * names it in any case.
 */

import { secondsAfter } from '../../domain/clock.ts'
import type { InvoiceAsked } from '../../domain/invoice.ts'
import { randomKey } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { type InvoiceFacts, readInvoice } from '../../gateway/read-invoice.ts'
import type { Transaction } from '../../store/database.ts'
import {
  endInvoiceIntent,
  findInvoiceIntent,
  hasUnknownCreation,
  type InvoiceIntentRow,
  insertInvoiceIntent,
} from '../../store/invoice-intents.ts'
import { findInvoice, type InvoiceChange, type InvoiceRow } from '../../store/invoices.ts'
import { findOrderParent, insertOrderParent } from '../../store/order-parents.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { SEND_WITHIN_SECONDS } from '../payments/run-intent.ts'
import { changed, changeInvoice } from './change-invoice.ts'
import { OWNER } from './invoice-payments.ts'
import { askLater, type InvoiceOutcome, inProgress, takeInvoiceAnswer } from './run-invoice-intent.ts'

/** In the transaction that decides it, before anything is sent; with it the order id, so that a payment under it is never a stranger's. */
export async function writeCreation(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  { id, requestedBy }: { readonly id: string; readonly requestedBy: string },
): Promise<void> {
  const at = context.clock.now()
  const { merchant, order_id: orderId } = invoice
  await refuseTakenOrder(tx, invoice)
  await insertOrderParent(tx, { merchant, orderId, owner: OWNER, ownerId: invoice.id, at })
  const isWritten = await insertInvoiceIntent(tx, {
    id,
    invoiceId: invoice.id,
    command: 'create',
    key: randomKey(),
    reason: null,
    requestedBy,
    sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
    checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    at,
  })
  if (!isWritten) throw inProgress(invoice)
}

/** A draft holds no order id: the host may have charged under it since, or a subscription may be called so. The money of the link would be theirs. */
async function refuseTakenOrder(
  tx: Transaction,
  { id, merchant, order_id: orderId }: InvoiceRow,
): Promise<void> {
  const payment = await findPaymentByOrder(tx, merchant, orderId)
  if (payment && payment.owner_id !== id)
    throw new BayarError('invoice_taken', `${orderId} is the order id of a payment.`)
  const parent = await findOrderParent(tx, merchant, orderId)
  if (parent?.order_id === orderId && parent.owner_id !== id)
    throw new BayarError('invoice_taken', `${orderId} is the name of a subscription at Midtrans.`)
}

/** By whoever wrote the intent. Throws Midtrans's no. */
export async function sendCreation(context: Context, intentId: string): Promise<void> {
  const intent = await findInvoiceIntent(context.database, intentId)
  assert(intent, 'an intent that was written is gone')
  // A machine that slept in between finds out here: the key is forgotten by then.
  if (context.clock.now() >= intent.send_before)
    throw new BayarError('gateway_unavailable', 'It took too long to begin, and was not sent.')
  const { invoice, answer, outcome } = await send(context, intent)
  if (outcome === 'rejected')
    throw refusedBecause(answer, { order_id: invoice.order_id, invoice_id: invoice.id })
}

/** Sent by a worker, because nobody knows what became of it. */
export async function findOutCreation(context: Context, intent: InvoiceIntentRow): Promise<void> {
  if (context.clock.now() < intent.send_before) {
    await send(context, intent)
    return
  }
  await endInvoiceIntent(context.database, intent.id, 'unknown')
  context.log.warn('an invoice was sent, and Midtrans gave no clear answer', {
    invoice_id: intent.invoice_id,
  })
}

async function send(
  context: Context,
  intent: InvoiceIntentRow,
): Promise<{ invoice: InvoiceRow; answer: Answer; outcome: InvoiceOutcome }> {
  const invoice = await findInvoice(context.database, intent.invoice_id)
  assert(invoice, 'an invoice that is to be sent is gone')
  const { merchant } = invoice
  const answer = await context.gateway.createInvoice({ merchant, key: intent.key }, askedOf(invoice, intent))
  return { invoice, answer, outcome: await takeCreation(context, intent, answer) }
}

/** What is asked is read from the rows: the same at every try. */
function askedOf(invoice: InvoiceRow, intent: InvoiceIntentRow): InvoiceAsked {
  assert(invoice.number !== null && invoice.payment_type !== null, 'an invoice without a number is sent')
  return {
    orderId: invoice.order_id,
    number: invoice.number,
    customer: {
      id: invoice.customer_id,
      name: invoice.customer_name,
      email: invoice.customer_email,
      phone: invoice.customer_phone,
    },
    lines: invoice.items.map((item) => ({ ...item, price: BigInt(item.price) })),
    tax:
      invoice.tax_basis_points === null || invoice.tax_mode === null
        ? null
        : { basisPoints: invoice.tax_basis_points, mode: invoice.tax_mode, amount: invoice.tax_amount },
    notes: invoice.notes,
    invoiceDate: intent.created_at,
    dueAt: invoice.due_at,
    paymentType: invoice.payment_type,
    enabledPayments: invoice.enabled_payments,
    accounts: invoice.accounts_asked,
  }
}

export function takeCreation(
  context: Context,
  intent: InvoiceIntentRow,
  answer: Answer,
): Promise<InvoiceOutcome> {
  const facts = answer.class === 'done' ? factsOf(answer) : undefined
  return takeInvoiceAnswer(context, intent, {
    // A no says nothing where the same was sent before and nobody knows what became of that: "this order id is taken" may be said of our own first try.
    async judge(tx, fresh) {
      if (facts) return answer
      const mayExist =
        intent.checks > 0 ||
        fresh.answer_class === 'unknown' ||
        (await hasUnknownCreation(tx, intent.invoice_id))
      const isNo = (answer.class === 'rejected' || answer.class === 'look') && !mayExist
      return { ...answer, class: isNo ? 'rejected' : 'unknown' }
    },
    async apply(tx, invoice, { class: answerClass, document }) {
      if (facts) {
        await endInvoiceIntent(tx, intent.id, 'done')
        await becomeSent(context, tx, invoice, facts, document)
        return 'done'
      }
      if (answerClass !== 'rejected') return askLater(context, tx, intent)
      await endInvoiceIntent(tx, intent.id, 'rejected')
      return 'rejected'
    },
  })
}

export function factsOf({ document }: Answer): InvoiceFacts | undefined {
  const read = document && readDocument(document)
  return read ? readInvoice(read) : undefined
}

/** It is the customer's: Midtrans has it. */
export async function becomeSent(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  facts: InvoiceFacts,
  document: Uint8Array | null,
): Promise<void> {
  const set: InvoiceChange = {
    ...toldColumns(facts),
    issued_at: invoice.issued_at ?? context.clock.now(),
  }
  // Its customer may have paid before its answer came: then it is paid already, and sent is no news.
  const isNews = changed(invoice, set).status === 'sent' && invoice.status === 'draft'
  const cause = { source: 'answer', paymentId: null, notificationId: null, document }
  await changeInvoice(context, tx, invoice, set, { event: isNews ? 'invoice.sent' : null, cause })
}

/** What Midtrans says of it. */
export function toldColumns(facts: InvoiceFacts): InvoiceChange {
  return {
    midtrans_id: facts.id,
    midtrans_status: facts.status,
    ...(facts.amount !== null && { midtrans_amount: facts.amount }),
    ...(facts.paymentLinkUrl !== null && { payment_link_url: facts.paymentLinkUrl }),
    ...(facts.pdfUrl !== null && { midtrans_pdf_url: facts.pdfUrl }),
    ...(facts.accounts.length > 0 && { accounts: facts.accounts }),
  }
}
