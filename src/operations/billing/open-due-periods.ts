/**
 * The periods that begin, a page in one transaction: each is written under its subscription's lock, and nobody is asked for money yet. What is written waits on the list of obligations, which all workers share. A
 * hundred thousand are due in the same hour, on the first of a month; one by one they are as many commits before the last of them is charged.
 */
import type { Transaction } from '../../store/database.ts'
import {
  type BilledCollection,
  claimDuePage,
  type DueSubscription,
  nextPeriodAsked,
} from '../../store/due-subscriptions.ts'
import { insertObligations, whoseIsOpen } from '../../store/obligations.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { newPeriod } from './open-period.ts'

const PAGE = 100

export interface OpenedPage {
  /** From where the next page is read; null when this was the last. */
  readonly after: DueSubscription | null
}

/** `at`: what is due by then. The odd ones (another plan from now on, a last cycle) are left to whoever looks at each. */
export async function openDuePage(
  context: Context,
  { at, after, collection }: { at: Date; after: DueSubscription | null; collection: BilledCollection },
): Promise<OpenedPage> {
  return context.database.transaction(async (tx) => {
    const page = await claimDuePage(tx, { at, after, collection, limit: PAGE })
    await openAll(context, tx, page, at)
    const last = page.at(-1)
    return {
      after:
        page.length < PAGE || !last?.next_charge_at
          ? null
          : { id: last.id, merchant: last.merchant, at: last.next_charge_at },
    }
  })
}

async function openAll(
  context: Context,
  tx: Transaction,
  page: readonly SubscriptionRow[],
  at: Date,
): Promise<void> {
  if (page.length === 0) return
  // A change of plan may have been begun between the look at the list and the locks.
  const open = await whoseIsOpen(
    tx,
    page.map(({ id }) => id),
  )
  const due = page.filter(({ id }) => !open.has(id))
  if (due.length === 0) return
  const now = context.clock.now()
  await insertObligations(
    tx,
    due.map((row) => newPeriod(row, at, now)),
  )
  await nextPeriodAsked(
    tx,
    due.map(({ id }) => id),
  )
}
