/** What is owed for the periods of subscriptions, and the order ids by which it is charged. */
import type { ObligationStatus } from '../domain/obligation.ts'
import { arraysOf, type Column, sourceOf } from './column-arrays.ts'
import type { Queryable } from './database.ts'
import type { BilledCollection } from './due-subscriptions.ts'

export interface ObligationRow {
  readonly id: string
  readonly merchant: string
  readonly subscription_id: string
  /** `change`: the difference between two plans, within a period. */
  readonly kind: 'period' | 'change'
  readonly period: number
  readonly status: ObligationStatus
  readonly amount: bigint
  readonly period_start: Date
  readonly period_end: Date
  /** Of a change: what the subscription becomes; null, it was made, its money was taken back, and it is owed again. */
  readonly plan_id: string | null
  /** Of a change: what the subscription was before; null, it had no plan. */
  readonly from_plan_id: string | null
  /** Of a change that began a new period: the one that it cut short. */
  readonly from_start: Date | null
  readonly from_end: Date | null
  /** Payments of it that were begun. */
  readonly charges: number
  /** Of them, those that Midtrans never had: no tries. */
  readonly unmade: number
  /** Midtrans has had none of them. */
  readonly is_first: boolean
  /** The list on which it waits: as its subscription was collected when it was asked for. */
  readonly collection: BilledCollection
  readonly charge_at: Date | null
  readonly close_at: Date | null
  readonly payment_id: string | null
  readonly attempt_id: string | null
  readonly paid_at: Date | null
  readonly invoice_id: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** Charges that Midtrans has had: what dunning counts. */
export function triesOf({ charges, unmade }: Pick<ObligationRow, 'charges' | 'unmade'>): number {
  return charges - unmade
}

export type NewObligation = Pick<
  ObligationRow,
  | 'id'
  | 'merchant'
  | 'subscription_id'
  | 'kind'
  | 'period'
  | 'collection'
  | 'amount'
  | 'period_start'
  | 'period_end'
  | 'plan_id'
  | 'charge_at'
  | 'created_at'
> &
  Partial<Pick<ObligationRow, 'from_plan_id' | 'from_start' | 'from_end'>>

/** The caller holds the subscription's lock. Another one of the same period is refused by the table, and with it the whole transaction. */
export async function insertObligation(tx: Queryable, given: NewObligation): Promise<ObligationRow> {
  const all = { ...given, updated_at: given.created_at }
  const names = Object.keys(all)
  const { rows } = await tx.query<ObligationRow>(
    `insert into bayar.obligations (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning *`,
    Object.values(all),
  )
  return rows[0]!
}

const NEW: readonly Column<NewObligation>[] = [
  ['id', 'uuid', (row) => row.id],
  ['merchant', 'text', (row) => row.merchant],
  ['subscription_id', 'uuid', (row) => row.subscription_id],
  ['kind', 'text', (row) => row.kind],
  ['period', 'integer', (row) => row.period],
  ['collection', 'text', (row) => row.collection],
  ['amount', 'bigint', (row) => row.amount],
  ['period_start', 'timestamptz', (row) => row.period_start],
  ['period_end', 'timestamptz', (row) => row.period_end],
  ['plan_id', 'uuid', (row) => row.plan_id],
  ['charge_at', 'timestamptz', (row) => row.charge_at],
  ['created_at', 'timestamptz', (row) => row.created_at],
]

/** The same of many at once, each under its subscription's lock. */
export async function insertObligations(tx: Queryable, given: readonly NewObligation[]): Promise<void> {
  const names = NEW.map(([name]) => name).join(', ')
  await tx.query(
    `insert into bayar.obligations (${names}, updated_at) select ${names}, created_at from ${sourceOf(NEW, 'given', 1)}`,
    arraysOf(NEW, given) as unknown[],
  )
}

/** Which of these subscriptions have one that is open. Under their locks, which whoever begins one holds. */
export async function whoseIsOpen(
  tx: Queryable,
  subscriptionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ subscription_id: string }>(
    `select distinct subscription_id from bayar.obligations where subscription_id = any ($1::uuid[]) and status = 'open'`,
    [subscriptionIds],
  )
  return new Set(rows.map((row) => row.subscription_id))
}

export async function findObligation(database: Queryable, id: string): Promise<ObligationRow | undefined> {
  const { rows } = await database.query<ObligationRow>('select * from bayar.obligations where id = $1', [id])
  return rows[0]
}

/** In the order in which they were begun. */
export async function findObligations(
  database: Queryable,
  subscriptionId: string,
): Promise<readonly ObligationRow[]> {
  const { rows } = await database.query<ObligationRow>(
    'select * from bayar.obligations where subscription_id = $1 order by id',
    [subscriptionId],
  )
  return rows
}

