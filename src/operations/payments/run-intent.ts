/**
 * The second and third step of every command that can move money. The first has written the intent and committed; now:
 *
 *   2. Midtrans is called, with no transaction open: a call may take 30 s, and must not hold a lock so long;
 *   3. in one transaction, the answer is recorded in the intent first, then applied under a savepoint. If applying fails (a handler of the merchant throws), the answer is still
 *      there, and the check of the intent applies it later. A crash between any two lines ends the same way.
 */

import { secondsAfter } from '../../domain/clock.ts'
import type { News } from '../../domain/news.ts'
import type { PaymentState } from '../../domain/payment.ts'
import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import { insideTransaction, type Transaction } from '../../store/database.ts'
import {
  endIntent,
  findIntent,
  type IntentRow,
  lockOpenIntent,
  planIntentCheck,
  recordAnswer,
} from '../../store/intents.ts'
import { queueForeign } from '../../store/write-payment.ts'
import { advanceWithin, readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { effectOf, withOwnAmount, withOwnRefund } from './intent-effects.ts'

/** Midtrans honours an Idempotency-Key for five minutes. Nothing is sent after that. */
export const SEND_WITHIN_SECONDS = 300
/** A check concludes "it was never done" only when nothing can be under way any more. */
const SETTLE_SECONDS = 60
const APPLY_AGAIN_SECONDS = 5

/** `unknown`: not yet; a check is planned. */
export type IntentOutcome = 'done' | 'rejected' | 'absent' | 'unknown'

/** What Midtrans answered to the request itself. */
export function takeAnswer(context: Context, intent: IntentRow, given: Answer): Promise<IntentOutcome> {
  return underLocks(context, intent, async (tx, _, fresh) => {
    const now = context.clock.now()
    const answer = isAnswer(given, intent, fresh) ? given : { ...given, class: 'unknown' as const }
    await recordAnswer(tx, intent.id, answer, now)
    await queueForeign(tx, intent.payment_id, now)
    if (answer.class === 'unknown' || answer.class === 'look') {
      await planIntentCheck(tx, intent.id, secondsAfter(now, checkDelaySeconds(intent.checks)))
      return 'unknown'
    }
    return applying(context, tx, intent, async () => {
      if (answer.class === 'rejected') return endWithout(context, tx, intent, 'rejected')
      if (effectOf(intent).answerIsNews) {
        const news = withOwnRefund(newsOf(answer, 'answer', intent), intent)
        await advanceWithin(context, tx, itemOf(intent, news))
      }
      await endIntent(tx, intent.id, 'done')
      return 'done'
    })
  })
}

/**
 * Success in words that nobody can read says nothing: applied again and again, it would hold what was set aside for ever. And a no says nothing where the same request was sent before and nobody
 * knows what became of that: it may be a no because the first one was done. Either way how things stand is asked.
 */
function isAnswer(given: Answer, intent: IntentRow, fresh: IntentRow): boolean {
  if (given.class !== 'done') return fresh.answer_class !== 'unknown'
  return !effectOf(intent).answerIsNews || !('problem' in readNews(given, 'answer', intent))
}

/** Asks Midtrans how things stand, and takes that as the outcome. */
export async function lookUpIntent(context: Context, intent: IntentRow): Promise<IntentOutcome> {
  // Absence proves something only when it was asked for after the time: not when the answer was slow.
  const askedAt = context.clock.now()
  const answer = await context.gateway.status(
    { merchant: intent.merchant },
    intent.transaction_id ?? intent.order_id,
  )
  return takeLookUp(context, intent, answer, askedAt)
}

export function takeLookUp(
  context: Context,
  intent: IntentRow,
  answer: Answer,
  askedAt: Date,
): Promise<IntentOutcome> {
  return underLocks(context, intent, async (tx, payment, fresh) => {
    const now = context.clock.now()
    const isOver = intent.send_before !== null && askedAt > concludesAt(context, intent, intent.send_before)
    const notYet = async (): Promise<IntentOutcome> => {
      // 404 before that is no answer: the request may still be under way.
      if (isOver) return endWithout(context, tx, intent, 'absent')
      await planIntentCheck(tx, intent.id, secondsAfter(now, checkDelaySeconds(intent.checks)))
      return 'unknown'
    }
    if (answer.class !== 'done')
      return answer.class === 'absent' ? applying(context, tx, intent, notYet) : later(context, tx, intent)
    return applying(context, tx, intent, async () => {
      const news = newsOf(answer, 'look_up', intent)
      // What was done was done by somebody else, and is not judged by what we asked for: of a whole reservation only our part would be in the books.
      if (wasImpossible(fresh)) await effectOf(intent).giveBack(context, tx, intent, 'rejected')
      await advanceWithin(context, tx, itemOf(intent, news))
      if (await effectOf(intent).isDone({ tx, intent, payment, news })) {
        await endIntent(tx, intent.id, 'done')
        return 'done'
      }
      return wasImpossible(fresh) ? endWithout(context, tx, intent, 'rejected') : notYet()
    })
  })
}

/** Midtrans itself said that this request changed nothing, and how things stand bears it out. 406 and 409 speak of another request, which may still be ours. */
function wasImpossible({ answer_class: answerClass, answer_code: code }: IntentRow): boolean {
  return answerClass === 'look' && (code === '412' || code === '202')
}

/**
 * Nothing is sent after `send_before`: Midtrans has forgotten the key by then, and another process may have concluded that it was never sent. A machine that slept between the intent and the call finds
 * out here.
 */
export function mayStillSend(context: Context, intent: IntentRow): boolean {
  return intent.send_before !== null && context.clock.now() < intent.send_before
}

/** A command that writes its intent would wait for the very lock that its caller holds, and Midtrans must not be called with one. */
export function refuseInsideTransaction(): void {
  if (insideTransaction())
    throw new BayarError('gateway_in_transaction', 'Do it in an `on` handler, or after the transaction.')
}

export function notSent(orderId: string): BayarError {
  return new BayarError(
    'gateway_unavailable',
    `It took too long to begin, and ${orderId} was not sent. Ask again.`,
  )
}

function concludesAt(context: Context, intent: IntentRow, sendBefore: Date): Date {
  const unseenSeconds = effectOf(intent).unseenSeconds?.(intent) ?? 0
  return secondsAfter(sendBefore, context.rules.gatewayDeadlineSeconds + SETTLE_SECONDS + unseenSeconds)
}

/** Soon at first, because someone waits; then calmly. */
export function checkDelaySeconds(checks: number): number {
  return [2, 10, 30, 60][checks] ?? 120
}

/** The payment's lock before the intent's, like everywhere. Whoever comes second finds the outcome written. */
async function underLocks(
  context: Context,
  intent: IntentRow,
  work: (tx: Transaction, payment: PaymentState | undefined, intent: IntentRow) => Promise<IntentOutcome>,
): Promise<IntentOutcome> {
  const outcome = await context.database.transaction(async (tx) => {
    const payment = await readForUpdate(tx, intent.merchant, intent.order_id)
    const fresh = await lockOpenIntent(tx, intent.id)
    if (fresh) return work(tx, payment, fresh)
    const state = (await findIntent(tx, intent.id))?.state
    return state === undefined || state === 'prepared' || state === 'sent' ? 'unknown' : state
  })
  context.wake()
  return outcome
}

/** What a handler refused stays to be applied: the money may have moved. */
async function applying(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  work: () => Promise<IntentOutcome>,
): Promise<IntentOutcome> {
  try {
    return await tx.savepoint(work)
  } catch (error) {
    context.log.error('an answer could not be applied', {
      order_id: intent.order_id,
      command: intent.command,
      reason: reasonOf(error),
    })
    await planIntentCheck(tx, intent.id, secondsAfter(context.clock.now(), APPLY_AGAIN_SECONDS))
    return 'unknown'
  }
}

async function later(context: Context, tx: Transaction, intent: IntentRow): Promise<IntentOutcome> {
  await planIntentCheck(tx, intent.id, secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks)))
  return 'unknown'
}

