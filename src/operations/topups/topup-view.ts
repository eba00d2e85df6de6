import { toNumber } from '../../domain/money.ts'
import type { TopupStatus } from '../../domain/topup.ts'
import type { TopupRow } from '../../store/topups.ts'

/** A top-up as people see it. How to pay it is its payment's. */
export interface Topup {
  readonly id: string
  readonly merchant: string
  readonly userId: string
  /** Of its payment. */
  readonly orderId: string
  readonly status: TopupStatus
  readonly version: number
  /** Whole rupiah. */
  readonly amount: number
  /** What of it has come, less what went back. */
  readonly receivedAmount: number
  readonly paymentType: string
  readonly bank: string | null
  readonly currency: string
  readonly paidAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toTopup(row: TopupRow): Topup {
  return {
    id: row.id,
    merchant: row.merchant,
    userId: row.user_id,
    orderId: row.order_id,
    status: row.status,
    version: row.version,
    amount: toNumber(row.amount),
    receivedAmount: toNumber(row.received_amount),
    paymentType: row.payment_type,
    bank: row.bank,
    currency: row.currency,
    paidAt: row.succeeded_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
