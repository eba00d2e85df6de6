import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'

/**
 * What may happen to a transaction, as a table: docs/midtrans/lifecycle.md §2. Whatever is absent is refused with 412. The product has a
 * lifecycle of its own, made for a receiver who has missed half of the story; this one is what really happens.
 */
export type Family = 'card' | 'over_the_counter' | 'wallet' | 'paylater'

export type Cause =
  // the customer, the bank, the wallet
  | 'pay'
  | 'refuse'
  | 'reverse'
  | 'fail'
  | 'chargeback'
  | 'partial_chargeback'
  // the clock; some also by hand
  | 'deadline'
  | 'settle'
  | 'release'
  | 'close'
  // the merchant
  | 'expire'
  | 'cancel'
  | 'approve'
  | 'deny'
  | 'capture'
  | 'refund'

/** A capture under challenge is no capture: what may happen to it is another list. */
export type State = TransactionStatus | 'challenge'

export interface Move {
  readonly cause: Cause
  readonly from: readonly State[]
  /** A refund decides between `refund` and `partial_refund` by what is left; the bank, between what a card can become. */
  readonly to: State
  /** The verdict of the fraud engine from then on, where it changes. */
  readonly fraud?: FraudStatus
}

// biome-ignore format: a table is read in columns
const WAITING: readonly Move[] = [
  { cause: 'deadline',           from: ['pending'],                      to: 'expire' },
  { cause: 'expire',             from: ['pending'],                      to: 'expire' },
  { cause: 'cancel',             from: ['pending'],                      to: 'cancel' },
  // §1 names `failure` and §2 has no row for it (unconfirmed): a receiver must be able to meet it.
  { cause: 'fail',               from: ['pending'],                      to: 'failure' },
]

// biome-ignore format: a table is read in columns
const REFUNDABLE: readonly Move[] = [
  { cause: 'refund',             from: ['settlement', 'partial_refund'], to: 'refund' },
]

// biome-ignore format: a table is read in columns
export const LIFECYCLE: Readonly<Record<Family, readonly Move[]>> = {
  card: [
    // 3DS passed; the bank and the fraud engine have the last word.
    { cause: 'pay',                from: ['pending'],                         to: 'capture' },
    { cause: 'refuse',             from: ['pending', 'authorize'],            to: 'deny' },
    { cause: 'approve',            from: ['challenge'],                       to: 'capture', fraud: 'accept' },
    { cause: 'deny',               from: ['challenge'],                       to: 'deny',    fraud: 'deny' },
    { cause: 'capture',            from: ['authorize'],                       to: 'capture' },
    { cause: 'settle',             from: ['capture'],                         to: 'settlement' },
    { cause: 'cancel',             from: ['capture', 'challenge', 'authorize'], to: 'cancel' },
    // Nobody decided before the settlement run.
    { cause: 'close',              from: ['challenge'],                       to: 'cancel' },
    { cause: 'release',            from: ['authorize'],                       to: 'expire' },
    ...REFUNDABLE,
    { cause: 'chargeback',         from: ['settlement', 'partial_chargeback'], to: 'chargeback' },
    { cause: 'partial_chargeback', from: ['settlement'],                      to: 'partial_chargeback' },
    ...WAITING,
  ],
  over_the_counter: [
    { cause: 'pay',                from: ['pending'],                         to: 'settlement' },
    // The provider takes the money back within minutes; only by methods that are `reversible`.
    { cause: 'reverse',            from: ['settlement'],                      to: 'deny' },
    ...WAITING,
  ],
  wallet: [
    { cause: 'pay',                from: ['pending'],                         to: 'settlement' },
    { cause: 'refuse',             from: ['pending'],                         to: 'deny' },
    // GoPay with `pre_auth`.
    { cause: 'capture',            from: ['authorize'],                       to: 'settlement' },
    { cause: 'cancel',             from: ['authorize'],                       to: 'cancel' },
    { cause: 'release',            from: ['authorize'],                       to: 'expire' },
    ...REFUNDABLE,
    ...WAITING,
  ],
  paylater: [
    { cause: 'pay',                from: ['pending'],                         to: 'settlement' },
    { cause: 'refuse',             from: ['pending'],                         to: 'deny' },
    ...REFUNDABLE,
    ...WAITING,
  ],
}

interface Codes {
  readonly notification: string
  /** In GET status, and in the answer of the call that caused it. */
  readonly status: string
}

/** The same thing has two codes, by where it is told: lifecycle.md §1. A receiver that switches on the code misreads one of them. */
// biome-ignore format: a table is read in columns
export const STATUS_CODES: Readonly<Record<State, Codes>> = {
  pending:            { notification: '201', status: '201' },
  authorize:          { notification: '200', status: '200' },
  capture:            { notification: '200', status: '200' },
  challenge:          { notification: '201', status: '201' },
  settlement:         { notification: '200', status: '200' },
  deny:               { notification: '202', status: '202' },
  cancel:             { notification: '202', status: '200' },
  expire:             { notification: '202', status: '407' },
  failure:            { notification: '202', status: '202' },
  refund:             { notification: '200', status: '200' },
  partial_refund:     { notification: '200', status: '200' },
  chargeback:         { notification: '200', status: '200' },
  partial_chargeback: { notification: '200', status: '200' },
}

export function stateOf(one: {
  readonly status: TransactionStatus
  readonly fraud: FraudStatus | null
}): State {
  return one.status === 'capture' && one.fraud === 'challenge' ? 'challenge' : one.status
}

/** Nothing was paid: the order id may be used for another transaction (protocol.md §7). After `deny` that is unconfirmed, so it is refused. */
export const FREES_ORDER_ID: ReadonlySet<State> = new Set(['expire', 'cancel'])

/** A customer on a Snap page tries again under the same order id, until something is paid. */
export const OPEN_FOR_ANOTHER: ReadonlySet<State> = new Set([
  'pending',
  'expire',
  'cancel',
  'deny',
  'failure',
])
