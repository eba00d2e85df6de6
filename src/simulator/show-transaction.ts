import type { FraudStatus, PaymentType, TransactionStatus } from '../gateway/wire.ts'
import type { Cause } from './lifecycle.ts'
import { historyOf, refundedOf, type Transaction } from './transaction.ts'
import type { World } from './world.ts'

/** A transaction as it is now. */
export interface SimulatedTransaction {
  readonly transactionId: string
  readonly orderId: string
  readonly paymentType: PaymentType
  readonly bank: string | null
  readonly method: string
  readonly status: TransactionStatus
  readonly fraudStatus: FraudStatus | null
  readonly grossAmount: number
  readonly vaNumber: string | null
  readonly billerCode: string | null
  readonly billKey: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly settledAt: Date | null
  readonly refundAmount: number
  readonly history: readonly {
    readonly status: TransactionStatus
    readonly at: Date
    readonly cause: Cause | 'charge'
  }[]
  /** What could happen to it now. */
  readonly possible: readonly Cause[]
}

export function showTransaction(world: World, transaction: Transaction): SimulatedTransaction {
  const { method, number } = transaction
  const isBill = method.number?.separate === true
  return {
    transactionId: transaction.id,
    orderId: transaction.orderId,
    paymentType: method.paymentType,
    bank: method.bank ?? null,
    method: method.title,
    status: transaction.status,
    fraudStatus: transaction.fraud,
    grossAmount: transaction.amount,
    vaNumber: isBill || !number ? null : number,
    billerCode: isBill ? (method.number?.company ?? null) : null,
    billKey: isBill ? number : null,
    createdAt: new Date(transaction.createdMs),
    expiresAt: new Date(transaction.expiresMs),
    settledAt: transaction.settledMs ? new Date(transaction.settledMs) : null,
    refundAmount: refundedOf(transaction.refunds ?? []),
    history: historyOf(transaction).map(({ status, at, cause }) => ({
      status,
      at: new Date(at * 1000),
      cause,
    })),
    possible: world.ledger.legalCauses(transaction).filter((cause) => cause !== 'deadline'),
  }
}
