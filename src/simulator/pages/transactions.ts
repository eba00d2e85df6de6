import { html } from 'hono/html'
import type { Checkout } from '../checkout/checkouts.ts'
import { type SimulatedTransaction, showTransaction } from '../show-transaction.ts'
import { isPaid, snapPathOf } from '../snap/sessions.ts'
import type { World } from '../world.ts'
import { type Html, layout, type Page, rupiah, statusBadge, time, titleOf } from './layout.ts'

const PAGE_SIZE = 50
/** The newest of them; a link is for what was just made. */
const CHECKOUTS_SHOWN = 20
/** A search in pieces of ids looks at this many of the newest, so that it stays quick with a million. */
const SEARCHED_MAX = 100_000

export function transactionsPage(page: Page): Html {
  const { say, world, simulator, context } = page
  const search = (context.req.query('q') ?? '').trim()
  const before = Number(context.req.query('before')) || undefined
  const { found, next } = findTransactions(world, search, before)
  const more = new URLSearchParams({ ...(search ? { q: search } : {}), before: String(next) })
  return layout(
    page,
    say('transactions'),
    html`<h1>${say('transactions')}</h1>
<details ${world.ledger.size === 0 ? html`open` : ''}><summary>${say('connect')}</summary>
<dl>
<dt>${say('base_url')}</dt><dd><code>${new URL(context.req.url).origin}</code></dd>
<dt>${say('server_key')}</dt><dd><code>${simulator.serverKey}</code></dd>
<dt>${say('client_key')}</dt><dd><code>${simulator.clientKey}</code></dd>
<dt>${say('merchant_id')}</dt><dd><code>${simulator.merchantId}</code></dd>
<dt>${say('notice_url')}</dt><dd>${world.settings.notificationUrls.map((url) => html`<code>${url}</code> `)}
${world.settings.notificationUrls.length ? '' : html`<a href="/notifications">${say('no_address')}</a>`}</dd>
</dl></details>
${search || before ? '' : openCheckouts(page)}
<form class="row" method="get" action="/" role="search">
<div class="grow"><label for="q">${say('search_label')}</label><input id="q" name="q" type="search" value="${search}" maxlength="100"></div>
<button>${say('search')}</button>
</form>
${
  found.length === 0
    ? html`<p class="empty">${say(search ? 'nothing_found' : 'no_transactions')}</p>`
    : transactionTable(page, found)
}
<p>${before ? html`<a href="/">${say('newest')}</a> ` : ''}${next ? html`<a href="/?${more.toString()}" rel="next">${say('older')}</a>` : ''}</p>`,
  )
}

/** Before a method is chosen there is no transaction, so without this their pages could be found nowhere here. */
function openCheckouts(page: Page): Html | string {
  const { say, world } = page
  const open: Checkout[] = []
  for (const one of world.checkouts.all()) if (isOpen(world, one)) open.push(one)
  if (open.length === 0) return ''
  const shown = open.slice(-CHECKOUTS_SHOWN).reverse()
  return html`<details open><summary>${say('open_checkouts')} (${open.length})</summary>
<ul class="list">${shown.map((one) => html`<li><a href="${snapPathOf(one)}">${one.orderId}</a> ${one.amount === null ? '' : rupiah(one.amount)} · ${time(new Date(one.createdMs))}</li>`)}</ul></details>`
}

function isOpen({ checkouts, ledger }: World, one: Checkout): boolean {
  if (one.origin !== 'snap' || checkouts.isOver(one)) return false
  return !one.attempts.some((id) => {
    const attempt = ledger.find(id)
    return attempt !== undefined && isPaid(attempt)
  })
}

export function transactionTable(page: Page, transactions: readonly SimulatedTransaction[]): Html {
  const { say } = page
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${say('transactions')}"><table>
<thead><tr><th scope="col">${say('order')}</th><th scope="col">${say('status')}</th><th scope="col" class="number">${say('amount')}</th><th scope="col">${say('method')}</th><th scope="col">${say('created')}</th></tr></thead>
<tbody>
${transactions.map(
  (one) => html`<tr><td class="id"><a href="/transactions/${one.transactionId}">${one.orderId}</a></td>
<td>${statusBadge(page, one.status, one.fraudStatus)}</td><td class="number">${rupiah(one.grossAmount)}</td>
<td>${titleOf(page, one)}<br><span class="soft small mono">${[one.billerCode, one.vaNumber ?? one.billKey].filter(Boolean).join(' ')}</span></td>
<td>${time(one.createdAt)}</td></tr>`,
)}
</tbody></table></div>`
}

interface Found {
  readonly found: SimulatedTransaction[]
  /** Where the next page begins; 0: there is none. */
  readonly next: number
}

function findTransactions(world: World, search: string, before: number | undefined): Found {
  const found: SimulatedTransaction[] = []
  const exact = search ? (world.ledger.find(search) ?? world.ledger.findByNumber(search)) : undefined
  if (exact && before === undefined && exact.orderId !== search)
    return { found: [showTransaction(world, exact)], next: 0 }
  let looked = 0
  let last = 0
  for (const one of world.ledger.newest(before)) {
    if (search && ++looked > SEARCHED_MAX) break
    if (search && !one.orderId.includes(search) && !one.number.includes(search) && !one.id.startsWith(search))
      continue
    if (found.length === PAGE_SIZE) return { found, next: last }
    found.push(showTransaction(world, one))
    last = one.sequence
  }
  // An order further back than the search looks is still found by its whole id.
  if (exact && found.length === 0 && before === undefined) found.push(showTransaction(world, exact))
  return { found, next: 0 }
}
