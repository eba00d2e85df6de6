import type { Call } from '../../call.ts'
import { tellPlan } from '../../tell-plan.ts'
import { planOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const plan = await bayar.plans.archive(planOf(call))
    call.out.answer({ plan }, () => tellPlan(plan))
  })
}
