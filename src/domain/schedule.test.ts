import { expect, test } from 'vitest'
import { nextSlotOf, scheduleProblem, slotOf, tellSchedule } from './schedule.ts'

const at = (text: string) => new Date(text)

// biome-ignore format: a table is read in columns
test.each([
  ['every five minutes',                   { every: 300 },                                        '2026-03-02T05:04:59Z',      '2026-03-02T05:00:00Z', '2026-03-02T05:05:00Z'],
  ['every seven, which cron cannot say',   { every: 420 },                                        '2026-03-02T05:04:59Z',      '2026-03-02T05:02:00Z', '2026-03-02T05:09:00Z'],
  ['hourly',                               { cron: '0 * * * *' },                                 '2026-03-02T05:04:59Z',      '2026-03-02T05:00:00Z', '2026-03-02T06:00:00Z'],
  ['midnight in Jakarta',                  { cron: '0 0 * * *' },                                 '2026-03-02T16:59:59Z',      '2026-03-01T17:00:00Z', '2026-03-02T17:00:00Z'],
  ['at the very tick',                     { cron: '0 9 * * *', timeZone: 'Asia/Jakarta' },       '2026-03-02T02:00:00Z',      '2026-03-02T02:00:00Z', '2026-03-03T02:00:00Z'],
  ['elsewhere',                            { cron: '30 9 * * *', timeZone: 'Asia/Kolkata' },      '2026-03-02T05:00:00Z',      '2026-03-02T04:00:00Z', '2026-03-03T04:00:00Z'],
  ['working days',                         { cron: '0 8 * * mon-fri', timeZone: 'UTC' },          '2026-03-08T12:00:00Z',      '2026-03-06T08:00:00Z', '2026-03-09T08:00:00Z'],
  ['Sunday is 0 and 7',                    { cron: '0 8 * * 7', timeZone: 'UTC' },                '2026-03-10T12:00:00Z',      '2026-03-08T08:00:00Z', '2026-03-15T08:00:00Z'],
  ['steps and lists',                      { cron: '5,35 8-18/5 1 */3 *', timeZone: 'UTC' },      '2026-03-02T00:00:00Z',      '2026-01-01T18:35:00Z', '2026-04-01T08:05:00Z'],
  ['either of two days',                   { cron: '0 0 13 * fri', timeZone: 'UTC' },             '2026-03-14T00:00:00Z',      '2026-03-13T00:00:00Z', '2026-03-20T00:00:00Z'],
  ['a leap day',                           { cron: '0 0 29 2 *', timeZone: 'UTC' },               '2026-03-02T00:00:00Z',      '2024-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['an hour that summer time leaves out',  { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },     '2026-03-29T12:00:00Z',      '2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z'],
  ['an hour that comes twice, the first',  { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },     '2026-10-25T01:45:00Z',      '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
] as const)('%s', (_, schedule, now, slot, next) => {
  expect(scheduleProblem(schedule)).toBeNull()
  expect(slotOf(schedule, at(now))).toEqual(at(slot))
  expect(nextSlotOf(schedule, at(now))).toEqual(at(next))
  // A slot is its own slot: that is what makes it one tick.
  expect(slotOf(schedule, at(slot))).toEqual(at(slot))
})

// biome-ignore format: a table is read in columns
test.each([
  [{ every: 90 },                                      '.every',    'whole minutes'],
  [{ every: 0 },                                       '.every',    'must be 60'],
  [{ every: '300' },                                   '.every',    'whole number'],
  [{ every: 300, timeZone: 'UTC' },                    '.timeZone', 'is not known here'],
  [{ cron: '* * * *' },                                '.cron',     'five fields'],
  [{ cron: '61 * * * *' },                             '.cron',     'a minute that cannot be read'],
  [{ cron: '0 * * * someday' },                        '.cron',     'a day of the week that cannot be read'],
  [{ cron: '0 0 */0 * *' },                            '.cron',     'a day of the month that cannot be read'],
  [{ cron: '0 0 31 2 *' },                             '.cron',     'never comes'],
  [{ cron: '0 0 * * *', timeZone: 'Asia/Atlantis' },   '.timeZone', 'is not a time zone'],
  [{},                                                 '.cron',     'must be text'],
  ['hourly',                                           '',          'must be { every'],
  [300,                                                '',          'must be { every'],
] as const)('%j cannot be parsed, and says where', (given, field, reason) => {
  expect(scheduleProblem(given)).toEqual({ field, reason: expect.stringContaining(reason) })
})

test('is told in words', () => {
  expect(
    [{ every: 60 }, { every: 420 }, { every: 3600 }, { every: 86_400 }, { cron: '0 9 * * *' }].map(
      tellSchedule,
    ),
  ).toEqual(['every minute', 'every 7 minutes', 'every hour', 'every day', '0 9 * * * (Asia/Jakarta)'])
})
