/** A wallet as a person reads it in a terminal. Times are Jakarta's. */
import type { Wallet, WalletEntry } from '../operations/wallets/wallet-view.ts'
import { facts, rupiah, table } from './output.ts'

export function tellWallet(wallet: Wallet): string {
  return facts([
    ['user', wallet.userId],
    ['id', wallet.id],
    ['status', wallet.status],
    ['because', wallet.frozenReason],
    ['balance', rupiah(wallet.balance)],
    ['missing', wallet.shortfall === 0 ? null : rupiah(wallet.shortfall)],
    ['made', wallet.createdAt],
    ['moved', wallet.updatedAt],
  ])
}

export function tellEntries(entries: readonly WalletEntry[]): string {
  if (entries.length === 0) return 'Nothing has moved it.'
  return table(
    ['#', 'when', 'kind', 'amount', 'balance', 'by', 'note'],
    entries.map((one) => [
      one.sequence,
      one.occurredAt,
      one.kind,
      rupiah(one.amount),
      rupiah(one.balanceAfter),
      one.by,
      one.note,
    ]),
  )
}
