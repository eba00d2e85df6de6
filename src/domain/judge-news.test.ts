import { describe, expect, test } from 'vitest'
import { AMOUNT, lookUp, news, payment, RULES, refund } from '../../test/support/news.ts'
import { type JudgeRules, judgeNews, type Statement } from './judge-news.ts'
import type { News } from './news.ts'
import type { PaymentState } from './payment.ts'

/** Tells one after the other, as if each came in a batch of its own. Answers what was said, what was told, and the books. */
function tell(start: PaymentState, said: readonly (News | Statement)[], rules: JudgeRules = RULES) {
  let now = start
  const verdicts: string[] = []
  const events: (string | null)[] = []
  const deltas: bigint[] = []
  const copies = new Map<string, Statement['copyOf']>()
  for (const one of said) {
    const statement: Statement =
      'news' in one ? one : { news: one, copyOf: copies.get(one.fingerprint) ?? null }
    const plan = judgeNews(now, [statement], rules)
    const verdict = plan.outcomes[0]!.verdict
    verdicts.push(verdict)
    events.push(...plan.history.filter((row) => row.event !== null).map((row) => row.event))
    deltas.push(...plan.history.map((row) => row.moneyDelta))
    if (statement.news.source === 'notification' && !copies.has(statement.news.fingerprint)) {
      copies.set(statement.news.fingerprint, {
        notificationId: statement.news.notificationId,
        isWaiting: verdict === 'look_up',
      })
    }
    now = plan.payment
    expect(now.netAmount, 'the net is the sum of the rows').toBe(
      deltas.reduce((sum, delta) => sum + delta, start.netAmount),
    )
  }
  return { payment: now, verdicts, events, status: now.status, net: now.netAmount }
}

const partly = (...rows: ReturnType<typeof refund>[]) => ({
  refunds: rows,
  refundTotal: rows.reduce((sum, row) => sum + row.amount, 0n),
})

describe('the ordinary lives', () => {
  test('a virtual account: pending, paid, and the second copy of each', () => {
    const told = tell(payment(), [news('pending'), news('pending'), news('settled'), news('settled')])
    expect(told.verdicts).toEqual(['processed', 'duplicate', 'processed', 'duplicate'])
    expect(told.events).toEqual(['payment.received', 'payment.settled'])
    expect(told.net).toBe(AMOUNT)
  })

  test('D8 capture and settlement of one card sale are one payment.settled', () => {
    const told = tell(payment(), [
      news('pending'),
      news('captured'),
      news('captured'),
      news('settled'),
      news('captured'),
      news('settled'),
    ])
    expect(told.events).toEqual(['payment.received', 'payment.settled'])
    expect(told.status).toBe('settled')
  })

  test('D12 a challenged capture is not paid; approval pays it', () => {
    const challenged = tell(payment(), [news('challenged')])
    expect(challenged.net).toBe(0n)
    expect(challenged.events).toEqual(['payment.challenged'])
    const approved = tell(challenged.payment, [news('captured')])
    expect(approved.net).toBe(AMOUNT)
    expect(approved.events).toEqual(['payment.settled'])
  })

  test('D7 a late pending, a late expire and a late capture undo nothing', () => {
    const told = tell(payment(), [news('settled'), news('pending'), news('expired'), news('captured')])
    expect(told.verdicts).toEqual(['processed', 'stale', 'stale', 'stale'])
    expect(told.events).toEqual(['payment.settled'])
    expect(told.status).toBe('settled')
  })

  test('money at the edge: paid after it expired', () => {
    const told = tell(payment(), [news('pending'), news('expired'), news('settled'), news('expired')])
    expect(told.events).toEqual(['payment.received', 'payment.expired', 'payment.settled'])
    expect(told.verdicts.at(-1)).toBe('duplicate')
  })

  test('D36 a reversal after settlement takes the money back, with an event of its own', () => {
    const settlementTime = new Date('2026-03-02T05:03:00Z')
    const told = tell(payment(), [news('pending'), news('settled'), news('reversed', { settlementTime })])
    expect(told.events).toEqual(['payment.received', 'payment.settled', 'payment.reversed'])
    expect(told.net).toBe(0n)
  })

  test('deny of money that was seen is a reversal, also without its settlement time', () => {
    expect(tell(payment(), [news('settled'), news('denied')]).events).toEqual([
      'payment.settled',
      'payment.reversed',
    ])
  })

  test('a reversal of money we never saw tells its ending alone; the late settlement is old news', () => {
    const told = tell(payment(), [news('pending'), news('reversed'), news('settled')])
    expect(told.events).toEqual(['payment.received', 'payment.reversed'])
    expect(told.verdicts.at(-1)).toBe('stale')
  })

  test('a void of a captured card gives the money back, whatever the event is called', () => {
    const told = tell(payment(), [news('captured'), news('cancelled')])
    expect(told.events).toEqual(['payment.settled', 'payment.cancelled'])
    expect(told.net).toBe(0n)
  })

  test('two endings without money contradict nothing: our deny, and the cancel by which the notice calls it', () => {
    const told = tell(payment(), [news('challenged'), news('denied'), news('cancelled')])
    expect(told.events).toEqual(['payment.challenged', 'payment.denied'])
    expect(told.verdicts.at(-1)).toBe('stale')
  })
})