/** Whether one of this kind is not paid. Under the subscription's lock, which whoever changes an obligation holds. */
export async function isOwed(
  tx: Queryable,
  subscriptionId: string,
  kind: ObligationRow['kind'],
): Promise<boolean> {
  const { rows } = await tx.prepared<{ is: boolean }>(
    'bayar_is_owed',
    `select exists (select 1 from bayar.obligations where subscription_id = $1 and kind = $2 and status = 'open') as is`,
    [subscriptionId, kind],
  )
  return rows[0]!.is
}

/**
 * Until when is paid what has begun by this instant; null when nothing is that goes on after it. The difference to a dearer plan is no period. A period that a change of plan cut short counts no more, because what was left of it went into the new one; and one that began with such a change
 * and cost nothing has no row, but is paid as long as the one that it was taken of is. Under the subscription's lock, which whoever changes an obligation holds.
 */
export async function paidUntil(tx: Queryable, subscriptionId: string, at: Date): Promise<Date | null> {
  const { rows } = await tx.query<{ until: Date | null }>(
    `select max(until) as until from (
       select o.period_end as until from bayar.obligations o
        where o.subscription_id = $1 and o.status = 'paid' and o.period_start <= $2 and (o.kind = 'period' or o.from_start is not null)
          and not exists (select 1 from bayar.obligations c where c.subscription_id = $1 and c.kind = 'change' and c.status = 'paid' and c.from_start is not null and c.id > o.id)
       union all
       select s.current_period_end from bayar.subscriptions s
        where s.id = $1 and s.current_period_start <= $2
          and not exists (select 1 from bayar.obligations o where o.subscription_id = $1
                             and (o.period_start = s.current_period_start or (o.status <> 'paid' and o.period_end = s.current_period_start)))
     ) paid where until > $2`,
    [subscriptionId, at],
  )
  return rows[0]!.until
}

/** After the payments' locks and before the subscription's. */
export async function lockObligation(tx: Queryable, id: string): Promise<ObligationRow | undefined> {
  const { rows } = await tx.query<ObligationRow>('select * from bayar.obligations where id = $1 for update', [
    id,
  ])
  return rows[0]
}

/** All that are open, by id; after the payments' locks and before the subscription's. */
export async function lockOpenObligations(
  tx: Queryable,
  subscriptionId: string,
): Promise<readonly ObligationRow[]> {
  const { rows } = await tx.query<ObligationRow>(
    `select * from bayar.obligations where subscription_id = $1 and status = 'open' order by id for update`,
    [subscriptionId],
  )
  return rows
}

/** All that are open or paid, by id; after the payments' locks and before the subscription's. */
export async function lockLiveObligations(
  tx: Queryable,
  subscriptionId: string,
): Promise<readonly ObligationRow[]> {
  const { rows } = await tx.query<ObligationRow>(
    `select * from bayar.obligations where subscription_id = $1 and status in ('open', 'paid') order by id for update`,
    [subscriptionId],
  )
  return rows
}

export type ObligationChanges = Partial<
  Omit<ObligationRow, 'id' | 'merchant' | 'subscription_id' | 'created_at' | 'is_first' | 'collection'>
>

/** The caller holds its lock. */
export async function updateObligation(
  tx: Queryable,
  row: ObligationRow,
  changes: ObligationChanges,
  at: Date,
): Promise<ObligationRow> {
  const set = { ...changes, updated_at: at }
  await tx.query(
    `update bayar.obligations set ${Object.keys(set)
      .map((name, index) => `${name} = $${index + 2}`)
      .join(', ')} where id = $1`,
    [row.id, ...Object.values(set)],
  )
  return { ...row, ...set }
}

/** Of an attempt's money, what was given back or was disputed. What is only being given back has not happened yet. */
export async function givenBackOf(tx: Queryable, attemptId: string): Promise<bigint> {
  const { rows } = await tx.query<{ amount: bigint }>(
    `select (a.charged_back_amount + coalesce((select sum(r.amount) from bayar.refunds r
              where r.payment_id = a.payment_id and r.transaction_id = a.transaction_id and r.status in ('confirmed', 'given')), 0))::bigint as amount
       from bayar.attempts a where a.id = $1`,
    [attemptId],
  )
  return rows[0]?.amount ?? 0n
}

/** What was left of it was given back as credit: it ends here. The caller holds the locks of all that are paid. */
export async function cutPaidPeriod(tx: Queryable, subscriptionId: string, at: Date): Promise<void> {
  await tx.query(
    `update bayar.obligations set period_end = greatest($2, period_start + interval '1 millisecond'), updated_at = $2
      where subscription_id = $1 and status = 'paid' and period_start <= $2 and period_end > $2`,
    [subscriptionId, at],
  )
}

