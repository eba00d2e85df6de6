import type { EventType } from '../../domain/events.ts'
import { toNumber } from '../../domain/money.ts'
import type { ToldEvent } from '../../store/events.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { type Payment, questionsOf, toPaymentView } from '../payments/payment-view.ts'
import type { EventArgument } from './event-argument.ts'

export function argumentOf(
  context: Context,
  event: ToldEvent,
  row: PaymentRow,
  ending: { readonly signal: AbortSignal },
): EventArgument {
  const today = toPaymentView(row)
  const payment = asOf(today, event)
  return {
    event: {
      id: event.id,
      type: event.type as EventType,
      sequence: event.sequence,
      previous: event.previous,
      status: event.status,
      moneyDelta: toNumber(event.money_delta),
      reviewReason: event.review_reason,
      refundId: event.refund_id,
      occurredAt: event.occurred_at,
    },
    payment,
    attempt: today.attempts.find((attempt) => attempt.id === event.attempt_id) ?? null,
    notification: event.notification && {
      id: event.notification.id,
      status: event.notification.status,
      transactionStatus: event.notification.transaction_status,
      statusCode: event.notification.status_code,
      sender: event.notification.sender,
      receivedAt: event.notification.received_at,
    },
    payload: readPayload(event.payload),
    // Made when it is asked for: most handlers never do.
    get abort() {
      return ending.signal
    },
    bayar: context.verbs(),
  }
}

/** A handler that runs late must not see a later refund as if it had come before. */
function asOf(today: Payment, event: ToldEvent): Payment {
  return {
    ...today,
    status: event.status,
    version: event.sequence,
    refundAmount: toNumber(event.refunded_amount),
    netAmount: toNumber(event.net_amount),
    ...questionsOf(event.status, event.net_amount),
  }
}

function readPayload(bytes: Buffer | null): Readonly<Record<string, unknown>> {
  if (bytes === null) return {}
  try {
    const read: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}
