/**
 * A charge of a period that Midtrans never had: the line was cut, Midtrans was down, or it refused us and not the customer. It is no try of theirs. The period stays owed and is charged again; whoever paid on time
 * until now goes on, because nobody becomes past due by an outage that is not theirs. Only when it has gone on for days does the period become one that is not paid, so that somebody is told.
 */
import { isOutageOver, madeAgainAt, wayOf } from '../../domain/dunning.ts'
import { hasEnded } from '../../domain/subscription.ts'
import { REFUSED_FOR_US } from '../../gateway/answer-codes.ts'
import type { Transaction } from '../../store/database.ts'
import { findIntent } from '../../store/intents.ts'
import { triesOf, updateObligation } from '../../store/obligations.ts'
import type { Context } from '../context.ts'
import type { ChangeCause } from '../subscriptions/change-subscription.ts'
import type { Owed } from './owed.ts'
import { becomePastDue, failObligation, PAYS_ON_TIME } from './settle-obligation.ts'

/** The charge of this intent ended without a transaction: whether that was about the customer. Their bank's no has a transaction, and so has everything that they did not pay. */
export async function wasNeverMade(tx: Transaction, intentId: string | null): Promise<boolean> {
  const intent = intentId === null ? undefined : await findIntent(tx, intentId)
  if (intent?.state === 'absent') return true
  return intent?.state === 'rejected' && REFUSED_FOR_US.has(intent.answer_code ?? '')
}

/** Under the locks of the obligation and the subscription. */
export async function postponeObligation(
  context: Context,
  tx: Transaction,
  owed: Owed,
  { cause }: { readonly cause: ChangeCause },
): Promise<Owed> {
  const { obligation, subscription } = owed
  // Whoever asked for another plan was told, and asks again; of what has ended nothing is owed.
  if (obligation.kind === 'change' || hasEnded(subscription.status))
    return failObligation(context, tx, owed, { cause, reason: 'not_charged' })
  const at = context.clock.now()
  const { dunning } = context.rules.billing
  const way = wayOf({ collection: subscription.collection, paymentType: subscription.payment_type })
  const unmade = obligation.unmade + 1
  const tries = triesOf({ ...obligation, unmade })
  const again = madeAgainAt(dunning, { way, tries, unmade, at })
  const waiting = await updateObligation(tx, obligation, { unmade, charge_at: again }, at)
  const isOver = isOutageOver(dunning, { askedSince: obligation.created_at, at })
  if (!isOver || !PAYS_ON_TIME.has(subscription.status)) return { obligation: waiting, subscription }
  return becomePastDue(context, tx, { obligation: waiting, subscription }, { cause, reason: 'not_charged' })
}
