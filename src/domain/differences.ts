/**
 * In what our books and Midtrans differ about one transaction. Nothing is compared a second way: what Midtrans says is judged as news, as if it had just come, and where that would change something the
 * books are behind. What the lifecycle table calls old news is a difference, too, when it was asked for a moment ago: then the books know something that Midtrans does not.
 */
import { type AttemptStatus, endedWithoutMoney, judge } from './attempt-lifecycle.ts'
import { type JudgeRules, judgeNews } from './judge-news.ts'
import { max, type Rupiah } from './money.ts'
import type { News } from './news.ts'
import type { AttemptState, PaymentState } from './payment.ts'
import type { PaymentStatus } from './payment-status.ts'

// biome-ignore format: a table is read in columns
export const DIFFERENCE_KINDS = {
  status_differs:      'Midtrans has the transaction in another status.',
  amount_differs:      'Amount, currency or merchant are not what was asked.',
  refunds_differ:      'Midtrans has given back, or has taken back, another amount.',
  unknown_at_midtrans: 'Midtrans does not know the transaction.',
  unknown_here:        'Midtrans received more than the books have.',
  foreign_notice:      'Midtrans told of an order that is not here.',
  open_review:         'It waits for a person.',
  outcome_unknown:     'A command has no clear answer yet.',
  unanswered:          'Midtrans gave no clear answer.',
} as const

export type DifferenceKind = keyof typeof DIFFERENCE_KINDS

/** How a transaction stands with one of the two. */
export interface Standing {
  /** With Midtrans: its own word, in our words where there is one. */
  readonly status: PaymentStatus | string | null
  readonly amount: Rupiah | null
  /** Refunded or charged back. */
  readonly givenBack: Rupiah
}

export interface Compared {
  readonly kind: 'status_differs' | 'amount_differs' | 'refunds_differ'
  readonly transactionId: string | null
  readonly here: Standing | null
  readonly there: Standing
  readonly note: string | null
  /** What the news would bring if it were applied; 0 where the door would not take it. */
  readonly money: Rupiah
  /** The one door would take it. Otherwise only a person can say who is right. */
  readonly isNews: boolean
}

/** null: they agree, or a person has it already. */
export function compareNews(payment: PaymentState, news: News, rules: JudgeRules): Compared | null {
  const plan = judgeNews(payment, [{ news, copyOf: null }], rules)
  const outcome = plan.outcomes[0]!
  const known = attemptOf(payment.attempts, news)
  const told: AttemptStatus = news.told === 'denied' && known?.paid ? 'reversed' : news.told
  const transactionId = news.transactionId ?? known?.transactionId ?? null
  const here = known ? standingOf(known) : null
  const there: Standing = {
    status: told,
    amount: news.grossAmount ?? known?.grossAmount ?? null,
    givenBack: news.refundTotal ?? 0n,
  }
  const about = { transactionId, here, there, note: outcome.error, isNews: plan.changed, money: 0n }

  if (outcome.verdict === 'review') return plan.changed ? { ...about, kind: 'amount_differs' } : null
  if (plan.changed) {
    const after = attemptOf(plan.changedAttempts, { ...news, transactionId })
    const moved = after && standingOf(after)
    const money = plan.payment.netAmount - payment.netAmount
    const isGivenBack = moved !== undefined && moved.givenBack !== (here?.givenBack ?? 0n)
    if (isGivenBack && known?.paid) return { ...about, kind: 'refunds_differ', there: moved, money }
    if (moved !== undefined && moved.status !== here?.status)
      return { ...about, kind: 'status_differs', there: moved, money }
    if (isGivenBack) return { ...about, kind: 'refunds_differ', there: moved, money }
    // A time or a number that was missing is learnt by the next check, and moves nothing.
    return null
  }
  if (known === undefined) return null
  if (judge(known.status, told) === 'stale' && !(endedWithoutMoney(told) && endedWithoutMoney(known.status)))
    return { ...about, kind: 'status_differs' }
  if (news.refundTotal !== null && news.refundTotal < known.refundedAmount)
    return { ...about, kind: 'refunds_differ' }
  return null
}

function attemptOf(
  attempts: readonly AttemptState[],
  { transactionId }: Pick<News, 'transactionId'>,
): AttemptState | undefined {
  if (transactionId === null) return attempts.length === 1 ? attempts[0] : undefined
  return attempts.find((attempt) => attempt.transactionId === transactionId)
}

export function standingOf(attempt: AttemptState): Standing {
  return {
    status: attempt.status,
    amount: attempt.paid ? max(attempt.capturedAmount, 0n) : attempt.grossAmount,
    givenBack: attempt.refundedAmount + attempt.chargedBackAmount,
  }
}
