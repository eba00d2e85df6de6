import { expect, test } from 'vitest'
import { DUNNING, graceEnd, isOutageOver, madeAgainAt, nextChargeAt, wayOf } from './dunning.ts'

const at = new Date('2026-03-02T05:00:00Z')
const tomorrow = new Date('2026-03-03T05:00:00Z')

// biome-ignore format: a table is read in columns
test.each([
  ['pull', 1, false, tomorrow],
  ['pull', 3, false, tomorrow],
  // Three retries after the first charge.
  ['pull', 4, false, null],
  ['push', 1, true,  tomorrow],
  ['push', 4, false, null],
  ['pull', 1, true,  null],
] as const)('W5: %s, after %i charges, first ever %s: %s', (way, charges, isFirstEver, then) => {
  expect(nextChargeAt(DUNNING, { way, charges, isFirstEver, at })).toEqual(then)
})

test('is switched off and stretched by each way of its own', () => {
  const dunning = {
    graceDays: 7,
    outageDays: 7,
    ways: {
      pull: { ...DUNNING.ways.pull, isOn: false },
      push: { ...DUNNING.ways.push, intervalDays: 2 },
    },
  }
  const failed = { charges: 1, isFirstEver: false, at }
  expect(nextChargeAt(dunning, { ...failed, way: 'pull' })).toBeNull()
  expect(nextChargeAt(dunning, { ...failed, way: 'push' })).toEqual(new Date('2026-03-04T05:00:00Z'))
  expect(graceEnd(dunning, at)).toEqual(new Date('2026-03-09T05:00:00Z'))
})

// biome-ignore format: a table is read in columns
test.each([
  ['charge', 'credit_card',   'pull'],
  ['charge', 'bank_transfer', 'push'],
  ['charge', 'gopay',         'push'],
  ['wallet', 'wallet',        'pull'],
])('%s by %s is %s', (collection, paymentType, way) => {
  expect(wayOf({ collection, paymentType })).toBe(way)
})

// biome-ignore format: a table is read in columns
test.each([
  ['pull', 0, 1,   1],
  ['push', 0, 2,  15],
  ['pull', 0, 6, 240],
  ['pull', 0, 7, 360],
  ['pull', 0, 99, 360],
  ['pull', 3, 1,   1],
  ['pull', 4, 1, null],
] as const)('a charge by %s after %i tries that Midtrans never had, the %i. of its kind, is made again after %s minutes', (way, tries, unmade, minutes) => {
  const then = minutes === null ? null : new Date(at.getTime() + minutes * 60_000)
  expect(madeAgainAt(DUNNING, { way, tries, unmade, at })).toEqual(then)
})

test('switched off, only the first charge of a period is made again', () => {
  const off = { ...DUNNING, ways: { ...DUNNING.ways, pull: { ...DUNNING.ways.pull, isOn: false } } }
  expect(madeAgainAt(off, { way: 'pull', tries: 0, unmade: 1, at })).not.toBeNull()
  expect(madeAgainAt(off, { way: 'pull', tries: 1, unmade: 1, at })).toBeNull()
})

test('an outage is nobody else’s for seven days, to the second', () => {
  const askedSince = new Date('2026-03-02T05:00:00Z')
  expect(isOutageOver(DUNNING, { askedSince, at: new Date('2026-03-09T04:59:59Z') })).toBe(false)
  expect(isOutageOver(DUNNING, { askedSince, at: new Date('2026-03-09T05:00:00Z') })).toBe(true)
})
