/**
 * Counts bodies that are not stored: malformed, oversized, late. Anybody can send a thousand of them a second, so they share one write that is under way, and nobody waits for it: a flood of
 * rubbish takes one connection, not the pool that genuine notifications need. A count that is lost with the database is only a count.
 */

import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../store/database.ts'
import { countNotification } from '../../store/notifications.ts'
import { type Log, reasonOf } from '../log.ts'

export type RefusalKind = 'malformed' | 'too_large' | 'too_slow' | 'untrusted'

export interface RefusalCounter {
  count(kind: RefusalKind): void
  /** Resolves when everything counted so far is written. */
  idle(): Promise<void>
}

export function createRefusalCounter({
  database,
  clock,
  log,
}: {
  database: Database
  clock: Clock
  log: Log
}): RefusalCounter {
  const waiting = new Map<string, { kind: RefusalKind; minute: Date; times: number }>()
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    for (const [name, { kind, minute, times }] of waiting) {
      waiting.delete(name)
      try {
        await countNotification(database, kind, minute, times)
      } catch (error) {
        log.warn('refused bodies not counted', { kind, times, reason: reasonOf(error) })
      }
    }
    writing = undefined
  }

  return {
    count(kind) {
      const minute = minuteOf(clock.now())
      const name = `${kind} ${minute.getTime()}`
      const times = (waiting.get(name)?.times ?? 0) + 1
      waiting.set(name, { kind, minute, times })
      writing ??= write()
    },
    idle: async () => {
      while (writing) await writing
    },
  }
}

export function minuteOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 60_000) * 60_000)
}
