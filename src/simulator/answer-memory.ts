/**
 * Idempotency-Key, as docs/midtrans/protocol.md §3 has it: five minutes, only successful answers, one key-space for all endpoints, so that a
 * charge's key on a refund replays the charge. A key longer than 46 characters is silently no key at all.
 *
 * Answers are kept as what they say, not as text: three hundred charges a second leave ninety thousand of them.
 */
export const KEY_LENGTH_MAX = 46
/** The oldest fall out first; a repeat of one of those is an ordinary duplicate (406). */
const ANSWERS_MAX = 250_000

export interface KeptAnswer<Answer> {
  readonly key: string
  readonly answer: Answer
  readonly untilMs: number
}

export class AnswerMemory<Answer> {
  readonly #lifetimeMs: number
  readonly #running = new Set<string>()
  readonly #answers = new Map<string, { readonly answer: Answer; readonly untilMs: number }>()

  /** Told of each answer that is kept. */
  onKeep: (kept: KeptAnswer<Answer>) => void = () => {}

  constructor(minutes = 5) {
    this.#lifetimeMs = minutes * 60_000
  }

  recall(key: string, nowMs: number): Answer | 'running' | undefined {
    if (this.#running.has(key)) return 'running'
    const kept = this.#answers.get(key)
    return kept && kept.untilMs > nowMs ? kept.answer : undefined
  }

  begin(key: string): void {
    this.#running.add(key)
  }

  /** Without an answer the key is as if it had never been used. */
  finish(key: string, answer: Answer | undefined, nowMs: number): void {
    this.#running.delete(key)
    if (answer === undefined) return
    const kept = { key, answer, untilMs: nowMs + this.#lifetimeMs }
    this.restore(kept)
    this.onKeep(kept)
    for (const [oldest, { untilMs }] of this.#answers) {
      if (untilMs > nowMs && this.#answers.size <= ANSWERS_MAX) break
      this.#answers.delete(oldest)
    }
  }

  restore({ key, answer, untilMs }: KeptAnswer<Answer>): void {
    this.#answers.delete(key)
    this.#answers.set(key, { answer, untilMs })
  }

  *all(nowMs: number): Iterable<KeptAnswer<Answer>> {
    for (const [key, { answer, untilMs }] of this.#answers)
      if (untilMs > nowMs) yield { key, answer, untilMs }
  }
}
