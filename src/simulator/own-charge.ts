import { type ChargeAsked, checkCharge } from './check-charge.ts'
import { openCharge } from './open-charge.ts'
import { type Outcome, refused } from './outcome.ts'
import { type Extras, NO_EXTRAS } from './transaction.ts'
import { viewOf } from './view.ts'
import type { World } from './world.ts'

/** A charge that Midtrans makes itself: from a hosted page, for an invoice, or because a subscription is due. */
export interface OwnCharge {
  /** Not the merchant's to choose, so not bound to what a merchant may send. */
  readonly orderId: string
  /** The rest, in Core's own words. */
  readonly body: Readonly<Record<string, unknown>>
  readonly amount: number
  /** An order that was tried before may be tried again, as long as nobody has paid it. */
  readonly ofSnap: boolean
  readonly extras?: Partial<Extras>
  /** A subscription has a range of its own (docs/midtrans/protocol.md §11). */
  readonly anyAmount?: true
}

export function ownCharge(world: World, asked: OwnCharge): Outcome {
  const { orderId, ofSnap, extras } = asked
  const charge = checkOwnCharge(world, asked)
  if ('kind' in charge) return charge
  const { callbackUrl } = charge.parts
  const all: Extras = {
    ...NO_EXTRAS,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...extras,
    echoed: { ...charge.echoed, ...extras?.echoed },
  }
  const opened = openCharge(world, { ...charge, orderId }, { extras: all, ofSnap })
  return 'refusal' in opened
    ? refused(opened.refusal, opened.problems)
    : { kind: 'charge', view: viewOf(opened) }
}

/** Whether it could be made, for those who make several or none. */
export function checkOwnCharge(
  world: World,
  { body, amount, anyAmount }: Pick<OwnCharge, 'body' | 'amount' | 'anyAmount'>,
): ChargeAsked | (Outcome & { readonly kind: 'refusal' }) {
  const whole = { ...body, transaction_details: { order_id: 'own', gross_amount: amount } }
  const { disabledMethods, amountLimits } = world.settings
  const settings = { disabledMethods, amountLimits: amountLimits && !anyAmount }
  const terms = { nowMs: world.clock.nowMs(), isOwn: true, settings }
  const checked = checkCharge(whole, terms)
  return 'refusal' in checked
    ? { kind: 'refusal', name: checked.refusal, problems: checked.problems }
    : checked.charge
}
