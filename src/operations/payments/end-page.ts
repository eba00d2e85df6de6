/**
 * A hosted page is ended at Midtrans, so that nobody can choose a way to pay on it any more. Midtrans refuses while the customer pays on it, and does not say in a code that it was that: how the order stands
 * is asked, and what the customer has begun comes to light.
 */
import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import type { Answer } from '../../gateway/port.ts'
import { askedToEndPage, type IntentRow } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { checkPayment } from './check-payment.ts'
import { type IntentOutcome, lookUpIntent, mayStillSend, takeAnswer } from './run-intent.ts'
import { sendIntent } from './send-intent.ts'

export interface PageEnded {
  readonly outcome: IntentOutcome
  readonly answer: Answer
}

export async function endPage(context: Context, intent: IntentRow): Promise<PageEnded> {
  const { token } = intent.request as { token: string }
  const isRepeated = await askedToEndPage(context.database, intent.payment_id, token, 'absent')
  const answer = await sendIntent(context, intent)
  return { answer, outcome: await takePageAnswer(context, intent, answer, { isRepeated }) }
}

/** Nobody knows whether it was ended, perhaps not even whether it was sent: it is asked for once more, which ends nothing else. */
export async function findOutPageEnd(context: Context, intent: IntentRow): Promise<IntentOutcome> {
  if (!mayStillSend(context, intent)) return lookUpIntent(context, intent)
  return takePageAnswer(context, intent, await sendIntent(context, intent), { isRepeated: true })
}

async function takePageAnswer(
  context: Context,
  intent: IntentRow,
  answer: Answer,
  { isRepeated }: { readonly isRepeated: boolean },
): Promise<IntentOutcome> {
  if (answer.class !== 'rejected') return takeAnswer(context, intent, answer)
  const { merchant, order_id: orderId } = intent
  const { payment } = await checkPayment(context, { merchant, orderId })
  const isBegun = payment.attempts.some(({ status }) => !endedWithoutMoney(status))
  // A page that Midtrans does not know is paid by nobody; and one that was refused the second time was ended the first time.
  const isOver = answer.code === '404' || (isRepeated && answer.code === '400')
  return takeAnswer(context, intent, isOver && !isBegun ? { ...answer, class: 'done' } : answer)
}
