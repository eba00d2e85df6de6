/** The one place where a subscription changes: its row, its history and what is told of it, in one transaction and under its lock. */
import type { EventType } from '../../domain/events.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findSubscriptionByReference,
  type SubscriptionChanges,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'

export interface ChangeCause {
  readonly source: 'answer' | 'look_up' | 'notification' | 'payment' | 'person' | 'clock'
  readonly paymentId?: string | null
  readonly notificationId?: string | null
  /** What Midtrans said, where no payment and no intent keeps it. */
  readonly document?: Uint8Array | null
}

/** Each event is a row of the history; without one there is a row that nobody is told of. The caller wakes the worker after its commit. */
export async function changeSubscription(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  given: SubscriptionChanges,
  { events, cause }: { readonly events: readonly EventType[]; readonly cause: ChangeCause },
): Promise<SubscriptionRow> {
  const changes = await withoutTakenReference(tx, row, given)
  const told: readonly (EventType | null)[] = events.length > 0 ? events : [null]
  const now = { ...row, ...changes, version: row.version + told.length, updated_at: context.clock.now() }
  await updateSubscription(tx, row.id, {
    ...changes,
    version: now.version,
    updated_at: now.updated_at,
  })
  await tell(
    context,
    tx,
    told.map((type, index) => ({
      id: uuidv7(),
      subjectId: row.id,
      sequence: row.version + 1 + index,
      type,
      previous: row.status,
      status: now.status,
      paymentId: cause.paymentId ?? null,
      notificationId: cause.notificationId ?? null,
      source: cause.source,
      document: cause.document ?? null,
    })),
  )
  return now
}

/** It was taken for never made, its reference was used again, and now it is there after all. Its money is recorded whatever the other is called. */
async function withoutTakenReference(
  tx: Transaction,
  { merchant, reference, status }: SubscriptionRow,
  changes: SubscriptionChanges,
): Promise<SubscriptionChanges> {
  const isRevived = status === 'failed' && changes.status !== undefined && changes.status !== 'failed'
  if (!isRevived || reference === null) return changes
  const other = await findSubscriptionByReference(tx, merchant, reference)
  return other ? { ...changes, reference: null } : changes
}
