/** Writes down what a customer is to be told, in the transaction of its cause: it is told if that is true, and only then. Sending is a worker's. */

import { subjectOf } from '../../domain/events.ts'
import { jakartaDay } from '../../domain/jakarta-time.ts'
import { causedBy, causedByPayment, type MessageCause } from '../../domain/message.ts'
import type { Plan } from '../../domain/steps.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import type { Queryable, Transaction } from '../../store/database.ts'
import { insertMessages, type NewMessage } from '../../store/messages.ts'
import type { NewEvent } from '../../store/write-events.ts'
import type { Context } from '../context.ts'

/** Of invoices, subscriptions and top-ups. Of wallets nothing is told: each movement has a cause that is. */
export function messagesOfEvents(
  context: Context,
  tx: Transaction,
  events: readonly NewEvent[],
): Promise<number> {
  return writeMessages(
    context,
    tx,
    events.flatMap((event) => {
      const cause = causedBy(event.type)
      if (!cause || event.type === null) return []
      const { subjectId, paymentId } = event
      const is = subjectOf(event.type)
      return {
        ...named(context, cause, { subjectId, paymentId, refundId: null, eventId: event.id }),
        subscriptionId: is === 'subscription' ? subjectId : null,
        invoiceId: is === 'invoice' ? subjectId : null,
        topupId: is === 'topup' ? subjectId : null,
        // An invoice tells of what is left of it, whichever payment was the last.
        paymentId: is === 'invoice' ? null : paymentId,
      }
    }),
  )
}

/** Of a payment that has an owner. */
export function messagesOfPayment(
  context: Context,
  tx: Transaction,
  { ownerId, plan }: { readonly ownerId: string; readonly plan: Plan },
): Promise<number> {
  const { id: paymentId, owner } = plan.payment
  return writeMessages(
    context,
    tx,
    plan.history.flatMap(({ id: eventId, event, refundId }) => {
      const cause = causedByPayment(owner ?? '', event)
      if (!cause) return []
      return {
        ...named(context, cause, { subjectId: ownerId, paymentId, refundId, eventId }),
        subscriptionId: owner === 'subscription' ? ownerId : null,
        invoiceId: owner === 'invoice' ? ownerId : null,
        topupId: owner === 'topup' ? ownerId : null,
        paymentId,
        refundId,
      }
    }),
  )
}

interface Things {
  readonly subjectId: string
  readonly paymentId: string | null
  readonly refundId: string | null
  readonly eventId: string
}

function named(context: Context, cause: MessageCause, things: Things) {
  return {
    id: uuidv7(),
    type: cause.type,
    dedupeKey: dedupeKeyOf(cause.type, thingOf(cause, things), context.clock.now()),
  }
}

function thingOf({ thing }: MessageCause, { subjectId, paymentId, refundId, eventId }: Things): string {
  switch (thing) {
    case 'payment':
    case 'payment_else_event':
      return paymentId ?? eventId
    case 'payment_else_subject':
      return paymentId ?? subjectId
    case 'refund':
      return refundId ?? eventId
    case 'subject':
      return subjectId
  }
}

export function dedupeKeyOf(type: string, thing: string, at: Date): string {
  return `${type}:${thing}:${jakartaDay(at)}`
}

/** How many are new; what was written today already is left as it is. */
export async function writeMessages(
  { rules, clock, channel }: Context,
  database: Queryable,
  messages: readonly NewMessage[],
): Promise<number> {
  const wanted = messages.filter(({ type }) => rules.messages.types.has(type))
  if (wanted.length === 0) return 0
  return insertMessages(database, wanted, {
    at: clock.now(),
    channel: channel.name,
    language: rules.messages.language,
  })
}
