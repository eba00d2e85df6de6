import { BayarError } from '../errors.ts'
import type { FraudStatus } from '../gateway/wire.ts'
import { ACCEPTED_AFTER_SECONDS, type BankResult, decide, NOT_AUTHENTICATED } from './card-bank.ts'
import type { WorldClock } from './clock.ts'
import {
  type Cause,
  FREES_ORDER_ID,
  LIFECYCLE,
  type Move,
  OPEN_FOR_ANOTHER,
  type State,
} from './lifecycle.ts'
import { startOfLongId } from './long-ids.ts'
import { METHODS, type Method } from './methods.ts'
import { ovoFate, REFUSES_AFTER_SECONDS } from './ovo-phones.ts'
import { sequenceInQris } from './qris.ts'
import type { Random } from './random.ts'
import { type RefundAsked, refundRefusal } from './refund-rules.ts'
import { SequenceIds } from './sequence-ids.ts'
import {
  type Detail,
  type NewTransaction,
  type Refund,
  refundedOf,
  Transaction,
  type TransactionIds,
  type TransactionRecord,
} from './transaction.ts'
import { nextJakartaDay, toWibDigits } from './wib-time.ts'

/** Why not, in the codes of docs/midtrans/status-codes.md. */
export type LedgerRefusal =
  | 'duplicate_order_id'
  | 'no_number'
  | 'status_is_final'
  | 'refund_before_settlement'
  | 'duplicate_refund_key'
  | 'refund_too_large'

/** What comes with a payment or a refusal, where it matters. */
export interface Circumstances {
  /** Which app paid a QR. */
  readonly issuer?: string
  /** What the customer was charged on top. */
  readonly imposedFee?: number
  /** The 3DS page was left with a wrong code. */
  readonly notAuthenticated?: boolean
}

/** Midtrans expires by a batch, within 90 s of the deadline (lifecycle.md §6); ours runs each whole minute. */
const EXPIRY_BATCH_MS = 60_000

/** Cards settle on the next day "about 16:00 WIB": at the second of the recorded one. */
const SETTLEMENT_RUN = '16:05:41'

const CARD_RELEASE_MS = 7 * 86_400_000

const REFUND_ID_FIRST = 9_301_547_000

/** How often a taken number is drawn anew before it is given one digit more. */
const DRAWS = 4

/** What a clock does to many at once: one appointment a batch, not one a transaction. */
type BatchCause = 'deadline' | 'release' | 'settle' | 'close' | 'pay' | 'refuse'

