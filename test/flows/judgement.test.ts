import { expect, test } from 'vitest'
import { type JudgedPlan, judgeNews } from '../../src/domain/judge-news.ts'
import type { News } from '../../src/domain/news.ts'
import type { PaymentState } from '../../src/domain/payment.ts'
import { closeIntent, reopen } from '../../src/domain/presume.ts'
import { uuidv7 } from '../../src/domain/uuid.ts'
import { lookUp, news, payment, RULES, refund } from '../support/news.ts'

const CLOCK = { source: 'clock', notificationId: null, intentId: null, document: null } as const

function tell(start: PaymentState, all: readonly News[]) {
  let now = start
  const events: (string | null)[] = []
  const plans: JudgedPlan[] = []
  for (const one of all) {
    const plan = judgeNews(now, [{ news: one, copyOf: null }], RULES)
    events.push(...plan.history.map((row) => row.event))
    plans.push(plan)
    now = plan.payment
  }
  return { payment: now, events: events.filter((event) => event !== null), plans }
}

test('an order whose money was taken back and that is paid again is told as paid: nobody paid twice', () => {
  const story = tell(payment(), [
    news('settled', { transactionId: 'T1' }),
    lookUp('reversed', { transactionId: 'T1' }),
    lookUp('settled', { transactionId: 'T2' }),
  ])
  expect(story.payment).toMatchObject({ status: 'settled', netAmount: 100_000n })
  expect(story.payment.reviews).toEqual([])
  expect(story.events).toEqual(['payment.settled', 'payment.reversed', 'payment.settled'])
})

test('a voided card and a second attempt that pays', () => {
  const story = tell(payment(), [
    news('captured', { transactionId: 'T1' }),
    lookUp('cancelled', { transactionId: 'T1' }),
    lookUp('pending', { transactionId: 'T2' }),
    lookUp('settled', { transactionId: 'T2' }),
  ])
  expect(story.payment.reviews).toEqual([])
  expect(story.events.at(-1)).toBe('payment.settled')
})

test('a second attempt that fails is told, although the first one was presumed failed', () => {
  const failed = closeIntent(payment(), CLOCK, uuidv7)
  expect(failed.history.map((row) => row.event)).toEqual(['payment.failed'])
  const again = reopen(failed.payment, uuidv7(), CLOCK, uuidv7).payment
  const story = tell(again, [
    news('pending', { transactionId: 'T2' }),
    news('failed', { transactionId: 'T2' }),
  ])
  expect(story.events).toEqual(['payment.received', 'payment.failed'])
})

test('a second contradiction about the same transaction moves money: somebody is told', () => {
  const story = tell(payment(), [
    news('denied'),
    lookUp('settled'), // conflict: reviewed
    lookUp('cancelled'), // conflict: the money is gone again
  ])
  const last = story.plans.at(-1)!
  expect(last.payment.netAmount).toBe(0n)
  expect(last.history.some((row) => row.event !== null)).toBe(true)
})

test('a partial refund without any figure is asked about, or somebody is told', () => {
  const settled = tell(payment(), [news('settled')]).payment
  const plan = judgeNews(settled, [{ news: news('partially_refunded'), copyOf: null }], RULES)
  expect(plan.outcomes[0]!.verdict === 'look_up' || plan.history.some((row) => row.event !== null)).toBe(true)
})

test('a refund that the bank refused (0.00) is no refund', () => {
  const settled = tell(payment(), [news('settled')]).payment
  const story = tell(settled, [lookUp('settled', { refunds: [refund('r1', 0n)], refundTotal: 0n })])
  expect(story.events).toEqual([])
})
