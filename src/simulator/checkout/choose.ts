import { makeToken } from '../card-api.ts'
import { CHECKOUT_WORDS } from '../pages/checkout-words.ts'
import type { Text } from '../pages/words.ts'
import { usesLeft } from '../payment-links/act.ts'
import { isObject } from '../reader.ts'
import type { World } from '../world.ts'
import { type Attempt, attempt, type Given } from './attempt.ts'
import type { Checkout } from './checkouts.ts'
import { choiceOf, choicesOf } from './choices.ts'
import { refusalText } from './refusal-text.ts'

/** What a customer fills in; texts, as a form sends them. */
export interface Filled {
  readonly method?: string | undefined
  readonly amount?: string | undefined
  readonly phone?: string | undefined
  /** The card: number, MM/YY, CVV. */
  readonly number?: string | undefined
  readonly expiry?: string | undefined
  readonly cvv?: string | undefined
  readonly save?: string | undefined
  /** Instalments, in months. */
  readonly term?: string | undefined
}

/** The customer picks a way to pay on a hosted page. */
export function choose(world: World, checkout: Checkout, filled: Filled): Attempt {
  const closed = closedReason(world, checkout)
  if (closed) return { refusal: CHECKOUT_WORDS[closed] }
  const choice = choiceOf(filled.method ?? '')
  if (!choice || !choicesOf(enabledIn(checkout)).includes(choice))
    return { refusal: notOffered(filled.method ?? '') }
  const given = readGiven(world, checkout, filled)
  return 'refusal' in given ? given : attempt(world, checkout, choice, given)
}

function notOffered(method: string): Text {
  return { en: `“${method}” is not offered here.`, id: `“${method}” tidak tersedia di sini.` }
}

export function enabledIn({ request }: Checkout): readonly unknown[] | undefined {
  return Array.isArray(request.enabled_payments) ? request.enabled_payments : undefined
}

export function closedReason(world: World, checkout: Checkout): 'closed' | 'expired' | 'used_up' | undefined {
  if (checkout.ended === 'expired') return 'expired'
  if (checkout.ended !== null) return 'closed'
  if (world.checkouts.isOver(checkout)) return 'expired'
  if (checkout.origin === 'payment_link' && usesLeft(world, checkout) === 0) return 'used_up'
  return undefined
}

type Refusal = { readonly refusal: Text }

function readGiven(world: World, checkout: Checkout, filled: Filled): Given | Refusal {
  const amount = checkout.amount === null ? readAmount(checkout, filled.amount ?? '') : null
  if (typeof amount === 'object' && amount !== null) return { refusal: amount }
  const amounts = amount === null ? {} : { amount }
  if (filled.method !== 'credit_card') return { ...amounts, ...(filled.phone ? { phone: filled.phone } : {}) }
  const token = tokenFor(world, filled)
  return typeof token === 'object' ? token : { ...amounts, card: cardPart(checkout, filled, token) }
}

/** Else what it must be. */
function readAmount({ request }: Checkout, text: string): number | Text {
  const amount = /^\d{1,12}$/.test(text) ? Number(text) : 0
  const limits = isObject(request.dynamic_amount) ? request.dynamic_amount : {}
  const least = Number(limits.min_amount ?? 1)
  const most = Number(limits.max_amount ?? 999_999_999_999)
  const range = `${least} – ${most}`
  return amount >= least && amount <= most
    ? amount
    : { en: `The amount must be within ${range}.`, id: `Jumlahnya harus di antara ${range}.` }
}

/** As the card script would: of the number nothing but a token goes on. */
function tokenFor(world: World, { number = '', expiry = '', cvv = '' }: Filled): string | Refusal {
  const [month = '', year = ''] = expiry.split('/').map((part) => part.trim())
  const query = new URLSearchParams({
    card_number: number.replaceAll(/[\s-]/g, ''),
    card_exp_month: month.padStart(2, '0'),
    card_exp_year: year.length === 2 ? `20${year}` : year,
    card_cvv: cvv,
  })
  const made = makeToken(world, query)
  if (made.kind === 'refusal') return { refusal: refusalText(made.name, made.problems) }
  const document = made.kind === 'document' && isObject(made.document) ? made.document : {}
  return String(document.token_id)
}

function cardPart({ request }: Checkout, { save, term }: Filled, token: string): Record<string, unknown> {
  const asked = isObject(request.credit_card) ? request.credit_card : {}
  return {
    token_id: token,
    authentication: asked.secure === true,
    save_token_id: save === '1',
    ...(term ? { installment_term: Number(term) } : {}),
    ...(asked.whitelist_bins === undefined ? {} : { bins: asked.whitelist_bins }),
  }
}
