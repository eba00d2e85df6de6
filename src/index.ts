/**
 * bayar: payments and billing on the Midtrans gateway.
 *
 * ```ts
 * import { createBayar, fromEnv } from 'bayar'
 *
 * export const bayar = createBayar({ ...fromEnv(), basePath: '/api/bayar' })
 * bayar.on('payment.settled', 'fulfil-order', async ({ event, payment }) => fulfil(payment.orderId, { once: event.id }))
 * ```
 */
export { type Bayar, createBayar } from './bayar.ts'
export { type BayarOptions, fromEnv } from './config.ts'
export type { AttemptStatus } from './domain/attempt-lifecycle.ts'
export type {
  Acquirer,
  AkulakuCharge,
  Bank,
  BankTransferCharge,
  CardChannel,
  CreditCardCharge,
  CstoreCharge,
  DanaCharge,
  EchannelCharge,
  GopayCharge,
  KredivoCharge,
  MethodCharge,
  OvoCharge,
  QrisAcquirer,
  QrisCharge,
  ShopeepayCharge,
  Store,
} from './domain/charge-methods.ts'
export type { Clock } from './domain/clock.ts'
export { EVENTS, type EventType, REVIEW_REASONS, type ReviewReason } from './domain/events.ts'
export type { PayAccountStatus } from './domain/pay-account.ts'
export type { PaymentStatus } from './domain/payment-status.ts'
export { BayarError, ERRORS, type ErrorCode, isBayarError } from './errors.ts'
export type { Worker } from './jobs/worker.ts'
export type { Event, EventArgument, NotificationInfo } from './operations/events/event-argument.ts'
export type { HostTransaction, OnHandler, WithinHandler } from './operations/events/handler-registry.ts'
export type { Delivery, ListedEvent, RegisteredHandler } from './operations/events/index.ts'
export type { Health } from './operations/health.ts'
export { jsonLog, type Log, silentLog } from './operations/log.ts'
export type { Notification } from './operations/notifications/index.ts'
export type { Receipt } from './operations/notifications/receive-notification.ts'
export type { Replayed } from './operations/notifications/replay-notifications.ts'
export type {
  CreatedPayAccount,
  CreatePayAccountInput,
  FreshPayAccount,
  PayAccount,
  PayAccountReference,
  PayAccounts,
  PaymentOption,
} from './operations/pay-accounts/index.ts'
export type { ChargeCommon, ChargeInput, ChargeItem } from './operations/payments/charge-input.ts'
export type { Checked } from './operations/payments/check-payment.ts'
export type { HistoryEntry, Page, PaymentQuery, PaymentReference } from './operations/payments/index.ts'
export type {
  Attempt,
  Payment,
  PaymentCard,
  PaymentInstructions,
  PaymentItem,
} from './operations/payments/payment-view.ts'
