/** A payment as the library shows it: Midtrans's words in camelCase, money as whole numbers, times as dates. */
import type { AttemptStatus } from '../../domain/attempt-lifecycle.ts'
import { parseJakartaTime } from '../../domain/jakarta-time.ts'
import { toNumber } from '../../domain/money.ts'
import type { Instructions } from '../../domain/news.ts'
import { isFinal, leadingAttempt, type PaymentStatus } from '../../domain/payment-status.ts'
import type { AttemptRow, ShownPayment } from '../../store/payments.ts'

export interface PaymentInstructions {
  readonly vaNumber: string | null
  readonly bank: string | null
  readonly billKey: string | null
  readonly billerCode: string | null
  readonly paymentCode: string | null
  readonly store: string | null
  readonly qrString: string | null
  readonly qrUrl: string | null
  readonly deeplinkUrl: string | null
  readonly redirectUrl: string | null
}

/** The card that paid. `savedTokenId` charges it again: keep it like a password. */
export interface PaymentCard {
  readonly maskedCard: string | null
  readonly savedTokenId: string | null
  readonly savedTokenIdExpiredAt: Date | null
}

export interface Attempt {
  readonly id: string
  readonly transactionId: string
  readonly status: AttemptStatus
  /** The gateway's own words. */
  readonly transactionStatus: string
  readonly fraudStatus: string | null
  readonly statusCode: string
  readonly paymentType: string | null
  readonly grossAmount: number
  readonly capturedAmount: number
  readonly refundedAmount: number
  readonly chargedBackAmount: number
  readonly transactionTime: Date | null
  readonly settlementTime: Date | null
  readonly expiryTime: Date | null
  readonly instructions: PaymentInstructions
  readonly card: PaymentCard
}

export interface PaymentItem {
  readonly id: string | null
  readonly name: string
  readonly price: number
  readonly quantity: number
  readonly subtotal: number
  readonly brand: string | null
  readonly category: string | null
  readonly merchantName: string | null
  readonly url: string | null
}

export interface Payment {
  readonly id: string
  readonly merchant: string
  readonly orderId: string
  readonly status: PaymentStatus
  readonly version: number
  readonly transactionId: string | null
  /** The gateway's own word for the attempt that speaks for the payment. */
  readonly transactionStatus: string | null
  readonly fraudStatus: string | null
  readonly statusCode: string | null
  readonly paymentType: string | null
  readonly bank: string | null
  readonly grossAmount: number
  readonly currency: string
  readonly refundAmount: number
  readonly netAmount: number
  /** Money was received and some of it is still here. */
  readonly isPaid: boolean
  readonly isPending: boolean
  readonly isFailed: boolean
  /** Nothing but a refund, reversal or chargeback can follow. */
  readonly isFinal: boolean
  readonly isRefunded: boolean
  /** `unknown`: Midtrans has given no clear answer to the charge, or none yet, and is being asked. How to pay may be missing until then. */
  readonly outcome: 'known' | 'unknown'
  readonly needsReview: readonly string[]
  readonly instructions: PaymentInstructions
  readonly card: PaymentCard
  readonly transactionTime: Date | null
  readonly settlementTime: Date | null
  readonly expiryTime: Date | null
  readonly customer: {
    readonly firstName: string | null
    readonly lastName: string | null
    readonly email: string | null
    readonly phone: string | null
  }
  readonly items: readonly PaymentItem[]
  readonly customFields: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly userId: string | null
  /** What of bayar's own it belongs to: an invoice, a subscription, a top-up; and which. */
  readonly owner: string | null
  readonly ownerId: string | null
  readonly attempts: readonly Attempt[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const FAILED: ReadonlySet<PaymentStatus> = new Set(['denied', 'cancelled', 'expired', 'failed'])

/** The questions one asks of a payment, answered from what it shows. */
export function questionsOf(status: PaymentStatus, netAmount: bigint) {
  return {
    isPaid: netAmount > 0n,
    isPending: status === 'pending' || status === 'created',
    isFailed: FAILED.has(status),
    isFinal: isFinal(status),
    isRefunded: status === 'refunded' || status === 'partially_refunded',
  }
}

export function toPaymentView(row: ShownPayment): Payment {
  const attempts = row.attempts.map(toAttemptView)
  const leading = leadingAttempt(attempts) ?? null
  const status = row.presumed ?? row.status
  return {
    id: row.id,
    merchant: row.merchant,
    orderId: row.order_id,
    status,
    version: row.version,
    transactionId: leading?.transactionId ?? null,
    transactionStatus: leading?.transactionStatus ?? null,
    fraudStatus: leading?.fraudStatus ?? null,
    statusCode: leading?.statusCode ?? null,
    paymentType: leading?.paymentType ?? row.payment_type,
    bank: row.bank,
    grossAmount: toNumber(row.gross_amount),
    currency: row.currency,
    refundAmount: toNumber(row.refunded_amount),
    netAmount: toNumber(row.net_amount),
    ...questionsOf(status, row.net_amount),
    outcome: row.outcome_unknown ? 'unknown' : 'known',
    needsReview: row.open_reviews,
    instructions: leading?.instructions ?? toInstructions({}),
    card: leading?.card ?? toCard({}),
    transactionTime: leading?.transactionTime ?? null,
    settlementTime: leading?.settlementTime ?? null,
    expiryTime: leading?.expiryTime ?? null,
    customer: {
      firstName: row.customer_first_name,
      lastName: row.customer_last_name,
      email: row.customer_email,
      phone: row.customer_phone,
    },
    items: row.items.map((item) => ({
      id: item.id,
      name: item.name,
      price: Number(item.price),
      quantity: item.quantity,
      subtotal: Number(item.price) * item.quantity,
      brand: item.brand,
      category: item.category,
      merchantName: item.merchant_name,
      url: item.url,
    })),
    customFields: row.custom_fields,
    metadata: row.metadata,
    userId: row.user_id,
    owner: row.owner,
    ownerId: row.owner_id,
    attempts,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toAttemptView(row: AttemptRow): Attempt {
  return {
    id: row.id,
    transactionId: row.transaction_id,
    status: row.status,
    transactionStatus: row.transaction_status,
    fraudStatus: row.fraud_status,
    statusCode: row.status_code,
    paymentType: row.payment_type,
    grossAmount: Number(row.gross_amount),
    capturedAmount: Number(row.captured_amount),
    refundedAmount: Number(row.refunded_amount),
    chargedBackAmount: Number(row.charged_back_amount),
    transactionTime: toDate(row.transaction_time),
    settlementTime: toDate(row.settlement_time),
    expiryTime: toDate(row.expiry_time),
    instructions: toInstructions(row.instructions),
    card: toCard(row.instructions),
  }
}

function toCard(given: Instructions): PaymentCard {
  return {
    maskedCard: given.masked_card ?? null,
    savedTokenId: given.saved_token_id ?? null,
    savedTokenIdExpiredAt: parseJakartaTime(given.saved_token_id_expired_at) ?? null,
  }
}

function toInstructions(given: Instructions): PaymentInstructions {
  return {
    vaNumber: given.va_number ?? null,
    bank: given.bank ?? null,
    billKey: given.bill_key ?? null,
    billerCode: given.biller_code ?? null,
    paymentCode: given.payment_code ?? null,
    store: given.store ?? null,
    qrString: given.qr_string ?? null,
    qrUrl: given.qr_url ?? null,
    deeplinkUrl: given.deeplink_url ?? null,
    redirectUrl: given.redirect_url ?? null,
  }
}

function toDate(time: string | Date | null): Date | null {
  return time === null ? null : new Date(time)
}
