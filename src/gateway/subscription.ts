/** Midtrans's own subscriptions: what they take, and what Midtrans says of one. Source: docs/midtrans/protocol.md §11, notifications.md §5. */
import { formatJakartaTime, parseJakartaTime } from '../domain/jakarta-time.ts'
import { parseRupiah, type Rupiah } from '../domain/money.ts'
import type { RetrySchedule, SubscriptionAsked, SubscriptionChangeAsked } from '../domain/subscription.ts'
import type { Problem } from '../errors.ts'
import type {
  SubscriptionChange,
  SubscriptionRequest,
  RetrySchedule as WireRetrySchedule,
} from './api-documents.ts'
import { customerOf } from './charge-body.ts'
import { cleanText, fitsAsId } from './clean-text.ts'
import { isObject, readDocument } from './read-document.ts'
import type { WireDocument } from './wire.ts'

const AMOUNT_MAX = 99_999_999_999n
const METADATA_BYTES_MAX = 1023
const TOKEN_MAX = 1000
const RETRIES_MAX = 3
/** A thousand of any interval is longer than anybody's contract. */
const INTERVAL_MAX = 1000

/** What Midtrans would refuse, all at once; empty when nothing. */
export function subscriptionProblems(asked: SubscriptionAsked, now: Date): Problem[] {
  const problems = changeProblems(asked)
  const check = checkInto(problems)
  check(
    asked.maxInterval === null || isWhole(asked.maxInterval, 0, 9999),
    'max_interval',
    'must be a whole number from 0 on, or be left out for a subscription without end',
  )
  check(asked.startTime > now, 'start_time', 'must be in the future')
  for (const [field, text] of Object.entries({
    first_name: asked.customer.firstName,
    last_name: asked.customer.lastName,
    email: asked.customer.email,
    phone: asked.customer.phone,
  })) {
    check((text?.length ?? 0) <= 255, `customer_details.${field}`, 'is longer than 255 characters')
  }
  const bytes = asked.metadata === null ? 0 : new TextEncoder().encode(JSON.stringify(asked.metadata)).length
  check(bytes <= METADATA_BYTES_MAX, 'metadata', `must be smaller than ${METADATA_BYTES_MAX + 1} bytes`)
  return problems
}

export function changeProblems(
  asked: Pick<SubscriptionAsked, 'amount' | 'token' | 'interval' | 'retry'>,
): Problem[] {
  const problems: Problem[] = []
  const check = checkInto(problems)
  check(
    asked.amount >= 1n && asked.amount <= AMOUNT_MAX,
    'amount',
    `must be whole rupiah, 1 to ${AMOUNT_MAX}`,
  )
  check(
    asked.token.length >= 1 && asked.token.length <= TOKEN_MAX,
    'token',
    `takes 1 to ${TOKEN_MAX} characters`,
  )
  check(isWhole(asked.interval, 1, INTERVAL_MAX), 'interval', `must be a whole number, 1 to ${INTERVAL_MAX}`)
  check(
    isWhole(asked.retry.interval, 1, INTERVAL_MAX),
    'retry_interval',
    `must be a whole number, 1 to ${INTERVAL_MAX}`,
  )
  check(
    isWhole(asked.retry.max, 0, RETRIES_MAX),
    'retry_max_interval',
    `must be a whole number, 0 to ${RETRIES_MAX}`,
  )
  return problems
}

