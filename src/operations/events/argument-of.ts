import type { EventType, SubjectName } from '../../domain/events.ts'
import type { InvoiceStatus } from '../../domain/invoice.ts'
import { toNumber } from '../../domain/money.ts'
import type { PaymentStatus } from '../../domain/payment-status.ts'
import type { SubscriptionStatus } from '../../domain/subscription.ts'
import type { TopupStatus } from '../../domain/topup.ts'
import type { WalletStatus } from '../../domain/wallet.ts'
import type { ToldEvent } from '../../store/told-events.ts'
import type { Context } from '../context.ts'
import { toInvoiceView } from '../invoices/invoice-view.ts'
import { type Payment, questionsOf, toPaymentView } from '../payments/payment-view.ts'
import { toSubscription } from '../subscriptions/subscription-view.ts'
import { toTopup } from '../topups/topup-view.ts'
import { toWallet, toWalletEntry } from '../wallets/wallet-view.ts'
import type { Common, EventArgument } from './event-argument.ts'
import type { Subject } from './subjects.ts'

export function argumentOf(
  context: Context,
  event: ToldEvent,
  subject: Subject,
  ending: { readonly signal: AbortSignal },
): EventArgument {
  return aboutIt(commonOf(context, event, ending), seen(context, event, subject)) as EventArgument
}

function seen(context: Context, event: ToldEvent, subject: Subject): object {
  if (subject.is === 'invoice') {
    const today = toInvoiceView(subject.invoice, context.clock.now())
    return {
      invoice: { ...today, status: event.status as InvoiceStatus, version: event.sequence },
      payment: subject.payment && toPaymentView(subject.payment),
    }
  }
  if (subject.is === 'subscription') {
    const today = toSubscription(subject.subscription, context.clock.now())
    return {
      subscription: { ...today, status: event.status as SubscriptionStatus, version: event.sequence },
      payment: subject.payment && toPaymentView(subject.payment),
    }
  }
  if (subject.is === 'topup') {
    return {
      topup: { ...toTopup(subject.topup), status: event.status as TopupStatus, version: event.sequence },
      payment: subject.payment && toPaymentView(subject.payment),
    }
  }
  if (subject.is === 'wallet') {
    const entry = toWalletEntry(subject.entry)
    return {
      wallet: {
        ...toWallet(subject.wallet),
        status: event.status as WalletStatus,
        version: event.sequence,
        balance: entry.balanceAfter,
        shortfall: entry.shortfallAfter,
      },
      entry,
      payment: subject.payment && toPaymentView(subject.payment),
    }
  }
  const today = toPaymentView(subject.payment)
  return {
    payment: asOf(today, event),
    attempt: today.attempts.find((attempt) => attempt.id === event.attempt_id) ?? null,
  }
}

/** Onto the same object: a copy would ask for `abort`. */
function aboutIt(common: Common<SubjectName, string>, subject: object) {
  return Object.assign(common, subject)
}

function commonOf(
  context: Context,
  event: ToldEvent,
  ending: { readonly signal: AbortSignal },
): Common<SubjectName, string> {
  let payload: Common<SubjectName, string>['payload'] | undefined
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
    notification: event.notification && {
      id: event.notification.id,
      status: event.notification.status,
      transactionStatus: event.notification.transaction_status,
      statusCode: event.notification.status_code,
      sender: event.notification.sender,
      receivedAt: event.notification.received_at,
    },
    // The next two are made when they are asked for: most handlers never do.
    get payload() {
      payload ??= readPayload(event.payload)
      return payload
    },
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
    status: event.status as PaymentStatus,
    version: event.sequence,
    refundAmount: toNumber(event.refunded_amount),
    netAmount: toNumber(event.net_amount),
    ...questionsOf(event.status as PaymentStatus, event.net_amount),
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
