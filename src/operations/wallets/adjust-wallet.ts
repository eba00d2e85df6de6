/** Staff move a wallet by hand, and say why. */
import { randomKey } from '../../domain/uuid.ts'
import type { Context } from '../context.ts'
import { creditWallet, debitWallet } from './move-wallet.ts'
import { type AdjustWalletInput, checkAdjustment, type WalletName } from './wallet-input.ts'
import { toWallet, toWalletEntry, type Wallet, type WalletEntry } from './wallet-view.ts'

export interface AdjustedWallet {
  readonly wallet: Wallet
  readonly entry: WalletEntry
  /** False when it had been made before under its key. */
  readonly created: boolean
}

export async function adjustWallet(
  context: Context,
  name: WalletName,
  input: AdjustWalletInput,
  by: string,
): Promise<AdjustedWallet> {
  const { amount, reason, key } = checkAdjustment(input)
  context.handlers.assertComplete()
  const move = {
    ...name,
    amount: amount < 0n ? -amount : amount,
    cause: { kind: 'adjustment' as const, id: key ?? randomKey() },
    note: reason,
    by,
  }
  const moved = await context.database.transaction((tx) =>
    // Of a frozen wallet, too: somebody has to be able to put it right.
    amount > 0n ? creditWallet(context, tx, move) : debitWallet(context, tx, move, { evenIfFrozen: true }),
  )
  context.wake()
  return { wallet: toWallet(moved.wallet), entry: toWalletEntry(moved.entry), created: moved.created }
}
