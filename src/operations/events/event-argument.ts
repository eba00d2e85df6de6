/** What a handler is given: one object, complete, so that a handler never has to ask the database what happened. */
import type { EventAbout, EventType, SubjectName, SubjectOf } from '../../domain/events.ts'
import type { InvoiceStatus } from '../../domain/invoice.ts'
import type { PaymentStatus } from '../../domain/payment-status.ts'
import type { SubscriptionStatus } from '../../domain/subscription.ts'
import type { TopupStatus } from '../../domain/topup.ts'
import type { WalletStatus } from '../../domain/wallet.ts'
import type { Invoices } from '../invoices/index.ts'
import type { Invoice } from '../invoices/invoice-view.ts'
import type { Notifications } from '../notifications/index.ts'
import type { Payments } from '../payments/index.ts'
import type { Attempt, Payment } from '../payments/payment-view.ts'
import type { Plans } from '../plans/index.ts'
import type { Subscriptions } from '../subscriptions/index.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import type { TaskVerbs } from '../task-verbs.ts'
import type { Topups } from '../topups/index.ts'
import type { Topup } from '../topups/topup-view.ts'
import type { Wallets } from '../wallets/index.ts'
import type { Wallet, WalletEntry } from '../wallets/wallet-view.ts'
import type { Events } from './index.ts'

export interface Event<Subject extends SubjectName = SubjectName, Status extends string = string> {
  /** The same at every try and after every replay: the key to deduplicate by. */
  readonly id: string
  readonly type: EventAbout<Subject>
  /** Rises with every change of what it is about. */
  readonly sequence: number
  /** What that showed before. */
  readonly previous: Status
  readonly status: Status
  /** What this changed in what the merchant has received. */
  readonly moneyDelta: number
  readonly reviewReason: string | null
  readonly refundId: string | null
  readonly occurredAt: Date
}

export interface NotificationInfo {
  readonly id: string
  readonly status: string
  readonly transactionStatus: string | null
  readonly statusCode: string | null
  readonly sender: string | null
  readonly receivedAt: Date
}

/** What every handler is given. */
export interface Common<Subject extends SubjectName, Status extends string> {
  readonly event: Event<Subject, Status>
  /** null when other news was the cause: a charge answer, a look-up, a person. */
  readonly notification: NotificationInfo | null
  /** The document that brought the news. */
  readonly payload: Readonly<Record<string, unknown>>
  /** Ends when the time for this try is over. */
  readonly abort: AbortSignal
  /** The instance that runs this handler. */
  readonly bayar: BayarVerbs
}

export interface PaymentEventArgument extends Common<'payment', PaymentStatus> {
  /** Today's payment, with status, amounts and version as the event left them. */
  readonly payment: Payment
  readonly attempt: Attempt | null
}

export interface InvoiceEventArgument extends Common<'invoice', InvoiceStatus> {
  /** Today's invoice, with status and version as the event left them. */
  readonly invoice: Invoice
  /** Today's payment that was the cause; null where none was. */
  readonly payment: Payment | null
}

export interface SubscriptionEventArgument extends Common<'subscription', SubscriptionStatus> {
  /** Today's subscription, with status and version as the event left them. */
  readonly subscription: Subscription
  /** The payment of the charge; null when the event is about no charge, or Midtrans made no transaction of it. */
  readonly payment: Payment | null
}

export interface WalletEventArgument extends Common<'wallet', WalletStatus> {
  /** Today's wallet, with balance, status and version as the event left them. */
  readonly wallet: Wallet
  readonly entry: WalletEntry
  /** The payment that brought or took the money; null where none did. */
  readonly payment: Payment | null
}

export interface TopupEventArgument extends Common<'topup', TopupStatus> {
  /** Today's top-up, with status and version as the event left them. */
  readonly topup: Topup
  readonly payment: Payment | null
}

interface Arguments {
  readonly topup: TopupEventArgument
  readonly wallet: WalletEventArgument
  readonly payment: PaymentEventArgument
  readonly subscription: SubscriptionEventArgument
  readonly invoice: InvoiceEventArgument
}

/** By what the events are about. */
export type EventArgument<Type extends EventType = EventType> = Arguments[SubjectOf<Type>]

/** What a person looks for it by. */
export function orderIdOf(argument: EventArgument): string | null {
  return 'invoice' in argument ? argument.invoice.orderId : (argument.payment?.orderId ?? null)
}

/** What a handler may do next. */
export interface BayarVerbs {
  readonly payments: Payments
  readonly invoices: Invoices
  readonly notifications: Notifications
  readonly events: Events
  /** By name: `bayar.tasks.delay('check_payment_status', orderId, { tx })`. */
  readonly tasks: Pick<TaskVerbs, 'delay' | 'get'>
  readonly subscriptions: Subscriptions
  readonly wallets: Wallets
  readonly topups: Topups
  readonly plans: Plans
}
