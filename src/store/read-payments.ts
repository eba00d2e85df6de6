import type { AttemptStatus } from '../domain/attempt-lifecycle.ts'
import type { AttemptState, PaymentState, Presumed, RefundState } from '../domain/payment.ts'
import type { PaymentStatus } from '../domain/payment-status.ts'
import { arraysOf, type Column, sourceOf } from './column-arrays.ts'
import type { Queryable } from './database.ts'

/** Which payment a statement is about, and what would make it a copy of an earlier one. */
export interface Asked {
  readonly merchant: string
  readonly orderId: string
  readonly fingerprint: string | null
  /** The notification that asks, so that it is no copy of itself or of a later one. */
  readonly notificationId: string | null
}

export interface Found {
  readonly payment: PaymentState
  /** The first notification with this fingerprint. */
  readonly copy: { readonly id: string; readonly status: string; readonly copies: number } | null
}

export interface Reading {
  /** One per thing asked, in order; null where there is no such payment. */
  readonly found: readonly (Found | null)[]
  readonly registryVersion: number | null
}

interface Row {
  i: number
  registry_version: number
  id: string
  version: number
  status: PaymentStatus
  presumed: Presumed | null
  presumed_event: string | null
  gross_amount: bigint
  capture_amount: bigint | null
  currency: string
  net_amount: bigint
  open_intent_id: string | null
  owner: string | null
  is_page: boolean
  attempt_id: string | null
  transaction_id: string
  attempt_status: AttemptStatus
  paid: boolean
  attempt_gross: bigint
  captured_amount: bigint
  refund_total: bigint
  refunded_amount: bigint
  charged_back_amount: bigint
  transaction_status: string
  fraud_status: string | null
  status_code: string
  payment_type: string | null
  transaction_ms: number | null
  settlement_ms: number | null
  expiry_ms: number | null
  instructions: AttemptState['instructions']
  instruction_ranks: AttemptState['instructionRanks']
  refunds: readonly RefundRow[] | null
  reviews: readonly string[] | null
  copy_id: string | null
  copy_status: string
  copy_copies: number
}

interface RefundRow {
  id: string
  transaction_id: string
  refund_key: string | null
  chargeback_uuid: string | null
  chargeback_id: string | null
  amount: string
  status: RefundState['status']
  origin: RefundState['origin']
  reason: string | null
  bank_confirmed_at: string | null
}

// biome-ignore format: a table is read in columns
const ASKED: readonly Column<Asked>[] = [
  ['merchant',        'text', ({ merchant }) => merchant],
  ['order_id',        'text', ({ orderId }) => orderId],
  ['fingerprint',     'uuid', ({ fingerprint }) => fingerprint],
  ['notification_id', 'uuid', ({ notificationId }) => notificationId],
]

// Without a lock: whoever writes guards by the version. Refunds and reviews exist only once money came or something was told twice, so the common case, a
// pending payment, is spared two look-ups.
const READ = `
select asked.i, (select version from bayar.handler_registry) as registry_version,
       p.id, p.version, p.status, p.presumed, p.presumed_event, p.gross_amount, p.capture_amount, p.currency,
       p.net_amount, p.open_intent_id, p.owner, p.payment_type is null as is_page,
       a.id as attempt_id, a.transaction_id, a.status as attempt_status, a.paid, a.gross_amount as attempt_gross, a.captured_amount,
       a.refund_total, a.refunded_amount, a.charged_back_amount, a.transaction_status, a.fraud_status, a.status_code, a.payment_type,
       date_part('epoch', a.transaction_time) * 1000 as transaction_ms, date_part('epoch', a.settlement_time) * 1000 as settlement_ms,
       date_part('epoch', a.expiry_time) * 1000 as expiry_ms, a.instructions, a.instruction_ranks,
       case when p.version > 1 or p.net_amount > 0 then
         (select json_agg(json_build_object('id', r.id, 'transaction_id', r.transaction_id, 'refund_key', r.refund_key,
                 'chargeback_uuid', r.chargeback_uuid, 'chargeback_id', r.chargeback_id, 'amount', r.amount::text, 'status', r.status,
                 'origin', r.origin, 'reason', r.reason, 'bank_confirmed_at', r.bank_confirmed_at) order by r.id)
            from bayar.refunds r where r.payment_id = p.id) end as refunds,
       case when p.version > 0 then
         (select array_agg(v.transaction_id || '|' || v.reason ||
                 case when v.closed_at is not null and v.reason in ('mismatch', 'conflict') then '|closed' else '' end)
            from bayar.reviews v where v.payment_id = p.id) end as reviews,
       copy.id as copy_id, copy.status as copy_status, copy.copies as copy_copies
  from ${sourceOf(ASKED, 'asked', 1, 'i')}
  join bayar.payments p on p.merchant = asked.merchant and p.order_id = asked.order_id
  left join bayar.attempts a on a.payment_id = p.id
  left join lateral (
    select n.id, n.status, n.copies from bayar.notifications n
     where n.payment_id = p.id and n.fingerprint = asked.fingerprint and n.id < asked.notification_id order by n.id limit 1
  ) copy on true
 order by asked.i, a.id`

