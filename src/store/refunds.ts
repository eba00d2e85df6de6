import type { RefundOrigin, RefundStatus } from '../domain/payment.ts'
import type { Queryable } from './database.ts'

export interface NewRefund {
  readonly id: string
  readonly paymentId: string
  readonly transactionId: string
  readonly key: string
  readonly amount: bigint
  readonly reason: string | null
  readonly intentId: string
  readonly at: Date
}

/**
 * Sets the amount aside before Midtrans is asked, so that a second refund of the same moment finds it taken (defect D17). The payment's lock is held; the database refuses one
 * that goes beyond what was received.
 */
export async function reserveRefund(tx: Queryable, refund: NewRefund): Promise<void> {
  await tx.query(
    `insert into bayar.refunds (id, payment_id, transaction_id, refund_key, amount, status, origin, reason, intent_id, created_at, updated_at)
     values ($1, $2, $3, $4, $5, 'reserved', 'bayar', $6, $7, $8, $8)`,
    [
      refund.id,
      refund.paymentId,
      refund.transactionId,
      refund.key,
      refund.amount,
      refund.reason,
      refund.intentId,
      refund.at,
    ],
  )
}

/** It went into the user's wallet: done, in this transaction. The database refuses one that goes beyond what was received. */
export async function insertGivenRefund(tx: Queryable, refund: Omit<NewRefund, 'intentId'>): Promise<void> {
  await tx.query(
    `insert into bayar.refunds (id, payment_id, transaction_id, wallet_key, amount, status, origin, reason, created_at, updated_at)
     values ($1, $2, $3, $4, $5, 'given', 'wallet', $6, $7, $7)`,
    [refund.id, refund.paymentId, refund.transactionId, refund.key, refund.amount, refund.reason, refund.at],
  )
}

export async function findRefundByWalletKey(
  tx: Queryable,
  paymentId: string,
  key: string,
): Promise<RefundRow | undefined> {
  const { rows } = await tx.query<RefundRow>(
    'select * from bayar.refunds where payment_id = $1 and wallet_key = $2',
    [paymentId, key],
  )
  return rows[0]
}

/** The reservation ends and its amount can be asked again. What Midtrans has confirmed meanwhile stays as it is. */
export async function releaseRefund(
  tx: Queryable,
  intentId: string,
  status: 'refused' | 'abandoned',
  at: Date,
): Promise<void> {
  await tx.query(
    `update bayar.refunds set status = $2, updated_at = $3 where intent_id = $1 and status = 'reserved'`,
    [intentId, status, at],
  )
}

export interface RefundRow {
  readonly id: string
  readonly payment_id: string
  readonly transaction_id: string
  readonly refund_key: string | null
  readonly chargeback_uuid: string | null
  readonly chargeback_id: string | null
  readonly amount: bigint
  readonly status: RefundStatus
  readonly origin: RefundOrigin
  readonly reason: string | null
  readonly intent_id: string | null
  /** Of one that went into a wallet: the name that its asker gave it. */
  readonly wallet_key: string | null
  readonly bank_confirmed_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

export async function readRefunds(database: Queryable, paymentId: string): Promise<readonly RefundRow[]> {
  const { rows } = await database.query<RefundRow>(
    'select * from bayar.refunds where payment_id = $1 order by id',
    [paymentId],
  )
  return rows
}

export async function findRefundOfIntent(
  database: Queryable,
  intentId: string,
): Promise<RefundRow | undefined> {
  const { rows } = await database.query<RefundRow>('select * from bayar.refunds where intent_id = $1', [
    intentId,
  ])
  return rows[0]
}

/** By the name that its asker gave it. */
export async function findRefundByKey(
  database: Queryable,
  paymentId: string,
  key: string,
): Promise<RefundRow | undefined> {
  const { rows } = await database.query<RefundRow>(
    'select * from bayar.refunds where payment_id = $1 and refund_key = $2 order by id limit 1',
    [paymentId, key],
  )
  return rows[0]
}
