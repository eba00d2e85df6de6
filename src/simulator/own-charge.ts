import { checkCharge } from './check-charge.ts'
import { openCharge } from './open-charge.ts'
import { type Outcome, refused } from './outcome.ts'
import type { Extras } from './transaction.ts'
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
}

export function ownCharge(world: World, { orderId, body, amount, ofSnap, extras }: OwnCharge): Outcome {
  const whole = { ...body, transaction_details: { order_id: 'own', gross_amount: amount } }
  const checked = checkCharge(whole, world.clock.nowMs(), world.settings.disabledMethods)
  if ('refusal' in checked) return refused(checked.refusal, checked.problems)
  const { charge } = checked
  const all: Extras = {
    overrideUrls: null,
    appendUrls: null,
    isQuiet: false,
    ...extras,
    echoed: { ...charge.echoed, ...extras?.echoed },
  }
  const opened = openCharge(world, { ...charge, orderId }, { extras: all, ofSnap })
  return 'refusal' in opened
    ? refused(opened.refusal, opened.problems)
    : { kind: 'charge', view: viewOf(opened) }
}
