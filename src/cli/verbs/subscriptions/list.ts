import type { SubscriptionStatus } from '../../../domain/subscription.ts'
import type { SubscriptionFilter } from '../../../operations/subscriptions/index.ts'
import type { Call } from '../../call.ts'
import { pagesOf } from '../../pages.ts'
import { tellSubscriptions } from '../../tell-subscription.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const filter = filterOf(call)
    const found = await pagesOf(call, (page) => bayar.subscriptions.list({ filter, ...page }))
    call.out.answer(found, () => tellSubscriptions(found.results))
  })
}

function filterOf(call: Call): SubscriptionFilter {
  const [status, userId] = [call.text('status'), call.text('user')]
  return {
    ...(status !== undefined && { status: status as SubscriptionStatus }),
    ...(userId !== undefined && { userId }),
    ...(call.has('review') && { needsReview: true }),
  }
}
