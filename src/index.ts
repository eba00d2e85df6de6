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
export { DIFFERENCE_KINDS, type DifferenceKind } from './domain/differences.ts'
export { EVENTS, type EventType, REVIEW_REASONS, type ReviewReason } from './domain/events.ts'
export {
  INVOICE_REVIEW_REASONS,
  type InvoiceAccount,
  type InvoiceChannel,
  type InvoicePaymentType,
  type InvoiceReviewReason,
  type InvoiceStatus,
  type TaxMode,
} from './domain/invoice.ts'
export {
  MESSAGE_CHANNELS,
  MESSAGE_LANGUAGES,
  MESSAGE_STATUSES,
  MESSAGE_TYPES,
  MESSAGES,
  type MessageChannel,
  type MessageLanguage,
  type MessageStatus,
  type MessageType,
} from './domain/message.ts'
export type {
  MessageFacts,
  MessageInstructions,
  MessageTemplate,
  MessageTemplates,
  MessageText,
  OutgoingMessage,
  OwnTemplates,
  Renewal,
  SendMessage,
} from './domain/message-facts.ts'
export { dayText, rupiahText, timeText } from './domain/message-words.ts'
export type { PayAccountStatus } from './domain/pay-account.ts'
export type { PaymentStatus } from './domain/payment-status.ts'
export type { Feature, Features, PlanStatus } from './domain/plan.ts'
export type { Schedule } from './domain/schedule.ts'
export type {
  BilledType,
  Collection,
  IntervalUnit,
  RetryUnit,
  SubscriptionStatus,
  SubscriptionType,
} from './domain/subscription.ts'
export { TOPUP_STATUSES, type TopupStatus } from './domain/topup.ts'
export { WALLET_ENTRY_KINDS, type WalletEntryKind, type WalletStatus } from './domain/wallet.ts'
export { BayarError, ERRORS, type ErrorCode, isBayarError } from './errors.ts'
export type { TaskCall, Tasks } from './jobs/bind-tasks.ts'
export type { ChargeGiven, TaskName } from './jobs/tasks.ts'
export type { Worker } from './jobs/worker.ts'
export type {
  Event,
  EventArgument,
  InvoiceEventArgument,
  NotificationInfo,
  PaymentEventArgument,
  TopupEventArgument,
  WalletEventArgument,
} from './operations/events/event-argument.ts'
export type { HostTransaction, OnHandler, WithinHandler } from './operations/events/handler-registry.ts'
export type { Delivery, ListedEvent, RegisteredHandler } from './operations/events/index.ts'
export type { Health } from './operations/health.ts'
export type { CreatedInvoice } from './operations/invoices/create-invoice.ts'
export type { CreditNote } from './operations/invoices/credit-notes.ts'
export type { InvoiceReference } from './operations/invoices/find-invoice.ts'
export type { InvoiceFilter, Invoices } from './operations/invoices/index.ts'
export type { CreateInvoiceInput } from './operations/invoices/invoice-input.ts'
export type { Invoice, InvoiceIssuer, InvoiceItem } from './operations/invoices/invoice-view.ts'
export type { IssueInvoiceInput } from './operations/invoices/issue-invoice.ts'
export type { MarkedOverdue, MarkOverdueOptions } from './operations/invoices/mark-overdue-invoices.ts'
export type {
  CheckedOutInvoice,
  CheckoutInvoiceInput,
  PaidInvoice,
  PayInvoiceInput,
} from './operations/invoices/pay-invoice.ts'
export type { InvoicePdfOptions } from './operations/invoices/pdf/invoice-pdf.ts'
export type { RefreshInvoiceInput } from './operations/invoices/refresh-invoice.ts'
export type { VoidInvoiceInput } from './operations/invoices/void-invoice.ts'
export { jsonLog, type Log, silentLog } from './operations/log.ts'
export type { Messages } from './operations/messages/index.ts'
export type { Message } from './operations/messages/message-view.ts'
export type { Reminded } from './operations/messages/send-reminders.ts'
export type { Notification } from './operations/notifications/index.ts'
export type { ForeignOrder, ForeignOrderQuery } from './operations/notifications/list-foreign-orders.ts'
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
export type { Adopted, AdoptInput } from './operations/payments/adopt-payment.ts'
export type { ChargeCommon, ChargeInput, ChargeItem } from './operations/payments/charge-input.ts'
export type { Checked } from './operations/payments/check-payment.ts'
export type { CheckoutInput } from './operations/payments/checkout-input.ts'
export type { CheckoutPage } from './operations/payments/checkout-page.ts'
export type { CheckedOut } from './operations/payments/checkout-payment.ts'
export type { CaptureInput, CommandInput } from './operations/payments/command-input.ts'
export type { HistoryEntry, Page, PaymentQuery, PaymentReference } from './operations/payments/index.ts'
export type {
  Attempt,
  Payment,
  PaymentCard,
  PaymentInstructions,
  PaymentItem,
} from './operations/payments/payment-view.ts'
export type { PossibleRequest } from './operations/payments/possible-requests.ts'
export type { Prepared } from './operations/payments/prepare-payment.ts'
export type { RefundInput } from './operations/payments/refund-input.ts'
export type { Refunded } from './operations/payments/refund-payment.ts'
export type { RefundedToWallet, RefundToWalletInput } from './operations/payments/refund-to-wallet.ts'
export type { Refund } from './operations/payments/refund-view.ts'
export type {
  CreatePlanInput,
  Plan,
  PlanFilter,
  PlanQuery,
  PlanReference,
  PlanSort,
  Plans,
  UpdatePlanInput,
} from './operations/plans/index.ts'
export type { Difference, ShownStanding } from './operations/reconciliations/difference.ts'
export type { ReconcileOptions, ReconcileProgress } from './operations/reconciliations/reconcile.ts'
export type {
  CancelInput,
  ChangedPlan,
  ChangePlanInput,
  CreatedSubscription,
  CreateSubscriptionInput,
  PaidOwed,
  Reactivated,
  Subscribed,
  SubscribeInput,
  SubscribeMethod,
  Subscription,
  SubscriptionFilter,
  SubscriptionQuery,
  SubscriptionResolution,
  SubscriptionSort,
  Subscriptions,
  SyncedSubscriptions,
  UpdateSubscriptionInput,
  WayToPay,
} from './operations/subscriptions/index.ts'
export type { DelayOptions, Drain, Task, TaskHandle } from './operations/task-verbs.ts'
export type { CreatedTopup, CreateTopupInput } from './operations/topups/create-topup.ts'
export type { TopupReference, Topups } from './operations/topups/index.ts'
export type { Topup } from './operations/topups/topup-view.ts'
export type { AdjustedWallet } from './operations/wallets/adjust-wallet.ts'
export type { WalletAudit, WrongWallet } from './operations/wallets/audit-wallets.ts'
export type { Wallets } from './operations/wallets/index.ts'
export type {
  AdjustWalletInput,
  FreezeWalletInput,
  WalletReference,
} from './operations/wallets/wallet-input.ts'
export type { Wallet, WalletEntry } from './operations/wallets/wallet-view.ts'
export type { HostsTransaction } from './store/host-transaction.ts'
