/** The second step of a command: its intent, as it was written down, is sent. Whoever sends it sends the same. */
import { assert } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import type { SubscriptionIntentCommand, SubscriptionIntentRow } from '../../store/subscription-intents.ts'
import type { Context } from '../context.ts'
import { readAsked, readUpdate } from './asked-text.ts'

interface About {
  readonly merchant: string
  /** Midtrans's id; null while it is being made. */
  readonly gatewayId: string | null
}

type Send = (context: Context, intent: SubscriptionIntentRow, about: About) => Promise<Answer>

// biome-ignore format: a table is read in columns
const SEND: Readonly<Record<SubscriptionIntentCommand, Send>> = {
  create:  ({ gateway }, { key, request }, { merchant }) => gateway.createSubscription({ merchant, key }, readAsked(request)),
  update:  ({ gateway }, { request }, about)             => gateway.updateSubscription(about, idOf(about), readUpdate(request)),
  disable: ({ gateway }, _, about)                       => gateway.disableSubscription(about, idOf(about)),
  enable:  ({ gateway }, _, about)                       => gateway.enableSubscription(about, idOf(about)),
  cancel:  ({ gateway }, _, about)                       => gateway.cancelSubscription(about, idOf(about)),
}

export function sendSubscriptionIntent(
  context: Context,
  intent: SubscriptionIntentRow,
  about: About,
): Promise<Answer> {
  return SEND[intent.command](context, intent, about)
}

function idOf({ gatewayId }: About): string {
  assert(gatewayId !== null, 'a command about a subscription at Midtrans names none')
  return gatewayId
}
