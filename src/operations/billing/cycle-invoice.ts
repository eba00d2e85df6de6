/** The invoice of a cycle: written before the cycle is charged, paid by the subscription's payments and by no others, withdrawn when nothing is owed for it any more. */
import { secondsAfter } from '../../domain/clock.ts'
import { VOIDABLE } from '../../domain/invoice.ts'
import { jakartaDay } from '../../domain/jakarta-time.ts'
import { max, toNumber } from '../../domain/money.ts'
import type { HistoryRow } from '../../domain/steps.ts'
import type { Transaction } from '../../store/database.ts'
import { findInvoiceByOrder, linkInvoice, lockInvoice } from '../../store/invoices.ts'
import {
  findCharges,
  findObligation,
  lockObligation,
  type ObligationRow,
  updateObligation,
} from '../../store/obligations.ts'
import { findSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { type InvoiceCause, receiveMoney } from '../invoices/change-invoice.ts'
import { createInvoice } from '../invoices/create-invoice.ts'
import { creditRefund } from '../invoices/credit-notes.ts'
import { becomeVoid } from '../invoices/void-invoice.ts'
import { reasonOf } from '../log.ts'
import { titleOwed } from './title-owed.ts'

const DAY_SECONDS = 86_400

export function hasInvoice({ rules }: Context): boolean {
  return rules.billing.autoInvoice && rules.invoices.autoNumber
}

/** Its order id is made from the obligation, so that however often this is begun there is one invoice. A cycle is charged also when its invoice cannot be written. */
export async function writeCycleInvoice(
  context: Context,
  subscription: SubscriptionRow,
  obligation: ObligationRow,
): Promise<void> {
  if (!hasInvoice(context) || obligation.invoice_id !== null) return
  try {
    // Of whoever died before it was linked: asked for on another day, or under another name, it would be another invoice, and the customer would be chased for the first.
    const earlier = await findInvoiceByOrder(context.database, obligation.merchant, orderIdOf(obligation))
    const { id } =
      earlier ??
      (await createInvoice(context, await inputOf(context, subscription, obligation), 'bayar')).invoice
    await context.database.transaction((tx) => link(context, tx, obligation.id, id))
    context.wake()
  } catch (error) {
    context.log.error('the invoice of a cycle could not be written', {
      subscription_id: subscription.id,
      obligation_id: obligation.id,
      reason: reasonOf(error),
    })
  }
}

/** Of what was paid without a charge (out of a wallet, or elsewhere): that it cannot be written holds up nothing. */
export async function invoiceOf(context: Context, obligationId: string): Promise<void> {
  const obligation = await findObligation(context.database, obligationId)
  const row = obligation && (await findSubscription(context.database, obligation.subscription_id))
  if (obligation?.status === 'paid' && row) await writeCycleInvoice(context, row, obligation)
}

function orderIdOf({ id }: ObligationRow): string {
  return `cycle-${id}`
}

async function inputOf(context: Context, row: SubscriptionRow, obligation: ObligationRow) {
  const title = await titleOwed(context.database, row, obligation)
  const name = [row.customer_first_name, row.customer_last_name].filter((part) => part !== null).join(' ')
  const lastDay = jakartaDay(new Date(obligation.period_end.getTime() - 1))
  const isChange = obligation.kind === 'change'
  return {
    channel: 'local' as const,
    merchant: row.merchant,
    orderId: orderIdOf(obligation),
    customerName: name || row.customer_email || row.user_id || row.title,
    ...(row.customer_email !== null && { customerEmail: row.customer_email }),
    ...(row.customer_phone !== null && { customerPhone: row.customer_phone }),
    ...(row.user_id !== null && { userId: row.user_id }),
    dueDate: jakartaDay(
      secondsAfter(context.clock.now(), context.rules.billing.invoiceDueDays * DAY_SECONDS),
    ),
    items: [
      {
        id: isChange ? 'plan-change' : `period-${obligation.period}`,
        description: `${title}: ${jakartaDay(obligation.period_start)} – ${lastDay}`,
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
  // Paid before it had one, it stood in the list of what is left to do.
  const isDone =
    obligation.close_at !== null && !(await findCharges(tx, obligationId)).some((charge) => charge.is_open)
  const linked = await updateObligation(
    tx,
    obligation,
    { invoice_id: invoiceId, ...(isDone && { close_at: null }) },
    context.clock.now(),
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
  /** By which row of the payment's history it went back, where it did. */
  refund: HistoryRow | null = null,
): Promise<void> {
  const before = obligation.invoice_id === null ? undefined : await lockInvoice(tx, obligation.invoice_id)
  if (!before) return
  const after = await receiveMoney(context, tx, before, max(0n, before.received_amount + delta), cause)
  if (refund !== null && cause.paymentId !== null)
    await creditRefund(context, tx, { before, after }, { row: refund, paymentId: cause.paymentId })
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
