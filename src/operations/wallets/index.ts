/** `bayar.wallets`: money of your users that you hold. Host code is staff: it may adjust and freeze. */
import { uuidv7 } from '../../domain/uuid.ts'
import type { WalletEntryKind } from '../../domain/wallet.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import { findWallet, listWalletEntries, openWallet, type WalletEntryRow } from '../../store/wallets.ts'
import type { Context } from '../context.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type AdjustedWallet, adjustWallet } from './adjust-wallet.ts'
import { auditWallets, type WalletAudit } from './audit-wallets.ts'
import { freezeWallet } from './freeze-wallet.ts'
import {
  type AdjustWalletInput,
  checkFreeze,
  type FreezeWalletInput,
  type WalletReference,
  walletName,
} from './wallet-input.ts'
import { toWallet, toWalletEntry, type Wallet, type WalletEntry } from './wallet-view.ts'

export interface Wallets {
  /** The user's wallet: made now if this is the first time that it is looked at. */
  get(user: WalletReference): Promise<Wallet>
  /** The same, but none is made. */
  find(user: WalletReference): Promise<Wallet | undefined>
  /** What moved it, the newest first. */
  entries(
    user: WalletReference,
    query?: PageAsked & { readonly kind?: WalletEntryKind; readonly descending?: boolean },
  ): Promise<Page<WalletEntry>>
  /** Moves it by hand, with a reason. */
  adjust(user: WalletReference, input: AdjustWalletInput, by?: string): Promise<AdjustedWallet>
  /** Nothing is paid from it any more. */
  freeze(user: WalletReference, input: FreezeWalletInput): Promise<Wallet>
  unfreeze(user: WalletReference): Promise<Wallet>
  /** Holds every wallet against its entries. */
  audit(progress?: (wallets: number) => Promise<void> | void): Promise<WalletAudit>
}

const HOST = 'host'

export function bindWallets(context: () => Promise<Context>, reading: () => Promise<Context>): Wallets {
  const find = async (at: Context, reference: WalletReference) => {
    const { merchant, userId } = walletName(reference, at.rules)
    return findWallet(at.database, merchant, userId)
  }
  return {
    async get(reference) {
      const at = await reading()
      const there = await find(at, reference)
      if (there) return toWallet(there)
      await openWallet(at.database, {
        ...walletName(reference, at.rules),
        id: uuidv7(),
        at: at.clock.now(),
      })
      const made = await find(at, reference)
      assert(made, 'a wallet that was made is gone')
      return toWallet(made)
    },
    async find(reference) {
      const row = await find(await reading(), reference)
      return row && toWallet(row)
    },
    async entries(reference, { kind, descending = true, ...asked } = {}) {
      const at = await reading()
      const wallet = await find(at, reference)
      if (!wallet) throw new BayarError('wallet_not_found')
      const page = await readPage(
        asked,
        (row: WalletEntryRow) => String(row.sequence),
        ({ position, isBackward, limit }) =>
          listWalletEntries(at.database, {
            walletId: wallet.id,
            ...(kind !== undefined && { kind }),
            after: readSequence(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, toWalletEntry)
    },
    async adjust(reference, input, by = HOST) {
      const at = await context()
      return adjustWallet(at, walletName(reference, at.rules), input, by)
    },
    async freeze(reference, input) {
      const at = await context()
      return freezeWallet(at, walletName(reference, at.rules), checkFreeze(input))
    },
    async unfreeze(reference) {
      const at = await context()
      return freezeWallet(at, walletName(reference, at.rules), null)
    },
    audit: async (progress) => auditWallets(await reading(), progress),
  }
}

function readSequence(position: string | null): number | null {
  if (position === null) return null
  if (!/^\d{1,9}$/.test(position))
    throw invalidRequest([{ field: 'cursor', reason: 'is not one of ours: use next or previous of a page' }])
  return Number(position)
}
