import type { PaymentType } from './wire.ts'

/**
 * The payment methods, a row each: what can be asked of them. Sources: docs/midtrans/protocol.md §3, §7, lifecycle.md §4–6.
 *
 * Amounts and windows are what Midtrans publishes; a merchant's contract can differ, so they inform and warn, and Midtrans decides. `null` means
 * not published.
 */
export interface PaymentMethod {
  readonly paymentType: PaymentType
  /** The bank, store or acquirer that makes this row differ from its siblings. */
  readonly variant: string | null
  readonly title: string
  /** Least and most in rupiah. */
  readonly amount: Range
  readonly refund: Refundability | null
  /** From charge to expiry; `custom` is what `custom_expiry` may ask, null where it may not be sent at all. */
  readonly expiry: { readonly defaultSeconds: number; readonly custom: Range | null }
  /** Midtrans replays the first answer for the same Idempotency-Key. Where it does not, a lost answer is never fetched by asking again. */
  readonly idempotent: boolean
  /** What the customer needs stands in the charge answer and in nothing else that Midtrans says: a QR, a deep link, a page. */
  readonly toldOnce: boolean
  /** Midtrans knows it by its transaction id only: asked by the order id it says 404 of a transaction that is there. */
  readonly foundByOrderId: boolean
  /** The provider can take a settlement back within minutes: settlement, then deny. */
  readonly reversible: boolean
  /** Digits of a number chosen by the merchant; Midtrans pads shorter and cuts longer ones without saying so. */
  readonly numberDigits: Range | null
}

export interface Range {
  readonly min: number | null
  readonly max: number | null
}

