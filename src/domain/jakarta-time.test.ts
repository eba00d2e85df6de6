import { expect, test } from 'vitest'
import { formatJakartaTime, parseJakartaTime } from './jakarta-time.ts'

test.each([
  ['2025-08-14 09:12:40', '2025-08-14T02:12:40.000Z'],
  ['2025-08-14 00:30:00', '2025-08-13T17:30:00.000Z'],
  ['2024-02-29 23:59:59', '2024-02-29T16:59:59.000Z'],
  ['2025-08-06 20:03:04 +0700', '2025-08-06T13:03:04.000Z'],
  ['2019-05-29T09:11:01.810452', '2019-05-29T02:11:01.810Z'],
  ['2019-05-29T09:11:01.810452Z', '2019-05-29T09:11:01.810Z'],
])('D19 a time without a zone is Jakarta: %s', (written, instant) => {
  expect(parseJakartaTime(written)?.toISOString()).toBe(instant)
})

test.each([
  '2025-02-30 00:00:00',
  '2025-13-01 00:00:00',
  '2025-08-14 24:00:00',
  '2025-08-14',
  'yesterday',
  '',
  20250814,
  null,
])('%j is no time', (written) => expect(parseJakartaTime(written)).toBeUndefined())

test('written as Midtrans writes it', () => {
  expect(formatJakartaTime(new Date('2025-08-13T17:30:00Z'))).toBe('2025-08-14 00:30:00')
})
