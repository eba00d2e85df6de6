/** What became of a top-up, for the user: fewer words than its payment has. */
import type { EventType } from './events.ts'
import { type PaymentState, shownStatus } from './payment.ts'
import type { PaymentStatus } from './payment-status.ts'

export const TOPUP_STATUSES = ['pending', 'success', 'failed', 'expired', 'refunded', 'reversed'] as const
export type TopupStatus = (typeof TOPUP_STATUSES)[number]

// biome-ignore format: a table is read in columns
const STATUS_OF: Readonly<Record<PaymentStatus, TopupStatus>> = {
  created:                'pending',
  pending:                'pending',
  // Held by the fraud engine: nothing has come yet.
  challenged:             'pending',
  authorized:             'pending',
  captured:               'success',
  settled:                'success',
  partially_refunded:     'success',
  partially_charged_back: 'success',
  refunded:               'refunded',
  charged_back:           'reversed',
  reversed:               'reversed',
  denied:                 'failed',
  cancelled:              'failed',
  failed:                 'failed',
  expired:                'expired',
}

export function topupStatusOf(payment: Pick<PaymentState, 'status' | 'presumed' | 'attempts'>): TopupStatus {
  const status = STATUS_OF[shownStatus(payment)]
  // A voided capture is a cancellation of money that had come.
  const wasPaid = payment.attempts.some(({ paid }) => paid)
  return status === 'failed' && wasPaid ? 'reversed' : status
}

/** What is told when it becomes so for the first time. That money went back is told of the payment and of the wallet. */
export const TOPUP_EVENTS = {
  success: 'topup.succeeded',
  failed: 'topup.failed',
  expired: 'topup.expired',
} as const satisfies Partial<Record<TopupStatus, EventType>>
