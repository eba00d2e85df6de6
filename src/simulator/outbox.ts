import { BayarError } from '../errors.ts'
import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'
import type { Appointment } from './agenda.ts'
import type { WorldClock } from './clock.ts'
import { type Deliver, type Delivered, deliverNotification } from './deliver-notification.ts'
import { type Merchant, notificationDocument, testNotificationDocument } from './documents.ts'
import type { Fault, FaultKind, FaultList } from './faults.ts'
import type { Random } from './random.ts'
import { nextRetryInSeconds } from './retry-policy.ts'
import { Ring } from './ring.ts'
import type { Transaction } from './transaction.ts'
import { type View, viewOf } from './view.ts'

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
export type NoticeState =
  | 'waiting'
  | 'queued'
  | 'sending'
  | 'held'
  | 'delivered'
  | 'failed'
  | 'lost'
  | 'unaddressed'

export interface DeliveryAttempt extends Delivered {
  readonly at: Date
  /** Asked for by a person, outside the retry policy. */
  readonly byHand: boolean
}

export interface SimulatedNotification {
  readonly id: string
  /** Of a notification about something else, what it is about: an account, a subscription. */
  readonly orderId: string
  /** Null for a test ping. */
  readonly transactionId: string | null
  readonly kind: 'payment' | 'test' | Letter['kind']
  /** Null where the notification is about no transaction. */
  readonly transactionStatus: TransactionStatus | null
  /** `challenge` beside `capture`: the money is held, nothing is paid. */
  readonly fraudStatus: FraudStatus | null
  /** Null when no address is configured. */
  readonly url: string | null
  readonly state: NoticeState
  readonly fault: FaultKind | null
  readonly createdAt: Date
  readonly nextAttemptAt: Date | null
  readonly attempts: readonly DeliveryAttempt[]
  /** Exactly what is posted. */
  readonly body: string
}

/** A notification about anything but a transaction. Those with the same lane go one after the other. */
export interface Letter {
  readonly kind: 'recurring' | 'pay_account'
  readonly lane: string
  readonly document: (signer: Merchant) => object
}

type Subject = { readonly view: View } | { readonly testUuid: string } | { readonly letter: Letter }

/** A notice for a file; what it tells is written out, because its transaction has moved on since. */
export interface NoticeRecord {
  readonly sequence: number
  readonly subject:
    | { readonly view: Omit<View, 'transaction'> & { readonly transaction: number } }
    | { readonly testUuid: string }
    | { readonly letter: Pick<Letter, 'kind' | 'lane'> & { readonly document: object } }
  readonly url: string | null
  readonly createdMs: number
  readonly fault: FaultKind | null
  readonly state: NoticeState
  readonly attempts: readonly (Omit<DeliveryAttempt, 'at'> & { readonly at: number })[]
  readonly retries: number
  readonly nextMs: number | null
}

interface Notice {
  readonly sequence: number
  readonly subject: Subject
  readonly url: string | null
  readonly createdMs: number
  readonly fault: FaultKind | null
  state: NoticeState
  attempts: DeliveryAttempt[]
  retries: number
  next: Appointment | null
}

