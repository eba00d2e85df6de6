/**
 * One charge of one obligation:
 *   1. one transaction: its order id is written down, and when it is begun again should this process die; commit;
 *   2. its invoice;
 *   3. the charge itself, by that order id: begun by two at once or again after a crash, it is the same order, and the customer sees one number (W3).
 *
 * Another charge only after Midtrans has confirmed that the one before it ended.
 */
import { randomBytes } from 'node:crypto'
import { secondsAfter } from '../../domain/clock.ts'
import { toNumber } from '../../domain/money.ts'
import { hasEnded } from '../../domain/subscription.ts'
import { assert, BayarError, isBayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findCharge,
  findCharges,
  insertCharge,
  lockObligation,
  type ObligationRow,
  updateObligation,
} from '../../store/obligations.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { NewPayment } from '../../store/write-payment.ts'
import type { Context } from '../context.ts'
import type { ChargeInput } from '../payments/charge-input.ts'
import { chargePayment } from '../payments/charge-payment.ts'
import { type Payment, toPaymentView } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { writeCycleInvoice } from './cycle-invoice.ts'
import { endOpenCharges, LEASE_SECONDS, stillOpen } from './end-charge.ts'
import type { Owed } from './owed.ts'
import { postponeObligation } from './postpone-obligation.ts'
import { becomePastDue, failObligation } from './settle-obligation.ts'
import { titleOwed } from './title-owed.ts'

const OWNER = 'subscription'
/** Unless configured. A QR of Midtrans's own choosing ends after a quarter of an hour, and whoever is asked at night would wake up past due. */
const EXPIRY_MINUTES = 1440

/** SUB- and 12 upper-case hex digits, as the original made them. What begins so is refused to orders of the host. */
export function makeSubscriptionOrderId(): string {
  return `SUB-${randomBytes(6).toString('hex').toUpperCase()}`
}

export interface ChargeOptions {
  readonly by: string
  /** What is open is ended first, and another charge takes its place. */
  readonly replace?: boolean
}

/** The payment by which it can be paid now: a new one, or the one that is open. */
export async function chargeObligation(
  context: Context,
  id: string,
  { by, replace = false }: ChargeOptions,
): Promise<Payment> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  if (replace) await endOpenCharges(context, id, by)

  // 1. The order id, before anything is begun by it.
  const { obligation, subscription, orderId, isOpen } = await context.database.transaction((tx) =>
    nextOrder(context, tx, id),
  )
  if (!isOpen) {
    // 2.
    await writeCycleInvoice(context, subscription, obligation)
    // 3.
    try {
      const title = await titleOwed(context.database, subscription, obligation)
      const charged = await chargePayment(
        context,
        inputOf(subscription, obligation, { orderId, title }),
        by,
        {
          name: OWNER,
          id: subscription.id,
          expiryMinutes: EXPIRY_MINUTES,
        },
      )
      return charged.payment
    } catch (error) {
      await recordRefusal(context, obligation, orderId, error)
      throw error
    }
  }
  const row = await findPaymentByOrder(context.database, obligation.merchant, orderId)
  assert(row, 'a payment of a subscription that was begun is gone')
  return toPaymentView(row)
}

interface NextOrder {
  readonly obligation: ObligationRow
  readonly subscription: SubscriptionRow
  readonly orderId: string
  /** It was begun before, and can be paid. */
  readonly isOpen: boolean
}

async function nextOrder(context: Context, tx: Transaction, id: string): Promise<NextOrder> {
  const { obligation, subscription } = await lockOwed(tx, id)
  refuseUnlessOwed(obligation, subscription)
  const charges = await findCharges(tx, id)
  const open = charges.find((charge) => charge.is_open)
  if (open) {
    // It was taken for never made, and is there after all: nothing is to be begun.
    if (open.replaced_at === null && obligation.charge_at !== null)
      await updateObligation(tx, obligation, { charge_at: null }, context.clock.now())
    return { obligation, subscription, orderId: open.order_id, isOpen: true }
  }
  const at = context.clock.now()
  const last = charges.at(-1)
  // Written down, and whoever did so died before it was begun.
  const number = obligation.charges + 1
  const isWritten = last !== undefined && last.number === number && last.payment_id === null
  const orderId = isWritten ? last.order_id : makeSubscriptionOrderId()
  if (!isWritten)
    await insertCharge(tx, { merchant: obligation.merchant, orderId, obligationId: id, number, at })
  const leased = await updateObligation(tx, obligation, { charge_at: secondsAfter(at, LEASE_SECONDS) }, at)
  const owed = { obligation: leased, subscription }
  const isReplaced = charges.some(({ replaced_at: replaced }) => replaced !== null)
  const now = isReplaced && isLate(owed, at) ? await becomePastDue(context, tx, owed, NOT_IN_TIME) : owed
  return { ...now, orderId, isOpen: false }
}

