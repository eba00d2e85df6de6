import { html } from 'hono/html'
import { chargeDocument, viewOf } from '../documents.ts'
import type { Cause } from '../lifecycle.ts'
import type { Transaction } from '../transaction.ts'
import { toWib } from '../wib-time.ts'
import type { Visit } from './checkout-layout.ts'
import type { Html } from './layout.ts'
import { CAUSE_WORDS } from './words.ts'

/** What the charge answered, as a customer is shown it: numbers to type in, a code to scan, a place to go. */
const SHOWN = ['biller_code', 'bill_key', 'permata_va_number', 'payment_code', 'store', 'qr_string'] as const

export function instructions({ world, say }: Visit, one: Transaction): Html {
  const document: Readonly<Record<string, unknown>> = { ...chargeDocument(viewOf(one), world.merchant) }
  const accounts = Array.isArray(document.va_numbers) ? (document.va_numbers as Record<string, string>[]) : []
  const shown = [
    ...accounts.map(({ bank, va_number: number }) => [String(bank).toUpperCase(), String(number)] as const),
    ...SHOWN.filter((field) => typeof document[field] === 'string').map(
      (field) => [field.replaceAll('_', ' '), String(document[field])] as const,
    ),
  ]
  return html`<dl>${shown.map(([label, value]) => html`<dt>${label}</dt><dd><code>${value}</code></dd>`)}
<dt>${say('until')}</dt><dd>${toWib(one.expiresMs)} WIB</dd></dl>`
}

/** Only what a customer or the bank behind them could do; the dashboard's doings are on the transaction's own page. */
const CUSTOMERS: readonly Cause[] = ['pay', 'deny', 'expire']

export function customerPanel({ world, say, language }: Visit, one: Transaction, action: string): Html {
  const possible = world.ledger.legalCauses(one).filter((cause) => CUSTOMERS.includes(cause))
  return html`<h2>${say('as_customer')}</h2>
<form class="row" method="post" action="${action}">
${possible.map((cause, at) => html`<button name="move" value="${cause}" class="${at === 0 ? '' : 'quiet'}">${CAUSE_WORDS[cause]?.does[language] ?? cause}</button>`)}
</form>`
}