describe('refunds', () => {
  const first = refund('r1', 30_000n)
  const second = refund('r2', 20_000n)

  test('a refund before its settlement: the settlement is told first, and its late notice is old', () => {
    const told = tell(payment(), [
      news('pending'),
      lookUp('partially_refunded', partly(first)),
      news('settled'),
    ])
    expect(told.events).toEqual(['payment.received', 'payment.settled', 'payment.refunded'])
    expect(told.verdicts.at(-1)).toBe('stale')
    expect(told.net).toBe(70_000n)
  })

  test('two refunds in one news are two events; the whole amount ends it', () => {
    const rest = refund('r3', 50_000n)
    const told = tell(payment(), [
      news('settled'),
      lookUp('partially_refunded', partly(first, second)),
      lookUp('refunded', partly(first, second, rest)),
    ])
    expect(told.events).toEqual([
      'payment.settled',
      'payment.refunded',
      'payment.refunded',
      'payment.refunded',
    ])
    expect(told.status).toBe('refunded')
    expect(told.net).toBe(0n)
  })

  test('a second partial refund has the same status and is no copy', () => {
    const told = tell(payment(), [
      news('settled'),
      lookUp('partially_refunded', partly(first)),
      lookUp('partially_refunded', partly(first, second)),
    ])
    expect(told.events).toEqual(['payment.settled', 'payment.refunded', 'payment.refunded'])
    expect(told.net).toBe(50_000n)
  })

  test('the bank’s confirmation of a known refund is kept without an event', () => {
    const confirmed = { ...first, bankConfirmedAt: new Date('2026-03-03T00:00:00Z') }
    const told = tell(payment(), [
      news('settled'),
      lookUp('partially_refunded', partly(first)),
      news('partially_refunded', partly(confirmed)),
      news('partially_refunded', partly(confirmed)),
    ])
    expect(told.verdicts.slice(-2)).toEqual(['processed', 'duplicate'])
    expect(told.events).toEqual(['payment.settled', 'payment.refunded'])
    expect(told.payment.refunds[0]!.bankConfirmedAt).toEqual(confirmed.bankConfirmedAt)
  })

  test('a total above the listed rows is one unlisted row, and listing it later tells nothing new', () => {
    const unlisted = lookUp('partially_refunded', { refunds: [first], refundTotal: 50_000n })
    const listed = lookUp('partially_refunded', partly(first, second))
    const told = tell(payment(), [news('settled'), unlisted, listed, unlisted])
    expect(told.events).toEqual(['payment.settled', 'payment.refunded', 'payment.refunded'])
    expect(told.net).toBe(50_000n)
    const rows = told.payment.refunds.map((row) => [row.origin, row.amount])
    expect(rows).toEqual(
      expect.arrayContaining([
        ['unlisted', 0n],
        ['gateway', 30_000n],
        ['gateway', 20_000n],
      ]),
    )
  })

  test('a refund without any figure is the whole', () => {
    const told = tell(payment(), [news('settled'), lookUp('refunded')])
    expect(told.net).toBe(0n)
    expect(told.payment.attempts[0]!.refundedAmount).toBe(AMOUNT)
  })

  test('a refund that we did not start is looked up before it is believed, whatever confirm says', () => {
    const told = tell(payment(), [
      news('settled'),
      news('partially_refunded', partly(first)),
      news('partially_refunded', partly(first)),
    ])
    expect(told.verdicts).toEqual(['processed', 'look_up', 'duplicate'])
    expect(told.net).toBe(AMOUNT)
  })

  test('a refund that we did start is believed on its signature', () => {
    const settled = tell(payment(), [news('settled')]).payment
    const ours = {
      id: 'x',
      transactionId: 'T1',
      key: 'r1',
      chargebackUuid: null,
      chargebackId: null,
      amount: 30_000n,
      status: 'reserved',
      origin: 'bayar',
      reason: null,
      bankConfirmedAt: null,
    } as const
    const told = tell({ ...settled, refunds: [ours] }, [news('partially_refunded', partly(first))])
    expect(told.verdicts).toEqual(['processed'])
    expect(told.events).toEqual(['payment.refunded'])
  })

  test('more given back than was received is recorded, clamped, and flagged', () => {
    const told = tell(payment(), [
      news('settled'),
      lookUp('partially_refunded', partly(first)),
      lookUp('charged_back'),
      lookUp('charged_back', partly(first, refund('r9', 90_000n))),
    ])
    expect(told.net).toBe(0n)
    expect(told.events).toContain('payment.needs_review')
    expect(told.payment.reviews).toContain('T1|refund_excess')
  })
})

