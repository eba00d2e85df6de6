import type { TopupStatus } from '../domain/topup.ts'
import type { Queryable } from './database.ts'

export interface TopupRow {
  readonly id: string
  readonly wallet_id: string
  readonly merchant: string
  readonly user_id: string
  readonly order_id: string
  readonly version: number
  readonly status: TopupStatus
  readonly amount: bigint
  readonly received_amount: bigint
  readonly payment_type: string
  readonly bank: string | null
  readonly currency: string
  readonly succeeded_at: Date | null
  readonly failed_at: Date | null
  readonly expired_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

export type NewTopup = Pick<
  TopupRow,
  'id' | 'wallet_id' | 'merchant' | 'user_id' | 'order_id' | 'amount' | 'payment_type' | 'bank' | 'created_at'
>

export async function insertTopup(tx: Queryable, topup: NewTopup): Promise<void> {
  await tx.query(
    `insert into bayar.topups (id, wallet_id, merchant, user_id, order_id, amount, payment_type, bank, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
    [
      topup.id,
      topup.wallet_id,
      topup.merchant,
      topup.user_id,
      topup.order_id,
      topup.amount,
      topup.payment_type,
      topup.bank,
      topup.created_at,
    ],
  )
}

/** Its payment's lock is held, and is the only way here. */
export async function lockTopup(tx: Queryable, id: string): Promise<TopupRow | undefined> {
  const { rows } = await tx.query<TopupRow>('select * from bayar.topups where id = $1 for no key update', [
    id,
  ])
  return rows[0]
}

export async function updateTopup(tx: Queryable, after: TopupRow): Promise<void> {
  await tx.query(
    `update bayar.topups set version = $2, status = $3, received_amount = $4, succeeded_at = $5, failed_at = $6, expired_at = $7, updated_at = $8
      where id = $1`,
    [
      after.id,
      after.version,
      after.status,
      after.received_amount,
      after.succeeded_at,
      after.failed_at,
      after.expired_at,
      after.updated_at,
    ],
  )
}

export async function findTopups(database: Queryable, ids: readonly string[]): Promise<readonly TopupRow[]> {
  if (ids.length === 0) return []
  const { rows } = await database.query<TopupRow>('select * from bayar.topups where id = any ($1::uuid[])', [
    ids,
  ])
  return rows
}

export async function findTopupByOrder(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<TopupRow | undefined> {
  const { rows } = await database.query<TopupRow>(
    'select * from bayar.topups where merchant = $1 and order_id = $2',
    [merchant, orderId],
  )
  return rows[0]
}

export interface TopupFilter {
  readonly merchant?: string
  readonly userId?: string
  readonly status?: TopupStatus
}

/** By creation: ids are time-ordered. One row more than asked tells whether there is a next page. */
export async function listTopups(
  database: Queryable,
  page: {
    readonly filter: TopupFilter
    readonly descending: boolean
    readonly after: string | null
    readonly limit: number
  },
): Promise<readonly TopupRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const where: string[] = []
  const { merchant, userId, status } = page.filter
  if (merchant !== undefined) where.push(`merchant = ${given(merchant)}`)
  if (userId !== undefined) where.push(`user_id = ${given(userId)}`)
  if (status !== undefined) where.push(`status = ${given(status)}`)
  if (page.after !== null) where.push(`id ${page.descending ? '<' : '>'} ${given(page.after)}::uuid`)
  const { rows } = await database.query<TopupRow>(
    `select * from bayar.topups ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by id ${page.descending ? 'desc' : 'asc'} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

export interface CheckedTopup {
  readonly id: string
  readonly order_id: string
  /** What its payment has. */
  readonly net: bigint | null
  /** What its entries brought into the wallet, less what they took and what was missing. */
  readonly booked: bigint
  readonly is_right: boolean
}

/** Holds top-ups against their payments and entries: money that came and is in no wallet is the customer's all the same. */
export async function checkTopups(
  database: Queryable,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly CheckedTopup[]> {
  const { rows } = await database.query<CheckedTopup>(
    `select t.id, t.order_id, p.net_amount as net, e.booked, coalesce(p.net_amount = t.received_amount and p.net_amount = e.booked, false) as is_right
       from (select * from bayar.topups where $1::uuid is null or id > $1 order by id limit $2) t
       left join bayar.payments p on p.owner_id = t.id
      cross join lateral (select coalesce(sum(amount - owed), 0)::bigint as booked from bayar.wallet_entries w
                           where w.payment_id = p.id and w.wallet_id = t.wallet_id and w.kind in ('top_up', 'top_up_returned')) e
      order by t.id`,
    [page.after, page.limit],
  )
  return rows
}
