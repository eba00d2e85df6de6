import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPage } from './page.ts'

/** A list of numbers, read as a statement would. */
const rowsOf =
  (list: readonly number[]) =>
  async (asked: { position: string | null; isBackward: boolean; limit: number }) => {
    const order = asked.isBackward ? list.toReversed() : list
    const from = asked.position === null ? 0 : order.indexOf(Number(asked.position)) + 1
    return order.slice(from, from + asked.limit + 1)
  }

test('pages lead to the end and back again, whatever their size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 45 }),
      async (list, limit) => {
        const read = rowsOf(list)
        let page = await readPage({ limit }, String, read)
        expect(page.previous).toBeNull()
        const there = [...page.results]
        while (page.next !== null) {
          page = await readPage({ after: page.next, limit }, String, read)
          there.push(...page.results)
        }
        const back = [...page.results]
        while (page.previous !== null) {
          page = await readPage({ before: page.previous, limit }, String, read)
          back.unshift(...page.results)
        }
        expect(there).toEqual(list)
        expect(back).toEqual(list)
      },
    ),
  )
})

test('an empty list leads nowhere', async () => {
  expect(await readPage({}, String, rowsOf([]))).toEqual({ results: [], next: null, previous: null })
})
