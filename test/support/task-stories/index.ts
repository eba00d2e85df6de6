/** One story for each task of src/jobs/tasks.ts. Two names of one task have the same. */
import type { TaskName } from '../../../src/jobs/tasks.ts'
import * as billing from './billing.ts'
import * as books from './books.ts'
import * as payments from './payments.ts'
import type { TaskStory } from './story.ts'

export type { Aftermath, TaskStory, World } from './story.ts'

// biome-ignore format: a table is read in columns
export const TASK_STORIES = {
  check_payment_status:          payments.checkPaymentStatus,
  process_charge_async:          payments.processChargeAsync,
  process_refund_async:          payments.processRefundAsync,
  check_pending_payments:        payments.checkPendingPayments,
  expire_stale_payments:         payments.expireStalePayments,
  reconcile:                     payments.reconcile,
  check_overdue_invoices:        books.markOverdueInvoices,
  mark_overdue_invoices:         books.markOverdueInvoices,
  sync_subscription_status:      books.syncSubscriptionStatus,
  sync_midtrans_subscriptions:   books.syncSubscriptionStatus,
  process_due_subscriptions:     billing.processDueSubscriptions,
  process_wallet_billing:        billing.processWalletBilling,
  process_expired_subscriptions: billing.processExpiredSubscriptions,
  process_past_due_expiration:   billing.processPastDueExpiration,
  retry_failed_payments:         billing.retryFailedPayments,
  send_expiry_reminders:         billing.sendExpiryReminders,
  purge:                         books.purge,
} as const satisfies Readonly<Record<TaskName, TaskStory>>
