import { shownStatus } from '../domain/payment.ts'
import { isFinal } from '../domain/payment-status.ts'
import type { Plan } from '../domain/steps.ts'
import type { Queryable } from './database.ts'

/** A notification that arrives: written together with what it changes. */
export interface NewNotification {
  readonly id: string
  readonly channel: 'payment' | 'recurring' | 'pay_account'
  readonly merchant: string | null
  readonly raw: Uint8Array
  readonly orderId: string | null
  readonly transactionId: string | null
  readonly transactionStatus: string | null
  readonly fraudStatus: string | null
  readonly paymentType: string | null
  readonly statusCode: string | null
  readonly grossAmount: string | null
  readonly fingerprint: string | null
  readonly sender: string | null
  readonly receivedAt: Date
}

export type NotificationStatus =
  | 'received'
  | 'processed'
  | 'failed'
  | 'duplicate'
  | 'stale'
  | 'review'
  | 'foreign'
  | 'invalid_signature'

export interface NotificationVerdict {
  readonly status: NotificationStatus
  readonly error: string | null
  readonly paymentId: string | null
  readonly originalId: string | null
  /** Work that is left: a look-up, or another try. */
  readonly dueAt: Date | null
  /** It was judged from a version of the payment, and is true only while that version is: written together with the payment, or not at all. */
  readonly isJudged: boolean
}

export interface Advances {
  readonly at: Date
  /** Payments judged, with the version each was judged from. */
  readonly plans: readonly { readonly versionBefore: number; readonly plan: Plan }[]
  readonly arriving: readonly {
    readonly notification: NewNotification
    readonly verdict: NotificationVerdict
    readonly copies: number
  }[]
  readonly judgedAgain: readonly { readonly id: string; readonly verdict: NotificationVerdict }[]
  /** Copies that are only counted, by the id of the original. */
  readonly counted: readonly { readonly id: string; readonly paymentId: string; readonly copies: number }[]
  /** When to look at a payment that is open now. */
  readonly firstCheckAt: Date
  /** The handler registry that the lanes were chosen by: a `within` handler registered since then must not be passed over. */
  readonly registryVersion: number
}

/**
 * Everything that a batch of news changes, in one statement and so in one commit.
 *
 * Locks: the payments judged, in order of id, and only those whose version is still the one that was judged; all other rows are reached through that lock. A payment that moved in
 * between is absent from the answer with all that belongs to it, and is judged again. Deliveries join `handlers` here and never a list in memory, so a handler registered by another
 * process a moment ago misses nothing.
 *
 * Rows travel as JSON, one parameter a table: an array per column costs more to print in JavaScript than to parse here. The raw bodies travel as one binary block, cut up by offset.
 */
