/**
 * What travels between a merchant and Midtrans, in Midtrans's own words: the types that the client, the translation and the simulator
 * share. Source: docs/midtrans/protocol.md §2–8, lifecycle.md §1 and §5.
 *
 * There are two views of one document. `WireDocument` is what was *received*: anybody may have written it, fields come and go without
 * notice, so every field is `unknown` until somebody has looked at it. The other interfaces say what is *sent*: by us to Midtrans, and
 * by the simulator to us.
 */

/** A JSON object as received. Read it with `readDocument`, understand it with `translate`. */
export interface WireDocument {
  readonly [field: string]: unknown
}

export const TRANSACTION_STATUSES = [
  'pending',
  'authorize',
  'capture',
  'settlement',
  'deny',
  'cancel',
  'expire',
  'failure',
  'refund',
  'partial_refund',
  'chargeback',
  'partial_chargeback',
] as const
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number]

/** Absent for methods without a fraud check. */
export type FraudStatus = 'accept' | 'challenge' | 'deny'

export const PAYMENT_TYPES = [
  'credit_card',
  'bank_transfer',
  'echannel',
  'gopay',
  'shopeepay',
  'qris',
  'ovo',
  'dana',
  'cstore',
  'akulaku',
  'kredivo',
] as const
export type PaymentType = (typeof PAYMENT_TYPES)[number]

export const HEADERS = {
  idempotencyKey: 'Idempotency-Key',
  /** What Invoicing calls it. */
  invoiceIdempotencyKey: 'X-Idempotency-Key',
  /** Notified instead of the address in the dashboard. */
  overrideNotification: 'X-Override-Notification',
  /** Notified in addition to it; override wins when both are sent. */
  appendNotification: 'X-Append-Notification',
  /** The language of GoPay's pages. */
  paymentLocale: 'X-Payment-Locale',
} as const

/** Longer keys are silently ignored by Midtrans: the retry would then be a second charge. */
export const IDEMPOTENCY_KEY_MAX = 46

/** At most this many addresses in one of the notification headers. */
export const NOTIFICATION_URLS_MAX = 3

// ---------------------------------------------------------------- what Midtrans sends

export interface VaNumber {
  readonly bank: string
  readonly va_number: string
}

export interface Action {
  readonly name: string
  readonly method: string
  readonly url: string
}

/** One entry of `refunds[]` in a notification or GET status. */
export interface RefundRow {
  /** A JSON number that can be larger than 32 bits, and one day than a double: it is read as text. */
  readonly refund_chargeback_id?: number | string
  readonly refund_chargeback_uuid?: string
  readonly refund_amount: string
  readonly created_at?: string
  readonly reason?: string
  readonly refund_key?: string
  readonly refund_method?: 'online' | 'offline'
  readonly bank_confirmed_at?: string
}

