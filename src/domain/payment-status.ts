import { type AttemptStatus, holdsMoney } from './attempt-lifecycle.ts'

/** `created`: asked for, and Midtrans has not yet spoken of any transaction. */
export type PaymentStatus = AttemptStatus | 'created'

/**
 * The payment's status folds its attempts, best first: money held, money reserved, money on its way, money given back, endings.
 * A VA that expires beside a paid QR therefore leaves the payment settled.
 */
// biome-ignore format: a table is read in columns
const RANK: Readonly<Record<PaymentStatus, number>> = {
  captured: 7, settled: 7, partially_refunded: 7, partially_charged_back: 7,
  authorized: 6,
  challenged: 5,
  pending: 4,
  created: 3,   // an open charge intent, before its first answer
  refunded: 2, charged_back: 2, reversed: 2,
  denied: 1, cancelled: 1, expired: 1, failed: 1,
}

export const PAYMENT_STATUSES = Object.keys(RANK) as readonly PaymentStatus[]

interface Foldable {
  readonly id: string
  readonly status: AttemptStatus
  readonly transactionTime: Date | null
}

/** Within a rank the newest attempt speaks: by Midtrans's own clock, so that the order in which news arrived does not matter. */
export function foldStatus(attempts: readonly Foldable[], intentIsOpen: boolean): PaymentStatus {
  let best: Foldable | undefined
  for (const attempt of attempts) {
    if (!best || compare(attempt, best) > 0) best = attempt
  }
  if (!best) return 'created'
  return intentIsOpen && RANK[best.status] < RANK.created ? 'created' : best.status
}

/** The attempt whose status the payment shows, and whose instructions a customer should see. */
export function leadingAttempt<A extends Foldable>(attempts: readonly A[]): A | undefined {
  return attempts.reduce<A | undefined>(
    (best, one) => (best && compare(one, best) <= 0 ? best : one),
    undefined,
  )
}

function compare(left: Foldable, right: Foldable): number {
  return (
    RANK[left.status] - RANK[right.status] ||
    (left.transactionTime?.getTime() ?? 0) - (right.transactionTime?.getTime() ?? 0) ||
    (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
  )
}

/** Nothing but a refund, a reversal or a chargeback can follow. A captured card may still be voided, so it is not final. */
export function isFinal(status: PaymentStatus): boolean {
  return status !== 'captured' && (RANK[status] < RANK.created || holdsMoney(status as AttemptStatus))
}
