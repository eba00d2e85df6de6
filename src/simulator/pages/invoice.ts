import { html } from 'hono/html'
import { invoiceStatus } from '../invoices/act.ts'
import type { Invoice } from '../invoices/invoices.ts'
import { isObject } from '../reader.ts'
import { toWib } from '../wib-time.ts'
import { checkoutLayout, type Visit } from './checkout-layout.ts'
import { type Html, rupiah } from './layout.ts'

/** What `pdf_url` shows: the invoice, and where to pay it. */
export function invoicePage(visit: Visit, invoice: Invoice): Html {
  const { say, world } = visit
  const { request, grossAmount, dueMs, id, accounts, checkoutToken } = invoice
  const status = invoiceStatus(world, invoice)
  const items = Array.isArray(request.item_details) ? request.item_details.filter(isObject) : []
  const isOwed = status === 'pending' || status === 'overdue'
  const numbers = accounts.map(({ name, transactionId }) => [name, world.ledger.find(transactionId)] as const)
  return checkoutLayout(
    visit,
    say('invoice'),
    html`<h1>${say('invoice')} ${request.invoice_number}</h1>
<p class="soft">${say('order')} <code>${invoice.orderId}</code> <span class="badge">${status}</span></p>
<p class="big">${rupiah(grossAmount)}</p><p>${say('due')} ${toWib(dueMs)} WIB</p>
<ul class="list">${items.map(({ description, quantity, price }) => html`<li>${description} × ${quantity}: ${rupiah(Number(price))}</li>`)}</ul>
${isOwed ? numbers.map(([name, one]) => html`<p>${name}: <code>${one?.method.number?.separate ? `${one.method.number.company} ` : ''}${one?.number}</code></p>`) : ''}
${isOwed && checkoutToken !== null ? html`<p><a class="button" href="/invoices/${id}/pay">${say('pay_here')}</a></p>` : ''}`,
  )
}
