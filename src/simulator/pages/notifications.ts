import { html } from 'hono/html'
import type { SimulatedNotification } from '../notice.ts'
import { type Html, layout, type Page, pretty, stateBadge, statusBadge, time } from './layout.ts'
import type { Word } from './words.ts'

const SHOWN = 100

const KIND_WORDS = {
  payment: 'payment',
  test: 'test_ping',
  recurring: 'recurring',
  pay_account: 'pay_account',
} as const satisfies Record<SimulatedNotification['kind'], Word>

export function notificationsPage(page: Page): Html {
  const { say, world } = page
  const { paused } = world.outbox
  return layout(
    page,
    say('notifications'),
    html`<h1>${say('notifications')}</h1>
${paused ? html`<p class="alert" role="status">${say('paused')}</p>` : ''}
<form class="row" method="post" action="/notifications/url">
<div class="grow"><label for="url">${say('notice_url')} <span class="hint">(${say('notice_url_hint')})</span></label>
<input id="url" name="url" value="${world.settings.notificationUrls.join(', ')}" maxlength="2000" autocomplete="off" spellcheck="false"></div>
<div class="grow"><label for="recurring">${say('recurring_url')}</label>
<input id="recurring" name="recurring" value="${world.settings.recurringUrls.join(', ')}" maxlength="2000" autocomplete="off" spellcheck="false"></div>
<button>${say('save')}</button></form>
<div class="row">
<form class="inline" method="post" action="/notifications/test"><button class="quiet">${say('send_test')}</button></form>
<form class="inline" method="post" action="/notifications/${paused ? 'resume' : 'pause'}"><button class="quiet">${say(paused ? 'resume_notices' : 'pause')}</button></form>
</div>
${noticeTable(page, world.outbox.list().slice(0, SHOWN))}`,
  )
}

export function noticeTable(page: Page, notices: readonly SimulatedNotification[]): Html {
  const { say } = page
  if (notices.length === 0) return html`<p class="empty">${say('no_notices')}</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${say('notifications')}"><table>
<thead><tr><th scope="col">${say('created')}</th><th scope="col">${say('order')}</th><th scope="col">${say('tells')}</th><th scope="col">${say('state')}</th><th scope="col">${say('attempts')}</th></tr></thead>
<tbody>${notices.map((notice) => noticeRow(page, notice))}</tbody></table></div>`
}

function noticeRow(page: Page, notice: SimulatedNotification): Html {
  const { say } = page
  return html`<tr><td>${time(notice.createdAt)}</td>
<td class="id">${
    notice.transactionId === null
      ? html`<span class="badge">${say(KIND_WORDS[notice.kind])}</span>`
      : html`<a href="/transactions/${notice.transactionId}">${notice.orderId}</a>`
  }</td>
<td>${notice.transactionStatus === null ? '' : statusBadge(page, notice.transactionStatus, notice.fraudStatus)}${notice.fault ? html`<br><code>${notice.fault}</code>` : ''}</td>
<td>${stateBadge(page, notice.state)}
<form method="post" action="/notifications/${notice.id}/resend"><button class="quiet">${say('resend')}</button></form></td>
<td><span class="small mono">${notice.url ?? say('no_address')}</span>
<ol class="small">${notice.attempts.map(
    (attempt) =>
      html`<li>${time(attempt.at)} · ${attempt.httpStatus === undefined ? say('no_answer') : `HTTP ${attempt.httpStatus}`} · ${attempt.durationMs} ms${attempt.byHand ? ` · ${say('by_hand')}` : ''}${attempt.says === null ? '' : html`<br><code>${attempt.says}</code>`}</li>`,
  )}</ol>
${notice.nextAttemptAt ? html`<p class="small">${say('next_attempt')}: ${time(notice.nextAttemptAt)}</p>` : ''}
<details><summary class="small">${say('body')}</summary>${pretty(JSON.parse(notice.body))}</details></td></tr>`
}
