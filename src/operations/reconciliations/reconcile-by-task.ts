/** The task `reconcile`: the same walk by a worker. It counts what it finds and logs each difference; a report of them is `bayar reconcile`. */
import { setTimeout as pauseFor } from 'node:timers/promises'
import { secondsAfter } from '../../domain/clock.ts'
import type { DifferenceKind } from '../../domain/differences.ts'
import { instantOf } from '../../domain/jakarta-time.ts'
import type { Context } from '../context.ts'
import { ComeBack, type TaskRun } from '../task-run.ts'
import { checkPeriod, type ReconcileOptions, reconcile } from './reconcile.ts'

/** As a row can keep them. */
export interface ReconcileAsked {
  readonly from: string
  readonly to: string
  readonly merchant?: string | undefined
  readonly fix?: boolean | undefined
}

export interface Reconciliation {
  readonly compared: number
  readonly differences: number
  readonly fixed: number
  readonly byKind: Readonly<Partial<Record<DifferenceKind, number>>>
}

interface Bookmark extends Reconciliation {
  readonly after?: string
}

const NONE: Bookmark = { compared: 0, differences: 0, fixed: 0, byKind: {} }

/** What cannot be asked is said to whoever asks, and not by a task at night. */
export function checkReconcile(context: Context, asked: ReconcileAsked): void {
  checkPeriod(context, optionsOf(asked))
}

export async function reconcileByTask(
  context: Context,
  asked: ReconcileAsked,
  run: TaskRun,
): Promise<Reconciliation> {
  const { clock, log } = context
  let at: Bookmark = run.bookmark === null ? NONE : (JSON.parse(run.bookmark) as Bookmark)
  for (let isDone = false; !isDone; ) {
    if (run.isStopping()) throw new ComeBack(clock.now(), 'The worker is stopping.')
    let { differences, fixed } = at
    const byKind = { ...at.byKind }
    const page = reconcile(context, {
      ...optionsOf(asked),
      ...(at.after === undefined ? {} : { after: at.after }),
      pages: 1,
      async pause(seconds, why) {
        if (why === 'too_many')
          throw new ComeBack(secondsAfter(clock.now(), 60), 'Midtrans asks us to slow down.')
        await pauseFor(seconds * 1000)
      },
      async onProgress(told) {
        isDone = told.isDone
        at = { compared: told.compared, differences, fixed, byKind, after: told.position }
        await run.progress({ done: told.compared, total: told.total, bookmark: JSON.stringify(at) })
      },
    })
    for await (const { kind, orderId, isFixed } of page) {
      differences++
      if (isFixed) fixed++
      byKind[kind] = (byKind[kind] ?? 0) + 1
      log.warn('differs from Midtrans', { order_id: orderId, kind, repaired: isFixed })
    }
  }
  const { after: _, ...counted } = at
  return counted
}

function optionsOf({ from, to, merchant, fix }: ReconcileAsked): ReconcileOptions {
  return {
    from: instantOf(from),
    to: instantOf(to),
    fix: fix === true,
    ...(merchant === undefined ? {} : { merchant }),
  }
}
