import fc from 'fast-check'
import type { AttemptStatus } from '../../src/domain/attempt-lifecycle.ts'
import type { News, RefundFact } from '../../src/domain/news.ts'
import { AMOUNT, refund } from './news.ts'

/**
 * Legal lives of one transaction, as the gateway's own table has them (docs/midtrans/lifecycle.md §2), up to four news each. `x` is a refund of Rp 20,000, `X` the one that makes it
 * whole: how many there were is what the status cannot say.
 */
// biome-ignore format: a table is read in columns
export const LIVES: readonly string[] = [
  // virtual account, bill, counter
  'pending settled', 'pending expired', 'pending cancelled', 'pending settled reversed', 'settled reversed',
  // wallet and QR
  'pending denied', 'settled', 'denied', 'authorized settled', 'authorized cancelled', 'authorized expired',
  'pending settled x', 'pending settled X', 'pending settled x X', 'pending settled x x', 'settled x x X',
  // card
  'pending captured settled', 'captured settled x X', 'captured settled x x', 'pending captured settled X', 'captured cancelled', 'pending captured cancelled',
  'challenged captured settled', 'challenged captured settled x', 'challenged denied', 'challenged cancelled', 'challenged captured cancelled',
  'authorized captured settled', 'authorized captured settled x', 'authorized denied', 'pending authorized cancelled', 'pending authorized captured settled',
  'captured settled charged_back', 'pending captured settled charged_back', 'captured settled x charged_back', 'settled charged_back',
  'pending failed', 'failed',
]

export interface Told {
  readonly told: AttemptStatus
  readonly refunds: readonly RefundFact[]
}

/** Each news of a life, with the refunds that had been made by then. */
export function newsOfLife(life: string): readonly Told[] {
  const refunds: RefundFact[] = []
  return life.split(' ').map((word) => {
    if (word === 'x') refunds.push(refund(`r${refunds.length + 1}`, 20_000n))
    if (word === 'X')
      refunds.push(refund(`r${refunds.length + 1}`, AMOUNT - 20_000n * BigInt(refunds.length)))
    const told = word === 'x' ? 'partially_refunded' : word === 'X' ? 'refunded' : (word as AttemptStatus)
    return { told, refunds: [...refunds] }
  })
}

/** What the notifications of a Midtrans document carry besides the status. */
export function factsOf({ told, refunds }: Told): Partial<News> {
  return {
    refunds,
    refundTotal: refunds.length === 0 ? null : refunds.reduce((sum, row) => sum + row.amount, 0n),
    ...(told === 'reversed' ? { settlementTime: new Date('2026-03-02T05:03:00Z') } : {}),
  }
}

/** What must be true in the end, whatever came in whatever order. */
export function expectedEnd(life: string): {
  status: AttemptStatus
  net: bigint
  refunds: number
  moneyIsTold: 'once' | 'at most once' | 'never'
  ending: string | null
} {
  const news = newsOfLife(life)
  const last = news.at(-1)!
  const taken = news.some(({ told }) => told === 'captured' || told === 'settled')
  const back = last.refunds.reduce((sum, row) => sum + row.amount, 0n)
  const holds = last.told === 'captured' || last.told === 'settled' || last.told === 'partially_refunded'
  const unseen = last.told === 'reversed' || last.told === 'cancelled'
  const endings: Partial<Record<AttemptStatus, string>> = {
    denied: 'payment.denied',
    cancelled: 'payment.cancelled',
    expired: 'payment.expired',
    failed: 'payment.failed',
    reversed: 'payment.reversed',
    charged_back: 'payment.charged_back',
  }
  return {
    status: last.told,
    net: holds ? AMOUNT - back : 0n,
    refunds: last.refunds.length,
    moneyIsTold: !taken ? 'never' : unseen ? 'at most once' : 'once',
    ending: endings[last.told] ?? null,
  }
}

/** A life; its notifications each at least once, repeated and in any order; and polls in between, which see it as it was at some moment, never going back. */
export const deliveries = fc
  .constantFrom(...LIVES)
  .chain((life) => {
    const count = life.split(' ').length
    const index = fc.nat({ max: count - 1 })
    return fc.record({
      life: fc.constant(life),
      notices: fc
        .array(index, { maxLength: 4 })
        .chain((repeats) =>
          fc.shuffledSubarray([...Array(count).keys(), ...repeats], { minLength: count + repeats.length }),
        ),
      polls: fc.array(fc.record({ sees: index, before: fc.nat({ max: count + 4 }) }), { maxLength: 3 }),
    })
  })
  .map(({ life, notices, polls }) => {
    const seen = polls.map((poll) => poll.sees).sort((left, right) => left - right)
    const places = polls.map((poll) => poll.before).sort((left, right) => left - right)
    const order: { kind: 'notice' | 'poll'; index: number }[] = []
    let nextPoll = 0
    for (const [place, index] of notices.entries()) {
      while (nextPoll < places.length && places[nextPoll]! <= place)
        order.push({ kind: 'poll', index: seen[nextPoll++]! })
      order.push({ kind: 'notice', index })
    }
    while (nextPoll < seen.length) order.push({ kind: 'poll', index: seen[nextPoll++]! })
    return { life, order }
  })
