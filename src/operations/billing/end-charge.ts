/** Ends what can still be paid, at Midtrans: it is asked first, because the customer may have paid a second ago, and what cannot be ended postpones everything that would take its place (W4). */
import { secondsAfter } from '../../domain/clock.ts'
import { BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findCharges,
  lockObligation,
  markChargeReplaced,
  type ObligationCharge,
  updateObligation,
} from '../../store/obligations.ts'
import type { Context } from '../context.ts'
import { checkPayment } from '../payments/check-payment.ts'
import { cancelPayment } from '../payments/command-payment.ts'
import { patienceOf } from './patience.ts'

/** Longer than it takes; should this process die in between, the period is charged again after it. */
export const LEASE_SECONDS = 300

/**
 * That these end says nothing about the customer: it is written down before, so that nobody becomes past due because we made room for something else. Throws `subscription_payment_open` while one is left, or nobody
 * knows.
 */
export async function endOpenCharges(
  context: Context,
  obligationId: string,
  requestedBy: string,
): Promise<void> {
  const open = await openCharges(context, obligationId)
  if (open.length === 0) return
  await context.database.transaction((tx) => markReplaced(context, tx, obligationId, open))
  for (const charge of open) {
    const name = { merchant: charge.merchant, orderId: charge.order_id }
    const { payment } = await checkPayment(context, name)
    patienceOf(context).heard(charge.merchant)
    // Nobody knows whether Midtrans has it: it is found out, and then it can be ended.
    if (payment.transactionId === null && payment.status === 'created') throw stillOpen(charge)
    if (await isStillOpen(context, obligationId, charge)) await cancelPayment(context, name, {}, requestedBy)
    if (await isStillOpen(context, obligationId, charge)) throw stillOpen(charge)
  }
}

async function markReplaced(
  context: Context,
  tx: Transaction,
  obligationId: string,
  open: readonly ObligationCharge[],
): Promise<void> {
  const obligation = await lockObligation(tx, obligationId)
  if (!obligation) return
  const at = context.clock.now()
  for (const charge of open) await markChargeReplaced(tx, charge, at)
  if (obligation.status === 'open')
    await updateObligation(tx, obligation, { charge_at: secondsAfter(at, LEASE_SECONDS) }, at)
}

export async function openCharges(
  context: Context,
  obligationId: string,
): Promise<readonly ObligationCharge[]> {
  return (await findCharges(context.database, obligationId)).filter((charge) => charge.is_open)
}

async function isStillOpen(
  context: Context,
  obligationId: string,
  { order_id: orderId }: ObligationCharge,
): Promise<boolean> {
  return (await openCharges(context, obligationId)).some((charge) => charge.order_id === orderId)
}

export function stillOpen(charge: ObligationCharge): BayarError {
  return new BayarError('subscription_payment_open', `${charge.order_id} is being asked about.`, {
    details: { order_id: charge.order_id, payment_id: charge.payment_id },
  })
}
