import type { Bayar } from '../../bayar.ts'
import type { Health } from '../../operations/health.ts'
import { type Backlog, countBacklog } from '../../store/backlog.ts'
import type { Call } from '../call.ts'
import type { ExitName } from '../exit-codes.ts'
import { openStore } from '../open-store.ts'
import { facts } from '../output.ts'
import { withBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<ExitName> {
  return withBayar(call, async (bayar) => {
    const health = await bayar.health()
    const backlog = await backlogOf(bayar, health)
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

/** Missing handlers are in the way of work, but not of counting it; without a database or a schema there is nothing to count. */
async function backlogOf(bayar: Bayar, { problems }: Health): Promise<Backlog | null> {
  if (problems.some(({ code }) => code !== 'handlers_missing')) return null
  const database = openStore(bayar)
  return countBacklog(database, new Date()).finally(() => database.close())
}

function rowsOf(backlog: Backlog): [string, number][] {
  return [
    ['payments that Midtrans has not ended', backlog.openPayments],
    ['commands whose outcome is unknown', backlog.unknownOutcomes],
    ['notifications that are due', backlog.dueNotifications],
    ['notifications that failed', backlog.failedNotifications],
    ['deliveries waiting', backlog.waitingDeliveries],
    ['  of them due for over a minute', backlog.overdueDeliveries],
    ['deliveries given up', backlog.deadDeliveries],
    ['reviews that wait for a person', backlog.openReviews],
    ['tasks waiting or running', backlog.waitingTasks],
    ['  of them due for over a minute', backlog.overdueTasks],
    ['tasks that failed', backlog.failedTasks],
    ['messages waiting to be sent', backlog.waitingMessages],
    ['  of them due for over a minute', backlog.overdueMessages],
    ['messages that could not be sent', backlog.failedMessages],
  ]
}
