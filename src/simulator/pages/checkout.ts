import { html } from 'hono/html'
import type { Checkout } from '../checkout/checkouts.ts'
import { type Choice, choicesOf } from '../checkout/choices.ts'
import { closedReason, enabledIn } from '../checkout/choose.ts'
import { resultOf } from '../checkout/result.ts'
import { stateOf } from '../lifecycle.ts'
import { isObject } from '../reader.ts'
import { isPaid } from '../snap/sessions.ts'
import type { Transaction } from '../transaction.ts'
import { toWib } from '../wib-time.ts'
import { checkoutLayout, type Visit } from './checkout-layout.ts'
import { customerPanel, instructions } from './customer.ts'
import { type Html, rupiah } from './layout.ts'
import { standingOf } from './standing.ts'
import { linkTo } from './way-back.ts'
import { STATUS_WORDS } from './words.ts'

/** The choice of how to pay, and one try at it. `here` is the page's own path. */
export function choosePage(visit: Visit, checkout: Checkout, here: string): Html {
  const { say, world } = visit
  const title = `${say('pay_to')} ${world.merchant.id}`
  const attempts = checkout.attempts.map((id) => world.ledger.find(id)).filter((one) => one !== undefined)
  // A card that is reserved is as good as paid: another try would be refused.
  const paid =
    checkout.origin === 'payment_link'
      ? undefined
      : attempts.find((one) => isPaid(one) || one.status === 'authorize')
  if (paid) return attemptPage(visit, checkout, paid, here)
  const closed = closedReason(world, checkout)
  const result = resultOf(world, checkout, attempts.at(-1))
  if (closed)
    return checkoutLayout(
      visit,
      title,
      html`${heading(visit, checkout)}<p class="alert" role="alert">${say(closed)}</p>`,
      {
        event: 'error',
        ...result,
      },
    )
  const choices = choicesOf(enabledIn(checkout))
  const pending = attempts.filter((one) => one.status === 'pending')
  return checkoutLayout(
    visit,
    title,
    html`${heading(visit, checkout)}
${
  pending.length
    ? html`<h2>${say('earlier')}</h2><ul class="list">${pending.map((one) => html`<li><a href="${pathOf(visit, here, one)}">${titleOf(visit, one)}</a></li>`)}</ul>`
    : ''
}
<h2>${say('choose')}</h2>
${choices.length === 0 ? html`<p class="alert" role="alert">${say('no_methods')}</p>` : ''}
<div class="choices">${choices.map((choice) => choiceForm(visit, checkout, choice, here))}</div>`,
    { event: 'open', ...result },
  )
}

export function attemptPage(visit: Visit, checkout: Checkout, one: Transaction, here: string): Html {
  const { say, language, world } = visit
  const { says, tone, event } = standingOf(one)
  const finish = finishUrl(visit, checkout, one)
  const mayTryAgain = !closedReason(world, checkout) && mayBegin(visit, checkout)
  const result = resultOf(visit.world, checkout, one)
  return checkoutLayout(
    visit,
    titleOf(visit, one),
    html`${heading(visit, checkout, one)}
<p><span class="badge ${tone}" title="${one.status}">${STATUS_WORDS[stateOf(one)]?.[language] ?? one.status}</span> ${titleOf(visit, one)}</p>
${
  says !== null
    ? html`<p class="${CLASSES[tone]}" role="${tone === 'bad' ? 'alert' : 'status'}">${say(says)}</p>`
    : html`<h2>${say('instructions')}</h2>${instructions(visit, one)}<p><a href="${pathOf(visit, here, one)}">${say('refresh')}</a></p>${customerPanel(visit, one, pathOf(visit, here, one))}`
}
<p class="row">${finish ? html`<a class="button" href="${finish}">${say('back_to_shop')}</a> ` : ''}${
      mayTryAgain ? html`<a href="${withPopup(visit, here)}">${say('other_method')}</a>` : ''
    }</p>`,
    { event, ...result, ...(finish ? { finish_redirect_url: finish } : {}) },
  )
}

const CLASSES = { good: 'done', wait: 'note', bad: 'alert', '': 'note' } as const