function checkInto(problems: Problem[]) {
  return (fine: boolean, field: string, reason: string) => {
    if (!fine) problems.push({ field, reason })
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max
}

export function subscriptionBody(asked: SubscriptionAsked): SubscriptionRequest {
  const customer = customerOf(asked.customer)
  return {
    name: asked.name,
    amount: asked.amount.toString(),
    currency: 'IDR',
    ...(asked.paymentType === 'gopay'
      ? { payment_type: 'gopay', gopay: { account_id: asked.accountId ?? '' } }
      : { payment_type: 'credit_card' }),
    token: asked.token,
    schedule: {
      interval: asked.interval,
      interval_unit: asked.intervalUnit,
      ...(asked.maxInterval !== null && { max_interval: asked.maxInterval }),
      start_time: withZone(asked.startTime),
    },
    retry_schedule: retryBody(asked.retry),
    ...(asked.metadata && { metadata: asked.metadata }),
    ...(Object.keys(customer).length > 0 && { customer_details: customer }),
  }
}

export function subscriptionChange(asked: SubscriptionChangeAsked): SubscriptionChange {
  return {
    name: asked.name,
    amount: asked.amount.toString(),
    currency: 'IDR',
    token: asked.token,
    schedule: {
      interval: asked.interval,
      ...(asked.nextChargeAt !== null && { next_execution_at: withZone(asked.nextChargeAt) }),
    },
    retry_schedule: retryBody(asked.retry),
    ...(asked.accountId !== null && { gopay: { account_id: asked.accountId } }),
  }
}

function retryBody({ interval, unit, max }: RetrySchedule): WireRetrySchedule {
  return { interval, interval_unit: unit, max_interval: max }
}

function withZone(instant: Date): string {
  return `${formatJakartaTime(instant)} +0700`
}

// ---------------------------------------------------------------- what Midtrans says

/** What is null was not told, or cannot be read: it changes nothing. */
export interface SubscriptionTold {
  readonly id: string
  readonly name: string | null
  readonly status: 'active' | 'inactive' | null
  readonly amount: Rupiah | null
  readonly token: string | null
  readonly interval: number | null
  readonly maxInterval: number | null
  readonly cycle: number | null
  readonly nextChargeAt: Date | null
  readonly previousChargeAt: Date | null
  /** In the order in which they were made. null: Midtrans lists none, which is not the same as that there is none. */
  readonly transactionIds: readonly string[] | null
}

/** So many are looked at; a daily subscription makes as many in ten years. */
const TRANSACTIONS_MAX = 4000

export function readSubscription(document: WireDocument): SubscriptionTold | undefined {
  const id = idIn(document.id)
  if (id === null) return undefined
  const schedule = isObject(document.schedule) ? document.schedule : {}
  const status = typeof document.status === 'string' ? document.status.toLowerCase() : ''
  return {
    id,
    name: fitsAsId(document.name, 'order_id') ? cleanText(document.name, 'order_id') : null,
    status: status === 'active' || status === 'inactive' ? status : null,
    amount: parseRupiah(document.amount) ?? null,
    token: typeof document.token === 'string' && document.token.length <= TOKEN_MAX ? document.token : null,
    interval: wholeIn(schedule.interval),
    maxInterval: wholeIn(schedule.max_interval),
    cycle: wholeIn(schedule.current_interval),
    nextChargeAt: parseJakartaTime(schedule.next_execution_at) ?? null,
    previousChargeAt: parseJakartaTime(schedule.previous_execution_at) ?? null,
    // One SDK of Midtrans's spells it without the s.
    transactionIds: idsIn(document.transaction_ids ?? document.transaction_id),
  }
}

/** As it is kept and given to handlers: what a card is charged with stands in one place only, and not in every line of a history. */
export function withoutToken(bytes: Uint8Array | null): Uint8Array | null {
  const document = bytes && readDocument(bytes)
  if (!document || document.token === undefined) return bytes
  const { token: _, ...rest } = document
  return new TextEncoder().encode(JSON.stringify(rest))
}

/** By what a recurring notice may name a subscription. Nobody signed it: whoever sends one says where to look, and nothing else. */
export interface SubscriptionHint {
  readonly id: string | null
  readonly name: string | null
}

/** Of each documented shape: the subscription itself, one within an event, a payment that names it. */
export function subscriptionHint(document: WireDocument): SubscriptionHint {
  const about = isObject(document.subscription) ? document.subscription : document
  const id =
    about === document && document.subscription_id !== undefined ? document.subscription_id : about.id
  return { id: idIn(id), name: nameIn(about.name) }
}

/** GET status of a charge may name the subscription that it is of. */
export function subscriptionOf(document: WireDocument): string | null {
  return idIn(document.subscription_id)
}

const NAME = /^[A-Za-z0-9._~-]{1,40}$/

function nameIn(value: unknown): string | null {
  return typeof value === 'string' && NAME.test(value) ? value : null
}

function idIn(value: unknown): string | null {
  const text =
    typeof value === 'string' && fitsAsId(value, 'account_id') ? cleanText(value, 'account_id') : null
  // It becomes part of an address.
  return text !== null && /^[\x21-\x7e]+$/.test(text) && !/^\.{1,2}$/.test(text) ? text : null
}

function wholeIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

function idsIn(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null
  return value
    .filter((one): one is string => typeof one === 'string' && one !== '' && fitsAsId(one, 'transaction_id'))
    .slice(-TRANSACTIONS_MAX)
    .map((one) => cleanText(one, 'transaction_id')!)
}