const WRITE = `
with judged as materialized (
  select * from json_to_recordset($1::json) as j(id uuid, version_before int, changed boolean, version int, status text, presumed text, presumed_event text,
    net_amount bigint, refunded_amount bigint, open_intent_id uuid, watch boolean, unwatch boolean)
), locked as materialized (
  select p.id from bayar.payments p join judged j on p.id = j.id and p.version = j.version_before
   where (select version from bayar.handler_registry) = $11 order by p.id for update of p
), moved as (
  update bayar.payments p
     set version = j.version, status = j.status, presumed = j.presumed, presumed_event = j.presumed_event, net_amount = j.net_amount,
         refunded_amount = j.refunded_amount, open_intent_id = j.open_intent_id, updated_at = $8
    from judged j join locked l on l.id = j.id
   where p.id = j.id and j.changed
), tried as materialized (
  select c.* from json_to_recordset($2::json) as c(id uuid, payment_id uuid, is_new boolean, transaction_id text, status text, paid boolean,
         gross_amount bigint, captured_amount bigint, refund_total bigint, refunded_amount bigint, charged_back_amount bigint,
         transaction_status text, fraud_status text, status_code text, payment_type text, transaction_time timestamptz,
         settlement_time timestamptz, expiry_time timestamptz, instructions jsonb, instruction_ranks jsonb)
    join locked l on l.id = c.payment_id
), attempted as (
  insert into bayar.attempts as a (id, payment_id, transaction_id, status, paid, gross_amount, captured_amount, refund_total, refunded_amount,
         charged_back_amount, transaction_status, fraud_status, status_code, payment_type, transaction_time, settlement_time, expiry_time,
         instructions, instruction_ranks, created_at, updated_at)
  select c.id, c.payment_id, c.transaction_id, c.status, c.paid, c.gross_amount, c.captured_amount, c.refund_total, c.refunded_amount,
         c.charged_back_amount, c.transaction_status, c.fraud_status, c.status_code, c.payment_type, c.transaction_time, c.settlement_time,
         c.expiry_time, coalesce(c.instructions, '{}'), coalesce(c.instruction_ranks, '{}'), $8, $8
    from tried c
   where c.is_new
), reattempted as (
  update bayar.attempts a
     set status = c.status, paid = c.paid, gross_amount = c.gross_amount, captured_amount = c.captured_amount, refund_total = c.refund_total, refunded_amount = c.refunded_amount,
         charged_back_amount = c.charged_back_amount, transaction_status = c.transaction_status, fraud_status = c.fraud_status,
         status_code = c.status_code, payment_type = c.payment_type, transaction_time = c.transaction_time, settlement_time = c.settlement_time,
         expiry_time = c.expiry_time, instructions = coalesce(c.instructions, a.instructions),
         instruction_ranks = coalesce(c.instruction_ranks, a.instruction_ranks), updated_at = $8
    from tried c
   where a.id = c.id and not c.is_new
), refunds as (
  insert into bayar.refunds as r (id, payment_id, transaction_id, refund_key, chargeback_uuid, chargeback_id, amount, status, origin, reason,
         bank_confirmed_at, created_at, updated_at)
  select c.id, c.payment_id, c.transaction_id, c.refund_key, c.chargeback_uuid, c.chargeback_id, c.amount, c.status, c.origin, c.reason,
         c.bank_confirmed_at, $8, $8
    from json_to_recordset($3::json) as c(id uuid, payment_id uuid, transaction_id text, refund_key text, chargeback_uuid text, chargeback_id text,
         amount bigint, status text, origin text, reason text, bank_confirmed_at timestamptz)
    join locked l on l.id = c.payment_id
      on conflict (id) do update
     set refund_key = excluded.refund_key, chargeback_uuid = excluded.chargeback_uuid, chargeback_id = excluded.chargeback_id,
         amount = excluded.amount, status = excluded.status, reason = excluded.reason, bank_confirmed_at = excluded.bank_confirmed_at,
         updated_at = $8
), told as materialized (
  select e.* from json_to_recordset($4::json) as e(id uuid, subject_id uuid, sequence int, type text, attempt_id uuid, from_status text, to_status text,
         previous text, status text, money_delta bigint, refunded_amount bigint, net_amount bigint, refund_id uuid, review_reason text,
         source text, notification_id uuid, intent_id uuid, document text)
    join locked l on l.id = e.subject_id
), remembered as (
  insert into bayar.events (id, subject_id, sequence, type, attempt_id, from_status, to_status, previous, status, money_delta, refunded_amount,
         net_amount, refund_id, review_reason, source, notification_id, intent_id, document, occurred_at)
  select e.id, e.subject_id, e.sequence, e.type, e.attempt_id, e.from_status, e.to_status, e.previous, e.status, e.money_delta, e.refunded_amount,
         e.net_amount, e.refund_id, e.review_reason, e.source, e.notification_id, e.intent_id, decode(e.document, 'base64'), $8
    from told e
), owed as (
  insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
  select h.id, e.subject_id, e.sequence, e.id, $8, $8
    from told e join bayar.handlers h on h.kind = 'on' and h.retired_at is null and e.type = any (h.events)
  returning 1
), reviewed as (
  insert into bayar.reviews (id, payment_id, transaction_id, reason, note, withheld, notification_id, sequence, opened_at)
  select v.id, v.payment_id, v.transaction_id, v.reason, v.note, v.withheld, v.notification_id, v.sequence, $8
    from json_to_recordset($5::json) as v(id uuid, payment_id uuid, transaction_id text, reason text, note text, withheld text[],
         notification_id uuid, sequence int)
    join locked l on l.id = v.payment_id
      on conflict (payment_id, transaction_id, reason) do update
     set note = excluded.note, withheld = excluded.withheld, notification_id = excluded.notification_id, sequence = excluded.sequence,
         opened_at = excluded.opened_at, outcome = null, closed_at = null, closed_by = null, closing_reason = null
), unwatched as (
  delete from bayar.open_payments o using judged j join locked l on l.id = j.id where o.payment_id = j.id and j.unwatch
), watched as (
  insert into bayar.open_payments (payment_id, next_check_at)
  select j.id, $9 from judged j join locked l on l.id = j.id where j.watch
      on conflict (payment_id) do nothing
), verdicts as materialized (
  select n.* from json_to_recordset($6::json) as n(id uuid, is_new boolean, needs_lock boolean, channel text, merchant text, raw_from int,
         raw_bytes int, order_id text, transaction_id text, transaction_status text, fraud_status text, payment_type text, status_code text,
         gross_amount text, fingerprint uuid, sender text, status text, error text, copies int, payment_id uuid, original_id uuid,
         received_at timestamptz, due_at timestamptz)
   where not n.needs_lock or n.payment_id in (select id from locked)
), noted as (
  insert into bayar.notifications (id, channel, merchant, raw, order_id, transaction_id, transaction_status, fraud_status, payment_type, status_code,
         gross_amount, fingerprint, sender, status, error, copies, payment_id, original_id, received_at, processed_at, due_at)
  select n.id, n.channel, n.merchant, substring($7::bytea from n.raw_from for n.raw_bytes), n.order_id, n.transaction_id, n.transaction_status,
         n.fraud_status, n.payment_type, n.status_code, n.gross_amount, n.fingerprint, n.sender, n.status, n.error, n.copies, n.payment_id,
         n.original_id, n.received_at, case when n.due_at is null then $8::timestamptz end, n.due_at
    from verdicts n where n.is_new
      -- A commit whose answer was lost is run again.
      on conflict (id) do nothing
), judged_again as (
  update bayar.notifications o
     -- Told again, it changes nothing any more; that it was the cause stays true.
     set status = case when o.status = 'processed' and n.status in ('duplicate', 'stale') then o.status else n.status end,
         error = n.error, payment_id = coalesce(n.payment_id, o.payment_id), original_id = n.original_id,
         attempts = o.attempts + 1, processed_at = case when n.due_at is null then $8::timestamptz end, due_at = n.due_at
    from verdicts n where o.id = n.id and not n.is_new
), counted as (
  update bayar.notifications o set copies = o.copies + c.copies
    from json_to_recordset($10::json) as c(id uuid, payment_id uuid, copies int)
    join locked l on l.id = c.payment_id
   where o.id = c.id
)
select set_config('synchronous_commit', 'on', true) as durable,
       (select count(*)::int from owed) as owed,
       coalesce((select array_agg(id) from locked), '{}') as locked`

