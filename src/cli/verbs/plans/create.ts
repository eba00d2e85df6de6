import type { CreatePlanInput } from '../../../operations/plans/index.ts'
import type { Call } from '../../call.ts'
import { planFields } from '../../plan-fields.ts'
import { tellPlan } from '../../tell-plan.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [slug, merchant] = [call.text('slug'), call.text('merchant')]
  const input = {
    ...planFields(call),
    name: call.argument!,
    ...(slug !== undefined && { slug }),
    ...(merchant !== undefined && { merchant }),
  } as CreatePlanInput
  await withBayar(call, async (bayar) => {
    const plan = await bayar.plans.create(input)
    call.out.answer({ plan }, () => tellPlan(plan))
  })
}
