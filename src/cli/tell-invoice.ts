/** An invoice as a person reads it in a terminal. Times are Jakarta's. */
import type { CreditNote } from '../operations/invoices/credit-notes.ts'
import type { Invoice } from '../operations/invoices/invoice-view.ts'
import type { HistoryEntry } from '../operations/payments/index.ts'
import type { Payment } from '../operations/payments/payment-view.ts'
import { facts, rupiah, table } from './output.ts'
import { tellHistory } from './tell-history.ts'

export interface InvoiceStory {
  readonly creditNotes: readonly CreditNote[]
  readonly payments: readonly Payment[]
  readonly history: readonly HistoryEntry[]
}

export function tellInvoice(
  invoice: Invoice,
  { creditNotes, payments, history }: InvoiceStory = { creditNotes: [], payments: [], history: [] },
): string {
  const parts = [
    facts([
      ['invoice', invoice.invoiceNumber],
      ['order', invoice.orderId],
      ['id', invoice.id],
      [
        'status',
        invoice.isOverdue && invoice.status !== 'overdue' ? `${invoice.status}, overdue` : invoice.status,
      ],
      ['customer', invoice.customerName],
      ['total', rupiah(invoice.totalAmount)],
      [
        'of it PPN',
        invoice.taxPercent === null ? null : `${rupiah(invoice.taxAmount)} (${invoice.taxPercent} %)`,
      ],
      ['received', rupiah(invoice.receivedAmount)],
      ['due', invoice.dueDate],
      ['link', invoice.paymentLinkUrl],
      [
        'pay to',
        invoice.virtualAccounts.map(({ name, number }) => `${name} ${number ?? ''}`.trim()).join(', '),
      ],
      ['void because', invoice.voidReason],
      ['outcome', invoice.outcome === 'unknown' ? 'Midtrans gave no clear answer yet' : null],
      ['waits for a person', invoice.needsReview.join(', ')],
    ]),
    table(
      ['item', 'quantity', 'price', 'subtotal'],
      invoice.items.map((item) => [item.description, item.quantity, item.price, item.subtotal]),
    ),
  ]
  if (payments.length > 0) {
    parts.push(
      table(
        ['payment', 'status', 'amount', 'received'],
        payments.map((one) => [one.orderId, one.status, one.grossAmount, one.netAmount]),
      ),
    )
  }
  if (creditNotes.length > 0) {
    parts.push(
      table(
        ['credit note', 'payment', 'amount', 'of it PPN', 'because'],
        creditNotes.map((one) => [
          one.creditNoteNumber,
          one.orderId,
          one.amount,
          one.taxAmount,
          one.reason ?? '',
        ]),
      ),
    )
  }
  if (history.length > 0) parts.push(tellHistory(history))
  return parts.join('\n\n')
}
