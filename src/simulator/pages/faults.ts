import { html } from 'hono/html'
import { TRANSACTION_STATUSES } from '../../gateway/wire.ts'
import { ANY_VERBS, FAULT_KINDS, FAULTS } from '../faults.ts'
import { type Html, layout, type Page } from './layout.ts'

export function faultsPage(page: Page): Html {
  const { say, simulator } = page
  const faults = simulator.faults.list()
  const field = (name: string, label: string, input: Html) =>
    html`<div class="narrow"><label for="${name}">${label}</label>${input}</div>`
  const number = (name: string, least: number, most: number) =>
    html`<input id="${name}" name="${name}" type="number" min="${least}" max="${most}">`
  return layout(
    page,
    say('faults'),
    html`<h1>${say('faults')}</h1><p>${say('faults_lead')}</p>
${
  faults.length === 0
    ? html`<p class="empty">${say('no_faults')}</p>`
    : html`<div class="scroll"><table><thead><tr><th scope="col">${say('fault')}</th><th scope="col">${say('details')}</th><th scope="col">${say('left')}</th><th scope="col"></th></tr></thead><tbody>
${faults.map(
  ({
    id,
    kind,
    left,
    times: _,
    ...details
  }) => html`<tr><td>${FAULTS[kind].says[page.language]}<br><code>${kind}</code></td>
<td>${Object.entries(details).map(([name, value]) => html`<code>${name}: ${String(value)}</code><br>`)}</td><td>${left}</td>
<td><form method="post" action="/faults/${id}/remove"><button class="quiet" aria-label="${say('remove')} ${kind}">${say('remove')}</button></form></td></tr>`,
)}
</tbody></table></div>
<form class="row" method="post" action="/faults/clear"><button class="quiet">${say('clear_all')}</button></form>`
}
<h2>${say('add_fault')}</h2>
<form method="post" action="/faults">
<div class="row"><div class="grow"><label for="kind">${say('fault')}</label><select id="kind" name="kind">
${(['request', 'notification'] as const).map(
  (on) => html`<optgroup label="${say(on === 'request' ? 'fault_requests' : 'fault_notices')}">
${FAULT_KINDS.filter((kind) => FAULTS[kind].on === on).map((kind) => html`<option value="${kind}">${FAULTS[kind].says[page.language]}</option>`)}</optgroup>`,
)}
</select></div>
${field('order_id', say('order'), html`<input id="order_id" name="order_id" maxlength="100" placeholder="${say('any')}">`)}
${field('times', say('times'), html`<input id="times" name="times" type="number" min="1" max="1000000" value="1">`)}
</div>
<fieldset><legend>${say('details')}</legend><p class="soft small">${say('option_hint')}</p><div class="row">
${field('verb', say('endpoint'), html`<select id="verb" name="verb"><option value="">${say('any')}</option>${ANY_VERBS.map((verb) => html`<option>${verb}</option>`)}</select>`)}
${field('when', say('when'), html`<select id="when" name="when"><option value=""></option><option value="before">${say('before')}</option><option value="after">${say('after')}</option></select>`)}
${field('seconds', say('seconds'), number('seconds', 1, 86_400))}
${field('status', say('http_status'), number('status', 400, 599))}
${field('body', say('error_body'), html`<select id="body" name="body"><option value="">${say('with_json')}</option><option value="false">${say('without_json')}</option></select>`)}
${field('code', say('code'), number('code', 400, 599))}
${field('copies', say('copies'), number('copies', 2, 100))}
${field('transaction_status', say('notice_status'), html`<select id="transaction_status" name="transaction_status"><option value="">${say('any')}</option>${TRANSACTION_STATUSES.map((status) => html`<option>${status}</option>`)}</select>`)}
</div></fieldset>
<p><button>${say('add_fault')}</button></p></form>`,
  )
}
