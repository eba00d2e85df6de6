/** `retry_failed_payments`: a period that was not paid is charged again, when the table of dunning says so. A card is tried again; a number is made anew after the one before has ended at Midtrans (W4, W5). */
import type { Context } from '../context.ts'
import type { TaskRun } from '../task-run.ts'
import { chargeDue } from './charge-due.ts'
import { askingFor, claimToCharge } from './charge-waiting.ts'
import { Sweep, type Swept } from './sweep.ts'

export async function retryFailedPayments(context: Context, run: TaskRun | null): Promise<Swept> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  const sweep = new Sweep(context, run)
  // Wallets first: what Midtrans has nothing to do with does not wait for it.
  for (const collection of ['wallet', 'charge'] as const)
    await sweep.claimed(
      (limit) => claimToCharge(context, sweep, { at, limit, isFirst: false, collection }),
      (id) => chargeDue(context, id, 'retry_failed_payments', { replace: true }),
      askingFor(collection),
    )
  return sweep.end()
}
