/**
 * Runs tasks that were put off: claims what is due, runs it, and writes what became of it.
 *
 *   waiting ── claimed ──> running ── ended ──> done
 *      ^                      │ ├── failed for good, or too often ──> failed
 *      │                      │ └── the worker died: its lease ends, and another one claims it; that is no attempt
 *      └─ failed: tried again after a fixed delay. Not finished: goes on at a time, from its bookmark.
 *
 * Each task has room of its own. Whatever runs may be begun a second time while the first still breathes (its worker was silent for longer than the lease), so operations are safe to begin twice, and one
 * that has lost its lease is told by its next word of progress.
 */
import { secondsAfter } from '../domain/clock.ts'
import { randomKey } from '../domain/uuid.ts'
import { isBayarError } from '../errors.ts'
import type { Context } from '../operations/context.ts'
import { reasonOf } from '../operations/log.ts'
import { ComeBack, type TaskRun } from '../operations/task-run.ts'
import { connectionLost, mustRunAgain } from '../store/database.ts'
import {
  claimTasks,
  type EndedRun,
  endTaskRun,
  renewTaskLeases,
  type TaskRow,
  writeTaskProgress,
} from '../store/tasks.ts'
import type { AnyTask } from './task.ts'
import { findRow, TASK_NAMES } from './tasks.ts'

const LEASE_SECONDS = 30
const RENEW_EVERY_MS = 10_000
const POLL_MS = 1_000
/** Of one that somebody asked for; of one of the schedule there is only one. */
const AT_ONCE = 4
/** Claimed so often without a word of how it ended, it is the task that kills its workers. */
const CLAIMS_MAX = 10
const END_RUNS_MAX = 3
const LOOK_AGAIN_SECONDS = 5

export interface TaskRunner {
  wake(): void
  /** Everything that is due has been run. Returns how many were. */
  runNow(): Promise<number>
  /** Takes nothing new, and lets what runs finish. */
  stop(): Promise<void>
}

