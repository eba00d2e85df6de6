import {
  ARRIVING,
  type Arriving,
  isUnwatched,
  isWatched,
  JUDGED,
  type Judged,
  judgedAgainRow,
  type Placed,
  refundRows,
  reviewRows,
  TOLD,
  type Told,
  TRIED,
  triedIn,
} from './advance-rows.ts'
import { arraysOf, type Column, sourceOf } from './column-arrays.ts'
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
  /** Payments judged, with what each was judged from. */
  readonly plans: readonly Judged[]
  readonly arriving: readonly Arriving[]
  readonly judgedAgain: readonly { readonly id: string; readonly verdict: NotificationVerdict }[]
  /** Copies that are only counted, by the id of the original. */
  readonly counted: readonly { readonly id: string; readonly paymentId: string; readonly copies: number }[]
  /** When to look at a payment that is open now. */
  readonly firstCheckAt: Date
  /** The handler registry that the lanes were chosen by: a `within` handler registered since then must not be passed over. */
  readonly registryVersion: number
  /** It may have been written already: the answer of its commit was lost. */
  readonly isRepeated?: boolean
}

/** Which tables a batch writes. */
interface Parts {
  readonly changed: boolean
  /** Every payment that was judged has changed. */
  readonly allChanged: boolean
  readonly unwatched: boolean
  readonly watched: boolean
  readonly attempted: boolean
  readonly reattempted: boolean
  readonly refunded: boolean
  readonly reviewed: boolean
  readonly arriving: boolean
  readonly judgedAgain: boolean
  readonly counted: boolean
  readonly repeated: boolean
}

const NEW_STATE = `set version = l.version, status = l.status, presumed = l.presumed, presumed_event = l.presumed_event, net_amount = l.net_amount,
         refunded_amount = l.refunded_amount, open_intent_id = l.open_intent_id`

/**
 * Everything that a batch of news changes, in one statement and so in one commit.
 *
 * Locks: the payments judged, in order of id, and only those whose version is still the one that was judged; all other rows are reached through that lock. Where every one of them changes,
 * the change is the lock. A payment that moved in between is absent from the answer with all that belongs to it, and is judged again. Deliveries join `handlers` here and never a list in
 * memory, so a handler registered by another process a moment ago misses nothing.
 *
 * The statement is put together from the parts that the batch needs: each part that writes costs the server time even when it has nothing to write, and most batches are settlements
 * alone. The raw bodies travel as one binary block, cut up by offset.
 */
