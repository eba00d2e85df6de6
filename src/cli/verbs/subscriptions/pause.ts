import type { Call } from '../../call.ts'
import { tellSubscription } from '../../tell-subscription.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const subscription = await bayar.subscriptions.pause(call.argument!, whoAsks())
    call.out.answer({ subscription }, () => tellSubscription(subscription))
  })
}
