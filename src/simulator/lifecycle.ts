import type { TransactionStatus } from '../gateway/wire.ts'

/**
 * What may happen to a transaction, as a table: docs/midtrans/lifecycle.md §2. Whatever is absent is refused with 412. The product has a
 * lifecycle of its own, made for a receiver who has missed half of the story; this one is what really happens.
 */
export type Family = 'virtual_account' | 'wallet'

export type Cause =
  | 'pay'
  | 'deadline'
  | 'expire'
  | 'cancel'
  | 'deny'
  | 'reverse'
  | 'fail'
  | 'refund'
  | 'approve'
  | 'capture'

export interface Move {
  readonly cause: Cause
  readonly from: readonly TransactionStatus[]
  /** A refund decides between `refund` and `partial_refund` by what is left. */
  readonly to: TransactionStatus
}

// biome-ignore format: a table is read in columns
export const LIFECYCLE: Readonly<Record<Family, readonly Move[]>> = {
  virtual_account: [
    { cause: 'pay',      from: ['pending'],                      to: 'settlement' },
    { cause: 'deadline', from: ['pending'],                      to: 'expire' },
    { cause: 'expire',   from: ['pending'],                      to: 'expire' },
    { cause: 'cancel',   from: ['pending'],                      to: 'cancel' },
    // The provider takes the money back within minutes; only by methods that are `reversible`.
    { cause: 'reverse',  from: ['settlement'],                   to: 'deny' },
    // §1 names `failure` and §2 has no row for it (unconfirmed): a receiver must be able to meet it.
    { cause: 'fail',     from: ['pending'],                      to: 'failure' },
  ],
  wallet: [
    { cause: 'pay',      from: ['pending'],                      to: 'settlement' },
    { cause: 'deadline', from: ['pending'],                      to: 'expire' },
    { cause: 'expire',   from: ['pending'],                      to: 'expire' },
    { cause: 'cancel',   from: ['pending'],                      to: 'cancel' },
    { cause: 'deny',     from: ['pending'],                      to: 'deny' },
    { cause: 'refund',   from: ['settlement', 'partial_refund'], to: 'refund' },
    { cause: 'fail',     from: ['pending'],                      to: 'failure' },
  ],
}

interface Codes {
  readonly notification: string
  /** In GET status, and in the answer of the call that caused it. */
  readonly status: string
}

/** The same thing has two codes, by where it is told: lifecycle.md §1. A receiver that switches on the code misreads one of them. */
// biome-ignore format: a table is read in columns
export const STATUS_CODES: Readonly<Record<TransactionStatus, Codes>> = {
  pending:            { notification: '201', status: '201' },
  authorize:          { notification: '200', status: '200' },
  capture:            { notification: '200', status: '200' },
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

/** Nothing was paid: the order id may be used for another transaction (protocol.md §7). After `deny` that is unconfirmed, so it is refused. */
export const FREES_ORDER_ID: ReadonlySet<TransactionStatus> = new Set(['expire', 'cancel'])
