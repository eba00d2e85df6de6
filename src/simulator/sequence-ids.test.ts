import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { SequenceIds } from './sequence-ids.ts'

const ids = new SequenceIds(createRandom(1, 'transactions'))

test('an id leads back to its number, and looks like a UUID', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (sequence) => {
      const id = ids.idOf(sequence)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(ids.sequenceOf(id)).toBe(sequence)
    }),
  )
})

test('what is no id of ours leads nowhere', () => {
  const other = new SequenceIds(createRandom(2, 'transactions'))
  expect(ids.sequenceOf(other.idOf(1))).toBe(0)
  expect(ids.sequenceOf('order-1')).toBe(0)
  expect(ids.sequenceOf('')).toBe(0)
  expect(ids.sequenceOf(`${ids.idOf(1)}x`)).toBe(0)
})
