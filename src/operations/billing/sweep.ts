/** Work on a long list: page by page in flat memory, each item by itself, so that one that fails is told and passed over, and a run that dies is taken up by the next. Where Midtrans is ill, it waits (`patience.ts`). */
import { isBayarError } from '../../errors.ts'
import type { DueSubscription } from '../../store/due-subscriptions.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { paymentChecks } from '../payments/check-due-payments.ts'
import { ComeBack, eachOf, type TaskRun } from '../task-run.ts'
import { type Patience, patienceOf } from './patience.ts'

export const PAGE = 100
/** Claimed at once: more than are worked on, so that a slow one does not hold up the rest; few enough that all of them end within a lease. */
export const CLAIMED = 32
const AT_ONCE = 8
const COME_BACK_MS = 1000

export interface Swept {
  readonly done: number
  /** What the next run meets again. */
  readonly failed: number
}

export interface SweepItem {
  readonly id: string
  readonly merchant: string
}

type Work = (id: string) => Promise<boolean>

/** Whether Midtrans is asked for each: what is paid out of wallets does not wait for it. */
export interface Asking {
  readonly asks: 'midtrans' | 'nobody'
}

export class Sweep {
  readonly #context: Context
  readonly #run: TaskRun | null
  readonly #patience: Patience
  #done = 0
  #told = 0
  #failed = 0
  /** The first moment at which something that was left for Midtrans's sake may be begun. */
  #leftUntil: Date | null = null

  constructor(context: Context, run: TaskRun | null) {
    this.#context = context
    this.#run = run
    this.#patience = patienceOf(context)
  }

  /** What was done; where something had to be left, when to come back for it. */
  end(): Swept {
    if (this.#leftUntil !== null) throw new ComeBack(this.#leftUntil, 'Midtrans does not answer.')
    return { done: this.#done, failed: this.#failed }
  }

  /** In the order of the list, from one page to the next: what fails is not met again in this run. */
  async listed(
    list: (page: { after: DueSubscription | null; limit: number }) => Promise<readonly DueSubscription[]>,
    work: Work,
    asking: Asking,
  ): Promise<void> {
    for (let after: DueSubscription | null = null; ; ) {
      const page: readonly DueSubscription[] = await list({ after, limit: PAGE })
      await this.each(page, work, asking)
      await this.turned(asking)
      if (page.length < PAGE) return
      after = page.at(-1)!
    }
  }

  /** What is claimed is leased, and so is not met again by whoever asks next. */
  async claimed(
    claim: (limit: number) => Promise<readonly SweepItem[]>,
    work: Work,
    asking: Asking,
  ): Promise<void> {
    for (;;) {
      this.comeBackIfTold(asking)
      const page = await claim(CLAIMED)
      await this.each(page, work, asking)
      await this.turned(asking)
      if (page.length < CLAIMED) return
    }
  }

  /** Each item of a page. What is not begun stays on its list, or comes back to it with its lease. */
  async each(items: readonly SweepItem[], work: Work, { asks }: Asking): Promise<void> {
    const isAsked = asks === 'midtrans'
    const isDoubtful = isAsked && items.some(({ merchant }) => this.#patience.isDoubtful(merchant))
    await eachOf(items, isDoubtful ? 1 : AT_ONCE, async ({ id, merchant }) => {
      const until = isAsked ? this.#patience.waitsUntil(merchant) : null
      if (until !== null) {
        this.#leave(until)
        return
      }
      try {
        if (await work(id)) this.#done++
      } catch (error) {
        if (!isBayarError(error)) throw error
        this.#failed++
        this.#patience.missed(merchant, error)
        this.#context.log.warn('billing passed over one', { id, reason: reasonOf(error) })
      }
    })
    if (items.length > 0) this.#context.wake()
  }

  /** A page is done. */
  async turned(asking: Asking): Promise<void> {
    // An empty page is no news, and most runs find nothing.
    if (this.#done !== this.#told) await this.#run?.progress({ done: this.#done })
    this.#told = this.#done
    this.comeBackIfTold(asking)
    if (this.#run?.isStopping())
      throw new ComeBack(
        new Date(this.#context.clock.now().getTime() + COME_BACK_MS),
        'The worker is stopping.',
      )
  }

  /** Merchants that Midtrans does not answer, or whose keys it refuses. Nothing of theirs is claimed, only to lie in a lease. */
  passedOver(): readonly string[] {
    const merchants = this.#patience.waiting()
    for (const merchant of merchants) this.#leave(this.#patience.waitsUntil(merchant))
    return merchants
  }

  /** Midtrans told this process to slow down. */
  mustRest({ asks }: Asking): boolean {
    return asks === 'midtrans' && paymentChecks(this.#context).pausedUntil() !== null
  }

  #leave(until: Date | null): void {
    if (until !== null && (this.#leftUntil === null || until < this.#leftUntil)) this.#leftUntil = until
  }

  comeBackIfTold({ asks }: Asking): void {
    const until = asks === 'midtrans' ? paymentChecks(this.#context).pausedUntil() : null
    if (until !== null) throw new ComeBack(until, 'Midtrans asks us to slow down.')
  }
}
