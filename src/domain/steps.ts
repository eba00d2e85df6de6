/**
 * The book in which a judgement is written: the payment as it changes, and one history row for each change. The money of every row is the difference of two nets, so
 * the sum of the rows is the net, always.
 */
import { type From, holdsMoney } from './attempt-lifecycle.ts'
import type { EventType, ReviewReason } from './events.ts'
import { max, type Rupiah } from './money.ts'
import type { News, NewsSource } from './news.ts'
import { type AttemptState, type PaymentState, type RefundState, shownStatus } from './payment.ts'
import { foldStatus, type PaymentStatus } from './payment-status.ts'

export interface HistoryRow {
  readonly id: string
  readonly sequence: number
  readonly attemptId: string | null
  /** null: known, kept, and nobody's business. */
  readonly event: EventType | null
  readonly from: From
  readonly to: From
  /** What the payment showed before and after this row. */
  readonly previous: PaymentStatus
  readonly status: PaymentStatus
  readonly moneyDelta: Rupiah
  readonly refundedAmount: Rupiah
  readonly netAmount: Rupiah
  readonly refundId: string | null
  readonly reviewReason: ReviewReason | null
  readonly source: NewsSource
  readonly notificationId: string | null
  readonly intentId: string | null
  readonly document: Uint8Array | null
}

export interface ReviewOpening {
  readonly id: string
  readonly transactionId: string
  readonly reason: ReviewReason
  /** The ordinary events that this review holds back: `accept` emits them. */
  readonly withheld: readonly EventType[]
  readonly notificationId: string | null
  readonly sequence: number
  readonly note: string
}

/** Where a change comes from: what of the news a history row remembers. */
export type Cause = Pick<News, 'source' | 'notificationId' | 'intentId' | 'document'>

export interface Book {
  payment: PaymentState
  attempts: AttemptState[]
  refunds: RefundState[]
  readonly newId: () => string
  readonly reviewsKnown: Set<string>
  readonly changedAttempts: Set<string>
  readonly newAttempts: Set<string>
  readonly changedRefunds: Set<string>
  readonly newRefunds: Set<string>
  readonly history: HistoryRow[]
  readonly reviews: ReviewOpening[]
}

export interface Plan {
  readonly payment: PaymentState
  readonly changed: boolean
  readonly changedAttempts: readonly AttemptState[]
  readonly newAttemptIds: ReadonlySet<string>
  readonly changedRefunds: readonly RefundState[]
  readonly newRefundIds: ReadonlySet<string>
  readonly history: readonly HistoryRow[]
  readonly reviews: readonly ReviewOpening[]
}

export function openBook(payment: PaymentState, newId: () => string): Book {
  return {
    payment,
    attempts: [...payment.attempts],
    refunds: [...payment.refunds],
    newId,
    reviewsKnown: new Set(payment.reviews),
    changedAttempts: new Set(),
    newAttempts: new Set(),
    changedRefunds: new Set(),
    newRefunds: new Set(),
    history: [],
    reviews: [],
  }
}

export function closeBook(book: Book, versionBefore: number): Plan {
  return {
    payment: {
      ...book.payment,
      attempts: book.attempts,
      refunds: book.refunds,
      reviews: [...book.reviewsKnown],
    },
    changed: book.payment.version !== versionBefore,
    changedAttempts: book.attempts.filter((attempt) => book.changedAttempts.has(attempt.id)),
    newAttemptIds: book.newAttempts,
    changedRefunds: book.refunds.filter((refund) => book.changedRefunds.has(refund.id)),
    newRefundIds: book.newRefunds,
    history: book.history,
    reviews: book.reviews,
  }
}

/** What the merchant has from this attempt. */
export function netOf(attempt: AttemptState): Rupiah {
  if (!holdsMoney(attempt.status)) return 0n
  return max(0n, attempt.capturedAmount - attempt.refundedAmount - attempt.chargedBackAmount)
}

export function attemptOf(book: Book, id: string): AttemptState {
  return book.attempts.find((attempt) => attempt.id === id)!
}

export interface StepOptions {
  /** The status before, where the attempt in the book does not know it: `none` for one that this news begins. */
  readonly from?: From
  readonly refundId?: string
}

/** Events that stand for a row of their own, and are told whatever the money and the status did. */
const TOLD_PER_ROW: ReadonlySet<EventType> = new Set(['payment.refunded', 'payment.charged_back'])

