/** A frozen wallet takes money and gives none. */
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import { lockWallet, updateWalletStatus, type WalletRow } from '../../store/wallets.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'
import type { WalletName } from './wallet-input.ts'
import { toWallet, type Wallet } from './wallet-view.ts'

/** null unfreezes it. What it is already, it stays. */
export async function freezeWallet(
  context: Context,
  { merchant, userId }: WalletName,
  reason: string | null,
): Promise<Wallet> {
  context.handlers.assertComplete()
  const after = await context.database.transaction(async (tx) => {
    const wallet = await lockWallet(tx, merchant, userId)
    if (!wallet) throw new BayarError('wallet_not_found')
    const status = reason === null ? ('active' as const) : ('frozen' as const)
    if (wallet.status === status) return wallet
    const changed: WalletRow = {
      ...wallet,
      status,
      frozen_reason: reason,
      version: wallet.version + 1,
      updated_at: context.clock.now(),
    }
    await updateWalletStatus(tx, changed)
    const row = {
      id: uuidv7(),
      subjectId: wallet.id,
      sequence: changed.version,
      type: null,
      previous: wallet.status,
      status,
      paymentId: null,
      notificationId: null,
      source: 'person',
      document: null,
    }
    await tell(context, tx, [row])
    return changed
  })
  return toWallet(after)
}
