import { readNotificationUrls } from '../act.ts'
import { ownCharge } from '../own-charge.ts'
import type { Text } from '../pages/words.ts'
import { isObject } from '../reader.ts'
import type { Transaction } from '../transaction.ts'
import type { World } from '../world.ts'
import type { Checkout } from './checkouts.ts'
import type { Choice } from './choices.ts'
import { refusalText } from './refusal-text.ts'

/** What the customer typed in. */
export interface Given {
  readonly amount?: number
  readonly phone?: string
  readonly card?: Readonly<Record<string, unknown>>
}

export type Attempt = { readonly transaction: Transaction } | { readonly refusal: Text }

/**
 * One go at paying a checkout: an ordinary charge, except that an order which was tried before may be tried again, with another transaction id. How many notices come of it is the merchant's first
 * surprise.
 */
export function attempt(world: World, checkout: Checkout, choice: Choice, given: Given): Attempt {
  const outcome = ownCharge(world, {
    orderId: orderIdOf(world, checkout),
    body: chargeOf(checkout, choice, given),
    amount: checkout.amount ?? given.amount ?? 0,
    ofSnap: true,
    extras: {
      overrideUrls: readNotificationUrls(checkout.overrideUrls),
      appendUrls: readNotificationUrls(checkout.appendUrls),
    },
  })
  if (outcome.kind === 'refusal') return { refusal: refusalText(outcome.name, outcome.problems) }
  if (outcome.kind !== 'charge') return { refusal: refusalText('internal', []) }
  world.checkouts.noteAttempt(checkout, outcome.view.transaction.id)
  return { transaction: outcome.view.transaction }
}

const ECHOED = [
  'item_details',
  'customer_details',
  'custom_field1',
  'custom_field2',
  'custom_field3',
  'metadata',
]

function chargeOf(checkout: Checkout, choice: Choice, given: Given): Record<string, unknown> {
  const { request } = checkout
  const options = request[choice.options]
  const part = {
    ...choice.part,
    ...(isObject(options) ? options : {}),
    ...(given.phone ? { payer_phone_number: given.phone } : {}),
    ...given.card,
  }
  return {
    payment_type: choice.paymentType,
    ...Object.fromEntries(
      ECHOED.filter((field) => request[field] != null).map((field) => [field, request[field]]),
    ),
    ...(Object.keys(part).length ? { [choice.paymentType]: part } : {}),
    ...(choice.takesExpiry ? expiryOf(request.expiry) : {}),
    // The safer key of a link's payments: their order id is not the merchant's own (notifications.md §8).
    ...(checkout.origin === 'payment_link' && request.custom_field1 == null
      ? { custom_field1: checkout.orderId }
      : {}),
  }
}

/** A link's payments carry a suffix of digits, a millisecond timestamp in most samples. */
function orderIdOf(world: World, { origin, orderId }: Checkout): string {
  if (origin !== 'payment_link') return orderId
  for (let ms = world.clock.nowMs(); ; ms++) {
    const suffixed = `${orderId}-${ms}`
    if (!world.ledger.find(suffixed)) return suffixed
  }
}

/** `expiry` of Snap says `minutes` and `duration` where Core says `minute` and `expiry_duration`. */
function expiryOf(expiry: unknown): Record<string, unknown> {
  if (!isObject(expiry)) return {}
  const { start_time: start, duration, unit } = expiry
  return {
    custom_expiry: {
      ...(typeof start === 'string' ? { order_time: start } : {}),
      expiry_duration: duration,
      unit: String(unit).replace(/s$/, ''),
    },
  }
}
