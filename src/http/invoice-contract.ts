/** What goes over HTTP about invoices, once, in snake_case; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import {
  INVOICE_CHANNELS,
  INVOICE_PAYMENT_TYPES,
  INVOICE_REVIEW_REASONS,
  INVOICE_STATUSES,
  type InvoiceReviewReason,
  TAX_MODES,
} from '../domain/invoice.ts'
import { SNAP_METHODS } from '../gateway/checkout-body.ts'
import { INVOICE_ACCOUNTS } from '../gateway/invoice-body.ts'
import { PAYMENT_TYPES } from '../gateway/wire.ts'
import { PDF_LANGUAGES } from '../operations/invoices/pdf/invoice-words.ts'
import {
  byInvoice,
  checkoutRequest,
  historyEntry,
  instant,
  methodFields,
  pageFields,
  paging,
  payment,
  rupiah,
  sentence,
  strict,
  text,
  uuid,
  type Words,
  whose,
} from './contract.ts'

const day = z
  .string()
  .openapi({ format: 'date', description: 'A day in Jakarta: it ends at 24:00.', example: '2026-03-31' })

export const invoiceRequest = strict({
  customer_name: z.string(),
  customer_email: z.string().optional(),
  customer_phone: z.string().optional(),
  customer_id: z.string().optional().openapi({ description: 'Your own id of the customer.' }),
  customer_npwp: z.string().optional().openapi({ description: 'The customer’s tax number.' }),
  customer_address: z.string().optional(),
  due_date: day,
  items: z.array(
    strict({
      id: z.string().optional(),
      description: z.string().optional(),
      name: z.string().optional().openapi({ description: 'The same as `description`.' }),
      price: rupiah,
      quantity: z.int().optional().openapi({ description: '1 unless given.' }),
    }),
  ),
  tax_percent: z.number().optional().openapi({ description: 'PPN; 0 is none.', example: 11 }),
  tax_mode: z.enum(TAX_MODES).optional().openapi({
    description: 'exclusive: on top of the prices; inclusive: in them.',
  }),
  notes: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  order_id: z.string().optional().openapi({
    description: 'Yours, unique: at most 36 letters, digits and - _ ~ . Made for you when left out.',
  }),
  invoice_number: z.string().optional().openapi({ description: 'Instead of the next of the series.' }),
  invoice_prefix: z.string().optional().openapi({ description: 'The series that the number is drawn from.' }),
  channel: z.enum(INVOICE_CHANNELS).optional().openapi({
    description:
      'midtrans, unless given: the Invoicing API makes a link or numbers. local: paid by pay and checkout.',
  }),
  payment_type: z.enum(INVOICE_PAYMENT_TYPES).optional(),
  enabled_payments: z.array(z.enum(SNAP_METHODS)).optional(),
  virtual_accounts: z
    .array(strict({ name: z.enum(INVOICE_ACCOUNTS), number: z.string().optional() }))
    .optional(),
  draft: z.boolean().optional().openapi({ description: 'Only written: `issue` makes it the customer’s.' }),
  user_id: z.string().optional().openapi({ description: 'Whose it is: this user may read and pay it.' }),
  merchant: z.string().optional().openapi({ description: 'Which of your Midtrans accounts.' }),
}).openapi('InvoiceRequest')

const invoiceFields = {
  id: uuid,
  merchant: z.string(),
  order_id: z.string(),
  invoice_number: z.string(),
  status: z.enum(INVOICE_STATUSES),
  version: z.int(),
  channel: z.enum(INVOICE_CHANNELS),
  payment_type: z.enum(INVOICE_PAYMENT_TYPES).nullable(),
  customer_name: z.string(),
  customer_email: z.string().nullable(),
  customer_phone: z.string().nullable(),
  customer_id: z.string().nullable(),
  customer_npwp: z.string().nullable(),
  customer_address: z.string().nullable(),
  user_id: z.string().nullable(),
  subscription_id: uuid.nullable().openapi({ description: 'Of a cycle of a subscription: whose.' }),
  period_start: instant.nullable(),
  period_end: instant.nullable(),
  payment_id: uuid
    .nullable()
    .openapi({ description: 'The payment that paid the cycle; null out of a wallet.' }),
  issuer: z
    .object({
      name: z.string(),
      address: z.string().nullable(),
      npwp: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
    })
    .nullable(),
  items: z.array(
    z
      .object({
        id: z.string().nullable(),
        description: z.string(),
        quantity: z.int(),
        price: rupiah,
        subtotal: rupiah,
      })
      .openapi('InvoiceItem'),
  ),
  subtotal: rupiah,
  tax_percent: z.number().nullable(),
  tax_mode: z.enum(TAX_MODES).nullable(),
  tax_amount: rupiah,
  total_amount: rupiah,
  currency: z.string(),
  received_amount: rupiah.openapi({ description: 'What is left of the money received for it.' }),
  remaining_amount: rupiah,
  overpaid_amount: rupiah,
  due_date: day,
  due_at: instant,
  is_overdue: z.boolean(),
  issued_at: instant.nullable(),
  paid_at: instant.nullable(),
  voided_at: instant.nullable(),
  void_reason: z.string().nullable(),
  notes: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  midtrans_invoice_id: z.string().nullable(),
  midtrans_status: z.string().nullable(),
  payment_link_url: z.string().nullable(),
  midtrans_pdf_url: z.string().nullable(),
  virtual_accounts: z.array(z.object({ name: z.string(), number: z.string().nullable() })),
  outcome: z
    .enum(['known', 'unknown'])
    .openapi({ description: 'unknown: Midtrans gave no clear answer, and is being asked.' }),
  needs_review: z.array(z.enum(Object.keys(INVOICE_REVIEW_REASONS) as Words<InvoiceReviewReason>)),
  created_at: instant,
  updated_at: instant,
}

export const invoice = z.object(invoiceFields).openapi('Invoice')

export const creditNote = z
  .object({
    id: uuid,
    credit_note_number: z.string(),
    order_id: z.string().openapi({ description: 'Of the payment whose money went back.' }),
    refund_id: uuid,
    amount: rupiah,
    tax_amount: rupiah.openapi({ description: 'PPN in it.' }),
    reason: z.string().nullable(),
    issued_at: instant,
  })
  .openapi('CreditNote')

export const byCreditNote = byInvoice.extend({
  number: z.string().openapi({ description: 'Its number.', example: 'CN-000001' }),
})

export const invoiceDetail = z
  .object({
    ...invoiceFields,
    credit_notes: z.array(creditNote).openapi({ description: 'One for each refund of it.' }),
    payments: z.array(payment).openapi({ description: 'Those that pay it, or tried to.' }),
    history: z.array(historyEntry).optional().openapi({ description: 'For staff.' }),
  })
  .openapi('InvoiceDetail')

export const invoiceQuery = strict({
  status: z.enum(INVOICE_STATUSES).optional(),
  channel: z.enum(INVOICE_CHANNELS).optional(),
  user_id: whose,
  email: text(255).optional().openapi({ description: 'How the address begins.' }),
  search: text(50).optional().openapi({ description: 'How its number or its order id begins.' }),
  due_from: text(10).optional().openapi({ format: 'date', description: 'Due on this day or later.' }),
  due_to: text(10).optional().openapi({ format: 'date', description: 'Due on this day or earlier.' }),
  merchant: text(50).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})

export const invoicePdfQuery = strict({
  language: z.enum(PDF_LANGUAGES).optional().openapi({ description: 'id unless asked.' }),
})

export const invoiceIssue = strict({
  due_date: day.optional().openapi({ description: 'Another one; needed when the old one is over.' }),
}).openapi('InvoiceIssue')

export const invoiceVoid = strict({
  reason: z.string().max(255, sentence('must be at most 255 characters')).optional(),
}).openapi('InvoiceVoid')

export const invoiceRefresh = strict({
  midtrans_invoice_id: text(100).optional().openapi({
    description: 'From Midtrans’s dashboard, for one that was sent and whose answer was lost.',
  }),
}).openapi('InvoiceRefresh')

const newAttempt = z
  .boolean()
  .optional()
  .openapi({ description: 'End the way to pay that is open, and begin this one.' })

/** No price and no customer: those are the invoice's. */
export const invoicePay = strict({
  payment_type: z.enum(PAYMENT_TYPES),
  ...methodFields,
  new_attempt: newAttempt,
}).openapi('InvoicePay')

const { enabled_payments, finish_url, error_url } = checkoutRequest.shape

export const invoiceCheckout = strict({
  enabled_payments,
  finish_url,
  error_url,
  new_attempt: newAttempt,
}).openapi('InvoiceCheckout')

const paidFields = { invoice, payment, created: z.boolean() }
export const paidInvoice = z.object(paidFields).openapi('PaidInvoice')
export const checkedOutInvoice = z.object({ ...pageFields, ...paidFields }).openapi('CheckedOutInvoice')
