import { html } from 'hono/html'
import { chargeDocument } from '../documents.ts'
import type { Cause } from '../lifecycle.ts'
import type { Transaction } from '../transaction.ts'
import { viewOf } from '../view.ts'
import { toWib } from '../wib-time.ts'
import type { Visit } from './checkout-layout.ts'
import type { CheckoutWord } from './checkout-words.ts'
import type { Html } from './layout.ts'
import { CAUSE_WORDS } from './words.ts'

/** What the charge answered, as a customer is shown it: numbers to type in, a code to scan, a place to go. */
const SHOWN = [
  ['biller_code', 'biller_code'],
  ['bill_key', 'bill_key'],
  ['permata_va_number', 'va_number'],
  ['payment_code', 'payment_code'],
  ['store', 'store'],
] as const satisfies readonly (readonly [field: string, word: CheckoutWord])[]

export function instructions({ context, world, say }: Visit, one: Transaction): Html {
  const { origin } = new URL(context.req.url)
  const document: Readonly<Record<string, unknown>> = {
    ...chargeDocument(viewOf(one), world.merchant, origin),
  }
  const accounts = Array.isArray(document.va_numbers) ? (document.va_numbers as Record<string, string>[]) : []
  const shown = [
    ...accounts.map(({ va_number: number }) => [say('va_number'), String(number)] as const),
    ...SHOWN.filter(([field]) => typeof document[field] === 'string').map(
      ([field, word]) => [say(word), String(document[field])] as const,
    ),
  ]
  const qr = qrImagePath(one)
  return html`${qr ? html`<p><img class="qr" src="${qr}" alt="${say('qr_code')}" width="220" height="220"></p>` : ''}
<dl>${shown.map(([label, value]) => html`<dt>${label}</dt><dd><code>${value}</code></dd>`)}
<dt>${say('until')}</dt><dd>${toWib(one.expiresMs)} WIB</dd></dl>`
}

export function qrImagePath({ id, method, detail }: Transaction): string | null {
  if (method.paymentType === 'qris') return `/v2/qris/${id}/qr-code`
  return method.name === 'gopay' && !detail?.linked ? `/v2/gopay/${id}/qr-code` : null
}

/** What each kind of customer can do. The dashboard's doings are on the transaction's own page. */
const BY_FAMILY = {
  card: ['refuse'],
  wallet: ['pay', 'refuse'],
  paylater: ['pay', 'refuse'],
  over_the_counter: ['pay'],
} as const satisfies Record<Transaction['method']['family'], readonly Cause[]>

/** As the bank's, the wallet's or the store's own screen: a PIN, a code, a till. */
export function customerPanel({ world, say, language }: Visit, one: Transaction, action: string): Html {
  const possible = world.ledger.legalCauses(one)
  const { family } = one.method
  const causes = BY_FAMILY[family].filter((cause) => possible.includes(cause))
  const title = (cause: Cause) =>
    cause === 'pay' ? say(`pay_${family}`) : (CAUSE_WORDS[cause]?.does[language] ?? cause)
  const threeDs = one.detail?.card?.threeDs
  return html`<h2>${say('as_customer')}</h2>
${
  threeDs && threeDs !== 'none' && possible.includes('pay')
    ? html`<form class="row" method="post" action="${action}"><input type="hidden" name="move" value="authenticate">
<div class="narrow"><label for="otp">${say('otp')} <span class="hint">(112233)</span></label><input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" maxlength="6" ${threeDs === 'frictionless' ? '' : html`required`}></div>
<button>${say('confirm')}</button></form>`
    : ''
}
<form class="row" method="post" action="${action}">
${causes.map((cause, at) => html`<button name="move" value="${cause}" class="${at === 0 && family !== 'card' ? '' : 'quiet'}">${title(cause)}</button>`)}
</form>`
}
