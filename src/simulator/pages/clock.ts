import { html } from 'hono/html'
import { toWib } from '../wib-time.ts'
import { type Html, layout, type Page } from './layout.ts'
import type { Word } from './words.ts'

const STEPS: readonly (readonly [seconds: number, word: Word])[] = [
  [60, 'minute_1'],
  [600, 'minute_10'],
  [3600, 'hour_1'],
  [86_400, 'day_1'],
]

export function clockPage(page: Page): Html {
  const { say, world } = page
  const { frozen } = world.clock
  const now = toWib(world.clock.nowMs())
  return layout(
    page,
    say('clock'),
    html`<h1>${say('clock')}</h1>
<p class="big"><time datetime="${world.clock.now().toISOString()}">${now}</time> <span class="soft small">${say('wib')}, ${say(frozen ? 'clock_frozen' : 'clock_running')}</span></p>
<p>${say('clock_lead')}</p>
<p class="soft">${say('clock_alone')}</p>
<form class="row" method="post" action="/clock"><button name="do" value="${frozen ? 'resume' : 'freeze'}">${say(frozen ? 'resume_clock' : 'freeze')}</button></form>
<h2>${say('advance')}</h2>
<form class="row" method="post" action="/clock">${STEPS.map(([seconds, word]) => html`<button class="quiet" name="advance" value="${seconds}">+ ${say(word)}</button>`)}</form>
<h2>${say('set_to')}</h2>
<form class="row" method="post" action="/clock"><div class="medium"><label for="at">${say('set_to')} <span class="hint">(${say('wib')})</span></label>
<input id="at" name="at" type="datetime-local" step="1" required value="${now.replace(' ', 'T')}"></div><button>${say('set')}</button></form>`,
  )
}
