/** What is true of invoices, wherever they are kept: how their sums are made, and what they are by the money that was received. */
import type { EventType } from './events.ts'
import { max, min, type Rupiah } from './money.ts'

export const INVOICE_STATUSES = ['draft', 'sent', 'partial', 'paid', 'overdue', 'void'] as const
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number]

/** `local`: paid through payments of ours. `midtrans`: the Invoicing API has made a link or numbers for it. */
export const INVOICE_CHANNELS = ['local', 'midtrans'] as const
export type InvoiceChannel = (typeof INVOICE_CHANNELS)[number]

export const INVOICE_PAYMENT_TYPES = ['payment_link', 'virtual_account'] as const
export type InvoicePaymentType = (typeof INVOICE_PAYMENT_TYPES)[number]

/** `exclusive`: the tax comes on top of the prices. `inclusive`: it is in them. */
export const TAX_MODES = ['exclusive', 'inclusive'] as const
export type TaxMode = (typeof TAX_MODES)[number]

export interface InvoiceTax {
  /** Hundredths of a per cent: 1100 is 11 %. */
  readonly basisPoints: number
  readonly mode: TaxMode
}

export interface InvoiceLine {
  readonly id: string | null
  readonly description: string
  readonly quantity: number
  readonly price: Rupiah
}

export interface InvoiceSums {
  readonly subtotal: Rupiah
  readonly taxAmount: Rupiah
  readonly total: Rupiah
}

const WHOLE = 10_000n

/** Whole rupiah throughout, the tax rounded once, half up: what is asked here is what Midtrans is told (defect D31 cut them differently). */
export function sumsOf(lines: readonly InvoiceLine[], tax: InvoiceTax | null): InvoiceSums {
  const subtotal = lines.reduce((sum, { price, quantity }) => sum + price * BigInt(quantity), 0n)
  if (tax === null) return { subtotal, taxAmount: 0n, total: subtotal }
  const rate = BigInt(tax.basisPoints)
  if (tax.mode === 'inclusive') {
    const withoutTax = divideHalfUp(subtotal * WHOLE, WHOLE + rate)
    return { subtotal, taxAmount: subtotal - withoutTax, total: subtotal }
  }
  const taxAmount = divideHalfUp(subtotal * rate, WHOLE)
  return { subtotal, taxAmount, total: subtotal + taxAmount }
}

/** What of the invoice itself goes back with money: whatever was received beyond what it asks for was never part of it. */
export function creditedBy(
  { total }: { readonly total: Rupiah },
  { before, after }: { readonly before: Rupiah; readonly after: Rupiah },
): Rupiah {
  return max(0n, min(before, total) - min(after, total))
}

/** Of what was credited so far and is credited now, the tax in the second: rounded over both, so that the notes of a whole invoice add up to all of its tax. */
export function taxCredited(
  sums: { readonly total: Rupiah; readonly taxAmount: Rupiah },
  { before, tax, amount }: { readonly before: Rupiah; readonly tax: Rupiah; readonly amount: Rupiah },
): Rupiah {
  const whole = divideHalfUp(sums.taxAmount * (before + amount), sums.total)
  return min(amount, max(0n, whole - tax))
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}

/** As people say it: 11, or 1.1. */
export function percentOf(tax: InvoiceTax): number {
  return tax.basisPoints / 100
}

/** Everything that the status of an invoice follows from. */
export interface InvoiceStanding {
  readonly total: Rupiah
  readonly received: Rupiah
  readonly issuedAt: Date | null
  readonly overdueAt: Date | null
  readonly voidedAt: Date | null
}

/**
 * Paid and partial follow the money and nothing else: a refund takes a paid invoice back to what it was before. A void one stays void whatever comes: that money is shown as a reason for review,
 * because only a person knows whether to give it back or to write a new invoice.
 */
export function statusOf({ total, received, issuedAt, overdueAt, voidedAt }: InvoiceStanding): InvoiceStatus {
  if (voidedAt !== null) return 'void'
  if (received >= total) return 'paid'
  if (received > 0n) return 'partial'
  if (overdueAt !== null) return 'overdue'
  return issuedAt === null ? 'draft' : 'sent'
}

/** What is told when money has moved: only what came in. What went back is told of its payment. */
export function moneyEvent(
  before: { readonly status: InvoiceStatus; readonly received: Rupiah },
  after: { readonly status: InvoiceStatus; readonly received: Rupiah },
): EventType | null {
  if (after.received <= before.received) return null
  if (after.status === 'partial') return 'invoice.partially_paid'
  return after.status === 'paid' && before.status !== 'paid' ? 'invoice.paid' : null
}

/** Money may still be asked for it. */
export const PAYABLE: ReadonlySet<InvoiceStatus> = new Set(['sent', 'partial', 'overdue'])
/** Nothing of it was received, so it may be withdrawn (defect D34 withdrew paid ones). */
export const VOIDABLE: ReadonlySet<InvoiceStatus> = new Set(['draft', 'sent', 'overdue'])

/** Why an invoice waits for a person. */
// biome-ignore format: a table is read in columns
export const INVOICE_REVIEW_REASONS = {
  overpaid:        'More was received than it asks for.',
  paid_after_void: 'Money was received for it, and it is void.',
  amount_differs:  'Midtrans asks the customer for another amount.',
  outcome_unknown: 'Midtrans gave no clear answer when it was sent, and nobody can be asked what became of it.',
} as const
export type InvoiceReviewReason = keyof typeof INVOICE_REVIEW_REASONS

/** One account number that a customer can pay to, by Midtrans's name of it: bca_va, mandiri_bill. */
export interface InvoiceAccount {
  readonly name: string
  readonly number: string | null
}

/** What the Invoicing API is asked for, as it was written down. */
export interface InvoiceAsked {
  readonly orderId: string
  readonly number: string
  readonly customer: {
    readonly id: string | null
    readonly name: string
    readonly email: string | null
    readonly phone: string | null
  }
  readonly lines: readonly InvoiceLine[]
  readonly tax: (InvoiceTax & { readonly amount: Rupiah }) | null
  readonly notes: string | null
  readonly invoiceDate: Date
  readonly dueAt: Date
  readonly paymentType: InvoicePaymentType
  /** Snap's names of what the customer may choose from; null leaves it to the dashboard. */
  readonly enabledPayments: readonly string[] | null
  readonly accounts: readonly InvoiceAccount[]
}
