/** Work on a long list: page by page in flat memory, each item by itself, so that one that fails is told and passed over, and a run that dies is taken up by the next. */
import { isBayarError } from '../../errors.ts'
import type { DueSubscription } from '../../store/due-subscriptions.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { ComeBack, eachOf, type TaskRun } from '../task-run.ts'

export const PAGE = 100
const AT_ONCE = 4
const COME_BACK_MS = 1000

export interface Swept {
  readonly done: number
  /** What the next run meets again. */
  readonly failed: number
}

export class Sweep {
  readonly #context: Context
  readonly #run: TaskRun | null
  #done = 0
  #failed = 0

  constructor(context: Context, run: TaskRun | null) {
    this.#context = context
    this.#run = run
  }

  get swept(): Swept {
    return { done: this.#done, failed: this.#failed }
  }

  /** In the order of the list, from one page to the next: what fails is not met again in this run. */
  async listed(
    list: (page: { after: DueSubscription | null; limit: number }) => Promise<readonly DueSubscription[]>,
    work: (id: string) => Promise<boolean>,
  ): Promise<void> {
    for (let after: DueSubscription | null = null; ; ) {
      const page: readonly DueSubscription[] = await list({ after, limit: PAGE })
      await this.#each(
        page.map(({ id }) => id),
        work,
      )
      if (page.length < PAGE) return
      after = page.at(-1)!
    }
  }

  /** What is claimed is leased, and so is not met again by whoever asks next. */
  async claimed(
    claim: (limit: number) => Promise<readonly { readonly id: string }[]>,
    work: (id: string) => Promise<boolean>,
  ): Promise<void> {
    for (;;) {
      const page = await claim(AT_ONCE)
      await this.#each(
        page.map(({ id }) => id),
        work,
      )
      if (page.length < AT_ONCE) return
    }
  }

  async #each(ids: readonly string[], work: (id: string) => Promise<boolean>): Promise<void> {
    await eachOf(ids, AT_ONCE, async (id) => {
      try {
        if (await work(id)) this.#done++
      } catch (error) {
        if (!isBayarError(error)) throw error
        this.#failed++
        this.#context.log.warn('billing passed over one', { id, reason: reasonOf(error) })
      }
    })
    if (ids.length > 0) {
      this.#context.wake()
      await this.#run?.progress({ done: this.#done })
    }
    if (this.#run?.isStopping())
      throw new ComeBack(
        new Date(this.#context.clock.now().getTime() + COME_BACK_MS),
        'the worker is stopping',
      )
  }
}
