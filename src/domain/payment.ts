import type { AttemptStatus } from './attempt-lifecycle.ts'
import type { MethodCharge } from './charge-methods.ts'
import type { Rupiah } from './money.ts'
import type { Instructions } from './news.ts'
import type { PaymentStatus } from './payment-status.ts'

export interface Address {
  readonly firstName?: string
  readonly lastName?: string
  readonly email?: string
  readonly phone?: string
  readonly address?: string
  readonly city?: string
  readonly postalCode?: string
  /** ISO 3166-1, three letters. */
  readonly countryCode?: string
}

export interface CustomerDetails {
  readonly firstName?: string
  readonly lastName?: string
  readonly email?: string
  readonly phone?: string
  readonly billingAddress?: Address
  readonly shippingAddress?: Address
}

export interface Item {
  readonly id?: string
  readonly name: string
  readonly price: Rupiah
  readonly quantity: number
  readonly brand?: string
  readonly category?: string
  readonly merchantName?: string
  readonly url?: string
}

/** What one charge asks, as it was written down before it was sent: a retry sends exactly this again. */
export type ChargeAsked = OrderAsked & MethodCharge

export interface OrderAsked {
  readonly orderId: string
  readonly grossAmount: Rupiah
  readonly customer: CustomerDetails
  readonly items: readonly Item[]
  readonly customFields: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** From the moment of the charge; null leaves it to Midtrans. */
  readonly expirySeconds: number | null
  readonly notificationUrl: string | null
}

/** What one hosted page asks: the order, and which methods the customer may choose from. */
export interface CheckoutAsked extends OrderAsked {
  /** Snap's names of the methods; null leaves it to the dashboard. */
  readonly enabledPayments: readonly string[] | null
  readonly finishUrl: string | null
  readonly errorUrl: string | null
  readonly card: CheckoutCard | null
}

export interface CheckoutCard {
  /** 3-D Secure; asked for unless false. */
  readonly secure?: boolean
  readonly saveCard?: boolean
  readonly bank?: string
  /** Only reserve the amount; `capture` takes it. */
  readonly type?: 'authorize'
}

export interface AttemptState {
  readonly id: string
  readonly transactionId: string
  readonly status: AttemptStatus
  /** Money was seen on it at some time, whatever became of it since. */
  readonly paid: boolean
  readonly grossAmount: Rupiah
  readonly capturedAmount: Rupiah
  /** Midtrans's cumulative figure, the highest ever told. */
  readonly refundTotal: Rupiah
  readonly refundedAmount: Rupiah
  readonly chargedBackAmount: Rupiah
  readonly transactionStatus: string
  readonly fraudStatus: string | null
  readonly statusCode: string
  readonly paymentType: string | null
  readonly transactionTime: Date | null
  readonly settlementTime: Date | null
  readonly expiryTime: Date | null
  readonly instructions: Instructions
  /** Where each instruction came from: a charge answer outranks GET status, which outranks a notification. */
  readonly instructionRanks: Readonly<Record<string, number>>
}

export type RefundStatus = 'reserved' | 'confirmed' | 'refused' | 'abandoned' | 'given'
export type RefundOrigin = 'bayar' | 'gateway' | 'unlisted' | 'wallet'

export interface RefundState {
  readonly id: string
  readonly transactionId: string
  readonly key: string | null
  readonly chargebackUuid: string | null
  readonly chargebackId: string | null
  readonly amount: Rupiah
  readonly status: RefundStatus
  readonly origin: RefundOrigin
  readonly reason: string | null
  readonly bankConfirmedAt: Date | null
}

export type Presumed = 'failed' | 'expired' | 'cancelled'

/** A payment with everything that a verdict about it depends on. */
/** The part of bayar that a payment belongs to: an invoice, a subscription. The prefix of an order id is only a name. */
export interface PaymentOwner {
  readonly name: string
  readonly id: string
  /** How long its customer has to pay, where neither the charge nor the configuration says. */
  readonly expiryMinutes?: number
}

export interface PaymentState {
  readonly id: string
  readonly merchant: string
  readonly orderId: string
  /** Rises by one with each history row, and is that row's sequence. */
  readonly version: number
  /** The fold of the attempts; what people see is `presumed ?? status`. */
  readonly status: PaymentStatus
  readonly presumed: Presumed | null
  /** The event that the last presumption emitted: not repeated when Midtrans says the same. */
  readonly presumedEvent: string | null
  readonly grossAmount: Rupiah
  /** What a capture asked, when it asked for less than was reserved. */
  readonly captureAmount: Rupiah | null
  readonly currency: string
  readonly netAmount: Rupiah
  readonly openIntentId: string | null
  readonly owner: string | null
  /** The customer chooses how to pay: after one way another one may follow, and nobody announces it. */
  readonly isPage: boolean
  readonly attempts: readonly AttemptState[]
  readonly refunds: readonly RefundState[]
  /** Reviews, as `transaction id|reason`, that do not open again: each opens once. A conflict or mismatch that was decided is `…|closed`: new news may open it again. */
  readonly reviews: readonly string[]
}

/** What people see. */
export function shownStatus(payment: { status: PaymentStatus; presumed: Presumed | null }): PaymentStatus {
  return payment.presumed ?? payment.status
}
