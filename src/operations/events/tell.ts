/** Tells the merchant's code what happened to an invoice or a subscription, in the transaction in which it happens. */

import { BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { readRegistryVersion } from '../../store/handlers.ts'
import { insertEvents, type NewEvent } from '../../store/write-events.ts'
import type { Context } from '../context.ts'
import { messagesOfEvents } from '../messages/write-messages.ts'
import { runWithinHandlers } from './run-within-handlers.ts'

/** Only handlers that other processes register in this very moment can be in the way. */
const RUNS_MAX = 8

/** The caller wakes the worker after its commit. */
export async function tell(context: Context, tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const at = context.clock.now()
  for (let run = 1; run <= RUNS_MAX; run++) {
    const registryVersion = await readRegistryVersion(tx)
    if (registryVersion !== context.handlers.version) await context.handlers.refresh(tx)
    context.handlers.assertComplete()
    const { isWritten } = await insertEvents(tx, events, { at, registryVersion })
    if (!isWritten) continue
    await messagesOfEvents(context, tx, events)
    return runWithinHandlers(context, tx, events)
  }
  throw new BayarError('overloaded', 'Handlers are being registered at this moment.')
}