function writeStatement(has: Parts): string {
  let parameters = 0
  const next = (count = 1) => {
    const first = parameters + 1
    parameters += count
    return first
  }
  const at = `$${next()}::timestamptz`
  const registryVersion = `$${next()}::integer`
  const rows = <Row>(columns: readonly Column<Row>[], alias: string) =>
    sourceOf(columns, alias, next(columns.length))
  const json = () => `json_to_recordset($${next()}::json)`
  // In the order in which `writeAdvances` gives the parameters.
  const parts: (string | false)[] = [
    has.allChanged
      ? `locked as (
  update bayar.payments p ${NEW_STATE}, updated_at = ${at}
    from (select * from ${rows(JUDGED, 'j')} order by id) l
   where p.id = l.id and p.version = l.version_before and (select version from bayar.handler_registry) = ${registryVersion}
  returning l.id, l.watch, l.unwatch
)`
      : `locked as materialized (
  select j.* from ${rows(JUDGED, 'j')} join bayar.payments p on p.id = j.id and p.version = j.version_before
   where (select version from bayar.handler_registry) = ${registryVersion} order by p.id for update of p
)`,
    has.changed &&
      !has.allChanged &&
      `moved as (
  update bayar.payments p ${NEW_STATE}, updated_at = ${at}
    from locked l
   where p.id = l.id and l.changed
)`,
    has.changed &&
      `told as materialized (
  select e.* from ${rows(TOLD, 'e')} join locked l on l.id = e.subject_id
), remembered as (
  insert into bayar.events (id, subject_id, sequence, type, attempt_id, from_status, to_status, previous, status, money_delta, refunded_amount,
         net_amount, refund_id, review_reason, source, notification_id, intent_id, document, occurred_at)
  select e.id, e.subject_id, e.sequence, e.type, e.attempt_id, e.from_status, e.to_status, e.previous, e.status, e.money_delta, e.refunded_amount,
         e.net_amount, e.refund_id, e.review_reason, e.source, e.notification_id, e.intent_id, decode(e.document, 'base64'), ${at}
    from told e
), owed as (
  insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
  select h.id, e.subject_id, e.sequence, e.id, ${at}, ${at}
    from told e join bayar.handlers h on h.kind = 'on' and h.retired_at is null and e.type = any (h.events)
  returning 1
)`,
    has.unwatched &&
      `unwatched as (
  delete from bayar.open_payments o using locked l where o.payment_id = l.id and l.unwatch
)`,
    has.watched &&
      `watched as (
  insert into bayar.open_payments (payment_id, next_check_at)
  select l.id, $${next()}::timestamptz from locked l where l.watch
      on conflict (payment_id) do nothing
)`,
    has.attempted &&
      `attempted as (
  insert into bayar.attempts as a (id, payment_id, transaction_id, status, paid, gross_amount, captured_amount, refund_total, refunded_amount,
         charged_back_amount, transaction_status, fraud_status, status_code, payment_type, transaction_time, settlement_time, expiry_time,
         instructions, instruction_ranks, created_at, updated_at)
  select c.id, c.payment_id, c.transaction_id, c.status, c.paid, c.gross_amount, c.captured_amount, c.refund_total, c.refunded_amount,
         c.charged_back_amount, c.transaction_status, c.fraud_status, c.status_code, c.payment_type, c.transaction_time, c.settlement_time,
         c.expiry_time, c.instructions, c.instruction_ranks, ${at}, ${at}
    from ${rows(TRIED, 'c')} join locked l on l.id = c.payment_id
)`,
    has.reattempted &&
      `reattempted as (
  update bayar.attempts a
     set status = c.status, paid = c.paid, gross_amount = c.gross_amount, captured_amount = c.captured_amount, refund_total = c.refund_total, refunded_amount = c.refunded_amount,
         charged_back_amount = c.charged_back_amount, transaction_status = c.transaction_status, fraud_status = c.fraud_status,
         status_code = c.status_code, payment_type = c.payment_type, transaction_time = c.transaction_time, settlement_time = c.settlement_time,
         expiry_time = c.expiry_time, instructions = coalesce(c.instructions, a.instructions),
         instruction_ranks = coalesce(c.instruction_ranks, a.instruction_ranks), updated_at = ${at}
    from ${rows(TRIED, 'c')} join locked l on l.id = c.payment_id
   where a.id = c.id
)`,
    has.refunded &&
      `refunds as (
  insert into bayar.refunds as r (id, payment_id, transaction_id, refund_key, chargeback_uuid, chargeback_id, amount, status, origin, reason,
         bank_confirmed_at, created_at, updated_at)
  select c.id, c.payment_id, c.transaction_id, c.refund_key, c.chargeback_uuid, c.chargeback_id, c.amount, c.status, c.origin, c.reason,
         c.bank_confirmed_at, ${at}, ${at}
    from ${json()} as c(id uuid, payment_id uuid, transaction_id text, refund_key text, chargeback_uuid text, chargeback_id text,
         amount bigint, status text, origin text, reason text, bank_confirmed_at timestamptz)
    join locked l on l.id = c.payment_id
      on conflict (id) do update
     set refund_key = excluded.refund_key, chargeback_uuid = excluded.chargeback_uuid, chargeback_id = excluded.chargeback_id,
         amount = excluded.amount, status = excluded.status, reason = excluded.reason, bank_confirmed_at = excluded.bank_confirmed_at,
         updated_at = ${at}
)`,
    has.reviewed &&
      `reviewed as (
  insert into bayar.reviews (id, payment_id, transaction_id, reason, note, withheld, notification_id, sequence, opened_at)
  select v.id, v.payment_id, v.transaction_id, v.reason, v.note, v.withheld, v.notification_id, v.sequence, ${at}
    from ${json()} as v(id uuid, payment_id uuid, transaction_id text, reason text, note text, withheld text[],
         notification_id uuid, sequence int)
    join locked l on l.id = v.payment_id
      on conflict (payment_id, transaction_id, reason) do update
     set note = excluded.note, withheld = excluded.withheld, notification_id = excluded.notification_id, sequence = excluded.sequence,
         opened_at = excluded.opened_at, outcome = null, closed_at = null, closed_by = null, closing_reason = null
)`,
    has.arriving &&
      `noted as (
  insert into bayar.notifications (id, channel, merchant, raw, order_id, transaction_id, transaction_status, fraud_status, payment_type, status_code,
         gross_amount, fingerprint, sender, status, error, copies, payment_id, original_id, received_at, processed_at, due_at)
  select n.id, n.channel, n.merchant, substring($${next()}::bytea from n.raw_from for n.raw_bytes), n.order_id, n.transaction_id, n.transaction_status,
         n.fraud_status, n.payment_type, n.status_code, n.gross_amount, n.fingerprint, n.sender, n.status, n.error, n.copies, n.payment_id,
         n.original_id, n.received_at, case when n.due_at is null then ${at} end, n.due_at
    from ${rows(ARRIVING, 'n')}
   where not n.is_judged or n.payment_id in (select id from locked)
   ${has.repeated ? 'on conflict (id) do nothing' : ''}
)`,
    has.judgedAgain &&
      `judged_again as (
  update bayar.notifications o
     -- Told again, it changes nothing any more; that it was the cause stays true.
     set status = case when o.status = 'processed' and n.status in ('duplicate', 'stale') then o.status else n.status end,
         error = n.error, payment_id = coalesce(n.payment_id, o.payment_id), original_id = n.original_id,
         attempts = o.attempts + case when n.due_at is null then 1 else 0 end, processed_at = case when n.due_at is null then ${at} end, due_at = n.due_at
    from ${json()} as n(id uuid, is_judged boolean, status text, error text, payment_id uuid, original_id uuid, due_at timestamptz)
   where o.id = n.id and (not n.is_judged or n.payment_id in (select id from locked))
)`,
    has.counted &&
      `counted as (
  update bayar.notifications o set copies = o.copies + c.copies
    from ${json()} as c(id uuid, payment_id uuid, copies int)
    join locked l on l.id = c.payment_id
   where o.id = c.id
)`,
  ]
  return `with ${parts.filter((part) => part !== false).join(', ')}
select set_config('synchronous_commit', 'on', true) as durable, ${at} as at,
       ${has.changed ? '(select count(*)::int from owed)' : '0'} as owed,
       coalesce((select array_agg(id) from locked), '{}') as locked`
}

