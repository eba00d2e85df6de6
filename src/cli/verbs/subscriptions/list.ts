import type { Bayar } from '../../../bayar.ts'
import type { SubscriptionStatus } from '../../../domain/subscription.ts'
import type { SubscriptionFilter } from '../../../operations/subscriptions/index.ts'
import type { Call } from '../../call.ts'
import { pagesOf } from '../../pages.ts'
import { tellSubscriptions } from '../../tell-subscription.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const filter = await filterOf(call, bayar)
    const found = await pagesOf(call, (page) => bayar.subscriptions.list({ filter, ...page }))
    call.out.answer(found, () => tellSubscriptions(found.results))
  })
}

async function filterOf(call: Call, bayar: Bayar): Promise<SubscriptionFilter> {
  const [status, userId, plan] = [call.text('status'), call.text('user'), call.text('plan')]
  return {
    ...(status !== undefined && { status: status as SubscriptionStatus }),
    ...(userId !== undefined && { userId }),
    ...(plan !== undefined && { planId: (await bayar.plans.get(plan)).id }),
    ...(call.has('review') && { needsReview: true }),
  }
}
