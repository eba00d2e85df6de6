/** Order ids under which Midtrans begins payments by itself: an invoice's, a subscription's. */
import type { Queryable } from './database.ts'
import type { AskJson } from './host-transaction.ts'

export interface OrderParent {
  readonly merchant: string
  readonly order_id: string
  readonly owner: string
  readonly owner_id: string
}

/** False when the order id is taken by another parent. */
export async function insertOrderParent(
  tx: Queryable,
  parent: { merchant: string; orderId: string; owner: string; ownerId: string; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bayar.order_parents (merchant, order_id, owner, owner_id, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [parent.merchant, parent.orderId, parent.owner, parent.ownerId, parent.at],
  )
  return rowCount === 1
}

/** Whether the order id itself is an invoice's or a subscription's, as the host's transaction sees it. */
export async function isParentsOrder(ask: AskJson, merchant: string, orderId: string): Promise<boolean> {
  const found = await ask(
    `select to_json(o.order_id)::text as answer from bayar.order_parents o, json_to_record($1::text::json) as j(merchant text, order_id text)
      where o.merchant = j.merchant and o.order_id = j.order_id`,
    { merchant, order_id: orderId },
  )
  return found !== null
}

/**
 * Midtrans appends what makes each payment's order id its own: a dash and digits, or 32 characters. What is left is ours only if a parent is called so; the longest name wins, because a parent's
 * own id may end in a dash and digits.
 */
const NAMES = (orderId: string) =>
  `array[${orderId}, regexp_replace(${orderId}, '-[0-9]+$', ''), regexp_replace(${orderId}, '-?[0-9A-Za-z]{32}$', '')]`

export async function findOrderParent(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<OrderParent | undefined> {
  const { rows } = await database.query<OrderParent>(
    `select merchant, order_id, owner, owner_id from bayar.order_parents
      where merchant = $1 and order_id = any (${NAMES('$2::text')}) order by length(order_id) desc limit 1`,
    [merchant, orderId],
  )
  return rows[0]
}

/** Notices just stored as foreign that a parent explains: a worker writes the payment, then judges them. */
export async function requeueUnderParents(
  database: Queryable,
  ids: readonly string[],
  at: Date,
): Promise<number> {
  const { rowCount } = await database.query(
    `update bayar.notifications n set status = 'received', due_at = $2
      where n.id = any ($1::uuid[]) and n.status = 'foreign'
        and exists (select 1 from bayar.order_parents o where o.merchant = n.merchant and o.order_id = any (${NAMES('n.order_id')}))`,
    [ids, at],
  )
  return rowCount ?? 0
}