export function startTaskRunner(context: Context): TaskRunner {
  const leasedBy = randomKey()
  const running = new Map<string, { readonly name: string; readonly ended: Promise<void> }>()
  let claiming: Promise<number> = Promise.resolve(0)
  /** A claim that has not begun: whoever asks meanwhile asks for nothing more than it will find. */
  let next: Promise<number> | null = null
  let stopped = false

  const poll = setInterval(wake, POLL_MS)
  const renew = setInterval(() => {
    if (running.size > 0)
      renewTaskLeases(context.database, [...running.keys()], { leasedBy, leaseSeconds: LEASE_SECONDS }).catch(
        (error: unknown) =>
          context.log.error('task leases could not be renewed', { reason: reasonOf(error) }),
      )
  }, RENEW_EVERY_MS)

  function wake(): void {
    if (!stopped) void claim()
  }

  function claim(): Promise<number> {
    next ??= claiming = claiming.then(async () => {
      next = null
      try {
        return stopped ? 0 : await claimOnce()
      } catch (error) {
        context.log.error('tasks could not be claimed', { reason: reasonOf(error) })
        return 0
      }
    })
    return next
  }

  async function claimOnce(): Promise<number> {
    // Without the code for a `within` handler nothing may be applied here; readyz says so. It may have been retired since.
    if (context.handlers.missing().length > 0) await context.handlers.refresh(context.database)
    if (context.handlers.missing().length > 0) return 0
    const busy = Map.groupBy(running.values(), ({ name }) => name)
    const rooms = TASK_NAMES.map((name) => ({
      name,
      free: AT_ONCE - (busy.get(name)?.length ?? 0),
    })).filter(({ free }) => free > 0)
    const claimed = await claimTasks(context.database, {
      rooms,
      at: context.clock.now(),
      leaseSeconds: LEASE_SECONDS,
      leasedBy,
    })
    // This process slept through its own lease (a machine that was suspended): what it is still at has its lease again, and is not begun a second time.
    const begun = claimed.filter(({ id }) => !running.has(id))
    for (const row of begun) {
      const ended = run(row).finally(() => {
        running.delete(row.id)
        wake()
      })
      running.set(row.id, { name: row.name, ended })
    }
    return begun.length
  }

  async function run(row: TaskRow): Promise<void> {
    const spec = findRow(row.name)!
    const ended = row.claims > CLAIMS_MAX ? lost(row, context.clock.now()) : await attempt(spec, row)
    if (ended.state === 'failed' || ended.isAttempt)
      context.log.warn('task failed', {
        task: row.name,
        task_id: row.id,
        tries: row.attempts + 1,
        again: ended.state === 'waiting',
        error: ended.error,
      })
    await write(row, ended)
  }

  async function attempt(spec: AnyTask, row: TaskRow): Promise<EndedRun> {
    const run: TaskRun = {
      id: row.id,
      replays: row.replays,
      bookmark: row.bookmark,
      isStopping: () => stopped,
      async progress({ done, total = null, bookmark = null }) {
        if (!(await writeTaskProgress(context.database, row.id, leasedBy, { done, total, bookmark })))
          throw new Error('Another worker has taken this task over.')
      },
    }
    try {
      const result = await spec.work(context, row.arguments, run, row.requested_by)
      return ending('done', context.clock.now(), { result })
    } catch (error) {
      const at = context.clock.now()
      if (error instanceof ComeBack) return ending('waiting', at, { dueAt: error.until })
      // Somebody else is sending it at this moment: that is no failure, and what came of it is known soon.
      if (isBayarError(error, 'charge_in_progress') || isBayarError(error, 'command_in_progress'))
        return ending('waiting', at, { dueAt: secondsAfter(at, LOOK_AGAIN_SECONDS) })
      const said = {
        isAttempt: true,
        errorCode: isBayarError(error) ? error.code : 'internal',
        error: reasonOf(error).replace(/^BayarError: /, ''),
      }
      // What Midtrans refused, or what is wrong in itself, is refused again: three more tries would only say so later (defect D27).
      const isOver = (isBayarError(error) && error.retry === 'never') || row.attempts >= spec.retries
      return ending(isOver ? 'failed' : 'waiting', at, {
        ...said,
        dueAt: secondsAfter(at, spec.retryDelaySeconds),
      })
    }
  }

  /** What is not written is run again when its lease ends, so it is worth a second try. */
  async function write(row: TaskRow, ended: EndedRun): Promise<void> {
    for (let runs = 1; ; runs++) {
      try {
        return await endTaskRun(context.database, row.id, leasedBy, ended)
      } catch (error) {
        if (runs < END_RUNS_MAX && (mustRunAgain(error) || connectionLost(error))) continue
        context.log.error('a task’s end could not be written', { task_id: row.id, reason: reasonOf(error) })
        return
      }
    }
  }

  return {
    wake,
    async runNow() {
      let ran = 0
      for (;;) {
        const claimed = await claim()
        ran += claimed
        if (claimed === 0 && running.size === 0) return ran
        await Promise.all([...running.values()].map(({ ended }) => ended))
      }
    },
    async stop() {
      stopped = true
      clearInterval(poll)
      await claiming
      await Promise.all([...running.values()].map(({ ended }) => ended))
      clearInterval(renew)
    },
  }
}

function ending(state: EndedRun['state'], at: Date, more: Partial<EndedRun>): EndedRun {
  return {
    state,
    isAttempt: false,
    dueAt: null,
    result: null,
    errorCode: null,
    error: null,
    ...more,
    at,
  }
}

function lost(row: TaskRow, at: Date): EndedRun {
  return ending('failed', at, {
    isAttempt: true,
    errorCode: 'internal',
    error: `${row.claims - 1} workers took it and were not heard of again.`,
  })
}
