import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellEntries, tellWallet } from '../../tell-wallet.ts'
import { walletOf, withBayar } from '../../with-bayar.ts'

const ENTRIES = 10

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const user = walletOf(call)
    const wallet = await bayar.wallets.find(user)
    if (!wallet) throw new BayarError('wallet_not_found', `${user.userId}.`)
    const { results: entries } = await bayar.wallets.entries(user, { limit: ENTRIES })
    call.out.answer({ wallet, entries }, () => `${tellWallet(wallet)}\n\n${tellEntries(entries)}`)
  })
}
