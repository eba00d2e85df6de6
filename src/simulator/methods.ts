import { invalidRequest } from '../errors.ts'
import type { PaymentType } from '../gateway/wire.ts'
import { BANK_METHODS } from './bank-methods.ts'
import { CARD_METHODS } from './card-method.ts'
import type { Family, State } from './lifecycle.ts'
import { PAYLATER_METHODS } from './paylater-methods.ts'
import { STORE_METHODS } from './store-methods.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'
import { WALLET_METHODS } from './wallet-methods.ts'

/**
 * The payment methods as rows: docs/midtrans/protocol.md §7, lifecycle.md §4–6. What two methods do differently is a column here, never a
 * branch elsewhere.
 */
export interface Method {
  /** The Snap name of the method, unique in this table. */
  readonly name: string
  readonly paymentType: PaymentType
  /** What the methods of one payment type differ by: the bank, the store, the acquirer. */
  readonly variant?: string
  /** As a person says it. */
  readonly title: string
  readonly family: Family
  /** Offered on a Snap page only: a charge of the Core API does not know it. */
  readonly snapOnly?: true
  /** Whole rupiah; a merchant's contract may say otherwise (protocol.md §7.11). Null where none is published. */
  readonly amount: AmountRange
  readonly lifetimeSeconds: number
  readonly customExpirySeconds: { readonly least: number; readonly most: number } | null
  /** Where the provider may take the money back after the settlement. */
  readonly reversible: boolean
  /** Permata VA and Indomaret ignore Idempotency-Key: a repeat is a 406. */
  readonly takesIdempotencyKey: boolean
  /** Lenders want to see what is bought, and by whom. */
  readonly wantsBasket?: true
  readonly refund: RefundRule | null
  /** Charge answers and notifications of these states carry `expiry_time`; the recorded ones differ by method. */
  readonly tellsExpiry: {
    readonly charge: ReadonlySet<State>
    readonly notification: ReadonlySet<State>
    readonly status: ReadonlySet<State>
  }
  /** The deadline as told, where it is not the one that the simulator keeps. */
  readonly toldExpiryMs?: (view: View) => number
  /** States in which `fraud_status` is absent. */
  readonly hidesFraudIn?: ReadonlySet<State>
  /** The ids of DANA and BSI are no UUIDs. */
  readonly writesId?: (uuid: string, createdMs: number) => string
  /** GET status, cancel and refund know a transaction of it by its own id only, and call that its order id. */
  readonly byTransactionIdOnly?: true
  /** What is added to the address that the customer comes back to, where that is documented. */
  readonly comesBackWith?: (one: Transaction) => Readonly<Record<string, string>>
  readonly chargeMessage: string | ((view: View) => string)
  /** The number a customer types in at the bank or says at the counter; undefined for methods without one. */
  readonly number?: AccountNumber
  /** What the charge answer shows of this method. `origin` is where this Midtrans was reached. */
  readonly chargeFields: (view: View, origin: string) => Record<string, unknown>
  /** What cancel answers, GET status and notifications show of it. */
  readonly fields: (view: View) => Record<string, unknown>
}

export interface AmountRange {
  readonly least: number
  readonly most: number | null
}

/** `company` and the digits after it. No company's digits begin another's, so a number belongs to one bank. */
export interface AccountNumber {
  readonly company: string
  /** Typed before the number where the two are separate, as at Mandiri; else the number begins with the company's digits. */
  readonly separate?: boolean
  /** A custom number is filled with leading zeros up to `least` and cut after `most`. */
  readonly least: number
  readonly most: number
  /** Digits of a number nobody asked for; more, up to `most`, when those are nearly used up. */
  readonly drawn: number
  /** Where the charge request asks for a number; a counter's code cannot be wished for. */
  readonly asked?: { readonly part: string; readonly field: string }
}

export interface RefundRule {
  readonly partial: boolean
  /** Days after the settlement. */
  readonly windowDays: (view: View) => number
  /** From when until when, in minutes of the Jakarta day, no refund is taken. */
  readonly closed?: { readonly fromMinute: number; readonly untilMinute: number }
  /** After how long the bank confirms, with a second notification; 0: at once, in the first. */
  readonly confirmedAfterSeconds: number
}

export const METHODS: readonly Method[] = [
  ...CARD_METHODS,
  ...BANK_METHODS,
  ...STORE_METHODS,
  ...WALLET_METHODS,
  ...PAYLATER_METHODS,
]

/** Where a charge says which of a payment type's methods it means. */
export const VARIANT_FIELDS: Readonly<
  Partial<Record<PaymentType, { readonly field: string; readonly otherwise?: string }>>
> = {
  bank_transfer: { field: 'bank' },
  cstore: { field: 'store' },
  qris: { field: 'acquirer', otherwise: 'gopay' },
}

export function readMethods(names: readonly string[]): ReadonlySet<string> {
  return readNames('disabled_methods', names, METHODS)
}

/** Those with virtual accounts. */
export function readBanks(names: readonly string[]): ReadonlySet<string> {
  const banks = METHODS.filter((one) => one.paymentType === 'bank_transfer' && !one.snapOnly)
  return readNames('reusable_accounts', names, banks)
}

function readNames(field: string, names: readonly string[], known: readonly Method[]): ReadonlySet<string> {
  const unknown = names.find((name) => !known.some((method) => method.name === name))
  if (unknown !== undefined)
    throw invalidRequest([
      { field, reason: `“${unknown}” is none of ${known.map((method) => method.name).join(', ')}` },
    ])
  return new Set(names)
}
