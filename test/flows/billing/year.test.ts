/**
 * Some months of a simulated year; the whole of it is `npm run prove -- year`. A seed that fails is in the name of its test: `npm run prove -- year --seed N --customers N --days N --days-between-deeds N` lives it again,
 * and `BAYAR_YEAR_LOG` names a file for everything that is done.
 */
import { expect, test } from 'vitest'
import { kit } from '../../support/kit.ts'
import { liveYear } from '../../support/year/live.ts'
import { type Asked, writeYear } from '../../support/year/script.ts'
import { YEAR } from '../../support/year/town.ts'

const MONTHS = { customers: 40, days: 75, daysBetweenDeeds: 6 }

// One that nobody has seen before: what it finds is found by whoever runs it.
const SEEDS = [1, Math.floor(Math.random() * 1e9)]

test.each(SEEDS)(
  `seed %i: whatever ${MONTHS.customers} customers do in ${MONTHS.days} days, every law of the books holds`,
  async (seed) => {
    console.log(`seed ${seed}`)
    await using shop = await kit(YEAR)
    const lived = await liveYear(shop, writeYear({ seed, ...MONTHS }))
    expect(lived.looks).toBe(MONTHS.days * 2 * 16)
    expect(lived.log.length).toBeGreaterThan(MONTHS.customers * 5)
  },
  240_000,
)

test('the same seed is the same year, to the last deed and fault; another is another', () => {
  const asked: Asked = { seed: 7, customers: 200, days: 365 }
  expect(writeYear(asked)).toEqual(writeYear(asked))
  expect(writeYear({ ...asked, seed: 8 })).not.toEqual(writeYear(asked))
})
