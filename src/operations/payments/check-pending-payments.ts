/**
 * The task `check_pending_payments`: every payment whose check is due is asked about, to the last one.
 *
 * The original queued a job for each pending payment, every five minutes, for ever (defect D28). Here the payments that Midtrans has not ended are the queue themselves: a narrow table with a due time for
 * each, walked in pages, so that a million of them need no more memory than a hundred, and a worker that dies leaves nothing to repeat but its last page of questions. When each is due goes by its age; with
 * `checks: 'every-run'` all of them become due first, as the original had it.
 */
import { countOpenPayments, queueOpenPayments } from '../../store/open-payments.ts'
import type { Context } from '../context.ts'
import { ComeBack, type TaskRun } from '../task-run.ts'
import { paymentChecks } from './check-due-payments.ts'

const QUEUED_AT_ONCE = 1_000
const CHECKED_AT_ONCE = 50

export interface CheckedPending {
  /** Payments whose check was due when the run began. */
  readonly queued: number
  /** Asked about by this run; other workers may have taken the rest. */
  readonly checked: number
}

export async function checkPendingPayments(context: Context, run: TaskRun): Promise<CheckedPending> {
  const { database, clock, rules } = context
  let { queued, checked, after, isQueued } = readBookmark(run.bookmark)
  const tell = (done: number, total: number) =>
    run.progress({ done, total, bookmark: JSON.stringify({ queued, checked, after, isQueued }) })

  // 1. What is due is counted, or made due.
  if (!isQueued && rules.checks === 'every-run') {
    const total = await countOpenPayments(database, null)
    while (!isQueued) {
      if (run.isStopping()) throw new ComeBack(clock.now(), 'The worker is stopping.')
      const page = await queueOpenPayments(database, { after, limit: QUEUED_AT_ONCE, at: clock.now() })
      queued += page.queued
      after = page.last
      isQueued = after === null
      await tell(0, total)
    }
  }
  if (!isQueued || rules.checks === 'every-run') queued = Math.max(queued, await countDue(context))
  isQueued = true
  await tell(checked, queued)

  // 2. Page by page until nothing is due. A row that was asked about is due later, so the walk ends.
  const checks = paymentChecks(context)
  for (;;) {
    if (run.isStopping()) throw new ComeBack(clock.now(), 'The worker is stopping.')
    const count = await checks.run(CHECKED_AT_ONCE)
    checked += count
    await tell(checked, Math.max(queued, checked))
    const pausedUntil = checks.pausedUntil()
    if (pausedUntil !== null) throw new ComeBack(pausedUntil, 'Midtrans asks us to slow down.')
    if (count === 0) return { queued, checked }
  }
}

async function countDue({ database, clock }: Context): Promise<number> {
  return countOpenPayments(database, clock.now())
}

interface Bookmark {
  readonly queued: number
  readonly checked: number
  readonly after: string | null
  readonly isQueued: boolean
}

function readBookmark(text: string | null): Bookmark {
  return text === null
    ? { queued: 0, checked: 0, after: null, isQueued: false }
    : (JSON.parse(text) as Bookmark)
}
