/**
 * The list of periods that wait for their first charge: written by the task that bills, by somebody who subscribed, or left by a process that died. The background of every worker takes from it, and so does the
 * task; each is claimed for the length of a lease, so that none of them charges what another is at.
 */
import { secondsAfter } from '../../domain/clock.ts'
import type { BilledCollection } from '../../store/due-subscriptions.ts'
import { claimObligationsToCharge } from '../../store/obligations.ts'
import type { Context } from '../context.ts'
import { chargeDue } from './charge-due.ts'
import { LEASE_SECONDS } from './end-charge.ts'
import { type Asking, CLAIMED, Sweep } from './sweep.ts'

const BY = 'process_due_subscriptions'
const COLLECTIONS: readonly BilledCollection[] = ['charge', 'wallet']

export interface Waiting {
  /** Those whose charge was due by then. */
  readonly at: Date
  readonly limit: number
  readonly isFirst: boolean
  readonly collection: BilledCollection
}

export function askingFor(collection: BilledCollection): Asking {
  return { asks: collection === 'wallet' ? 'nobody' : 'midtrans' }
}

export function claimToCharge(context: Context, sweep: Sweep, { collection, ...asked }: Waiting) {
  return claimObligationsToCharge(context.database, {
    ...asked,
    collection,
    without: askingFor(collection).asks === 'midtrans' ? sweep.passedOver() : [],
    leaseUntil: secondsAfter(context.clock.now(), LEASE_SECONDS),
  })
}

const TURNS = new WeakMap<Context, Promise<unknown>>()

/** Returns how many it claimed. The background and a task of one process take turns: no more are charged at once than one of them charges, and whoever finds the list empty knows that nothing of it is under way here. */
export function chargeWaitingPage(
  context: Context,
  sweep: Sweep,
  { at, collection }: Pick<Waiting, 'at' | 'collection'>,
): Promise<number> {
  const page = (TURNS.get(context) ?? Promise.resolve()).then(async () => {
    const claimed = await claimToCharge(context, sweep, { at, collection, isFirst: true, limit: CLAIMED })
    await sweep.each(claimed, (id) => chargeDue(context, id, BY), askingFor(collection))
    return claimed.length
  })
  TURNS.set(
    context,
    page.catch(() => {}),
  )
  return page
}

/** A chore of every worker. Returns how many were due. */
export async function chargeWaitingPeriods(context: Context): Promise<number> {
  let most = 0
  for (const collection of COLLECTIONS) {
    const sweep = new Sweep(context, null)
    if (sweep.mustRest(askingFor(collection))) continue
    most = Math.max(most, await chargeWaitingPage(context, sweep, { at: context.clock.now(), collection }))
  }
  return most
}
