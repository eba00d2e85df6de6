/**
 * What is left of a local invoice becomes a payment: a charge, or a hosted page. One at a time, because of two that a customer sees both may be paid. Its order id is the invoice's with a number behind,
 * so that the same request sent twice meets the same payment.
 */
import type { MethodCharge } from '../../domain/charge-methods.ts'
import { PAYABLE } from '../../domain/invoice.ts'
import { toNumber } from '../../domain/money.ts'
import { assert, BayarError, isBayarError } from '../../errors.ts'
import { findInvoice, type InvoiceRow } from '../../store/invoices.ts'
import { findOwnedPayments } from '../../store/owned-payments.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import type { ChargeCommon, ChargeInput } from '../payments/charge-input.ts'
import { chargePayment } from '../payments/charge-payment.ts'
import type { CheckoutInput } from '../payments/checkout-input.ts'
import type { CheckoutPage } from '../payments/checkout-page.ts'
import { checkoutPayment } from '../payments/checkout-payment.ts'
import type { Payment } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { endOpenPayments, openPaymentsOf } from './end-open-payments.ts'
import { notPayable, ownerOf, stillOpen } from './invoice-payments.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'

interface PayCommon extends Pick<ChargeCommon, 'customExpiry' | 'notificationUrl'> {
  /** End the way to pay that is open, and begin this one. */
  readonly newAttempt?: boolean
}

/** The method, as a charge takes it; amount, customer and order id are the invoice's. */
export type PayInvoiceInput = MethodCharge & PayCommon

export type CheckoutInvoiceInput = PayCommon &
  Pick<CheckoutInput, 'enabledPayments' | 'finishUrl' | 'errorUrl' | 'card'>

export interface PaidInvoice {
  readonly invoice: Invoice
  readonly payment: Payment
  /** False when the same request had begun it before. */
  readonly created: boolean
}

export interface CheckedOutInvoice extends PaidInvoice, CheckoutPage {}

export async function payInvoice(
  context: Context,
  row: InvoiceRow,
  { newAttempt, ...method }: PayInvoiceInput,
  requestedBy: string,
): Promise<PaidInvoice> {
  const order = await nextOrder(context, row, { newAttempt, requestedBy })
  const charged = await beginning(order, () =>
    chargePayment(context, { ...method, ...order.common } as ChargeInput, requestedBy, ownerOf(row)),
  )
  return { ...charged, invoice: await viewOf(context, row.id) }
}

export async function checkoutInvoice(
  context: Context,
  row: InvoiceRow,
  { newAttempt, ...page }: CheckoutInvoiceInput,
  requestedBy: string,
): Promise<CheckedOutInvoice> {
  const order = await nextOrder(context, row, { newAttempt, requestedBy })
  const checkedOut = await beginning(order, () =>
    checkoutPayment(context, { ...page, ...order.common }, requestedBy, ownerOf(row)),
  )
  return { ...checkedOut, invoice: await viewOf(context, row.id) }
}

interface NextOrder {
  /** What it is met by, if the same was asked before. */
  readonly open: PaymentRow | undefined
  readonly common: Pick<
    ChargeCommon,
    'orderId' | 'grossAmount' | 'customer' | 'items' | 'metadata' | 'merchant'
  > & { readonly userId?: string }
}

async function nextOrder(
  context: Context,
  row: InvoiceRow,
  { newAttempt, requestedBy }: { readonly newAttempt: boolean | undefined; readonly requestedBy: string },
): Promise<NextOrder> {
  refuseInsideTransaction()
  if (row.channel === 'midtrans')
    throw new BayarError(
      'invoice_not_payable',
      `${row.number} is paid through Midtrans’s own link or numbers: a second way would be paid a second time.`,
      { details: { status: row.status, payment_link_url: row.payment_link_url } },
    )
  if (row.obligation_id !== null)
    throw new BayarError(
      'invoice_not_payable',
      `${row.number} is paid by the payments of its subscription: a second way would be paid a second time.`,
      { details: { status: row.status } },
    )
  if (!PAYABLE.has(row.status)) throw notPayable(row)
  if (newAttempt === true) await endOpenPayments(context, row.id, requestedBy)

  const invoice = await findInvoice(context.database, row.id)
  assert(invoice && invoice.number !== null, 'an invoice that is to be paid is gone')
  if (!PAYABLE.has(invoice.status)) throw notPayable(invoice)
  const payments = await findOwnedPayments(context.database, row.id)
  const [open] = await openPaymentsOf(context, row.id)
  const remaining = open?.gross_amount ?? invoice.total - invoice.received_amount
  return {
    open,
    common: {
      orderId: open?.order_id ?? (await freeOrderId(context, invoice, payments.length + 1)),
      grossAmount: toNumber(remaining),
      merchant: invoice.merchant,
      customer: {
        firstName: invoice.customer_name,
        ...(invoice.customer_email !== null && { email: invoice.customer_email }),
        ...(invoice.customer_phone !== null && { phone: invoice.customer_phone }),
      },
      items: [{ id: 'invoice', name: invoice.number, price: toNumber(remaining), quantity: 1 }],
      metadata: { invoice_id: invoice.id, invoice_number: invoice.number },
      ...(invoice.user_id !== null && { userId: invoice.user_id }),
    },
  }
}

/** The next of the invoice's, unless the host has charged under it by chance. */
async function freeOrderId(context: Context, invoice: InvoiceRow, from: number): Promise<string> {
  for (let n = from; ; n++) {
    const orderId = `${invoice.order_id}-${n}`
    const other = await findPaymentByOrder(context.database, invoice.merchant, orderId)
    if (other === undefined || other.owner_id === invoice.id) return orderId
  }
}

/** Another method under the order id of one that is open: it is the invoice that has it, not a stranger. */
async function beginning<T>({ open }: NextOrder, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    if (isBayarError(error, 'order_id_taken')) {
      throw open
        ? stillOpen(open)
        : new BayarError('invoice_payment_open', 'Somebody else has begun one at this moment.')
    }
    throw error
  }
}

async function viewOf(context: Context, id: string): Promise<Invoice> {
  const row = await findInvoice(context.database, id)
  assert(row, 'an invoice that is being paid is gone')
  return toInvoiceView(row, context.clock.now())
}
