/** The second and third step of a charge: its intent is sent, and what came of it is written. */
import { secondsAfter } from '../../domain/clock.ts'
import type { Answer } from '../../gateway/port.ts'
import { claimPreparedIntent, type IntentRow } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { findOutCharge } from './find-out-charge.ts'
import {
  type IntentOutcome,
  lookUpIntent,
  mayStillSend,
  notSent,
  SEND_WITHIN_SECONDS,
  takeAnswer,
} from './run-intent.ts'
import { sendIntent } from './send-intent.ts'

export interface Sent {
  readonly answer: Answer
  readonly outcome: IntentOutcome
}

export async function sendCharge(context: Context, intent: IntentRow): Promise<Sent> {
  if (!mayStillSend(context, intent)) throw notSent(intent.order_id)
  const answer = await sendIntent(context, intent)
  const outcome = await takeAnswer(context, intent, answer)
  // 406 says that the order id is known to Midtrans already: most likely our first try arrived. Its status is the answer.
  return { answer, outcome: answer.class === 'look' ? await findOutCharge(context, intent) : outcome }
}

export async function sendCheckout(context: Context, intent: IntentRow): Promise<Sent> {
  if (!mayStillSend(context, intent))
    return { answer: NOT_SENT, outcome: await lookUpIntent(context, intent) }
  const answer = await sendIntent(context, intent)
  // A repeat may be refused because the customer has begun to pay on the first page: then Midtrans knows the transaction.
  if (answer.class === 'rejected' && intent.answered_at !== null)
    return { answer, outcome: await lookUpIntent(context, intent) }
  return { answer, outcome: await takeAnswer(context, intent, answer) }
}

const NOT_SENT: Answer = {
  class: 'unknown',
  code: null,
  httpStatus: null,
  message: 'It was not sent.',
  validationMessages: [],
  document: null,
}

/**
 * A charge that was prepared in a transaction of the host: whoever claims it sends it, the host's `submit` or a worker, and nobody else does. Its five minutes begin now, so one that waited for a worker all
 * night is sent in the morning. undefined when somebody else has claimed it.
 */
export function claimPrepared(context: Context, intentId: string): Promise<IntentRow | undefined> {
  const at = context.clock.now()
  return claimPreparedIntent(context.database, intentId, {
    at,
    sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
    checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
  })
}

export async function sendPrepared(context: Context, intentId: string): Promise<Sent | undefined> {
  const intent = await claimPrepared(context, intentId)
  return intent && sendCharge(context, intent)
}
