import type { Call } from '../../call.ts'
import { startProgress } from '../../progress.ts'
import { tellSubscription } from '../../tell-subscription.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    if (call.argument !== undefined) {
      const subscription = await bayar.subscriptions.sync(call.argument)
      call.out.answer({ subscription }, () => tellSubscription(subscription))
      return
    }
    const progress = startProgress('subscriptions asked about', call.out.isJson)
    try {
      const synced = await bayar.subscriptions.syncAll(async (asked) => progress.at(asked))
      call.out.answer(
        synced,
        () =>
          `${synced.asked} asked about.${synced.isPaused ? ' Midtrans wants fewer questions: the rest is left to the next round.' : ''}`,
      )
    } finally {
      progress.end()
    }
  })
}
