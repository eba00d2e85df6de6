import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import type { Simulator } from '../../../src/simulator/index.ts'
import type { Database } from '../../../src/store/database.ts'

export interface World {
  readonly simulator: Simulator
  /** Past bayar. */
  readonly direct: Database
}

export interface Aftermath extends World {
  /** Of the process that took over. */
  readonly bayar: Bayar
  /** Whoever died before that has asked for nothing. */
  readonly wasPutOff: boolean
  /** What is under way ends, and so much time passes. */
  passes(seconds: number): Promise<void>
}

/** A shop in which a task has something to do, and what the books must say when it was done: by whoever began it, or by the next one. */
export interface TaskStory {
  /** By a process that lives. Notices may be held back from here on; after the task they come, late. */
  before(bayar: Bayar, world: World): Promise<unknown>
  /** What the task is given. */
  given?(world: World): unknown
  end(after: Aftermath): Promise<void>
}

/** How often each event was told, of all that is in the books. */
export async function told({ direct }: World): Promise<Readonly<Record<string, number>>> {
  const { rows } = await direct.query<{ type: string; count: number }>(
    'select type, count(*)::int as count from bayar.events where type is not null group by type order by type',
  )
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]))
}

/** What has become of each transaction at Midtrans, the order of them aside. */
export function atMidtrans({ simulator }: Pick<World, 'simulator'>): readonly string[] {
  return simulator
    .transactions()
    .map(({ status }) => status)
    .toSorted()
}

/** How many transactions the customers have paid. */
export function moneyTaken(world: World): number {
  return atMidtrans(world).filter((status) => status === 'capture' || status === 'settlement').length
}

export async function expectRows(
  { direct }: World,
  query: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  expect((await direct.query(query)).rows).toEqual(rows)
}
