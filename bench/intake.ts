/**
 * Intake, end to end: signed settlements over real HTTP, each of another pending payment, verified, judged and committed (fsync on) before the 200, while a worker in a process of its
 * own delivers every event to one `on` handler. Load generator, server, PostgreSQL and worker share the machine, so the rate is of all of them together; beside it stands what the same
 * machine can commit at all.
 */
import { cpus } from 'node:os'
import type { BenchOptions } from './main.ts'
import { type Child, startChild } from './support/child.ts'
import { type CommitRate, measureCommits } from './support/commit-rate.ts'
import { onGround, say } from './support/ground.ts'
import { chooseGenerator } from './support/load.ts'
import { Pending, RECENT } from './support/pending.ts'
import { RESERVATIONS } from './support/reserve-handler.ts'
import { type RowMeasured, runRow } from './support/run-row.ts'
import { settledNumbers } from './support/seed.ts'
import { tableOf } from './support/table.ts'
import { PARTIES } from './support/usage.ts'

interface Row {
  readonly name: string
  readonly connections: number
  /** Requests are prepared beforehand: more than can be sent. */
  readonly perSecondMost: number
  readonly lane: 'plain' | 'anywhere' | 'duplicates' | 'within'
}

// biome-ignore format: a table is read in columns
const ROWS: readonly Row[] = [
  { name: '1',          connections: 1,   perSecondMost: 4_000,  lane: 'plain' },
  { name: '8',          connections: 8,   perSecondMost: 12_000, lane: 'plain' },
  { name: '32',         connections: 32,  perSecondMost: 20_000, lane: 'plain' },
  { name: '64',         connections: 64,  perSecondMost: 25_000, lane: 'plain' },
  { name: '256',        connections: 256, perSecondMost: 30_000, lane: 'plain' },
  // Each payment from anywhere in the table, so that every page is touched, and logged whole, for one row: the dearest case.
  { name: 'anywhere',   connections: 64,  perSecondMost: 25_000, lane: 'anywhere' },
  { name: 'duplicates', connections: 64,  perSecondMost: 30_000, lane: 'duplicates' },
  { name: 'within',     connections: 64,  perSecondMost: 6_000,  lane: 'within' },
]
// Long enough for the engine to compile and the server to plan, as in a process that has run for a while.
const WARM_UP: Row = { name: 'warm-up', connections: 64, perSecondMost: 25_000, lane: 'plain' }
const WARM_UP_SECONDS = 10
const COMMIT_CONNECTIONS = [1, 8, 64]
const COMMIT_SECONDS = 2

export async function bench(options: BenchOptions): Promise<void> {
  const rows = ROWS.filter(({ name }) => options.rows.length === 0 || options.rows.includes(name))
  const generator = chooseGenerator(options.generator)
  await onGround(async (ground) => {
    const { rows: versions } = await ground.pool.query<{ version: string }>(
      `select format('%s, shared_buffers %s, fsync %s', current_setting('server_version'), current_setting('shared_buffers'), current_setting('fsync')) as version`,
    )
    say('Measuring what the machine can commit …')
    const commits = await measureCommits(ground.url, COMMIT_CONNECTIONS, COMMIT_SECONDS)
    await ground.pool.query(RESERVATIONS)

    const pending = new Pending(ground.pool)
    const start = (within: boolean) =>
      Promise.all([
        startChild('server', { url: ground.url, within }),
        startChild('worker', { url: ground.url, within }),
      ])
    const measure = async (row: Row, [server, worker]: [Child, Child], seconds: number) => {
      const repeats = row.lane === 'duplicates'
      if (!repeats) await pending.fill(options.payments, row.lane === 'anywhere' ? options.payments : RECENT)
      const most = row.perSecondMost * seconds
      const numbers = repeats ? await settledNumbers(ground.pool, most) : pending.draw(most)
      const measured = await runRow(
        { ground, server, worker, generator },
        {
          name: row.name,
          connections: row.connections,
          seconds,
          numbers,
          mayEnd: false,
          verdict: repeats ? 'duplicate' : 'processed',
          reserved: row.lane === 'within',
        },
      )
      if (!repeats) pending.used(measured.sent)
      return measured
    }

    const measured: RowMeasured[] = []
    let children = await start(false)
    await measure(WARM_UP, children, WARM_UP_SECONDS)
    for (const row of rows) {
      if (row.lane === 'within') {
        // Another deployment: a `within` handler must be in the code of every process that applies news.
        await Promise.all(children.map((child) => child.end()))
        children = await start(true)
      }
      measured.push(await measure(row, children, options.seconds))
    }
    await Promise.all(children.map((child) => child.end()))

    const machine = {
      cores: cpus().length,
      processor: cpus()[0]?.model.trim() ?? '',
      node: process.versions.node,
      postgres: versions[0]!.version,
      generator: generator.name,
      payments: options.payments,
      seconds: options.seconds,
    }
    console.log(
      options.json
        ? JSON.stringify({ machine, commits, rows: measured }, null, 2)
        : report(machine, commits, measured),
    )
  })
}

function report(
  machine: Readonly<Record<string, string | number>>,
  commits: readonly CommitRate[],
  measured: readonly RowMeasured[],
): string {
  const { cores, processor, node, postgres, generator, payments, seconds } = machine
  return [
    `Intake: ${cores} cores of ${processor} shared by all, Node ${node}, PostgreSQL ${postgres}, ${generator},`,
    `${payments!.toLocaleString('en')} pending payments, ${seconds} s a row. Every acknowledged notification was found applied, told and delivered once.`,
    '',
    tableOf(
      ['connections', 'requests/s', 'p50 ms', 'p99 ms', 'drain ms', 'to handler p50 ms'],
      measured.map((row) => [
        nameOf(row),
        row.perSecond,
        row.p50Ms,
        row.p99Ms,
        row.drainLagMs,
        row.handlerP50Ms,
      ]),
    ),
    '',
    'Single-statement durable commits of this machine, one insert each:',
    '',
    tableOf(
      ['connections', 'commits/s'],
      commits.map(({ connections, perSecond }) => [String(connections), perSecond]),
    ),
    '',
    'Processor microseconds for each notification:',
    '',
    tableOf(
      ['connections', ...PARTIES, 'all', 'taken by others'],
      measured.map((row) => [
        nameOf(row),
        ...PARTIES.map((party) => row.microseconds[party]),
        PARTIES.reduce((sum, party) => sum + row.microseconds[party], 0),
        `${Math.round(row.others * 100)} %`,
      ]),
    ),
  ].join('\n')
}

/** The two special lanes, with the connections they were asked through. */
function nameOf({ name, connections }: RowMeasured): string {
  return name === String(connections) ? name : `${connections}, ${name}`
}
