/**
 * Works off what is owed to `on` handlers: claim, run, finish.
 *
 * Claimed rows are all of different lanes, so they run side by side; what finishes is written in batches, and the claim is widened as rows come free. A wake-up comes when news was
 * committed here or (by `notify`) elsewhere; a poll each second is the floor, because a wake-up may be lost.
 *
 * Killed in the middle, everything it held becomes due again when its lease ends: each event reaches each handler at least once.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { nextTryAt } from '../../domain/retry.ts'
import { randomKey } from '../../domain/uuid.ts'
import { connectionLost, mustRunAgain } from '../../store/database.ts'
import {
  type Claimed,
  claimDeliveries,
  type Finished,
  finishDeliveries,
  renewLeases,
} from '../../store/deliveries.ts'
import { readToldEvents, type ToldEvent } from '../../store/told-events.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { argumentOf } from './argument-of.ts'
import type { CodeHandler } from './handler-registry.ts'
import { readSubjects, type Subject } from './subjects.ts'

/** For each handler: one that hangs fills its own room and no other's. */
const AT_ONCE = 128
/** A claim for a handful costs the database as much as one for a hundred, so under load they gather for a moment. */
const CLAIM_EVERY_MS = 20
const LEASE_SECONDS = 30
const FINISH_RUNS_MAX = 3
const RENEW_EVERY_MS = 10_000
const POLL_MS = 1_000
/** The longest that one try may take; the handler is told by `abort`. */
const TRY_MAX_MS = 5 * 60_000

/** In a rolling deployment another process has the newer code; if nobody has it, the event must not hold up those behind it for a day. */
const NOT_LISTENING: typeof nextTryAt = (failures, now) => (failures < 6 ? secondsAfter(now, 10) : null)

/** Why a handler's time is over when it is not the handler's doing. */
const STOPPING: unique symbol = Symbol('The worker is stopping.')

export interface DeliveryWorker {
  wake(): void
  /** Everything that is due now has been delivered or has failed. */
  idle(): Promise<void>
  /** How many it has finished, well or not. */
  finished(): number
  /** Takes nothing new, lets what runs finish (for at most so long), and writes it. */
  stop(graceMs?: number): Promise<void>
}