/** Every transaction of this Midtrans, and the one place where their status changes. */
export class Ledger {
  readonly #clock: WorldClock
  readonly #random: Random
  readonly #all: Transaction[] = []
  readonly #ids: TransactionIds
  readonly #latestByOrderId = new Map<string, Transaction>()
  readonly #latestByNumber = new Map<string, Transaction>()
  readonly #batches: Readonly<Record<BatchCause, Map<number, Transaction[]>>> = {
    deadline: new Map(),
    release: new Map(),
    settle: new Map(),
    close: new Map(),
    pay: new Map(),
    refuse: new Map(),
  }
  /** Payments into accounts that take many, oldest first, by the account's sequence. */
  readonly #children = new Map<number, Transaction[]>()
  #refunds = 0
  /** Told of every new status, the first one included. */
  onChange: (transaction: Transaction) => void = () => {}

  /** The ids come of `random`, so that a restart finds them again; everything else of `later`, so that it draws nothing twice. */
  constructor(clock: WorldClock, random: Random, later = random) {
    this.#clock = clock
    this.#random = later
    this.#ids = { own: new SequenceIds(random), page: new SequenceIds(random) }
  }

  /** From a file, in any number of versions, the first ones in the order of their making. */
  restore(record: TransactionRecord): void {
    const known = this.#all[record.sequence - 1]
    if (known) {
      known.restore(record)
      return
    }
    const method = METHODS.find(({ name }) => name === record.method)
    if (!method || record.sequence !== this.#all.length + 1)
      throw new BayarError(
        'config_invalid',
        `The simulator’s data file tells of transaction ${record.sequence} in a way that this version does not understand.`,
      )
    const transaction = new Transaction({
      ...record,
      method,
      wishedNumber: null,
      begins: 'pending',
      ids: this.#ids,
      earlier: this.#latestByOrderId.get(record.orderId) ?? null,
      nowMs: record.created * 1000,
      expiresMs: record.expires * 1000,
    })
    transaction.restore(record)
    this.#keep(transaction)
  }

  /** What is still to happen to what was restored: what fell due meanwhile, at once. */
  planRestored(): void {
    for (const transaction of this.#all) {
      this.#planFor(transaction, transaction.changedMs)
      this.#planFate(transaction)
      const { confirmedAfterSeconds = 0 } = transaction.method.refund ?? {}
      for (const { id, atMs, bankConfirmedMs } of transaction.refunds ?? []) {
        this.#refunds++
        if (bankConfirmedMs === 0)
          this.#clock.plan(
            atMs + confirmedAfterSeconds * 1000,
            () => void this.confirmRefund(transaction, id),
          )
      }
    }
  }

  /** The one with that sequence. */
  at(sequence: number): Transaction | undefined {
    return this.#all[sequence - 1]
  }

  oldest(): Iterable<Transaction> {
    return this.#all
  }

  get size(): number {
    return this.#all.length
  }

  /** By transaction id; else the latest of that order id. */
  find(id: string): Transaction | undefined {
    return this.#all[this.#ids.own.sequenceOf(id) - 1] ?? this.#byLongId(id) ?? this.#latestByOrderId.get(id)
  }

  /** As `find`, for those who ask over HTTP: DANA's are known by their transaction id only. */
  findForMerchant(id: string): Transaction | undefined {
    const found = this.find(id)
    return found?.method.byTransactionIdOnly && found.id !== id ? undefined : found
  }

  /** By what stands in the address of a wallet's or lender's page. */
  findByPageId(pageId: string): Transaction | undefined {
    return this.#all[this.#ids.page.sequenceOf(pageId) - 1]
  }

  /** By the text of a QR code. */
  findByQris(text: string): Transaction | undefined {
    return this.#all[sequenceInQris(text.trim()) - 1]
  }

  /** The latest that was given this number, also when it can no longer be paid. */
  findByNumber(number: string): Transaction | undefined {
    return this.#latestByNumber.get(number)
  }

  /** Newest first, those with a sequence below `below`. */
  *newest(below: number = Number.POSITIVE_INFINITY): Iterable<Transaction> {
    for (let at = Math.min(this.#all.length, below - 1); at >= 1; at--) yield this.#all[at - 1]!
  }

  /** Every transaction of an order id, newest first. */
  ofOrder(orderId: string): Transaction[] {
    const found: Transaction[] = []
    for (let one = this.#latestByOrderId.get(orderId) ?? null; one; one = one.earlier) found.push(one)
    return found
  }

  isFree(orderId: string, ofSnap: boolean): boolean {
    // On a hosted page a customer may begin another way while the first is still open: two may even be paid.
    if (ofSnap)
      return this.ofOrder(orderId).every((one) => OPEN_FOR_ANOTHER.has(one.state) && one.settledMs === 0)
    const earlier = this.#latestByOrderId.get(orderId)
    // A voided capture and a released reservation were more than waiting.
    return !earlier || (FREES_ORDER_ID.has(earlier.state) && earlier.before?.status === 'pending')
  }

  open(asked: NewTransaction): Transaction | LedgerRefusal {
    const { method, orderId } = asked
    if (!this.isFree(orderId, asked.ofSnap ?? false)) return 'duplicate_order_id'
    const number = this.#numberFor(method, asked.wishedNumber)
    if (number === undefined) return 'no_number'
    const transaction = new Transaction({
      ...asked,
      sequence: this.#all.length + 1,
      ids: this.#ids,
      number,
      earlier: this.#latestByOrderId.get(orderId) ?? null,
      nowMs: this.#clock.nowMs(),
    })
    this.#keep(transaction)
    this.#planFor(transaction)
    this.#planFate(transaction)
    this.onChange(transaction)
    return transaction
  }

  /** Money comes into an account that takes many payments: it waits on for the next, and the payment is a transaction beside it (notifications.md §8). */
  payInto(account: Transaction, amount: number): Transaction | LedgerRefusal {
    if (!this.legalCauses(account).includes('pay')) return 'status_is_final'
    const { method, orderId, number, extras, expiresMs } = account
    let nowMs = this.#clock.nowMs()
    let own = `${orderId}-${toWibDigits(nowMs)}`
    while (this.#latestByOrderId.has(own)) own = `${orderId}-${toWibDigits(++nowMs)}`
    const { isReusable: _, ...inherited } = extras!
    const payment = new Transaction({
      method,
      orderId: own,
      amount,
      number,
      expiresMs,
      wishedNumber: null,
      extras: { ...inherited, childOf: account.sequence },
      detail: null,
      begins: 'settlement',
      fraud: 'accept',
      sequence: this.#all.length + 1,
      ids: this.#ids,
      earlier: null,
      nowMs,
    })
    this.#keep(payment)
    this.onChange(payment)
    return payment
  }

  /** Payments into an account that takes many, newest first. */
  paymentsInto(account: Transaction): Transaction[] {
    return (this.#children.get(account.sequence) ?? []).toReversed()
  }

  #keep(transaction: Transaction): void {
    const { orderId, number, extras } = transaction
    this.#all.push(transaction)
    this.#latestByOrderId.set(orderId, transaction)
    if (extras?.childOf !== undefined) {
      const siblings = this.#children.get(extras.childOf)
      if (siblings) siblings.push(transaction)
      else this.#children.set(extras.childOf, [transaction])
    } else if (number) this.#latestByNumber.set(number, transaction)
  }

  /** What could happen to it now. */
  legalCauses(transaction: Transaction): Cause[] {
    return LIFECYCLE[transaction.method.family]
      .filter((move) => move.from.includes(transaction.state))
      .filter((move) => move.cause !== 'reverse' || transaction.method.reversible)
      .map((move) => move.cause)
  }

  move(transaction: Transaction, cause: Cause, circumstances: Circumstances = {}): LedgerRefusal | undefined {
    const move = this.#moveBy(transaction, cause)
    if (!move) return 'status_is_final'
    const { detail } = transaction
    if (cause === 'pay' && detail?.card) this.#askBank(transaction)
    else {
      if (cause === 'pay') payWith(transaction, circumstances)
      if (cause === 'refuse' && detail?.card)
        transaction.detail = {
          ...detail,
          bankResult: circumstances.notAuthenticated ? NOT_AUTHENTICATED : REFUSED_BY_BANK,
        }
      // A reservation that its owner had to confirm is one now.
      const reserves = cause === 'pay' && detail?.linked?.preAuth
      this.#enter(transaction, reserves ? 'authorize' : move.to, cause, move.fraud)
    }
    return undefined
  }

  /** Of less than was reserved, too; that is then the amount. */
  capture(transaction: Transaction, amount: number): LedgerRefusal | undefined {
    const move = this.#moveBy(transaction, 'capture')
    if (!move) return 'status_is_final'
    transaction.amount = amount
    this.#enter(transaction, move.to, 'capture')
    return undefined
  }

  refund(transaction: Transaction, asked: RefundAsked): Refund | LedgerRefusal {
    const made = transaction.refunds ?? []
    const refusal = this.mayRefund(transaction, asked)
    if (refusal) return refusal
    const nowMs = this.#clock.nowMs()
    const rest = transaction.amount - refundedOf(made)
    const amount = asked.amount ?? rest
    const { confirmedAfterSeconds = 0 } = transaction.method.refund ?? {}
    const refund: Refund = {
      id: REFUND_ID_FIRST + ++this.#refunds,
      uuid: this.#random.uuid(),
      key: asked.key,
      amount,
      reason: asked.reason,
      atMs: nowMs,
      how: asked.how,
      bankConfirmedMs: confirmedAfterSeconds === 0 ? nowMs : 0,
    }
    transaction.refunds = [...made, refund]
    this.#enter(transaction, amount === rest ? 'refund' : 'partial_refund', 'refund')
    if (confirmedAfterSeconds)
      this.#clock.planIn(confirmedAfterSeconds, () => void this.confirmRefund(transaction, refund.id))
    return refund
  }

  mayRefund(transaction: Transaction, asked: RefundAsked): LedgerRefusal | undefined {
    const canBe = this.#moveBy(transaction, 'refund') !== undefined
    return refundRefusal(transaction, asked, this.#clock.nowMs(), canBe)
  }

  /** The bank says that the money is back; without a number, the oldest that it has not said it of. False when there is none. */
  confirmRefund(transaction: Transaction, id?: number): boolean {
    const rows = transaction.refunds ?? []
    const row = rows.find((one) => one.bankConfirmedMs === 0 && (id === undefined || one.id === id))
    if (!row) return false
    const confirmed = { ...row, bankConfirmedMs: this.#clock.nowMs() }
    transaction.refunds = rows.map((one) => (one === row ? confirmed : one))
    this.onChange(transaction)
    return true
  }

  #byLongId(id: string): Transaction | undefined {
    const start = startOfLongId(id)
    const found = start === undefined ? undefined : this.#all[this.#ids.own.sequenceOfStart(start) - 1]
    return found?.id === id ? found : undefined
  }

  #moveBy(transaction: Transaction, cause: Cause): Move | undefined {
    if (!this.legalCauses(transaction).includes(cause)) return undefined
    const moves = LIFECYCLE[transaction.method.family]
    return moves.find((move) => move.cause === cause && move.from.includes(transaction.state))
  }

  #askBank(transaction: Transaction): void {
    const detail = transaction.detail!
    const { state, fraud, bankResult } = decide(detail.card!, this.#clock.nowMs(), transaction.sequence)
    transaction.detail = { ...detail, ...(bankResult && { bankResult }) }
    this.#enter(transaction, state, 'pay', fraud)
  }

  #enter(transaction: Transaction, state: State, cause: Cause, fraud?: FraudStatus): void {
    transaction.enter(state, cause, this.#clock.nowMs(), fraud)
    this.#planFor(transaction)
    this.onChange(transaction)
  }

  /**
   * A wished number too short gets leading zeros, one too long loses its tail, one in use is replaced by a random one (protocol.md
   * §7.2). A number is in use while its transaction can be paid.
   */
  #numberFor({ number: rule }: Method, wished: string | null): string | undefined {
    if (!rule) return ''
    const whole = (digits: string) => (rule.separate ? digits : rule.company + digits)
    const isFree = (number: string) => this.#latestByNumber.get(number)?.status !== 'pending'
    if (wished !== null) {
      const number = whole(wished.padStart(rule.least, '0').slice(0, rule.most))
      if (isFree(number)) return number
    }
    for (let length = rule.drawn; length <= rule.most; length++) {
      for (let draw = 0; draw < DRAWS; draw++) {
        const number = whole(this.#random.digits(length))
        if (isFree(number)) return number
      }
    }
    return undefined
  }

  #planFor(transaction: Transaction, fromMs = this.#clock.nowMs()): void {
    const plan = PLANS[transaction.state]
    if (plan) this.#join(plan.cause, plan.atMs(transaction, fromMs), transaction)
  }

  /** Some cards and phones of the sandbox do by themselves what others wait for somebody to do. */
  #planFate(transaction: Transaction): void {
    const { detail, createdMs, state } = transaction
    if (state !== 'pending') return
    if (detail?.card?.outcome === 'accept_later')
      this.#join('pay', createdMs + ACCEPTED_AFTER_SECONDS * 1000, transaction)
    if (detail?.ovo && ovoFate(detail.ovo.phone) === 'refuse')
      this.#join('refuse', createdMs + REFUSES_AFTER_SECONDS * 1000, transaction)
  }

  #join(cause: BatchCause, atMs: number, transaction: Transaction): void {
    const batches = this.#batches[cause]
    const batch = batches.get(atMs)
    if (batch) {
      batch.push(transaction)
      return
    }
    batches.set(atMs, [transaction])
    this.#clock.plan(atMs, () => {
      const due = batches.get(atMs) ?? []
      batches.delete(atMs)
      // What has moved on since is refused the move, and left alone.
      for (const one of due) this.move(one, cause)
    })
  }
}

