/** Midtrans has an invoice as paid and we have no money for it: its notice was lost. The transaction is asked about by the invoice's order id, and its answer goes through the one door. */
import type { InvoiceRow } from '../../store/invoices.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { insertPayment } from '../../store/write-payment.ts'
import type { Context } from '../context.ts'
import { checkPayment } from '../payments/check-payment.ts'
import { paymentUnder } from './invoice-payments.ts'

export async function bringPaidToLight(context: Context, invoice: InvoiceRow): Promise<void> {
  const { merchant, order_id: orderId } = invoice
  if (!(await findPaymentByOrder(context.database, merchant, orderId))) {
    // A payment is written only when there is one: it would wait for ever.
    const answer = await context.gateway.status({ merchant }, orderId)
    if (answer.class !== 'done') return
    await context.database.transaction((tx) => insertPayment(tx, paymentUnder(context, invoice, orderId)))
  }
  await checkPayment(context, { merchant, orderId })
}
