/**
 * Every task, one row each. `bayar.tasks.*`, `bayar task …`, the schedule, REST and docs/reference/tasks.md are made from it.
 *
 * To add one, add a row: its operation is in `operations/`, and may be begun any number of times, by any worker, at any moment; what moves money is keyed by `run.id` or by a row that `putOff` writes.
 */
import { z } from 'zod'
import { toCamel } from '../domain/wire-case.ts'
import { BayarError } from '../errors.ts'
import { processDueSubscriptions, processWalletBilling } from '../operations/billing/process-due.ts'
import { processExpiredSubscriptions, processPastDueExpiration } from '../operations/billing/process-ended.ts'
import { retryFailedPayments } from '../operations/billing/retry-failed.ts'
import type { Context } from '../operations/context.ts'
import { markOverdueInvoices } from '../operations/invoices/mark-overdue-invoices.ts'
import { sendExpiryReminders } from '../operations/messages/send-reminders.ts'
import type { ChargeInput } from '../operations/payments/charge-input.ts'
import { type CheckedStatus, checkPaymentStatus } from '../operations/payments/check-payment-status.ts'
import { checkPendingPayments } from '../operations/payments/check-pending-payments.ts'
import { expireStalePayments } from '../operations/payments/expire-stale-payments.ts'
import type { PaymentName } from '../operations/payments/payment-name.ts'
import { processCharge, processPreparedCharge, putOffCharge } from '../operations/payments/process-charge.ts'
import { processRefund } from '../operations/payments/process-refund.ts'
import { checkRefund } from '../operations/payments/refund-input.ts'
import { purge } from '../operations/purge.ts'
import {
  checkReconcile,
  type ReconcileAsked,
  type Reconciliation,
  reconcileByTask,
} from '../operations/reconciliations/reconcile-by-task.ts'
import { syncSubscriptionStatus } from '../operations/subscriptions/sync-subscriptions.ts'
import { readTakenOrder } from '../store/write-payment.ts'
import { type AnyTask, type PuttingOff, task } from './task.ts'

type OrderNamed = ({ readonly orderId: string } | { readonly order_id: string }) & {
  readonly merchant?: string
}
type OrderGiven = string | OrderNamed
/** A bare order id gives back all that is left. */
type RefundGiven =
  | string
  | (OrderNamed & { readonly amount?: number; readonly reason?: string; readonly direct?: boolean })

/** The fields of a charge, flat, in camelCase; or as Midtrans and the founding documents write them. */
export type ChargeGiven =
  | ChargeInput
  | {
      readonly payment_type: string
      readonly gross_amount: number
      readonly order_id?: string
      readonly [field: string]: unknown
    }

/** That every column can carry. */
const text = z
  .string('must be text')
  .min(1, 'must not be empty')
  .refine((given) => !given.includes('\u0000') && given.isWellFormed(), 'has characters that are no text')
/** Midtrans’s own, of what it charges itself, are longer than those that it takes. */
const orderId = text.max(255, 'is longer than 255 characters')
const merchant = text.optional()
const order = z.strictObject({ orderId, merchant })

const instant = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'must be an ISO 8601 date or a time with its offset',
)
const period = z.strictObject({
  from: instant,
  to: instant,
  merchant,
  fix: z.boolean('must be true or false').optional(),
})

