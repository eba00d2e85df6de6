/**
 * Some months of a simulated year; the whole of it is `npm run prove -- year`. A seed that fails is in the name of its test: `npm run prove -- year --seed N --customers N --days N --days-between-deeds N` lives it again,
 * and `BAYAR_YEAR_LOG` names a file for everything that is done.
 */
import { expect, test } from 'vitest'
import { kit } from '../../support/kit.ts'
import { liveYear } from '../../support/year/live.ts'
import { type Asked, LOOKS, STEPS_A_DAY, writeYear } from '../../support/year/script.ts'
import { YEAR } from '../../support/year/town.ts'

const MONTHS = { customers: 40, days: 75, daysBetweenDeeds: 6 }

/** The same in every run; ones that nobody has seen before are for `npm run prove -- year`. */
const SEEDS = [1, 20_261_120]

test.each(SEEDS)(
  `seed %i: whatever ${MONTHS.customers} customers do in ${MONTHS.days} days, every law of the books holds`,
  async (seed) => {
    console.log(`seed ${seed}`)
    await using shop = await kit(YEAR)
    const lived = await liveYear(shop, writeYear({ seed, ...MONTHS }))
    expect(lived.looks).toBe(MONTHS.days * STEPS_A_DAY * LOOKS)
    expect(lived.log.length).toBeGreaterThan(MONTHS.customers * 5)
  },
  240_000,
)

test('the same seed is the same year, to the last deed and fault; another is another', () => {
  const asked: Asked = { seed: 7, customers: 200, days: 365 }
  expect(writeYear(asked)).toEqual(writeYear(asked))
  expect(writeYear({ ...asked, seed: 8 })).not.toEqual(writeYear(asked))
})
