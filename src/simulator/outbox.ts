import { BayarError } from '../errors.ts'
import type { Appointment } from './agenda.ts'
import type { WorldClock } from './clock.ts'
import { type Deliver, deliverNotification } from './deliver-notification.ts'
import type { Merchant } from './documents.ts'
import type { Fault, FaultKind, FaultList } from './faults.ts'
import {
  bodyOf,
  type Letter,
  type Notice,
  type NoticeRecord,
  type NoticeState,
  nameOf,
  orderIdOf,
  recordOf,
  type SimulatedNotification,
  type Subject,
  showNotice,
  subjectIn,
} from './notice.ts'
import { readUrl } from './notification-urls.ts'
import type { Random } from './random.ts'
import { nextRetryInSeconds } from './retry-policy.ts'
import { Ring } from './ring.ts'
import type { Transaction } from './transaction.ts'
import { viewOf } from './view.ts'

const OVER: ReadonlySet<NoticeState> = new Set(['delivered', 'failed', 'lost', 'unaddressed'])
const CONCURRENT_MAX = 16
const FINISHED_KEPT = 10_000
/** Beyond this a failed delivery is not tried again: a receiver that is down must not fill the memory. */
const WAITING_MAX = 200_000
const ATTEMPTS_KEPT = 50
/** A held notice whose order hears nothing more is sent after all. */
const HELD_SECONDS_MAX = 60

/**
 * Notifications on their way. One notice is one document to one address, with its own retries on the simulator's clock.
 *
 *     waiting ──due──▶ queued ──free lane──▶ sending ──2xx──▶ delivered
 *        ▲                                     │ ├── no retry left ──▶ failed
 *        └────────────── retry left ───────────┘
 *     lost, unaddressed: never sent.   held (by `reorder`): queued behind the next notice of its order.
 *
 * An order's notices go one after the other, several orders at once; disorder is a fault one can ask for. A finished notice is kept for
 * the history page, the latest ten thousand of them.
 */
export class Outbox {
  readonly #clock: WorldClock
  readonly #faults: FaultList
  readonly #merchant: Merchant
  readonly #retryShifts: Random
  readonly #testIds: Random
  readonly #deliver: Deliver
  readonly #dashboardUrls: () => readonly string[]

  readonly #open = new Map<number, Notice>()
  readonly #finished = new Ring<Notice>(FINISHED_KEPT)
  readonly #lanes = new Map<string, Notice[]>()
  readonly #held = new Map<string, Notice[]>()
  /** Still on their way, with the instant of their next attempt. */
  readonly #restored = new Map<number, number | null>()
  #ready: string[] = []
  #sending = 0
  #tries = 0
  #sequence = 0
  #paused = false
  #closed = false
  #pumpIsDue = false
  #whenIdle: (() => void)[] = []

  constructor(parts: {
    clock: WorldClock
    faults: FaultList
    merchant: Merchant
    retryShifts: Random
    testIds: Random
    deliver: Deliver
    dashboardUrls: () => readonly string[]
  }) {
    this.#clock = parts.clock
    this.#faults = parts.faults
    this.#merchant = parts.merchant
    this.#retryShifts = parts.retryShifts
    this.#testIds = parts.testIds
    this.#deliver = parts.deliver
    this.#dashboardUrls = parts.dashboardUrls
  }

  /** Told of each notice whenever it has become something else. */
  onChange: (record: NoticeRecord) => void = () => {}

