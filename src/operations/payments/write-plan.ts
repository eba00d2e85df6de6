import type { Plan } from '../../domain/steps.ts'
import type { Transaction } from '../../store/database.ts'
import { writeUnderLock } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { runWithinHandlers, toldIn } from '../events/run-within-handlers.ts'
import { followOwner } from '../owners.ts'

/** Writes a plan of our own making, judged and written under the payment's lock. */
export async function writePlan(
  context: Context,
  tx: Transaction,
  versionBefore: number,
  plan: Plan,
): Promise<void> {
  if (!plan.changed) return
  const at = context.clock.now()
  await writeUnderLock(context, tx, {
    at,
    plans: [{ versionBefore, plan }],
    arriving: [],
    judgedAgain: [],
    counted: [],
  })
  await followOwner(context, tx, plan)
  await runWithinHandlers(context, tx, toldIn(plan))
}
