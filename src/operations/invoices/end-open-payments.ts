/** Money that may be under way: Midtrans is asked how it stands, and what is still open is ended there, so that no customer pays a number that leads nowhere. */

import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import { BayarError, isBayarError } from '../../errors.ts'
import type { Queryable } from '../../store/database.ts'
import { findOwnedPayments } from '../../store/owned-payments.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { checkPayment } from '../payments/check-payment.ts'
import { findOpenPage } from '../payments/checkout-page.ts'
import { cancelPayment } from '../payments/command-payment.ts'
import { isOpen, stillOpen } from './invoice-payments.ts'

/** Also where a first way to pay was refused, and the page is still there to choose another one on. */
export async function openPaymentsOf(
  context: Context,
  invoiceId: string,
  database: Queryable = context.database,
): Promise<readonly PaymentRow[]> {
  const open: PaymentRow[] = []
  for (const payment of await findOwnedPayments(database, invoiceId)) {
    if (isOpen(payment) || (await mayBePaidOnPage(context, database, payment))) open.push(payment)
  }
  return open
}

async function mayBePaidOnPage(context: Context, database: Queryable, payment: PaymentRow): Promise<boolean> {
  const { payment_type: method, presumed, status } = payment
  if (method !== null || presumed !== null || !endedWithoutMoney(status as never)) return false
  return (await findOpenPage(context, database, payment)) !== null
}

/** Asks about what may have been paid in the meantime. */
export async function askAboutOpen(context: Context, invoiceId: string): Promise<void> {
  for (const { merchant, order_id: orderId } of await openPaymentsOf(context, invoiceId))
    await checkPayment(context, { merchant, orderId })
}

/** Asks, and ends at Midtrans what is open still: numbers that wait, and pages. Throws what could not be ended: then nothing else may begin, or be withdrawn. */
export async function endOpenPayments(
  context: Context,
  invoiceId: string,
  requestedBy: string,
): Promise<void> {
  await askAboutOpen(context, invoiceId)
  for (const payment of await openPaymentsOf(context, invoiceId)) await end(context, payment, requestedBy)
  const [left] = await openPaymentsOf(context, invoiceId)
  if (left) throw stillOpen(left)
}

async function end(context: Context, payment: PaymentRow, requestedBy: string): Promise<void> {
  const { merchant, order_id: orderId } = payment
  try {
    await cancelPayment(context, { merchant, orderId }, {}, requestedBy)
  } catch (error) {
    // Paid or ended in that moment; or its outcome is unknown, and then it is still open.
    if (isBayarError(error, 'command_not_possible')) return
    if (!isBayarError(error, 'gateway_rejected')) throw error
    throw new BayarError('invoice_payment_open', `${orderId} could not be ended: ${error.message}`, {
      details: { order_id: orderId, payment_id: payment.id },
    })
  }
}
