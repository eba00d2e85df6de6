/**
 * A top-up follows the money of its payment, row by row of its history and never by an event's name: what comes is in the wallet in the same transaction, what goes back is taken out of it. Money that is back at the
 * customer's bank and was spent here is a shortfall: the wallet is frozen and the payment waits for a person. None of it is ever refused, because Midtrans has done it.
 */

import { closeBook, type HistoryRow, openBook, openReview, type Plan } from '../../domain/steps.ts'
import { TOPUP_EVENTS, topupStatusOf } from '../../domain/topup.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { insertTopup, lockTopup, type TopupRow, updateTopup } from '../../store/topups.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'
import type { Owner } from '../owners.ts'
import { writePlan } from '../payments/write-plan.ts'
import { creditWallet, lockOrOpen, takeBackFromWallet } from '../wallets/move-wallet.ts'

export const OWNER = 'topup'

export const topupOwner: Owner = {
  async admit(context, tx, payment) {
    assert(payment.userId !== null && payment.ownerId !== null, 'a top-up is nobody’s')
    assert(payment.paymentType !== null, 'a top-up has no method')
    const wallet = await lockOrOpen(context, tx, { merchant: payment.merchant, userId: payment.userId })
    await insertTopup(tx, {
      id: payment.ownerId,
      wallet_id: wallet.id,
      merchant: payment.merchant,
      user_id: payment.userId,
      order_id: payment.orderId,
      amount: payment.grossAmount,
      payment_type: payment.paymentType,
      bank: payment.bank,
      created_at: payment.at,
    })
  },

  async follow(context, tx, { ownerId, plan }) {
    const topup = await lockTopup(tx, ownerId)
    if (!topup) {
      context.log.error('a payment belongs to a top-up that is not there', { payment_id: plan.payment.id })
      return
    }
    const missing: HistoryRow[] = []
    for (const row of plan.history) {
      if (row.moneyDelta === 0n) continue
      const isMissing = await moveBy(context, tx, topup, plan.payment.id, row)
      if (isMissing) missing.push(row)
    }
    await changeTopup(context, tx, topup, plan)
    if (missing.length > 0) await flag(context, tx, plan, missing)
  },

  /** Midtrans begins none by itself. */
  adopt: async () => null,
}

/** True when what went back was not there any more. */
async function moveBy(
  context: Context,
  tx: Transaction,
  { merchant, user_id: userId, order_id: orderId }: TopupRow,
  paymentId: string,
  row: HistoryRow,
): Promise<boolean> {
  const came = row.moneyDelta > 0n
  const move = {
    merchant,
    userId,
    amount: came ? row.moneyDelta : -row.moneyDelta,
    cause: { kind: came ? ('top_up' as const) : ('top_up_returned' as const), id: row.id },
    note: orderId,
    paymentId,
    notificationId: row.notificationId,
  }
  if (!came) return (await takeBackFromWallet(context, tx, move)).entry.owed > 0n
  await creditWallet(context, tx, move)
  return false
}

async function changeTopup(context: Context, tx: Transaction, topup: TopupRow, plan: Plan): Promise<void> {
  const { payment } = plan
  const status = topupStatusOf(payment)
  if (status === topup.status && payment.netAmount === topup.received_amount) return
  const at = context.clock.now()
  const event = status === topup.status ? null : firstTime(topup, status)
  const after: TopupRow = {
    ...topup,
    version: topup.version + 1,
    status,
    received_amount: payment.netAmount,
    updated_at: at,
    ...(event === 'topup.succeeded' && { succeeded_at: at }),
    ...(event === 'topup.failed' && { failed_at: at }),
    ...(event === 'topup.expired' && { expired_at: at }),
  }
  await updateTopup(tx, after)
  const last = plan.history.at(-1)
  const row = {
    id: uuidv7(),
    subjectId: topup.id,
    sequence: after.version,
    type: event,
    previous: topup.status,
    status,
    paymentId: payment.id,
    notificationId: last?.notificationId ?? null,
    source: 'payment',
    document: null,
  }
  await tell(context, tx, [row])
}

/** Each is told once. What succeeded does not fail afterwards. */
function firstTime(topup: TopupRow, status: TopupRow['status']) {
  if (status === 'success') return topup.succeeded_at === null ? TOPUP_EVENTS.success : null
  if (topup.succeeded_at !== null) return null
  if (status === 'failed') return topup.failed_at === null ? TOPUP_EVENTS.failed : null
  if (status === 'expired') return topup.expired_at === null ? TOPUP_EVENTS.expired : null
  return null
}

/** Once for each transaction, beside its status. The rows that it adds move no money, so this is not called for them again. */
async function flag(
  context: Context,
  tx: Transaction,
  plan: Plan,
  missing: readonly HistoryRow[],
): Promise<void> {
  const book = openBook(plan.payment, uuidv7)
  for (const row of missing) {
    const attempt = plan.payment.attempts.find(({ id }) => id === row.attemptId)
    if (!attempt) continue
    const note = `Of ${-row.moneyDelta} that went back, a part had been spent from the wallet, which is frozen now.`
    openReview(book, row, { transactionId: attempt.transactionId, attempt }, 'shortfall', note)
  }
  await writePlan(context, tx, plan.payment.version, closeBook(book, plan.payment.version))
}
