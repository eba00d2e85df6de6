import type { Context } from 'hono'
import { html } from 'hono/html'
import type { World } from '../world.ts'
import { type CheckoutWord, sayIn } from './checkout-words.ts'
import { languageOf } from './language.ts'
import type { Html } from './layout.ts'
import { LANGUAGES, type Language, type Text } from './words.ts'

/** What a customer sees: no way into the simulator from here, because the page stands for Midtrans's. */
export interface Visit {
  readonly context: Context
  readonly world: World
  readonly language: Language
  readonly say: (word: CheckoutWord) => string
  /** Shown in a frame of the shop's page, by snap.js. */
  readonly isPopup: boolean
  readonly failure: Text | null
}

export function openVisit(context: Context, world: World, failure: Text | null = null): Visit {
  const language = languageOf(context)
  return {
    context,
    world,
    language,
    say: sayIn(language),
    isPopup: context.req.query('popup') !== undefined,
    failure,
  }
}

/** `result` is what snap.js tells the shop; the script reads it from the page. */
export function checkoutLayout(
  visit: Visit,
  title: string,
  content: Html,
  result: object | null = null,
  /** Where the browser goes on its own. */
  goesTo: string | null = null,
): Html {
  const { say, language, failure, isPopup, context } = visit
  const inLanguage = (one: Language) => {
    const { pathname, searchParams } = new URL(context.req.url)
    searchParams.set('lang', one)
    return `${pathname}?${searchParams.toString()}`
  }
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${goesTo === null ? '' : html`<meta http-equiv="refresh" content="0;url=${goesTo}">`}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
${isPopup ? html`<script src="/snap/popup.js" defer></script>` : ''}
</head>
<body class="till"${result ? html` data-result="${JSON.stringify(result)}"` : ''}>
<main id="content">
${isPopup ? html`<p class="end"><button type="button" class="quiet" id="close" aria-label="${say('close')}">✕</button></p>` : ''}
${failure === null ? '' : html`<div class="alert" role="alert"><strong>${say('failed')}.</strong> ${failure[language]}</div>`}
${content}
</main>
<footer>${say('simulated')} ${say('language')}: ${LANGUAGES.map((one) => html`<a href="${inLanguage(one)}" lang="${one}"${one === language ? html` aria-current="true"` : ''}>${one}</a> `)}</footer>
</body>
</html>`
}
