/** How an invoice's books move with the money of its payments, and how a payment that Midtrans began under its link finds it. */
import { PAYABLE } from '../../domain/invoice.ts'
import { toNumber } from '../../domain/money.ts'
import { BayarError, isBayarError } from '../../errors.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { invoiceIdIn } from '../../gateway/read-invoice.ts'
import type { Transaction } from '../../store/database.ts'
import { findInvoice, type InvoiceRow, lockInvoice } from '../../store/invoices.ts'
import { findNotification } from '../../store/notifications.ts'
import { readReceived } from '../../store/owned-payments.ts'
import type { NewPayment } from '../../store/write-payment.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import type { Owner } from '../owners.ts'
import { receiveMoney } from './change-invoice.ts'
import { creditRefund } from './credit-notes.ts'
import { openPaymentsOf } from './end-open-payments.ts'
import { notPayable, paymentUnder, stillOpen } from './invoice-payments.ts'
import { refreshInvoice } from './refresh-invoice.ts'

export const invoiceOwner: Owner = {
  /** The sum is read anew under the invoice's lock: two payments that settle together are both in it, whichever comes second. */
  async follow(context, tx, { ownerId, plan }) {
    const moved = plan.history.filter((row) => row.moneyDelta !== 0n)
    if (moved.length === 0) return
    let invoice = await lockInvoice(tx, ownerId)
    if (!invoice) {
      context.log.error('a payment belongs to an invoice that is not there', { payment_id: plan.payment.id })
      return
    }
    // Step by step: what was paid and given back before we heard of either is told as paid first, like its payment.
    let received =
      (await readReceived(tx, ownerId)) - moved.reduce((sum, { moneyDelta }) => sum + moneyDelta, 0n)
    const paymentId = plan.payment.id
    for (const row of moved) {
      const before = invoice
      received += row.moneyDelta
      const { source, notificationId } = row
      const cause = { source, paymentId, notificationId, document: null }
      invoice = await receiveMoney(context, tx, before, received, cause)
      await creditRefund(context, tx, { before, after: invoice }, { row, paymentId })
    }
  },

  /** The customer has begun to pay on Midtrans's page. What is expected is what the invoice asks: any other amount waits for a person. */
  async adopt(context, parent, { orderId, news }) {
    const invoice = await findInvoice(context.database, parent.owner_id)
    if (invoice?.channel !== 'midtrans') return null
    const named = news.notificationId === null ? null : await invoiceNamedIn(context, news.notificationId)
    const isSuffixed = orderId !== parent.order_id
    if (named !== null && invoice.midtrans_id === null) {
      if ((await learnId(context, invoice, named, { isSuffixed })) === 'another' && isSuffixed) return null
    } else if (named !== null && named !== invoice.midtrans_id && isSuffixed) return null
    return paymentUnder(context, invoice, orderId)
  },

  admit,
  admitAgain: admit,
}

/** Under the invoice's lock: of two that begin together the second is refused, and nothing begins under an invoice that is being withdrawn. */
async function admit(context: Context, tx: Transaction, payment: NewPayment): Promise<void> {
  const invoice = payment.ownerId === null ? undefined : await lockInvoice(tx, payment.ownerId)
  if (!invoice || !PAYABLE.has(invoice.status)) throw notPayable(invoice)
  const open = (await openPaymentsOf(context, invoice.id, tx)).find((one) => one.id !== payment.id)
  if (open) throw stillOpen(open)
  const remaining = invoice.total - invoice.received_amount
  if (payment.grossAmount !== remaining)
    throw new BayarError(
      'invoice_payment_open',
      `Of ${invoice.number} ${remaining} is left now: ask again.`,
      {
        details: { remaining_amount: toNumber(remaining) },
      },
    )
  context.handlers.assertComplete()
}

/** Of one that the merchant made in the dashboard, or with another program, the order id may well be ours with a dash and digits. Its notice says whose it is. */
async function invoiceNamedIn(context: Context, notificationId: string): Promise<string | null> {
  const notice = await findNotification(context.database, notificationId)
  const document = notice && readDocument(notice.raw)
  return document ? invoiceIdIn(document) : null
}

/** Its answer was lost when it was sent. The notice of its payment says which it is, unless it speaks of another. */
async function learnId(
  context: Context,
  invoice: InvoiceRow,
  midtransInvoiceId: string,
  { isSuffixed }: { readonly isSuffixed: boolean },
): Promise<'learnt' | 'another' | 'unclear'> {
  try {
    await refreshInvoice(context, invoice, { midtransInvoiceId })
    return 'learnt'
  } catch (error) {
    if (isBayarError(error, 'invalid_request') || isBayarError(error, 'invoice_not_found')) return 'another'
    // Under the invoice's very order id the money is not held up by it; under a longer one Midtrans must say first whose it is.
    if (isSuffixed) throw error
    context.log.warn('an invoice could not be read at Midtrans', {
      invoice_id: invoice.id,
      reason: reasonOf(error),
    })
    return 'unclear'
  }
}
