import type { FraudStatus, PaymentType, TransactionStatus } from '../gateway/wire.ts'
import type { Cause } from './lifecycle.ts'
import { historyOf, refundedOf, type Transaction } from './transaction.ts'
import { viewOf } from './view.ts'
import { qrTextOf } from './wallet-methods.ts'
import type { World } from './world.ts'

/** A transaction as it is now. */
export interface SimulatedTransaction {
  readonly transactionId: string
  readonly orderId: string
  readonly paymentType: PaymentType
  readonly bank: string | null
  readonly method: string
  /** As Snap names it. */
  readonly methodName: string
  readonly status: TransactionStatus
  readonly fraudStatus: FraudStatus | null
  readonly grossAmount: number
  readonly vaNumber: string | null
  readonly billerCode: string | null
  readonly billKey: string | null
  readonly store: string | null
  readonly paymentCode: string | null
  readonly acquirer: string | null
  /** What a QR for it says, where it can be paid by one. */
  readonly qrString: string | null
  readonly maskedCard: string | null
  /** In the address of the page where its customer pays. */
  readonly pageId: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly settledAt: Date | null
  readonly refundAmount: number
  readonly refunds: readonly {
    readonly key: string | null
    readonly amount: number
    readonly reason: string
    readonly bankConfirmed: boolean
  }[]
  readonly history: readonly {
    readonly status: TransactionStatus
    readonly at: Date
    readonly cause: Cause | 'charge'
  }[]
  /** What could happen to it now. */
  readonly possible: readonly Cause[]
}

export function showTransaction(world: World, transaction: Transaction): SimulatedTransaction {
  const { method, number, detail } = transaction
  const variantOf = (paymentType: PaymentType) =>
    method.paymentType === paymentType ? (method.variant ?? null) : null
  const numberOf = (paymentType: PaymentType) => (method.paymentType === paymentType ? number : null)
  const isBill = method.number?.separate === true
  const hasQr = method.paymentType === 'qris' || (method.name === 'gopay' && !detail?.linked)
  return {
    transactionId: transaction.id,
    orderId: transaction.orderId,
    paymentType: method.paymentType,
    bank: detail?.card?.bank ?? variantOf('bank_transfer'),
    method: method.title,
    methodName: method.name,
    status: transaction.status,
    fraudStatus: transaction.fraud,
    grossAmount: transaction.amount,
    vaNumber: numberOf('bank_transfer'),
    billerCode: isBill ? (method.number?.company ?? null) : null,
    billKey: isBill ? number : null,
    store: variantOf('cstore'),
    paymentCode: numberOf('cstore'),
    acquirer: variantOf('qris'),
    qrString: hasQr ? qrTextOf(viewOf(transaction)) : null,
    maskedCard: detail?.card?.masked ?? null,
    pageId: transaction.pageId,
    createdAt: new Date(transaction.createdMs),
    expiresAt: new Date(transaction.expiresMs),
    settledAt: transaction.settledMs ? new Date(transaction.settledMs) : null,
    refundAmount: refundedOf(transaction.refunds ?? []),
    refunds: (transaction.refunds ?? []).map(({ key, amount, reason, bankConfirmedMs }) => ({
      key,
      amount,
      reason,
      bankConfirmed: bankConfirmedMs > 0,
    })),
    history: historyOf(transaction).map(({ status, at, cause }) => ({
      status,
      at: new Date(at * 1000),
      cause,
    })),
    possible: world.ledger.legalCauses(transaction).filter((cause) => cause !== 'deadline'),
  }
}
