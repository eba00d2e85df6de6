/** A reconciliation of many payments against the simulator over HTTP: how many a second, and whether its memory is as flat at the end as at the beginning. */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { BenchOptions } from './main.ts'
import { startChild } from './support/child.ts'
import { onGround, say } from './support/ground.ts'
import { seedPayments, settle } from './support/seed.ts'
import { tableOf } from './support/table.ts'

const PAYMENTS = 100_000
const PAID_EVERY = 100
const CHUNK = 20_000

export async function bench(options: BenchOptions): Promise<void> {
  const payments = Math.min(options.payments, PAYMENTS)
  await onGround(async (ground) => {
    const file = join(ground.folder, 'transactions')
    say(`Charging ${payments.toLocaleString('en')} orders at the simulator …`)
    const gateway = await startChild('gateway', { payments, paidEvery: PAID_EVERY, file })
    await seedPayments(ground.pool, 0, payments)
    await nameTransactions(ground.pool, file)
    await settle(ground.pool)
    const child = await startChild('reconcile', { url: ground.url, port: gateway.ready.port })
    let told = child.ready
    while (told.finished !== 1) {
      await pause(1_000)
      told = await child.ask()
      say(`${told.compared!.toLocaleString('en')} compared, ${told.mostMb} MB`)
    }
    await child.end()
    const row = {
      payments: told.compared!,
      differences: told.differences!,
      perSecond: Math.round(told.compared! / told.seconds!),
      residentQuarterMb: told.earlyMb!,
      residentMostMb: told.mostMb!,
    }
    if (row.differences !== Math.ceil(payments / PAID_EVERY))
      throw new Error(`It found ${row.differences} differences of ${Math.ceil(payments / PAID_EVERY)}.`)
    console.log(
      options.json
        ? JSON.stringify(row, null, 2)
        : tableOf(
            ['payments', 'differences', 'payments/s', 'MB at a quarter', 'MB at most'],
            [
              [
                row.payments.toLocaleString('en'),
                row.differences,
                row.perSecond,
                row.residentQuarterMb,
                row.residentMostMb,
              ],
            ],
          ),
    )
  })
}

/** The seeded payments get the transactions that the simulator made of their orders. */
async function nameTransactions(pool: pg.Pool, file: string): Promise<void> {
  let first = 0
  let ids: string[] = []
  const write = async () => {
    await pool.query(
      `update bayar.attempts a set transaction_id = given.id
         from unnest($1::text[]) with ordinality as given(id, place)
         join bayar.payments p on p.merchant = 'default' and p.order_id = 'BENCH-' || lpad(($2::int + place - 1)::text, 12, '0')
        where a.payment_id = p.id`,
      [ids, first],
    )
    first += ids.length
    ids = []
  }
  for await (const line of createInterface({ input: createReadStream(file) })) {
    ids.push(line)
    if (ids.length === CHUNK) await write()
  }
  if (ids.length > 0) await write()
}