// ---------------------------------------------------------------- work lists

/**
 * Those whose next charge is due, for the length of a lease. `first` are periods of which Midtrans has had no charge yet; the others were not paid, and are charged again.
 * Rows that another worker holds are passed over, so any number of them share the list. Of whoever has cancelled for the end of their period nothing more is charged unasked: a renewal may wait here, although its end
 * is what they asked for.
 */
export async function claimObligationsToCharge(
  database: Queryable,
  options: {
    at: Date
    leaseUntil: Date
    limit: number
    isFirst: boolean
    collection: BilledCollection
    /** Of these merchants none. */
    without: readonly string[]
  },
): Promise<readonly ObligationRow[]> {
  const { rows } = await database.query<ObligationRow>(
    `with due as (
       select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id
        where o.collection = $5 and o.is_first = $4 and o.charge_at <= $1 and o.merchant <> all ($6::text[]) and o.status = 'open' and s.status in ('pending', 'trialing', 'active', 'past_due') and not s.cancel_at_period_end
        order by o.charge_at, o.id limit $3 for update of o skip locked
     )
     update bayar.obligations o set charge_at = $2 from due where o.id = due.id returning o.*`,
    [options.at, options.leaseUntil, options.limit, options.isFirst, options.collection, options.without],
  )
  return rows
}

/** Settled ones of which a payment can still be paid, for the length of a lease. */
export async function claimObligationsToClose(
  database: Queryable,
  options: {
    at: Date
    leaseUntil: Date
    limit: number
    /** Only those that were never charged, of which Midtrans knows nothing. */
    isUncharged: boolean
  },
): Promise<readonly ObligationRow[]> {
  const { rows } = await database.query<ObligationRow>(
    `with due as (
       select id from bayar.obligations o
        where close_at <= $1 and not ($4 and exists (select 1 from bayar.obligation_charges c where c.obligation_id = o.id))
        order by close_at, id limit $3 for update skip locked
     )
     update bayar.obligations o set close_at = $2 from due where o.id = due.id returning o.*`,
    [options.at, options.leaseUntil, options.limit, options.isUncharged],
  )
  return rows
}

export async function planObligationClose(database: Queryable, id: string, at: Date | null): Promise<void> {
  await database.query('update bayar.obligations set close_at = $2 where id = $1', [id, at])
}

// ---------------------------------------------------------------- charges

export interface ObligationCharge {
  readonly merchant: string
  readonly order_id: string
  readonly obligation_id: string
  readonly number: number
  readonly replaced_at: Date | null
  /** Null until it is begun. */
  readonly payment_id: string | null
  /** Money may still come by it. */
  readonly is_open: boolean
}

const CHARGE = `
select c.merchant, c.order_id, c.obligation_id, c.number, c.replaced_at, p.id as payment_id,
       coalesce(p.presumed is null and p.status in ('created', 'pending', 'challenged', 'authorized'), false) as is_open
  from bayar.obligation_charges c left join bayar.payments p on p.merchant = c.merchant and p.order_id = c.order_id`

export async function findCharge(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<ObligationCharge | undefined> {
  const { rows } = await database.prepared<ObligationCharge>(
    'bayar_find_charge',
    `${CHARGE} where c.merchant = $1 and c.order_id = $2`,
    [merchant, orderId],
  )
  return rows[0]
}

/** In the order in which they were begun. */
export async function findCharges(
  database: Queryable,
  obligationId: string,
): Promise<readonly ObligationCharge[]> {
  const { rows } = await database.prepared<ObligationCharge>(
    'bayar_find_charges',
    `${CHARGE} where c.obligation_id = $1 order by c.number`,
    [obligationId],
  )
  return rows
}

export async function insertCharge(
  tx: Queryable,
  charge: { merchant: string; orderId: string; obligationId: string; number: number; at: Date },
): Promise<void> {
  await tx.query(
    `insert into bayar.obligation_charges (merchant, order_id, obligation_id, number, created_at) values ($1, $2, $3, $4, $5)`,
    [charge.merchant, charge.orderId, charge.obligationId, charge.number, charge.at],
  )
}

export async function markChargeReplaced(tx: Queryable, charge: ObligationCharge, at: Date): Promise<void> {
  await tx.query(
    `update bayar.obligation_charges set replaced_at = $3 where merchant = $1 and order_id = $2 and replaced_at is null`,
    [charge.merchant, charge.order_id, at],
  )
}