export async function readPayments(database: Queryable, asked: readonly Asked[]): Promise<Reading> {
  const { rows } = await database.prepared<Row>('bayar_read_payments', READ, arraysOf(ASKED, asked))
  const found: (Found | null)[] = asked.map(() => null)
  for (let at = 0; at < rows.length; ) {
    const first = rows[at]!
    const attempts: AttemptState[] = []
    for (; at < rows.length && rows[at]!.i === first.i; at++) {
      if (rows[at]!.attempt_id !== null) attempts.push(toAttempt(rows[at]!))
    }
    const position = first.i - 1
    found[position] = {
      payment: toPayment(asked[position]!, first, attempts),
      copy:
        first.copy_id === null
          ? null
          : { id: first.copy_id, status: first.copy_status, copies: first.copy_copies },
    }
  }
  return { found, registryVersion: rows[0]?.registry_version ?? null }
}

function toPayment({ merchant, orderId }: Asked, row: Row, attempts: readonly AttemptState[]): PaymentState {
  return {
    id: row.id,
    merchant,
    orderId,
    version: row.version,
    status: row.status,
    presumed: row.presumed,
    presumedEvent: row.presumed_event,
    grossAmount: row.gross_amount,
    captureAmount: row.capture_amount,
    currency: row.currency,
    netAmount: row.net_amount,
    openIntentId: row.open_intent_id,
    owner: row.owner,
    isPage: row.is_page,
    attempts,
    refunds: row.refunds?.map(toRefund) ?? [],
    reviews: row.reviews ?? [],
  }
}

function toAttempt(row: Row): AttemptState {
  return {
    id: row.attempt_id!,
    transactionId: row.transaction_id,
    status: row.attempt_status,
    paid: row.paid,
    grossAmount: row.attempt_gross,
    capturedAmount: row.captured_amount,
    refundTotal: row.refund_total,
    refundedAmount: row.refunded_amount,
    chargedBackAmount: row.charged_back_amount,
    transactionStatus: row.transaction_status,
    fraudStatus: row.fraud_status,
    statusCode: row.status_code,
    paymentType: row.payment_type,
    transactionTime: toTime(row.transaction_ms),
    settlementTime: toTime(row.settlement_ms),
    expiryTime: toTime(row.expiry_ms),
    instructions: row.instructions,
    instructionRanks: row.instruction_ranks,
  }
}

/** As milliseconds a time is written and read in a quarter of the time that its text takes. */
function toTime(ms: number | null): Date | null {
  return ms === null ? null : new Date(Math.round(ms))
}

function toRefund(row: RefundRow): RefundState {
  return {
    id: row.id,
    transactionId: row.transaction_id,
    key: row.refund_key,
    chargebackUuid: row.chargeback_uuid,
    chargebackId: row.chargeback_id,
    amount: BigInt(row.amount),
    status: row.status,
    origin: row.origin,
    reason: row.reason,
    bankConfirmedAt: row.bank_confirmed_at === null ? null : new Date(row.bank_confirmed_at),
  }
}
