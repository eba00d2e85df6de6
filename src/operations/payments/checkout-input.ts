/** A hosted page as the host's code asks for it, read into what Midtrans is asked; every mistake in it at once. */
import type { CheckoutAsked, CheckoutCard, PaymentOwner } from '../../domain/payment.ts'
import { invalidRequest, type Problem } from '../../errors.ts'
import {
  checkoutProblems,
  paymentTypeOf,
  SNAP_METHODS,
  type SnapMethod,
} from '../../gateway/checkout-body.ts'
import type { Rules } from '../context.ts'
import { type ChargeCommon, COMMON_FIELDS, readOrder, readUrl, recordOf } from './charge-input.ts'

export interface CheckoutInput extends ChargeCommon {
  /** Which methods the customer may choose from, by Snap's names; left out, those of the dashboard. */
  readonly enabledPayments?: readonly SnapMethod[]
  /** Where the page sends the customer afterwards. What it adds to the address proves nothing. */
  readonly finishUrl?: string
  readonly errorUrl?: string
  readonly card?: CheckoutCard
}

export interface CheckedCheckout {
  readonly merchant: string
  readonly asked: CheckoutAsked
  readonly userId: string | null
  readonly newAttempt: boolean
}

const FIELDS: readonly string[] = [
  ...COMMON_FIELDS.filter((name) => name !== 'paymentType'),
  'enabledPayments',
  'finishUrl',
  'errorUrl',
  'card',
]

export function checkCheckout(
  given: CheckoutInput,
  rules: Rules,
  makeOrderId: () => string,
  owner?: PaymentOwner,
): CheckedCheckout {
  const input = recordOf(given)
  const problems: Problem[] = []
  for (const name of Object.keys(input)) {
    if (input[name] !== undefined && input[name] !== null && !FIELDS.includes(name))
      problems.push({ field: name, reason: `is not a field of a checkout; there are ${FIELDS.join(', ')}` })
  }
  const { merchant, userId, order } = readOrder(input, rules, problems, makeOrderId, owner)
  const asked: CheckoutAsked = {
    ...order,
    enabledPayments: allowed(problems, readMethods(problems, input.enabledPayments), rules),
    finishUrl: readUrl(problems, input.finishUrl, 'finish_url'),
    errorUrl: readUrl(problems, input.errorUrl, 'error_url'),
    card: readCard(problems, input.card),
  }
  const all = checkoutProblems(asked, problems)
  if (all.length > 0) throw invalidRequest(all)
  return { merchant, userId, newAttempt: input.newAttempt === true, asked }
}

function readMethods(problems: Problem[], given: unknown): readonly string[] | null {
  if (given === undefined || given === null) return null
  if (Array.isArray(given) && given.every((name) => typeof name === 'string')) return given
  problems.push({ field: 'enabled_payments', reason: 'must be a list of names' })
  return null
}

/** The setting is for every way in: what it leaves out is not offered on a page either, and a page that asks for nothing offers what it allows. */
function allowed(
  problems: Problem[],
  asked: readonly string[] | null,
  { enabledMethods }: Rules,
): readonly string[] | null {
  if (enabledMethods === null) return asked
  const isOn = (name: string) => enabledMethods.includes(paymentTypeOf(name as SnapMethod))
  if (asked === null) return SNAP_METHODS.filter(isOn)
  for (const name of asked) {
    if ((SNAP_METHODS as readonly string[]).includes(name) && !isOn(name))
      problems.push({
        field: 'enabled_payments',
        reason: `has ${name}, which is not among enabledMethods (MIDTRANS_ENABLED_PAYMENTS): ${enabledMethods.join(', ')}`,
      })
  }
  return asked
}

const CARD: Readonly<Record<keyof CheckoutCard, [is: (value: unknown) => boolean, reason: string]>> = {
  secure: [(value) => typeof value === 'boolean', 'must be true or false'],
  saveCard: [(value) => typeof value === 'boolean', 'must be true or false'],
  bank: [(value) => typeof value === 'string' && /^[a-z]{1,20}$/.test(value), 'must be a bank’s name'],
  type: [(value) => value === 'authorize', 'must be authorize'],
}

function readCard(problems: Problem[], given: unknown): CheckoutCard | null {
  if (given === undefined || given === null) return null
  const card = recordOf(given)
  const read: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(card)) {
    if (value === undefined || value === null) continue
    const field = Object.hasOwn(CARD, name) ? CARD[name as keyof CheckoutCard] : undefined
    if (field?.[0](value)) read[name] = value
    else
      problems.push({
        field: `card.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
        reason: field?.[1] ?? `is not a field of it; there are ${Object.keys(CARD).join(', ')}`,
      })
  }
  return read
}