const PLANS: Readonly<
  Partial<Record<State, { cause: BatchCause; atMs: (transaction: Transaction, nowMs: number) => number }>>
> = {
  pending: { cause: 'deadline', atMs: ({ expiresMs }) => batchAfter(expiresMs) },
  authorize: {
    cause: 'release',
    atMs: ({ method, expiresMs }, nowMs) =>
      batchAfter(method.family === 'card' ? nowMs + CARD_RELEASE_MS : expiresMs),
  },
  capture: { cause: 'settle', atMs: (_, nowMs) => nextJakartaDay(nowMs, SETTLEMENT_RUN) },
  challenge: { cause: 'close', atMs: (_, nowMs) => nextJakartaDay(nowMs, SETTLEMENT_RUN) },
}

const REFUSED_BY_BANK: BankResult = { eci: '05', code: '05', message: 'Do not honour', approvalCode: null }

function batchAfter(ms: number): number {
  return Math.ceil(ms / EXPIRY_BATCH_MS) * EXPIRY_BATCH_MS
}

function payWith(transaction: Transaction, { issuer, imposedFee }: Circumstances): void {
  const { method, detail } = transaction
  const own = method.variant === 'airpay shopee' ? 'shopeepay' : 'gopay'
  const isQr =
    method.paymentType === 'qris' || (method.name === 'gopay' && issuer !== undefined && issuer !== own)
  const more: { -readonly [F in keyof Detail]: Detail[F] } = {}
  if (isQr) more.wallet = { issuer: issuer ?? own, onUs: (issuer ?? own) === own }
  if (imposedFee) {
    more.imposedFee = imposedFee
    transaction.amount += imposedFee
  }
  if (isQr || imposedFee) transaction.detail = { ...detail, ...more }
}

/** For those who act by hand: why not, and what could be done instead. */
export function notPossible(ledger: Ledger, transaction: Transaction, cause: Cause): BayarError {
  const legal = ledger.legalCauses(transaction).filter((one) => one !== 'deadline')
  const instead = legal.length ? `possible now: ${legal.join(', ')}` : 'nothing can happen to it any more'
  return new BayarError(
    'command_not_possible',
    `Simulator: ${transaction.orderId} (${transaction.method.title}) is in status ${transaction.status} and cannot ${cause}; ${instead}.`,
    { details: { orderId: transaction.orderId, status: transaction.status, possible: legal } },
  )
}
