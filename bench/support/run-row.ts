/** One row: load, wait until the worker has drained, check the books. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkBooks } from './books.ts'
import type { Child } from './child.ts'
import { type Ground, say } from './ground.ts'
import { type Generator, type Loaded, load } from './load.ts'
import { writeRequests } from './settlements.ts'
import { type Party, Usage } from './usage.ts'

export interface RowAsked {
  readonly name: string
  readonly connections: number
  readonly seconds: number
  readonly numbers: readonly number[]
  /** The requests may run out before the time is over. */
  readonly mayEnd: boolean
  readonly verdict: 'processed' | 'duplicate'
  readonly reserved: boolean
}

export interface RowMeasured {
  readonly name: string
  readonly connections: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly answers: number
  /** From the last answer until the worker had delivered everything. */
  readonly drainLagMs: number
  /** From the instant of the commit to the handler. */
  readonly handlerP50Ms: number
  readonly microseconds: Readonly<Record<Party, number>>
  /** The share of the machine that other programs took meanwhile. */
  readonly others: number
  /** Numbers of the payments whose settlement was sent. */
  readonly sent: number
}

export interface Stage {
  readonly ground: Ground
  readonly server: Child
  readonly worker: Child
  readonly generator: Generator
}

const DRAIN_MAX_MS = 120_000

export async function runRow(stage: Stage, asked: RowAsked): Promise<RowMeasured> {
  const { ground, server, worker, generator } = stage
  const { connections, seconds } = asked
  const port = server.ready.port!
  const requests = writeRequests(join(ground.folder, 'requests'), asked.numbers, port)
  say(`${asked.name}: ${seconds} s at ${connections} ${connections === 1 ? 'connection' : 'connections'} …`)

  const since = new Date()
  const handledBefore = (await worker.ask()).handled!
  const usage = await Usage.start(ground, server, worker)
  const loaded = await load(generator, {
    port,
    connections,
    seconds,
    requests,
    answersPath: join(ground.folder, 'answers'),
  })
  const drainLagMs = await drained(stage)
  const { each, others } = await usage.stop(loaded.answers, loaded.cpu)
  const told = await worker.ask()

  const { stored, mistakes } = await checkBooks(ground.pool, {
    acknowledged: loaded.acknowledged,
    verdict: asked.verdict,
    since,
    connections,
    reserved: asked.reserved,
  })
  const owed = asked.verdict === 'processed' ? stored : 0
  const handled = told.handled! - handledBefore
  const wrong = handled === owed ? mistakes : [...mistakes, `${handled} handled where ${owed} were owed`]
  refuseBad(asked, loaded, wrong)
  return {
    name: asked.name,
    connections,
    perSecond: Math.round(loaded.answers / loaded.seconds),
    p50Ms: loaded.p50Ms,
    p99Ms: loaded.p99Ms,
    answers: loaded.answers,
    drainLagMs,
    handlerP50Ms: told.delayP50Ms!,
    microseconds: each,
    others,
    sent: loaded.sent,
  }
}

function refuseBad(asked: RowAsked, loaded: Loaded, mistakes: readonly string[]): void {
  const wrong = [...mistakes]
  if (loaded.errors > 0) wrong.push(`${loaded.errors} connections failed`)
  if (loaded.refused > 0) wrong.push(`${loaded.refused} answers were not 200`)
  if (loaded.ended && !asked.mayEnd) wrong.push(`the ${asked.numbers.length} requests prepared were too few`)
  if (wrong.length > 0) throw new Error(`row ${asked.name} is void: ${wrong.join('; ')}`)
}

/**
 * A request that had no answer when the time was over may still be committed, so the server must be quiet as well as the worker: twice in a row, because it may be between its two
 * statements.
 */
async function drained({ ground }: Stage): Promise<number> {
  const startedAt = performance.now()
  let quietAt: number | null = null
  for (;;) {
    const { rows } = await ground.pool.query<{ busy: boolean }>(
      `select exists (select from bayar.deliveries where state = 'waiting')
           or exists (select from pg_stat_activity where application_name = 'bayar server' and state = 'active') as busy`,
    )
    const now = performance.now()
    if (rows[0]!.busy) quietAt = null
    else if (quietAt !== null) return Math.round(quietAt - startedAt)
    else quietAt = now
    if (now - startedAt > DRAIN_MAX_MS) throw new Error('the worker did not drain within two minutes')
    await pause(quietAt === null ? 10 : 50)
  }
}
