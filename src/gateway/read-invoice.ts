/** An invoice in Midtrans's words, and what they mean to us. */
import type { InvoiceAccount } from '../domain/invoice.ts'
import { parseRupiah } from '../domain/money.ts'
import { cleanText } from './clean-text.ts'
import { isObject } from './read-document.ts'
import type { WireDocument } from './wire.ts'

/** What of Midtrans's words matters: `draft` and words that we do not know change nothing. */
export type InvoiceTold = 'owed' | 'paid' | 'voided' | 'expired' | 'other'

export interface InvoiceFacts {
  readonly id: string
  readonly orderId: string | null
  /** Its own word. */
  readonly status: string | null
  readonly told: InvoiceTold
  readonly amount: bigint | null
  readonly paymentLinkUrl: string | null
  readonly pdfUrl: string | null
  readonly accounts: readonly InvoiceAccount[]
}

const TOLD: Readonly<Record<string, InvoiceTold>> = {
  pending: 'owed',
  overdue: 'owed',
  paid: 'paid',
  voided: 'voided',
  expired: 'expired',
}

/** Undefined when it names no invoice. */
export function readInvoice(document: WireDocument): InvoiceFacts | undefined {
  const id = cleanText(document.id, 'transaction_id')
  if (id === null) return undefined
  const status = cleanText(document.status, 'transaction_status')
  return {
    id,
    orderId: cleanText(document.order_id, 'order_id'),
    status,
    told: (status !== null && Object.hasOwn(TOLD, status) ? TOLD[status] : undefined) ?? 'other',
    amount: parseRupiah(document.gross_amount) ?? null,
    paymentLinkUrl: webAddress(document.payment_link_url),
    pdfUrl: webAddress(document.pdf_url),
    accounts: accountsOf(document.virtual_accounts),
  }
}

/** The id of Midtrans's that a notice about an invoice's transaction carries (notifications.md §7). */
export function invoiceIdIn({ metadata }: WireDocument): string | null {
  return isObject(metadata) ? cleanText(metadata.midtrans_invoice_id, 'transaction_id') : null
}

/** It becomes a link on a page and in a PDF, so nothing but the web. */
function webAddress(value: unknown): string | null {
  const text = cleanText(value, 'url')
  return text !== null && /^https?:\/\//.test(text) && URL.canParse(text) ? text : null
}

function accountsOf(value: unknown): readonly InvoiceAccount[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).flatMap((account) => {
    const name = cleanText(account.name ?? account.bank, 'bank')
    return name === null ? [] : [{ name, number: cleanText(account.number, 'va_number') }]
  })
}
