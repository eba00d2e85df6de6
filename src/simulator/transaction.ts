import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'
import type { BankResult, CardDetail } from './card-bank.ts'
import { type Cause, type State, stateOf } from './lifecycle.ts'
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
  /** What is asked; after the capture of less than was reserved, that. */
  amount: number
  /** The virtual account, bill key or payment code; empty for methods without one. */
  readonly number: string
  readonly extras: Extras | null
  /** What only its method knows. Replaced, never changed: notifications still to be sent hold the old one. */
  detail: Detail | null
  /** The transaction before this one with the same order id. */
  readonly earlier: Transaction | null
  status: TransactionStatus
  fraud: FraudStatus | null
  cause: Cause | 'charge'
  /** What it was before, newest first. */
  before: Change | null
  refunds: Refund[] | null
  readonly #ids: TransactionIds
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
    this.detail = opened.detail
    this.earlier = opened.earlier
    this.status = opened.begins === 'challenge' ? 'capture' : opened.begins
    this.fraud = opened.fraud
    this.cause = 'charge'
    this.before = null
    this.refunds = null
    this.#created = Math.floor(opened.nowMs / 1000)
    this.#expires =
      opened.expiresMs === null
        ? this.#created + opened.method.lifetimeSeconds
        : Math.floor(opened.expiresMs / 1000)
    this.#changed = this.#created
    // A linked wallet answers within the second, as in the recorded answer.
    if (opened.begins === 'settlement') this.#settled = this.#created + 1
  }

  get id(): string {
    const id = this.#ids.own.idOf(this.sequence)
    return this.method.writesId ? this.method.writesId(id, this.createdMs) : id
  }

  /** In the address of the page where its customer pays: nothing else can be done with it. */
  get pageId(): string {
    return this.#ids.page.idOf(this.sequence)
  }

  get state(): State {
    return stateOf(this)
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

  toRecord(): TransactionRecord {
    const before: Omit<Change, 'before'>[] = []
    for (let one = this.before; one; one = one.before)
      before.push({ status: one.status, at: one.at, cause: one.cause })
    return {
      sequence: this.sequence,
      orderId: this.orderId,
      method: this.method.name,
      amount: this.amount,
      number: this.number,
      extras: this.extras,
      detail: this.detail,
      status: this.status,
      fraud: this.fraud,
      cause: this.cause,
      before,
      refunds: this.refunds,
      created: this.#created,
      expires: this.#expires,
      changed: this.#changed,
      settled: this.#settled,
    }
  }

  /** What can change, as it was written down; nobody is told. */
  restore(record: TransactionRecord): void {
    this.amount = record.amount
    this.detail = record.detail
    this.status = record.status
    this.fraud = record.fraud
    this.cause = record.cause
    this.before = record.before.reduceRight<Change | null>((before, one) => ({ ...one, before }), null)
    this.refunds = record.refunds && [...record.refunds]
    this.#changed = record.changed
    this.#settled = record.settled
  }

  enter(state: State, cause: Cause, nowMs: number, fraud?: FraudStatus): void {
    this.before = { status: this.status, at: this.#changed, cause: this.cause, before: this.before }
    const status = state === 'challenge' ? 'capture' : state
    this.status = status
    if (state === 'challenge') this.fraud = 'challenge'
    else if (fraud !== undefined) this.fraud = fraud
    this.cause = cause
    this.#changed = Math.floor(nowMs / 1000)
    if (status === 'settlement') this.#settled = this.#changed
  }
}

/** All of one, for a file: `restore` makes the same again. */
export interface TransactionRecord {
  readonly sequence: number
  readonly orderId: string
  readonly method: string
  readonly amount: number
  readonly number: string
  readonly extras: Extras | null
  readonly detail: Detail | null
  readonly status: TransactionStatus
  readonly fraud: FraudStatus | null
  readonly cause: Cause | 'charge'
  /** Newest first. */
  readonly before: readonly Omit<Change, 'before'>[]
  readonly refunds: readonly Refund[] | null
  readonly created: number
  readonly expires: number
  readonly changed: number
  readonly settled: number
}

export interface TransactionIds {
  readonly own: SequenceIds
  readonly page: SequenceIds
}

interface Opened {
  readonly sequence: number
  readonly ids: TransactionIds
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
  /** 0: not yet. Until then the bank can still be asked where the money is. */
  readonly bankConfirmedMs: number
}

/** One group for each kind of method; a transaction has at most one of them. */
export interface Detail {
  readonly card?: CardDetail
  readonly bankResult?: BankResult
  readonly wallet?: WalletDetail
  readonly linked?: LinkedDetail
  readonly ovo?: { readonly phone: string }
  /** The fee that the customer was charged on top; the amount includes it. */
  readonly imposedFee?: number
}

/** Who paid a QR, once somebody has. */
export interface WalletDetail {
  readonly issuer: string
  /** Its own wallet, or another app. */
  readonly onUs: boolean
}

export interface LinkedDetail {
  readonly accountId: string
  /** GOPAY_WALLET or PAY_LATER. */
  readonly option: string
  /** The customer must confirm in the app. */
  readonly verify: boolean
  /** Reserved only, to be captured. */
  readonly preAuth: boolean
  /** Why the wallet said no. */
  readonly refused: { readonly code: string; readonly message: string } | null
}

/** What a charge may bring along, and most do not. */
export interface Extras {
  readonly echoed: Readonly<Record<string, unknown>>
  /** Addresses from the charge's headers: instead of the dashboard's, or besides them. */
  readonly overrideUrls: readonly string[] | null
  readonly appendUrls: readonly string[] | null
  /** Where its customer is sent afterwards. */
  readonly callbackUrl?: string
  /** The language that the wallet's page was asked to speak. */
  readonly language?: 'en' | 'id'
  /** A virtual account that takes many payments, each a transaction of its own; it stays pending itself. */
  readonly isReusable?: true
  /** Of such a payment: the sequence of the account's transaction. */
  readonly childOf?: number
  /** Its pending is not told: what an invoice opens is nobody's try yet. */
  readonly isQuiet: boolean
}

export const NO_EXTRAS: Extras = { echoed: {}, overrideUrls: null, appendUrls: null, isQuiet: false }

export interface NewTransaction {
  readonly method: Method
  readonly orderId: string
  readonly amount: number
  /** Digits that the merchant would like. */
  readonly wishedNumber: string | null
  readonly expiresMs: number | null
  readonly extras: Extras | null
  readonly detail: Detail | null
  /** Most wait; a card or a linked wallet is decided at once. */
  readonly begins: State
  readonly fraud: FraudStatus | null
  /** Behind a Snap page an order may be tried again after a refusal. */
  readonly ofSnap?: boolean
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
