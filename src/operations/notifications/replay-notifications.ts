/**
 * Judges stored notifications again: one, a range or a filter. Nothing is believed twice: what changed nothing then changes nothing now, and only what really changes is told.
 * A notice whose signature did not verify is verified again with today's keys: that is what it was kept for.
 */
import { BayarError } from '../../errors.ts'
import { readDocument, signedFields } from '../../gateway/read-document.ts'
import { matchKey } from '../../gateway/signature.ts'
import {
  findNotification,
  listNotifications,
  type NotificationFilter,
  type NotificationRow,
  queueNotification,
  trustNotification,
} from '../../store/notifications.ts'
import type { NotificationStatus } from '../../store/write-advances.ts'
import type { Context } from '../context.ts'
import { applyNotification } from './apply-notification.ts'
import { keysOf } from './receive-notification.ts'

const PAGE = 200

export interface Replayed {
  readonly id: string
  readonly orderId: string | null
  readonly before: NotificationStatus
  readonly status: NotificationStatus
  readonly error: string | null
}

export async function replayNotification(
  context: Context,
  id: string,
  options: { withoutHandlers?: boolean } = {},
): Promise<Replayed> {
  const notice = await findNotification(context.database, id)
  if (!notice) throw new BayarError('notification_not_found', id)
  return replayOne(context, notice, options)
}

/** Oldest first, page by page: memory is flat however many there are. `after` goes on behind the last one of an earlier run. */
export async function* replayNotifications(
  context: Context,
  filter: NotificationFilter,
  options: { withoutHandlers?: boolean; after?: string } = {},
): AsyncGenerator<Replayed> {
  for (let after: string | null = options.after ?? null; ; ) {
    const page: readonly NotificationRow[] = await listNotifications(context.database, {
      filter,
      after,
      limit: PAGE,
      descending: false,
    })
    for (const notice of page.slice(0, PAGE)) yield await replayOne(context, notice, options)
    if (page.length <= PAGE) return
    after = page[PAGE - 1]!.id
  }
}

async function replayOne(
  context: Context,
  notice: NotificationRow,
  options: { withoutHandlers?: boolean },
): Promise<Replayed> {
  const at = context.clock.now()
  const same = { id: notice.id, orderId: notice.order_id, before: notice.status }
  if (notice.status === 'invalid_signature') {
    const merchant = verifyAgain(context, notice)
    if (merchant === undefined)
      return { ...same, status: 'invalid_signature', error: 'No configured key fits.' }
    await trustNotification(context.database, notice.id, merchant, at)
  } else if (notice.merchant === null) {
    return { ...same, status: notice.status, error: 'It carries no signature: it is only a hint.' }
  } else {
    await queueNotification(context.database, notice.id, at)
  }
  await applyNotification(context, notice.id, options)
  const now = (await findNotification(context.database, notice.id))!
  return { ...same, status: now.status, error: now.error }
}

/** Whose it is by the keys of today; undefined when it is nobody's that we know. */
export function verifyAgain(context: Context, notice: NotificationRow): string | undefined {
  const document = readDocument(notice.raw)
  const fields = document && signedFields(document)
  if (!fields) return undefined
  return matchKey(fields, keysOf(context))
}