export interface Written {
  /** Payments whose version still held. What belongs to the others was not written. */
  readonly locked: ReadonlySet<string>
  readonly deliveries: number
}

export async function writeAdvances(database: Queryable, advances: Advances): Promise<Written> {
  const { plans, arriving, judgedAgain, counted } = advances
  const plansThatChange = plans.filter(({ plan }) => plan.changed)
  const raw =
    arriving.length === 1
      ? arriving[0]!.notification.raw
      : Buffer.concat(arriving.map(({ notification }) => notification.raw))
  let rawFrom = 1
  const notifications: unknown[] = arriving.map(({ notification, verdict, copies }) => {
    const row = {
      id: notification.id,
      is_new: true,
      needs_lock: verdict.isJudged,
      channel: notification.channel,
      merchant: notification.merchant,
      raw_from: rawFrom,
      raw_bytes: notification.raw.length,
      order_id: notification.orderId,
      transaction_id: notification.transactionId,
      transaction_status: notification.transactionStatus,
      fraud_status: notification.fraudStatus,
      payment_type: notification.paymentType,
      status_code: notification.statusCode,
      gross_amount: notification.grossAmount,
      fingerprint: notification.fingerprint,
      sender: notification.sender,
      copies,
      received_at: notification.receivedAt,
      ...verdictRow(verdict),
    }
    rawFrom += notification.raw.length
    return row
  })
  for (const { id, verdict } of judgedAgain) {
    notifications.push({
      id,
      is_new: false,
      needs_lock: verdict.isJudged,
      ...verdictRow(verdict),
    })
  }
  const params = [
    JSON.stringify(plans.map(({ versionBefore, plan }) => paymentRow(versionBefore, plan))),
    JSON.stringify(plansThatChange.flatMap(({ plan }) => attemptRows(plan))),
    JSON.stringify(plansThatChange.flatMap(({ plan }) => refundRows(plan))),
    JSON.stringify(plansThatChange.flatMap(({ plan }) => historyRows(plan))),
    JSON.stringify(plansThatChange.flatMap(({ plan }) => reviewRows(plan))),
    JSON.stringify(notifications),
    raw,
    advances.at,
    advances.firstCheckAt,
    JSON.stringify(counted.map(({ id, paymentId, copies }) => ({ id, payment_id: paymentId, copies }))),
    advances.registryVersion,
  ]
  const { rows } = await database.prepared<{ locked: string[]; owed: number }>(
    'bayar_write_advances',
    WRITE,
    params,
  )
  return { locked: new Set(rows[0]!.locked), deliveries: rows[0]!.owed }
}

