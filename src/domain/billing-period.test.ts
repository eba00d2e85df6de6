import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anchorDayOf, type IntervalUnit, periodEnd, unusedPart } from './billing-period.ts'
import { formatJakartaTime, jakartaDay, parseJakartaTime } from './jakarta-time.ts'

const noon = (day: string) => parseJakartaTime(`${day} 12:00:00`)!

/** Where each period begins, the first included. */
function starts(from: Date, count: number, unit: IntervalUnit, periods: number): Date[] {
  const anchor = anchorDayOf(from)
  const all = [from]
  for (let left = periods; left > 0; left--) all.push(periodEnd(all.at(-1)!, { count, unit }, anchor))
  return all
}

// biome-ignore format: a table is read in columns
const CALENDAR: readonly (readonly [from: string, count: number, unit: IntervalUnit, then: readonly string[]])[] = [
  // W8: the 31st is kept through every shorter month, in an ordinary year and in a leap year.
  ['2026-01-31',  1, 'month', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31']],
  ['2028-01-31',  1, 'month', ['2028-02-29', '2028-03-31', '2028-04-30', '2028-05-31']],
  ['2026-01-30',  1, 'month', ['2026-02-28', '2026-03-30', '2026-04-30']],
  ['2028-01-30',  1, 'month', ['2028-02-29', '2028-03-30']],
  ['2026-01-29',  1, 'month', ['2026-02-28', '2026-03-29']],
  ['2026-01-15',  1, 'month', ['2026-02-15', '2026-03-15', '2026-04-15']],
  ['2026-02-28',  1, 'month', ['2026-03-28', '2026-04-28']],
  ['2026-12-31',  1, 'month', ['2027-01-31', '2027-02-28', '2027-03-31']],
  ['2026-08-31',  3, 'month', ['2026-11-30', '2027-02-28', '2027-05-31', '2027-08-31']],
  // A year is twelve months: from a leap day to the 28th, and back to the 29th when there is one.
  ['2028-02-29', 12, 'month', ['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']],
  ['2099-02-28', 12, 'month', ['2100-02-28', '2101-02-28']],
  ['2026-02-22',  1, 'week',  ['2026-03-01', '2026-03-08', '2026-03-15']],
  ['2028-02-22',  1, 'week',  ['2028-02-29', '2028-03-07']],
  ['2026-12-20',  2, 'week',  ['2027-01-03', '2027-01-17']],
  ['2028-02-28',  1, 'day',   ['2028-02-29', '2028-03-01']],
  ['2026-12-31',  1, 'day',   ['2027-01-01', '2027-01-02']],
  ['2026-01-31', 30, 'day',   ['2026-03-02', '2026-04-01', '2026-05-01']],
]

test.each(CALENDAR)('W8: from %s every %i %s', (from, count, unit, then) => {
  expect(starts(noon(from), count, unit, then.length).map(jakartaDay)).toEqual([from, ...then])
})

describe('the calendar is Jakarta’s', () => {
  test('half past midnight on the 31st there is the 30th in London, and the 31st is kept', () => {
    const from = new Date('2026-01-30T17:30:00Z')
    expect(starts(from, 1, 'month', 2).map(formatJakartaTime)).toEqual([
      '2026-01-31 00:30:00',
      '2026-02-28 00:30:00',
      '2026-03-31 00:30:00',
    ])
  })

  test('an evening of the last day in London is the next month there', () => {
    expect(anchorDayOf(new Date('2026-02-28T20:00:00Z'))).toBe(1)
  })
})

const instant = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2060-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const rhythm = fc.record({
  count: fc.integer({ min: 1, max: 36 }),
  unit: fc.constantFrom<IntervalUnit>('day', 'week', 'month'),
})

test('periods tile: each begins where the last ended, none is empty, and the time of day stays', () => {
  fc.assert(
    fc.property(instant, rhythm, (from, { count, unit }) => {
      const all = starts(from, count, unit, 40)
      for (const [index, start] of all.slice(1).entries()) {
        expect(start.getTime()).toBeGreaterThan(all[index]!.getTime())
        expect(formatJakartaTime(start).slice(11)).toBe(formatJakartaTime(from).slice(11))
      }
    }),
  )
})

test('W8: the n-th month is on the anchor day, or on the last day of a month that is shorter', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 12 }), (from, count) => {
      const anchor = anchorDayOf(from)
      for (const start of starts(from, count, 'month', 40)) {
        const isLastDay = anchorDayOf(new Date(start.getTime() + 86_400_000)) === 1
        expect(anchorDayOf(start) === anchor || (isLastDay && anchorDayOf(start) < anchor)).toBe(true)
      }
    }),
  )
})

describe('what is left of a period', () => {
  const april = { start: noon('2026-04-01'), end: noon('2026-05-01') }
  // biome-ignore format: a table is read in columns
  test.each([
    ['2026-04-01', 90_000n, 90_000n],
    ['2026-04-16', 90_000n, 45_000n],
    ['2026-04-11', 100_000n, 66_667n],
    ['2026-04-21', 100_000n, 33_333n],
    ['2026-05-01', 90_000n, 0n],
    ['2026-06-01', 90_000n, 0n],
    ['2026-03-01', 90_000n, 90_000n],
  ])('on %s of %i is %i', (day, price, left) => {
    expect(unusedPart(price, april, noon(day))).toBe(left)
  })

  test('is never more than the price, and falls as time passes', () => {
    fc.assert(
      fc.property(
        instant,
        rhythm,
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (start, { count, unit }, price, share) => {
          const end = periodEnd(start, { count, unit }, anchorDayOf(start))
          const at = new Date(start.getTime() + Math.floor((end.getTime() - start.getTime()) * share))
          const left = unusedPart(price, { start, end }, at)
          expect(left >= 0n && left <= price).toBe(true)
          expect(unusedPart(price, { start, end }, new Date(at.getTime() + 3_600_000)) <= left).toBe(true)
        },
      ),
    )
  })
})
