import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRupiah, toNumber, toWire } from './money.ts'

test.each([
  ['100000.00', 100000n],
  ['100000', 100000n],
  [100000, 100000n],
  ['0.00', 0n],
  ['100000.0', 100000n],
  ['999999999999999', 999999999999999n],
])('%s is %s', (written, rupiah) => expect(parseRupiah(written)).toBe(rupiah))

test.each([
  '39.10',
  '1e5',
  '-1',
  '+1',
  ' 1',
  '1 ',
  '',
  '.00',
  '1.',
  '1.000',
  '1,000',
  '0x10',
  '٣',
  '1000000000000000',
  null,
  undefined,
  {},
  [],
  true,
  Number.NaN,
  39.1,
  2 ** 53,
])('%j is no amount', (written) => expect(parseRupiah(written)).toBeUndefined())

test('what is written is read back', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 999_999_999_999_999n }),
      (amount) => parseRupiah(toWire(amount)) === amount,
    ),
  )
})

test('an amount that JSON would round is never given out', () => {
  expect(() => toNumber(2n ** 53n)).toThrow(RangeError)
  expect(toNumber(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER)
})
