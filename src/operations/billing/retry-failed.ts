/** `retry_failed_payments`: a period that was not paid is charged again, when the table of dunning says so. A card is tried again; a number is made anew after the one before has ended at Midtrans (W4, W5). */
import type { Context } from '../context.ts'
import type { TaskRun } from '../task-run.ts'
import { chargeDue, claim } from './process-due.ts'
import { Sweep, type Swept } from './sweep.ts'

export async function retryFailedPayments(context: Context, run: TaskRun | null): Promise<Swept> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  const sweep = new Sweep(context, run)
  await sweep.claimed(
    (limit) => claim(context, { at, limit, isFirst: false, collections: ['charge', 'wallet'] }),
    (id) => chargeDue(context, id, 'retry_failed_payments', { replace: true }),
  )
  return sweep.swept
}
