/** What is printed on an invoice, in both languages. */
import type { InvoiceStatus } from '../../../domain/invoice.ts'
import { invalidRequest } from '../../../errors.ts'

export const PDF_LANGUAGES = ['id', 'en'] as const
export type PdfLanguage = (typeof PDF_LANGUAGES)[number]

export function readLanguage(given: PdfLanguage | undefined): PdfLanguage {
  if (given !== undefined && !PDF_LANGUAGES.includes(given))
    throw invalidRequest([{ field: 'language', reason: `must be one of ${PDF_LANGUAGES.join(', ')}` }])
  return given ?? 'id'
}

export interface InvoiceWords {
  readonly invoice: string
  readonly creditNote: string
  readonly forInvoice: string
  readonly givenBack: string
  readonly number: string
  readonly date: string
  readonly due: string
  readonly billTo: string
  readonly description: string
  readonly quantity: string
  readonly price: string
  readonly amount: string
  readonly subtotal: string
  readonly included: string
  readonly total: string
  readonly received: string
  readonly refunded: string
  readonly remaining: string
  readonly inWords: string
  readonly notes: string
  readonly payHere: string
  readonly payTo: string
  readonly page: (page: number, of: number) => string
  readonly months: readonly string[]
  /** Stamped across; null where nothing is. */
  readonly stamp: Readonly<Record<InvoiceStatus, string | null>>
  /** In its place where money was given back and no more is asked for. */
  readonly stampPartlyRefunded: string
  readonly stampRefunded: string
}

export const INVOICE_WORDS: Readonly<Record<PdfLanguage, InvoiceWords>> = {
  id: {
    invoice: 'INVOICE',
    creditNote: 'NOTA KREDIT',
    forInvoice: 'Untuk invoice',
    givenBack: 'Pengembalian dana untuk',
    number: 'Nomor',
    date: 'Tanggal',
    due: 'Jatuh tempo',
    billTo: 'Kepada',
    description: 'Uraian',
    quantity: 'Jumlah',
    price: 'Harga',
    amount: 'Subtotal',
    subtotal: 'Subtotal',
    included: 'termasuk dalam harga',
    total: 'Total',
    received: 'Sudah dibayar',
    refunded: 'Dikembalikan',
    remaining: 'Sisa tagihan',
    inWords: 'Terbilang',
    notes: 'Catatan',
    payHere: 'Pindai untuk membayar',
    payTo: 'Bayar ke',
    page: (page, of) => `Halaman ${page} dari ${of}`,
    months: 'Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember'.split(
      ' ',
    ),
    stamp: {
      draft: 'DRAF',
      sent: null,
      partial: 'DIBAYAR SEBAGIAN',
      paid: 'LUNAS',
      overdue: 'JATUH TEMPO',
      void: 'BATAL',
    },
    stampPartlyRefunded: 'REFUND SEBAGIAN',
    stampRefunded: 'REFUND',
  },
  en: {
    invoice: 'INVOICE',
    creditNote: 'CREDIT NOTE',
    forInvoice: 'For invoice',
    givenBack: 'Given back of',
    number: 'Number',
    date: 'Date',
    due: 'Due',
    billTo: 'Bill to',
    description: 'Description',
    quantity: 'Quantity',
    price: 'Price',
    amount: 'Amount',
    subtotal: 'Subtotal',
    included: 'included in the prices',
    total: 'Total',
    received: 'Received',
    refunded: 'Refunded',
    remaining: 'Remaining',
    inWords: 'In words',
    notes: 'Notes',
    payHere: 'Scan to pay',
    payTo: 'Pay to',
    page: (page, of) => `Page ${page} of ${of}`,
    months: 'January February March April May June July August September October November December'.split(
      ' ',
    ),
    stamp: {
      draft: 'DRAFT',
      sent: null,
      partial: 'PARTIALLY PAID',
      paid: 'PAID',
      overdue: 'OVERDUE',
      void: 'VOID',
    },
    stampPartlyRefunded: 'PARTLY REFUNDED',
    stampRefunded: 'REFUNDED',
  },
}
