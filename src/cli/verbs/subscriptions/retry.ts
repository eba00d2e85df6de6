import type { Call } from '../../call.ts'
import type { ExitName } from '../../exit-codes.ts'
import { answerToBePaid } from '../../tell-subscription.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<ExitName | undefined> {
  return withBayar(call, async (bayar) =>
    answerToBePaid(call.out, await bayar.subscriptions.pay(call.argument!, undefined, whoAsks())),
  )
}