  /** From a file: what was on its way when the process ended is sent (perhaps once more, as it may be after any crash). */
  restore(record: NoticeRecord, find: (sequence: number) => Transaction | undefined): void {
    const subject = subjectIn(record, find)
    if (!subject) return
    const notice: Notice = {
      sequence: record.sequence,
      subject,
      url: record.url,
      createdMs: record.createdMs,
      fault: record.fault,
      state: record.state,
      attempts: record.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at) })),
      retries: record.retries,
      next: null,
    }
    this.#sequence = Math.max(this.#sequence, record.sequence)
    if (!OVER.has(notice.state)) {
      this.#open.set(notice.sequence, notice)
      this.#restored.set(notice.sequence, record.nextMs)
    } else {
      this.#open.delete(notice.sequence)
      this.#restored.delete(notice.sequence)
      this.#finished.push(notice)
    }
  }

  /** Once everything is restored: only the last of a notice's lines says whether it is still on its way. */
  planRestored(): void {
    for (const [sequence, nextMs] of this.#restored) {
      const notice = this.#open.get(sequence)
      if (notice?.state === 'waiting' && nextMs !== null)
        notice.next = this.#clock.plan(nextMs, () => {
          notice.next = null
          this.#enqueue(notice)
        })
      else if (notice) this.#enqueue(notice)
    }
    this.#restored.clear()
  }

  *records(): Iterable<NoticeRecord> {
    for (const notice of this.#notices().reverse()) yield recordOf(notice, this.#merchant)
  }

  get paused(): boolean {
    return this.#paused
  }

  /** A transaction has a new status. Returns at once: a charge never waits for its notification. */
  announce(transaction: Transaction): void {
    if (this.#closed || (transaction.extras?.isQuiet && transaction.status === 'pending')) return
    const view = viewOf(transaction)
    const fault = this.#faults.takeForNotification(transaction.orderId, view.status)
    this.#send({ view }, this.#addressesOf(transaction), fault)
  }

  /** Retried and shown as every other. */
  post(letter: Letter, urls: readonly (string | null)[]): void {
    if (this.#closed) return
    this.#send({ letter }, urls, this.#faults.takeForNotification(letter.lane, null))
  }

  #send(subject: Subject, urls: readonly (string | null)[], fault: Fault | undefined): void {
    for (const url of urls) {
      const copies = fault?.kind === 'repeat' ? fault.copies! : 1
      for (let copy = 0; copy < copies; copy++) {
        const notice = this.#notice(subject, url, fault?.kind)
        try {
          this.#start(notice, fault)
        } catch (error) {
          this.#giveUp(notice, error)
        }
      }
    }
  }

  /** To the given address, or to all of the dashboard. */
  sendTest(url?: string): SimulatedNotification[] {
    const urls = url === undefined ? this.#dashboardUrls() : [readUrl(url)]
    if (urls.length === 0)
      throw new BayarError(
        'command_not_possible',
        'Simulator: no notification URL is set; give one to send the test to.',
      )
    return urls.map((to) => {
      const notice = this.#notice({ testUuid: this.#testIds.uuid() }, to)
      this.#enqueue(notice)
      return showNotice(notice, this.#merchant)
    })
  }

  /** How many deliveries were tried: a number, where the list of ten thousand would have to be shown to be counted. */
  get tries(): number {
    return this.#tries
  }

  /** Newest first. */
  list(): SimulatedNotification[] {
    return this.#notices().map((notice) => showNotice(notice, this.#merchant))
  }

  listOf(transactionId: string): SimulatedNotification[] {
    return this.#notices()
      .filter(({ subject }) => 'view' in subject && subject.view.transaction.id === transactionId)
      .map((notice) => showNotice(notice, this.#merchant))
  }

  /** Sends it once more, now, whatever the retry policy has planned. */
  async resend(id: string): Promise<SimulatedNotification> {
    const notice = this.#notices().find((one) => nameOf(one) === id)
    if (!notice)
      throw new BayarError('notification_not_found', `Simulator: ${id} is not (or no longer) in the history.`)
    const url = notice.url ?? this.#dashboardUrls()[0]
    if (!url) throw new BayarError('command_not_possible', 'Simulator: no notification URL is set.')
    this.#sending++
    try {
      const delivered = await this.#attempt(notice, url, true)
      if (delivered && !this.#closed) {
        notice.next = cancel(notice.next)
        notice.state = 'delivered'
        this.#finish(notice)
      }
    } finally {
      this.#sending--
      this.#pump()
    }
    return showNotice(notice, this.#merchant)
  }

  pause(): void {
    this.#paused = true
    this.#tellIdle()
  }

  resume(): void {
    this.#paused = false
    this.#pump()
  }

  /** Nothing is being sent, and nothing stands in the queue that could be. */
  get isIdle(): boolean {
    return this.#sending === 0 && (this.#paused || this.#ready.length === 0)
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  /** Whatever is still under way is forgotten. */
  close(): void {
    this.#closed = true
    this.#lanes.clear()
    this.#ready = []
    for (const tell of this.#whenIdle.splice(0)) tell()
  }

  /** Override replaces the dashboard's addresses, append adds to them; override wins (notifications.md §1). */
  #addressesOf({ extras }: Transaction): readonly (string | null)[] {
    if (extras?.overrideUrls) return extras.overrideUrls
    const urls = [...new Set([...this.#dashboardUrls(), ...(extras?.appendUrls ?? [])])]
    return urls.length ? urls : [null]
  }

  #notice(subject: Subject, url: string | null, fault?: FaultKind): Notice {
    const notice: Notice = {
      sequence: ++this.#sequence,
      subject,
      url,
      createdMs: this.#clock.nowMs(),
      fault: fault ?? null,
      state: 'queued',
      attempts: [],
      retries: 0,
      next: null,
    }
    this.#open.set(notice.sequence, notice)
    return notice
  }

  #start(notice: Notice, fault: Fault | undefined): void {
    if (notice.url === null) this.#end(notice, 'unaddressed')
    else if (fault?.kind === 'lose') this.#end(notice, 'lost')
    else if (fault?.kind === 'delay') this.#sendLater(notice, fault.seconds!)
    else if (fault?.kind === 'reorder') this.#hold(notice)
    else {
      this.#enqueue(notice)
      this.onChange(recordOf(notice, this.#merchant))
      this.#release(orderIdOf(notice.subject, this.#merchant))
    }
  }

  #hold(notice: Notice): void {
    const orderId = orderIdOf(notice.subject, this.#merchant)
    notice.state = 'held'
    this.#held.set(orderId, [...(this.#held.get(orderId) ?? []), notice])
    this.onChange(recordOf(notice, this.#merchant))
    this.#clock.planIn(HELD_SECONDS_MAX, () => this.#release(orderId))
  }

  #release(orderId: string): void {
    const held = this.#held.get(orderId)
    if (!held) return
    this.#held.delete(orderId)
    for (const notice of held) this.#enqueue(notice)
  }

  #sendLater(notice: Notice, seconds: number): void {
    notice.state = 'waiting'
    notice.next = this.#clock.planIn(seconds, () => {
      notice.next = null
      this.#enqueue(notice)
    })
    this.onChange(recordOf(notice, this.#merchant))
  }

  #enqueue(notice: Notice): void {
    notice.state = 'queued'
    const orderId = orderIdOf(notice.subject, this.#merchant)
    const lane = this.#lanes.get(orderId)
    if (lane) lane.push(notice)
    else {
      this.#lanes.set(orderId, [notice])
      this.#ready.push(orderId)
    }
    if (this.#pumpIsDue) return
    this.#pumpIsDue = true
    queueMicrotask(() => this.#pump())
  }

  #pump(): void {
    this.#pumpIsDue = false
    let started = 0
    while (!this.#paused && this.#sending < CONCURRENT_MAX && started < this.#ready.length) {
      this.#sending++
      void this.#sendFrom(this.#ready[started++]!)
    }
    if (started) this.#ready = this.#ready.slice(started)
    this.#tellIdle()
  }

  async #sendFrom(orderId: string): Promise<void> {
    const lane = this.#lanes.get(orderId)
    const notice = lane?.shift()
    try {
      if (notice) await this.#sendDue(notice)
    } catch (error) {
      if (notice) this.#giveUp(notice, error)
    }
    this.#sending--
    if (this.#closed) return
    if (lane?.length) this.#ready.push(orderId)
    else this.#lanes.delete(orderId)
    this.#pump()
  }

  async #sendDue(notice: Notice): Promise<void> {
    if (notice.url === null || notice.state !== 'queued') return
    notice.state = 'sending'
    const delivered = await this.#attempt(notice, notice.url, false)
    if (this.#closed) return
    if (delivered) return this.#end(notice, 'delivered')
    const inSeconds = nextRetryInSeconds(
      notice.attempts.at(-1)?.httpStatus,
      notice.retries,
      this.#retryShifts,
    )
    if (inSeconds === undefined || this.#open.size > WAITING_MAX) return this.#end(notice, 'failed')
    notice.retries++
    this.#sendLater(notice, inSeconds)
  }

  async #attempt(notice: Notice, url: string, byHand: boolean): Promise<boolean> {
    const at = this.#clock.now()
    this.#tries++
    const delivered = await deliverNotification(bodyOf(notice, this.#merchant), url, this.#deliver)
    notice.attempts = [...notice.attempts, { at, byHand, ...delivered }].slice(-ATTEMPTS_KEPT)
    return delivered.httpStatus !== undefined && delivered.httpStatus >= 200 && delivered.httpStatus < 300
  }

  /** It could not be written, or not be kept: the others are sent all the same, and its row says why. */
  #giveUp(notice: Notice, error: unknown): void {
    const says = `the simulator could not make this notification: ${error instanceof Error ? error.message : String(error)}`
    const attempt = {
      at: this.#clock.now(),
      byHand: false,
      httpStatus: undefined,
      says,
      hops: 0,
      durationMs: 0,
    }
    notice.attempts = [...notice.attempts, attempt].slice(-ATTEMPTS_KEPT)
    try {
      this.#end(notice, 'failed')
    } catch {
      // What cannot be put on file is still told by the page.
    }
  }

  #end(notice: Notice, state: NoticeState): void {
    notice.state = state
    this.#finish(notice)
  }

  #finish(notice: Notice): void {
    if (this.#open.delete(notice.sequence)) this.#finished.push(notice)
    this.onChange(recordOf(notice, this.#merchant))
  }

  #tellIdle(): void {
    if (this.isIdle) for (const tell of this.#whenIdle.splice(0)) tell()
  }

  #notices(): Notice[] {
    return [...this.#finished.list(), ...this.#open.values()].sort(
      (one, other) => other.sequence - one.sequence,
    )
  }
}

function cancel(appointment: Appointment | null): null {
  if (appointment) appointment.cancelled = true
  return null
}
