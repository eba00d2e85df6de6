import { invalidRequest } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellWallet } from '../../tell-wallet.ts'
import { walletOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const reason = call.text('because')
  if (reason === undefined)
    throw invalidRequest([{ field: '--because', reason: 'is needed: the wallet keeps it' }])
  await withBayar(call, async (bayar) => {
    const wallet = await bayar.wallets.freeze(walletOf(call), { reason })
    call.out.answer({ wallet }, () => tellWallet(wallet))
  })
}