/** One change of one attempt. It is told when it moves money or changes what the payment shows; a VA that expires beside a paid QR is silent. */
export function step(
  book: Book,
  cause: Cause,
  after: AttemptState,
  event: EventType | null,
  options: StepOptions = {},
): void {
  const before = attemptOf(book, after.id)
  const moneyDelta = netOf(after) - (options.from === 'none' ? 0n : netOf(before))
  put(book, after)
  const previous = shownStatus(book.payment)
  const status = foldStatus(book.attempts, book.payment.openIntentId !== null)
  // The gateway has spoken: our own guess ends, and what it already told is not told again.
  book.payment = { ...book.payment, status, presumed: null, netAmount: book.payment.netAmount + moneyDelta }
  const worthTelling = moneyDelta !== 0n || status !== previous || (event !== null && TOLD_PER_ROW.has(event))
  const told = event !== null && worthTelling && event !== book.payment.presumedEvent ? event : null
  row(book, cause, {
    attemptId: after.id,
    event: told,
    from: options.from ?? before.status,
    to: after.status,
    previous,
    moneyDelta,
    refundId: options.refundId ?? null,
    reviewReason: null,
  })
}

export function isUnderReview(book: Book, transactionId: string, reason: ReviewReason): boolean {
  return book.reviewsKnown.has(`${transactionId}|${reason}`)
}

/** A flag with a reason beside the status, once per (transaction, reason), told as `payment.needs_review`. */
export function openReview(
  book: Book,
  cause: Cause,
  about: { transactionId: string; attempt?: AttemptState | undefined },
  reason: ReviewReason,
  note: string,
  withheld: readonly EventType[] = [],
): void {
  const name = `${about.transactionId}|${reason}`
  if (book.reviewsKnown.has(name)) return
  // What a person has decided about is asked again when Midtrans says it again, not at each look of ours.
  if (reason === 'mismatch' && cause.source === 'look_up' && book.reviewsKnown.has(`${name}|closed`)) return
  book.reviewsKnown.add(name)
  const status = about.attempt?.status ?? 'none'
  row(book, cause, {
    attemptId: about.attempt?.id ?? null,
    event: 'payment.needs_review',
    from: status,
    to: status,
    previous: shownStatus(book.payment),
    moneyDelta: 0n,
    refundId: null,
    reviewReason: reason,
  })
  book.reviews.push({
    id: book.newId(),
    transactionId: about.transactionId,
    reason,
    withheld: [...withheld],
    notificationId: cause.notificationId,
    sequence: book.payment.version,
    note,
  })
}

/** A row about the payment itself, not about one of its attempts. */
export function tell(book: Book, cause: Cause, event: EventType | null, previous: PaymentStatus): void {
  row(book, cause, {
    attemptId: null,
    event,
    from: 'none',
    to: 'none',
    previous,
    moneyDelta: 0n,
    refundId: null,
    reviewReason: null,
  })
}

type RowFacts = Pick<
  HistoryRow,
  'attemptId' | 'event' | 'from' | 'to' | 'previous' | 'moneyDelta' | 'refundId' | 'reviewReason'
>

function row(book: Book, cause: Cause, facts: RowFacts): void {
  book.payment = { ...book.payment, version: book.payment.version + 1 }
  book.history.push({
    ...facts,
    id: book.newId(),
    sequence: book.payment.version,
    status: shownStatus(book.payment),
    refundedAmount: book.attempts.reduce((sum, attempt) => sum + attempt.refundedAmount, 0n),
    netAmount: book.payment.netAmount,
    source: cause.source,
    notificationId: cause.notificationId,
    intentId: cause.intentId,
    document: cause.document,
  })
}

export function put(book: Book, attempt: AttemptState): void {
  book.attempts = book.attempts.map((one) => (one.id === attempt.id ? attempt : one))
  book.changedAttempts.add(attempt.id)
}

export function addAttempt(book: Book, attempt: AttemptState): void {
  book.attempts.push(attempt)
  book.newAttempts.add(attempt.id)
  book.changedAttempts.add(attempt.id)
  // The intent has its transaction now: the attempt's own status speaks.
  book.payment = { ...book.payment, openIntentId: null }
}

export function putRefund(book: Book, refund: RefundState, isNew: boolean): void {
  const rest = book.refunds.filter((one) => one.id !== refund.id)
  book.refunds = [...rest, refund]
  book.changedRefunds.add(refund.id)
  if (isNew) book.newRefunds.add(refund.id)
}
