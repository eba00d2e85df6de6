/** A plan as the host's code gives it; every mistake in it at once. */
import { INTERVAL_UNITS, type IntervalUnit } from '../../domain/billing-period.ts'
import type { Feature, Features, PlanStatus } from '../../domain/plan.ts'
import { invalidRequest, type Problem } from '../../errors.ts'
import { wireName } from '../../gateway/charge-fields.ts'
import { type Fields, readerOf, readMetadata, recordOf } from '../payments/charge-input.ts'

export interface CreatePlanInput {
  readonly name: string
  /** What URLs and code call it: lower-case letters, digits and dashes. Made of the name when left out. */
  readonly slug?: string
  readonly description?: string
  /** Whole rupiah for each interval. */
  readonly price: number
  /** 1 unless given. */
  readonly interval?: number
  /** `month` unless given. */
  readonly intervalUnit?: IntervalUnit
  readonly trialPeriodDays?: number
  /** After so many paid periods it ends; 0, which it is unless given, is without end. */
  readonly maxCycles?: number
  /** Flags and limits: `{ export: true, max_projects: 3, seats: 'unlimited' }`. */
  readonly features?: Features
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Where it stands in a list; 0 unless given. */
  readonly sortOrder?: number
  /** `inactive` is not sold yet. */
  readonly status?: Exclude<PlanStatus, 'archived'>
  /** Only IDR. */
  readonly currency?: string
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
}

/** What stays as it is for whoever has the plan: their price and rhythm are those that they agreed to. */
export type UpdatePlanInput = Partial<Omit<CreatePlanInput, 'slug' | 'merchant' | 'currency'>>

export interface CheckedPlan {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly price: bigint
  readonly interval_count: number
  readonly interval_unit: IntervalUnit
  readonly trial_days: number
  readonly cycles_max: number
  readonly status: PlanStatus
  readonly features: Features
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly sort_order: number
}

const FIELDS = [
  'name',
  'slug',
  'description',
  'price',
  'interval',
  'intervalUnit',
  'trialPeriodDays',
  'maxCycles',
  'features',
  'metadata',
  'sortOrder',
  'status',
  'currency',
  'merchant',
] as const satisfies readonly (keyof CreatePlanInput)[]
const FIXED: readonly string[] = ['slug', 'currency', 'merchant']

const SLUG = /^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/
const PRICE_MAX = 999_999_999_999n
/** What can still be told as a date. */
const INTERVAL_MAX: Readonly<Record<IntervalUnit, number>> = { day: 3660, week: 520, month: 120 }
const FEATURES_MAX = 200

export function checkPlan(given: CreatePlanInput): CheckedPlan {
  const { problems, input, read } = begin(given, FIELDS)
  const name = title(problems, read.text('name', input.name), true)
  const slug = read.text('slug', input.slug) ?? slugOf(name)
  if (!SLUG.test(slug))
    problems.push({
      field: 'slug',
      reason: 'takes 1 to 100 lower-case letters, digits and dashes, and begins and ends with none of these',
    })
  if (input.currency !== undefined && input.currency !== 'IDR')
    problems.push({ field: 'currency', reason: 'must be IDR' })
  const interval_unit = unitOf(problems, input.intervalUnit)
  const plan: CheckedPlan = {
    slug,
    name,
    description: read.text('description', input.description) ?? '',
    price: priceOf(problems, read.amount('price', input.price)),
    interval_count: whole(problems, 'interval', input.interval, {
      otherwise: 1,
      least: 1,
      most: INTERVAL_MAX[interval_unit],
    }),
    interval_unit,
    trial_days: whole(problems, 'trial_period_days', input.trialPeriodDays, {
      otherwise: 0,
      least: 0,
      most: 3660,
    }),
    cycles_max: whole(problems, 'max_cycles', input.maxCycles, { otherwise: 0, least: 0, most: 100_000 }),
    status: statusOf(problems, input.status),
    features: featuresOf(problems, input.features),
    metadata: readMetadata(problems, input.metadata),
    sort_order: whole(problems, 'sort_order', input.sortOrder, {
      otherwise: 0,
      least: -1_000_000,
      most: 1_000_000,
    }),
  }
  if (problems.length > 0) throw invalidRequest(problems)
  return plan
}

