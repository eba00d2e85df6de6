/**
 * Group commit. Whatever arrived while a writer was busy is the next batch; there is no timer, so that one notification alone waits for nobody, and a flood shares its commits.
 *
 * The queue in front of the writers is bounded in items and in time: beyond it the sender gets a 503, for which Midtrans tries four times more. Nothing that was refused was acknowledged.
 */
import { BayarError } from '../../errors.ts'
import { connectionLost, mustRunAgain, unreachable } from '../../store/database.ts'
import { type Advanced, advancePayments, type Incoming } from '../advance-payments.ts'
import type { Context } from '../context.ts'

const WRITERS = 2
const BATCH_MAX = 200
const QUEUE_MAX = 2_000
const WAIT_MAX_MS = 4_000
const WATCH_EVERY_MS = 250
/** A commit of unknown outcome is run again: the lifecycle table makes what did arrive a duplicate. */
const RUNS_MAX = 3

interface Waiting {
  readonly item: Incoming
  readonly since: number
  readonly resolve: (advanced: Advanced) => void
  readonly reject: (error: unknown) => void
}

export interface NotificationIntake {
  submit(item: Incoming): Promise<Advanced>
  /** Resolves when nothing is queued or being written. */
  idle(): Promise<void>
}

export function createNotificationIntake(context: Context): NotificationIntake {
  const queue: Waiting[] = []
  let writing = 0
  /** Notifications in the hands of writers. */
  let held = 0
  let watching: NodeJS.Timeout | undefined
  const idlers: (() => void)[] = []

  function submit(item: Incoming): Promise<Advanced> {
    if (queue.length >= QUEUE_MAX)
      return Promise.reject(new BayarError('overloaded', 'The queue of notifications is full.'))
    return new Promise((resolve, reject) => {
      queue.push({ item, since: performance.now(), resolve, reject })
      // After this turn of the loop, so that requests read in the same turn share the batch.
      if (mayWrite()) setImmediate(write)
      else watch()
    })
  }

  /** A second writer takes no fewer than the first holds: a batch costs the database so much by itself that small ones beside large ones halve the rate of all. */
  function mayWrite(): boolean {
    return writing < WRITERS && queue.length > 0 && queue.length >= Math.min(held, BATCH_MAX)
  }

  async function write(): Promise<void> {
    if (!mayWrite()) return
    const batch = takeBatch()
    writing++
    held += batch.length
    try {
      await apply(batch)
    } finally {
      writing--
      held -= batch.length
      if (queue.length > 0) setImmediate(write)
      else if (writing === 0) {
        for (const resolve of idlers.splice(0)) resolve()
      }
    }
  }

  function takeBatch(): Waiting[] {
    refuseLate()
    return queue.splice(0, BATCH_MAX)
  }

  function refuseLate(): void {
    const now = performance.now()
    while (queue.length > 0 && now - queue[0]!.since > WAIT_MAX_MS) {
      queue.shift()!.reject(new BayarError('overloaded', 'The notification waited too long to be stored.'))
    }
  }

  /** While every writer is busy, perhaps with a database that hangs, nobody else looks at the time. */
  function watch(): void {
    if (watching) return
    watching = setTimeout(() => {
      watching = undefined
      refuseLate()
      if (queue.length > 0) watch()
    }, WATCH_EVERY_MS)
  }

  async function apply(batch: readonly Waiting[], mayBeStored = false): Promise<void> {
    if (batch.length === 0) return
    try {
      const results = await runAgain((isRepeated) =>
        advancePayments(
          context,
          batch.map(({ item }) => item),
          { isRepeated: mayBeStored || isRepeated },
        ),
      )
      for (const [index, result] of results.entries()) batch[index]!.resolve(result)
    } catch (error) {
      if (batch.length === 1 || connectionLost(error)) {
        for (const waiting of batch) waiting.reject(connectionLost(error) ? unreachable(error) : error)
        return
      }
      // One bad row fails its whole batch: run one by one, only the bad one fails.
      for (const waiting of batch) await apply([waiting], true)
    }
  }

  async function runAgain<T>(work: (isRepeated: boolean) => Promise<T>): Promise<T> {
    for (let run = 1; ; run++) {
      try {
        return await work(run > 1)
      } catch (error) {
        if (run >= RUNS_MAX || !(mustRunAgain(error) || connectionLost(error))) throw error
      }
    }
  }

  return {
    submit,
    idle: () =>
      queue.length === 0 && writing === 0
        ? Promise.resolve()
        : new Promise((resolve) => idlers.push(resolve)),
  }
}
