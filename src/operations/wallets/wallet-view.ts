import { toNumber } from '../../domain/money.ts'
import type { WalletEntryKind, WalletStatus } from '../../domain/wallet.ts'
import type { WalletEntryRow, WalletRow } from '../../store/wallets.ts'

/** A wallet as people see it. */
export interface Wallet {
  readonly id: string
  readonly merchant: string
  readonly userId: string
  /** Rises with each change. */
  readonly version: number
  /** Nothing is paid from one that is frozen. */
  readonly status: WalletStatus
  readonly frozenReason: string | null
  /** Whole rupiah. */
  readonly balance: number
  /** What was taken back after it had been spent: the next credits pay it first. */
  readonly shortfall: number
  readonly currency: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One movement. */
export interface WalletEntry {
  readonly id: string
  readonly sequence: number
  readonly kind: WalletEntryKind
  /** Into the wallet when positive. */
  readonly amount: number
  readonly balanceAfter: number
  readonly shortfallAfter: number
  /** What it is of: the payment's event, the adjustment's key. */
  readonly causeId: string
  readonly note: string | null
  /** Who asked for it; `bayar` where nobody did. */
  readonly by: string
  readonly paymentId: string | null
  readonly occurredAt: Date
}

export function toWallet(row: WalletRow): Wallet {
  return {
    id: row.id,
    merchant: row.merchant,
    userId: row.user_id,
    version: row.version,
    status: row.status,
    frozenReason: row.frozen_reason,
    balance: toNumber(row.balance),
    shortfall: toNumber(row.shortfall),
    currency: row.currency,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toWalletEntry(row: WalletEntryRow): WalletEntry {
  return {
    id: row.id,
    sequence: row.sequence,
    kind: row.kind,
    amount: toNumber(row.amount),
    balanceAfter: toNumber(row.balance),
    shortfallAfter: toNumber(row.shortfall),
    causeId: row.cause_id,
    note: row.note,
    by: row.made_by,
    paymentId: row.payment_id,
    occurredAt: row.occurred_at,
  }
}
