import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type InvoiceStanding, moneyEvent, statusOf, sumsOf } from './invoice.ts'

const line = (price: bigint, quantity = 1) => ({ id: null, description: 'Shirt', quantity, price })

describe('the sums of an invoice', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    // lines                       tax                                          subtotal   tax      total
    [[line(50_000n, 2)],           null,                                        100_000n,  0n,      100_000n],
    [[line(100_000n)],             { basisPoints: 1100, mode: 'exclusive' },    100_000n,  11_000n, 111_000n],
    [[line(111_000n)],             { basisPoints: 1100, mode: 'inclusive' },    111_000n,  11_000n, 111_000n],
    [[line(99_999n)],              { basisPoints: 1100, mode: 'exclusive' },    99_999n,   11_000n, 110_999n],
    [[line(10_000n), line(-500n)], { basisPoints: 1200, mode: 'exclusive' },    9_500n,    1_140n,  10_640n],
    [[line(50n)],                  { basisPoints: 1100, mode: 'exclusive' },    50n,       6n,      56n],
  ] as const)('%#', (lines, tax, subtotal, taxAmount, total) => {
    expect(sumsOf(lines, tax)).toEqual({ subtotal, taxAmount, total })
  })

  test('tax that is in the price is what comes out when it is put on top of the rest, to the rupiah', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.integer({ min: 0, max: 10_000 }),
        (price, basisPoints) => {
          const { taxAmount, total } = sumsOf([line(price)], { basisPoints, mode: 'inclusive' })
          const again = sumsOf([line(total - taxAmount)], { basisPoints, mode: 'exclusive' })
          expect(again.total - total).toBeLessThanOrEqual(1n)
          expect(again.total - total).toBeGreaterThanOrEqual(-1n)
        },
      ),
    )
  })
})

describe('the status of an invoice', () => {
  const at = new Date('2026-03-02T05:00:00Z')
  const standing: InvoiceStanding = {
    total: 100n,
    received: 0n,
    issuedAt: null,
    overdueAt: null,
    voidedAt: null,
  }
  // biome-ignore format: a table is read in columns
  test.each([
    [{},                                                    'draft'],
    [{ issuedAt: at },                                      'sent'],
    [{ issuedAt: at, overdueAt: at },                       'overdue'],
    [{ overdueAt: at },                                     'overdue'],
    [{ issuedAt: at, received: 1n },                        'partial'],
    [{ issuedAt: at, overdueAt: at, received: 99n },        'partial'],
    [{ issuedAt: at, received: 100n },                      'paid'],
    [{ issuedAt: at, overdueAt: at, received: 101n },       'paid'],
    [{ issuedAt: at, voidedAt: at },                        'void'],
    [{ issuedAt: at, voidedAt: at, received: 100n },        'void'],
  ] as const)('%#', (change, status) => {
    expect(statusOf({ ...standing, ...change })).toBe(status)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['sent',    0n,   'paid',    100n, 'invoice.paid'],
    ['sent',    0n,   'partial', 40n,  'invoice.partially_paid'],
    ['partial', 40n,  'partial', 60n,  'invoice.partially_paid'],
    ['partial', 40n,  'paid',    100n, 'invoice.paid'],
    ['paid',    100n, 'paid',    200n, null],
    ['paid',    100n, 'partial', 60n,  null],
    ['partial', 60n,  'sent',    0n,   null],
    ['void',    0n,   'void',    100n, null],
  ] as const)('from %s with %s to %s with %s tells %s', (before, had, after, has, event) => {
    expect(moneyEvent({ status: before, received: had }, { status: after, received: has })).toBe(event)
  })
})