export function createDeliveryWorker(context: Context): DeliveryWorker {
  const leasedBy = randomKey()
  const running = new Map<string, Claimed>()
  const busy = new Map<number, number>()
  const tries = new Set<Try>()
  let finished: Finished[] = []
  let finishedCount = 0
  let claiming = false
  let flushing: Promise<void> | null = null
  let again = false
  let stopped = false
  let claimedAt = -CLAIM_EVERY_MS
  /** The last claim took all that there was room for: more is waiting, and nothing needs to gather. */
  let isFull = false
  let gathering: NodeJS.Timeout | null = null
  const idlers: (() => void)[] = []

  const poll = setInterval(() => {
    for (const one of tries)
      if (performance.now() - one.startedAt > TRY_MAX_MS) one.end(new Error('The try took too long.'))
    wake()
  }, POLL_MS)
  const renew = setInterval(() => void renewHeld(), RENEW_EVERY_MS)

  function wake(): void {
    if (stopped) return
    if (claiming) {
      again = true
      return
    }
    const wait = idlers.length > 0 || isFull ? 0 : claimedAt + CLAIM_EVERY_MS - performance.now()
    if (wait <= 0) void claim()
    else gathering ??= setTimeout(() => void claim(), wait)
  }

  async function claim(): Promise<void> {
    if (gathering) clearTimeout(gathering)
    gathering = null
    if (claiming) return
    claiming = true
    try {
      do {
        again = false
        claimedAt = performance.now()
        const handlers = context.handlers.runnable()
        const rooms = [...handlers.keys()]
          .map((handlerId) => ({ handlerId, free: AT_ONCE - (busy.get(handlerId) ?? 0) }))
          .filter((room) => room.free >= AT_ONCE / 4)
        if (stopped || rooms.length === 0) break
        const claimed = await claimDeliveries(context.database, {
          rooms,
          at: context.clock.now(),
          leaseSeconds: LEASE_SECONDS,
          leasedBy,
        })
        if (claimed.length > 0) await start(claimed, handlers)
        const taken = Map.groupBy(claimed, (one) => one.handler_id)
        isFull = rooms.some((room) => taken.get(room.handlerId)?.length === room.free)
      } while (isFull)
    } catch (error) {
      context.log.error('deliveries could not be claimed', { reason: reasonOf(error) })
    } finally {
      claiming = false
      if (again) wake()
      settle()
    }
  }

  async function start(
    claimed: readonly Claimed[],
    handlers: ReadonlyMap<number, CodeHandler>,
  ): Promise<void> {
    const { events, payments } = await readToldEvents(
      context.database,
      claimed.map((one) => one.event_id),
    )
    const subjects = await readSubjects(context.database, events.values(), payments)
    for (const one of claimed) {
      const handler = handlers.get(one.handler_id)!
      const event = events.get(one.event_id)
      const subject = subjects.get(one.event_id)
      running.set(nameOf(one), one)
      busy.set(one.handler_id, (busy.get(one.handler_id) ?? 0) + 1)
      if (!event || !subject) finish(one, handler, 'The event, or what it is about, is gone.')
      // A process of an older version: one of the newer version will be next.
      else if (!(handler.events as readonly string[]).includes(event.type ?? ''))
        finish(one, handler, `This code does not listen to ${event.type}.`, NOT_LISTENING)
      else void run(one, handler, event, subject)
    }
  }

  async function run(one: Claimed, handler: CodeHandler, event: ToldEvent, subject: Subject): Promise<void> {
    const attempt = new Try()
    tries.add(attempt)
    let failure: string | typeof STOPPING | null = null
    try {
      const argument = argumentOf(context, event, subject, attempt) as Parameters<CodeHandler['run']>[0]
      await Promise.race([(async () => handler.run(argument))(), attempt.late])
    } catch (error) {
      failure = error === STOPPING ? STOPPING : reasonOf(error)
    } finally {
      tries.delete(attempt)
    }
    finish(one, handler, failure)
  }

  function finish(
    one: Claimed,
    handler: CodeHandler,
    failure: string | typeof STOPPING | null,
    tryAt: typeof nextTryAt = nextTryAt,
  ): void {
    const { handler_id, subject_id, sequence } = one
    if (failure === STOPPING) {
      // It did not fail, it was sent home: free for the next worker, and no try.
      finished.push({
        handler_id,
        subject_id,
        sequence,
        state: 'waiting',
        failed: false,
        error: null,
        due_at: null,
      })
    } else if (failure === null) {
      finished.push({
        handler_id,
        subject_id,
        sequence,
        state: 'done',
        failed: false,
        error: null,
        due_at: null,
      })
    } else {
      const dueAt = tryAt(one.attempts + 1, context.clock.now())
      context.log.warn('handler failed', {
        handler: handler.name,
        event_id: one.event_id,
        tries: one.attempts + 1,
        again: dueAt !== null,
        error: failure,
      })
      const error = failure
      finished.push({
        handler_id,
        subject_id,
        sequence,
        state: dueAt === null ? 'dead' : 'waiting',
        failed: true,
        error,
        due_at: dueAt,
      })
    }
    flushing ??= new Promise<void>((resolve) => setImmediate(() => resolve(flush())))
  }

  async function flush(): Promise<void> {
    while (finished.length > 0) {
      const batch = finished
      finished = []
      await writeFinished(batch)
      finishedCount += batch.length
      for (const one of batch) {
        if (running.delete(nameOf(one))) busy.set(one.handler_id, (busy.get(one.handler_id) ?? 1) - 1)
      }
    }
    flushing = null
    // A finished delivery may have freed the next of its lane.
    if (stopped) settle()
    else wake()
  }

  /** What is not written is done again when its lease ends, so it is worth a second try. */
  async function writeFinished(batch: readonly Finished[]): Promise<void> {
    for (let run = 1; ; run++) {
      try {
        return await finishDeliveries(context.database, batch, { leasedBy, at: context.clock.now() })
      } catch (error) {
        if (run < FINISH_RUNS_MAX && (mustRunAgain(error) || connectionLost(error))) continue
        context.log.error('deliveries could not be finished', {
          reason: reasonOf(error),
          count: batch.length,
        })
        return
      }
    }
  }

  async function renewHeld(): Promise<void> {
    if (running.size === 0) return
    await renewLeases(context.database, [...running.values()], {
      leasedBy,
      leaseSeconds: LEASE_SECONDS,
    }).catch((error: unknown) =>
      context.log.error('leases could not be renewed', { reason: reasonOf(error) }),
    )
  }

  function settle(): void {
    if (claiming || gathering || running.size > 0 || flushing) return
    for (const resolve of idlers.splice(0)) resolve()
  }

  return {
    wake,
    finished: () => finishedCount,
    idle() {
      return new Promise((resolve) => {
        idlers.push(resolve)
        if (stopped) settle()
        else wake()
      })
    },
    async stop(graceMs = 10_000) {
      stopped = true
      clearInterval(poll)
      if (gathering) clearTimeout(gathering)
      gathering = null
      const done = new Promise<void>((resolve) => {
        idlers.push(resolve)
        settle()
      })
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          for (const one of tries) one.end(STOPPING)
          resolve(done)
        }, graceMs)
      })
      await Promise.race([done, grace])
      clearTimeout(timer)
      clearInterval(renew)
    },
  }
}

/** One go at a handler. The signal is made when the handler looks at it: few do, and making one costs more than the rest of the call. */
class Try {
  readonly startedAt = performance.now()
  readonly late: Promise<never>
  #reject: (reason: unknown) => void = () => {}
  #controller: AbortController | undefined
  #isOver = false
  #reason: unknown

  constructor() {
    this.late = new Promise((_, reject) => {
      this.#reject = reject
    })
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  end(reason: unknown): void {
    this.#isOver = true
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#reject(reason)
  }
}

function nameOf(one: Pick<Claimed, 'handler_id' | 'subject_id' | 'sequence'>): string {
  return `${one.handler_id}|${one.subject_id}|${one.sequence}`
}
