import { BayarError } from '../errors.ts'
import type { TransactionStatus } from '../gateway/wire.ts'
import type { WorldClock } from './clock.ts'
import { type Cause, FREES_ORDER_ID, LIFECYCLE } from './lifecycle.ts'
import type { Method } from './methods.ts'
import type { Random } from './random.ts'
import { SequenceIds } from './sequence-ids.ts'
import { type NewTransaction, type Refund, refundedOf, Transaction } from './transaction.ts'

/** Why not, in the codes of docs/midtrans/status-codes.md. */
export type LedgerRefusal =
  | 'duplicate_order_id'
  | 'no_number'
  | 'status_is_final'
  | 'duplicate_refund_key'
  | 'refund_too_large'

export interface RefundAsked {
  readonly amount: number | null
  readonly key: string | null
  readonly reason: string
  readonly how: 'online' | 'offline'
}

/** Midtrans expires by a batch, within 90 s of the deadline (lifecycle.md §6); ours runs each whole minute. */
const EXPIRY_BATCH_MS = 60_000

const REFUND_ID_FIRST = 9_301_547_000

/** How often a taken number is drawn anew before it is given one digit more. */
const DRAWS = 4

/**
 * Every transaction of this Midtrans, and the one place where their status changes. The deadline queue keeps one appointment per batch, not
 * one per transaction.
 */
export class Ledger {
  readonly #clock: WorldClock
  readonly #random: Random
  readonly #all: Transaction[] = []
  readonly #ids: SequenceIds
  readonly #latestByOrderId = new Map<string, Transaction>()
  readonly #latestByNumber = new Map<string, Transaction>()
  readonly #expiryBatches = new Map<number, Transaction[]>()
  #refunds = 0
  /** Told of every new status, the first one included. */
  onChange: (transaction: Transaction) => void = () => {}

  constructor(clock: WorldClock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#ids = new SequenceIds(random)
  }

  get size(): number {
    return this.#all.length
  }

  /** By transaction id; else the latest of that order id. */
  find(id: string): Transaction | undefined {
    return this.#all[this.#ids.sequenceOf(id) - 1] ?? this.#latestByOrderId.get(id)
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

  /** `another`: the page of Snap tries an order again, as long as nobody has paid it. */
  open(asked: NewTransaction, another = false): Transaction | LedgerRefusal {
    const { method, orderId } = asked
    const earlier = this.#latestByOrderId.get(orderId) ?? null
    const isFree = another
      ? !this.ofOrder(orderId).some(({ status, settledMs }) => settledMs > 0 || status === 'capture')
      : !earlier || (FREES_ORDER_ID.has(earlier.status) && earlier.settledMs === 0)
    if (!isFree) return 'duplicate_order_id'
    const number = this.#numberFor(method, asked.wishedNumber)
    if (number === undefined) return 'no_number'
    const transaction = new Transaction({
      ...asked,
      sequence: this.#all.length + 1,
      ids: this.#ids,
      number,
      earlier,
      nowMs: this.#clock.nowMs(),
    })
    this.#all.push(transaction)
    this.#latestByOrderId.set(orderId, transaction)
    if (number) this.#latestByNumber.set(number, transaction)
    this.#joinExpiryBatch(transaction)
    this.onChange(transaction)
    return transaction
  }

  /** What could happen to it now. */
  legalCauses(transaction: Transaction): Cause[] {
    return LIFECYCLE[transaction.method.family]
      .filter((move) => move.from.includes(transaction.status))
      .filter((move) => move.cause !== 'reverse' || transaction.method.reversible)
      .map((move) => move.cause)
  }

  move(transaction: Transaction, cause: Cause): LedgerRefusal | undefined {
    const to = this.#destination(transaction, cause)
    if (!to) return 'status_is_final'
    this.#enter(transaction, to, cause)
    return undefined
  }

  refund(transaction: Transaction, asked: RefundAsked): Refund | LedgerRefusal {
    const made = transaction.refunds ?? []
    // The key is asked first: a repeat of the refund that completed the amount is a repeat, and not an impossible move.
    if (asked.key !== null && made.some((refund) => refund.key === asked.key)) return 'duplicate_refund_key'
    if (!this.#destination(transaction, 'refund')) return 'status_is_final'
    const rest = transaction.amount - refundedOf(made)
    const amount = asked.amount ?? rest
    if (amount > rest || amount <= 0) return 'refund_too_large'
    const refund: Refund = {
      id: REFUND_ID_FIRST + ++this.#refunds,
      uuid: this.#random.uuid(),
      key: asked.key,
      amount,
      reason: asked.reason,
      atMs: this.#clock.nowMs(),
      how: asked.how,
    }
    transaction.refunds = [...made, refund]
    this.#enter(transaction, amount === rest ? 'refund' : 'partial_refund', 'refund')
    return refund
  }

  #destination(transaction: Transaction, cause: Cause): TransactionStatus | undefined {
    if (!this.legalCauses(transaction).includes(cause)) return undefined
    const moves = LIFECYCLE[transaction.method.family]
    return moves.find((move) => move.cause === cause && move.from.includes(transaction.status))?.to
  }

  #enter(transaction: Transaction, status: TransactionStatus, cause: Cause): void {
    transaction.enter(status, cause, this.#clock.nowMs())
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

  #joinExpiryBatch(transaction: Transaction): void {
    const atMs = Math.ceil(transaction.expiresMs / EXPIRY_BATCH_MS) * EXPIRY_BATCH_MS
    const batch = this.#expiryBatches.get(atMs)
    if (batch) {
      batch.push(transaction)
      return
    }
    this.#expiryBatches.set(atMs, [transaction])
    this.#clock.plan(atMs, () => this.#runExpiryBatch(atMs))
  }

  #runExpiryBatch(atMs: number): void {
    const batch = this.#expiryBatches.get(atMs) ?? []
    this.#expiryBatches.delete(atMs)
    for (const transaction of batch) this.move(transaction, 'deadline')
  }
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
