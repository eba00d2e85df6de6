/** Money that belongs to no period is the customer's: it is written down in the transaction that finds it, once for each movement, and paid out to their wallet. */

import { max, min } from '../../domain/money.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { heldForObligations, insertCredit, markCreditPaidOut, unusedOf } from '../../store/credits.ts'
import type { Transaction } from '../../store/database.ts'
import { givenBackOf, type ObligationRow } from '../../store/obligations.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { creditWallet, takeBackFromWallet } from '../wallets/move-wallet.ts'
import type { Owed } from './owed.ts'

export type CreditCause =
  | { readonly kind: 'attempt'; readonly id: string; readonly paymentId: string; readonly attemptId: string }
  | { readonly kind: 'plan_change'; readonly id: string }

/** After the locks of the payment, its obligation and the subscription: a wallet comes behind them. */
export async function oweCredit(
  context: Context,
  tx: Transaction,
  subscription: SubscriptionRow,
  {
    amount,
    cause,
    reason,
  }: { readonly amount: bigint; readonly cause: CreditCause; readonly reason: string },
): Promise<void> {
  if (amount === 0n) return
  const id = uuidv7()
  const isNew = await insertCredit(tx, {
    id,
    merchant: subscription.merchant,
    user_id: subscription.user_id,
    subscription_id: subscription.id,
    amount,
    cause_kind: cause.kind,
    cause_id: cause.id,
    payment_id: cause.kind === 'attempt' ? cause.paymentId : null,
    attempt_id: cause.kind === 'attempt' ? cause.attemptId : null,
    reason,
    created_at: context.clock.now(),
  })
  if (!isNew) return
  await payOut(context, tx, subscription, { id, amount, cause, reason })
  context.log.info('money of a customer belongs to no period', {
    subscription_id: subscription.id,
    amount: amount.toString(),
    reason,
  })
}

/**
 * What was left of a period when its plan changed was given back as credit: when the money that had paid the period is taken back, the credit is, too. Otherwise whoever pays for a year, changes to a week and has the
 * payment undone keeps the rest of the year; and so does whoever is given the year's money back by a refund. Paid again, it is given again.
 */
export async function followUnused(
  context: Context,
  tx: Transaction,
  { obligation, subscription }: Owed,
): Promise<void> {
  const { given, standing } = await unusedOf(tx, subscription.id, obligation.id)
  if (given === 0n) return
  const { attempt_id: attemptId } = obligation
  const back = attemptId === null ? 0n : await givenBackOf(tx, attemptId)
  const kept = obligation.status === 'paid' ? max(0n, obligation.amount - back) : 0n
  const amount = min(given, kept) - standing
  await oweCredit(context, tx, subscription, {
    amount,
    cause: { kind: 'plan_change', id: unusedCause(obligation.id) },
    reason: amount < 0n ? 'unused_plan_taken_back' : 'unused_plan_paid_again',
  })
}

/**
 * What is still here of the money that bought the period it has: its own, that of the changes within it, and where it began with a change of plan, what was taken over from the one before. More than that is never
 * credited for what is left of it: otherwise whoever was given back a whole year, by Midtrans or into the wallet, and changes to a week, has the rest of the year a second time.
 */
export async function heldOf(
  tx: Transaction,
  obligations: readonly ObligationRow[],
  { id, period }: SubscriptionRow,
): Promise<bigint> {
  const paid = obligations.filter((one) => one.status === 'paid' && one.period <= period)
  const bought = paid.findLast(({ kind }) => kind === 'period')?.period ?? 0
  return heldForObligations(
    tx,
    id,
    paid.filter((one) => one.period >= bought).map((one) => one.id),
  )
}

/** Names the period that it was left of. */
export function unusedCause(obligationId: string | null): string {
  return obligationId === null ? uuidv7() : `${obligationId}/${uuidv7()}`
}

/** Into the wallet, and out of it again where the money was taken back: then what is not there any more is a shortfall, because this is never refused. Without a user there is no wallet, and a person decides. */
async function payOut(
  context: Context,
  tx: Transaction,
  { merchant, user_id: userId }: SubscriptionRow,
  {
    id,
    amount,
    cause,
    reason,
  }: { readonly id: string; readonly amount: bigint; readonly cause: CreditCause; readonly reason: string },
): Promise<void> {
  if (userId === null) return
  const move = {
    merchant,
    userId,
    amount: amount < 0n ? -amount : amount,
    cause: { kind: cause.kind, id: cause.id },
    note: reason,
    paymentId: cause.kind === 'attempt' ? cause.paymentId : null,
  }
  await (amount > 0n ? creditWallet(context, tx, move) : takeBackFromWallet(context, tx, move))
  await markCreditPaidOut(tx, id, context.clock.now())
}
