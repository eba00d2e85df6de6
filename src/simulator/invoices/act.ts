import { stateOf } from '../lifecycle.ts'
import { isObject, Reader } from '../reader.ts'
import { isPaid } from '../snap/sessions.ts'
import type { V1Asked } from '../v1/asked.ts'
import { type Answer, refuseFields, refuseV1 } from '../v1/refusals.ts'
import { readOrderTime, toWib } from '../wib-time.ts'
import type { World } from '../world.ts'
import { checkInvoice, readAccounts, readCustomer, totalOf } from './check-invoice.ts'
import { type Ending, type Invoice, NO_PAYMENTS } from './invoices.ts'
import { openPayments } from './open-payments.ts'

export function createInvoice(world: World, { body, origin }: V1Asked): Answer {
  if (!isObject(body)) return refuseV1('invoice', 'malformed')
  const problems: string[] = []
  const checked = checkInvoice(new Reader(body, problems), world.clock.nowMs(), problems)
  const grossAmount = checked ? totalOf(body, checked.items) : 0
  if (checked && grossAmount <= 0) problems.push('gross_amount must be greater than 0')
  if (problems.length > 0 || checked?.dueMs === undefined) return refuseFields('invoice', problems)
  const { orderId, documentType, dueMs, paymentType, accounts } = checked
  if (world.invoices.ofOrder(orderId) || world.ledger.find(orderId))
    return refuseV1('invoice', 'invoice_taken')

  const id = world.invoices.drawId()
  const toPay = { id, orderId, grossAmount, dueMs, paymentType, accounts, paymentLink: body.payment_link }
  const payments = documentType === 'quotation' ? NO_PAYMENTS : openPayments(world, toPay)
  if (typeof payments === 'string') return refuseFields('invoice', [payments])
  const opened = { id, orderId, grossAmount, documentType, dueMs, paymentType, request: body, payments }
  return { http: 201, body: invoiceDocument(world, world.invoices.open(opened), origin) }
}

export function getInvoice(world: World, { id, origin }: V1Asked): Answer {
  const invoice = world.invoices.find(id)
  return invoice
    ? { http: 200, body: invoiceDocument(world, invoice, origin) }
    : refuseV1('invoice', 'not_found')
}

/** Only what is still owed or offered; what was opened for it can no longer be paid. */
export function voidInvoice(world: World, { id, body }: V1Asked): Answer {
  const invoice = world.invoices.find(id)
  if (!invoice) return refuseV1('invoice', 'not_found')
  const status = invoiceStatus(world, invoice)
  if (status === 'published') {
    const { cancel_as: asked = 'cancelled' } = isObject(body) ? body : {}
    if (asked !== 'cancelled' && asked !== 'rejected')
      return refuseFields('invoice', ['cancel_as must be one of cancelled, rejected'])
    world.invoices.end(invoice, asked)
    return { http: 200, body: { success: true } }
  }
  if (status !== 'pending' && status !== 'overdue') return refuseV1('invoice', 'invoice_not_voidable')
  for (const one of world.ledger.ofOrder(invoice.orderId))
    if (one.status === 'pending') world.ledger.move(one, 'cancel')
  const { checkoutToken } = invoice.payments
  const checkout = checkoutToken === null ? undefined : world.checkouts.find(checkoutToken)
  if (checkout) world.checkouts.end(checkout, 'cancelled')
  world.invoices.end(invoice, 'voided')
  return { http: 200, body: { success: true } }
}

/** The customer agreed to a quotation: it is an invoice from now on, for another customer where one is named. Due when the quotation would have ended, unless it said so itself (unconfirmed). */
export function convertQuotation(world: World, { id, body, origin }: V1Asked): Answer {
  const invoice = world.invoices.find(id)
  if (!invoice) return refuseV1('invoice', 'not_found')
  if (invoiceStatus(world, invoice) !== 'published') return refuseV1('invoice', 'quotation_not_convertible')
  const problems: string[] = []
  const client = isObject(body) && body.client != null ? body.client : undefined
  if (isObject(body)) readCustomer(new Reader(body, problems).object('client', false))
  const due = invoice.request.due_date
  const dueMs = (typeof due === 'string' ? readOrderTime(due) : undefined) ?? invoice.dueMs
  if (dueMs <= world.clock.nowMs()) problems.push('due_date must be in the future')
  if (problems.length > 0) return refuseFields('invoice', problems)
  const { orderId, grossAmount, paymentType, request } = invoice
  const accounts = paymentType === 'virtual_account' ? readAccounts(new Reader(request, []), []) : []
  const toPay = { id, orderId, grossAmount, dueMs, paymentType, accounts, paymentLink: request.payment_link }
  const payments = openPayments(world, toPay)
  if (typeof payments === 'string') return refuseFields('invoice', [payments])
  const converted = {
    ...request,
    document_type: 'invoice',
    ...(client === undefined ? {} : { customer_details: client }),
    invoice_date: request.invoice_date ?? `${toWib(world.clock.nowMs())} +0700`,
    due_date: request.due_date ?? `${toWib(dueMs)} +0700`,
  }
  world.invoices.convert(invoice, { dueMs, request: converted, payments })
  return { http: 200, body: invoiceDocument(world, invoice, origin) }
}

export type InvoiceStatus = 'pending' | 'paid' | 'overdue' | 'expired' | 'published' | Ending

export function invoiceStatus(world: World, invoice: Invoice): InvoiceStatus {
  if (invoice.ended) return invoice.ended
  if (invoice.documentType === 'quotation') return 'published'
  const transactions = world.ledger.ofOrder(invoice.orderId)
  // A held card is nobody's money yet.
  if (transactions.some((one) => isPaid(one) && stateOf(one) !== 'challenge')) return 'paid'
  const { checkoutToken } = invoice.payments
  const isOpen = checkoutToken !== null || transactions.some(({ status }) => status === 'pending')
  if (!isOpen) return 'expired'
  return world.clock.nowMs() >= invoice.dueMs ? 'overdue' : 'pending'
}

const ECHOED_FIRST = ['invoice_number'] as const

function invoiceDocument(world: World, invoice: Invoice, origin: string): Record<string, unknown> {
  const { request } = invoice
  const {
    order_id: _,
    invoice_number: __,
    document_type: documentType = 'invoice',
    payment_type: ___,
    due_date: dueDate,
    invoice_date: invoiceDate,
    virtual_accounts: ____,
    payment_link: paymentLink,
    ...echoed
  } = request
  const accounts = invoice.payments.accounts.map(({ name, transactionId }) => ({
    name,
    number: world.ledger.find(transactionId)?.number ?? '',
  }))
  return {
    id: invoice.id,
    order_id: invoice.orderId,
    ...Object.fromEntries(ECHOED_FIRST.map((field) => [field, request[field]])),
    status: invoiceStatus(world, invoice),
    document_type: documentType,
    payment_type: invoice.paymentType,
    due_date: dueDate,
    invoice_date: invoiceDate,
    published_date: `${toWib(invoice.publishedMs)} +0700`,
    gross_amount: invoice.grossAmount,
    ...echoed,
    ...(accounts.length ? { virtual_accounts: accounts } : {}),
    ...(paymentLink === undefined ? {} : { payment_link: paymentLink }),
    ...(invoice.payments.checkoutToken === null
      ? {}
      : { payment_link_url: `${origin}/invoices/${invoice.id}/pay` }),
    pdf_url: `${origin}/invoices/${invoice.id}`,
  }
}
