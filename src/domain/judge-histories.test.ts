import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deliveries, expectedEnd, factsOf, LIVES, newsOfLife } from '../../test/support/histories.ts'
import { lookUp, news, payment, RULES } from '../../test/support/news.ts'
import { judgeNews } from './judge-news.ts'

/** Delivers in the given order; what must be looked up is answered by the gateway's present state, the end of the life. */
function live(life: string, order: readonly { kind: 'notice' | 'poll'; index: number }[]) {
  const lifeNews = newsOfLife(life)
  const truth = lifeNews.at(-1)!
  const fingerprints = new Map<string, string>()
  const events: string[] = []
  let now = payment()
  let deltas = 0n
  const apply = (said: ReturnType<typeof news>) => {
    const original = fingerprints.get(said.fingerprint)
    const copyOf =
      said.source === 'notification' && original ? { notificationId: original, isWaiting: false } : null
    const plan = judgeNews(now, [{ news: said, copyOf }], RULES)
    for (const row of plan.history) {
      deltas += row.moneyDelta
      if (row.event !== null) events.push(row.event)
    }
    expect(plan.history.map((row) => row.sequence)).toEqual(
      plan.history.map((_, index) => now.version + index + 1),
    )
    now = plan.payment
    if (said.source === 'notification' && !original) fingerprints.set(said.fingerprint, said.notificationId!)
    return plan.outcomes[0]!.verdict
  }
  for (const { kind, index } of order) {
    const said = lifeNews[index]!
    if (kind === 'poll') apply(lookUp(said.told, factsOf(said)))
    else if (apply(news(said.told, factsOf(said))) === 'look_up') apply(lookUp(truth.told, factsOf(truth)))
  }
  return { payment: now, events, deltas }
}

function check(life: string, { payment: end, events, deltas }: ReturnType<typeof live>) {
  const expected = expectedEnd(life)
  const count = (name: string) => events.filter((event) => event === name).length
  expect(end.status).toBe(expected.status)
  expect(end.netAmount).toBe(expected.net)
  expect(deltas).toBe(expected.net)
  expect(count('payment.needs_review')).toBe(0)
  expect(count('payment.refunded')).toBe(expected.refunds)
  if (expected.ending) expect(count(expected.ending)).toBe(1)
  if (expected.moneyIsTold === 'once') expect(count('payment.settled')).toBe(1)
  if (expected.moneyIsTold === 'never') expect(count('payment.settled')).toBe(0)
  expect(count('payment.settled')).toBeLessThanOrEqual(1)
  for (const name of new Set(events)) if (name !== 'payment.refunded') expect(count(name), name).toBe(1)
  const settledAt = events.indexOf('payment.settled')
  for (const name of ['payment.refunded', 'payment.charged_back']) {
    const at = events.indexOf(name)
    if (at >= 0) expect(settledAt, `${name} before the money was told`).toBeLessThan(at)
  }
}

test.each(LIVES)('in order: %s', (life) => {
  check(
    life,
    live(
      life,
      life.split(' ').map((_, index) => ({ kind: 'notice', index })),
    ),
  )
})

test.each(LIVES)('every order: %s', (life) => {
  const count = life.split(' ').length
  for (const order of permutations([...Array(count).keys()])) {
    check(
      life,
      live(
        life,
        order.map((index) => ({ kind: 'notice', index })),
      ),
    )
  }
})

test('any order, repeated, interleaved with polls', () => {
  fc.assert(
    fc.property(deliveries, ({ life, order }) => check(life, live(life, order))),
    { numRuns: 5_000 },
  )
})

function permutations(list: readonly number[]): number[][] {
  if (list.length <= 1) return [[...list]]
  return list.flatMap((one) =>
    permutations(list.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  )
}
