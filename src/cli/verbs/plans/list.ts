import type { PlanFilter } from '../../../operations/plans/index.ts'
import type { Call } from '../../call.ts'
import { pagesOf } from '../../pages.ts'
import { tellPlans } from '../../tell-plan.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [status, search] = [call.text('status'), call.text('search')]
  const filter = {
    ...(status !== undefined && { status }),
    ...(search !== undefined && { search }),
  } as PlanFilter
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) => bayar.plans.list({ filter, ...page }))
    call.out.answer(found, () => tellPlans(found.results))
  })
}
