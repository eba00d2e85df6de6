import type { WorldClock } from '../clock.ts'
import type { Random } from '../random.ts'

/**
 * A page where a customer chooses how to pay. Snap makes one by its token; a payment link and an invoice are pages of the same kind. Every try to pay is a transaction of its own, all under the
 * order of the checkout (a link adds a suffix to it).
 */
export interface Checkout {
  /** In the address of the page. */
  readonly token: string
  readonly origin: 'snap' | 'payment_link' | 'invoice'
  readonly orderId: string
  /** Null where the customer says how much. */
  readonly amount: number | null
  /** What was asked for, as it came: items, customer, methods, callbacks. */
  readonly request: Readonly<Record<string, unknown>>
  readonly overrideUrls: string | null
  readonly appendUrls: string | null
  readonly createdMs: number
  /** When the page closes; what was begun on it can be paid afterwards. Null: never. */
  readonly expiresMs: number | null
  /** How it was ended by request. */
  ended: 'cancelled' | 'expired' | 'replaced' | null
  /** Transaction ids, oldest first. */
  attempts: readonly string[]
}

/** It is all data: the file keeps it as it is. */
export type CheckoutRecord = Checkout
export type NewCheckout = Omit<Checkout, 'token' | 'createdMs' | 'ended' | 'attempts'>

export class Checkouts {
  readonly #clock: WorldClock
  readonly #random: Random
  readonly #byToken = new Map<string, Checkout>()
  readonly #byOrderId = new Map<string, Checkout>()
  /** Told of every new state, the first one included. */
  onChange: (checkout: Checkout) => void = () => {}

  constructor(clock: WorldClock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  open(asked: NewCheckout, token = this.#random.uuid()): Checkout {
    const checkout: Checkout = {
      ...asked,
      token,
      createdMs: this.#clock.nowMs(),
      ended: null,
      attempts: [],
    }
    const earlier = this.#byOrderId.get(asked.orderId)
    // A second create before a method was chosen replaces the token (protocol.md §14).
    if (earlier?.origin === 'snap' && earlier.ended === null && earlier.attempts.length === 0)
      this.end(earlier, 'replaced')
    this.restore(checkout)
    this.onChange(checkout)
    return checkout
  }

  restore(checkout: Checkout): void {
    this.#byToken.set(checkout.token, checkout)
    this.#byOrderId.set(checkout.orderId, checkout)
  }

  find(token: string): Checkout | undefined {
    return this.#byToken.get(token)
  }

  /** The latest of that order id. */
  ofOrder(orderId: string): Checkout | undefined {
    return this.#byOrderId.get(orderId)
  }

  all(): Iterable<Checkout> {
    return this.#byToken.values()
  }

  end(checkout: Checkout, how: 'cancelled' | 'expired' | 'replaced'): void {
    checkout.ended = how
    this.onChange(checkout)
  }

  noteAttempt(checkout: Checkout, transactionId: string): void {
    checkout.attempts = [...checkout.attempts, transactionId]
    this.onChange(checkout)
  }

  isOver(checkout: Checkout): boolean {
    return (
      checkout.ended !== null || (checkout.expiresMs !== null && checkout.expiresMs <= this.#clock.nowMs())
    )
  }
}
