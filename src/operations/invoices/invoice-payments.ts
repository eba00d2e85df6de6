/** What invoices and their payments have to do with each other. */
import { createHash } from 'node:crypto'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import type { PaymentOwner } from '../../domain/payment.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { NewPayment } from '../../store/write-payment.ts'
import type { Context } from '../context.ts'

export const OWNER = 'invoice'

export function ownerOf(invoice: InvoiceRow): PaymentOwner {
  return { name: OWNER, id: invoice.id }
}

/** Money may still come by it. */
export function isOpen(payment: PaymentRow): boolean {
  return payment.presumed === null && OPEN.has(payment.status)
}

const OPEN: ReadonlySet<string> = new Set(['created', 'pending', 'challenged', 'authorized'])

export function stillOpen(payment: PaymentRow): BayarError {
  return new BayarError(
    'invoice_payment_open',
    `${payment.order_id} can still be paid: it is one way to pay at a time. Ask with newAttempt to end it first.`,
    { details: { order_id: payment.order_id, payment_id: payment.id } },
  )
}

export function notPayable(invoice: InvoiceRow | undefined): BayarError {
  return new BayarError(
    'invoice_not_payable',
    invoice === undefined ? '' : `${invoice.number ?? invoice.order_id} is ${invoice.status}.`,
    { details: { status: invoice?.status ?? null } },
  )
}

/** Midtrans began it by itself: it has no intent of ours, and no method until its first news. */
export function paymentUnder(context: Context, invoice: InvoiceRow, orderId: string): NewPayment {
  const at = context.clock.now()
  return {
    id: uuidv7(),
    merchant: invoice.merchant,
    orderId,
    paymentType: null,
    bank: null,
    grossAmount: invoice.total,
    openIntentId: null,
    owner: OWNER,
    ownerId: invoice.id,
    userId: invoice.user_id,
    customer: {
      firstName: invoice.customer_name,
      ...(invoice.customer_email !== null && { email: invoice.customer_email }),
      ...(invoice.customer_phone !== null && { phone: invoice.customer_phone }),
    },
    customFields: [],
    metadata: { invoice_id: invoice.id, invoice_number: invoice.number },
    items: [],
    requestDigest: createHash('sha256').update(`invoice ${invoice.id} ${orderId}`).digest(),
    at,
    firstCheckAt: firstCheckAt(at),
  }
}
