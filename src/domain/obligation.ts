/** What is owed for a period, and what the money of a payment means for it. */
import type { Rupiah } from './money.ts'

export const OBLIGATION_STATUSES = ['open', 'paid', 'superseded', 'ended'] as const
/** `superseded`: something else took its place. `ended`: it is asked for no more. */
export type ObligationStatus = (typeof OBLIGATION_STATUSES)[number]

export interface ObligationKnown {
  readonly status: ObligationStatus
  readonly amount: Rupiah
  /** The attempt that paid it. */
  readonly attemptId: string | null
  /** The subscription goes on: neither cancelled nor expired. */
  readonly isLive: boolean
}

export interface MoneyMoved {
  readonly attemptId: string | null
  readonly delta: Rupiah
  /** What the attempt has become by it. */
  readonly to: string
}

/**
 * `pays` the obligation · `reopens` it, because the money was taken back · `given_back`, and what was bought stays bought · `credit`: it is the customer's and belongs to no period.
 */
export type MoneyVerdict = 'pays' | 'reopens' | 'given_back' | 'credit'

/** Taken back against our will, all of it: a reversal, a void, a chargeback. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['reversed', 'cancelled', 'denied', 'charged_back'])

/**
 * Money pays an open obligation of a subscription that goes on, if it is all of it; whatever else comes is credit: for a period that was paid already, for a code that was replaced (W4), after the end (W6), or too little
 * (W9). A refund is our own decision and takes nothing away from the customer.
 */
export function judgeMoney(known: ObligationKnown, moved: MoneyMoved): MoneyVerdict {
  if (known.status === 'paid' && known.attemptId !== null && known.attemptId === moved.attemptId)
    return moved.delta < 0n && TAKEN_BACK.has(moved.to) ? 'reopens' : 'given_back'
  const isWhole = moved.delta >= known.amount
  return known.status === 'open' && known.isLive && isWhole ? 'pays' : 'credit'
}