describe('disputes', () => {
  test('a chargeback is looked up, then takes the money', () => {
    expect(tell(payment(), [news('settled'), news('charged_back')]).verdicts.at(-1)).toBe('look_up')
    const told = tell(payment(), [news('settled'), lookUp('charged_back')])
    expect(told.events).toEqual(['payment.settled', 'payment.charged_back'])
    expect(told.net).toBe(0n)
  })

  test('a chargeback seen first tells the settlement before it', () => {
    expect(tell(payment(), [news('pending'), lookUp('charged_back')]).events).toEqual([
      'payment.received',
      'payment.settled',
      'payment.charged_back',
    ])
  })

  test('a partial chargeback without an amount waits for a person', () => {
    const told = tell(payment(), [news('settled'), lookUp('partially_charged_back')])
    expect(told.events).toEqual(['payment.settled', 'payment.charged_back', 'payment.needs_review'])
    expect(told.net).toBe(AMOUNT)
  })

  test('a refund after a partial chargeback still counts row by row', () => {
    const told = tell(payment(), [
      news('settled'),
      lookUp('partially_charged_back', { chargebackTotal: 40_000n }),
      lookUp('partially_refunded', partly(refund('r1', 10_000n))),
    ])
    expect(told.net).toBe(50_000n)
    expect(told.events).toEqual(['payment.settled', 'payment.charged_back', 'payment.refunded'])
    expect(told.status).toBe('partially_charged_back')
  })
})

