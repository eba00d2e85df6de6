import { html } from 'hono/html'
import { type Html, layout, type Page, time } from './layout.ts'

export function requestsPage(page: Page): Html {
  const { say, world } = page
  const requests = world.requests.list().reverse()
  return layout(
    page,
    say('requests'),
    html`<h1>${say('requests')}</h1><p>${say('requests_lead')}</p>
${
  requests.length === 0
    ? html`<p class="empty">${say('no_requests')}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${say('requests')}"><table>
<thead><tr><th scope="col">${say('at')}</th><th scope="col">${say('request')}</th><th scope="col">${say('answer')}</th><th scope="col" class="number">ms</th></tr></thead><tbody>
${requests.map(
  (one) => html`<tr><td>${time(one.at)}</td>
<td class="id"><span class="mono">${one.method} ${one.path}</span>${one.orderId ? html`<br><a class="small" href="/?q=${encodeURIComponent(one.orderId)}">${one.orderId}</a>` : ''}</td>
<td>${one.httpStatus === null ? html`<span class="badge bad">${say('line_cut')}</span>` : html`HTTP ${one.httpStatus}${one.statusCode ? html` · <strong>${one.statusCode}</strong>` : ''}${one.message ? html` <span class="soft small">${one.message}</span>` : ''}`}
${one.faults.map((fault) => html` <span class="badge wait">${fault}</span>`)}${one.replayed ? html` <span class="badge">${say('replayed')}</span>` : ''}</td>
<td class="number">${one.durationMs}</td></tr>`,
)}</tbody></table></div>`
}`,
  )
}
