import type { Random } from './random.ts'
import { masked, TEST_CARDS } from './test-cards.ts'

/**
 * Card tokens. A one-time token lives ten minutes and pays once; a saved one pays as often as the merchant likes, until the card ends. What
 * a token stands for never leaves this file but to the bank.
 */
const TOKEN_SECONDS = 10 * 60
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export interface Plastic {
  readonly number: string
  /** The end of the month printed on it. */
  readonly expiresMs: number
}

export interface CardRecord extends Plastic {
  readonly token: string
}

export interface OneTimeRecord extends CardRecord {
  /** 0: it was used. */
  readonly untilMs: number
}

/** For a file. Of a card that is no test card, and so might be somebody's own, only what is on every receipt. */
export function cardRecord(token: string, { number, expiresMs }: Plastic): CardRecord {
  const isTest = TEST_CARDS.some((card) => card.number === number)
  const shown = `${number.slice(0, 8)}${'0'.repeat(Math.max(0, number.length - 12))}${number.slice(-4)}`
  return { token, number: isTest ? number : shown, expiresMs }
}

export class CardVault {
  readonly #random: Random
  readonly #oneTime = new Map<string, { readonly card: Plastic; readonly untilMs: number }>()
  readonly #saved = new Map<string, Plastic>()

  /** Told of each card that is kept for later. */
  onSave: (token: string, card: Plastic) => void = () => {}
  /** Told of each one-time token, and again when it is used up. */
  onToken: (token: OneTimeRecord) => void = () => {}

  constructor(random: Random) {
    this.#random = random
  }

  tokenFor(card: Plastic, nowMs: number): string {
    // The oldest come first: what nobody used makes room.
    for (const [token, { untilMs }] of this.#oneTime) {
      if (untilMs > nowMs) break
      this.#oneTime.delete(token)
    }
    const token = `${masked(card.number)}-${this.#random.uuid()}`
    const untilMs = nowMs + TOKEN_SECONDS * 1000
    this.#oneTime.set(token, { card, untilMs })
    this.onToken({ ...cardRecord(token, card), untilMs })
    return token
  }

  save(card: Plastic): string {
    let drawn = ''
    while (drawn.length < 20) drawn += LETTERS[this.#random.whole(0, LETTERS.length - 1)]
    const token = card.number.slice(0, 8) + drawn + card.number.slice(-4)
    this.#saved.set(token, card)
    this.onSave(token, card)
    return token
  }

  /** A saved card from a file. */
  restore({ token, number, expiresMs }: CardRecord): void {
    this.#saved.set(token, { number, expiresMs })
  }

  /** A one-time token from a file. */
  restoreToken({ token, number, expiresMs, untilMs }: OneTimeRecord): void {
    if (untilMs === 0) this.#oneTime.delete(token)
    else this.#oneTime.set(token, { card: { number, expiresMs }, untilMs })
  }

  /** Those that still pay. */
  *allTokens(nowMs: number): Iterable<OneTimeRecord> {
    for (const [token, { card, untilMs }] of this.#oneTime)
      if (untilMs > nowMs) yield { ...cardRecord(token, card), untilMs }
  }

  allSaved(): Iterable<readonly [token: string, card: Plastic]> {
    return this.#saved
  }

  saved(token: string, nowMs: number): Plastic | undefined {
    const card = this.#saved.get(token)
    return card && card.expiresMs > nowMs ? card : undefined
  }

  /** The card behind either kind of token; a one-time token stays usable. */
  look(token: string, nowMs: number): Plastic | undefined {
    const oneTime = this.#oneTime.get(token)
    return oneTime && oneTime.untilMs > nowMs ? oneTime.card : this.saved(token, nowMs)
  }

  /** As `look`, and a one-time token is used up. */
  use(token: string, nowMs: number): Plastic | undefined {
    const card = this.look(token, nowMs)
    if (card && this.#oneTime.delete(token)) this.onToken({ ...cardRecord(token, card), untilMs: 0 })
    return card
  }
}
