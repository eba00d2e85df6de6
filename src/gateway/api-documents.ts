/**
 * What travels to and from Midtrans beside charges and their commands, in Midtrans's own words. Of an answer every field may be missing and others may be there: `Told` says so.
 * Sources: docs/midtrans/protocol.md §9–15.
 */
import type { Action, CustomExpiry, WireCustomer, WireDocument, WireItem } from './wire.ts'

/** An answer's body: what is documented, as far as it is there, and whatever Midtrans has added since. */
export type Told<Body> = { readonly [Field in keyof Body]?: Body[Field] } & WireDocument

// ---------------------------------------------------------------- cards

export interface CardDetails {
  readonly card_number: string
  /** MM */
  readonly card_exp_month: string
  /** YYYY */
  readonly card_exp_year: string
}

/** A whole card with its CVV, or a saved one with the CVV typed in again (two clicks). */
export type TokenRequest =
  | (CardDetails & { readonly card_cvv: string; readonly bank_one_time_token?: string })
  | { readonly token_id: string; readonly card_cvv: string; readonly bank_one_time_token?: string }

export interface TokenDocument {
  readonly status_code: string
  readonly status_message: string
  readonly token_id: string
  readonly hash: string
  readonly redirect_url: string
  readonly bank: string
}

export interface RegisteredCardDocument {
  readonly status_code: string
  readonly saved_token_id: string
  readonly transaction_id: string
  readonly masked_card: string
}

export interface PointsDocument {
  readonly status_code: string
  readonly point_balance_amount: string
  readonly point_balance: number
  readonly transaction_time: string
}

export interface BinDocument {
  readonly data: {
    readonly bin: string
    readonly brand: string
    readonly bin_type: string
    readonly bin_class: string
    readonly bank: string
    readonly bank_code: string
    readonly country_name: string
    readonly country_code: string
    readonly channel: string
    readonly registration_required: boolean
  }
}

// ---------------------------------------------------------------- linked GoPay accounts

export interface PayAccountRequest {
  readonly payment_type: 'gopay'
  readonly gopay_partner: {
    /** Digits, without the leading 0. */
    readonly phone_number: string
    readonly country_code: string
    readonly redirect_url?: string
  }
}

export interface PaymentOption {
  /** GOPAY_WALLET, PAY_LATER. */
  readonly name: string
  readonly active: boolean
  readonly balance?: { readonly value: string; readonly currency: string }
  readonly metadata?: WireDocument
  /** What a charge is asked with. It changes: fetched before each charge. */
  readonly token: string
}

export interface PayAccountDocument {
  readonly status_code: string
  readonly payment_type: string
  readonly account_id: string
  readonly account_status: string
  readonly actions: readonly Action[]
  readonly metadata: { readonly reference_id?: string; readonly payment_options?: readonly PaymentOption[] }
  readonly channel_response_code: string
  readonly channel_response_message: string
}

// ---------------------------------------------------------------- Snap

export interface SnapRequest {
  readonly transaction_details: { readonly order_id: string; readonly gross_amount: number }
  readonly item_details?: readonly WireItem[]
  readonly customer_details?: WireCustomer
  readonly enabled_payments?: readonly string[]
  readonly credit_card?: {
    readonly secure?: boolean
    readonly save_card?: boolean
    readonly card_token?: string
    readonly bank?: string
    readonly channel?: string
    readonly type?: 'authorize'
    readonly installment?: {
      readonly required?: boolean
      readonly terms?: Readonly<Record<string, readonly number[]>>
    }
    readonly whitelist_bins?: readonly string[]
    readonly dynamic_descriptor?: WireDocument
  }
  readonly bca_va?: WireDocument
  readonly bni_va?: WireDocument
  readonly bri_va?: WireDocument
  readonly cimb_va?: WireDocument
  readonly permata_va?: WireDocument
  readonly gopay?: WireDocument
  readonly shopeepay?: WireDocument
  readonly callbacks?: { readonly finish?: string; readonly error?: string }
  /** `yyyy-MM-dd HH:mm:ss +0700`. */
  readonly expiry?: {
    readonly start_time?: string
    readonly duration: number
    readonly unit: CustomExpiry['unit'] | 'minutes' | 'hours' | 'days'
  }
  readonly page_expiry?: { readonly duration: number; readonly unit: string }
  readonly recurring?: WireDocument
  readonly custom_field1?: string
  readonly custom_field2?: string
  readonly custom_field3?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly user_id?: string
}

export interface SnapDocument {
  readonly token: string
  readonly redirect_url: string
}

// ---------------------------------------------------------------- subscriptions

export interface SubscriptionSchedule {
  readonly interval: number
  readonly interval_unit: 'day' | 'week' | 'month'
  /** Left out, without end; 0, once. */
  readonly max_interval?: number
  /** `yyyy-MM-dd HH:mm:ss +0700`. */
  readonly start_time?: string
}

export interface RetrySchedule {
  readonly interval: number
  readonly interval_unit: 'minute' | 'hour' | 'day'
  /** 3 at most. */
  readonly max_interval: number
}

