/** A credit note as a PDF: whose invoice, how much of it was given back, and the PPN in that. */
import { jakartaDay } from '../../../domain/jakarta-time.ts'
import type { CreditNote } from '../credit-notes.ts'
import type { Invoice } from '../invoice-view.ts'
import { type InvoicePdfOptions, taxName } from './invoice-pdf.ts'
import { INVOICE_WORDS } from './invoice-words.ts'
import { dayIn, printSheet } from './sheet.ts'

export async function renderCreditNotePdf(
  invoice: Invoice,
  note: CreditNote,
  { language = 'id' }: InvoicePdfOptions,
): Promise<Uint8Array> {
  const words = INVOICE_WORDS[language]
  const { creditNoteNumber: number, amount, taxAmount, issuedAt } = note
  return printSheet({ title: number, date: issuedAt, words }, async (sheet) => {
    sheet.head(words.creditNote, [
      [words.number, number],
      [words.date, dayIn(words, jakartaDay(issuedAt))],
      [words.forInvoice, invoice.invoiceNumber],
    ])
    sheet.parties(invoice)
    const description = `${words.givenBack} ${invoice.invoiceNumber} (${note.orderId})`
    sheet.lines([{ id: null, description, quantity: 1, price: amount, subtotal: amount }])
    sheet.sums(
      [
        [words.total, amount, true],
        ...(taxAmount > 0 ? [[`${taxName(invoice)} (${words.included})`, taxAmount] as const] : []),
      ],
      amount,
    )
    if (note.reason !== null) sheet.paragraph(words.notes, note.reason)
  })
}
