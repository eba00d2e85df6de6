/** What a batch of news writes, table by table: each column with its type and where its value comes from. */
import { type AttemptState, shownStatus } from '../domain/payment.ts'
import { isFinal } from '../domain/payment-status.ts'
import type { HistoryRow, Plan } from '../domain/steps.ts'
import type { Column } from './column-arrays.ts'
import type { NewNotification, NotificationVerdict } from './write-advances.ts'

export interface Judged {
  /** The version it was judged from. */
  readonly versionBefore: number
  /** Its attempts as they were read; when given, what did not change of them is not written again. */
  readonly attemptsBefore?: readonly AttemptState[]
  readonly plan: Plan
}

// biome-ignore format: a table is read in columns
export const JUDGED: readonly Column<Judged>[] = [
  ['id',              'uuid',    ({ plan }) => plan.payment.id],
  ['version_before',  'integer', ({ versionBefore }) => versionBefore],
  ['changed',         'boolean', ({ plan }) => plan.changed],
  ['version',         'integer', ({ plan }) => plan.payment.version],
  ['status',          'text',    ({ plan }) => plan.payment.status],
  ['presumed',        'text',    ({ plan }) => plan.payment.presumed],
  ['presumed_event',  'text',    ({ plan }) => plan.payment.presumedEvent],
  ['net_amount',      'bigint',  ({ plan }) => plan.payment.netAmount],
  ['refunded_amount', 'bigint',  ({ plan }) => plan.payment.attempts.reduce((sum, attempt) => sum + attempt.refundedAmount, 0n)],
  ['open_intent_id',  'uuid',    ({ plan }) => plan.payment.openIntentId],
  ['watch',           'boolean', ({ plan }) => isWatched(plan)],
  ['unwatch',         'boolean', ({ plan }) => isUnwatched(plan)],
]

export function isWatched(plan: Plan): boolean {
  return plan.changed && plan.changedAttempts.length > 0 && !hasEnded(plan)
}

/** Expired by our clock is only a guess: it stays on the list until Midtrans gives an ending. On a page another way to pay may be begun: the check knows when nobody can any more. */
export function isUnwatched(plan: Plan): boolean {
  const { presumed, isPage, attempts } = plan.payment
  const isGuess = presumed === 'expired' || presumed === 'cancelled'
  const mayFollow = isPage && attempts.length > 0 && !attempts.some((attempt) => attempt.paid)
  return plan.changed && !isGuess && !mayFollow && hasEnded(plan)
}

/** While another way of paying it is open, money may still come: a customer who pays twice must not go unnoticed. */
function hasEnded({ payment }: Plan): boolean {
  return (
    payment.openIntentId === null &&
    isFinal(shownStatus(payment)) &&
    payment.attempts.every((attempt) => isFinal(attempt.status))
  )
}

export interface Tried {
  readonly paymentId: string
  readonly attempt: AttemptState
  /** This news begins it. */
  readonly isNew: boolean
  readonly before: AttemptState | undefined
}

export function triedIn({ attemptsBefore, plan }: Judged): readonly Tried[] {
  return plan.changedAttempts.map((attempt) => ({
    paymentId: plan.payment.id,
    attempt,
    isNew: plan.newAttemptIds.has(attempt.id),
    before: attemptsBefore?.find((one) => one.id === attempt.id),
  }))
}

// biome-ignore format: a table is read in columns
export const TRIED: readonly Column<Tried>[] = [
  ['id',                  'uuid',        ({ attempt }) => attempt.id],
  ['payment_id',          'uuid',        ({ paymentId }) => paymentId],
  ['transaction_id',      'text',        ({ attempt, isNew }) => (isNew ? attempt.transactionId : null)],
  ['status',              'text',        ({ attempt }) => attempt.status],
  ['paid',                'boolean',     ({ attempt }) => attempt.paid],
  ['gross_amount',        'bigint',      ({ attempt }) => attempt.grossAmount],
  ['captured_amount',     'bigint',      ({ attempt }) => attempt.capturedAmount],
  ['refund_total',        'bigint',      ({ attempt }) => attempt.refundTotal],
  ['refunded_amount',     'bigint',      ({ attempt }) => attempt.refundedAmount],
  ['charged_back_amount', 'bigint',      ({ attempt }) => attempt.chargedBackAmount],
  ['transaction_status',  'text',        ({ attempt }) => attempt.transactionStatus],
  ['fraud_status',        'text',        ({ attempt }) => attempt.fraudStatus],
  ['status_code',         'text',        ({ attempt }) => attempt.statusCode],
  ['payment_type',        'text',        ({ attempt }) => attempt.paymentType],
  ['transaction_time',    'timestamptz', ({ attempt }) => attempt.transactionTime],
  ['settlement_time',     'timestamptz', ({ attempt }) => attempt.settlementTime],
  ['expiry_time',         'timestamptz', ({ attempt }) => attempt.expiryTime],
  // Null leaves what is there: a judgement that teaches nothing new hands on the very object that was read.
  ['instructions',        'jsonb',       ({ attempt, before }) => (attempt.instructions === before?.instructions ? null : attempt.instructions)],
  ['instruction_ranks',   'jsonb',       ({ attempt, before }) => (attempt.instructionRanks === before?.instructionRanks ? null : attempt.instructionRanks)],
]

