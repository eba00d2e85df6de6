import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { BayarError, invalidRequest } from '../errors.ts'
import { Agenda, type Appointment } from './agenda.ts'

/**
 * The simulator's time. Either it runs with the machine's, perhaps shifted, and a timer wakes it for what is due; or it is frozen, and moves
 * only when told. Moved forward, it stops at every appointment on the way: what is due at 10:00 and again at 10:02 because of what
 * happened at 10:00 is done at those instants, in that order, each with its deliveries finished before the next begins.
 */
export interface SimulatorClock {
  now(): Date
  /** Stands still, here or at the given instant. An instant beyond something due needs `set`, which waits for it. */
  freeze(at?: Date): void
  resume(): void
  advance(seconds: number): Promise<void>
  set(at: Date): Promise<void>
}

/** How far it is from the machine's clock, and where it stands when it stands. */
export interface ClockState {
  readonly shiftMs: number
  readonly frozenAtMs: number | null
}

/** Timers of the platform overflow beyond this and would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

/** A hundred years at once; every appointment on the way is kept, so further would be a wait without end. */
const ADVANCE_SECONDS_MAX = 3_155_760_000

/** Beyond these a time cannot be written as Midtrans writes it, deadlines a while after it included. */
const FIRST_INSTANT_MS = 0
const LAST_INSTANT_MS = Date.UTC(9000, 0, 1)
const INSTANTS = 'between 1970-01-01 and 9000-01-01'

export class WorldClock implements SimulatorClock {
  readonly #agenda = new Agenda()
  #shiftMs: number
  #frozenAtMs: number | undefined
  /** The appointment being kept while the clock is moved. */
  #stoppedAtMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #moves: Promise<void> = Promise.resolve()
  #closed = false
  /** What has happened bears its time: then the clock does not go back behind it. */
  hasHistory: () => boolean = () => false
  readonly #waiting = new Set<() => void>()
  /** Told where it stands after each time that somebody moved it. */
  onMove: (state: ClockState) => void = () => {}
  /** Resolves when everything set off so far has come to rest. */
  atRest: () => Promise<void> = async () => {}

  constructor(start: Date | undefined, frozen: boolean) {
    const startMs = start?.getTime() ?? Date.now()
    this.#shiftMs = startMs - Date.now()
    this.#frozenAtMs = frozen ? startMs : undefined
  }

  state(): ClockState {
    return { shiftMs: this.#shiftMs, frozenAtMs: this.#frozenAtMs ?? null }
  }

  /** False after `restore` from a file whose clock was no instant. */
  get isReadable(): boolean {
    return isInstant(this.nowMs())
  }

  restore({ shiftMs, frozenAtMs }: ClockState): void {
    this.#shiftMs = shiftMs
    this.#frozenAtMs = frozenAtMs ?? undefined
    this.#wakeInTime()
  }

  get frozen(): boolean {
    return this.#frozenAtMs !== undefined
  }

  nowMs(): number {
    return this.#stoppedAtMs ?? this.#frozenAtMs ?? Date.now() + this.#shiftMs
  }

  now(): Date {
    return new Date(this.nowMs())
  }

  plan(atMs: number, run: () => void): Appointment {
    const appointment = this.#agenda.plan(atMs, run)
    this.#wakeInTime()
    return appointment
  }

  planIn(seconds: number, run: () => void): Appointment {
    return this.plan(this.nowMs() + seconds * 1000, run)
  }

  /** Ends early when the clock is thrown away: whoever waits must not wait for ever. */
  async wait(seconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    this.planIn(seconds, resolve)
    await promise
    this.#waiting.delete(resolve)
  }

  freeze(at?: Date): void {
    const toMs = at?.getTime() ?? this.nowMs()
    assertInstant(toMs, 'at')
    const nextMs = this.#agenda.nextMs()
    if (at && toMs < this.nowMs()) this.#assertMayGoBack()
    if (at && nextMs !== undefined && nextMs < toMs) {
      throw refusedMove(
        `The simulator’s clock cannot jump to ${new Date(toMs).toISOString()} while something is planned for ${new Date(nextMs).toISOString()}: move it with \`await clock.set(at)\`, which keeps every appointment on the way.`,
      )
    }
    this.#frozenAtMs = toMs
    this.onMove(this.state())
    this.#wakeInTime()
  }

  resume(): void {
    if (this.#frozenAtMs === undefined) return
    this.#shiftMs = this.#frozenAtMs - Date.now()
    this.#frozenAtMs = undefined
    this.onMove(this.state())
    this.#wakeInTime()
  }

  async advance(seconds: number): Promise<void> {
    if (!(seconds >= 0 && seconds <= ADVANCE_SECONDS_MAX))
      throw invalidRequest([
        { field: 'seconds', reason: `must be between 0 and ${ADVANCE_SECONDS_MAX} (a hundred years)` },
      ])
    await this.#inTurn(async () => {
      // Where it is when its turn comes: two `advance(60)` at once are two minutes.
      const targetMs = this.nowMs() + seconds * 1000
      assertInstant(targetMs, 'seconds')
      await this.#moveTo(targetMs)
    })
  }

