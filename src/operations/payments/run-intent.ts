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
import { recordAnswer } from '../../store/answers.ts'
import { insideTransaction, type Transaction } from '../../store/database.ts'
import {
  endIntent,
  findIntent,
  type IntentRow,
  lockOpenIntent,
  planIntentCheck,
} from '../../store/intents.ts'
import { queueForeign } from '../../store/write-payment.ts'
import { advanceWithin, readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { effectOf, namesRefund, withOwnAmount, withOwnRefund } from './intent-effects.ts'
import { aboutIntent, holdRefund, openUnclear } from './unclear-answer.ts'

/** Midtrans honours an Idempotency-Key for five minutes. Nothing is sent after that. */
export const SEND_WITHIN_SECONDS = 300
/** A check concludes "it was never done" only when nothing can be under way any more. */
const SETTLE_SECONDS = 60
/** A handler that threw may be mended in a moment, and money has moved: it is tried again soon, however often it threw. */
const APPLY_AGAIN_SECONDS = { first: 5, last: 600 } as const
/** For so long an outcome may stay unknown because Midtrans gives no answer at all. Then a person is told. */
const SILENT_SECONDS = 86_400

/** `unknown`: not yet; a check is planned. */
export type IntentOutcome = 'done' | 'rejected' | 'absent' | 'unknown'

/** What Midtrans answered to the request itself. */
export function takeAnswer(context: Context, intent: IntentRow, given: Answer): Promise<IntentOutcome> {
  return underLocks(context, intent, async (tx, _, fresh) => {
    const now = context.clock.now()
    const answer = isAnswer(given, intent, fresh) ? given : { ...given, class: 'unknown' as const }
    await recordAnswer(tx, 'intents', intent.id, answer, now)
    await queueForeign(tx, intent.payment_id, now)
    if (answer.class === 'unknown' || answer.class === 'look') return later(context, tx, intent)
    return applying(context, tx, intent, async () => {
      if (answer.class === 'rejected') return endWithout(context, tx, intent, 'rejected')
      if (effectOf(intent).answerIsNews) {
        const news = withOwnRefund(newsOf(answer, 'answer', intent), intent)
        await advanceWithin(context, tx, itemOf(intent, news))
      }
      await endIntent(tx, intent.id, 'done')
      await effectOf(intent).take?.(context, tx, intent)
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
    const isOver = isConcluded(context, intent, askedAt)
    const notYet = async (): Promise<IntentOutcome> => {
      // 404 before that is no answer: the request may still be under way.
      if (isOver) return endWithout(context, tx, intent, 'absent')
      return later(context, tx, intent)
    }
    if (answer.class === 'absent') return applying(context, tx, intent, notYet)
    if (answer.class !== 'done') {
      const isSilent = askedAt > secondsAfter(intent.created_at, SILENT_SECONDS)
      if (isOver && isSilent)
        await openUnclear(context, tx, { ...aboutIntent(intent), note: unansweredFor(intent, answer) })
      return later(context, tx, intent)
    }
    return applying(context, tx, intent, async () => {
      const news = readNews(answer, 'look_up', intent)
      if ('problem' in news) {
        const note = `Midtrans was asked what became of ${intent.command}: ${news.problem}`
        context.log.warn('an answer cannot be read', { order_id: intent.order_id, reason: news.problem })
        if (isOver) await openUnclear(context, tx, { ...aboutIntent(intent), note })
        return later(context, tx, intent)
      }
      // What was done was done by somebody else, and is not judged by what we asked for: of a whole reservation only our part would be in the books.
      if (wasImpossible(fresh)) await effectOf(intent).giveBack(context, tx, intent, 'rejected')
      const { verdict, error } = await advanceWithin(context, tx, itemOf(intent, news))
      const isHeld = verdict === 'review' && namesRefund(news, intent)
      if (isHeld) await holdRefund(context, tx, intent, `Midtrans lists the refund. ${error}`)
      if (isHeld || (await effectOf(intent).isDone({ tx, intent, payment, news }))) {
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

/** From then on an absence at Midtrans means that it was never done. */
function concludesAt(context: Context, intent: IntentRow, sendBefore: Date): Date {
  const unseenSeconds = effectOf(intent).unseenSeconds?.(intent) ?? 0
  return secondsAfter(sendBefore, context.rules.gatewayDeadlineSeconds + SETTLE_SECONDS + unseenSeconds)
}

export function isConcluded(context: Context, intent: IntentRow, askedAt: Date): boolean {
  return intent.send_before !== null && askedAt > concludesAt(context, intent, intent.send_before)
}

/** Soon at first, because someone waits; then calmly; then ever more rarely, because what cannot be read now is read by a later version, and a person has been told. */
const CHECK_DELAYS = [2, 10, 30, 60, 120, 120, 120, 120, 120, 300, 900, 3_600] as const
const CHECK_DELAY_LAST = 6 * 3_600

export function checkDelaySeconds(checks: number): number {
  return CHECK_DELAYS[checks] ?? CHECK_DELAY_LAST
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
    const { first, last } = APPLY_AGAIN_SECONDS
    const seconds = Math.max(first, Math.min(checkDelaySeconds(intent.checks), last))
    await planIntentCheck(tx, intent.id, secondsAfter(context.clock.now(), seconds))
    return 'unknown'
  }
}

async function later(context: Context, tx: Transaction, intent: IntentRow): Promise<IntentOutcome> {
  const now = context.clock.now()
  const regular = secondsAfter(now, checkDelaySeconds(intent.checks))
  // The moment from which absence is an answer is not slept through.
  const concluding =
    intent.send_before === null ? null : secondsAfter(concludesAt(context, intent, intent.send_before), 1)
  const isSooner = concluding !== null && concluding > now && concluding < regular
  await planIntentCheck(tx, intent.id, isSooner ? concluding : regular)
  return 'unknown'
}

function unansweredFor({ command }: IntentRow, { message, code }: Answer): string {
  return `For a day Midtrans has given no answer about ${command}: ${message}${code === null ? '' : ` (${code})`}`
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
export async function endWithout(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  state: 'rejected' | 'absent',
): Promise<IntentOutcome> {
  await endIntent(tx, intent.id, state)
  await effectOf(intent).giveBack(context, tx, intent, state)
  return state
}
