import type { LedgerRefusal } from './ledger.ts'
import { refundedOf, type Transaction } from './transaction.ts'
import { viewOf } from './view.ts'
import { jakartaMinute } from './wib-time.ts'

export interface RefundAsked {
  readonly amount: number | null
  readonly key: string | null
  readonly reason: string
  readonly how: 'online' | 'offline'
}

const DAY_MS = 86_400_000

/** Why not, in the order in which Midtrans finds it out: docs/midtrans/lifecycle.md §5. `canBe` is what its status and method allow. */
export function refundRefusal(
  transaction: Transaction,
  asked: RefundAsked,
  nowMs: number,
  canBe: boolean,
): LedgerRefusal | undefined {
  const { method, refunds, state, amount: paid, settledMs } = transaction
  // The key is asked first: a repeat of the refund that completed the amount is a repeat, and not an impossible move.
  if (asked.key !== null && refunds?.some((refund) => refund.key === asked.key)) return 'duplicate_refund_key'
  // Its words are others than those of every other state that is wrong for it.
  if (state === 'capture') return 'refund_before_settlement'
  const rule = method.refund
  if (!rule || !canBe) return 'status_is_final'
  if (nowMs > settledMs + rule.windowDays(viewOf(transaction)) * DAY_MS) return 'status_is_final'
  const minute = jakartaMinute(nowMs)
  if (rule.closed && (minute >= rule.closed.fromMinute || minute < rule.closed.untilMinute))
    return 'status_is_final'
  const rest = paid - refundedOf(refunds ?? [])
  const amount = asked.amount ?? rest
  const isPartOfWhole = amount < paid && !rule.partial
  return amount > rest || amount <= 0 || isPartOfWhole ? 'refund_too_large' : undefined
}
