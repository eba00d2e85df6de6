/** `bayar.notifications`: what Midtrans told us, and telling it again. */
import { isUuid } from '../../domain/uuid.ts'
import { fieldsOf, matchKey, type SignedFields, type SignedWire } from '../../gateway/signature.ts'
import {
  findNotification,
  listNotifications,
  type NotificationFilter,
  type NotificationRow,
} from '../../store/notifications.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type ForeignOrder, type ForeignOrderQuery, foreignOrders } from './list-foreign-orders.ts'
import {
  keysOf,
  type NotificationParts,
  type Receipt,
  type Received,
  receiveNotification,
} from './receive-notification.ts'
import { type Replayed, replayNotification, replayNotifications } from './replay-notifications.ts'

export interface Notification {
  readonly id: string
  readonly channel: string
  readonly status: NotificationRow['status']
  readonly error: string | null
  readonly orderId: string | null
  readonly transactionId: string | null
  readonly transactionStatus: string | null
  readonly fraudStatus: string | null
  readonly paymentType: string | null
  readonly statusCode: string | null
  readonly grossAmount: string | null
  readonly paymentId: string | null
  readonly originalId: string | null
  readonly attempts: number
  readonly copies: number
  readonly sender: string | null
  readonly receivedAt: Date
  readonly processedAt: Date | null
  /** Exactly as it arrived. */
  readonly raw: string
}

export interface Notifications {
  /** What the HTTP route does with a body. */
  receive(received: Received): Promise<Receipt>
  /** Whether this was signed with a key of yours, in the names of the library or of the notification itself. `verifySignature` of `bayar/midtrans` takes the key instead. */
  verifySignature(signed: SignedFields | SignedWire): Promise<boolean>
  /** A body that was refused before it was read whole. */
  refuse(kind: 'too_large' | 'too_slow'): Promise<void>
  find(id: string): Promise<Notification | undefined>
  list(
    query?: PageAsked & { readonly filter?: NotificationFilter; readonly descending?: boolean },
  ): Promise<Page<Notification>>
  /** Orders that Midtrans told of and that are not here; `bayar.payments.adopt` takes one in. */
  foreignOrders(query?: ForeignOrderQuery): Promise<Page<ForeignOrder>>
  /** Judges it again; only what really changes is told. */
  replay(id: string, options?: { withoutHandlers?: boolean }): Promise<Replayed>
  /** A range or a filter, oldest first. */
  replayAll(
    filter: NotificationFilter,
    options?: { withoutHandlers?: boolean; after?: string },
  ): AsyncGenerator<Replayed>
}

export function bindNotifications(
  parts: () => Promise<NotificationParts>,
  reading: () => Promise<Context>,
): Notifications {
  return {
    async receive(received) {
      return receiveNotification(await parts(), received)
    },
    async verifySignature(signed) {
      return matchKey(fieldsOf(signed), keysOf(await reading())) !== undefined
    },
    async refuse(kind) {
      const { refusals } = await parts()
      refusals.count(kind)
    },
    async find(id) {
      const row = isUuid(id) ? await findNotification((await reading()).database, id) : undefined
      return row && toNotification(row)
    },
    async list({ filter = {}, descending = true, ...asked } = {}) {
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: NotificationRow) => row.id,
        ({ position, isBackward, limit }) =>
          listNotifications(database, {
            filter,
            after: readIdCursor(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, toNotification)
    },
    foreignOrders: async (query = {}) => foreignOrders(await reading(), query),
    replay: async (id, options) => replayNotification((await parts()).context, id, options),
    async *replayAll(filter, options) {
      yield* replayNotifications((await parts()).context, filter, options)
    },
  }
}

function toNotification(row: NotificationRow): Notification {
  return {
    id: row.id,
    channel: row.channel,
    status: row.status,
    error: row.error,
    orderId: row.order_id,
    transactionId: row.transaction_id,
    transactionStatus: row.transaction_status,
    fraudStatus: row.fraud_status,
    paymentType: row.payment_type,
    statusCode: row.status_code,
    grossAmount: row.gross_amount,
    paymentId: row.payment_id,
    originalId: row.original_id,
    attempts: row.attempts,
    copies: row.copies,
    sender: row.sender,
    receivedAt: row.received_at,
    processedAt: row.processed_at,
    raw: row.raw.toString('utf8'),
  }
}