const NOT_IN_TIME = { cause: { source: 'clock' }, reason: 'not_paid_in_time' } as const

/** Of a number that we end ourselves nobody becomes past due: whoever asked for another one each day would go on for nothing, for ever. */
function isLate({ obligation, subscription }: Owed, at: Date): boolean {
  const time = secondsAfter(obligation.created_at, EXPIRY_MINUTES * 60)
  return obligation.kind === 'period' && subscription.status === 'active' && at >= time
}

async function lockOwed(tx: Transaction, id: string) {
  const obligation = await lockObligation(tx, id)
  const subscription = obligation && (await lockSubscription(tx, obligation.subscription_id))
  assert(obligation && subscription, 'an obligation belongs to no subscription')
  return { obligation, subscription }
}

function refuseUnlessOwed(obligation: ObligationRow, { status, collection }: SubscriptionRow): void {
  if (obligation.status !== 'open')
    throw new BayarError('period_not_open', `It is ${obligation.status}.`, {
      details: { status: obligation.status },
    })
  if (hasEnded(status) || status === 'paused' || collection !== 'charge')
    throw new BayarError('command_not_possible', `It is ${status}: nothing is charged.`, {
      details: { status },
    })
}

/** Runs in the transaction that writes the payment: what was settled, replaced or ended meanwhile is not charged. */
export async function admitCharge(context: Context, tx: Transaction, payment: NewPayment): Promise<void> {
  const charge = await findCharge(tx, payment.merchant, payment.orderId)
  if (!charge) throw new BayarError('order_id_reserved', `${payment.orderId} is no order of a subscription.`)
  const { obligation, subscription } = await lockOwed(tx, charge.obligation_id)
  refuseUnlessOwed(obligation, subscription)
  const others = (await findCharges(tx, obligation.id)).filter(({ order_id: id }) => id !== payment.orderId)
  const open = others.find((other) => other.is_open)
  if (open) throw stillOpen(open)
  if (charge.number !== obligation.charges + 1 || payment.grossAmount !== obligation.amount)
    throw new BayarError('period_not_open', 'Somebody else charges it at this moment.')
  await updateObligation(tx, obligation, { charges: charge.number, charge_at: null }, context.clock.now())
}

function inputOf(
  row: SubscriptionRow,
  obligation: ObligationRow,
  { orderId, title }: { readonly orderId: string; readonly title: string },
): ChargeInput {
  const isRenewal = row.current_period_end !== null || row.trial_end !== null || obligation.charges > 0
  const card =
    row.payment_type === 'credit_card'
      ? {
          tokenId: row.token,
          // Nobody sits before the browser to answer the bank's question.
          ...(isRenewal ? { authentication: false, initiatedBy: 'merchant' } : {}),
        }
      : {}
  const amount = toNumber(obligation.amount)
  return {
    ...row.method,
    ...card,
    paymentType: row.payment_type,
    orderId,
    grossAmount: amount,
    merchant: row.merchant,
    customer: customerOf(row),
    items: [{ id: `period-${obligation.period}`, name: title.slice(0, 50), price: amount, quantity: 1 }],
    metadata: { subscription_id: row.id, obligation_id: obligation.id, period: obligation.period },
    ...(row.user_id !== null && { userId: row.user_id }),
  } as unknown as ChargeInput
}

export function customerOf(row: SubscriptionRow) {
  return {
    ...(row.customer_first_name !== null && { firstName: row.customer_first_name }),
    ...(row.customer_last_name !== null && { lastName: row.customer_last_name }),
    ...(row.customer_email !== null && { email: row.customer_email }),
    ...(row.customer_phone !== null && { phone: row.customer_phone }),
  }
}

/** Refused before it was written (its method was switched off, its keys are gone): nobody would be told, and the customer would go on for nothing. */
async function recordRefusal(
  context: Context,
  { id, merchant }: ObligationRow,
  orderId: string,
  error: unknown,
): Promise<void> {
  if (!isBayarError(error) || !NOT_CHARGEABLE.has(error.code)) return
  if (await findPaymentByOrder(context.database, merchant, orderId)) return
  await context.database.transaction(async (tx) => {
    const owed = await lockOwed(tx, id)
    if (owed.obligation.status !== 'open') return
    // It counts as one, so that it is not tried for ever.
    const counted = await updateObligation(
      tx,
      owed.obligation,
      { charges: owed.obligation.charges + 1 },
      context.clock.now(),
    )
    const told = { cause: { source: 'clock' }, reason: error.code } as const
    const now = { ...owed, obligation: counted }
    await (OURS.has(error.code) ? postponeObligation : failObligation)(context, tx, now, told)
  })
  context.wake()
}

/** What is wrong is how we are set up, and nothing of the customer's. */
const OURS: ReadonlySet<string> = new Set(['method_not_enabled', 'method_unknown', 'keys_missing'])

const NOT_CHARGEABLE: ReadonlySet<string> = new Set(['invalid_request', ...OURS])