function verdictRow(verdict: NotificationVerdict) {
  return {
    status: verdict.status,
    error: verdict.error,
    payment_id: verdict.paymentId,
    original_id: verdict.originalId,
    due_at: verdict.dueAt,
  }
}

function paymentRow(versionBefore: number, { payment, changed, changedAttempts }: Plan) {
  if (!changed)
    return { id: payment.id, version_before: versionBefore, changed: false, watch: false, unwatch: false }
  // While another way of paying it is open, money may still come: a customer who pays twice must not go unnoticed.
  const ended =
    payment.openIntentId === null &&
    isFinal(shownStatus(payment)) &&
    payment.attempts.every((attempt) => isFinal(attempt.status))
  return {
    id: payment.id,
    version_before: versionBefore,
    changed: true,
    version: payment.version,
    status: payment.status,
    presumed: payment.presumed,
    presumed_event: payment.presumedEvent,
    net_amount: payment.netAmount.toString(),
    refunded_amount: payment.attempts.reduce((sum, attempt) => sum + attempt.refundedAmount, 0n).toString(),
    open_intent_id: payment.openIntentId,
    watch: !ended && changedAttempts.length > 0,
    // Expired by our clock is only a guess: it stays on the list until Midtrans gives an ending.
    unwatch: ended && payment.presumed !== 'expired',
  }
}

function attemptRows({ payment, changedAttempts, newAttemptIds }: Plan) {
  return changedAttempts.map((attempt) => {
    return {
      id: attempt.id,
      payment_id: payment.id,
      is_new: newAttemptIds.has(attempt.id),
      transaction_id: attempt.transactionId,
      status: attempt.status,
      paid: attempt.paid,
      gross_amount: attempt.grossAmount.toString(),
      captured_amount: attempt.capturedAmount.toString(),
      refund_total: attempt.refundTotal.toString(),
      refunded_amount: attempt.refundedAmount.toString(),
      charged_back_amount: attempt.chargedBackAmount.toString(),
      transaction_status: attempt.transactionStatus,
      fraud_status: attempt.fraudStatus,
      status_code: attempt.statusCode,
      payment_type: attempt.paymentType,
      transaction_time: attempt.transactionTime,
      settlement_time: attempt.settlementTime,
      expiry_time: attempt.expiryTime,
      instructions: attempt.instructions,
      instruction_ranks: attempt.instructionRanks,
    }
  })
}

function refundRows({ payment, changedRefunds }: Plan) {
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

function historyRows({ payment, history }: Plan) {
  return history.map((row) => ({
    id: row.id,
    subject_id: payment.id,
    sequence: row.sequence,
    type: row.event,
    attempt_id: row.attemptId,
    from_status: row.from,
    to_status: row.to,
    previous: row.previous,
    status: row.status,
    money_delta: row.moneyDelta.toString(),
    refunded_amount: row.refundedAmount.toString(),
    net_amount: row.netAmount.toString(),
    refund_id: row.refundId,
    review_reason: row.reviewReason,
    source: row.source,
    notification_id: row.notificationId,
    intent_id: row.intentId,
    document: row.document === null ? null : Buffer.from(row.document).toString('base64'),
  }))
}

function reviewRows({ payment, reviews }: Plan) {
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
