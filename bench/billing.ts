/**
 * A hundred thousand members whose month is over, billed by four workers of which one is killed in the middle: how many a second, what memory each worker takes, and what the others took over. Midtrans is
 * the simulator in a process of its own, which answers at once, so the rate is what bayar and PostgreSQL allow; its notices are switched off, because nothing here waits for one. Afterwards our books and
 * Midtrans's ledger must say that each was charged once, or there is no figure.
 *
 * What the killed one had claimed waits for its lease (five minutes), what it had sent for its check (35 s): the rate is taken up to the moment at which nothing but that is left.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from './main.ts'
import { checkBilled } from './support/billed.ts'
import { type Child, startChild } from './support/child.ts'
import { built, type Ground, named, onGround, SERVER_KEY, say } from './support/ground.ts'
import { seedMembers } from './support/members.ts'
import { Spent } from './support/spent.ts'
import { tableOf } from './support/table.ts'

const WORKERS = 4
const CARDS = 100
/** The first looks are the beginning: everything is loaded by then, and nothing has grown. */
const BEGINNING = 0.1
const KILLED_AT = 0.4
const LOOK_EVERY_MS = 1_000
/** What the living had in hand when the other was killed is done by then. */
const SETTLED_MS = 5_000
const FLAGS = ['--max-semi-space-size=8']
const TASKS = ['process_due_subscriptions', 'process_wallet_billing'] as const

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20)

interface Seen {
  readonly earlyMb: number
  readonly lastMb: number
  readonly peakMb: number
}

export async function bench(options: BenchOptions): Promise<void> {
  const count = options.payments
  await onGround(async (ground) => {
    const [cardsFile, ledgerFile] = [join(ground.folder, 'cards'), join(ground.folder, 'ledger')]
    const midtrans = await startChild('midtrans', { cards: CARDS, cardsFile, ledgerFile })
    await seedMembers(ground.pool, count, readFileSync(cardsFile, 'utf8').trim().split('\n'))
    const port = midtrans.ready.port!
    const workers: Child[] = []
    for (let number = 0; number < WORKERS; number++)
      workers.push(await startChild('biller', { url: ground.url, port }, FLAGS))
    const spent = await Spent.start(ground, {
      workers: workers.map(({ pid }) => pid),
      Midtrans: [midtrans.pid],
    })
    await beginTasks(ground)
    const told = await watch({ ground, workers, spent }, count)
    await finished(ground)
    for (const worker of told.living) await worker.end()
    await midtrans.end()
    say('Holding our books against Midtrans’s ledger …')
    const transactions = await checkBilled(ground.pool, ledgerFile)
    show(options, { ...told, transactions }, count)
  })
}

/** As a beat puts them off: one run of each, for whoever is free. */
async function beginTasks({ url }: Ground): Promise<void> {
  const { createBayar } = await built<typeof import('../src/bayar.ts')>('bayar.js')
  const bayar = createBayar({ database: named(url, 'bench'), serverKey: SERVER_KEY })
  for (const name of TASKS) await bayar.tasks.delay(name)
  await bayar.close()
}

/** A wallet that the killed one had debited has no invoice yet: the next run of the hour writes it, when its lease is over. */
async function finished(ground: Ground): Promise<void> {
  for (;;) {
    const { rows } = await ground.pool.query<{ left: number; due: number }>(
      'select count(*)::int as left, (count(*) filter (where close_at <= now()))::int as due from bayar.obligations where close_at is not null',
    )
    const { left, due } = rows[0]!
    if (left === 0) return
    say(`${left} invoices of the killed one are left`)
    if (due > 0) await beginTasks(ground)
    await pause(SETTLED_MS)
  }
}

interface Told {
  readonly living: readonly Child[]
  readonly seen: readonly Seen[]
  readonly perSecond: number
  readonly seconds: number
  readonly tailSeconds: number
  /** Microseconds of processor time for each that was billed. */
  readonly microseconds: Readonly<Record<string, number>>
  /** What the killed one had claimed and not begun, and what it had sent without hearing the answer. */
  readonly claimed: number
  readonly sent: number
}

interface Watched {
  readonly ground: Ground
  readonly workers: readonly Child[]
  readonly spent: Spent
}

