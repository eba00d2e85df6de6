import { expect, test } from 'vitest'
import { standingOf } from './standing.ts'
import type { SubscriptionStatus } from './subscription.ts'

const now = new Date('2026-03-10T05:00:00Z')
const later = new Date('2026-03-20T05:00:00Z')
const before = new Date('2026-03-01T05:00:00Z')

type Case = readonly [
  why: string,
  status: SubscriptionStatus,
  cycle: number,
  end: Date | null,
  grace: Date | null,
  ends: boolean,
  hasAccess: boolean,
]

// biome-ignore format: a table is read in columns
const CASES: readonly Case[] = [
  ['a paid period',                              'active',    1, later,  null,   false, true],
  ['a renewal that is under way',                'active',    1, before, null,   false, true],
  ['cancelled at the end, which is not yet',     'active',    1, later,  null,   true,  true],
  ['cancelled at the end, which is over',        'active',    1, before, null,   true,  false],
  ['a trial',                                    'trialing',  0, later,  null,   false, true],
  ['a trial that is over',                       'trialing',  0, before, null,   false, false],
  ['in grace after a paid period',               'past_due',  1, before, later,  false, true],
  ['W1: in grace, and nothing was ever paid',    'past_due',  0, null,   later,  false, false],
  ['W1: begun again after its end, and not paid', 'past_due', 5, null, later,  false, false],
  ['W1: the only paid period was taken back',    'past_due',  0, later,  later,  false, false],
  ['beyond grace',                               'past_due',  1, before, before, false, false],
  ['waits for its first payment',                'pending',   0, null,   null,   false, false],
  ['paused',                                     'paused',    1, later,  null,   false, false],
  ['cancelled',                                  'cancelled', 1, later,  null,   false, false],
  ['expired',                                    'expired',   1, before, null,   false, false],
]

test.each(CASES)('%s', (_, status, cycle, end, graceUntil, cancelAtPeriodEnd, hasAccess) => {
  const standing = standingOf(
    { status, cycle, trialEnd: end, currentPeriodEnd: end, graceUntil, cancelAtPeriodEnd },
    now,
  )
  expect(standing.hasAccess).toBe(hasAccess)
  expect(standing.isActive).toBe(status === 'active' || status === 'trialing')
  expect(standing.isInGracePeriod).toBe(status === 'past_due' && hasAccess)
})