const OVER: ReadonlySet<NoticeState> = new Set(['delivered', 'failed', 'lost', 'unaddressed'])
const CONCURRENT_MAX = 16
const FINISHED_KEPT = 10_000
/** Beyond this a failed delivery is not tried again: a receiver that is down must not fill the memory. */
const WAITING_MAX = 200_000
const ATTEMPTS_KEPT = 50
/** A held notice whose order hears nothing more is sent after all. */
const HELD_SECONDS_MAX = 60

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
    const subject = this.#subjectIn(record, find)
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
    for (const notice of this.#notices().reverse()) yield this.#recordOf(notice)
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
      return this.#show(notice)
    })
  }

  /** Newest first. */
  list(): SimulatedNotification[] {
    return this.#notices().map((notice) => this.#show(notice))
  }

  listOf(transactionId: string): SimulatedNotification[] {
    return this.#notices()
      .filter(({ subject }) => 'view' in subject && subject.view.transaction.id === transactionId)
      .map((notice) => this.#show(notice))
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
    return this.#show(notice)
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
      this.onChange(this.#recordOf(notice))
      this.#release(orderIdOf(notice.subject, this.#merchant))
    }
  }

  #hold(notice: Notice): void {
    const orderId = orderIdOf(notice.subject, this.#merchant)
    notice.state = 'held'
    this.#held.set(orderId, [...(this.#held.get(orderId) ?? []), notice])
    this.onChange(this.#recordOf(notice))
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
    this.onChange(this.#recordOf(notice))
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

  #subjectIn(
    { subject }: NoticeRecord,
    find: (sequence: number) => Transaction | undefined,
  ): Subject | undefined {
    if ('testUuid' in subject) return subject
    if ('letter' in subject) {
      const { kind, lane, document } = subject.letter
      return { letter: { kind, lane, document: () => document } }
    }
    const transaction = find(subject.view.transaction)
    return transaction && { view: { ...subject.view, transaction } }
  }

  #recordOf(notice: Notice): NoticeRecord {
    const { subject, next, attempts, sequence, url, createdMs, fault, state, retries } = notice
    const told =
      'view' in subject
        ? { view: { ...subject.view, transaction: subject.view.transaction.sequence } }
        : 'letter' in subject
          ? {
              letter: {
                kind: subject.letter.kind,
                lane: subject.letter.lane,
                document: subject.letter.document(this.#merchant),
              },
            }
          : subject
    return {
      sequence,
      subject: told,
      url,
      createdMs,
      fault,
      state,
      attempts: attempts.map((attempt) => ({ ...attempt, at: attempt.at.getTime() })),
      retries,
      nextMs: next?.atMs ?? null,
    }
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
    const delivered = await deliverNotification(this.#bodyOf(notice), url, this.#deliver)
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
    this.onChange(this.#recordOf(notice))
  }

  #tellIdle(): void {
    if (this.isIdle) for (const tell of this.#whenIdle.splice(0)) tell()
  }

  #notices(): Notice[] {
    return [...this.#finished.list(), ...this.#open.values()].sort(
      (one, other) => other.sequence - one.sequence,
    )
  }

  #bodyOf({ subject, fault }: Notice): string {
    const merchant =
      fault === 'wrong_signature'
        ? { ...this.#merchant, serverKey: 'the-key-of-somebody-else' }
        : this.#merchant
    if ('letter' in subject) return JSON.stringify(subject.letter.document(merchant))
    return JSON.stringify(
      'view' in subject
        ? notificationDocument(subject.view, merchant)
        : testNotificationDocument(subject.testUuid, merchant),
    )
  }

  #show(notice: Notice): SimulatedNotification {
    const { subject, url, state, fault, attempts, next } = notice
    const bodyOf = () => this.#bodyOf(notice)
    return {
      id: nameOf(notice),
      orderId: orderIdOf(subject, this.#merchant),
      transactionId: 'view' in subject ? subject.view.transaction.id : null,
      kind: 'view' in subject ? 'payment' : 'testUuid' in subject ? 'test' : subject.letter.kind,
      transactionStatus:
        'view' in subject ? subject.view.status : 'testUuid' in subject ? 'settlement' : null,
      fraudStatus: 'view' in subject ? subject.view.fraud : null,
      url,
      state,
      fault,
      createdAt: new Date(notice.createdMs),
      nextAttemptAt: next ? new Date(next.atMs) : null,
      attempts,
      // Rendered when looked at: a list of ten thousand would otherwise hash ten thousand signatures.
      get body() {
        return bodyOf()
      },
    }
  }
}

/** "https://one.example/a, https://two.example/b", as the dashboard takes it. */
export function readUrls(given: string | readonly string[] | undefined): string[] {
  const list = typeof given === 'string' ? given.split(',') : (given ?? [])
  return list
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map(readUrl)
}

function readUrl(url: string): string {
  if (!isHttpUrl(url))
    throw new BayarError(
      'invalid_request',
      `Simulator: “${url}” is not an http or https address for notifications.`,
    )
  return url
}

export function isHttpUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
}

function nameOf(notice: Notice): string {
  return `notice-${notice.sequence}`
}

function orderIdOf(subject: Subject, merchant: Merchant): string {
  if ('view' in subject) return subject.view.transaction.orderId
  if ('letter' in subject) return subject.letter.lane
  return testNotificationDocument(subject.testUuid, merchant).order_id
}

function cancel(appointment: Appointment | null): null {
  if (appointment) appointment.cancelled = true
  return null
}
