import type { WalletEntryKind } from '../../../domain/wallet.ts'
import type { Call } from '../../call.ts'
import { pagesOf } from '../../pages.ts'
import { tellEntries } from '../../tell-wallet.ts'
import { walletOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const kind = call.text('kind') as WalletEntryKind | undefined
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) =>
      bayar.wallets.entries(walletOf(call), { ...(kind !== undefined && { kind }), ...page }),
    )
    call.out.answer(found, () => tellEntries(found.results))
  })
}
