/** What one notification costs as the tables grow: processor time and rate at the same load, with ten thousand payments and with ever more. Design §11 allows 15 % from the first to the last. */
import type { BenchOptions } from './main.ts'
import { startChild } from './support/child.ts'
import { onGround } from './support/ground.ts'
import { chooseGenerator } from './support/load.ts'
import { Pending, RECENT } from './support/pending.ts'
import { type RowMeasured, runRow } from './support/run-row.ts'
import { tableOf } from './support/table.ts'
import { PARTIES } from './support/usage.ts'

const SIZES = [10_000, 100_000, 1_000_000]
const CONNECTIONS = 64
/** The smallest has no more notifications than this. */
const SECONDS_MOST = 8
/** Requests are prepared beforehand: more than can be sent, but not a million for a few seconds. */
const PER_SECOND_MOST = 25_000
const WARM_UP_SECONDS = 3

export async function bench(options: BenchOptions): Promise<void> {
  // The smallest table runs out of pending payments before the time is over, which only our own generator understands.
  const generator = chooseGenerator('own')
  const sizes = SIZES.filter((size) => options.rows.length === 0 || options.rows.includes(String(size)))
  if (sizes.length === 0) throw new Error(`the rows of growth are ${SIZES.join(', ')}`)
  const measured: (RowMeasured & { readonly payments: number })[] = []
  await onGround(async (ground) => {
    const [server, worker] = await Promise.all([
      startChild('server', { url: ground.url, within: false }),
      startChild('worker', { url: ground.url, within: false }),
    ])
    const pending = new Pending(ground.pool)
    const measure = async (payments: number, seconds: number) => {
      await pending.fill(payments, RECENT)
      const row = await runRow(
        { ground, server, worker, generator },
        {
          name: payments.toLocaleString('en'),
          connections: CONNECTIONS,
          seconds,
          numbers: pending.draw(Math.min(payments, PER_SECOND_MOST * seconds)),
          mayEnd: true,
          verdict: 'processed',
          reserved: false,
        },
      )
      pending.used(row.sent)
      return row
    }
    await measure(sizes[0]!, WARM_UP_SECONDS)
    for (const payments of sizes)
      measured.push({ payments, ...(await measure(payments, Math.min(options.seconds, SECONDS_MOST))) })
  })
  const cost = (row: RowMeasured) =>
    PARTIES.filter((party) => party !== 'generator').reduce((sum, party) => sum + row.microseconds[party], 0)
  const first = cost(measured[0]!)
  console.log(
    options.json
      ? JSON.stringify({ rows: measured }, null, 2)
      : tableOf(
          [
            'payments',
            'requests/s',
            'p50 ms',
            'p99 ms',
            'microseconds each',
            'to the first',
            'taken by others',
          ],
          measured.map((row) => [
            row.name,
            row.perSecond,
            row.p50Ms,
            row.p99Ms,
            cost(row),
            `${Math.round((cost(row) / first) * 100)} %`,
            `${Math.round(row.others * 100)} %`,
          ]),
        ),
  )
}
