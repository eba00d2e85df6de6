/** A subscription as the host's code asks for it; every mistake at once, before anything is written. */
import { createHash } from 'node:crypto'
import { INTERVAL_UNITS, type IntervalUnit } from '../../domain/billing-period.ts'
import type { CreditCardCharge, MethodCharge } from '../../domain/charge-methods.ts'
import { toNumber } from '../../domain/money.ts'
import type { CustomerDetails } from '../../domain/payment.ts'
import type { BilledType, SubscriptionType } from '../../domain/subscription.ts'
import { BayarError, invalidRequest, isBayarError, type Problem } from '../../errors.ts'
import { fieldsOf, wireName } from '../../gateway/charge-fields.ts'
import { CHARGED_TYPES } from '../../gateway/charge-parts.ts'
import type { PlanRow } from '../../store/plans.ts'
import type { Context } from '../context.ts'
import {
  type ChargeInput,
  checkCharge,
  type Fields,
  readCustomer,
  readerOf,
  readMetadata,
  recordOf,
} from '../payments/charge-input.ts'
import { asText } from '../payments/charge-request.ts'
import { findPlanNamed, type PlanReference } from '../plans/index.ts'

interface Common {
  /** Whose it is among your users. */
  readonly user: string
  /** Only IDR and whole rupiah; for what is not one of your plans. */
  readonly amount?: number
  /** For people; the plan's name unless given. */
  readonly name?: string
  readonly customer?: Pick<CustomerDetails, 'firstName' | 'lastName' | 'email' | 'phone'>
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Your own name for this request: asked again under it, it is the same subscription. */
  readonly reference?: string
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
}

/** A plan, by id or slug. */
interface OfPlan extends Common {
  readonly plan: PlanReference
}

/** A price and a rhythm of its own. */
interface OfOwn extends Common {
  readonly amount: number
  readonly name: string
  /** 1 unless given. */
  readonly interval?: number
  /** `month` unless given. */
  readonly intervalUnit?: IntervalUnit
  readonly trialPeriodDays?: number
  /** 0 is without end. */
  readonly maxCycles?: number
}

/** A card is charged by the token that was kept of it; every other method as a charge takes it. */
export type SubscribeMethod =
  | (Omit<
      CreditCardCharge,
      'tokenId' | 'saveTokenId' | 'type' | 'initiatedBy' | 'pointRedeemAmount' | 'installmentTerm'
    > & {
      /** A saved card: the `savedTokenId` of a payment. */
      readonly token: string
    })
  | Exclude<MethodCharge, CreditCardCharge>

/** By Midtrans's own clock: a saved card, or a linked GoPay account. */
interface ByMidtrans {
  readonly collection: 'native'
  readonly paymentType: SubscriptionType
  readonly token?: string
  readonly gopayAccountId?: string
  readonly paymentOption?: string
}

/** By bayar's own clock, one payment a cycle; that is what it is unless said. */
type ByCharges = { readonly collection?: 'charge' } & SubscribeMethod

/** Out of the user's wallet. */
interface ByWallet {
  readonly collection: 'wallet'
}

export type SubscribeInput = (OfPlan | OfOwn) & (ByCharges | ByMidtrans | ByWallet)

export interface CheckedSubscribe {
  readonly collection: 'charge' | 'wallet'
  readonly merchant: string
  readonly userId: string
  readonly reference: string | null
  readonly plan: PlanRow | null
  readonly title: string
  readonly amount: bigint
  readonly interval: number
  readonly intervalUnit: IntervalUnit
  readonly trialDays: number
  readonly cyclesMax: number | null
  readonly method: CheckedMethod
  readonly customer: CustomerDetails
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly digest: Buffer
}

export interface CheckedMethod {
  readonly paymentType: BilledType
  readonly method: Readonly<Record<string, unknown>>
  readonly token: string | null
}

