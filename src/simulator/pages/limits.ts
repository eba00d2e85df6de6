import { html } from 'hono/html'
import { DIFFERENCES } from '../differences.ts'
import { type Html, layout, type Page } from './layout.ts'

export function limitsPage(page: Page): Html {
  const { say, language } = page
  return layout(
    page,
    say('limits'),
    html`<h1>${say('limits')}</h1><p>${say('limits_lead')}</p>
<div class="scroll"><table><thead><tr><th scope="col">${say('topic')}</th><th scope="col">${say('difference')}</th></tr></thead><tbody>
${DIFFERENCES.map((row) => html`<tr><th scope="row">${row.topic[language]}</th><td>${row.says[language]}</td></tr>`)}
</tbody></table></div>`,
  )
}
