import { describe, expect, test } from 'vitest'
import { judgeSubscription } from './judge-subscription.ts'
import {
  addInterval,
  hasEnded,
  INTERVAL_UNITS,
  nativeWord,
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
  scheduleDisplay,
  whyNotSubscription,
} from './subscription.ts'

// biome-ignore format: a table is read in columns
test.each([
  ['2026-01-31T10:00:00+07:00', 1, 'month', '2026-02-28T10:00:00+07:00'],
  ['2028-01-31T10:00:00+07:00', 1, 'month', '2028-02-29T10:00:00+07:00'],
  ['2026-12-31T23:30:00+07:00', 2, 'month', '2027-02-28T23:30:00+07:00'],
  ['2026-03-31T00:30:00+07:00', 1, 'month', '2026-04-30T00:30:00+07:00'],   // the 30th in UTC
  ['2026-03-02T12:00:00+07:00', 12, 'month', '2027-03-02T12:00:00+07:00'],
  ['2026-12-28T12:00:00+07:00', 1, 'week', '2027-01-04T12:00:00+07:00'],
  ['2026-02-28T12:00:00+07:00', 1, 'day', '2026-03-01T12:00:00+07:00'],
] as const)('%s and %d %s is %s', (from, interval, unit, to) => {
  expect(addInterval(new Date(from), interval, unit)).toEqual(new Date(to))
})

// biome-ignore format: a table is read in columns
test.each([
  [1, 'month', null, 'every 1 month'],
  [2, 'week',  null, 'every 2 weeks'],
  [1, 'day',   30,   'every 1 day, 30 times'],
  [3, 'month', 0,    'once'],
  [3, 'month', 1,    'once'],
] as const)('a rhythm in words: %d %s %s', (interval, unit, max, words) => {
  expect(scheduleDisplay(interval, unit, max)).toBe(words)
})

test('every status has a word of the original’s, and what can be asked of it', () => {
  const words = Object.fromEntries(SUBSCRIPTION_STATUSES.map((status) => [status, nativeWord(status)]))
  expect(words).toEqual({
    pending: 'inactive',
    trialing: 'active',
    active: 'active',
    past_due: 'active',
    paused: 'disabled',
    cancelled: 'cancelled',
    expired: 'inactive',
    failed: 'inactive',
  })
  const may = (command: 'update' | 'disable' | 'enable' | 'cancel') =>
    SUBSCRIPTION_STATUSES.filter((status) => whyNotSubscription(command, status) === null)
  expect(may('disable')).toEqual(['active'])
  expect(may('enable')).toEqual(['paused'])
  expect(may('cancel')).toEqual(['active', 'paused'])
  expect(whyNotSubscription('enable', 'cancelled')).toContain('nextChargeAt')
  expect(INTERVAL_UNITS).toHaveLength(3)
})

describe('D35: the two words of the wire, and what they mean to us', () => {
  const NEXT = new Date('2026-04-02T05:00:00Z')
  const look = (
    status: SubscriptionStatus,
    shown: 'active' | 'inactive',
    more: { cycle?: number; max?: number | null; next?: Date | null; last?: 'paid' | 'failed' } = {},
  ) => {
    const verdict = judgeSubscription(
      { status, lastCharge: more.last ?? null },
      {
        status: shown,
        cycle: more.cycle ?? 3,
        maxInterval: more.max ?? null,
        nextChargeAt: more.next === undefined ? NEXT : more.next,
      },
    )
    return (
      verdict && [
        verdict.status,
        verdict.reason,
        ...verdict.events.map((event) => event.replace('subscription.', '')),
      ]
    )
  }

  // biome-ignore format: a table is read in columns
  test.each([
    // known       Midtrans says            becomes
    ['pending',    'active',   {},           ['active', null, 'created']],
    ['failed',     'active',   {},           ['active', null, 'created']],
    ['active',     'active',   {},           null],
    ['paused',     'active',   {},           ['active', 'at_midtrans', 'resumed']],
    ['cancelled',  'active',   {},           ['active', 'at_midtrans', 'resumed']],
    ['expired',    'active',   {},           ['active', 'at_midtrans', 'resumed']],
    ['active',     'inactive', {},           ['paused', 'at_midtrans', 'paused', 'disabled']],
    ['active',     'inactive', { last: 'failed' },              ['paused', 'charge_failed', 'paused', 'disabled']],
    ['active',     'inactive', { cycle: 3, max: 3, next: null }, ['expired', 'finished', 'expired']],
    ['active',     'inactive', { cycle: 1, max: 0, next: null }, ['expired', 'finished', 'expired']],
    ['active',     'inactive', { cycle: 2, max: 3, next: null }, ['paused', 'at_midtrans', 'paused', 'disabled']],
    ['pending',    'inactive', { cycle: 1, max: 1, next: null }, ['expired', 'finished', 'created', 'expired']],
    ['paused',     'inactive', {},           null],
    ['cancelled',  'inactive', {},           null],
    ['expired',    'inactive', {},           null],
  ] as const)('%s, and Midtrans says %s %j', (status, shown, more, becomes) => {
    expect(look(status, shown, more)).toEqual(becomes)
  })

  test('what has ended is asked about rarely', () => {
    expect(SUBSCRIPTION_STATUSES.filter(hasEnded)).toEqual(['cancelled', 'expired', 'failed'])
  })
})
