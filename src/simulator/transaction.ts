import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'
import type { Cause } from './lifecycle.ts'
import type { Method } from './methods.ts'
import type { SequenceIds } from './sequence-ids.ts'

/**
 * One transaction, as a lean record: a million of them must fit beside the program under test. So what most transactions lack is behind one
 * pointer (`extras`), the id is computed, and documents are rendered when somebody asks.
 */
export class Transaction {
  /** 1, 2, 3 …: the order of creation. */
  readonly sequence: number
  readonly orderId: string
  readonly method: Method
  readonly amount: number
  /** The virtual account or bill key; empty for methods without one. */
  readonly number: string
  readonly extras: Extras | null
  /** The transaction before this one with the same order id. */
  readonly earlier: Transaction | null
  status: TransactionStatus
  fraud: FraudStatus | null
  cause: Cause | 'charge'
  /** What it was before, newest first. */
  before: Change | null
  refunds: Refund[] | null
  readonly #ids: SequenceIds
  // Whole seconds, as every document tells them: V8 keeps a whole number in the field itself, and an instant in milliseconds in an object.
  readonly #created: number
  readonly #expires: number
  #changed: number
  #settled = 0

  constructor(opened: NewTransaction & Opened) {
    this.sequence = opened.sequence
    this.#ids = opened.ids
    this.orderId = opened.orderId
    this.method = opened.method
    this.amount = opened.amount
    this.number = opened.number
    this.extras = opened.extras
    this.earlier = opened.earlier
    this.status = 'pending'
    this.fraud = 'accept'
    this.cause = 'charge'
    this.before = null
    this.refunds = null
    this.#created = Math.floor(opened.nowMs / 1000)
    this.#expires =
      opened.expiresMs === null
        ? this.#created + opened.method.lifetimeSeconds
        : Math.floor(opened.expiresMs / 1000)
    this.#changed = this.#created
  }

  get id(): string {
    return this.#ids.idOf(this.sequence)
  }

  get createdMs(): number {
    return this.#created * 1000
  }

  get expiresMs(): number {
    return this.#expires * 1000
  }

  get changedMs(): number {
    return this.#changed * 1000
  }

  /** 0: never settled. */
  get settledMs(): number {
    return this.#settled * 1000
  }

  enter(status: TransactionStatus, cause: Cause, nowMs: number): void {
    this.before = { status: this.status, at: this.#changed, cause: this.cause, before: this.before }
    this.status = status
    this.cause = cause
    this.#changed = Math.floor(nowMs / 1000)
    if (status === 'settlement') this.#settled = this.#changed
  }
}

interface Opened {
  readonly sequence: number
  readonly ids: SequenceIds
  readonly number: string
  readonly earlier: Transaction | null
  readonly nowMs: number
}

export interface Change {
  readonly status: TransactionStatus
  /** In seconds. */
  readonly at: number
  readonly cause: Cause | 'charge'
  readonly before: Change | null
}

export interface Refund {
  readonly id: number
  readonly uuid: string
  readonly key: string | null
  readonly amount: number
  readonly reason: string
  readonly atMs: number
  readonly how: 'online' | 'offline'
}

/** What a charge may bring along, and most do not. */
export interface Extras {
  readonly echoed: Readonly<Record<string, unknown>>
  /** Addresses from the charge's headers: instead of the dashboard's, or besides them. */
  readonly overrideUrls: readonly string[] | null
  readonly appendUrls: readonly string[] | null
  /** Its pending is not told: what an invoice opens is nobody's try yet. */
  readonly isQuiet: boolean
}

export interface NewTransaction {
  readonly method: Method
  readonly orderId: string
  readonly amount: number
  /** Digits that the merchant would like. */
  readonly wishedNumber: string | null
  readonly expiresMs: number | null
  readonly extras: Extras | null
}

export function refundedOf(refunds: readonly Refund[]): number {
  return refunds.reduce((sum, refund) => sum + refund.amount, 0)
}

/** From the beginning to now. */
export function historyOf(transaction: Transaction): Change[] {
  const changes: Change[] = []
  const { status, changedMs, cause, before } = transaction
  const now: Change = { status, at: changedMs / 1000, cause, before }
  for (let change: Change | null = now; change; change = change.before) changes.unshift(change)
  return changes
}
