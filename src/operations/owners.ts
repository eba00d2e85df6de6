/**
 * Payments that belong to something of bayar's own: an invoice, a subscription. Its books move in the transaction that moves the payment's money, told or not, because money that is the payment's and not
 * yet the invoice's is asked of the customer a second time.
 */
import type { News } from '../domain/news.ts'
import type { Plan } from '../domain/steps.ts'
import type { Transaction } from '../store/database.ts'
import { findOrderParent, type OrderParent } from '../store/order-parents.ts'
import { readOwnerId } from '../store/payments.ts'
import { insertPayment, type NewPayment } from '../store/write-payment.ts'
import type { Context } from './context.ts'
import { messagesOfPayment } from './messages/write-messages.ts'

export interface OwnedChange {
  readonly ownerId: string
  /** The payment as the change left it, with the rows of its history that are new. */
  readonly plan: Plan
}

export interface Owner {
  /** Runs under the payment's lock, after its rows are written. It never refuses: what it cannot fit into its books it records for a person. */
  follow(context: Context, tx: Transaction, change: OwnedChange): Promise<void>
  /** A payment that Midtrans began by itself under an order id of this owner; null when it is none after all. No transaction is open: Midtrans may be asked. */
  adopt(
    context: Context,
    parent: OrderParent,
    told: { readonly orderId: string; readonly news: News },
  ): Promise<NewPayment | null>
  /** Runs in the transaction that writes a payment of ours for this owner, after its row: throws when it must not begin (any more). */
  admit?(context: Context, tx: Transaction, payment: NewPayment): Promise<void>
  /** The same when one that ended without money is begun once more, under its lock: its row is there already. */
  admitAgain?(context: Context, tx: Transaction, payment: NewPayment): Promise<void>
}

/** By the name that stands in `payments.owner`. */
export type Owners = Readonly<Record<string, Owner>>

/** Writes the payment that Midtrans began under an order of ours, so that its news finds it. False: nobody knows the order. */
export async function adoptOrder(
  context: Context,
  merchant: string,
  told: { readonly orderId: string; readonly news: News },
): Promise<boolean> {
  const parent = await findOrderParent(context.database, merchant, told.orderId)
  const payment = parent && (await context.owners[parent.owner]?.adopt(context, parent, told))
  if (!payment) return false
  // Written by somebody else meanwhile, it is there just the same.
  await context.database.transaction((tx) => insertPayment(tx, payment))
  return true
}

export async function followOwner(context: Context, tx: Transaction, plan: Plan): Promise<void> {
  const { owner, id } = plan.payment
  if (owner === null || !plan.changed) return
  const ownerId = await readOwnerId(tx, id)
  const books = context.owners[owner]
  if (books === undefined || ownerId === null) {
    // Written by a newer version: its processes will find the difference. The payment's own books must not wait for them.
    context.log.error('a payment has an owner that this version does not know', { payment_id: id, owner })
    return
  }
  await books.follow(context, tx, { ownerId, plan })
  await messagesOfPayment(context, tx, { ownerId, plan })
}
