/** What most chores of the worker do: claim what is due for the length of a lease, and work on all of it at once. Whoever is killed in the middle leaves it to be due again when the lease ends. */
import { secondsAfter } from '../domain/clock.ts'
import type { Database } from '../store/database.ts'
import type { Context } from './context.ts'

const LEASE_SECONDS = 90

interface DueWork<Row> {
  claim(
    database: Database,
    options: { readonly at: Date; readonly leaseUntil: Date; readonly limit: number },
  ): Promise<readonly Row[]>
  /** What it throws ends the chore for this time: whatever can be said of one row alone is its own to catch. */
  each(context: Context, row: Row): Promise<void>
}

/** Returns how many were due. */
export async function workOffDue<Row>(
  context: Context,
  limit: number,
  { claim, each }: DueWork<Row>,
): Promise<number> {
  const at = context.clock.now()
  const due = await claim(context.database, { at, leaseUntil: secondsAfter(at, LEASE_SECONDS), limit })
  await Promise.all(due.map((row) => each(context, row)))
  return due.length
}
