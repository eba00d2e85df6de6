/**
 * `npm run bench -- NAME`: measurements against the limits of this very machine, taken in the same run, because a number
 * alone says more about the machine than about the code. Tables go to stdout, progress to stderr.
 */
import { parseArgs } from 'node:util'

interface Bench {
  readonly says: string
  /** Unless it is said; 300,000. */
  readonly payments?: number
  load(): Promise<{ bench: (options: BenchOptions) => Promise<void> }>
}

export interface BenchOptions {
  readonly seconds: number
  readonly payments: number
  readonly json: boolean
  /** Only these rows, by name. */
  readonly rows: readonly string[]
  readonly generator: 'wrk' | 'own' | null
}

const BENCHES: Readonly<Record<string, Bench>> = {
  intake: {
    says: 'signed settlements from HTTP to the commit, with a worker draining, beside the machine’s own commit rate',
    load: () => import('./intake.ts'),
  },
  billing: {
    says: 'a hundred thousand due subscriptions billed by four workers of which one is killed: each once, rate and memory',
    payments: 100_000,
    load: () => import('./billing.ts'),
  },
  growth: {
    says: 'the cost of one notification with 10 thousand payments and with a million',
    load: () => import('./growth.ts'),
  },
  reconcile: {
    says: 'a hundred thousand payments held against the simulator: rate, and memory at the beginning and at most',
    load: () => import('./reconcile.ts'),
  },
  sweep: {
    says: 'check_pending_payments over a million pending payments: time, rate and the worker’s memory',
    payments: 1_000_000,
    load: () => import('./sweep.ts'),
  },
  simulator: {
    says: 'charges per second of the simulator, and the memory of a million transactions',
    load: () => import('./simulator.ts'),
  },
}

const USAGE = `npm run bench -- NAME [--seconds 8] [--payments 300000 | --count 300000] [--rows 64,256] [--generator wrk|own] [--json]
`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    payments: { type: 'string' },
    /** The same, where what is counted are no payments. */
    count: { type: 'string' },
    rows: { type: 'string', default: '' },
    generator: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const bench = BENCHES[positionals[0] ?? '']
const seconds = Number(values.seconds)
const payments = Number(values.count ?? values.payments ?? bench?.payments ?? 300_000)
const generator = values.generator ?? null
const isUnderstood =
  seconds >= 1 &&
  seconds <= 600 &&
  payments >= 1_000 &&
  payments <= 50_000_000 &&
  (generator === null || generator === 'wrk' || generator === 'own')

if (bench && isUnderstood) {
  const { bench: run } = await bench.load()
  await run({ seconds, payments, generator, json: values.json, rows: values.rows.split(',').filter(Boolean) })
} else {
  console.error(USAGE)
  for (const [name, { says }] of Object.entries(BENCHES)) console.error(`  ${name.padEnd(10)} ${says}`)
  process.exitCode = 2
}
