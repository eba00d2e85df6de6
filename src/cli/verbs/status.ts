import { countBacklog } from '../../store/backlog.ts'
import type { Call } from '../call.ts'
import type { ExitName } from '../exit-codes.ts'
import { facts } from '../output.ts'
import { withBayar } from '../with-bayar.ts'
import { withStore } from '../with-store.ts'

export async function run(call: Call): Promise<ExitName> {
  return withBayar(call, async (bayar) => {
    const health = await bayar.health()
    // Without a schema there is nothing to count; what is in the way is said above.
    const hasSchema = !health.problems.some(({ code }) => !COUNTABLE.has(code))
    const backlog = hasSchema
      ? await withStore(bayar, (database) => countBacklog(database, new Date()))
      : null
    call.out.answer({ ready: health.isReady, problems: health.problems, backlog }, () => {
      const problems = health.problems.map(({ says }) => `not ready: ${says}`)
      return [
        ...(health.isReady ? ['ready'] : problems),
        ...(backlog ? ['', facts(rowsOf(backlog))] : []),
      ].join('\n')
    })
    return health.isReady ? 'ok' : 'unready'
  })
}

/** In the way of work, but not of counting it. */
const COUNTABLE: ReadonlySet<string> = new Set(['handlers_missing'])

function rowsOf(backlog: Awaited<ReturnType<typeof countBacklog>>): [string, number][] {
  return [
    ['payments that Midtrans has not ended', backlog.openPayments],
    ['commands whose outcome is unknown', backlog.unknownOutcomes],
    ['notifications that are due', backlog.dueNotifications],
    ['notifications that failed', backlog.failedNotifications],
    ['deliveries waiting', backlog.waitingDeliveries],
    ['  of them due for over a minute', backlog.overdueDeliveries],
    ['deliveries given up', backlog.deadDeliveries],
    ['reviews that wait for a person', backlog.openReviews],
  ]
}
