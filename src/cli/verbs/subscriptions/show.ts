import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellSubscription } from '../../tell-subscription.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const subscription = await bayar.subscriptions.find(call.argument!)
    if (!subscription) throw new BayarError('subscription_not_found')
    const [{ results: payments }, history] = await Promise.all([
      bayar.payments.list({ filter: { ownerId: subscription.id } }),
      bayar.subscriptions.history(subscription.id),
    ])
    call.out.answer({ subscription, payments, history }, () =>
      tellSubscription(subscription, payments, history),
    )
  })
}