describe('several ways of paying one order', () => {
  const at = (transactionId: string, minute: number) => ({
    transactionId,
    transactionTime: new Date(Date.UTC(2026, 2, 2, 5, minute)),
  })
  const t1 = at('T1', 0)
  const t2 = at('T2', 10)

  test('a late cancel of an old attempt does not touch the one that is being paid', () => {
    const told = tell(payment(), [
      news('pending', t1),
      news('expired', t1),
      news('pending', t2),
      news('cancelled', t1),
      news('settled', t2),
    ])
    expect(told.events).toEqual([
      'payment.received',
      'payment.expired',
      'payment.received',
      'payment.settled',
    ])
    expect(told.status).toBe('settled')
  })

  test('another transaction pays while the first is still pending', () => {
    const told = tell(payment(), [news('pending', t1), news('settled', t2), news('expired', t1)])
    expect(told.events).toEqual(['payment.received', 'payment.settled'])
    expect(told.status).toBe('settled')
  })

  test('deny, deny, settlement under one order is a successful retry', () => {
    const told = tell(payment(), [news('denied', t1), news('denied', t2), news('settled', at('T3', 20))])
    expect(told.events).toEqual(['payment.denied', 'payment.settled'])
  })

  test('two attempts of one order, both paid: the money is recorded, a person is told, the order is not delivered twice', () => {
    const doubtful = tell(payment(), [news('settled', t1), news('settled', t2)])
    expect(doubtful.verdicts).toEqual(['processed', 'look_up'])
    const told = tell(payment(), [news('settled', t1), lookUp('settled', t2), news('settled', t2)])
    expect(told.events).toEqual(['payment.settled', 'payment.needs_review'])
    expect(told.verdicts.at(-1)).toBe('duplicate')
    expect(told.net).toBe(2n * AMOUNT)
    expect(told.payment.reviews).toEqual(['T2|paid_twice'])
  })

  test('the order in which first news arrives does not decide which attempt speaks', () => {
    const one = tell(payment(), [news('denied', t1), news('expired', t2)])
    const other = tell(payment(), [news('expired', t2), news('denied', t1)])
    expect(one.status).toBe('expired')
    expect(other.status).toBe('expired')
  })

  test('news without a transaction id means the only attempt, and nothing when there are two', () => {
    const anonymous = { transactionId: null }
    expect(tell(payment(), [news('pending', t1), news('settled', anonymous)]).status).toBe('settled')
    const two = tell(payment(), [news('pending', t1), news('pending', t2), news('settled', anonymous)])
    expect(two.verdicts.at(-1)).toBe('failed')
  })

  test('the fifty-first transaction of one order waits for a person', () => {
    const many = Array.from({ length: 52 }, (_, index) => news('pending', at(`T${index}`, index)))
    const told = tell(payment(), many)
    expect(told.payment.attempts).toHaveLength(50)
    expect(told.verdicts.slice(-2)).toEqual(['review', 'review'])
    expect(told.events.filter((event) => event === 'payment.needs_review')).toHaveLength(1)
  })
})

