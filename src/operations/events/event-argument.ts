/** What a handler is given: one object, complete, so that a handler never has to ask the database what happened. */
import type { EventType } from '../../domain/events.ts'
import type { PaymentStatus } from '../../domain/payment-status.ts'
import type { Notifications } from '../notifications/index.ts'
import type { Payments } from '../payments/index.ts'
import type { Attempt, Payment } from '../payments/payment-view.ts'
import type { Events } from './index.ts'

export interface Event {
  /** The same at every try and after every replay: the key to deduplicate by. */
  readonly id: string
  readonly type: EventType
  /** Rises with every change of the payment. */
  readonly sequence: number
  /** What the payment showed before. */
  readonly previous: PaymentStatus
  readonly status: PaymentStatus
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

export interface EventArgument {
  readonly event: Event
  /** Today's payment, with status, amounts and version as the event left them. */
  readonly payment: Payment
  readonly attempt: Attempt | null
  /** null when other news was the cause: a charge answer, a look-up, a person. */
  readonly notification: NotificationInfo | null
  /** The document that brought the news. */
  readonly payload: Readonly<Record<string, unknown>>
  /** Ends when the time for this try is over. */
  readonly abort: AbortSignal
  /** The instance that runs this handler. */
  readonly bayar: BayarVerbs
}

/** What a handler may do next. */
export interface BayarVerbs {
  readonly payments: Payments
  readonly notifications: Notifications
  readonly events: Events
}
