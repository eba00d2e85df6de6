import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'
import type { Detail, Refund, Transaction } from './transaction.ts'

/** What a transaction was at an instant: a retried notification tells the same as the first, whatever happened since. */
export interface View {
  readonly transaction: Transaction
  readonly status: TransactionStatus
  readonly fraud: FraudStatus | null
  /** A capture may be of less than was reserved. */
  readonly amount: number
  readonly detail: Detail | null
  readonly refunds: readonly Refund[] | null
}

export function viewOf(transaction: Transaction): View {
  const { status, fraud, amount, detail, refunds } = transaction
  return { transaction, status, fraud, amount, detail, refunds }
}

/** 0 for a view from before the settlement, also when the settlement has happened since. */
export function settledMsIn({ transaction, status }: View): number {
  return BEFORE_SETTLEMENT.has(status) ? 0 : transaction.settledMs
}

const BEFORE_SETTLEMENT: ReadonlySet<TransactionStatus> = new Set(['pending', 'authorize', 'capture'])
