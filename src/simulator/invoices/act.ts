import { choiceOf } from '../checkout/choices.ts'
import { ownCharge } from '../own-charge.ts'
import { isObject, Reader } from '../reader.ts'
import { REFUSALS } from '../refusals.ts'
import { isPaid } from '../snap/sessions.ts'
import type { Transaction } from '../transaction.ts'
import type { V1Asked } from '../v1/asked.ts'
import { type Answer, refuseFields, refuseV1 } from '../v1/refusals.ts'
import { readOrderTime, toWib } from '../wib-time.ts'
import type { World } from '../world.ts'
import { checkInvoice, totalOf } from './check-invoice.ts'
import type { Invoice } from './invoices.ts'

export function createInvoice(world: World, { body, origin }: V1Asked): Answer {
  if (!isObject(body)) return refuseV1('invoice', 'malformed')
  const problems: string[] = []
  const read = new Reader(body, problems)
  const checked = checkInvoice(read, problems)
  const dueMs = checked?.dueDate === undefined ? undefined : readOrderTime(checked.dueDate)
  const datedMs = checked?.invoiceDate === undefined ? undefined : readOrderTime(checked.invoiceDate)
  if (checked?.dueDate !== undefined && dueMs === undefined)
    problems.push('due_date must be formatted as yyyy-MM-dd HH:mm:ss Z')
  if (checked?.invoiceDate !== undefined && datedMs === undefined)
    problems.push('invoice_date must be formatted as yyyy-MM-dd HH:mm:ss Z')
  if (dueMs !== undefined && datedMs !== undefined && dueMs <= datedMs)
    problems.push('due_date must be later than invoice_date')
  if (dueMs !== undefined && dueMs <= world.clock.nowMs()) problems.push('due_date must be in the future')
  const grossAmount = checked ? totalOf(body, checked.items) : 0
  if (checked && grossAmount <= 0) problems.push('gross_amount must be greater than 0')
  if (problems.length > 0 || !checked || dueMs === undefined) return refuseFields('invoice', problems)
  if (world.invoices.ofOrder(checked.orderId) || world.ledger.find(checked.orderId))
    return refuseV1('invoice', 'invoice_taken')

  const id = world.invoices.drawId()
  const accounts: { readonly name: string; readonly transactionId: string }[] = []
  for (const { name, number } of checked.accounts) {
    const opened = openAccount(world, { id, orderId: checked.orderId, grossAmount, name, number, dueMs })
    if (typeof opened === 'string') return refuseFields('invoice', [opened])
    accounts.push({ name, transactionId: opened.id })
  }
  const checkout =
    checked.paymentType === 'payment_link'
      ? world.checkouts.open(
          {
            origin: 'invoice',
            orderId: checked.orderId,
            amount: grossAmount,
            request: {
              ...(isObject(body.payment_link) ? body.payment_link : {}),
              metadata: { midtrans_invoice_id: id },
            },
            overrideUrls: null,
            appendUrls: null,
            expiresMs: null,
          },
          id,
        )
      : null
  const invoice = world.invoices.open({
    id,
    orderId: checked.orderId,
    grossAmount,
    dueMs,
    paymentType: checked.paymentType,
    request: body,
    accounts,
    checkoutToken: checkout?.token ?? null,
  })
  return { http: 201, body: invoiceDocument(world, invoice, origin) }
}

export function getInvoice(world: World, { id, origin }: V1Asked): Answer {
  const invoice = world.invoices.find(id)
  return invoice
    ? { http: 200, body: invoiceDocument(world, invoice, origin) }
    : refuseV1('invoice', 'not_found')
}

/** Only what is still owed; what was opened for it can no longer be paid. */
export function voidInvoice(world: World, { id }: V1Asked): Answer {
  const invoice = world.invoices.find(id)
  if (!invoice) return refuseV1('invoice', 'not_found')
  const status = invoiceStatus(world, invoice)
  if (status !== 'pending' && status !== 'overdue') return refuseV1('invoice', 'invoice_not_voidable')
  for (const one of world.ledger.ofOrder(invoice.orderId))
    if (one.status === 'pending') world.ledger.move(one, 'cancel')
  const checkout = invoice.checkoutToken === null ? undefined : world.checkouts.find(invoice.checkoutToken)
  if (checkout) world.checkouts.end(checkout, 'cancelled')
  world.invoices.void(invoice)
  return { http: 200, body: { success: true } }
}

export type InvoiceStatus = 'pending' | 'paid' | 'overdue' | 'expired' | 'voided'

export function invoiceStatus(world: World, invoice: Invoice): InvoiceStatus {
  if (invoice.voided) return 'voided'
  const transactions = world.ledger.ofOrder(invoice.orderId)
  if (transactions.some(isPaid)) return 'paid'
  const isOpen = invoice.checkoutToken !== null || transactions.some(({ status }) => status === 'pending')
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
  const accounts = invoice.accounts.map(({ name, transactionId }) => ({
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
    ...(invoice.checkoutToken === null ? {} : { payment_link_url: `${origin}/invoices/${invoice.id}/pay` }),
    pdf_url: `${origin}/invoices/${invoice.id}`,
  }
}

interface Account {
  readonly id: string
  readonly orderId: string
  readonly grossAmount: number
  readonly name: string
  readonly number: string | undefined
  readonly dueMs: number
}

/** Payable until the due date. Nothing is told of it before somebody pays or it expires (notifications.md §7). */
function openAccount(world: World, account: Account): Transaction | string {
  const choice = choiceOf(account.name === 'mandiri_bill' ? 'echannel' : account.name)
  if (!choice) return `virtual_accounts.name ${account.name} is not supported`
  const field = choice.paymentType === 'echannel' ? 'bill_key' : 'va_number'
  const part = { ...choice.part, ...(account.number === undefined ? {} : { [field]: account.number }) }
  const nowMs = world.clock.nowMs()
  const body = {
    payment_type: choice.paymentType,
    [choice.paymentType]: part,
    custom_expiry: {
      order_time: `${toWib(nowMs)} +0700`,
      expiry_duration: Math.max(20, Math.floor((account.dueMs - nowMs) / 1000)),
      unit: 'second',
    },
    metadata: { midtrans_invoice_id: account.id },
  }
  const outcome = ownCharge(world, {
    orderId: account.orderId,
    body,
    amount: account.grossAmount,
    ofSnap: true,
    extras: { isQuiet: true },
  })
  if (outcome.kind === 'charge') return outcome.view.transaction
  return outcome.kind === 'refusal'
    ? [REFUSALS[outcome.name].message, ...outcome.problems].join(' ')
    : REFUSALS.internal.message
}
