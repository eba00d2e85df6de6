/** Orders that Midtrans told of, and that are not here: for a person, who may adopt them. */
import { BayarError } from '../../errors.ts'
import { type ForeignOrderRow, listForeignOrders } from '../../store/reconciliations.ts'
import type { Context } from '../context.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'

export interface ForeignOrder {
  readonly merchant: string
  readonly orderId: string
  /** As its latest notice has it, in Midtrans's words. */
  readonly transactionId: string | null
  readonly transactionStatus: string | null
  readonly paymentType: string | null
  readonly grossAmount: string | null
  readonly notificationId: string
  readonly notices: number
  readonly firstAt: Date
  readonly lastAt: Date
}

export interface ForeignOrderQuery extends PageAsked {
  readonly merchant?: string
  /** Told from this instant on. */
  readonly from?: Date
  readonly to?: Date
}

/** By account and order id. */
export async function foreignOrders(
  context: Context,
  { merchant, from, to, ...asked }: ForeignOrderQuery,
): Promise<Page<ForeignOrder>> {
  const page = await readPage(asked, cursorOf, ({ position, isBackward, limit }) =>
    listForeignOrders(
      context.database,
      { merchants: merchant === undefined ? null : [merchant], from: from ?? null, to: to ?? null },
      { after: position === null ? null : readCursor(position), limit: limit + 1, descending: isBackward },
    ),
  )
  return mapPage(page, (row) => ({
    merchant: row.merchant,
    orderId: row.order_id,
    transactionId: row.transaction_id,
    transactionStatus: row.transaction_status,
    paymentType: row.payment_type,
    grossAmount: row.gross_amount,
    notificationId: row.notification_id,
    notices: row.notices,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }))
}

function cursorOf({ merchant, order_id }: ForeignOrderRow): string {
  return Buffer.from(JSON.stringify([merchant, order_id])).toString('base64url')
}

function readCursor(text: string): { merchant: string; orderId: string } {
  try {
    const [merchant, orderId] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[]
    if (typeof merchant === 'string' && typeof orderId === 'string') return { merchant, orderId }
  } catch {
    // Not one of ours, as below.
  }
  throw new BayarError('invalid_request', 'cursor: use `next` of the page before.', {
    details: { problems: [{ field: 'cursor', reason: 'is not one of ours' }] },
  })
}
