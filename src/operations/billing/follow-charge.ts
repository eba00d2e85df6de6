/**
 * How a subscription that bayar bills follows the money of its payments: row by row of their history, in the transaction that moves them. What the founding table says of SUB- orders is here, whatever the event is
 * called: money pays its obligation, an ending without money makes it past due (a charge that Midtrans never had does not), money taken back makes it owed again, and money that belongs to no period is the customer's.
 */
import { judgeMoney } from '../../domain/obligation.ts'
import { shownStatus } from '../../domain/payment.ts'
import type { HistoryRow, Plan } from '../../domain/steps.ts'
import { hasEnded } from '../../domain/subscription.ts'
import type { Transaction } from '../../store/database.ts'
import { findCharge, lockObligation } from '../../store/obligations.ts'
import { lockSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import type { ChangeCause } from '../subscriptions/change-subscription.ts'
import { followUnused, oweCredit } from './credit.ts'
import { receiveForCycle } from './cycle-invoice.ts'
import { invoiceCauseOf, type Owed } from './owed.ts'
import { postponeObligation, wasNeverMade } from './postpone-obligation.ts'
import { failObligation, payObligation, reopenObligation } from './settle-obligation.ts'

/** The payment is locked. Then its obligation, then the subscription, then the wallet and the invoice, as everywhere. */
export async function followCharge(context: Context, tx: Transaction, plan: Plan): Promise<void> {
  const { payment, history } = plan
  // A number that was made, a card that is being asked: of nearly every charge the first word is none of the period's.
  if (history.every(({ moneyDelta }) => moneyDelta === 0n) && !endedUnpaid(plan)) return
  const charge = await findCharge(tx, payment.merchant, payment.orderId)
  const obligation = charge && (await lockObligation(tx, charge.obligation_id))
  const subscription = obligation && (await lockSubscription(tx, obligation.subscription_id))
  if (!charge || !obligation || !subscription) {
    context.log.error('a payment of a subscription belongs to no period of it', { payment_id: payment.id })
    return
  }
  let owed: Owed = { obligation, subscription }
  for (const row of history) {
    if (row.moneyDelta !== 0n) owed = await followMoney(context, tx, owed, { row, paymentId: payment.id })
  }
  // One that was replaced has ended because we ended it; of an older one nobody expects anything.
  const isLast = charge.number === owed.obligation.charges && charge.replaced_at === null
  if (isLast && owed.obligation.status === 'open' && (endedUnpaid(plan) || cameShort(plan))) {
    const last = history.at(-1)
    const cause = causeOf(last, payment.id)
    const isUnmade = payment.attempts.length === 0 && (await wasNeverMade(tx, last?.intentId ?? null))
    if (isUnmade) await postponeObligation(context, tx, owed, { cause })
    else {
      const reason = cameShort(plan) ? 'less_than_owed' : `payment_${shownStatus(payment)}`
      await failObligation(context, tx, owed, { cause, reason })
    }
  }
}

const ENDED_UNPAID: ReadonlySet<string> = new Set(['denied', 'expired', 'failed', 'cancelled'])

/** The payment ended, and not only one attempt of it; and no money of it was ever seen: what became of that was followed row by row. */
function endedUnpaid({ payment }: Plan): boolean {
  return ENDED_UNPAID.has(shownStatus(payment)) && !payment.attempts.some(({ paid }) => paid)
}

/** A person has taken less than was asked: it is the customer's, and the period is not paid by it. */
function cameShort({ history }: Plan): boolean {
  return history.some(({ moneyDelta }) => moneyDelta > 0n)
}

async function followMoney(
  context: Context,
  tx: Transaction,
  owed: Owed,
  { row, paymentId }: { readonly row: HistoryRow; readonly paymentId: string },
): Promise<Owed> {
  const { obligation, subscription } = owed
  const { attemptId, moneyDelta: delta } = row
  const cause = causeOf(row, paymentId)
  const verdict = judgeMoney(
    {
      status: obligation.status,
      amount: obligation.amount,
      attemptId: obligation.attempt_id,
      isLive: !hasEnded(subscription.status),
    },
    { attemptId, delta, to: row.to },
  )
  switch (verdict) {
    case 'pays':
      return payObligation(context, tx, owed, {
        payer: { paymentId, attemptId: attemptId! },
        cause,
        received: delta,
      })
    case 'reopens':
      return reopenObligation(context, tx, owed, { cause, delta, isDisputed: row.to === 'charged_back' })
    case 'given_back':
      await followUnused(context, tx, owed)
      await receiveForCycle(context, tx, obligation, delta, invoiceCauseOf(cause), row)
      return owed
    case 'credit':
      await oweCredit(context, tx, subscription, {
        amount: delta,
        cause: { kind: 'attempt', id: row.id, paymentId, attemptId: attemptId! },
        reason: creditReason(owed),
      })
      return owed
  }
}

function creditReason({ obligation, subscription }: Owed): string {
  if (hasEnded(subscription.status)) return `subscription_${subscription.status}`
  return obligation.status === 'open' ? 'less_than_owed' : `period_${obligation.status}`
}

function causeOf(row: HistoryRow | undefined, paymentId: string): ChangeCause {
  return { source: 'payment', paymentId, notificationId: row?.notificationId ?? null }
}
