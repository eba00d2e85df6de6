/** What a subscription allows at this moment. Computed, never kept: between two runs of any task the time goes on. */
import type { SubscriptionStatus } from './subscription.ts'

export interface Standing {
  /** Trialing or active. */
  readonly isActive: boolean
  readonly isInGracePeriod: boolean
  readonly hasAccess: boolean
}

export interface StandingKnown {
  readonly status: SubscriptionStatus
  /** Paid periods. */
  readonly cycle: number
  readonly trialEnd: Date | null
  readonly currentPeriodEnd: Date | null
  readonly graceUntil: Date | null
  readonly cancelAtPeriodEnd: boolean
}

/** Whoever never paid has no grace: otherwise each sign-up by a number that nobody pays is some free days (W1). */
export function standingOf(known: StandingKnown, now: Date): Standing {
  const { status } = known
  const isActive = status === 'trialing' || status === 'active'
  const isInGracePeriod =
    status === 'past_due' && hasPaid(known) && known.graceUntil !== null && now < known.graceUntil
  const end = status === 'trialing' ? known.trialEnd : known.currentPeriodEnd
  const isOver = end !== null && now >= end
  // A trial ends when it ends; a paid subscription waits for its renewal, unless there will be none.
  const isUsable = isActive && !(isOver && (status === 'trialing' || known.cancelAtPeriodEnd))
  return { isActive, isInGracePeriod, hasAccess: isUsable || isInGracePeriod }
}

/** Since it was begun, or begun again: what was paid before its end, and what was taken back, is not paid. */
function hasPaid({ cycle, currentPeriodEnd }: StandingKnown): boolean {
  return cycle > 0 && currentPeriodEnd !== null
}
