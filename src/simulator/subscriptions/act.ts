import { isObject, Reader } from '../reader.ts'
import type { V1Asked } from '../v1/asked.ts'
import { type Answer, refuseFields, refuseV1 } from '../v1/refusals.ts'
import { readOrderTime } from '../wib-time.ts'
import type { World } from '../world.ts'
import { tellRecurring } from './charge-subscription.ts'
import { subscriptionDocument, subscriptionNotice } from './documents.ts'
import { addInterval, INTERVAL_UNITS, type IntervalUnit } from './intervals.ts'
import type { NewSubscription, Retry, Subscription } from './subscriptions.ts'

const NAME = /^[A-Za-z0-9_~. -]+$/
const AMOUNT = /^\d{1,11}(\.\d{1,2})?$/
const AMOUNT_SAYS = 'must be between 0.01 - 99999999999.00'
const METADATA_BYTES_MAX = 1024
const RETRIES_MAX = 3
const RETRY_UNITS = ['minute', 'hour', 'day'] as const

const UPDATED: Answer = { http: 200, body: { status_message: 'Subscription is updated.' } }

export function createSubscription(world: World, asked: V1Asked): Answer {
  const checked = check(world, asked)
  if ('http' in checked) return checked
  const subscription = world.subscriptions.open(checked)
  const document = subscriptionDocument(subscription)
  tellRecurring(world, subscription, subscriptionNotice(subscription, world.merchant.id))
  return { http: 200, body: document }
}

/** Of a repeat with the same key, too, the body is looked at first (protocol.md §3). */
export function refuseSubscription(world: World, asked: V1Asked): Answer | undefined {
  const checked = check(world, asked)
  return 'http' in checked ? checked : undefined
}

function check(world: World, { body }: V1Asked): NewSubscription | Answer {
  if (!isObject(body)) return refuseFields('subscription', ['subscription must be an object'])
  const nowMs = world.clock.nowMs()
  const problems: string[] = []
  const read = new Reader(body, problems, 'subscription.')
  const base = readBase(read, body, problems)
  const paymentType = read.text('payment_type', { required: true })
  if (paymentType !== undefined && paymentType !== 'credit_card' && paymentType !== 'gopay')
    problems.push('subscription.payment_type must be one of credit_card, gopay')
  const schedule = readSchedule(read, nowMs, problems)
  const retry = readRetry(read, problems)
  const accountId = read.object('gopay', false)?.text('account_id', {}) ?? null
  if (paymentType === 'gopay' && accountId === null)
    problems.push('subscription.gopay.account_id is required')
  if (isObject(body.metadata) && JSON.stringify(body.metadata).length >= METADATA_BYTES_MAX)
    problems.push('subscription.metadata must be smaller than 1 KB')
  if (problems.length > 0 || !base || !schedule) return refuseFields('subscription', problems)
  return {
    ...base,
    paymentType: paymentType as 'credit_card' | 'gopay',
    accountId,
    schedule,
    retry: retry ?? null,
    metadata: isObject(body.metadata) ? body.metadata : null,
    customer: isObject(body.customer_details) ? body.customer_details : null,
  }
}

export function getSubscription(world: World, asked: V1Asked): Answer {
  return withSubscription(world, asked, (found) => ({ http: 200, body: subscriptionDocument(found) }))
}

/** What is not named stays; `interval_unit` and `max_interval` cannot be changed. A fresh start in the future revives one that has ended. */
export function updateSubscription(world: World, asked: V1Asked): Answer {
  return withSubscription(world, asked, (found) => {
    if (!isObject(asked.body)) return refuseFields('subscription', ['subscription must be an object'])
    const problems: string[] = []
    const read = new Reader(asked.body, problems, 'subscription.')
    const base = readBase(read, asked.body, problems)
    const given = read.object('schedule', false)
    const interval = given?.whole('interval', { least: 1 })
    const next = readFuture(given, 'next_execution_at', world.clock.nowMs(), problems)
    const retry = readRetry(read, problems)
    const accountId = read.object('gopay', false)?.text('account_id', {})
    if (problems.length > 0 || !base) return refuseFields('subscription', problems)
    const revived = found.ended !== null && next !== undefined
    world.subscriptions.change(found, {
      ...base,
      schedule: {
        ...found.schedule,
        ...(interval === undefined ? {} : { interval }),
        // The rhythm goes on from there.
        ...(next === undefined ? {} : { nextMs: next, anchorMs: next }),
        ...(revived ? { current: 0, startMs: next } : {}),
      },
      // A retry already planned still fires.
      ...(retry === undefined
        ? {}
        : { retry: { ...retry, made: found.retry?.made ?? 0, atMs: found.retry?.atMs ?? null } }),
      ...(accountId === undefined ? {} : { accountId }),
      ...(revived ? { status: 'active', ended: null } : {}),
    })
    return UPDATED
  })
}

