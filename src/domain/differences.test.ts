import { describe, expect, test } from 'vitest'
import { lookUp, payment, RULES } from '../../test/support/news.ts'
import type { AttemptStatus } from './attempt-lifecycle.ts'
import { compareNews } from './differences.ts'
import { judgeNews } from './judge-news.ts'
import type { PaymentState } from './payment.ts'

/** A payment that was told these, one after the other. */
function told(...statuses: AttemptStatus[]): PaymentState {
  return statuses.reduce(
    (state, status) => judgeNews(state, [{ news: lookUp(status), copyOf: null }], RULES).payment,
    payment(),
  )
}

// biome-ignore format: a table is read in columns
const CASES: readonly (readonly [string, AttemptStatus[], ReturnType<typeof lookUp>, string | null])[] = [
  ['the same',                                     ['pending'],              lookUp('pending'),                                  null],
  ['paid there',                                   ['pending'],              lookUp('settled'),                                  'status_differs'],
  ['a transaction that is not here',               [],                       lookUp('pending'),                                  'status_differs'],
  ['paid here, and not there',                     ['pending', 'settled'],   lookUp('pending'),                                  'status_differs'],
  ['settled here, captured there',                 ['captured', 'settled'],  lookUp('captured'),                                 'status_differs'],
  ['two words for one ending',                     ['pending', 'cancelled'], lookUp('denied'),                                   null],
  ['a part went back there',                       ['settled'],              lookUp('partially_refunded', { refundTotal: 1_000n }), 'refunds_differ'],
  ['less went back there',                         ['settled', 'refunded'],  lookUp('refunded', { refundTotal: 1_000n }),        'refunds_differ'],
  ['taken back there',                             ['settled'],              lookUp('reversed'),                                 'status_differs'],
  ['another amount',                               ['pending'],              lookUp('settled', { grossAmount: 1n }),             'amount_differs'],
  ['only a time that was missing',                 ['pending'],              lookUp('pending', { expiryTime: new Date(0) }),     null],
]

describe('what Midtrans says, held against the books', () => {
  test.each(CASES)('%s', (_, statuses, news, kind) => {
    expect(compareNews(told(...statuses), news, RULES)?.kind ?? null).toBe(kind)
  })

  test('what the door would take is news; what only Midtrans lacks is for a person', () => {
    expect(compareNews(told('pending'), lookUp('settled'), RULES)?.isNews).toBe(true)
    expect(compareNews(told('pending', 'settled'), lookUp('pending'), RULES)?.isNews).toBe(false)
  })

  test('comparing changes nothing', () => {
    const before = told('pending')
    const copy = structuredClone(before)
    compareNews(before, lookUp('settled'), RULES)
    expect(before).toEqual(copy)
  })
})
