/** A subscription: what is charged, how often, and by whom. Which states it has, what may be asked of it in each, and how its rhythm is said. */
import { anchorDayOf, type IntervalUnit, periodEnd } from './billing-period.ts'
import type { ChargedType } from './charge-methods.ts'
import type { Rupiah } from './money.ts'
import type { CustomerDetails } from './payment.ts'

export { INTERVAL_UNITS, type IntervalUnit } from './billing-period.ts'

/** `native`: Midtrans charges it by its own clock. The others are billed by bayar: one payment a cycle, or the customer's wallet. */
export type Collection = 'native' | 'charge' | 'wallet'

export const SUBSCRIPTION_STATUSES = [
  'pending',
  'trialing',
  'active',
  'past_due',
  'paused',
  'cancelled',
  'expired',
  'failed',
] as const
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number]

/** What the original payments package calls them, and shows under /midtrans/api. */
export const NATIVE_WORDS = ['active', 'inactive', 'disabled', 'cancelled'] as const
export type NativeWord = (typeof NATIVE_WORDS)[number]

// biome-ignore format: a table is read in columns
const NATIVE_WORD: Readonly<Record<SubscriptionStatus, NativeWord>> = {
  pending: 'inactive', failed: 'inactive', expired: 'inactive',
  trialing: 'active',  active: 'active',   past_due: 'active',
  paused: 'disabled',  cancelled: 'cancelled',
}

export function nativeWord(status: SubscriptionStatus): NativeWord {
  return NATIVE_WORD[status]
}

/** Midtrans charges it no more unless somebody revives it. */
export function hasEnded(status: SubscriptionStatus): boolean {
  return status === 'cancelled' || status === 'expired' || status === 'failed'
}

export const SUBSCRIPTION_TYPES = ['credit_card', 'gopay'] as const
export type SubscriptionType = (typeof SUBSCRIPTION_TYPES)[number]
/** How what bayar bills is paid: by a charge of any method, or out of the customer's wallet. */
export type BilledType = ChargedType | 'wallet'
/** Not the same words: Midtrans tries again by the minute, never by the week (defect D48). */
export const RETRY_UNITS = ['minute', 'hour', 'day'] as const
export type RetryUnit = (typeof RETRY_UNITS)[number]

export interface RetrySchedule {
  readonly interval: number
  readonly unit: RetryUnit
  /** 0 tries once and no more. */
  readonly max: number
}

/** What one subscription asks of Midtrans, as it was written down before it was sent: a retry sends exactly this again. */
export interface SubscriptionAsked {
  /** Ours, unique, never said by people. */
  readonly name: string
  readonly amount: Rupiah
  readonly paymentType: SubscriptionType
  /** A saved card, or a payment option of a linked account. */
  readonly token: string
  readonly accountId: string | null
  readonly interval: number
  readonly intervalUnit: IntervalUnit
  /** null, without end; 0, once. */
  readonly maxInterval: number | null
  readonly startTime: Date
  readonly retry: RetrySchedule
  readonly customer: CustomerDetails
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/** A change: everything that Midtrans wants said, whether it changes or not. */
export interface SubscriptionChangeAsked {
  readonly name: string
  readonly amount: Rupiah
  readonly token: string
  readonly accountId: string | null
  readonly interval: number
  readonly retry: RetrySchedule
  /** Moves the rhythm, and revives one that has ended; null leaves it. */
  readonly nextChargeAt: Date | null
}

export type SubscriptionCommand = 'update' | 'disable' | 'enable' | 'cancel'

// biome-ignore format: a table is read in columns
export const SUBSCRIPTION_REQUESTS: Readonly<Record<SubscriptionCommand, { readonly from: readonly SubscriptionStatus[]; readonly otherwise: string }>> = {
  // One that has ended is revived by a fresh date.
  update:  { from: ['active', 'paused', 'cancelled', 'expired'], otherwise: 'Only one that Midtrans has can be changed.' },
  disable: { from: ['active'],                                   otherwise: 'Only an active one can be disabled.' },
  enable:  { from: ['paused'],                                   otherwise: 'Only a disabled one can be enabled; one that has ended is revived by an update with `nextChargeAt`.' },
  cancel:  { from: ['active', 'paused'],                         otherwise: 'Only one that has not ended can be cancelled.' },
}

export function whyNotSubscription(command: SubscriptionCommand, status: SubscriptionStatus): string | null {
  const { from, otherwise } = SUBSCRIPTION_REQUESTS[command]
  return from.includes(status) ? null : `It is ${status}. ${otherwise}`
}

/** "every month", "every 2 weeks, 12 times". */
export function scheduleDisplay(
  interval: number,
  unit: IntervalUnit,
  maxInterval: number | null = null,
): string {
  const rhythm = `every ${interval} ${unit}${interval === 1 ? '' : 's'}`
  if (maxInterval === null) return rhythm
  return maxInterval <= 1 ? 'once' : `${rhythm}, ${maxInterval} times`
}

/** The same day of a later month, or its last when it has none. */
export function addInterval(from: Date, interval: number, unit: IntervalUnit): Date {
  return periodEnd(from, { count: interval, unit }, anchorDayOf(from))
}
