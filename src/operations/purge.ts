/** The task `purge`: what is old and settled goes, so that a shop of years is no slower than one of weeks. Payments, their attempts, history and refunds stay. */
import { secondsAfter } from '../domain/clock.ts'
import {
  type PurgedPage,
  purgeApiRequests,
  purgeCounters,
  purgeDeliveries,
  purgeMessages,
  purgeNotifications,
  purgeTasks,
} from '../store/purge.ts'
import type { Context } from './context.ts'
import { ComeBack, type TaskRun } from './task-run.ts'

const DAY_SECONDS = 86_400

interface Purge {
  readonly what: keyof Purged
  readonly keptDays: number
  readonly page: (
    database: Context['database'],
    page: { after: string | null; before: Date; limit: number },
  ) => Promise<PurgedPage>
}

export interface Purged {
  readonly notifications: number
  readonly deliveries: number
  readonly messages: number
  readonly tasks: number
  readonly apiRequests: number
  readonly counters: number
}

// biome-ignore format: a table is read in columns
const PURGES: readonly Purge[] = [
  // Deliveries first: a notice is kept while a delivery of its payment is not done.
  { what: 'deliveries',    keptDays: 30,  page: purgeDeliveries },
  { what: 'notifications', keptDays: 400, page: purgeNotifications },
  { what: 'messages',      keptDays: 400, page: purgeMessages },
  { what: 'tasks',         keptDays: 30,  page: purgeTasks },
  { what: 'apiRequests',   keptDays: 1,   page: purgeApiRequests },
  { what: 'counters',      keptDays: 30,  page: purgeCounters },
]
const PAGE = 2_000

const NONE: Purged = { notifications: 0, deliveries: 0, messages: 0, tasks: 0, apiRequests: 0, counters: 0 }

export async function purge(context: Context, run: TaskRun): Promise<Purged> {
  const { database, clock } = context
  const purged: Record<keyof Purged, number> = { ...NONE }
  const sum = () => Object.values(purged).reduce((all, count) => all + count, 0)
  for (const { what, keptDays, page } of PURGES) {
    const before = secondsAfter(clock.now(), -keptDays * DAY_SECONDS)
    for (let after: string | null = null; ; ) {
      if (run.isStopping()) throw new ComeBack(clock.now(), 'The worker is stopping.')
      const walked: PurgedPage = await page(database, { after, before, limit: PAGE })
      purged[what] += walked.purged
      await run.progress({ done: sum() })
      // By id is by time: a page in which nothing is old is followed by none.
      if (walked.walked < PAGE || walked.last === null) break
      after = walked.last === '' ? null : walked.last
    }
  }
  return purged
}