export interface Refundability {
  readonly partial: boolean
  /** The longest window published for the method: a refund later than this is refused by Midtrans, not by us. */
  readonly windowDays: number | null
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

const range = (min: number | null, max: number | null): Range => ({ min, max })
const refunds = (windowDays: number | null, partial = true): Refundability => ({ windowDays, partial })
const expires = (defaultSeconds: number, custom: Range | null): PaymentMethod['expiry'] => ({
  defaultSeconds,
  custom,
})

/** Money that came by bank or over a counter has no way back through Midtrans: it is returned by an ordinary transfer. */
const NO_REFUND = null
const VA_EXPIRY = expires(DAY, range(20, 180 * DAY))
const STORE_EXPIRY = expires(DAY, range(null, null))
const WALLET = range(1, 20_000_000)
// GET status repeats numbers and codes; of these methods it says only how they stand. OVO asks the customer by itself.
const TOLD_ONCE: readonly PaymentType[] = [
  'credit_card',
  'gopay',
  'shopeepay',
  'qris',
  'dana',
  'akulaku',
  'kredivo',
]

const FOUND_BY_ID_ONLY: readonly PaymentType[] = ['dana']

// biome-ignore format: a table is read in columns
const ROWS = [
  //        payment type     variant          title                   least and most              refund               expiry                                        key    reverses  digits
  row('credit_card',   null,            'Card',                 range(10_000, 999_999_999),      refunds(180),        expires(10 * MINUTE, null),                   true,  false),
  row('bank_transfer', 'bca',           'BCA virtual account',  range(10_000, 20_000_000_000),   NO_REFUND,           VA_EXPIRY,                                    true,  false, range(6, 18)),
  row('bank_transfer', 'bni',           'BNI virtual account',  range(1, null),                  NO_REFUND,           VA_EXPIRY,                                    true,  false, range(null, 12)),
  row('bank_transfer', 'bri',           'BRI virtual account',  range(1, 20_000_000_000),        NO_REFUND,           VA_EXPIRY,                                    true,  false, range(null, 18)),
  row('bank_transfer', 'cimb',          'CIMB virtual account', range(1, 250_000_000),           NO_REFUND,           VA_EXPIRY,                                    true,  false, range(null, 16)),
  row('bank_transfer', 'permata',       'Permata virtual account', range(1, 9_999_999_999),      NO_REFUND,           VA_EXPIRY,                                    false, true,  range(10, 12)),
  // The four banks below are documented for Snap only; the Core API takes them by the same field.
  row('bank_transfer', 'danamon',       'Danamon virtual account', range(null, null),            NO_REFUND,           VA_EXPIRY,                                    true,  false),
  row('bank_transfer', 'bsi',           'BSI virtual account',  range(null, null),               NO_REFUND,           VA_EXPIRY,                                    true,  false),
  row('bank_transfer', 'seabank',       'SeaBank virtual account', range(null, null),            NO_REFUND,           VA_EXPIRY,                                    true,  false),
  row('bank_transfer', 'saqu',          'Saqu virtual account', range(null, null),               NO_REFUND,           VA_EXPIRY,                                    true,  false),
  row('echannel',      null,            'Mandiri bill',         range(1, 50_000_000_000),        NO_REFUND,           VA_EXPIRY,                                    true,  true,  range(null, 12)),
  // 45 days by deeplink, 180 for a linked account.
  row('gopay',         null,            'GoPay',                WALLET,                          refunds(180),        expires(15 * MINUTE, range(null, 7 * DAY)),   true,  false),
  // Midtrans's pages disagree about partial refunds of ShopeePay: asked, and answered by Midtrans.
  row('shopeepay',     null,            'ShopeePay',            WALLET,                          refunds(365),        expires(15 * MINUTE, range(null, 5 * DAY)),   true,  false),
  // 45 days when paid with GoPay, 7 with another app.
  row('qris',          'gopay',         'QRIS',                 range(1, 10_000_000),            refunds(45),         expires(15 * MINUTE, range(null, 7 * DAY)),   true,  false),
  row('qris',          'airpay shopee', 'QRIS by ShopeePay',    range(1, 10_000_000),            refunds(null),       expires(15 * MINUTE, range(null, 5 * DAY)),   true,  false),
  // 7 days, 180 for travel merchants. The customer sees 55 of the 65 seconds.
  row('ovo',           null,            'OVO',                  range(1, 99_999_999),            refunds(180, false), expires(65, null),                            true,  false),
  row('dana',          null,            'DANA',                 WALLET,                          refunds(45),         expires(15 * MINUTE, range(15 * MINUTE, DAY)), true, false),
  row('cstore',        'indomaret',     'Indomaret',            range(10_000, 5_000_000),        NO_REFUND,           STORE_EXPIRY,                                 false, true),
  row('cstore',        'alfamart',      'Alfamart',             range(1, 5_000_000),             NO_REFUND,           STORE_EXPIRY,                                 true,  false),
  row('akulaku',       null,            'Akulaku',              range(5_000, null),              refunds(180),        expires(2 * HOUR, range(null, null)),         true,  false),
  row('kredivo',       null,            'Kredivo',              range(1, null),                  refunds(14),         expires(DAY, range(null, null)),              true,  false),
] as const

function row(
  paymentType: PaymentType,
  variant: string | null,
  title: string,
  amount: Range,
  refund: Refundability | null,
  expiry: PaymentMethod['expiry'],
  idempotent: boolean,
  reversible: boolean,
  numberDigits: Range | null = null,
): PaymentMethod {
  const toldOnce = TOLD_ONCE.includes(paymentType)
  return {
    paymentType,
    variant,
    title,
    amount,
    refund,
    expiry,
    idempotent,
    toldOnce,
    foundByOrderId: !FOUND_BY_ID_ONLY.includes(paymentType),
    reversible,
    numberDigits,
  }
}

export const PAYMENT_METHODS: readonly PaymentMethod[] = ROWS

/**
 * The row for a payment, however much is known of it: without the variant, the first row of its type. Undefined for a type that Midtrans has
 * added since.
 */
export function paymentMethod(
  paymentType: string | null,
  variant: string | null = null,
): PaymentMethod | undefined {
  return (
    PAYMENT_METHODS.find((method) => method.paymentType === paymentType && method.variant === variant) ??
    PAYMENT_METHODS.find((method) => method.paymentType === paymentType)
  )
}
