import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { given, toCamel, toSnake } from './wire-case.ts'

describe('the two ways of writing a field', () => {
  test('go in depth, and leave documents of others alone', () => {
    const at = new Date('2026-03-02T05:00:00Z')
    const inside = {
      orderId: 'A',
      items: [{ merchantName: 'Toko' }],
      settlementTime: at,
      isPaid: true,
      bank: null,
      metadata: { someKey: { some_key: 1 } },
    }
    const outside = {
      order_id: 'A',
      items: [{ merchant_name: 'Toko' }],
      settlement_time: '2026-03-02T05:00:00.000Z',
      is_paid: true,
      bank: null,
      metadata: { someKey: { some_key: 1 } },
    }
    expect(toSnake(inside)).toEqual(outside)
    expect(toCamel(outside)).toEqual({ ...inside, settlementTime: outside.settlement_time })
  })

  test('are each other’s reverse', () => {
    const name = fc.stringMatching(/^[a-z]{1,5}(_[a-z]{1,5}){0,3}$/)
    const document = fc.dictionary(
      name,
      fc.oneof(fc.integer(), fc.string(), fc.array(fc.dictionary(name, fc.boolean()))),
    )
    fc.assert(
      fc.property(document, (value) => {
        expect(toSnake(toCamel(value))).toEqual({ ...value })
      }),
    )
  })

  test('what was not given is not there', () => {
    expect(given({ a: undefined, b: null, c: 0 })).toEqual({ b: null, c: 0 })
  })
})