export const TASKS = [
  task({
    name: 'check_payment_status',
    says: 'Ask Midtrans about one payment, and apply what it says. A payment that has ended is left alone.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: null,
    takes: { arguments: order, alone: 'orderId' },
    given: (_: OrderGiven) => {},
    putOff: (context, checked, { ask }) => existing(context, checked, ask),
    work: async (context, checked): Promise<CheckedStatus> =>
      checkPaymentStatus(context, named(context, checked)),
  }),
  task({
    name: 'process_charge_async',
    says: 'Make a charge. Its order id is written before the first try, so it is charged once, whatever fails.',
    retries: 3,
    retryDelaySeconds: 30,
    schedule: null,
    takes: { arguments: z.record(z.string(), z.unknown()) },
    given: (_: ChargeGiven) => {},
    now: (context, checked, _, by) => processCharge(context, chargeOf(checked), by),
    putOff: (context, checked, { tx, by }) => putOffCharge(context, chargeOf(checked), tx, by),
    work: (context, kept: PaymentName) => processPreparedCharge(context, kept),
  }),
  task({
    name: 'process_refund_async',
    says: 'Give money back. Its key is the task’s own, so it is given back once, whatever fails.',
    retries: 3,
    retryDelaySeconds: 30,
    schedule: null,
    takes: {
      arguments: order.extend({
        amount: z.unknown().optional(),
        reason: z.unknown().optional(),
        direct: z.unknown().optional(),
      }),
      alone: 'orderId',
    },
    given: (_: RefundGiven) => {},
    putOff: async (context, { orderId, merchant, ...asked }, { ask }) => {
      checkRefund(asked as object)
      return { ...(await existing(context, { orderId, merchant }, ask)), ...(asked as object) }
    },
    work: (context, { orderId, merchant, ...asked }, run, by) =>
      processRefund(context, { ...named(context, { orderId, merchant }), ...(asked as object) }, run, by),
  }),
  task({
    name: 'check_pending_payments',
    says: 'Ask Midtrans about every payment whose check is due, to the last one.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 300 },
    takes: null,
    work: (context, _, run) => checkPendingPayments(context, run),
  }),
  task({
    name: 'expire_stale_payments',
    says: 'End at Midtrans what still waits for the customer after its time, unless it was paid after all.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 600 },
    takes: null,
    work: (context, _, run) => expireStalePayments(context, run),
  }),
  task({
    name: 'reconcile',
    says: 'Hold the payments of a period against Midtrans, count in what they differ and, with `fix`, apply what it says.',
    retries: 3,
    retryDelaySeconds: 600,
    schedule: null,
    takes: { arguments: period },
    given: (_: ReconcileAsked) => {},
    putOff: async (context, checked) => {
      checkReconcile(context, checked)
      return checked
    },
    work: (context, checked, run): Promise<Reconciliation> => reconcileByTask(context, checked, run),
  }),
  task({
    name: 'check_overdue_invoices',
    says: 'Mark drafts and sent invoices whose due day is over in Jakarta, and tell each once.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 3600 },
    takes: null,
    work: (context, _, run) => markOverdueInvoices(context, { run }),
  }),
  task({
    name: 'mark_overdue_invoices',
    says: 'The same at midnight, under the subscriptions package’s name.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { cron: '0 0 * * *', timeZone: 'Asia/Jakarta' },
    takes: null,
    work: (context, _, run) => markOverdueInvoices(context, { run }),
  }),
  task({
    name: 'sync_subscription_status',
    says: 'Read Midtrans’s own subscriptions again, active and inactive ones, and take over what was changed there.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 1800 },
    takes: null,
    work: (context, _, run) => syncSubscriptionStatus(context, run),
  }),
  task({
    name: 'sync_midtrans_subscriptions',
    says: 'The same, under the subscriptions package’s name.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 21_600 },
    takes: null,
    work: (context, _, run) => syncSubscriptionStatus(context, run),
  }),
  task({
    name: 'process_due_subscriptions',
    says: 'Charge every period that begins, once; end what was charged as often as was agreed. What Midtrans charges by itself is left alone.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 3600 },
    takes: null,
    work: (context, _, run) => processDueSubscriptions(context, run),
  }),
  task({
    name: 'process_wallet_billing',
    says: 'The same out of wallets: pay every period that begins, once. Where there is not enough, it is past due.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 3600 },
    takes: null,
    work: (context, _, run) => processWalletBilling(context, run),
  }),
  task({
    name: 'process_expired_subscriptions',
    says: 'Cancel what was to end with its period, when that is over.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 21_600 },
    takes: null,
    work: (context, _, run) => processExpiredSubscriptions(context, run),
  }),
  task({
    name: 'process_past_due_expiration',
    says: 'End what was not paid when the days of grace were over.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 21_600 },
    takes: null,
    work: (context, _, run) => processPastDueExpiration(context, run),
  }),
  task({
    name: 'retry_failed_payments',
    says: 'Charge again what was not paid: a card by its token, and another number in place of the one that has ended.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { every: 10_800 },
    takes: null,
    work: (context, _, run) => retryFailedPayments(context, run),
  }),
  task({
    name: 'send_expiry_reminders',
    says: 'Tell whose period ends in 7, 3 or 1 days what happens then; nobody twice on one day.',
    retries: 3,
    retryDelaySeconds: 60,
    schedule: { cron: '0 9 * * *', timeZone: 'Asia/Jakarta' },
    takes: null,
    work: (context, _, run) => sendExpiryReminders(context, run),
  }),
  task({
    name: 'purge',
    says: 'Remove what is old and settled: notifications and messages after 400 days, finished deliveries and tasks after 30.',
    retries: 3,
    retryDelaySeconds: 600,
    schedule: { cron: '30 3 * * *', timeZone: 'Asia/Jakarta' },
    takes: null,
    work: (context, _, run) => purge(context, run),
  }),
] as const

export type TaskName = (typeof TASKS)[number]['name']

const BY_NAME: ReadonlyMap<string, AnyTask> = new Map(TASKS.map((row) => [row.name, row as AnyTask]))

export function findRow(name: string): AnyTask | undefined {
  return BY_NAME.get(name)
}

export const TASK_NAMES: readonly string[] = [...BY_NAME.keys()]
export const PERIODIC_TASKS: readonly AnyTask[] = [...BY_NAME.values()].filter(
  ({ schedule }) => schedule !== null,
)

function named(
  context: Context,
  order: { readonly orderId: string; readonly merchant?: string | undefined },
): PaymentName {
  return {
    orderId: order.orderId,
    merchant: order.merchant ?? context.rules.merchants[0]?.name ?? 'default',
  }
}

/** Who asks is told at once that there is no such order, and not by a task that fails at night. It may have been written in the same transaction. */
async function existing(
  context: Context,
  order: { readonly orderId: string; readonly merchant?: string | undefined },
  ask: PuttingOff['ask'],
): Promise<PaymentName> {
  const name = named(context, order)
  if ((await readTakenOrder(ask, name.merchant, name.orderId)) === null)
    throw new BayarError('payment_not_found', name.orderId)
  return name
}

/** In camelCase it is taken as it is; in snake_case `customer_details` and `item_details` are ours under shorter names. */
function chargeOf(given: Readonly<Record<string, unknown>>): ChargeInput {
  if ('paymentType' in given) return given as unknown as ChargeInput
  const { customer_details: customer, item_details: items, ...rest } = given
  return {
    ...toCamel(rest),
    ...(customer === undefined ? {} : { customer: toCamel(customer) }),
    ...(items === undefined ? {} : { items: toCamel(items) }),
  } as unknown as ChargeInput
}
