import type {
  BilledType,
  Collection,
  IntervalUnit,
  RetryUnit,
  SubscriptionStatus,
} from '../domain/subscription.ts'
import type { Queryable } from './database.ts'

export interface SubscriptionRow {
  readonly id: string
  readonly merchant: string
  readonly reference: string | null
  readonly request_digest: Buffer
  readonly version: number
  readonly collection: Collection
  readonly status: SubscriptionStatus
  /** Where it says more than the status. */
  readonly status_reason: string | null
  readonly title: string
  readonly gateway_name: string | null
  readonly gateway_id: string | null
  readonly hinted_id: string | null
  /** `absent`: Midtrans knows it no more. */
  readonly gateway_status: 'active' | 'inactive' | 'absent' | null
  readonly payment_type: BilledType
  readonly token: string | null
  readonly pay_account_id: string | null
  readonly payment_option: string | null
  readonly amount: bigint
  readonly previous_amount: bigint | null
  readonly currency: string
  readonly interval_count: number
  readonly interval_unit: IntervalUnit
  readonly cycles_max: number | null
  readonly cycle: number
  readonly starts_at: Date
  readonly next_charge_at: Date | null
  readonly previous_charge_at: Date | null
  readonly failed_charge_at: Date | null
  /** What came of the last one. */
  readonly last_charge: 'paid' | 'failed' | null
  readonly retry_interval: number | null
  readonly retry_unit: RetryUnit | null
  readonly retries_max: number | null
  readonly user_id: string | null
  readonly customer_first_name: string | null
  readonly customer_last_name: string | null
  readonly customer_email: string | null
  readonly customer_phone: string | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly review: string | null
  readonly commands: number
  readonly next_sync_at: Date | null
  readonly regular_sync_at: Date | null
  readonly synced_at: Date | null
  readonly syncs_failed: number
  readonly cancelled_at: Date | null
  readonly plan_id: string | null
  /** What it becomes when the period ends. */
  readonly next_plan_id: string | null
  /** How each cycle is charged, without what a card is charged with. */
  readonly method: Readonly<Record<string, unknown>> | null
  readonly anchor_day: number | null
  /** The number of the last period that money was asked for. */
  readonly period: number
  readonly current_period_start: Date | null
  readonly current_period_end: Date | null
  readonly trial_end: Date | null
  readonly trial_told_at: Date | null
  readonly past_due_at: Date | null
  readonly grace_until: Date | null
  readonly paused_at: Date | null
  readonly cancel_at_period_end: boolean
  readonly cancel_reason: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** A subscription with what its view says about commands that are under way. */
export type SubscriptionView = SubscriptionRow & {
  readonly open_command: string | null
  /** Midtrans was asked, and nobody knows yet what came of it. */
  readonly outcome_unknown: boolean
  readonly plan_slug: string | null
}

export type NewSubscription = Pick<
  SubscriptionRow,
  | 'id'
  | 'merchant'
  | 'reference'
  | 'request_digest'
  | 'collection'
  | 'status'
  | 'title'
  | 'gateway_name'
  | 'payment_type'
  | 'token'
  | 'pay_account_id'
  | 'payment_option'
  | 'amount'
  | 'interval_count'
  | 'interval_unit'
  | 'cycles_max'
  | 'starts_at'
  | 'next_charge_at'
  | 'retry_interval'
  | 'retry_unit'
  | 'retries_max'
  | 'user_id'
  | 'customer_first_name'
  | 'customer_last_name'
  | 'customer_email'
  | 'customer_phone'
  | 'metadata'
  | 'created_at'
> &
  Partial<
    Pick<
      SubscriptionRow,
      'plan_id' | 'method' | 'anchor_day' | 'period' | 'trial_end' | 'current_period_start'
    >
  >

/** False when its reference is taken: an equal request made it before, or another one holds the name. */
export async function insertSubscription(tx: Queryable, given: NewSubscription): Promise<boolean> {
  const all = { ...given, updated_at: given.created_at }
  const names = Object.keys(all)
  const { rowCount } = await tx.query(
    `insert into bayar.subscriptions (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
         on conflict (merchant, reference) where reference is not null and status <> 'failed' do nothing`,
    Object.values(all),
  )
  return rowCount === 1
}

const VIEW = `
select s.*, i.command as open_command, coalesce(i.answer_class is not null, false) as outcome_unknown, p.slug as plan_slug
  from bayar.subscriptions s left join bayar.subscription_intents i on i.subscription_id = s.id and i.state = 'sent'
       left join bayar.plans p on p.id = s.plan_id`

export async function findSubscription(
  database: Queryable,
  id: string,
): Promise<SubscriptionView | undefined> {
  const { rows } = await database.prepared<SubscriptionView>(
    'bayar_find_subscription',
    `${VIEW} where s.id = $1`,
    [id],
  )
  return rows[0]
}

export async function findSubscriptions(
  database: Queryable,
  ids: readonly string[],
): Promise<readonly SubscriptionView[]> {
  if (ids.length === 0) return []
  const { rows } = await database.prepared<SubscriptionView>(
    'bayar_find_subscriptions',
    `${VIEW} where s.id = any ($1::uuid[])`,
    [ids],
  )
  return rows
}

export async function findSubscriptionByReference(
  database: Queryable,
  merchant: string,
  reference: string,
): Promise<SubscriptionView | undefined> {
  const { rows } = await database.query<SubscriptionView>(
    `${VIEW} where s.merchant = $1 and s.reference = $2 and s.status <> 'failed'`,
    [merchant, reference],
  )
  return rows[0]
}

/** For the rest of the transaction. After the payments' locks, never before them. */
export async function lockSubscription(tx: Queryable, id: string): Promise<SubscriptionRow | undefined> {
  const { rows } = await tx.prepared<SubscriptionRow>(
    'bayar_lock_subscription',
    'select * from bayar.subscriptions where id = $1 for update',
    [id],
  )
  return rows[0]
}

export type SubscriptionChanges = Partial<Omit<SubscriptionRow, 'id' | 'merchant' | 'created_at'>>

/** The caller holds its lock. */
export async function updateSubscription(
  tx: Queryable,
  id: string,
  changes: SubscriptionChanges,
): Promise<void> {
  const names = Object.keys(changes)
  if (names.length === 0) return
  await tx.query(
    `update bayar.subscriptions set ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} where id = $1`,
    [id, ...Object.values(changes)],
  )
}

export interface SubscriptionFilter {
  readonly merchant?: string
  readonly userId?: string
  readonly status?: SubscriptionStatus
  readonly statuses?: readonly SubscriptionStatus[]
  readonly collection?: Collection
  readonly paymentType?: BilledType
  readonly planId?: string
  /** How the customer's e-mail or the user's id begins. */
  readonly search?: string
  /** Only those that wait for a person. */
  readonly needsReview?: boolean
}

export const SUBSCRIPTION_SORTS = ['created', 'next_charge'] as const
export type SubscriptionSort = (typeof SUBSCRIPTION_SORTS)[number]

/** What has no next charge is after everything that has one. */
const NEXT_CHARGE = `coalesce(s.next_charge_at, 'infinity'::timestamptz)`

export interface SubscriptionPosition {
  readonly id: string
  /** null: it has none. */
  readonly nextChargeAt: Date | null
}

export async function listSubscriptions(
  database: Queryable,
  page: {
    filter: SubscriptionFilter
    sort: SubscriptionSort
    after: SubscriptionPosition | null
    limit: number
    descending: boolean
  },
): Promise<readonly SubscriptionView[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const { filter } = page
  const where = ['true']
  if (filter.merchant !== undefined) where.push(`s.merchant = ${given(filter.merchant)}`)
  if (filter.userId !== undefined) where.push(`s.user_id = ${given(filter.userId)}`)
  if (filter.status !== undefined) where.push(`s.status = ${given(filter.status)}`)
  if (filter.statuses !== undefined) where.push(`s.status = any (${given(filter.statuses)}::text[])`)
  if (filter.collection !== undefined) where.push(`s.collection = ${given(filter.collection)}`)
  if (filter.paymentType !== undefined) where.push(`s.payment_type = ${given(filter.paymentType)}`)
  if (filter.needsReview) where.push('s.review is not null')
  if (filter.planId !== undefined) where.push(`s.plan_id = ${given(filter.planId)}`)
  if (filter.search !== undefined) {
    const begins = (text: string) => given(`${text.replace(/[\\%_]/g, '\\$&')}%`)
    where.push(
      `(s.user_id like ${begins(filter.search)} or lower(s.customer_email) like ${begins(filter.search.toLowerCase())})`,
    )
  }
  const isByCharge = page.sort === 'next_charge'
  const than = page.descending ? '<' : '>'
  if (page.after !== null) {
    const { id, nextChargeAt } = page.after
    where.push(
      isByCharge
        ? `(${NEXT_CHARGE}, s.id) ${than} (${given(nextChargeAt ?? 'infinity')}::timestamptz, ${given(id)}::uuid)`
        : `s.id ${than} ${given(id)}::uuid`,
    )
  }
  const direction = page.descending ? 'desc' : 'asc'
  const order = isByCharge ? `${NEXT_CHARGE} ${direction}, s.id ${direction}` : `s.id ${direction}`
  const { rows } = await database.query<SubscriptionView>(
    `${VIEW} where ${where.join(' and ')} order by ${order} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

/** Whether this was told of this payment before. */
export async function wasTold(
  tx: Queryable,
  about: { subscriptionId: string; paymentId: string; types: readonly string[] },
): Promise<boolean> {
  const { rows } = await tx.query<{ is: boolean }>(
    `select exists (select 1 from bayar.events where subject_id = $1 and payment_id = $2 and type = any ($3::text[])) as is`,
    [about.subscriptionId, about.paymentId, about.types],
  )
  return rows[0]!.is
}