/** Only what was given. */
export function checkPlanChanges(
  given: UpdatePlanInput,
  before: { readonly interval_unit: IntervalUnit; readonly interval_count: number },
): Partial<Omit<CheckedPlan, 'slug'>> {
  const { problems, input } = begin(given, FIELDS)
  for (const field of FIXED)
    if (input[field] !== undefined)
      problems.push({ field: wireName(field), reason: 'cannot be changed: create another plan' })
  const isGiven = (name: string) => input[name] !== undefined
  if (!FIELDS.some(isGiven)) problems.push({ field: 'body', reason: 'must change something' })
  if (problems.length > 0) throw invalidRequest(problems)
  const checked = checkPlan({
    name: 'unchanged',
    price: 1,
    interval: before.interval_count,
    intervalUnit: before.interval_unit,
    ...(input as object),
    slug: 'unchanged',
  })
  const columns = {
    name: ['name'],
    description: ['description'],
    price: ['price'],
    interval: ['interval_count'],
    intervalUnit: ['interval_unit', 'interval_count'],
    trialPeriodDays: ['trial_days'],
    maxCycles: ['cycles_max'],
    status: ['status'],
    features: ['features'],
    metadata: ['metadata'],
    sortOrder: ['sort_order'],
  } as const satisfies Readonly<Record<string, readonly (keyof CheckedPlan)[]>>
  const changed = Object.entries(columns).flatMap(([name, columns]) => (isGiven(name) ? [...columns] : []))
  return Object.fromEntries(changed.map((column) => [column, checked[column]]))
}

function begin(given: unknown, known: readonly string[]) {
  const input: Fields = recordOf(given)
  const problems: Problem[] = Object.keys(input)
    .filter((name) => input[name] !== undefined && !known.includes(name))
    .map((name) => ({
      field: wireName(name),
      reason: `is not a field of a plan; there are ${known.map(wireName).join(', ')}`,
    }))
  return { input, problems, read: readerOf(problems) }
}

function title(problems: Problem[], text: string | undefined, isRequired: boolean): string {
  if (text !== undefined && text.trim() !== '' && text.length <= 255) return text
  if (text !== undefined || isRequired)
    problems.push({ field: 'name', reason: text === undefined ? 'is missing' : 'takes 1 to 255 characters' })
  return text ?? 'missing'
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 100)
    .replace(/^-+|-+$/g, '')
}

function priceOf(problems: Problem[], price: bigint | undefined): bigint {
  if (price !== undefined && price > PRICE_MAX)
    problems.push({ field: 'price', reason: `is at most ${PRICE_MAX}` })
  return price ?? 1n
}

function whole(
  problems: Problem[],
  field: string,
  value: unknown,
  { otherwise, least, most }: { readonly otherwise: number; readonly least: number; readonly most: number },
): number {
  if (value === undefined || value === null) return otherwise
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  problems.push({ field, reason: `must be a whole number from ${least} to ${most}` })
  return otherwise
}

function unitOf(problems: Problem[], value: unknown): IntervalUnit {
  const unit = INTERVAL_UNITS.find((one) => one === (value ?? 'month'))
  if (unit === undefined)
    problems.push({ field: 'interval_unit', reason: `must be one of ${INTERVAL_UNITS.join(', ')}` })
  return unit ?? 'month'
}

function statusOf(problems: Problem[], value: unknown): PlanStatus {
  if (value === undefined || value === null || value === 'active') return 'active'
  if (value !== 'inactive')
    problems.push({
      field: 'status',
      reason: 'must be active or inactive; `archive` ends the sale of a plan for good',
    })
  return 'inactive'
}

function featuresOf(problems: Problem[], given: unknown): Features {
  if (given === undefined || given === null) return {}
  const isMap = typeof given === 'object' && !Array.isArray(given)
  const entries = isMap ? Object.entries(given as object) : []
  const isFeature = (value: unknown): value is Feature =>
    value === null ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'string' && value.length <= 255 && value.isWellFormed() && !value.includes('\u0000'))
  const wrong = entries.filter(([name, value]) => !/^[\w.:-]{1,100}$/.test(name) || !isFeature(value))
  if (!isMap || entries.length > FEATURES_MAX)
    problems.push({ field: 'features', reason: `must be a map of at most ${FEATURES_MAX} names` })
  for (const [name] of wrong.slice(0, 5))
    problems.push({
      field: `features.${name.slice(0, 40)}`,
      reason:
        'must be true, false, a number, a short text or null, under a name of letters, digits and _ . : -',
    })
  return Object.fromEntries(entries) as Features
}
