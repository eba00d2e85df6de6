import type { Appointment } from '../agenda.ts'
import type { WorldClock } from '../clock.ts'
import type { Random } from '../random.ts'
import { addInterval, type IntervalUnit } from './intervals.ts'

/**
 * Subscriptions of Midtrans's own (docs/midtrans/protocol.md §11), and when they are charged:
 *
 *     active ──start, then each interval──▶ charge ──failed──▶ retry, up to `retry.most` times ──all failed──▶ inactive
 *       │ max_interval charges made ──▶ inactive
 *       └ disable ──▶ inactive, but a retry already planned still fires;  cancel ──▶ inactive, and no retry either
 *
 * The wire knows only `active` and `inactive`; `ended` keeps why, because an ended one is not enabled again.
 */
export interface Subscription {
  readonly id: string
  readonly createdMs: number
  readonly paymentType: 'credit_card' | 'gopay'
  name: string
  amount: string
  token: string
  accountId: string | null
  schedule: Schedule
  retry: Retry | null
  status: 'active' | 'inactive'
  ended: 'cancelled' | 'finished' | 'failed' | null
  readonly metadata: unknown
  readonly customer: unknown
  transactionIds: readonly string[]
}

export interface Schedule {
  readonly interval: number
  readonly unit: IntervalUnit
  /** Null: without end. */
  readonly most: number | null
  readonly startMs: number
  /** From where the rhythm is counted; the start, until an update moves it. */
  readonly anchorMs: number
  /** Charges begun, the failed ones too. */
  readonly current: number
  readonly previousMs: number | null
  readonly nextMs: number | null
}

export interface Retry {
  readonly interval: number
  readonly unit: 'minute' | 'hour' | 'day'
  readonly most: number
  readonly made: number
  readonly atMs: number | null
}

export type NewSubscription = Omit<Subscription, 'id' | 'createdMs' | 'status' | 'ended' | 'transactionIds'>

const RETRY_SECONDS = { minute: 60, hour: 3600, day: 86_400 }

export class Subscriptions {
  readonly #clock: WorldClock
  readonly #random: Random
  readonly #byId = new Map<string, Subscription>()
  readonly #appointments = new Map<string, Appointment>()
  /** Charges it, and says whether money moved. */
  charge: (subscription: Subscription) => {
    readonly paid: boolean
    readonly transactionId: string | null
    tell(): void
  } = () => ({ paid: false, transactionId: null, tell: () => {} })
  onChange: (subscription: Subscription) => void = () => {}

  constructor(clock: WorldClock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  get random(): Random {
    return this.#random
  }

  open(asked: NewSubscription): Subscription {
    const subscription: Subscription = {
      ...asked,
      id: this.#random.uuid(),
      createdMs: this.#clock.nowMs(),
      status: 'active',
      ended: null,
      transactionIds: [],
    }
    this.restore(subscription)
    this.onChange(subscription)
    return subscription
  }

  restore(subscription: Subscription): void {
    this.#byId.set(subscription.id, subscription)
    this.#plan(subscription)
  }

  find(id: string): Subscription | undefined {
    return this.#byId.get(id)
  }

  /** Newest last. */
  all(): Iterable<Subscription> {
    return this.#byId.values()
  }

  change(subscription: Subscription, change: Partial<Subscription>): void {
    Object.assign(subscription, change)
    this.#plan(subscription)
    this.onChange(subscription)
  }

  disable(subscription: Subscription): void {
    this.change(subscription, { status: 'inactive' })
  }

  /** Intervals that went by while it was disabled are not charged afterwards. */
  enable(subscription: Subscription): void {
    this.change(subscription, {
      status: 'active',
      schedule: skipPast(subscription.schedule, this.#clock.nowMs()),
    })
  }

  cancel(subscription: Subscription): void {
    const { retry } = subscription
    this.change(subscription, {
      status: 'inactive',
      ended: 'cancelled',
      retry: retry ? { ...retry, atMs: null } : null,
    })
  }

  /** One appointment each: the retry, or the next interval, whichever comes first. */
  #plan(subscription: Subscription): void {
    const planned = this.#appointments.get(subscription.id)
    if (planned) planned.cancelled = true
    const dueMs = dueAt(subscription)
    if (dueMs === null) this.#appointments.delete(subscription.id)
    else
      this.#appointments.set(
        subscription.id,
        this.#clock.plan(dueMs, () => this.#run(subscription)),
      )
  }

  #run(subscription: Subscription): void {
    const nowMs = this.#clock.nowMs()
    const { retry, schedule, status } = subscription
    const isRetry = retry?.atMs != null && retry.atMs <= nowMs
    if (!isRetry && (status === 'inactive' || schedule.nextMs === null)) return
    const begun = isRetry ? schedule : advance(schedule, nowMs)
    const outcome = this.charge(subscription)
    const made = isRetry ? retry.made + 1 : 0
    const again = !outcome.paid && retry !== null && made < retry.most
    const failed = !outcome.paid && !again
    const finished = outcome.paid && begun.nextMs === null
    this.change(subscription, {
      schedule: begun,
      retry: retry && {
        ...retry,
        made: again ? made : 0,
        atMs: again ? nowMs + retry.interval * RETRY_SECONDS[retry.unit] * 1000 : null,
      },
      transactionIds: outcome.transactionId
        ? [...subscription.transactionIds, outcome.transactionId]
        : subscription.transactionIds,
      ...(failed ? { status: 'inactive', ended: 'failed' } : {}),
      ...(finished ? { status: 'inactive', ended: 'finished' } : {}),
    })
    // Told as it is afterwards: the next execution, and inactive when this was the last.
    outcome.tell()
  }
}

function dueAt({ status, schedule, retry }: Subscription): number | null {
  const nextMs = status === 'active' ? schedule.nextMs : null
  if (retry?.atMs == null) return nextMs
  return nextMs === null ? retry.atMs : Math.min(nextMs, retry.atMs)
}

/** `max_interval` 0 is one run. */
function advance(schedule: Schedule, nowMs: number): Schedule {
  const current = schedule.current + 1
  const isLast = schedule.most !== null && current >= Math.max(1, schedule.most)
  const nextMs = isLast ? null : nextAfter(schedule, schedule.nextMs ?? nowMs)
  return { ...schedule, current, previousMs: nowMs, nextMs }
}

/** Counted from the anchor and not from the last one, so that the 31st comes back after a short month. */
function nextAfter({ anchorMs, interval, unit }: Schedule, afterMs: number): number {
  for (let count = 1; ; count++) {
    const nextMs = addInterval(anchorMs, interval * count, unit)
    if (nextMs > afterMs) return nextMs
  }
}

function skipPast(schedule: Schedule, nowMs: number): Schedule {
  const isPast = schedule.nextMs !== null && schedule.nextMs <= nowMs
  return isPast ? { ...schedule, nextMs: nextAfter(schedule, nowMs) } : schedule
}