interface SubscriptionCommon {
  /** 40 characters; Midtrans makes order ids that begin with it. */
  readonly name: string
  /** Digits only, as text. */
  readonly amount: string
  readonly currency: 'IDR'
  /** A saved card's token, or a payment option of a linked account. */
  readonly token: string
  readonly retry_schedule?: RetrySchedule
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly customer_details?: WireCustomer
}

export type SubscriptionRequest = SubscriptionCommon & { readonly schedule: SubscriptionSchedule } & (
    | { readonly payment_type: 'credit_card' }
    | { readonly payment_type: 'gopay'; readonly gopay: { readonly account_id: string } }
  )

export interface SubscriptionChange {
  readonly name: string
  readonly amount: string
  readonly currency: 'IDR'
  readonly token: string
  readonly schedule?: { readonly interval?: number; readonly next_execution_at?: string }
  readonly retry_schedule?: RetrySchedule
  readonly gopay?: { readonly account_id: string }
}

export interface SubscriptionDocument {
  readonly id: string
  readonly name: string
  readonly amount: string
  readonly currency: string
  readonly created_at: string
  readonly schedule: WireDocument
  readonly retry_schedule: WireDocument
  /** `active` or `inactive`: Midtrans does not tell disabled from cancelled. */
  readonly status: string
  readonly token: string
  readonly payment_type: string
  readonly transaction_ids: readonly string[]
  readonly metadata: WireDocument
  readonly customer_details: WireDocument
}

export interface SentenceDocument {
  readonly status_message: string
}

// ---------------------------------------------------------------- invoices

export interface InvoiceItem {
  readonly item_id?: string
  readonly description: string
  readonly quantity: number
  readonly price: number
  readonly discount_percentage?: number
}

interface InvoiceCommon {
  /** 36 characters, unique. */
  readonly order_id: string
  readonly invoice_number: string
  /** `yyyy-MM-dd HH:mm:ss +0700`, as `due_date`, which is later. */
  readonly invoice_date: string
  readonly due_date: string
  readonly customer_details: {
    readonly id?: string
    readonly name: string
    readonly email?: string
    /** Without a leading 0. */
    readonly phone?: string
  }
  readonly item_details: readonly InvoiceItem[]
  readonly reference?: string
  readonly notes?: string
  readonly amount?: { readonly vat?: string; readonly discount?: string; readonly shipping?: string }
  readonly tax_mode?: 'exclusive' | 'inclusive'
  readonly taxes?: readonly {
    readonly name: string
    readonly type: 'percentage' | 'fixed'
    readonly value: number
  }[]
  readonly invoice_title?: string
  readonly invoice_paid_title?: string
  readonly document_type?: 'invoice' | 'quotation'
  readonly quotation_date?: string
  readonly quotation_validity_date?: string
}

export type InvoiceRequest = InvoiceCommon &
  (
    | { readonly payment_type: 'payment_link'; readonly payment_link?: WireDocument }
    | {
        readonly payment_type: 'virtual_account'
        readonly virtual_accounts: readonly { readonly name: string; readonly number?: string }[]
      }
  )

export interface InvoiceDocument {
  readonly id: string
  readonly order_id: string
  readonly invoice_number: string
  readonly status: string
  /** A number on the wire, and text here: the characters as they were written. */
  readonly gross_amount: string
  readonly pdf_url: string
  readonly payment_link_url: string
  readonly virtual_accounts: readonly WireDocument[]
  readonly published_date: string
  readonly invoice_date: string
  readonly due_date: string
}

// ---------------------------------------------------------------- payment links, balance

export interface PaymentLinkRequest {
  readonly transaction_details: {
    readonly order_id: string
    readonly gross_amount: number
    /** a-z, 0-9 and -. */
    readonly payment_link_id?: string
  }
  readonly customer_required?: boolean
  readonly usage_limit?: number
  readonly expiry?: { readonly start_time?: string; readonly duration: number; readonly unit: string }
  readonly enabled_payments?: readonly string[]
  readonly item_details?: readonly WireItem[]
  readonly customer_details?: WireCustomer
  readonly title?: string
  readonly payment_link_type?: 'FIXED_AMOUNT' | 'DYNAMIC_AMOUNT'
  readonly dynamic_amount?: {
    readonly min_amount?: number
    readonly max_amount?: number
    readonly preset_amount?: number
  }
  readonly custom_field1?: string
  readonly custom_field2?: string
  readonly custom_field3?: string
  readonly callbacks?: WireDocument
  readonly credit_card?: WireDocument
}

export interface PaymentLinkDocument {
  readonly order_id: string
  readonly payment_url: string
}

export interface BalanceQuery {
  readonly currency: 'IDR'
  /** ISO 8601 with its offset. */
  readonly start_time: string
  readonly end_time: string
}

export interface BalanceDocument {
  readonly opening_balance: WireDocument
  readonly closing_balance: WireDocument
  readonly wallets: readonly WireDocument[]
}