const COMMON: readonly string[] = [
  'user',
  'plan',
  'name',
  'customer',
  'metadata',
  'reference',
  'merchant',
  'collection',
  'paymentType',
]
const OWN: readonly string[] = ['amount', 'interval', 'intervalUnit', 'trialPeriodDays', 'maxCycles']
/** Of one charge, not of one that comes again. */
export const OF_ONE_CHARGE: ReadonlySet<string> = new Set([
  'saveTokenId',
  'type',
  'initiatedBy',
  'pointRedeemAmount',
  'installmentTerm',
  'tokenId',
  'vaNumber',
  'billKey',
  'paymentOptionToken',
  'accountId',
  'preAuth',
  'recurring',
])
const INTERVAL_MAX: Readonly<Record<IntervalUnit, number>> = { day: 3660, week: 520, month: 120 }

export async function checkSubscribe(context: Context, given: SubscribeInput): Promise<CheckedSubscribe> {
  const input = recordOf(given)
  const problems: Problem[] = []
  const read = readerOf(problems)
  const text = (field: string, value: unknown, isRequired = false): string | null => {
    const found = read.text(field, value)?.trim() ?? ''
    if (found === '' && isRequired) problems.push({ field, reason: 'is missing' })
    if (found.length > 255) problems.push({ field, reason: 'is longer than 255 characters' })
    return found === '' ? null : found
  }
  const { rules } = context
  const merchant = input.merchant ?? rules.merchants[0]?.name ?? 'default'
  const account = rules.merchants.find(({ name }) => name === merchant)
  if (!account) problems.push({ field: 'merchant', reason: 'is not configured' })
  else if (account.serverKeys.length === 0)
    throw new BayarError('keys_missing', `The account ${account.name} has none.`)
  const isWallet = input.collection === 'wallet'
  if (input.collection !== undefined && input.collection !== 'charge' && !isWallet)
    problems.push({
      field: 'collection',
      reason: 'must be charge, wallet or native',
    })
  const userId = text('user', input.user, true) ?? ''
  const reference = text('reference', input.reference)
  const plan = await readPlan(context, input, merchant as string, problems)
  const own = ownTerms(input, plan, problems)
  const amount = plan?.price ?? read.amount('amount', input.amount) ?? 1n
  const title = text('name', input.name, plan === null) ?? plan?.name ?? 'unnamed'
  const metadata = readMetadata(problems, input.metadata)
  const customer = readCustomer(
    read,
    pick(input.customer, ['firstName', 'lastName', 'email', 'phone'], problems),
  )
  const rest = Object.fromEntries(
    Object.entries(input).filter(
      ([name, value]) =>
        value !== undefined && (name === 'paymentType' || ![...COMMON, ...OWN].includes(name)),
    ),
  )
  const method = isWallet
    ? outOfWallet(rest, problems)
    : readMethod(context, rest, { amount, customer, merchant: merchant as string }, problems)
  if (problems.length > 0) throw invalidRequest(problems)

  const checked = {
    collection: isWallet ? ('wallet' as const) : ('charge' as const),
    merchant: merchant as string,
    userId,
    reference,
    plan,
    title,
    amount,
    ...own,
    method,
    customer,
    metadata,
  }
  return { ...checked, digest: digestOf(checked) }
}

export async function readPlan(
  context: Context,
  input: Fields,
  merchant: string,
  problems: Problem[],
): Promise<PlanRow | null> {
  const given = input.plan
  if (given === undefined || given === null) return null
  const slug = typeof given === 'string' ? given : recordOf(given).slug
  if (typeof slug !== 'string') {
    problems.push({ field: 'plan', reason: 'must be the id or the slug of a plan' })
    return null
  }
  for (const name of OWN)
    if (input[name] !== undefined)
      problems.push({ field: wireName(name), reason: 'is the plan’s: give the one or the other' })
  const plan = await findPlanNamed(context, { slug, merchant })
  if (!plan) throw new BayarError('plan_not_found', slug)
  if (plan.merchant !== merchant)
    problems.push({ field: 'plan', reason: 'belongs to another Midtrans account' })
  if (plan.status !== 'active') throw new BayarError('plan_not_sold', `${plan.slug} is ${plan.status}.`)
  return plan
}

