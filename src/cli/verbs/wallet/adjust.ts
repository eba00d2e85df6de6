import { invalidRequest } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellEntries, tellWallet } from '../../tell-wallet.ts'
import { walletOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [credit, debit, reason, key] = [
    call.whole('credit'),
    call.whole('debit'),
    call.text('because'),
    call.text('key'),
  ]
  if ((credit === undefined) === (debit === undefined))
    throw invalidRequest([
      { field: '--credit', reason: 'or --debit must say how much, and one of them only' },
    ])
  if (reason === undefined)
    throw invalidRequest([{ field: '--because', reason: 'is needed: the entry keeps it' }])
  await withBayar(call, async (bayar) => {
    const input = { amount: credit ?? -debit!, reason, ...(key !== undefined && { key }) }
    const adjusted = await bayar.wallets.adjust(walletOf(call), input, whoAsks())
    call.out.answer(adjusted, () => `${tellEntries([adjusted.entry])}\n\n${tellWallet(adjusted.wallet)}`)
  })
}
