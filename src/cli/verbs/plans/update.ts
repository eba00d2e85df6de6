import type { Call } from '../../call.ts'
import { planFields } from '../../plan-fields.ts'
import { tellPlan } from '../../tell-plan.ts'
import { planOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const changes = planFields(call)
  await withBayar(call, async (bayar) => {
    const plan = await bayar.plans.update(planOf(call), changes)
    call.out.answer({ plan }, () => tellPlan(plan))
  })
}