function ownTerms(
  input: Fields,
  plan: PlanRow | null,
  problems: Problem[],
): Pick<CheckedSubscribe, 'interval' | 'intervalUnit' | 'trialDays' | 'cyclesMax'> {
  if (plan)
    return {
      interval: plan.interval_count,
      intervalUnit: plan.interval_unit,
      trialDays: plan.trial_days,
      cyclesMax: plan.cycles_max || null,
    }
  const unit = INTERVAL_UNITS.find((one) => one === (input.intervalUnit ?? 'month'))
  if (!unit) problems.push({ field: 'interval_unit', reason: `must be one of ${INTERVAL_UNITS.join(', ')}` })
  const whole = (name: string, otherwise: number, least: number, most: number): number => {
    const value = input[name] ?? otherwise
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
      return value as number
    problems.push({ field: wireName(name), reason: `must be a whole number from ${least} to ${most}` })
    return otherwise
  }
  return {
    interval: whole('interval', 1, 1, INTERVAL_MAX[unit ?? 'day']),
    intervalUnit: unit ?? 'month',
    trialDays: whole('trialPeriodDays', 0, 0, 3660),
    cyclesMax: whole('maxCycles', 0, 0, 100_000) || null,
  }
}

export function outOfWallet(given: Fields, problems: Problem[]): CheckedMethod {
  for (const name of Object.keys(given))
    if (name !== 'paymentType' || given[name] !== 'wallet')
      problems.push({ field: wireName(name), reason: 'is for a charge: this is paid out of the wallet' })
  return { paymentType: 'wallet', method: {}, token: null }
}

/** Judged as the charge that it will be, cycle after cycle. */
export function readMethod(
  context: Context,
  given: Fields,
  charge: { readonly amount: bigint; readonly customer: CustomerDetails; readonly merchant: string },
  problems: Problem[],
): CheckedMethod {
  const { paymentType: type, token, ...method } = given
  const paymentType = CHARGED_TYPES.find((one) => one === type)
  if (paymentType === undefined) {
    problems.push({ field: 'payment_type', reason: `must be one of ${CHARGED_TYPES.join(', ')}` })
    return { paymentType: 'qris', method: {}, token: null }
  }
  const isCard = paymentType === 'credit_card'
  const isToken = typeof token === 'string' && token.trim() !== '' && token.length <= 255
  if (isCard && !isToken)
    problems.push({ field: 'token', reason: 'is missing: a saved card is charged by its token' })
  if (!isCard && token !== undefined) problems.push({ field: 'token', reason: 'is for credit_card' })
  const known = Object.keys(fieldsOf(paymentType)).filter((name) => !OF_ONE_CHARGE.has(name))
  for (const name of Object.keys(method))
    if (!known.includes(name))
      problems.push({
        field: wireName(name),
        reason: `is not a field of a subscription by ${paymentType}${known.length > 0 ? `; there are ${known.map(wireName).join(', ')}` : ''}`,
      })
  const asked = {
    ...Object.fromEntries(Object.entries(method).filter(([name]) => known.includes(name))),
    ...(isCard && { tokenId: isToken ? token : 'missing' }),
    paymentType,
    grossAmount: toNumber(charge.amount),
    customer: charge.customer,
    merchant: charge.merchant,
    items: [{ id: 'period-1', name: 'period', price: toNumber(charge.amount), quantity: 1 }],
  } as unknown as ChargeInput
  try {
    if (problems.length === 0)
      checkCharge(asked, context.rules, () => 'SUB-000000000000', { name: 'subscription', id: '' })
  } catch (error) {
    const found = isBayarError(error, 'invalid_request') ? error.details.problems : undefined
    if (!found) throw error
    problems.push(...found)
  }
  return { paymentType, method, token: isCard && isToken ? (token as string) : null }
}

function pick(given: unknown, names: readonly string[], problems: Problem[]): Fields {
  const all = recordOf(given)
  for (const name of Object.keys(all))
    if (!names.includes(name))
      problems.push({
        field: `customer.${wireName(name)}`,
        reason: `is not kept; there are ${names.map(wireName).join(', ')}`,
      })
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
}

function digestOf({ plan, ...asked }: Omit<CheckedSubscribe, 'digest'>): Buffer {
  // A plan that was changed since is still the plan that was asked for.
  const terms = plan
    ? {
        ...asked,
        plan: plan.id,
        amount: null,
        title: null,
        interval: null,
        intervalUnit: null,
        trialDays: null,
        cyclesMax: null,
      }
    : asked
  return createHash('sha256')
    .update(JSON.stringify(asText(terms)))
    .digest()
}
