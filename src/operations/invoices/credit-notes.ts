/**
 * A refund of what an invoice asked for is put in writing, too: a credit note with a number of its own, which the books of the merchant and of the customer need beside the invoice, because an invoice that was issued is
 * never changed. Money that was taken back against our will (a reversal, a chargeback) is owed again, and has none.
 */
import { creditedBy, taxCredited } from '../../domain/invoice.ts'
import { toNumber } from '../../domain/money.ts'
import type { HistoryRow } from '../../domain/steps.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import {
  insertCreditNote,
  listCreditNotes,
  type NumberedCreditNote,
  numberCreditNotes,
  readCredited,
} from '../../store/credit-notes.ts'
import type { Transaction } from '../../store/database.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { toInvoiceView } from './invoice-view.ts'
import { renderCreditNotePdf } from './pdf/credit-note-pdf.ts'
import type { InvoicePdfOptions } from './pdf/invoice-pdf.ts'
import { readLanguage } from './pdf/invoice-words.ts'

export interface CreditNote {
  readonly id: string
  readonly creditNoteNumber: string
  /** The order id of the payment whose money went back. */
  readonly orderId: string
  readonly refundId: string
  readonly amount: number
  /** PPN in it. */
  readonly taxAmount: number
  readonly reason: string | null
  readonly issuedAt: Date
}

/** Under the invoice's lock, in the transaction by which the money went back. */
export async function creditRefund(
  context: Context,
  tx: Transaction,
  { before, after }: { readonly before: InvoiceRow; readonly after: InvoiceRow },
  { row, paymentId }: { readonly row: HistoryRow; readonly paymentId: string },
): Promise<void> {
  if (row.refundId === null || before.voided_at !== null) return
  const amount = creditedBy(before, { before: before.received_amount, after: after.received_amount })
  if (amount === 0n) return
  const earlier = await readCredited(tx, before.id)
  const sums = { total: before.total, taxAmount: before.tax_amount }
  await insertCreditNote(tx, {
    id: uuidv7(),
    merchant: before.merchant,
    invoice_id: before.id,
    payment_id: paymentId,
    refund_id: row.refundId,
    event_id: row.id,
    amount,
    tax_amount: taxCredited(sums, { before: earlier.amount, tax: earlier.tax, amount }),
    issued_at: context.clock.now(),
  })
}

/** The series is locked for one statement only: the transaction that gave the money back may hold its locks for as long as handlers of the merchant take. */
export function numberNewCreditNotes(context: Context, limit: number): Promise<number> {
  return numberCreditNotes(context.database, { prefix: context.rules.invoices.creditPrefix, limit })
}

export async function creditNotesOf(context: Context, invoice: InvoiceRow): Promise<readonly CreditNote[]> {
  return (await listCreditNotes(context.database, invoice.id)).map(toCreditNote)
}

/** By its number. */
export async function printCreditNote(
  context: Context,
  invoice: InvoiceRow,
  number: string,
  options: InvoicePdfOptions,
): Promise<Uint8Array> {
  const language = readLanguage(options.language)
  const notes = await listCreditNotes(context.database, invoice.id)
  const note = notes.find((one) => one.number === number)
  if (!note)
    throw new BayarError('credit_note_not_found', `Of ${invoice.number} there ${told(notes)}.`, {
      details: { invoice_number: invoice.number },
    })
  return renderCreditNotePdf(toInvoiceView(invoice, context.clock.now()), toCreditNote(note), { language })
}

function told(notes: readonly NumberedCreditNote[]): string {
  if (notes.length === 0) return 'is none: a moment after each refund there is one'
  return `are ${notes.map(({ number }) => number).join(', ')}`
}

function toCreditNote(row: NumberedCreditNote): CreditNote {
  return {
    id: row.id,
    creditNoteNumber: row.number,
    orderId: row.order_id,
    refundId: row.refund_id,
    amount: toNumber(row.amount),
    taxAmount: toNumber(row.tax_amount),
    reason: row.reason,
    issuedAt: row.issued_at,
  }
}
