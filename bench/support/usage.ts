/**
 * Who used the processors during a row: each process by its pid, PostgreSQL's by the name of whom they serve. Looked at all the time, because what a process used is gone with it, and
 * connections come and go. What is left over belongs to others on this machine: with much of it, a row says little.
 */
import { cpus } from 'node:os'
import type { Child } from './child.ts'
import { cpuOf, cpuOfMachine, microseconds, type Ticks } from './cpu.ts'
import type { Ground } from './ground.ts'

export const PARTIES = [
  'server',
  'its postgres',
  'worker',
  'the worker’s postgres',
  'postgres itself',
  'generator',
] as const
export type Party = (typeof PARTIES)[number]

const LOOK_EVERY_MS = 250

interface Seen {
  readonly party: Party
  readonly first: Ticks
  last: Ticks
}

export class Usage {
  readonly #ground: Ground
  readonly #fixed: ReadonlyMap<number, Party>
  readonly #seen = new Map<number, Seen>()
  readonly #startedAt = performance.now()
  readonly #machineAtStart = cpuOfMachine()
  readonly #ownAtStart = process.cpuUsage()
  readonly #timer: NodeJS.Timeout

  private constructor(ground: Ground, fixed: ReadonlyMap<number, Party>) {
    this.#ground = ground
    this.#fixed = fixed
    this.#timer = setInterval(() => void this.#look(true).catch(() => undefined), LOOK_EVERY_MS)
  }

  static async start(ground: Ground, server: Child, worker: Child): Promise<Usage> {
    const usage = new Usage(
      ground,
      new Map<number, Party>([
        [server.pid, 'server'],
        [worker.pid, 'worker'],
        [ground.postgresPid, 'postgres itself'],
      ]),
    )
    await usage.#look(false)
    return usage
  }

  /** Microseconds of each party for one of so many notifications, and the share of the machine that went to strangers. */
  async stop(
    notifications: number,
    generator: Ticks,
  ): Promise<{ each: Readonly<Record<Party, number>>; others: number }> {
    clearInterval(this.#timer)
    await this.#look(true)
    const used = new Map<Party, Ticks>(PARTIES.map((party) => [party, 0]))
    used.set('generator', generator)
    for (const { party, first, last } of this.#seen.values())
      used.set(party, used.get(party)! + Math.max(0, last - first))
    const all = [...used.values()].reduce((sum, ticks) => sum + ticks, 0)
    const own = process.cpuUsage(this.#ownAtStart)
    const strangers = microseconds(cpuOfMachine() - this.#machineAtStart - all) - (own.user + own.system)
    const available = (performance.now() - this.#startedAt) * 1_000 * cpus().length
    const each = [...used].map(([party, ticks]) => [
      party,
      Math.round(microseconds(ticks) / Math.max(1, notifications)),
    ])
    return {
      each: Object.fromEntries(each) as Record<Party, number>,
      others: Math.max(0, strangers) / available,
    }
  }

  /** A process that came after the beginning used all that it has for this row. */
  async #look(hasBegun: boolean): Promise<void> {
    for (const [pid, party] of [...this.#fixed, ...(await this.#backends())]) {
      const now = cpuOf(pid)
      const seen = this.#seen.get(pid)
      if (!seen) this.#seen.set(pid, { party, first: hasBegun ? 0 : now, last: now })
      else if (now > seen.last) seen.last = now
    }
  }

  async #backends(): Promise<[number, Party][]> {
    const { rows } = await this.#ground.pool.query<{ pid: number; party: Party }>(
      `select pid, case application_name when 'bayar server' then $1 when 'bayar worker' then $2 else $3 end as party
         from pg_stat_activity where application_name not in ('bayar bench', 'bayar commits')`,
      ['its postgres', 'the worker’s postgres', 'postgres itself'] satisfies Party[],
    )
    return rows.map(({ pid, party }) => [pid, party])
  }
}
