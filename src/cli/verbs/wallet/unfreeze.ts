import type { Call } from '../../call.ts'
import { tellWallet } from '../../tell-wallet.ts'
import { walletOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const wallet = await bayar.wallets.unfreeze(walletOf(call))
    call.out.answer({ wallet }, () => tellWallet(wallet))
  })
}
