/** The invoice of a cycle: written before the cycle is charged, paid by the subscription's payments and by no others, withdrawn when nothing is owed for it any more. */
import { secondsAfter } from '../../domain/clock.ts'
import { VOIDABLE } from '../../domain/invoice.ts'
import { jakartaDay } from '../../domain/jakarta-time.ts'
import { max, toNumber } from '../../domain/money.ts'
import type { Transaction } from '../../store/database.ts'
import { linkInvoice, lockInvoice } from '../../store/invoices.ts'
import { lockObligation, type ObligationRow, updateObligation } from '../../store/obligations.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type InvoiceCause, receiveMoney } from '../invoices/change-invoice.ts'
import { createInvoice } from '../invoices/create-invoice.ts'
import { becomeVoid } from '../invoices/void-invoice.ts'
import { reasonOf } from '../log.ts'

const DUE_DAYS = 7
const DAY_SECONDS = 86_400

/** Its order id is made from the obligation, so that however often this is begun there is one invoice. A cycle is charged also when its invoice cannot be written. */
export async function writeCycleInvoice(
  context: Context,
  subscription: SubscriptionRow,
  obligation: ObligationRow,
): Promise<void> {
  const { billing, invoices } = context.rules
  if (!billing.autoInvoice || !invoices.autoNumber || obligation.invoice_id !== null) return
  try {
    const { invoice } = await createInvoice(context, inputOf(context, subscription, obligation), 'bayar')
    await context.database.transaction((tx) => link(context, tx, obligation.id, invoice.id))
    context.wake()
  } catch (error) {
    context.log.error('the invoice of a cycle could not be written', {
      subscription_id: subscription.id,
      obligation_id: obligation.id,
      reason: reasonOf(error),
    })
  }
}

function inputOf(context: Context, row: SubscriptionRow, obligation: ObligationRow) {
  const name = [row.customer_first_name, row.customer_last_name].filter((part) => part !== null).join(' ')
  const lastDay = jakartaDay(new Date(obligation.period_end.getTime() - 1))
  const isChange = obligation.kind === 'change'
  return {
    channel: 'local' as const,
    merchant: row.merchant,
    orderId: `cycle-${obligation.id}`,
    customerName: name || row.customer_email || row.user_id || row.title,
    ...(row.customer_email !== null && { customerEmail: row.customer_email }),
    ...(row.customer_phone !== null && { customerPhone: row.customer_phone }),
    ...(row.user_id !== null && { userId: row.user_id }),
    dueDate: jakartaDay(secondsAfter(context.clock.now(), DUE_DAYS * DAY_SECONDS)),
    items: [
      {
        id: isChange ? 'plan-change' : `period-${obligation.period}`,
        description: `${row.title}: ${jakartaDay(obligation.period_start)} – ${lastDay}`,
        price: toNumber(obligation.amount),
        quantity: 1,
      },
    ],
    // What the customer agreed to pay is all that they pay: the tax is in it.
    ...(context.rules.invoices.tax !== null && { taxMode: 'inclusive' as const }),
    metadata: { subscription_id: row.id, period: obligation.period },
  }
}

async function link(
  context: Context,
  tx: Transaction,
  obligationId: string,
  invoiceId: string,
): Promise<void> {
  const obligation = await lockObligation(tx, obligationId)
  if (!obligation || obligation.invoice_id !== null) return
  const at = context.clock.now()
  // It was paid without an invoice, and somebody was to look after that. What was to be looked after at once is a payment that can still be paid.
  const isLookedAfter = obligation.close_at !== null && obligation.close_at > at
  const linked = await updateObligation(
    tx,
    obligation,
    { invoice_id: invoiceId, ...(isLookedAfter && { close_at: null }) },
    at,
  )
  await linkInvoice(tx, invoiceId, obligationId)
  // Settled while it was written.
  const cause = { source: 'clock', paymentId: obligation.payment_id, notificationId: null, document: null }
  if (obligation.status === 'paid') await receiveForCycle(context, tx, linked, obligation.amount, cause)
  else if (obligation.status !== 'open') await voidCycleInvoice(context, tx, linked, cause)
}

/** Money of the payment that paid the cycle came, or went back. The last lock of all. */
export async function receiveForCycle(
  context: Context,
  tx: Transaction,
  obligation: ObligationRow,
  delta: bigint,
  cause: InvoiceCause,
): Promise<void> {
  const invoice = obligation.invoice_id === null ? undefined : await lockInvoice(tx, obligation.invoice_id)
  if (!invoice) return
  await receiveMoney(context, tx, invoice, max(0n, invoice.received_amount + delta), cause)
}

/** Nobody is asked for it any more. */
export async function voidCycleInvoice(
  context: Context,
  tx: Transaction,
  obligation: ObligationRow,
  cause: InvoiceCause,
): Promise<void> {
  const invoice = obligation.invoice_id === null ? undefined : await lockInvoice(tx, obligation.invoice_id)
  if (invoice && VOIDABLE.has(invoice.status))
    await becomeVoid(context, tx, invoice, 'Nothing is owed for this period any more.', cause)
}