/** One transaction: the body of a charge answer, of every action's answer, of GET status and of a notification. */
export interface TransactionDocument {
  readonly status_code: string
  readonly status_message: string
  readonly transaction_id: string
  readonly order_id: string
  readonly merchant_id: string
  /** "10000.00". Signed literally. */
  readonly gross_amount: string
  readonly currency: string
  readonly payment_type: PaymentType
  readonly transaction_time: string
  readonly transaction_status: TransactionStatus
  readonly fraud_status?: FraudStatus
  readonly settlement_time?: string
  readonly expiry_time?: string
  readonly va_numbers?: readonly VaNumber[]
  readonly payment_amounts?: readonly { readonly paid_at: string; readonly amount: string }[]
  readonly permata_va_number?: string
  readonly bill_key?: string
  readonly biller_code?: string
  readonly store?: string
  readonly payment_code?: string
  readonly actions?: readonly Action[]
  readonly redirect_url?: string
  readonly qr_string?: string
  readonly acquirer?: string
  readonly masked_card?: string
  readonly bank?: string
  readonly approval_code?: string
  readonly channel_response_code?: string
  readonly channel_response_message?: string
  /** Cumulative in a notification and in GET status; in the answer of a refund call, that refund alone. */
  readonly refund_amount?: string
  readonly refunds?: readonly RefundRow[]
  readonly refund_key?: string
  readonly refund_chargeback_id?: number | string
  readonly refund_chargeback_uuid?: string
  readonly custom_field1?: string
  readonly custom_field2?: string
  readonly custom_field3?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** What Midtrans posts. GET status answers the same document, signed in the same way. */
export interface NotificationDocument extends TransactionDocument {
  readonly signature_key: string
}

export type StatusDocument = NotificationDocument

export interface StatusB2bDocument {
  readonly status_code: string
  readonly status_message: string
  /** Newest first. */
  readonly transactions: readonly Omit<StatusDocument, 'status_message'>[]
}

/** How Core API v2 says no; mostly over HTTP 200. */
export interface ErrorDocument {
  readonly status_code: string
  readonly status_message: string
  readonly validation_messages?: readonly string[]
  readonly id?: string
}

// ---------------------------------------------------------------- what Midtrans takes

export interface WireItem {
  readonly id?: string
  readonly name: string
  readonly price: number
  readonly quantity: number
  readonly brand?: string
  readonly category?: string
  readonly merchant_name?: string
  readonly url?: string
}

export interface WireCustomer {
  readonly first_name?: string
  readonly last_name?: string
  readonly email?: string
  readonly phone?: string
  readonly billing_address?: WireAddress
  readonly shipping_address?: WireAddress
}

export interface CustomExpiry {
  /** `yyyy-MM-dd HH:mm:ss +0700`. */
  readonly order_time?: string
  readonly expiry_duration: number
  readonly unit: 'second' | 'minute' | 'hour' | 'day'
}

export interface WireAddress {
  readonly first_name?: string
  readonly last_name?: string
  readonly email?: string
  readonly phone?: string
  readonly address?: string
  readonly city?: string
  readonly postal_code?: string
  readonly country_code?: string
}

export interface BankTransferRequest {
  readonly bank: string
  readonly va_number?: string
  readonly free_text?: { readonly inquiry?: readonly FreeText[]; readonly payment?: readonly FreeText[] }
  readonly bca?: { readonly sub_company_code: string }
  readonly permata?: { readonly recipient_name: string }
}

export interface FreeText {
  readonly id: string
  readonly en: string
}

export type EchannelRequest = {
  readonly bill_info1: string
  readonly bill_info2: string
  readonly bill_key?: string
} & { readonly [Line in `bill_info${3 | 4 | 5 | 6 | 7 | 8}`]?: string }

/** The whole card, for merchants whose certification lets them handle one. */
export interface FullCard {
  readonly number: string
  readonly expiry_month: string
  readonly expiry_year: string
  /** Left out for a recurring charge. */
  readonly cvv?: string
}

export interface CreditCardRequest {
  readonly token_id?: string
  readonly card?: FullCard
  readonly authentication?: boolean
  readonly callback_type?: 'js_event' | 'form'
  readonly save_token_id?: boolean
  readonly bank?: string
  readonly installment_term?: number
  readonly bins?: readonly string[]
  readonly type?: 'authorize'
  readonly channel?: string
  readonly initiated_by?: 'customer' | 'merchant'
  readonly point_redeem_amount?: number
}

export interface GopayRequest {
  readonly enable_callback?: boolean
  readonly callback_url?: string
  readonly account_id?: string
  readonly payment_option_token?: string
  readonly pre_auth?: boolean
  readonly recurring?: boolean
  readonly promotion_ids?: readonly string[]
}

export interface CstoreRequest {
  readonly store: 'indomaret' | 'alfamart'
  readonly message?: string
  readonly alfamart_free_text_1?: string
  readonly alfamart_free_text_2?: string
  readonly alfamart_free_text_3?: string
}

/** The part of a charge that only its payment type has. */
export type ChargeMethodRequest =
  | { readonly payment_type: 'credit_card'; readonly credit_card: CreditCardRequest }
  | { readonly payment_type: 'bank_transfer'; readonly bank_transfer: BankTransferRequest }
  | { readonly payment_type: 'echannel'; readonly echannel: EchannelRequest }
  | { readonly payment_type: 'gopay'; readonly gopay?: GopayRequest }
  | { readonly payment_type: 'shopeepay'; readonly shopeepay?: { readonly callback_url: string } }
  | { readonly payment_type: 'qris'; readonly qris?: { readonly acquirer: 'gopay' | 'airpay shopee' } }
  | { readonly payment_type: 'ovo'; readonly ovo: { readonly payer_phone_number: string } }
  | { readonly payment_type: 'dana'; readonly dana?: { readonly callback_url: string } }
  | { readonly payment_type: 'cstore'; readonly cstore: CstoreRequest }
  | { readonly payment_type: 'akulaku' }
  | { readonly payment_type: 'kredivo'; readonly seller_details?: readonly object[] }

export type ChargeRequest = ChargeMethodRequest & ChargeOrderRequest

export interface ChargeOrderRequest {
  readonly transaction_details: {
    readonly order_id: string
    readonly gross_amount: number
    readonly currency?: 'IDR'
  }
  readonly item_details?: readonly WireItem[]
  readonly customer_details?: WireCustomer
  readonly custom_expiry?: CustomExpiry
  readonly custom_field1?: string
  readonly custom_field2?: string
  readonly custom_field3?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface CaptureRequest {
  readonly transaction_id: string
  /** At most what was authorised; left out, the whole. */
  readonly gross_amount?: number
}

export interface RefundRequest {
  /** Without one, every call is a new refund: bayar always sends one. */
  readonly refund_key: string
  /** Left out, all that remains. */
  readonly amount?: number
  readonly reason?: string
}