export interface Written {
  /** Payments whose version still held. What belongs to the others was not written. */
  readonly locked: ReadonlySet<string>
  readonly deliveries: number
}

export async function writeAdvances(database: Queryable, advances: Advances): Promise<Written> {
  const { plans, arriving, judgedAgain, counted } = advances
  const changed = plans.filter(({ plan }) => plan.changed)
  const tried = changed.flatMap(triedIn)
  const told: Told[] = changed.flatMap(({ plan }) =>
    plan.history.map((row) => ({ paymentId: plan.payment.id, row })),
  )
  const begun = tried.filter(({ isNew }) => isNew)
  const known = tried.filter(({ isNew }) => !isNew)
  const refunds = changed.flatMap(({ plan }) => refundRows(plan))
  const reviews = changed.flatMap(({ plan }) => reviewRows(plan))
  const has: Parts = {
    changed: changed.length > 0,
    allChanged: changed.length > 0 && changed.length === plans.length,
    unwatched: plans.some(({ plan }) => isUnwatched(plan)),
    watched: plans.some(({ plan }) => isWatched(plan)),
    attempted: begun.length > 0,
    reattempted: known.length > 0,
    refunded: refunds.length > 0,
    reviewed: reviews.length > 0,
    arriving: arriving.length > 0,
    judgedAgain: judgedAgain.length > 0,
    counted: counted.length > 0,
    repeated: advances.isRepeated ?? false,
  }
  const params: unknown[] = [advances.at, advances.registryVersion, ...arraysOf(JUDGED, plans)]
  if (has.changed) params.push(...arraysOf(TOLD, told))
  if (has.watched) params.push(advances.firstCheckAt)
  if (has.attempted) params.push(...arraysOf(TRIED, begun))
  if (has.reattempted) params.push(...arraysOf(TRIED, known))
  if (has.refunded) params.push(JSON.stringify(refunds))
  if (has.reviewed) params.push(JSON.stringify(reviews))
  if (has.arriving) params.push(rawOf(arriving), ...arraysOf(ARRIVING, placed(arriving)))
  if (has.judgedAgain) params.push(JSON.stringify(judgedAgain.map(judgedAgainRow)))
  if (has.counted)
    params.push(
      JSON.stringify(counted.map(({ id, paymentId, copies }) => ({ id, payment_id: paymentId, copies }))),
    )
  const { name, text } = statementFor(has)
  const { rows } = await database.prepared<{ locked: string[]; owed: number }>(name, text, params)
  return { locked: new Set(rows[0]!.locked), deliveries: rows[0]!.owed }
}

const statements = new Map<string, { readonly name: string; readonly text: string }>()

function statementFor(has: Parts): { readonly name: string; readonly text: string } {
  const which = Object.values(has)
    .map((part) => (part ? '1' : '0'))
    .join('')
  let statement = statements.get(which)
  if (!statement) {
    statement = { name: `bayar_write_advances_${which}`, text: writeStatement(has) }
    statements.set(which, statement)
  }
  return statement
}

function rawOf(arriving: readonly Arriving[]): Uint8Array {
  return arriving.length === 1
    ? arriving[0]!.notification.raw
    : Buffer.concat(arriving.map(({ notification }) => notification.raw))
}

function placed(arriving: readonly Arriving[]): Placed[] {
  let rawFrom = 1
  return arriving.map(({ notification, verdict, copies }) => {
    const place = { notification, verdict, copies, rawFrom }
    rawFrom += notification.raw.length
    return place
  })
}
