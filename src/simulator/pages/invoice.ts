import { html } from 'hono/html'
import { choiceOf } from '../checkout/choices.ts'
import { type InvoiceStatus, invoiceStatus } from '../invoices/act.ts'
import type { Invoice } from '../invoices/invoices.ts'
import { isObject } from '../reader.ts'
import { toWib } from '../wib-time.ts'
import { checkoutLayout, type Visit } from './checkout-layout.ts'
import type { CheckoutWord } from './checkout-words.ts'
import { type Html, rupiah } from './layout.ts'

const INVOICE_WORDS = {
  pending: 'invoice_pending',
  paid: 'invoice_paid',
  overdue: 'invoice_overdue',
  expired: 'invoice_expired',
  voided: 'invoice_voided',
  published: 'quotation_open',
  cancelled: 'invoice_voided',
  rejected: 'quotation_rejected',
} as const satisfies Record<InvoiceStatus, CheckoutWord>

/** What `pdf_url` shows: the invoice, and where to pay it. */
export function invoicePage(visit: Visit, invoice: Invoice): Html {
  const { say, world, language } = visit
  const { request, grossAmount, dueMs, id, documentType, payments } = invoice
  const status = invoiceStatus(world, invoice)
  const items = Array.isArray(request.item_details) ? request.item_details.filter(isObject) : []
  const isOwed = status === 'pending' || status === 'overdue'
  const numbers = payments.accounts.map(
    ({ name, transactionId }) => [name, world.ledger.find(transactionId)] as const,
  )
  return checkoutLayout(
    visit,
    say(documentType),
    html`<h1>${say(documentType)} ${request.invoice_number}</h1>
<p class="soft">${say('order')} <code>${invoice.orderId}</code> <span class="badge" title="${status}">${say(INVOICE_WORDS[status])}</span></p>
<p class="big">${rupiah(grossAmount)}</p><p>${say(documentType === 'quotation' ? 'valid_until' : 'due')} ${toWib(dueMs)} WIB</p>
<ul class="list">${items.map(({ description, quantity, price }) => html`<li>${description} × ${quantity}: ${rupiah(Number(price))}</li>`)}</ul>
${isOwed ? numbers.map(([name, one]) => html`<p>${choiceOf(name === 'mandiri_bill' ? 'echannel' : name)?.title[language] ?? name}: <code>${one?.method.number?.separate ? `${one.method.number.company} ` : ''}${one?.number}</code></p>`) : ''}
${isOwed && payments.checkoutToken !== null ? html`<p><a class="button" href="/invoices/${id}/pay">${say('pay_here')}</a></p>` : ''}`,
  )
}
