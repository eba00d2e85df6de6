/**
 * What a charge asks, method by method: one union, told apart by `paymentType`. Host code writes it, the intent keeps it, the gateway turns it into Midtrans's body. What is left
 * out is not asked.
 *
 * There is no card number here, on purpose: what is asked is written down before it is sent, and a card number must be written nowhere. A merchant who may handle them asks
 * Midtrans directly (`bayar/midtrans`).
 */
export const BANKS = ['bca', 'bni', 'bri', 'cimb', 'permata', 'danamon', 'bsi', 'seabank', 'saqu'] as const
export type Bank = (typeof BANKS)[number]

/** Banks that take cards for the merchant. */
export const ACQUIRERS = ['mandiri', 'bni', 'cimb', 'bca', 'maybank', 'bri', 'mega', 'danamon'] as const
export type Acquirer = (typeof ACQUIRERS)[number]

export const CARD_CHANNELS = ['dragon', 'mti', 'migs', 'cybersource', 'braintree', 'mpgs'] as const
export type CardChannel = (typeof CARD_CHANNELS)[number]

export const STORES = ['indomaret', 'alfamart'] as const
export type Store = (typeof STORES)[number]

/** `airpay` is short for Midtrans's own name of ShopeePay's QR. */
export const QRIS_ACQUIRERS = ['gopay', 'airpay shopee', 'airpay'] as const
export type QrisAcquirer = (typeof QRIS_ACQUIRERS)[number]

export interface CreditCardCharge {
  readonly paymentType: 'credit_card'
  /** Made in the browser by Midtrans's script, for one charge; or a saved one, for one click. */
  readonly tokenId: string
  /** 3-D Secure: the customer proves to the bank who they are. Asked for unless false. */
  readonly authentication?: boolean
  /** How the page of 3-D Secure comes back to yours. */
  readonly callbackType?: 'js_event' | 'form'
  /** Answer with a token that can be charged again. */
  readonly saveTokenId?: boolean
  /** Only reserve the amount; `capture` takes it. */
  readonly type?: 'authorize'
  /** Which bank takes the card. */
  readonly bank?: Acquirer
  readonly channel?: CardChannel
  /** Months. */
  readonly installmentTerm?: number
  /** Only cards that begin so, or are of these banks. */
  readonly bins?: readonly string[]
  /** The bank's points to be used, in rupiah. */
  readonly pointRedeemAmount?: number
  /** Who began it: for charges of a saved card. */
  readonly initiatedBy?: 'customer' | 'merchant'
}

/** One line in two languages. */
export interface BankText {
  readonly id: string
  readonly en: string
}

export interface BankTransferCharge {
  readonly paymentType: 'bank_transfer'
  readonly bank: Bank
  /** A number of your own choosing, where your contract with the bank allows it. */
  readonly vaNumber?: string
  /** What the bank's machine shows before and after. */
  readonly freeText?: { readonly inquiry?: readonly BankText[]; readonly payment?: readonly BankText[] }
  /** BCA. */
  readonly subCompanyCode?: string
  /** Permata: whose account it seems to be. */
  readonly recipientName?: string
}

/** Mandiri bill. Its lines are pairs of label and value; two are asked for unless given. */
export interface EchannelCharge {
  readonly paymentType: 'echannel'
  readonly billInfo1?: string
  readonly billInfo2?: string
  readonly billInfo3?: string
  readonly billInfo4?: string
  readonly billInfo5?: string
  readonly billInfo6?: string
  readonly billInfo7?: string
  readonly billInfo8?: string
  /** A number of your own choosing. */
  readonly billKey?: string
}

export interface GopayCharge {
  readonly paymentType: 'gopay'
  /** Where the app sends the customer afterwards. */
  readonly callbackUrl?: string
  /** A linked account; then with `paymentOptionToken`. */
  readonly accountId?: string
  /** It changes: fetched before each charge. */
  readonly paymentOptionToken?: string
  /** Only reserve the amount. */
  readonly preAuth?: boolean
  readonly recurring?: boolean
  readonly promotionIds?: readonly string[]
}

export interface ShopeepayCharge {
  readonly paymentType: 'shopeepay'
  readonly callbackUrl?: string
}

export interface QrisCharge {
  readonly paymentType: 'qris'
  /** Whose QR it is: GoPay's unless given. */
  readonly qrisAcquirer?: QrisAcquirer
}

export interface OvoCharge {
  readonly paymentType: 'ovo'
  /** The phone that asks the customer for a PIN. */
  readonly payerPhoneNumber: string
}

export interface DanaCharge {
  readonly paymentType: 'dana'
  readonly callbackUrl?: string
}

export interface CstoreCharge {
  readonly paymentType: 'cstore'
  readonly store: Store
  /** What the till shows. */
  readonly message?: string
  /** Alfamart: up to three lines on the receipt. */
  readonly alfamartFreeTexts?: readonly string[]
}

/** Wants items and customer. */
export interface AkulakuCharge {
  readonly paymentType: 'akulaku'
}

/** Wants items and customer. */
export interface KredivoCharge {
  readonly paymentType: 'kredivo'
  /** For marketplaces, in Midtrans's own words. */
  readonly sellerDetails?: readonly Readonly<Record<string, unknown>>[]
}

export type MethodCharge =
  | CreditCardCharge
  | BankTransferCharge
  | EchannelCharge
  | GopayCharge
  | ShopeepayCharge
  | QrisCharge
  | OvoCharge
  | DanaCharge
  | CstoreCharge
  | AkulakuCharge
  | KredivoCharge

export type ChargedType = MethodCharge['paymentType']
export type ChargeOf<Type extends ChargedType> = Extract<MethodCharge, { readonly paymentType: Type }>

/** What tells the rows of one payment type apart: the bank, the store, whose QR. */
export function variantOf(charge: MethodCharge): string | null {
  switch (charge.paymentType) {
    case 'bank_transfer':
      return charge.bank
    case 'cstore':
      return charge.store
    case 'qris':
      return acquirerOf(charge)
    default:
      return null
  }
}

export function acquirerOf({ qrisAcquirer = 'gopay' }: QrisCharge): 'gopay' | 'airpay shopee' {
  return qrisAcquirer === 'airpay' ? 'airpay shopee' : qrisAcquirer
}

/** The bank that was asked for, as a payment shows it. */
export function bankOf(charge: MethodCharge): string | null {
  return 'bank' in charge ? (charge.bank ?? null) : null
}
