/**
 * An invoice as a PDF, in the merchant's own name: issuer and customer with their NPWP, the lines, PPN, the total in figures and in Indonesian words, a QR of the address where it is paid, and a stamp of how
 * it stands. Drawn from the stored invoice alone: nothing is asked of anybody, and the same invoice is the same page.
 */
import { jakartaDay } from '../../../domain/jakarta-time.ts'
import type { Invoice } from '../invoice-view.ts'
import { INVOICE_WORDS, type InvoiceWords, type PdfLanguage } from './invoice-words.ts'
import { dayIn, printSheet, type Sheet, type SumLine } from './sheet.ts'

export interface InvoicePdfOptions {
  /** Indonesian unless asked; the amount in words is Indonesian in both. */
  readonly language?: PdfLanguage
}

export interface InvoiceDemand {
  /** Of the money that came for it. */
  readonly refunded: number
  /** What is asked of the customer. What was given back is not, unless a way to pay it was opened since. */
  readonly outstanding: number
  /** Where it is paid; null where it is not. */
  readonly payAddress: string | null
}

export async function renderInvoicePdf(
  invoice: Invoice,
  demand: InvoiceDemand,
  { language = 'id' }: InvoicePdfOptions = {},
): Promise<Uint8Array> {
  const words = INVOICE_WORDS[language]
  const date = invoice.issuedAt ?? invoice.createdAt
  return printSheet({ title: invoice.invoiceNumber, date, words }, async (sheet) => {
    sheet.head(words.invoice, [
      [words.number, invoice.invoiceNumber],
      [words.date, dayIn(words, jakartaDay(date))],
      [words.due, dayIn(words, invoice.dueDate)],
    ])
    sheet.parties(invoice)
    sheet.lines(invoice.items)
    sheet.sums(sumsOf(invoice, demand, words), invoice.totalAmount)
    await foot(sheet, invoice, demand, words)
    const stamp = stampOf(invoice, demand, words)
    if (stamp !== null) sheet.stamp(stamp, { isGood: invoice.status === 'paid' })
  })
}

function sumsOf(
  invoice: Invoice,
  { refunded, outstanding }: InvoiceDemand,
  words: InvoiceWords,
): readonly SumLine[] {
  const tax = taxName(invoice)
  const received = invoice.receivedAmount + refunded
  return [
    [words.subtotal, invoice.subtotal],
    ...(invoice.taxMode === 'exclusive' ? [[tax, invoice.taxAmount] as const] : []),
    [words.total, invoice.totalAmount, true],
    ...(invoice.taxMode === 'inclusive' ? [[`${tax} (${words.included})`, invoice.taxAmount] as const] : []),
    ...(received > 0
      ? ([
          [words.received, received],
          ...(refunded > 0 ? [[words.refunded, refunded] as const] : []),
          [words.remaining, outstanding, true],
        ] as const)
      : []),
  ]
}

export function taxName({ taxPercent }: Invoice): string {
  return `PPN ${taxPercent}%`.replace('.', ',')
}

async function foot(
  sheet: Sheet,
  invoice: Invoice,
  { outstanding, payAddress }: InvoiceDemand,
  words: InvoiceWords,
): Promise<void> {
  if (invoice.notes !== null) sheet.paragraph(words.notes, invoice.notes)
  if (outstanding === 0) return
  const accounts = invoice.virtualAccounts.filter(({ number }) => number !== null)
  if (accounts.length > 0)
    sheet.paragraph(
      words.payTo,
      accounts.map(({ name, number }) => `${accountName(name)} ${number}`).join('\n'),
    )
  if (payAddress !== null) await sheet.code(words.payHere, payAddress)
}

function stampOf(
  { status, receivedAmount }: Invoice,
  { refunded, outstanding }: InvoiceDemand,
  words: InvoiceWords,
): string | null {
  const isGivenBack = refunded > 0 && outstanding === 0 && status !== 'void' && status !== 'paid'
  if (!isGivenBack) return words.stamp[status]
  return receivedAmount > 0 ? words.stampPartlyRefunded : words.stampRefunded
}

/** bca_va is Midtrans's name of it. */
function accountName(name: string): string {
  return name === 'mandiri_bill' ? 'Mandiri Bill' : name.replace(/_va$/, '').toUpperCase()
}
