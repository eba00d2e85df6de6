import type { Context } from 'hono'
import { html } from 'hono/html'
import type { FraudStatus, TransactionStatus } from '../../gateway/wire.ts'
import { stateOf } from '../lifecycle.ts'
import type { SimulatedTransaction } from '../show-transaction.ts'
import type { Simulator } from '../simulator.ts'
import { toWib } from '../wib-time.ts'
import type { World } from '../world.ts'
import { languageOf } from './language.ts'
import { LANGUAGES, type Language, STATE_WORDS, STATUS_WORDS, type Text, WORDS, type Word } from './words.ts'

export type Html = ReturnType<typeof html>

/** What every page is made with. */
export interface Page {
  readonly context: Context
  readonly simulator: Simulator
  readonly world: World
  readonly language: Language
  readonly say: (word: Word) => string
  /** What went wrong with the form that was just sent. */
  readonly failure: string | null
}

const PLACES = [
  { path: '/', word: 'transactions' },
  { path: '/pay', word: 'pay' },
  { path: '/notifications', word: 'notifications' },
  { path: '/faults', word: 'faults' },
  { path: '/clock', word: 'clock' },
  { path: '/requests', word: 'requests' },
] as const satisfies readonly { path: string; word: Word }[]

export function openPage(
  context: Context,
  simulator: Simulator,
  world: World,
  failure: string | null = null,
): Page {
  const language = languageOf(context)
  return { context, simulator, world, language, say: (word) => WORDS[word][language], failure }
}

export function layout(page: Page, title: string, content: Html): Html {
  const { say, language, world, failure } = page
  const path = page.context.req.path
  const isHere = (place: string) =>
    place === '/' ? path === '/' || path.startsWith('/transactions') : path.startsWith(place)
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${say('simulator')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#content">${say('skip')}</a>
<header><div class="bar">
<a class="name" href="/">${say('simulator')}</a>
<nav aria-label="${say('simulator')}"><ul>
${PLACES.map((place) => html`<li><a href="${place.path}"${isHere(place.path) ? html` aria-current="page"` : ''}>${say(place.word)}</a></li>`)}
</ul></nav>
<span class="now">${toWib(world.clock.nowMs())} ${say('wib')}, ${say(world.clock.frozen ? 'clock_frozen' : 'clock_running')}</span>
</div></header>
<main id="content">
${failure === null ? '' : html`<div class="alert" role="alert"><strong>${say('failed')}.</strong> ${failure}</div>`}
${content}
</main>
<footer>
<a href="/limits">${say('limits')}</a> ·
${say('language')}: ${LANGUAGES.map((one) => html`<a href="${inLanguage(page, one)}" lang="${one}"${one === language ? html` aria-current="true"` : ''}>${LANGUAGE_NAMES[one]}</a> `)}
</footer>
</body>
</html>`
}

/** The same place; after a form that failed, the page that it stands on. */
function inLanguage({ context, failure }: Page, language: Language): string {
  const { pathname, searchParams } = new URL(context.req.url)
  const place = PLACES.find(({ path }) => path !== '/' && pathname.startsWith(path))
  searchParams.set('lang', language)
  return `${failure !== null && place ? place.path : pathname}?${searchParams.toString()}`
}

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', id: 'Bahasa Indonesia' }

// ---------------------------------------------------------------- parts

export function rupiah(amount: number): string {
  return `Rp ${String(amount).replace(/\B(?=(\d{3})+$)/g, '.')}`
}

/** Its own name, and of a card what people call it. */
export function titleOf({ say }: Page, { methodName, method }: SimulatedTransaction): string {
  return methodName === 'credit_card' ? say('card') : method
}

export function time(at: Date | null): Html | string {
  if (!at) return '–'
  return html`<time class="time" datetime="${at.toISOString()}">${toWib(at.getTime())}</time>`
}

export function translated(page: Page, words: Readonly<Record<string, Text>>, name: string): string {
  return words[name]?.[page.language] ?? name
}

const TONES: Readonly<Record<string, string>> = {
  pending: 'wait',
  authorize: 'wait',
  challenge: 'wait',
  settlement: 'good',
  capture: 'good',
  deny: 'bad',
  failure: 'bad',
  chargeback: 'bad',
  partial_chargeback: 'bad',
  delivered: 'good',
  waiting: 'wait',
  queued: 'wait',
  sending: 'wait',
  held: 'wait',
  failed: 'bad',
  lost: 'bad',
}

/**
 * The gateway's own word is the tooltip: it is what programs see. A card that the fraud engine holds is `capture` by that word, and yet
 * nothing is paid.
 */
export function statusBadge(page: Page, status: TransactionStatus, fraud: FraudStatus | null): Html {
  const state = stateOf({ status, fraud })
  const told = state === 'challenge' ? `${status}, ${fraud}` : status
  return html`<span class="badge ${TONES[state] ?? ''}" title="${told}">${translated(page, STATUS_WORDS, state)}</span>`
}

export function stateBadge(page: Page, state: string): Html {
  return html`<span class="badge ${TONES[state] ?? ''}">${translated(page, STATE_WORDS, state)}</span>`
}

export function pretty(document: unknown): Html {
  return html`<pre tabindex="0">${JSON.stringify(document, null, 2)}</pre>`
}
