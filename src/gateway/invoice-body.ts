/** The body of `POST /v1/invoices`, and what of it Midtrans would refuse. Source: docs/midtrans/protocol.md §12. */
import { type InvoiceAsked, percentOf } from '../domain/invoice.ts'
import { formatJakartaTime } from '../domain/jakarta-time.ts'
import { toNumber } from '../domain/money.ts'
import type { Problem } from '../errors.ts'
import type { InvoiceRequest } from './api-documents.ts'
import { SNAP_METHODS } from './checkout-body.ts'

const ORDER_ID_MAX = 36
const NAME_MAX = 40
const CUSTOMER_ID_MAX = 36
const ITEM_ID_MAX = 30
const DESCRIPTION_MAX = 150
const NOTES_MAX = 1000
const PRICE_MAX = 99_999_999n
const PHONE = /^[1-9]\d{4,14}$/

/** By Midtrans's names of them. */
export const INVOICE_ACCOUNTS = [
  'bca_va',
  'bni_va',
  'bri_va',
  'cimb_va',
  'permata_va',
  'mandiri_bill',
] as const
export type InvoiceAccountName = (typeof INVOICE_ACCOUNTS)[number]

/** All at once, before anything is written: a number that was drawn for a refused invoice stays used. */
export function invoiceProblems(
  asked: Omit<InvoiceAsked, 'number' | 'invoiceDate' | 'dueAt' | 'tax'>,
): readonly Problem[] {
  const problems: Problem[] = []
  const check = (fine: boolean, field: string, reason: string) => {
    if (!fine) problems.push({ field, reason })
  }
  const text = (field: string, value: string | null, max: number) =>
    check(
      (value?.length ?? 0) <= max,
      field,
      `is longer than ${max} characters, which is what Midtrans takes`,
    )

  text('order_id', asked.orderId, ORDER_ID_MAX)
  text('customer_name', asked.customer.name, NAME_MAX)
  text('customer_id', asked.customer.id, CUSTOMER_ID_MAX)
  text('notes', asked.notes, NOTES_MAX)
  const phone = asked.customer.phone === null ? null : phoneOf(asked.customer.phone)
  check(phone === null || PHONE.test(phone), 'customer_phone', 'takes at most 15 digits, e.g. 081234567890')
  asked.lines.forEach((line, index) => {
    text(`items[${index}].id`, line.id, ITEM_ID_MAX)
    text(`items[${index}].description`, line.description, DESCRIPTION_MAX)
    check(
      line.price >= 0n && line.price <= PRICE_MAX,
      `items[${index}].price`,
      `is 0 to ${PRICE_MAX} at Midtrans`,
    )
  })
  const methods: readonly string[] = SNAP_METHODS
  for (const [index, name] of (asked.enabledPayments ?? []).entries())
    check(methods.includes(name), `enabled_payments[${index}]`, `must be one of ${methods.join(', ')}`)
  const names: readonly string[] = INVOICE_ACCOUNTS
  for (const [index, { name, number }] of asked.accounts.entries()) {
    check(names.includes(name), `virtual_accounts[${index}].name`, `must be one of ${names.join(', ')}`)
    check(number === null || /^\d{1,20}$/.test(number), `virtual_accounts[${index}].number`, 'takes digits')
  }
  if (asked.paymentType === 'virtual_account')
    check(asked.accounts.length > 0, 'virtual_accounts', 'name at least one')
  else check(asked.accounts.length === 0, 'virtual_accounts', 'are for payment_type virtual_account')
  check(
    asked.paymentType === 'payment_link' || asked.enabledPayments === null,
    'enabled_payments',
    'are for payment_type payment_link',
  )
  return problems
}

/** Dates in full with their zone, the later one later: Midtrans refuses an invoice without `invoice_date`, and a bare date (defect D21). */
export function invoiceBody(asked: InvoiceAsked): InvoiceRequest {
  const { customer, tax } = asked
  const common = {
    order_id: asked.orderId,
    invoice_number: asked.number,
    invoice_date: `${formatJakartaTime(asked.invoiceDate)} +0700`,
    due_date: `${formatJakartaTime(lastSecond(asked.dueAt))} +0700`,
    customer_details: {
      name: customer.name,
      ...(customer.id !== null && { id: customer.id }),
      ...(customer.email !== null && { email: customer.email }),
      ...(customer.phone !== null && { phone: phoneOf(customer.phone) }),
    },
    item_details: asked.lines.map((line) => ({
      ...(line.id !== null && { item_id: line.id }),
      description: line.description,
      quantity: line.quantity,
      price: toNumber(line.price),
    })),
    ...(asked.notes !== null && { notes: asked.notes }),
    // The amount, not the rate: rounded by somebody else it could be another rupiah, and every payment would wait for a person.
    ...(tax !== null &&
      tax.amount > 0n && {
        tax_mode: tax.mode,
        taxes: [{ name: `PPN ${percentOf(tax)}%`, type: 'fixed' as const, value: toNumber(tax.amount) }],
      }),
  }
  if (asked.paymentType === 'virtual_account') {
    const accounts = asked.accounts.map(({ name, number }) => ({ name, ...(number !== null && { number }) }))
    return { ...common, payment_type: 'virtual_account', virtual_accounts: accounts }
  }
  const link =
    asked.enabledPayments === null ? {} : { payment_link: { enabled_payments: asked.enabledPayments } }
  return { ...common, payment_type: 'payment_link', ...link }
}

/** Its day ends at 24:00, which Midtrans writes 23:59:59. */
function lastSecond(end: Date): Date {
  return new Date(end.getTime() - 1000)
}

/** 0812… and +62 812-… become 62812…: Midtrans takes digits that do not begin with 0. */
function phoneOf(given: string): string {
  const digits = given.replace(/[\s().+-]/g, '')
  return digits.startsWith('0') ? `62${digits.slice(1)}` : digits
}
