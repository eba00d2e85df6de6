import { html } from 'hono/html'
import type { Transaction } from '../transaction.ts'
import type { World } from '../world.ts'
import { type Html, layout, type Page, rupiah, statusBadge, translated } from './layout.ts'
import { STATUS_WORDS } from './words.ts'

/** The bank's side: a number is typed in, the bill is shown, and paid. */
export function payPage(page: Page): Html {
  const { say, context } = page
  const number = (context.req.query('number') ?? '').trim()
  const biller = (context.req.query('biller') ?? '').trim()
  return layout(
    page,
    say('pay'),
    html`<h1>${say('pay')}</h1><p>${say('pay_lead')}</p>
<form class="row" method="get" action="/pay">
<div class="grow"><label for="number">${say('number_to_pay')}</label><input id="number" name="number" required maxlength="500" autocomplete="off" value="${number}"></div>
<div class="narrow"><label for="biller">${say('biller_code')}</label><input id="biller" name="biller" inputmode="numeric" maxlength="10" autocomplete="off" aria-describedby="biller-hint" value="${biller}"></div>
<button>${say('look_up')}</button>
</form>
<p id="biller-hint" class="soft small">${say('biller_code')}: ${say('biller_hint')}</p>
${number ? bill(page, billOf(page.world, number, biller), missingBiller(page.world, number, biller)) : ''}`,
  )
}

function bill(page: Page, transaction: Transaction | undefined, missing: string | undefined): Html {
  const { say } = page
  if (missing) return html`<p class="alert" role="alert">${say('biller_needed')} <code>${missing}</code>.</p>`
  if (!transaction) return html`<p class="alert" role="alert">${say('number_unknown')}</p>`
  if (transaction.status !== 'pending')
    return html`<p class="alert" role="alert">${say('number_over')} ${translated(page, STATUS_WORDS, transaction.status)}.
<a href="/transactions/${transaction.id}">${transaction.orderId}</a></p>`
  return html`<section class="card" role="status"><p>${transaction.method.title} · ${transaction.orderId} ${statusBadge(page, transaction.status, transaction.fraud)}</p>
<p class="big">${rupiah(transaction.amount)}</p>
<form class="row" method="post" action="/transactions/${transaction.id}">${
    transaction.method.family === 'wallet'
      ? html`<div class="narrow"><label for="issuer">${say('issuer')}</label><select id="issuer" name="issuer">${ISSUERS.map((one) => html`<option>${one}</option>`)}</select></div>`
      : amountField(page, transaction)
  }<button name="move" value="pay">${say('pay_now')} ${transaction.extras?.isReusable ? '' : rupiah(transaction.amount)}</button></form></section>`
}

/** Into an account that takes many payments anything can be paid; everywhere else the amount is fixed. */
export function amountField({ say }: Page, { extras, amount, status }: Transaction): Html | string {
  if (!extras?.isReusable || status !== 'pending') return ''
  return html`<div class="narrow"><label for="amount">${say('amount')}</label><input id="amount" name="amount" inputmode="numeric" pattern="[0-9]+" maxlength="12" required value="${amount}"></div>`
}

/** Whose app scans the code; another one than its own makes the payment off-us. */
const ISSUERS = ['gopay', 'airpay shopee', 'dana', 'ovo', 'linkaja', 'bca'] as const

/** The address of a QR image will do as well as the text in it: some programs show only that. */
const QR_IMAGE = /\/([^/]+)\/qr-code$/

/** A bill key needs its biller code beside it, as at the bank: both must have been shown to the customer. */
function billOf(world: World, number: string, biller: string): Transaction | undefined {
  const image = QR_IMAGE.exec(number)?.[1]
  const scanned = image ? world.ledger.find(image) : world.ledger.findByQris(number)
  if (scanned?.method.family === 'wallet') return scanned
  const found = byNumber(world, number)
  const rule = found?.method.number
  if (!found || !rule) return undefined
  return rule.separate ? (biller === rule.company ? found : undefined) : biller === '' ? found : undefined
}

/** The company of a bill whose key was typed in without it: an empty field is forgotten sooner than it is wrong. */
function missingBiller(world: World, number: string, biller: string): string | undefined {
  const rule = biller === '' ? byNumber(world, number)?.method.number : undefined
  return rule?.separate ? rule.company : undefined
}

function byNumber(world: World, number: string): Transaction | undefined {
  return world.ledger.findByNumber(number.replaceAll(/[\s-]/g, ''))
}