function itemOf(intent: IntentRow, news: News) {
  return { merchant: intent.merchant, orderId: intent.order_id, news }
}

function newsOf(answer: Answer, source: 'answer' | 'look_up', intent: IntentRow): News {
  const news = readNews(answer, source, intent)
  if ('problem' in news) throw new BayarError('gateway_unknown', news.problem)
  return news
}

/** An answer belongs to the transaction that was asked about, whatever it repeats (DANA repeats another order id). */
function readNews(
  answer: Answer,
  source: 'answer' | 'look_up',
  intent: IntentRow,
): News | { readonly problem: string } {
  const document = answer.document && readDocument(answer.document)
  if (!document) return { problem: 'It is empty.' }
  const askedId = intent.transaction_id ?? String(document.transaction_id ?? '')
  if (isAnotherOrders(document, intent.order_id, askedId))
    return { problem: 'Midtrans spoke of another order.' }
  const news = translate(document, {
    source,
    confirmed: true,
    intentId: intent.id,
    ...(source === 'look_up' ? { document: answer.document! } : {}),
  })
  if ('problem' in news || intent.transaction_id === null) return news
  return { ...withOwnAmount(news, intent), transactionId: intent.transaction_id }
}

/** It was not done, and what was set aside for it is free again. */
async function endWithout(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  state: 'rejected' | 'absent',
): Promise<IntentOutcome> {
  await endIntent(tx, intent.id, state)
  await effectOf(intent).giveBack(context, tx, intent, state)
  return state
}