export function disableSubscription(world: World, asked: V1Asked): Answer {
  return withSubscription(world, asked, (found) => {
    world.subscriptions.disable(found)
    return UPDATED
  })
}

export function enableSubscription(world: World, asked: V1Asked): Answer {
  return withSubscription(world, asked, (found) => {
    if (found.ended) return refuseV1('subscription', 'subscription_ended')
    world.subscriptions.enable(found)
    return UPDATED
  })
}

export function cancelSubscription(world: World, asked: V1Asked): Answer {
  return withSubscription(world, asked, (found) => {
    world.subscriptions.cancel(found)
    return UPDATED
  })
}

function withSubscription(world: World, { id }: V1Asked, then: (found: Subscription) => Answer): Answer {
  const found = world.subscriptions.find(id)
  return found ? then(found) : refuseV1('subscription', 'no_subscription')
}

// ---------------------------------------------------------------- reading

function readBase(
  read: Reader,
  { amount }: Readonly<Record<string, unknown>>,
  problems: string[],
): { readonly name: string; readonly amount: string; readonly token: string } | undefined {
  const says = 'only letters, digits and - _ ~ . are allowed'
  const name = read.text('name', { required: true, most: 40, pattern: NAME, says })
  // A number is taken too: some of the official samples send one.
  const written = typeof amount === 'number' || typeof amount === 'string' ? String(amount) : ''
  if (!AMOUNT.test(written) || Number(written) < 0.01) problems.push(`subscription.amount ${AMOUNT_SAYS}`)
  read.text('currency', { required: true, pattern: /^IDR$/, says: 'must be IDR' })
  const token = read.text('token', { required: true, most: 255 })
  return name === undefined || token === undefined ? undefined : { name, amount: written, token }
}

function readSchedule(read: Reader, nowMs: number, problems: string[]): Subscription['schedule'] | undefined {
  const given = read.object('schedule', true)
  if (!given) return undefined
  const interval = given.whole('interval', { required: true, least: 1 })
  const unit = given.text('interval_unit', { required: true })
  const isUnit = INTERVAL_UNITS.includes(unit as IntervalUnit)
  if (unit !== undefined && !isUnit)
    problems.push(`subscription.schedule.interval_unit must be one of ${INTERVAL_UNITS.join(', ')}`)
  const most = given.whole('max_interval', { least: 0 })
  const start = readFuture(given, 'start_time', nowMs, problems)
  if (interval === undefined || !isUnit) return undefined
  const startMs = start ?? addInterval(nowMs, interval, unit as IntervalUnit)
  return {
    interval,
    unit: unit as IntervalUnit,
    most: most ?? null,
    startMs,
    anchorMs: startMs,
    current: 0,
    previousMs: null,
    nextMs: startMs,
  }
}

function readFuture(
  read: Reader | undefined,
  field: string,
  nowMs: number,
  problems: string[],
): number | undefined {
  const written = read?.text(field, {})
  if (written === undefined) return undefined
  const ms = readOrderTime(written)
  if (ms === undefined)
    problems.push(`subscription.schedule.${field} must be formatted as yyyy-MM-dd HH:mm:ss Z`)
  else if (ms <= nowMs) problems.push(`subscription.schedule.${field} must be in the future`)
  return ms
}

function readRetry(read: Reader, problems: string[]): Retry | undefined {
  const given = read.object('retry_schedule', false)
  if (!given) return undefined
  const interval = given.whole('interval', { required: true, least: 1 })
  const unit = given.text('interval_unit', { required: true })
  const most = given.whole('max_interval', { required: true, least: 0 })
  const isUnit = RETRY_UNITS.includes(unit as Retry['unit'])
  if (unit !== undefined && !isUnit)
    problems.push(`subscription.retry_schedule.interval_unit must be one of ${RETRY_UNITS.join(', ')}`)
  if (most !== undefined && most > RETRIES_MAX)
    problems.push(`subscription.retry_schedule.max_interval must not exceed ${RETRIES_MAX}`)
  if (interval === undefined || most === undefined || !isUnit) return undefined
  return { interval, unit: unit as Retry['unit'], most, made: 0, atMs: null }
}
