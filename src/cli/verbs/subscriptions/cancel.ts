import type { Call } from '../../call.ts'
import { tellSubscription } from '../../tell-subscription.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const reason = call.text('because')
  const input = {
    ...(call.has('at-period-end') && { atPeriodEnd: true }),
    ...(reason !== undefined && { reason }),
  }
  await withBayar(call, async (bayar) => {
    const subscription = await bayar.subscriptions.cancel(call.argument!, input, whoAsks())
    call.out.answer({ subscription }, () => tellSubscription(subscription))
  })
}