export interface Told {
  readonly paymentId: string
  readonly row: HistoryRow
}

// biome-ignore format: a table is read in columns
export const TOLD: readonly Column<Told>[] = [
  ['id',              'uuid',    ({ row }) => row.id],
  ['subject_id',      'uuid',    ({ paymentId }) => paymentId],
  ['sequence',        'integer', ({ row }) => row.sequence],
  ['type',            'text',    ({ row }) => row.event],
  ['attempt_id',      'uuid',    ({ row }) => row.attemptId],
  ['from_status',     'text',    ({ row }) => row.from],
  ['to_status',       'text',    ({ row }) => row.to],
  ['previous',        'text',    ({ row }) => row.previous],
  ['status',          'text',    ({ row }) => row.status],
  ['money_delta',     'bigint',  ({ row }) => row.moneyDelta],
  ['refunded_amount', 'bigint',  ({ row }) => row.refundedAmount],
  ['net_amount',      'bigint',  ({ row }) => row.netAmount],
  ['refund_id',       'uuid',    ({ row }) => row.refundId],
  ['review_reason',   'text',    ({ row }) => row.reviewReason],
  ['source',          'text',    ({ row }) => row.source],
  ['notification_id', 'uuid',    ({ row }) => row.notificationId],
  ['intent_id',       'uuid',    ({ row }) => row.intentId],
  ['document',        'text',    ({ row }) => (row.document === null ? null : Buffer.from(row.document).toString('base64'))],
]

export interface Arriving {
  readonly notification: NewNotification
  readonly verdict: NotificationVerdict
  readonly copies: number
}

/** Where a notification's bytes begin in the block of all bytes, counted from one. */
export interface Placed extends Arriving {
  readonly rawFrom: number
}

// biome-ignore format: a table is read in columns
export const ARRIVING: readonly Column<Placed>[] = [
  ['id',                 'uuid',        ({ notification }) => notification.id],
  ['is_judged',          'boolean',     ({ verdict }) => verdict.isJudged],
  ['channel',            'text',        ({ notification }) => notification.channel],
  ['merchant',           'text',        ({ notification }) => notification.merchant],
  ['raw_from',           'integer',     ({ rawFrom }) => rawFrom],
  ['raw_bytes',          'integer',     ({ notification }) => notification.raw.length],
  ['order_id',           'text',        ({ notification }) => notification.orderId],
  ['transaction_id',     'text',        ({ notification }) => notification.transactionId],
  ['transaction_status', 'text',        ({ notification }) => notification.transactionStatus],
  ['fraud_status',       'text',        ({ notification }) => notification.fraudStatus],
  ['payment_type',       'text',        ({ notification }) => notification.paymentType],
  ['status_code',        'text',        ({ notification }) => notification.statusCode],
  ['gross_amount',       'text',        ({ notification }) => notification.grossAmount],
  ['fingerprint',        'uuid',        ({ notification }) => notification.fingerprint],
  ['sender',             'text',        ({ notification }) => notification.sender],
  ['status',             'text',        ({ verdict }) => verdict.status],
  ['error',              'text',        ({ verdict }) => verdict.error],
  ['copies',             'integer',     ({ copies }) => copies],
  ['payment_id',         'uuid',        ({ verdict }) => verdict.paymentId],
  ['original_id',        'uuid',        ({ verdict }) => verdict.originalId],
  ['received_at',        'timestamptz', ({ notification }) => notification.receivedAt],
  ['due_at',             'timestamptz', ({ verdict }) => verdict.dueAt],
]

/** The rare rows below travel as JSON: there are few of them, and one of their columns is a list. */
export function refundRows({ payment, changedRefunds }: Plan) {
  return changedRefunds.map((refund) => ({
    id: refund.id,
    payment_id: payment.id,
    transaction_id: refund.transactionId,
    refund_key: refund.key,
    chargeback_uuid: refund.chargebackUuid,
    chargeback_id: refund.chargebackId,
    amount: refund.amount.toString(),
    status: refund.status,
    origin: refund.origin,
    reason: refund.reason,
    bank_confirmed_at: refund.bankConfirmedAt,
  }))
}

export function reviewRows({ payment, reviews }: Plan) {
  return reviews.map((review) => ({
    id: review.id,
    payment_id: payment.id,
    transaction_id: review.transactionId,
    reason: review.reason,
    note: review.note,
    withheld: review.withheld,
    notification_id: review.notificationId,
    sequence: review.sequence,
  }))
}

export function judgedAgainRow({
  id,
  verdict,
}: {
  readonly id: string
  readonly verdict: NotificationVerdict
}) {
  return {
    id,
    is_judged: verdict.isJudged,
    status: verdict.status,
    error: verdict.error,
    payment_id: verdict.paymentId,
    original_id: verdict.originalId,
    due_at: verdict.dueAt,
  }
}
