/** The hosted page of an order, as its intent keeps it: where it is, until when somebody could pay on it, and whether it was ended before. */
import { secondsAfter } from '../../domain/clock.ts'
import { pageEndsAt, readCheckoutPage } from '../../gateway/checkout-body.ts'
import { PAYMENT_METHODS } from '../../gateway/payment-methods.ts'
import type { Queryable } from '../../store/database.ts'
import { askedToEndPage, findLatestIntent, type IntentRow } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { readCheckoutAsked } from './charge-request.ts'

export interface CheckoutPage {
  /** For Snap's script in the browser. */
  readonly token: string
  /** Or send the customer here. */
  readonly redirectUrl: string
  readonly expiresAt: Date
  /** The customer may still choose a way to pay on it. */
  readonly isOpen: boolean
}

/** Whatever was begun in the last second is known to Midtrans by then. */
const GRACE_SECONDS = 120
/** What the order id never finds can have been begun in the last second, too, and paid until its own time is over, which is the page's where that was asked for. */
const UNSEEN_SECONDS = Math.max(
  ...PAYMENT_METHODS.filter((method) => !method.foundByOrderId).map(({ expiry }) => expiry.defaultSeconds),
)

/** The last page that was made for the order. */
export async function findCheckoutPage(
  context: Context,
  payment: { readonly id: string; readonly attempts: readonly { readonly paid: boolean }[] },
): Promise<CheckoutPage | null> {
  const intent = await findLatestIntent(context.database, payment.id, 'checkout')
  const page = intent?.state === 'done' && intent.answer ? readCheckoutPage(intent.answer) : null
  if (!page || !intent) return null
  const expiresAt = endOf(intent)
  const isInTime = context.clock.now() < expiresAt
  const isOpen = isInTime && (await findOpenPage(context, context.database, payment)) !== null
  return { ...page, expiresAt, isOpen }
}

export interface OpenPage {
  readonly token: string
  /** Until when a way to pay that was begun on it may be there without anybody's word of it. */
  readonly payableUntil: Date
}

/**
 * The page on which the order could still be paid: until its end, and the little while in which what was begun in its last second may come to light. Money that came closes it, Midtrans takes no second
 * payment on it; so does ending it by command.
 */
export async function findOpenPage(
  context: Context,
  database: Queryable,
  payment: { readonly id: string; readonly attempts: readonly { readonly paid: boolean }[] },
): Promise<OpenPage | null> {
  if (payment.attempts.some((attempt) => attempt.paid)) return null
  const intent = await findLatestIntent(database, payment.id, 'checkout')
  const page = intent?.state === 'done' && intent.answer ? readCheckoutPage(intent.answer) : null
  if (!page || !intent || isPageOver(context, intent)) return null
  if (await askedToEndPage(database, payment.id, page.token, 'done')) return null
  return { token: page.token, payableUntil: payableUntil(intent) }
}

export function isPageOver(context: Context, intent: IntentRow): boolean {
  return context.clock.now() >= secondsAfter(payableUntil(intent), GRACE_SECONDS)
}

function endOf(intent: IntentRow): Date {
  return pageEndsAt(readCheckoutAsked(intent.request), intent.answered_at ?? intent.created_at)
}

function payableUntil(intent: IntentRow): Date {
  const isOwnTime = readCheckoutAsked(intent.request).expirySeconds === null
  return secondsAfter(endOf(intent), isOwnTime ? UNSEEN_SECONDS : 0)
}
