/**
 * What Midtrans says of a subscription of its own, judged against what we know. The wire has two words, `active` and `inactive`; whether an inactive one is paused, cancelled or at its end is our own book-keeping
 * (defect D35): a command of ours says which, and what nobody here asked for is paused, because that can be undone.
 */
import type { EventType } from './events.ts'
import type { SubscriptionStatus } from './subscription.ts'

export interface SubscriptionKnown {
  readonly status: SubscriptionStatus
  readonly lastCharge: 'paid' | 'failed' | null
}

export interface SubscriptionShown {
  readonly status: 'active' | 'inactive'
  readonly cycle: number
  readonly maxInterval: number | null
  readonly nextChargeAt: Date | null
}

/** Why it has its status, where Midtrans and not a command of ours gave it. */
export const STATUS_REASONS = {
  at_midtrans: 'It was changed at Midtrans, in the dashboard for instance.',
  charge_failed: 'Midtrans gave up after the last failed try.',
  finished: 'It was charged as often as was agreed.',
  requested: 'It was asked for here.',
  refused: 'Midtrans refused to make it.',
  never_made: 'A person found that Midtrans never made it.',
} as const
export type StatusReason = keyof typeof STATUS_REASONS

export interface SubscriptionVerdict {
  readonly status: SubscriptionStatus
  readonly reason: StatusReason | null
  readonly events: readonly EventType[]
}

const PAUSED: readonly EventType[] = ['subscription.paused', 'subscription.disabled']

/** null: nothing changes. */
export function judgeSubscription(
  known: SubscriptionKnown,
  shown: SubscriptionShown,
): SubscriptionVerdict | null {
  // Whatever was thought of its making: it is there.
  const isNew = known.status === 'pending' || known.status === 'failed'
  const first: readonly EventType[] = isNew ? ['subscription.created'] : []
  if (shown.status === 'active') {
    if (isNew) return { status: 'active', reason: null, events: first }
    const isOff = known.status === 'paused' || known.status === 'cancelled' || known.status === 'expired'
    return isOff ? { status: 'active', reason: 'at_midtrans', events: ['subscription.resumed'] } : null
  }
  if (known.status === 'paused' || known.status === 'cancelled' || known.status === 'expired') return null
  if (isFinished(shown))
    return { status: 'expired', reason: 'finished', events: [...first, 'subscription.expired'] }
  const reason = known.lastCharge === 'failed' ? 'charge_failed' : 'at_midtrans'
  return { status: 'paused', reason, events: [...first, ...PAUSED] }
}

function isFinished({ cycle, maxInterval, nextChargeAt }: SubscriptionShown): boolean {
  return maxInterval !== null && nextChargeAt === null && cycle >= Math.max(1, maxInterval)
}

/** What a command of ours makes of it once Midtrans has done it. */
// biome-ignore format: a table is read in columns
export const AFTER_COMMAND: Readonly<Record<'disable' | 'enable' | 'cancel', SubscriptionVerdict>> = {
  disable: { status: 'paused',    reason: 'requested', events: PAUSED },
  enable:  { status: 'active',    reason: null,        events: ['subscription.resumed'] },
  cancel:  { status: 'cancelled', reason: 'requested', events: ['subscription.cancelled'] },
}
