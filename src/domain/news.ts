import type { AttemptStatus } from './attempt-lifecycle.ts'
import type { Rupiah } from './money.ts'

/**
 * News: a statement about a payment, from any source. A charge answer, a notification, a look-up at Midtrans and an operator's command
 * all become this, and all of it goes through `advancePayments`. `gateway/translate.ts` makes it from what Midtrans wrote.
 */
export type NewsSource = 'answer' | 'notification' | 'look_up' | 'clock' | 'person'

/**
 * What the customer needs in order to pay, and the card that a customer has saved by paying: it comes the same way, field by field, in an answer or in a notice. Names follow the
 * HTTP surface.
 */
export type InstructionField =
  | 'va_number'
  | 'bank'
  | 'bill_key'
  | 'biller_code'
  | 'payment_code'
  | 'store'
  | 'qr_string'
  | 'qr_url'
  | 'deeplink_url'
  | 'redirect_url'
  | 'masked_card'
  | 'saved_token_id'
  | 'saved_token_id_expired_at'

export type Instructions = Partial<Record<InstructionField, string>>

/** One row of `refunds[]`. */
export interface RefundFact {
  readonly key: string | null
  readonly chargebackUuid: string | null
  /** Text from the raw bytes: it can be larger than a number holds. */
  readonly chargebackId: string | null
  readonly amount: Rupiah
  readonly reason: string | null
  readonly bankConfirmedAt: Date | null
}

export interface News {
  readonly source: NewsSource
  /** From the gateway's own mouth over TLS for this very transaction (an answer, a look-up); a notification is not. */
  readonly confirmed: boolean
  readonly transactionId: string | null
  /** What the words mean. A `deny` that carries a settlement time is `reversed`. */
  readonly told: AttemptStatus
  /** The gateway's own words, kept beside ours. */
  readonly transactionStatus: string
  readonly fraudStatus: string | null
  readonly statusCode: string
  /** The code is not one that goes with this status: looked up before it is believed, never refused. */
  readonly codeContradicts: boolean
  readonly paymentType: string | null
  readonly grossAmount: Rupiah | null
  /** Amount before a fee that the customer pays (automatic fee imposition), and the fee. Outside the signature. */
  readonly originalAmount: Rupiah | null
  readonly feeAmount: Rupiah | null
  readonly currency: string | null
  readonly gatewayMerchantId: string | null
  /** Cumulative, as notifications and GET status give it. The answer of one refund call has none. */
  readonly refundTotal: Rupiah | null
  readonly refunds: readonly RefundFact[]
  readonly chargebackTotal: Rupiah | null
  readonly transactionTime: Date | null
  readonly settlementTime: Date | null
  readonly expiryTime: Date | null
  readonly instructions: Instructions
  /** 16 bytes as a UUID: what makes two statements copies of each other. */
  readonly fingerprint: string
  readonly notificationId: string | null
  readonly intentId: string | null
  /** The news itself, where no notification and no intent keeps it. */
  readonly document: Uint8Array | null
}
