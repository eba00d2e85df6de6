import type { PaymentType } from '../gateway/wire.ts'
import type { Family } from './lifecycle.ts'
import type { Transaction } from './transaction.ts'
import { toWib } from './wib-time.ts'

/**
 * The payment methods as rows: docs/midtrans/protocol.md §7.2 and §7.3, lifecycle.md §4 and §6. What two methods do differently is a
 * column here, never a branch elsewhere.
 */
export interface Method {
  /** The Snap name of the method, unique in this table. */
  readonly name: string
  readonly paymentType: PaymentType
  /** `bank_transfer.bank`, for the methods that share a payment type. */
  readonly bank?: string
  /** As a person says it. */
  readonly title: string
  readonly family: Family
  readonly lifetimeSeconds: number
  readonly customExpirySeconds: { readonly least: number; readonly most: number } | null
  /** Where the provider may take the money back after the settlement. */
  readonly reversible: boolean
  /** Permata VA ignores Idempotency-Key: a repeat is a 406. */
  readonly takesIdempotencyKey: boolean
  /** Newer notifications carry `expiry_time`; of the recorded ones, only those of BCA. */
  readonly tellsExpiry: boolean
  readonly chargeMessage: string
  /** The number a customer types in at the bank; undefined for methods without one. */
  readonly number?: AccountNumber
  /** What the charge answer shows of this method. */
  readonly chargeFields: (transaction: Transaction) => Record<string, unknown>
  /** What cancel answers, GET status and notifications show of it. `settledMs` is 0 where the document tells of a time before. */
  readonly fields: (transaction: Transaction, settledMs: number) => Record<string, unknown>
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
  /** Where the charge request asks for a number. */
  readonly asked: { readonly part: string; readonly field: string }
}

const DAY = 86_400
const VA_EXPIRY = { least: 20, most: 180 * DAY }

const vaAsked = { part: 'bank_transfer', field: 'va_number' }

const virtualAccount = {
  paymentType: 'bank_transfer',
  family: 'virtual_account',
  lifetimeSeconds: DAY,
  customExpirySeconds: VA_EXPIRY,
  reversible: false,
  takesIdempotencyKey: true,
  tellsExpiry: false,
  chargeMessage: 'Success, Bank Transfer transaction is created',
  chargeFields: ({ method, number }) => ({ va_numbers: [{ bank: method.bank, va_number: number }] }),
  // The recorded documents turn the two fields around here.
  fields: ({ method, number }) => ({
    va_numbers: [{ va_number: number, bank: method.bank }],
    payment_amounts: [],
  }),
} as const satisfies Partial<Method>

const permataNumber = ({ number }: Transaction) => ({ permata_va_number: number })

export const METHODS: readonly Method[] = [
  {
    ...virtualAccount,
    name: 'bca_va',
    bank: 'bca',
    title: 'BCA Virtual Account',
    tellsExpiry: true,
    number: { company: '39001', least: 6, most: 18, drawn: 6, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'bni_va',
    bank: 'bni',
    title: 'BNI Virtual Account',
    number: { company: '8808', least: 12, most: 12, drawn: 12, asked: vaAsked },
    // The only bank that fills `payment_amounts`.
    fields: (transaction, settledMs) => ({
      ...virtualAccount.fields(transaction),
      payment_amounts: settledMs
        ? [{ paid_at: toWib(settledMs - 1000), amount: `${transaction.amount}.00` }]
        : [],
    }),
  },
  {
    ...virtualAccount,
    name: 'bri_va',
    bank: 'bri',
    title: 'BRI Virtual Account',
    number: { company: '26215', least: 13, most: 13, drawn: 13, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'cimb_va',
    bank: 'cimb',
    title: 'CIMB Niaga Virtual Account',
    number: { company: '5919', least: 12, most: 12, drawn: 12, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'permata_va',
    bank: 'permata',
    title: 'Permata Virtual Account',
    reversible: true,
    takesIdempotencyKey: false,
    chargeMessage: 'Success, PERMATA VA transaction is successful',
    number: { company: '8562', least: 12, most: 12, drawn: 12, asked: vaAsked },
    chargeFields: permataNumber,
    fields: permataNumber,
  },
  {
    ...virtualAccount,
    name: 'mandiri_bill',
    paymentType: 'echannel',
    title: 'Mandiri Bill',
    reversible: true,
    chargeMessage: 'OK, Mandiri Bill transaction is successful',
    number: {
      company: '70012',
      separate: true,
      least: 1,
      most: 12,
      drawn: 12,
      asked: { part: 'echannel', field: 'bill_key' },
    },
    chargeFields: ({ method, number }) => ({ bill_key: number, biller_code: method.number?.company }),
    fields: ({ method, number }) => ({ biller_code: method.number?.company, bill_key: number }),
  },
]
