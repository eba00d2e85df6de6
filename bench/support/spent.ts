/** Processor time of those who work, looked at again and again, because what a connection of PostgreSQL's used is gone with it. It says more than a rate on a machine that others use, too. */
import { cpuOf, microseconds, type Ticks } from './cpu.ts'
import type { Ground } from './ground.ts'

interface Seen {
  readonly first: Ticks
  last: Ticks
}

export class Spent {
  readonly #ground: Ground
  readonly #groups: Readonly<Record<string, readonly number[]>>
  readonly #seen = new Map<string, Map<number, Seen>>()

  private constructor(ground: Ground, groups: Readonly<Record<string, readonly number[]>>) {
    this.#ground = ground
    this.#groups = groups
  }

  /** Processes by what they are; PostgreSQL's are found by themselves. */
  static async start(ground: Ground, groups: Readonly<Record<string, readonly number[]>>): Promise<Spent> {
    const spent = new Spent(ground, groups)
    await spent.look()
    return spent
  }

  async look(): Promise<void> {
    for (const [group, pids] of Object.entries(this.#groups)) this.#note(group, pids)
    const { rows } = await this.#ground.pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name <> 'bayar bench'`,
    )
    this.#note(
      'PostgreSQL',
      rows.map(({ pid }) => pid),
    )
  }

  /** Microseconds of each group for one of so many. */
  each(count: number): Readonly<Record<string, number>> {
    const told = [...this.#seen].map(([group, processes]) => {
      const ticks = [...processes.values()].reduce(
        (sum, { first, last }) => sum + Math.max(0, last - first),
        0,
      )
      return [group, Math.round(microseconds(ticks) / count)] as const
    })
    return Object.fromEntries(told)
  }

  #note(group: string, pids: readonly number[]): void {
    const processes = this.#seen.get(group) ?? new Map<number, Seen>()
    this.#seen.set(group, processes)
    for (const pid of pids) {
      const now = cpuOf(pid)
      const seen = processes.get(pid)
      if (!seen) processes.set(pid, { first: now, last: now })
      // One that has ended says 0.
      else if (now > seen.last) seen.last = now
    }
  }
}
