/**
 * `check_pending_payments` over a million pending payments, all of them due (`checks: 'every-run'`): how long until all are queued, how long until all have been asked about, and what memory the worker needs
 * on the way. Midtrans answers at once in the same process, so the rate is what the sweep itself allows; a real one is slower by what Midtrans takes. Design §11 allows 200 MB.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from './main.ts'
import { startChild } from './support/child.ts'
import { onGround, say } from './support/ground.ts'
import { seedPayments, settle } from './support/seed.ts'
import { AMOUNT } from './support/sweep-amount.ts'
import { tableOf } from './support/table.ts'

const RSS_MOST_MB = 200
/** As docs/guides/operating.md advises where memory is scarce: unless told so, the engine keeps up to three times 32 MB for objects that are young, and takes them when there is much to do. */
const FLAGS = ['--max-semi-space-size=8']
const LOOK_EVERY_MS = 1_000
const PARTS = [0, 0.1, 0.25, 0.5, 0.75, 0.9]
const DONE = 2
const FAILED = 3

interface Seen {
  readonly seconds: number
  readonly asked: number
  readonly rssMb: number
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20)

export async function bench(options: BenchOptions): Promise<void> {
  const seen: Seen[] = []
  let peakMb = 0
  let queuedSeconds = 0
  let left = 0
  await onGround(async (ground) => {
    await seedPayments(ground.pool, 0, options.payments)
    for (const table of ['payments', 'attempts'])
      await ground.pool.query(`update bayar.${table} set gross_amount = ${AMOUNT}`)
    await settle(ground.pool)
    const begun = performance.now()
    const began = new Date()
    const child = await startChild('sweeper', { url: ground.url }, FLAGS)
    for (;;) {
      const now = await child.ask()
      const seconds = (performance.now() - begun) / 1000
      if (queuedSeconds === 0 && now.done! > 0) queuedSeconds = seconds
      peakMb = Math.max(peakMb, megabytes(now.peakRss!))
      seen.push({ seconds, asked: now.asked!, rssMb: megabytes(now.rss!) })
      if (now.state === FAILED) throw new Error('the sweep failed')
      if (now.state === DONE) break
      if (Math.floor(seconds) % 10 === 0)
        say(
          `${now.asked!.toLocaleString('en')} asked, ${megabytes(now.rss!)} MB after ${Math.round(seconds)} s`,
        )
      await pause(LOOK_EVERY_MS)
    }
    await child.end()
    const { rows } = await ground.pool.query<{ left: number }>(
      'select count(*)::int as left from bayar.open_payments where next_check_at <= $1',
      [began],
    )
    left = rows[0]!.left
  })
  const last = seen.at(-1)!
  const shown = [
    ...PARTS.map((part) => seen.find(({ asked }) => asked >= part * options.payments) ?? last),
    last,
  ]
  const told = {
    payments: options.payments,
    queuedSeconds,
    seconds: last.seconds,
    asked: last.asked,
    left,
    perSecond: Math.round(last.asked / last.seconds),
    peakMb,
    seen: shown,
  }
  if (options.json) console.log(JSON.stringify(told, null, 2))
  else {
    console.log(
      tableOf(
        ['asked about', 'after s', 'worker MB'],
        shown.map(({ asked, seconds, rssMb }) => [asked.toLocaleString('en'), Math.round(seconds), rssMb]),
      ),
    )
    console.log(
      `\nall queued after ${queuedSeconds.toFixed(0)} s · ${told.perSecond.toLocaleString('en')} a second · peak ${peakMb} MB (limit ${RSS_MOST_MB}) · ${left} left out`,
    )
  }
  if (peakMb > RSS_MOST_MB || left > 0 || last.asked < options.payments) process.exitCode = 1
}
