/** What a command asks, as its intent keeps it: JSON with amounts and times as text, and read back to be sent once more. */
import type { SubscriptionAsked, SubscriptionChangeAsked } from '../../domain/subscription.ts'

export function askedText(asked: SubscriptionAsked): unknown {
  return { ...asked, amount: asked.amount.toString(), startTime: asked.startTime.toISOString() }
}

export function readAsked(request: unknown): SubscriptionAsked {
  const kept = request as SubscriptionAsked
  return { ...kept, amount: BigInt(kept.amount), startTime: new Date(kept.startTime) }
}

/** A change, with what of it is ours alone. */
export interface UpdateAsked extends SubscriptionChangeAsked {
  readonly title: string
  readonly paymentOption: string | null
}

export function updateText(asked: UpdateAsked): unknown {
  return {
    ...asked,
    amount: asked.amount.toString(),
    nextChargeAt: asked.nextChargeAt?.toISOString() ?? null,
  }
}

export function readUpdate(request: unknown): UpdateAsked {
  const kept = request as UpdateAsked
  return {
    ...kept,
    amount: BigInt(kept.amount),
    nextChargeAt: kept.nextChargeAt === null ? null : new Date(kept.nextChargeAt),
  }
}
