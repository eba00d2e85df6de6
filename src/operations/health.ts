/** Is it alive, and what is in the way of work? For `/readyz`, `bayar status` and `bayar doctor`. */
import type { Clock } from '../domain/clock.ts'
import { secondsAfter } from '../domain/clock.ts'
import { isBayarError } from '../errors.ts'
import { ping } from '../store/check-database.ts'
import type { Database } from '../store/database.ts'
import { countOverdue } from '../store/deliveries.ts'
import type { HandlerRegistry } from './events/handler-registry.ts'
import { reasonOf } from './log.ts'

export interface Health {
  readonly isReady: boolean
  /** What is in the way; empty when ready. */
  readonly problems: readonly { readonly code: string; readonly says: string }[]
  /** Deliveries that were due a minute ago: nobody drains them. */
  readonly overdueDeliveries: number
  readonly deadDeliveries: number
}

const OVERDUE_AFTER_SECONDS = 60

export async function readHealth(parts: {
  opened: () => Promise<unknown>
  database: () => Database
  handlers: HandlerRegistry
  clock: Clock
}): Promise<Health> {
  const problems: { code: string; says: string }[] = []
  let counts = { overdue: 0, dead: 0 }
  try {
    await parts.opened()
    await ping(parts.database())
    await parts.handlers.refresh(parts.database())
    parts.handlers.assertFits()
    counts = await countOverdue(parts.database(), secondsAfter(parts.clock.now(), -OVERDUE_AFTER_SECONDS))
  } catch (error) {
    problems.push(
      isBayarError(error)
        ? { code: error.code, says: error.message }
        : { code: 'internal', says: reasonOf(error) },
    )
  }
  return {
    isReady: problems.length === 0,
    problems,
    overdueDeliveries: counts.overdue,
    deadDeliveries: counts.dead,
  }
}