async function watch({ ground, workers, spent }: Watched, count: number): Promise<Told> {
  const startedAt = performance.now()
  const since = () => (performance.now() - startedAt) / 1_000
  const early = new Map<Child, number>()
  const last = new Map<Child, number>()
  const peak = new Map<Child, number>()
  let living = workers
  let held = { claimed: 0, sent: 0 }
  let rateEnds: { seconds: number; billed: number; microseconds: Readonly<Record<string, number>> } | null =
    null
  for (;;) {
    const { billed, left, held: waits } = await progressOf(ground, count)
    await spent.look()
    for (const worker of living) {
      const { rss, peakRss } = await worker.ask()
      if (billed <= count * BEGINNING || !early.has(worker)) early.set(worker, megabytes(peakRss!))
      last.set(worker, megabytes(rss!))
      peak.set(worker, megabytes(peakRss!))
    }
    say(`${billed.toLocaleString('en')} billed after ${Math.round(since())} s, ${left} in hand`)
    if (living.length === WORKERS && billed >= count * KILLED_AT) {
      const killed = living[0]!
      await killed.kill()
      living = living.slice(1)
      held = await heldBy(ground)
      say(`One was killed: it held ${held.claimed} claims and ${held.sent} charges without an answer.`)
    }
    if (rateEnds === null && living.length < WORKERS && billed + waits >= count)
      rateEnds = { seconds: since(), billed, microseconds: spent.each(billed) }
    if (left === 0 && billed === count) break
    await pause(LOOK_EVERY_MS)
  }
  const { billed, ...ends } = rateEnds ?? {
    seconds: since(),
    billed: count,
    microseconds: spent.each(count),
  }
  const seen = workers.map((worker) => ({
    earlyMb: early.get(worker)!,
    lastMb: last.get(worker)!,
    peakMb: peak.get(worker)!,
  }))
  const perSecond = Math.round(billed / ends.seconds)
  return { living, seen, perSecond, ...ends, tailSeconds: since() - ends.seconds, ...held }
}

/** From the work lists, which are short where nothing is left. `held`: what waits for the lease or the check of somebody who may be dead. */
async function progressOf(
  { pool }: Ground,
  count: number,
): Promise<{ billed: number; left: number; held: number }> {
  const { rows } = await pool.query<{ due: number; waiting: number; sent: number; held: number }>(
    `select (select count(*)::int from bayar.subscriptions where collection <> 'native' and status in ('trialing', 'active') and next_charge_at <= now() and not cancel_at_period_end) as due,
            (select count(*)::int from bayar.obligations where charge_at is not null) as waiting,
            (select count(*)::int from bayar.intents where state = 'sent') as sent,
            (select count(*)::int from bayar.obligations where charge_at > now() and updated_at < now() - interval '4 seconds')
              + (select count(*)::int from bayar.intents where state = 'sent' and sent_at < now() - interval '4 seconds') as held`,
  )
  const { due, waiting, sent, held } = rows[0]!
  return { billed: count - due - waiting - sent, left: waiting + sent, held }
}

/** What is still in the same hands a few seconds later was in those of the dead. */
async function heldBy({ pool }: Ground): Promise<{ claimed: number; sent: number }> {
  const { rows: times } = await pool.query<{ at: Date }>('select clock_timestamp() as at')
  await pause(SETTLED_MS)
  const { rows } = await pool.query<{ claimed: number; sent: number }>(
    `select (select count(*)::int from bayar.obligations where charge_at > clock_timestamp() and charge_at <= $1::timestamptz + interval '5 minutes' and status = 'open') as claimed,
            (select count(*)::int from bayar.intents where state = 'sent' and sent_at <= $1) as sent`,
    [times[0]!.at],
  )
  return rows[0]!
}

function show(options: BenchOptions, told: Told & { readonly transactions: number }, count: number): void {
  const { living: _, ...shown } = told
  const { seen, perSecond, seconds, tailSeconds, claimed, sent, transactions } = shown
  if (options.json) {
    console.log(JSON.stringify({ count, ...shown }, null, 2))
    return
  }
  console.log(
    tableOf(
      ['worker', 'MB at the beginning', 'MB at the end', 'MB at most'],
      seen.map(({ earlyMb, lastMb, peakMb }, index) => [
        index === 0 ? 'killed' : String(index),
        earlyMb,
        lastMb,
        peakMb,
      ]),
    ),
  )
  console.log(
    `\n${count.toLocaleString('en')} billed, each once, ${transactions.toLocaleString('en')} of them by Midtrans · ${perSecond} a second for ${seconds.toFixed(0)} s, and ${tailSeconds.toFixed(0)} s more for the leases of the dead · taken over: ${claimed} claims and ${sent} charges without an answer`,
  )
  const each = Object.entries(shown.microseconds).map(
    ([who, spent]) => `${who} ${spent.toLocaleString('en')}`,
  )
  console.log(`µs of processor time for each: ${each.join(' · ')}`)
}
