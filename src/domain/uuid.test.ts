import { expect, test } from 'vitest'
import { isUuid, uuidv7 } from './uuid.ts'

test('ids of one process sort in the order in which they were made, also within a millisecond and when the clock steps back', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) =>
    uuidv7(index % 3 === 0 ? 1_700_000_000_000 : 1_699_999_999_000),
  )
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(ids.length)
})

test('version 7, variant 10', () => {
  const id = uuidv7()
  expect(isUuid(id)).toBe(true)
  expect(id[14]).toBe('7')
  expect('89ab').toContain(id[19])
})
