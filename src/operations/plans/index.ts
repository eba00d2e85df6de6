/** `bayar.plans`: what is sold. Host code is staff: it sets prices. */
import type { IntervalUnit } from '../../domain/billing-period.ts'
import { parseRupiah, toNumber } from '../../domain/money.ts'
import { type Features, PLAN_STATUSES, type PlanStatus } from '../../domain/plan.ts'
import { scheduleDisplay } from '../../domain/subscription.ts'
import { isUuid, uuidv7 } from '../../domain/uuid.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import {
  findPlan,
  findPlanBySlug,
  insertPlan,
  listPlans,
  PLAN_SORTS,
  type PlanFilter,
  type PlanRow,
  type PlanSort,
  planPosition,
  updatePlan,
} from '../../store/plans.ts'
import type { Context } from '../context.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type CreatePlanInput, checkPlan, checkPlanChanges, type UpdatePlanInput } from './plan-input.ts'

export type { PlanFilter, PlanSort } from '../../store/plans.ts'
export type { CreatePlanInput, UpdatePlanInput } from './plan-input.ts'

export interface Plan {
  readonly id: string
  readonly merchant: string
  readonly slug: string
  readonly name: string
  readonly description: string
  /** For each interval, in whole rupiah. */
  readonly price: number
  readonly currency: string
  readonly interval: number
  readonly intervalUnit: IntervalUnit
  /** "every 1 month". */
  readonly scheduleDisplay: string
  readonly trialPeriodDays: number
  /** 0 is without end. */
  readonly maxCycles: number
  readonly status: PlanStatus
  readonly features: Features
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly sortOrder: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** An id or a slug; with the account that a slug belongs to where there are several. */
export type PlanReference = string | { readonly slug: string; readonly merchant?: string }

export interface PlanQuery extends PageAsked {
  readonly filter?: PlanFilter
  /** `sort_order`, then the price, unless given. */
  readonly sort?: PlanSort
  readonly descending?: boolean
}

export interface Plans {
  create(input: CreatePlanInput): Promise<Plan>
  /** Throws `plan_not_found`. */
  get(plan: PlanReference): Promise<Plan>
  find(plan: PlanReference): Promise<Plan | undefined>
  list(query?: PlanQuery): Promise<Page<Plan>>
  /** For whoever subscribes from now on. Who has it keeps the price and the rhythm that they agreed to; its features are everybody's at once. */
  update(plan: PlanReference, input: UpdatePlanInput): Promise<Plan>
  /** Sold no more, and gone from the lists that are asked for what is sold. Who has it keeps it. */
  archive(plan: PlanReference): Promise<Plan>
}

export function bindPlans(context: () => Promise<Context>, reading: () => Promise<Context>): Plans {
  return {
    create: async (input) => toPlan(await createPlan(await context(), input)),
    get: async (reference) => toPlan(await mustFindPlan(await reading(), reference)),
    async find(reference) {
      const row = await findPlanNamed(await reading(), reference)
      return row && toPlan(row)
    },
    list: async (query = {}) => listPage(await reading(), query),
    async update(reference, input) {
      const at = await context()
      const row = await mustFindPlan(at, reference)
      return toPlan(await change(at, row, checkPlanChanges(input, row)))
    },
    async archive(reference) {
      const at = await context()
      return toPlan(await change(at, await mustFindPlan(at, reference), { status: 'archived' }))
    },
  }
}

async function createPlan(context: Context, input: CreatePlanInput): Promise<PlanRow> {
  const merchant = input?.merchant ?? merchantOf(context)
  if (!context.rules.merchants.some(({ name }) => name === merchant))
    throw invalidRequest([{ field: 'merchant', reason: 'is not configured' }])
  const checked = checkPlan(input)
  const at = context.clock.now()
  const row: PlanRow = {
    id: uuidv7(),
    merchant,
    currency: 'IDR',
    ...checked,
    created_at: at,
    updated_at: at,
  }
  if (!(await insertPlan(context.database, row))) throw new BayarError('plan_taken', checked.slug)
  return row
}

async function change(
  context: Context,
  row: PlanRow,
  changes: Parameters<typeof updatePlan>[2],
): Promise<PlanRow> {
  const changed = await updatePlan(context.database, row.id, { ...changes, updated_at: context.clock.now() })
  return changed ?? row
}

export async function findPlanNamed(
  context: Context,
  reference: PlanReference,
): Promise<PlanRow | undefined> {
  const { slug, merchant } =
    typeof reference === 'string' ? { slug: reference, merchant: undefined } : reference
  const byId = isUuid(slug) ? await findPlan(context.database, slug) : undefined
  return byId ?? findPlanBySlug(context.database, merchant ?? merchantOf(context), slug)
}

async function mustFindPlan(context: Context, reference: PlanReference): Promise<PlanRow> {
  const row = await findPlanNamed(context, reference)
  if (!row) throw new BayarError('plan_not_found', typeof reference === 'string' ? reference : reference.slug)
  return row
}

function merchantOf({ rules }: Context): string {
  return rules.merchants[0]?.name ?? 'default'
}

export function toPlan(row: PlanRow): Plan {
  return {
    id: row.id,
    merchant: row.merchant,
    slug: row.slug,
    name: row.name,
    description: row.description,
    price: toNumber(row.price),
    currency: row.currency,
    interval: row.interval_count,
    intervalUnit: row.interval_unit,
    scheduleDisplay: scheduleDisplay(row.interval_count, row.interval_unit),
    trialPeriodDays: row.trial_days,
    maxCycles: row.cycles_max,
    status: row.status,
    features: row.features,
    metadata: row.metadata,
    sortOrder: row.sort_order,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

async function listPage(
  context: Context,
  { filter = {}, sort = 'sort_order', descending = sort === 'created', ...asked }: PlanQuery,
): Promise<Page<Plan>> {
  const problems: Problem[] = []
  if (!PLAN_SORTS.includes(sort))
    problems.push({ field: 'ordering', reason: `must be one of ${PLAN_SORTS.join(', ')}` })
  if (filter.status !== undefined && !PLAN_STATUSES.includes(filter.status))
    problems.push({ field: 'status', reason: `must be one of ${PLAN_STATUSES.join(', ')}` })
  if (problems.length > 0) throw invalidRequest(problems)
  const page = await readPage(
    asked,
    (row: PlanRow) => planPosition(row, sort).join('_'),
    ({ position, isBackward, limit }) =>
      listPlans(context.database, {
        filter,
        sort,
        descending: descending !== isBackward,
        after: position === null ? null : readCursor(position, sort),
        limit,
      }),
  )
  return mapPage(page, toPlan)
}

/** What was not given out by us is refused before it reaches SQL. */
function readCursor(text: string, sort: PlanSort): readonly string[] {
  const parts = text.split('_')
  const numbers = parts.slice(0, -1)
  const isOfSort = parts.length === { sort_order: 3, price: 2, created: 1 }[sort]
  const isNumber = (part: string) =>
    /^-?\d{1,15}$/.test(part) && parseRupiah(part.replace('-', '')) !== undefined
  if (!isOfSort || !numbers.every(isNumber) || !isUuid(parts.at(-1)!))
    throw invalidRequest([{ field: 'cursor', reason: 'is not one of ours: use next or previous of a page' }])
  return parts
}
