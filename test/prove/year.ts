import { appendFileSync, writeFileSync } from 'node:fs'
import { createTestBayar } from '../../src/testing/index.ts'
import { liveYear } from '../support/year/live.ts'
import { writeYear } from '../support/year/script.ts'
import { YEAR } from '../support/year/town.ts'

/** `npm run prove -- year [--seed N] [--customers 1000] [--days 365]`; each act as it is done goes to the file that `BAYAR_YEAR_LOG` names. */
export async function prove(args: readonly string[]): Promise<void> {
  const option = (name: string, otherwise: number) =>
    args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise
  const seed = option('--seed', Math.floor(Math.random() * 1e9))
  const asked = {
    seed,
    customers: option('--customers', 1000),
    days: option('--days', 365),
    daysBetweenDeeds: option('--days-between-deeds', 45),
  }
  console.log(`seed ${seed}: ${asked.customers} customers, ${asked.days} days`)
  const startedAt = performance.now()
  const file = process.env.BAYAR_YEAR_LOG
  if (file) writeFileSync(file, '')
  await using test = await createTestBayar(YEAR)
  const lived = await liveYear(test, writeYear(asked), {
    say: (line) => console.log(`${elapsed(startedAt)}  ${line}`),
    ...(file && { write: (line: string) => appendFileSync(file, `${line}\n`) }),
  })
  for (const [name, count] of [...lived.outcomes].toSorted())
    console.log(`${String(count).padStart(7)}  ${name}`)
  console.log(
    `${elapsed(startedAt)}: ${lived.log.length} acts, ${test.simulator.transactions().length} transactions, ${test.events.length} events, ${lived.looks} looks at the door: every law holds (seed ${seed}).`,
  )
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s`
}
