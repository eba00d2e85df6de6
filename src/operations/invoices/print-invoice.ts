/** The PDF of an invoice, with the address where it can be paid now. */
import { PAYABLE } from '../../domain/invoice.ts'
import { max, toNumber } from '../../domain/money.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { findOwnedPayments } from '../../store/owned-payments.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { findCheckoutPage } from '../payments/checkout-page.ts'
import { openPaymentsOf } from './end-open-payments.ts'
import { toInvoiceView } from './invoice-view.ts'
import { type InvoiceDemand, type InvoicePdfOptions, renderInvoicePdf } from './pdf/invoice-pdf.ts'
import { readLanguage } from './pdf/invoice-words.ts'

export async function printInvoice(
  context: Context,
  row: InvoiceRow,
  options: InvoicePdfOptions,
): Promise<Uint8Array> {
  const language = readLanguage(options.language)
  const invoice = toInvoiceView(row, context.clock.now())
  return renderInvoicePdf(invoice, await demandOf(context, row), { language })
}

/** A refunded part is not owed: billed again, a customer would pay back what the shop has given. It is asked for only once the shop opens another way to pay. */
async function demandOf(context: Context, row: InvoiceRow): Promise<InvoiceDemand> {
  const payments = await findOwnedPayments(context.database, row.id)
  const refunded = payments.reduce((sum, payment) => sum + payment.refunded_amount, 0n)
  const open = row.channel === 'local' ? await openPaymentsOf(context, row.id) : []
  const given = row.received_amount + (open.length > 0 ? 0n : refunded)
  const outstanding = row.status === 'void' ? 0n : max(0n, row.total - given)
  return {
    refunded: toNumber(refunded),
    outstanding: toNumber(outstanding),
    payAddress: outstanding > 0n && PAYABLE.has(row.status) ? await payAddressOf(context, row, open) : null,
  }
}

/** Midtrans's link; or the hosted page that was opened for a local one, as long as it is open. */
async function payAddressOf(
  context: Context,
  row: InvoiceRow,
  open: readonly PaymentRow[],
): Promise<string | null> {
  if (row.channel === 'midtrans') return row.payment_link_url
  for (const payment of open) {
    const page = await findCheckoutPage(context, payment)
    if (page?.isOpen) return page.redirectUrl
  }
  return null
}
