import type { Call } from '../../call.ts'
import type { ExitName } from '../../exit-codes.ts'
import { answerToBePaid } from '../../tell-subscription.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<ExitName | undefined> {
  const [id, plan] = call.words
  const input = { plan: plan!, ...(call.has('at-period-end') && { at: 'period_end' as const }) }
  return withBayar(call, async (bayar) =>
    answerToBePaid(call.out, await bayar.subscriptions.changePlan(id!, input, whoAsks())),
  )
}