/** Each payment of a link has an order id of its own. */
function mayBegin({ world }: Visit, { origin, orderId }: Checkout): boolean {
  return origin === 'payment_link' || world.ledger.isFree(orderId, true)
}

export function titleOf({ say }: Visit, { method }: Transaction): string {
  return method.family === 'card' ? say('card') : method.title
}

function heading(visit: Visit, checkout: Checkout, one?: Transaction): Html {
  const { say, world } = visit
  const amount = one?.amount ?? checkout.amount
  const title = typeof checkout.request.title === 'string' ? checkout.request.title : null
  return html`<h1>${title ?? html`${say('pay_to')} ${world.merchant.id}`}</h1>
<p class="soft">${say('order')} <code>${one?.orderId ?? checkout.orderId}</code></p>
${amount === null ? '' : html`<p class="big">${rupiah(amount)}</p>`}
${checkout.expiresMs === null || one ? '' : html`<p class="soft small">${say('until')} ${toWib(checkout.expiresMs)} WIB</p>`}`
}

function choiceForm(visit: Visit, checkout: Checkout, choice: Choice, here: string): Html {
  const { say, language } = visit
  const input = (name: string, label: string, more: Html | string = '') =>
    html`<div class="narrow"><label for="${choice.name}-${name}">${label}</label><input id="${choice.name}-${name}" name="${name}" required autocomplete="off" ${more}></div>`
  const credit = isObject(checkout.request.credit_card) ? checkout.request.credit_card : {}
  const isOpenAmount = checkout.amount === null
  const fields = html`${isOpenAmount ? input('amount', say('amount'), html`inputmode="numeric" pattern="[0-9]+"`) : ''}
${choice.asks === 'phone' ? input('phone', say('phone'), html`inputmode="tel"`) : ''}
${
  choice.asks === 'card'
    ? html`${input('number', say('card_number'), html`inputmode="numeric" maxlength="23"`)}${input('expiry', say('card_expiry'), html`placeholder="12/30" maxlength="7"`)}${input('cvv', say('card_cvv'), html`inputmode="numeric" maxlength="4"`)}
${termSelect(say('card_term'), credit.installment)}
${credit.save_card === true ? html`<div class="narrow"><label><input class="check" type="checkbox" name="save" value="1"> ${say('card_save')}</label></div>` : ''}`
    : ''
}`
  return html`<form class="choice" method="post" action="${withPopup(visit, here)}">
<input type="hidden" name="method" value="${choice.name}"><strong>${choice.title[language]}</strong>
<div class="row">${fields}<button>${say('go_on')}</button></div></form>`
}

/** `installment.terms` is a list for each bank; the page offers them all, and Core refuses what does not fit the card. */
function termSelect(label: string, installment: unknown): Html | string {
  if (!isObject(installment) || !isObject(installment.terms)) return ''
  const terms = [...new Set(Object.values(installment.terms).flat())]
    .map(Number)
    .filter((months) => Number.isInteger(months) && months > 0)
  return html`<div class="narrow"><label for="term">${label}</label><select id="term" name="term">${installment.required === true ? '' : html`<option value="">–</option>`}${terms.map((months) => html`<option>${months}</option>`)}</select></div>`
}

export function pathOf(visit: Visit, here: string, one: Transaction): string {
  return withPopup(visit, `${here}/${one.id}`)
}

/** In a frame the language travels in the address: no cookie keeps it. */
function withPopup({ isPopup, language }: Visit, path: string): string {
  return isPopup ? `${path}?popup=1&lang=${language}` : path
}

/** For the customer's eyes only: anybody can forge these parameters. */
function finishUrl({ world }: Visit, { request, origin }: Checkout, one: Transaction): string | null {
  const callbacks = isObject(request.callbacks) ? request.callbacks : {}
  const asked = origin === 'snap' || origin === 'payment_link' ? callbacks : {}
  const { code, tone } = standingOf(one)
  const to = (tone === 'bad' ? asked.error : undefined) ?? asked.finish ?? world.settings.finishUrl
  const link = linkTo(to, {
    order_id: one.orderId,
    status_code: code,
    transaction_status: one.status,
    merchant_id: world.merchant.id,
  })
  return link?.href ?? null
}
