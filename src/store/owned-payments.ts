/** The payments of one owner: an invoice's, a subscription's. */
import type { Queryable } from './database.ts'
import { findPayment, type PaymentRow } from './payments.ts'

/** In the order in which they were begun. */
export async function findOwnedPayments(
  database: Queryable,
  ownerId: string,
): Promise<readonly PaymentRow[]> {
  const { rows } = await database.query<{ id: string }>(
    'select id from bayar.payments where owner_id = $1 order by id',
    [ownerId],
  )
  const payments: PaymentRow[] = []
  // One after the other: there are few, and within a transaction there is one connection.
  for (const { id } of rows) payments.push((await findPayment(database, id))!)
  return payments
}

/** Takes the locks of all of them, by id: whoever starts from the owner locks its payments before it. */
export async function lockOwnedPayments(tx: Queryable, ownerId: string): Promise<void> {
  await tx.query('select 1 from bayar.payments where owner_id = $1 order by id for update', [ownerId])
}

/** What is left of the money that was received on all of them. */
export async function readReceived(tx: Queryable, ownerId: string): Promise<bigint> {
  const { rows } = await tx.query<{ received: bigint }>(
    'select coalesce(sum(net_amount), 0)::bigint as received from bayar.payments where owner_id = $1',
    [ownerId],
  )
  return rows[0]!.received
}
