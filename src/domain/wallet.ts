/**
 * What moves a wallet, and by how much. The balance is the sum of the entries, and never below zero: what Midtrans takes back after it was spent becomes a shortfall, which the next credits pay first.
 */
import type { Rupiah } from './money.ts'

export const WALLET_STATUSES = ['active', 'frozen'] as const
export type WalletStatus = (typeof WALLET_STATUSES)[number]

/** What an entry can be of. */
// biome-ignore format: a table is read in columns
export const WALLET_ENTRY_KINDS = {
  top_up:          'A top-up was paid.',
  top_up_returned: 'Money of a top-up was given or taken back.',
  refund:          'A payment was given back to the wallet.',
  adjustment:      'Staff moved it, and said why.',
  obligation:      'A period of a subscription was paid from it.',
  attempt:         'Money came for a period that was paid already, or is over.',
  plan_change:     'What was left of a period when its plan changed.',
  shortfall:       'Of a credit: what was missing from before.',
} as const

export type WalletEntryKind = keyof typeof WALLET_ENTRY_KINDS
/** A shortfall is paid by the credit of another cause. */
export type WalletCauseKind = Exclude<WalletEntryKind, 'shortfall'>

export interface WalletMoney {
  readonly balance: Rupiah
  readonly shortfall: Rupiah
}

/** One entry: what it changes, and what is there after it. */
export interface Movement extends WalletMoney {
  readonly amount: Rupiah
  readonly owed: Rupiah
}

/** Two movements where something was missing: the customer sees what came, and what of it is gone. */
export function credit(wallet: WalletMoney, amount: Rupiah): readonly Movement[] {
  const paid = amount < wallet.shortfall ? amount : wallet.shortfall
  const came = { amount, balance: wallet.balance + amount, owed: 0n, shortfall: wallet.shortfall }
  if (paid === 0n) return [came]
  return [
    came,
    { amount: -paid, balance: came.balance - paid, owed: -paid, shortfall: wallet.shortfall - paid },
  ]
}

/** null when there is not enough. */
export function debit(wallet: WalletMoney, amount: Rupiah): readonly Movement[] | null {
  if (amount > wallet.balance) return null
  return [{ amount: -amount, balance: wallet.balance - amount, owed: 0n, shortfall: wallet.shortfall }]
}

/** What was taken back is gone, whether it is there or not. */
export function takeBack(wallet: WalletMoney, amount: Rupiah): readonly Movement[] {
  const taken = amount < wallet.balance ? amount : wallet.balance
  const owed = amount - taken
  return [{ amount: -taken, balance: wallet.balance - taken, owed, shortfall: wallet.shortfall + owed }]
}
