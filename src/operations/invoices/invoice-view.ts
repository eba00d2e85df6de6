/** An invoice as the library shows it. */
import {
  type InvoiceAccount,
  type InvoiceChannel,
  type InvoicePaymentType,
  type InvoiceReviewReason,
  type InvoiceStatus,
  percentOf,
  type TaxMode,
} from '../../domain/invoice.ts'
import { jakartaDay } from '../../domain/jakarta-time.ts'
import { max, toNumber } from '../../domain/money.ts'
import { BayarError } from '../../errors.ts'
import type { InvoiceRow, IssuerRow } from '../../store/invoices.ts'

export interface InvoiceItem {
  readonly id: string | null
  readonly description: string
  readonly quantity: number
  readonly price: number
  readonly subtotal: number
}

export interface Invoice {
  readonly id: string
  readonly merchant: string
  /** What Midtrans knows it by; the payments of a local one are called so, with a number behind. */
  readonly orderId: string
  readonly invoiceNumber: string
  readonly status: InvoiceStatus
  readonly version: number
  readonly channel: InvoiceChannel
  readonly paymentType: InvoicePaymentType | null
  readonly customerName: string
  readonly customerEmail: string | null
  readonly customerPhone: string | null
  readonly customerId: string | null
  readonly customerNpwp: string | null
  readonly customerAddress: string | null
  readonly userId: string | null
  /** Of a cycle: whose, and of which time. */
  readonly subscriptionId: string | null
  readonly periodStart: Date | null
  readonly periodEnd: Date | null
  /** The payment that paid its cycle; null out of a wallet. */
  readonly paymentId: string | null
  readonly issuer: InvoiceIssuer | null
  readonly items: readonly InvoiceItem[]
  readonly subtotal: number
  readonly taxPercent: number | null
  readonly taxMode: TaxMode | null
  readonly taxAmount: number
  readonly totalAmount: number
  readonly currency: string
  /** What is left of the money that was received for it. */
  readonly receivedAmount: number
  readonly remainingAmount: number
  readonly overpaidAmount: number
  /** A day in Jakarta, at whose end it is overdue. */
  readonly dueDate: string
  readonly dueAt: Date
  readonly isOverdue: boolean
  readonly issuedAt: Date | null
  readonly paidAt: Date | null
  readonly voidedAt: Date | null
  readonly voidReason: string | null
  readonly notes: string | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** Midtrans's own id of it; null for a local one, and until Midtrans has answered. */
  readonly midtransInvoiceId: string | null
  readonly midtransStatus: string | null
  readonly paymentLinkUrl: string | null
  readonly midtransPdfUrl: string | null
  readonly virtualAccounts: readonly InvoiceAccount[]
  /** `unknown`: Midtrans gave no clear answer yet. */
  readonly outcome: 'known' | 'unknown'
  readonly needsReview: readonly InvoiceReviewReason[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface InvoiceIssuer {
  readonly name: string
  readonly address: string | null
  readonly npwp: string | null
  readonly email: string | null
  readonly phone: string | null
}

export function toInvoiceView(row: InvoiceRow, now: Date): Invoice {
  // A `within` handler that was registered in this very moment would see it before its number is drawn.
  if (row.number === null) throw new BayarError('overloaded', 'Handlers are being registered at this moment.')
  return {
    id: row.id,
    merchant: row.merchant,
    orderId: row.order_id,
    invoiceNumber: row.number,
    status: row.status,
    version: row.version,
    channel: row.channel,
    paymentType: row.payment_type,
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    customerPhone: row.customer_phone,
    customerId: row.customer_id,
    customerNpwp: row.customer_npwp,
    customerAddress: row.customer_address,
    userId: row.user_id,
    subscriptionId: row.subscription_id,
    periodStart: row.period_start,
    periodEnd: row.period_end,
    paymentId: row.cycle_payment_id,
    issuer: issuerOf(row.issuer),
    items: row.items.map((item) => ({
      id: item.id,
      description: item.description,
      quantity: item.quantity,
      price: Number(item.price),
      subtotal: Number(item.price) * item.quantity,
    })),
    subtotal: toNumber(row.subtotal),
    taxPercent:
      row.tax_basis_points === null || row.tax_mode === null
        ? null
        : percentOf({ basisPoints: row.tax_basis_points, mode: row.tax_mode }),
    taxMode: row.tax_mode,
    taxAmount: toNumber(row.tax_amount),
    totalAmount: toNumber(row.total),
    currency: row.currency,
    receivedAmount: toNumber(row.received_amount),
    remainingAmount: row.status === 'void' ? 0 : toNumber(max(0n, row.total - row.received_amount)),
    overpaidAmount: toNumber(max(0n, row.received_amount - row.total)),
    dueDate: dueDayOf(row.due_at),
    dueAt: row.due_at,
    isOverdue: row.status !== 'paid' && row.status !== 'void' && now >= row.due_at,
    issuedAt: row.issued_at,
    paidAt: row.paid_at,
    voidedAt: row.voided_at,
    voidReason: row.void_reason,
    notes: row.notes,
    metadata: row.metadata,
    midtransInvoiceId: row.midtrans_id,
    midtransStatus: row.midtrans_status,
    paymentLinkUrl: row.payment_link_url,
    midtransPdfUrl: row.midtrans_pdf_url,
    virtualAccounts: row.accounts,
    outcome: row.last_state === 'sent' || isLost(row) ? 'unknown' : 'known',
    needsReview: reviewsOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** The last day on which it is not overdue. */
export function dueDayOf(dueAt: Date): string {
  return jakartaDay(new Date(dueAt.getTime() - 1))
}

/** Sent to Midtrans, and whether it arrived nobody knows. */
function isLost(row: InvoiceRow): boolean {
  return row.last_command === 'create' && row.last_state === 'unknown' && row.midtrans_id === null
}

function reviewsOf(row: InvoiceRow): readonly InvoiceReviewReason[] {
  const reasons: Readonly<Record<InvoiceReviewReason, boolean>> = {
    overpaid: row.status !== 'void' && row.received_amount > row.total,
    paid_after_void: row.status === 'void' && row.received_amount > 0n,
    amount_differs: row.midtrans_amount !== null && row.midtrans_amount !== row.total,
    outcome_unknown: isLost(row),
  }
  return (Object.keys(reasons) as InvoiceReviewReason[]).filter((reason) => reasons[reason])
}

function issuerOf({ name, address, npwp, email, phone }: IssuerRow): InvoiceIssuer | null {
  if (name === undefined) return null
  return { name, address: address ?? null, npwp: npwp ?? null, email: email ?? null, phone: phone ?? null }
}
