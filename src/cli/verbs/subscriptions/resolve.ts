import type { SubscriptionResolution } from '../../../operations/subscriptions/index.ts'
import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { tellSubscription } from '../../tell-subscription.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const midtransSubscriptionId = call.text('midtrans-id')
  const said: SubscriptionResolution[] = [
    ...(midtransSubscriptionId === undefined ? [] : [{ midtransSubscriptionId }]),
    ...(call.has('never-made') ? [{ neverMade: true } as const] : []),
    ...(call.has('dismiss') ? [{ dismiss: true } as const] : []),
  ]
  const [resolution] = said
  if (said.length !== 1 || !resolution)
    throw new UsageError('Say one of --midtrans-id ID, --never-made and --dismiss.')
  await withBayar(call, async (bayar) => {
    const subscription = await bayar.subscriptions.resolve(call.argument!, resolution)
    call.out.answer({ subscription }, () => tellSubscription(subscription))
  })
}
