import type { IntervalUnit } from '../domain/billing-period.ts'
import type { Features, PlanStatus } from '../domain/plan.ts'
import type { Queryable } from './database.ts'

export interface PlanRow {
  readonly id: string
  readonly merchant: string
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly price: bigint
  readonly currency: string
  readonly interval_count: number
  readonly interval_unit: IntervalUnit
  readonly trial_days: number
  /** 0 is without end. */
  readonly cycles_max: number
  readonly status: PlanStatus
  readonly features: Features
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly sort_order: number
  readonly created_at: Date
  readonly updated_at: Date
}

/** False when its slug is taken. */
export async function insertPlan(tx: Queryable, plan: PlanRow): Promise<boolean> {
  const names = Object.keys(plan)
  const { rowCount } = await tx.query(
    `insert into bayar.plans (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
         on conflict (merchant, slug) do nothing`,
    Object.values(plan),
  )
  return rowCount === 1
}

export type PlanChanges = Partial<Omit<PlanRow, 'id' | 'merchant' | 'created_at'>>

export async function updatePlan(
  tx: Queryable,
  id: string,
  changes: PlanChanges,
): Promise<PlanRow | undefined> {
  const names = Object.keys(changes)
  const { rows } = await tx.query<PlanRow>(
    `update bayar.plans set ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} where id = $1 returning *`,
    [id, ...Object.values(changes)],
  )
  return rows[0]
}

export async function findPlan(database: Queryable, id: string): Promise<PlanRow | undefined> {
  const { rows } = await database.query<PlanRow>('select * from bayar.plans where id = $1', [id])
  return rows[0]
}

export async function findPlanBySlug(
  database: Queryable,
  merchant: string,
  slug: string,
): Promise<PlanRow | undefined> {
  const { rows } = await database.query<PlanRow>(
    'select * from bayar.plans where merchant = $1 and slug = $2',
    [merchant, slug],
  )
  return rows[0]
}

export interface PlanFilter {
  readonly merchant?: string
  readonly status?: PlanStatus
  readonly intervalUnit?: IntervalUnit
  readonly currency?: string
  /** In name and description. */
  readonly search?: string
}

export const PLAN_SORTS = ['sort_order', 'price', 'created'] as const
export type PlanSort = (typeof PLAN_SORTS)[number]

/** What a page is sorted by, the id last: it makes the order one that a page can be continued in. */
// biome-ignore format: a table is read in columns
const COLUMNS: Readonly<Record<PlanSort, readonly (readonly [name: 'sort_order' | 'price' | 'id', type: string])[]>> = {
  sort_order: [['sort_order', 'integer'], ['price', 'bigint'], ['id', 'uuid']],
  price:      [['price', 'bigint'], ['id', 'uuid']],
  created:    [['id', 'uuid']],
}

/** Where a row stands in its list. */
export function planPosition(row: PlanRow, sort: PlanSort): readonly string[] {
  return COLUMNS[sort].map(([name]) => String(row[name]))
}

export async function listPlans(
  database: Queryable,
  page: {
    filter: PlanFilter
    sort: PlanSort
    descending: boolean
    after: readonly string[] | null
    limit: number
  },
): Promise<readonly PlanRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const { filter, sort, descending } = page
  const where = ['true']
  if (filter.merchant !== undefined) where.push(`merchant = ${given(filter.merchant)}`)
  if (filter.status !== undefined) where.push(`status = ${given(filter.status)}`)
  if (filter.intervalUnit !== undefined) where.push(`interval_unit = ${given(filter.intervalUnit)}`)
  if (filter.currency !== undefined) where.push(`currency = ${given(filter.currency)}`)
  if (filter.search !== undefined) {
    const like = given(`%${filter.search.replace(/[\\%_]/g, '\\$&')}%`)
    where.push(`(name ilike ${like} or description ilike ${like})`)
  }
  const columns = COLUMNS[sort]
  if (page.after !== null) {
    const from = columns.map(([, type], index) => `${given(page.after![index])}::${type}`)
    where.push(`(${columns.map(([name]) => name).join(', ')}) ${descending ? '<' : '>'} (${from.join(', ')})`)
  }
  const order = columns.map(([name]) => `${name} ${descending ? 'desc' : 'asc'}`)
  const { rows } = await database.query<PlanRow>(
    `select * from bayar.plans where ${where.join(' and ')} order by ${order.join(', ')} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}
