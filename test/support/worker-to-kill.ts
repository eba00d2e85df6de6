/**
 * A worker in a process of its own, made to be killed. It says when it is up, takes one line of JSON that says whose work it does and where it stops, and works. A step is a statement or a request to Midtrans; at
 * the chosen one, before it is sent or after it was answered, the whole process stands still, says so, and waits for its death.
 */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import { composeBayar } from '../../src/bayar.ts'
import { silentLog } from '../../src/operations/log.ts'
import { type Guard, guardedPool } from './guarded-pool.ts'

export interface Moment {
  /** A request is a step, too. */
  readonly of: 'step' | 'request'
  readonly at: number
  readonly when: 'before' | 'after'
}

export interface WorkToDie {
  readonly databaseUrl: string
  readonly serverKey: string
  readonly gatewayUrl: string
  /** Its clock stands still. */
  readonly now: string
  readonly moment: Moment
}

const say = (line: string) => writeSync(1, `${line}\n`)
const parent = process.ppid
const standStill = () => {
  say('still')
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  // Should whoever was to kill it be gone, it goes too.
  while (process.ppid === parent) Atomics.wait(nobody, 0, 0, 1_000)
  process.exit(1)
}

function guards({ of, at, when }: Moment) {
  const count = { step: 0, request: 0 }
  let isCounting = false
  const guard =
    (kinds: readonly Moment['of'][]): Guard =>
    async (send) => {
      if (!isCounting) return send()
      for (const kind of kinds) count[kind]++
      const isHere = kinds.includes(of) && count[of] === at
      if (isHere && when === 'before') standStill()
      const answer = await send()
      if (isHere) standStill()
      return answer
    }
  return {
    statement: guard(['step']),
    request: guard(['step', 'request']),
    begin() {
      isCounting = true
    },
  }
}

async function work({ databaseUrl, serverKey, gatewayUrl, now, moment }: WorkToDie): Promise<void> {
  const { statement, request, begin } = guards(moment)
  const bayar = composeBayar(
    {
      database: guardedPool(databaseUrl, statement),
      directUrl: databaseUrl,
      serverKey,
      baseUrl: gatewayUrl,
      fetch: (input, init) => request(() => fetch(input, init)) as Promise<Response>,
      clock: { now: () => new Date(now) },
      log: silentLog,
    },
    { waiveDurability: true },
  )
  bayar.on('*', 'recorder', ({ event }) => say(`handled ${event.id}`))
  const worker = await bayar.work({ beat: false })
  // Who is killed writes nothing down at its end.
  flushCompileCache()
  // What is done before the first task is claimed is no step of it.
  begin()
  await worker.idle()
  say('idle')
}

const lines = createInterface({ input: process.stdin })
lines.once('close', () => process.exit(1))
lines.once('line', (line) => void work(JSON.parse(line) as WorkToDie))
say('up')
