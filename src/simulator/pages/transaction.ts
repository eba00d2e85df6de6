import { html } from 'hono/html'
import { statusDocument } from '../documents.ts'
import { showTransaction } from '../show-transaction.ts'
import { viewOf } from '../view.ts'
import { type Html, layout, type Page, pretty, rupiah, statusBadge, time, titleOf } from './layout.ts'
import { noticeTable } from './notifications.ts'
import { amountField } from './pay.ts'
import { transactionTable } from './transactions.ts'
import { CAUSE_WORDS } from './words.ts'

/** Only a held card comes to these from `capture`. */
const ENDS_A_HOLD: ReadonlySet<string> = new Set(['approve', 'deny', 'close'])

export function transactionPage(page: Page, id: string): Html {
  const { say, world, simulator, language } = page
  const one = simulator.transaction(id)
  const record = world.ledger.find(one.transactionId)!
  const others = world.ledger.ofOrder(one.orderId).filter((other) => other !== record)
  const payments = world.ledger.paymentsInto(record)
  const fact = (word: Parameters<typeof say>[0], value: unknown) =>
    value === null || value === '' ? '' : html`<dt>${say(word)}</dt><dd>${value}</dd>`
  const code = (text: string | null) => (text === null ? null : html`<code>${text}</code>`)
  const wasHeld = (at: number) => {
    const next = one.history[at + 1]
    return next ? ENDS_A_HOLD.has(next.cause) : one.fraudStatus === 'challenge'
  }
  const notices = world.outbox.listOf(one.transactionId)
  return layout(
    page,
    one.orderId,
    html`<h1>${one.orderId} ${statusBadge(page, one.status, one.fraudStatus)}</h1>
<p class="big">${rupiah(one.grossAmount)}</p>
<dl>
${fact('method', titleOf(page, one))}
${fact('va_number', code(one.vaNumber))}
${fact('biller_code', code(one.billerCode))}
${fact('bill_key', code(one.billKey))}
${fact('payment_code', one.paymentCode && code(`${one.store} ${one.paymentCode}`))}
${fact('qr', code(one.qrString))}
${fact('card', code(one.maskedCard))}
${fact('transaction_id', code(one.transactionId))}
${fact('created', time(one.createdAt))}
${fact('expires', time(one.expiresAt))}
${one.settledAt ? fact('settled', time(one.settledAt)) : ''}
</dl>
<h2>${say('actions')}</h2>
${
  one.possible.length === 0
    ? html`<p class="soft">${say('no_actions')}</p>`
    : html`<form class="row" method="post" action="/transactions/${one.transactionId}">${amountField(page, record)}
${one.possible.map(
  (cause, at) =>
    html`<button name="move" value="${cause}" class="${at === 0 ? '' : 'quiet'}">${CAUSE_WORDS[cause]?.does[language] ?? cause}</button>`,
)}</form>`
}
<h2>${say('timeline')}</h2>
<ol class="timeline">
${one.history.map(
  (change, at) =>
    html`<li>${time(change.at)} ${statusBadge(page, change.status, wasHeld(at) ? 'challenge' : null)} ${CAUSE_WORDS[change.cause]?.did[language] ?? change.cause}</li>`,
)}
</ol>
<h2>${say('notifications')}</h2>
${noticeTable(page, notices)}
${
  payments.length
    ? html`<h2>${say('payments_into')}</h2>${transactionTable(
        page,
        payments.map((payment) => showTransaction(world, payment)),
      )}`
    : ''
}
${
  others.length
    ? html`<h2>${say('same_order')}</h2>${transactionTable(
        page,
        others.map((other) => showTransaction(world, other)),
      )}`
    : ''
}
<h2>${say('raw')}</h2>
${pretty(statusDocument(viewOf(record), world.merchant))}`,
  )
}
