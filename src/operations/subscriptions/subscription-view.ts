/** A subscription as the library shows it. What a card or a linked account is charged with is not shown to anybody. */
import { toNumber } from '../../domain/money.ts'
import { type Standing, standingOf } from '../../domain/standing.ts'
import type { BilledType } from '../../domain/subscription.ts'
import {
  type Collection,
  type IntervalUnit,
  type RetryUnit,
  type SubscriptionStatus,
  scheduleDisplay,
} from '../../domain/subscription.ts'
import type { SubscriptionRow, SubscriptionView } from '../../store/subscriptions.ts'

export interface Subscription {
  readonly id: string
  readonly merchant: string
  /** Your own name for the request that made it. */
  readonly reference: string | null
  /** Yours, for people. */
  readonly name: string
  /** Ours, for Midtrans: the order ids of its charges begin with it. */
  readonly gatewayName: string | null
  readonly midtransSubscriptionId: string | null
  readonly collection: Collection
  readonly status: SubscriptionStatus
  readonly statusReason: string | null
  /** `unknown`: Midtrans gave no clear answer to the last command, and is being asked. */
  readonly outcome: 'known' | 'unknown'
  readonly paymentType: BilledType
  readonly gopayAccountId: string | null
  readonly amount: number
  readonly currency: string
  readonly interval: number
  readonly intervalUnit: IntervalUnit
  /** null is without end. */
  readonly maxInterval: number | null
  /** Of a native one how often Midtrans has charged it, or tried to; of the others how many periods were paid. */
  readonly currentInterval: number
  readonly startTime: Date
  readonly nextChargeAt: Date | null
  readonly previousChargeAt: Date | null
  /** What came of the last charge. */
  readonly lastCharge: 'paid' | 'failed' | null
  readonly retryInterval: number | null
  readonly retryIntervalUnit: RetryUnit | null
  readonly retryMaxInterval: number | null
  /** "every 1 month". */
  readonly scheduleDisplay: string
  readonly customer: {
    readonly firstName: string | null
    readonly lastName: string | null
    readonly email: string | null
    readonly phone: string | null
  }
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly userId: string | null
  readonly needsReview: readonly string[]
  readonly version: number
  /** When Midtrans was last asked about it. */
  readonly syncedAt: Date | null
  readonly cancelledAt: Date | null
  readonly planId: string | null
  readonly planSlug: string | null
  /** The plan that it becomes when the period ends. */
  readonly nextPlanId: string | null
  readonly currentPeriodStart: Date | null
  readonly currentPeriodEnd: Date | null
  readonly trialEnd: Date | null
  readonly pastDueAt: Date | null
  readonly graceUntil: Date | null
  readonly pausedAt: Date | null
  readonly cancelAtPeriodEnd: boolean
  readonly cancelReason: string | null
  /** Trialing or active. */
  readonly isActive: boolean
  readonly isInGracePeriod: boolean
  /** Whether the customer may use at this moment what they subscribed to. */
  readonly hasAccess: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toSubscription(row: SubscriptionView, now: Date): Subscription {
  return {
    id: row.id,
    merchant: row.merchant,
    reference: row.reference,
    name: row.title,
    gatewayName: row.gateway_name,
    midtransSubscriptionId: row.gateway_id,
    collection: row.collection,
    status: row.status,
    statusReason: row.status_reason,
    outcome: row.outcome_unknown ? 'unknown' : 'known',
    paymentType: row.payment_type,
    gopayAccountId: row.pay_account_id,
    amount: toNumber(row.amount),
    currency: row.currency,
    interval: row.interval_count,
    intervalUnit: row.interval_unit,
    maxInterval: row.cycles_max,
    currentInterval: row.cycle,
    startTime: row.starts_at,
    nextChargeAt: row.next_charge_at,
    previousChargeAt: row.previous_charge_at,
    lastCharge: row.last_charge,
    retryInterval: row.retry_interval,
    retryIntervalUnit: row.retry_unit,
    retryMaxInterval: row.retries_max,
    scheduleDisplay: scheduleDisplay(row.interval_count, row.interval_unit, row.cycles_max),
    customer: {
      firstName: row.customer_first_name,
      lastName: row.customer_last_name,
      email: row.customer_email,
      phone: row.customer_phone,
    },
    metadata: row.metadata,
    userId: row.user_id,
    needsReview: row.review === null ? [] : [row.review],
    version: row.version,
    syncedAt: row.synced_at,
    cancelledAt: row.cancelled_at,
    planId: row.plan_id,
    planSlug: row.plan_slug,
    nextPlanId: row.next_plan_id,
    currentPeriodStart: row.current_period_start,
    currentPeriodEnd: row.current_period_end,
    trialEnd: row.trial_end,
    pastDueAt: row.past_due_at,
    graceUntil: row.grace_until,
    pausedAt: row.paused_at,
    cancelAtPeriodEnd: row.cancel_at_period_end,
    cancelReason: row.cancel_reason,
    ...standingOfRow(row, now),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function standingOfRow(row: SubscriptionRow, now: Date): Standing {
  return standingOf(
    {
      status: row.status,
      cycle: row.cycle,
      trialEnd: row.trial_end,
      currentPeriodEnd: row.current_period_end,
      graceUntil: row.grace_until,
      cancelAtPeriodEnd: row.cancel_at_period_end,
    },
    now,
  )
}