  async set(at: Date): Promise<void> {
    assertInstant(at.getTime(), 'at')
    await this.#inTurn(async () => {
      if (at.getTime() >= this.nowMs()) return await this.#moveTo(at.getTime())
      this.#assertMayGoBack()
      this.#shiftMs = at.getTime() - Date.now()
      if (this.frozen) this.#frozenAtMs = at.getTime()
    })
  }

  /** Keeps what is due at this very moment. */
  keepDue(): void {
    for (;;) {
      const due = this.#agenda.take(this.nowMs())
      if (!due) break
      due.run()
    }
    this.#wakeInTime()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const goOn of this.#waiting) goOn()
  }

  #assertMayGoBack(): void {
    if (this.hasHistory() || this.#agenda.nextMs() !== undefined)
      throw refusedMove(
        'The simulator’s clock cannot go back once there is a transaction or something is planned: forget everything with POST /_simulator/reset (`simulator.reset()`) first.',
      )
  }

  async #moveTo(targetMs: number): Promise<void> {
    await this.#rest()
    for (;;) {
      const due = this.#agenda.take(targetMs)
      if (!due || this.#closed) break
      this.#stoppedAtMs = Math.max(due.atMs, this.nowMs())
      due.run()
      const nextMs = this.#agenda.nextMs()
      if (nextMs === undefined || nextMs > this.#stoppedAtMs) await this.#rest()
    }
    this.#stoppedAtMs = undefined
    if (this.#frozenAtMs !== undefined) this.#frozenAtMs = Math.max(this.#frozenAtMs, targetMs)
    else this.#shiftMs += Math.max(0, targetMs - this.nowMs())
    this.#wakeInTime()
  }

  /** A request that waited for this instant goes on in a later turn of the event loop, so one turn is given before looking. */
  async #rest(): Promise<void> {
    await turnOfTheLoop()
    await this.atRest()
  }

  async #inTurn(move: () => Promise<void>): Promise<void> {
    const mine = this.#moves.then(move).then(() => this.onMove(this.state()))
    this.#moves = mine.catch(() => {})
    await mine
  }

  #wakeInTime(): void {
    clearTimeout(this.#timer)
    const nextMs = this.#agenda.nextMs()
    if (nextMs === undefined || this.frozen || this.#stoppedAtMs !== undefined || this.#closed) return
    const inMs = Math.min(Math.max(0, nextMs - this.nowMs()), TIMER_MS_MAX)
    // A retry three hours away is no reason to keep a process alive.
    this.#timer = setTimeout(() => this.keepDue(), inMs).unref()
  }
}

function isInstant(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= FIRST_INSTANT_MS && ms <= LAST_INSTANT_MS
}

function assertInstant(ms: number, field: 'at' | 'seconds'): void {
  if (isInstant(ms)) return
  const reason =
    field === 'at' ? `must be an instant ${INSTANTS}` : `must leave the clock at an instant ${INSTANTS}`
  throw invalidRequest([{ field, reason }])
}

/** The code's own sentence is about a payment; this is about the clock. */
function refusedMove(sentence: string): BayarError {
  const error = new BayarError('command_not_possible')
  error.message = sentence
  return error
}
