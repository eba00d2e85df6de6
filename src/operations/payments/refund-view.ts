import { toNumber } from '../../domain/money.ts'
import type { RefundOrigin, RefundStatus } from '../../domain/payment.ts'
import type { RefundRow } from '../../store/refunds.ts'

/** Money given back, or on its way. */
export interface Refund {
  readonly id: string
  readonly transactionId: string
  /** Midtrans's name for it, too, unless it went into a wallet. */
  readonly refundKey: string | null
  readonly amount: number
  /** `reserved`: asked for, and Midtrans has not said clearly that it is done; it is being asked. `given`: it is in the user's wallet. */
  readonly status: RefundStatus
  /** `gateway`: made in Midtrans's dashboard; `unlisted`: known only by the total; `wallet`: not by Midtrans at all. */
  readonly origin: RefundOrigin
  readonly reason: string | null
  readonly chargebackId: string | null
  readonly chargebackUuid: string | null
  /** When the customer's bank confirmed it. */
  readonly bankConfirmedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toRefundView(row: RefundRow): Refund {
  return {
    id: row.id,
    transactionId: row.transaction_id,
    refundKey: row.refund_key ?? row.wallet_key,
    amount: toNumber(row.amount),
    status: row.status,
    origin: row.origin,
    reason: row.reason,
    chargebackId: row.chargeback_id,
    chargebackUuid: row.chargeback_uuid,
    bankConfirmedAt: row.bank_confirmed_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