describe('what does not agree', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['D9 less money',          { grossAmount: 1_000n },            'review'],
    ['D9 more money',          { grossAmount: 100_001n },          'review'],
    ['D9 another currency',    { currency: 'USD' },                'review'],
    ['D9 another merchant',    { gatewayMerchantId: 'G000000000' },'review'],
    ['no currency',            { currency: null },                 'processed'],
    ['no merchant',            { gatewayMerchantId: null },        'processed'],
    ['no amount',              { grossAmount: null },              'processed'],
  ])('%s', (_, changes, verdict) => {
    const told = tell(payment(), [news('pending'), news('settled', changes)])
    expect(told.verdicts.at(-1)).toBe(verdict)
    expect(told.status).toBe(verdict === 'review' ? 'pending' : 'settled')
  })

  test('a mismatch is flagged once, however often it is repeated', () => {
    const told = tell(payment(), [
      news('settled', { grossAmount: 1n }),
      news('settled', { grossAmount: 1n }),
      lookUp('settled', { grossAmount: 1n }),
    ])
    expect(told.events).toEqual(['payment.needs_review'])
    expect(told.net).toBe(0n)
  })

  test('a person takes a mismatch as it is: the money that came, not the money that was asked', () => {
    const told = tell(payment(), [
      { news: lookUp('settled', { grossAmount: 40_000n, source: 'person' }), copyOf: null, isAccepted: true },
    ])
    expect(told.events).toEqual(['payment.settled'])
    expect(told.net).toBe(40_000n)
  })

  test('a fee on top is accepted only when it is switched on and its parts add up', () => {
    const fee = { grossAmount: 102_000n, originalAmount: 100_000n, feeAmount: 2_000n }
    expect(tell(payment(), [news('settled', fee)]).verdicts).toEqual(['review'])
    const imposed = { ...RULES, imposedFees: true }
    expect(tell(payment(), [news('settled', fee)], imposed).net).toBe(AMOUNT)
    expect(tell(payment(), [news('settled', { ...fee, feeAmount: 1n })], imposed).verdicts).toEqual([
      'review',
    ])
    // A Rp 1,000 payment whose metadata claims that it was a million.
    expect(
      tell(
        payment(),
        [news('settled', { grossAmount: 1_000n, originalAmount: 100_000n, feeAmount: -99_000n })],
        imposed,
      ).verdicts,
    ).toEqual(['review'])
  })

  test('a contradiction is looked up; what Midtrans confirms is applied, and a person hears of it instead of the ordinary event', () => {
    const cancelled = tell(payment(), [news('pending'), news('cancelled')]).payment
    const told = tell(cancelled, [news('settled'), lookUp('settled'), news('settled'), lookUp('settled')])
    expect(told.verdicts).toEqual(['look_up', 'processed', 'duplicate', 'duplicate'])
    expect(told.events).toEqual(['payment.needs_review'])
    expect(told.status).toBe('settled')
    expect(told.net).toBe(AMOUNT)
  })

  test('a contradiction that Midtrans does not confirm changes nothing', () => {
    const settled = tell(payment(), [news('settled')]).payment
    const told = tell(settled, [news('cancelled'), lookUp('settled')])
    expect(told.verdicts).toEqual(['look_up', 'duplicate'])
    expect(told.status).toBe('settled')
  })

  test('a code that contradicts its status is looked up, never believed, never refused', () => {
    const odd = news('settled', { statusCode: '201', codeContradicts: true })
    const told = tell(payment(), [news('pending'), odd])
    expect(told.verdicts.at(-1)).toBe('look_up')
    expect(told.net).toBe(0n)
  })

  test('confirm: status looks money-in up above its limit, and nothing else', () => {
    const rules = { ...RULES, confirm: 'status', confirmAbove: 50_000n } as const
    expect(tell(payment(), [news('pending'), news('settled')], rules).verdicts).toEqual([
      'processed',
      'look_up',
    ])
    expect(
      tell(payment(), [news('pending'), news('settled')], { ...rules, confirmAbove: AMOUNT }).verdicts.at(-1),
    ).toBe('processed')
    expect(tell(payment(), [news('pending'), news('expired')], rules).verdicts.at(-1)).toBe('processed')
  })
})

describe('verdicts of our own', () => {
  test('whatever Midtrans says clears them, and their event is not repeated', () => {
    const failed = payment({
      openIntentId: null,
      presumed: 'failed',
      presumedEvent: 'payment.failed',
      version: 1,
    })
    const alive = tell(failed, [news('pending'), news('settled')])
    expect(alive.events).toEqual(['payment.received', 'payment.settled'])
    expect(alive.payment.presumed).toBeNull()
    expect(tell(failed, [news('failed')]).events).toEqual([])
  })
})

describe('several news of one payment in one batch', () => {
  test('each step is a row and an event of its own, in order', () => {
    const batch = [news('pending'), news('captured'), news('settled'), news('captured')].map((one) => ({
      news: one,
      copyOf: null,
    }))
    const plan = judgeNews(payment(), batch, RULES)
    expect(plan.outcomes.map((outcome) => outcome.verdict)).toEqual([
      'processed',
      'processed',
      'processed',
      'duplicate',
    ])
    expect(plan.history.map((row) => [row.sequence, row.event])).toEqual([
      [1, 'payment.received'],
      [2, 'payment.settled'],
      [3, null],
    ])
    expect(plan.outcomes[3]!.originalId).toBe(batch[1]!.news.notificationId)
    expect(plan.payment.version).toBe(3)
  })
})
