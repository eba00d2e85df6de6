/** Finds out what became of commands whose answer nobody has: by asking, never by sending again blindly (defects D4, D13). */
import { secondsAfter } from '../../domain/clock.ts'
import {
  claimIntentsToCheck,
  type IntentCommand,
  type IntentRow,
  planIntentCheck,
} from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { workOffDue } from '../due-work.ts'
import { reasonOf } from '../log.ts'
import { recordedAnswer } from '../recorded-answer.ts'
import { findOutPageEnd } from './end-page.ts'
import { findOutCharge } from './find-out-charge.ts'
import { checkDelaySeconds, lookUpIntent, takeAnswer } from './run-intent.ts'
import { sendCheckout, sendPrepared } from './send-charge.ts'
import { isOfPage } from './send-intent.ts'

/** How the outcome is found out. A page that is made again moves no money; of everything else Midtrans is asked. */
// biome-ignore format: a table is read in columns
const FIND_OUT: Readonly<Record<IntentCommand, (context: Context, intent: IntentRow) => Promise<unknown>>> = {
  charge: findOutCharge, checkout: sendCheckout,
  capture: lookUpIntent, cancel: lookUpIntent, expire: lookUpIntent, approve: lookUpIntent, deny: lookUpIntent,
  refund: lookUpIntent,  direct_refund: lookUpIntent,
}

/** Returns how many were due. */
export function checkIntents(context: Context, limit: number): Promise<number> {
  return workOffDue(context, limit, { claim: claimIntentsToCheck, each: checkIntent })
}

/** One of them, whatever its turn. What it throws is the log's and the next check's. */
export async function checkIntent(context: Context, intent: IntentRow): Promise<void> {
  try {
    // Committed by the host, and not sent yet.
    if (intent.state === 'prepared') {
      await sendPrepared(context, intent.id)
      return
    }
    const recorded = recordedAnswer(intent)
    if (recorded) {
      await takeAnswer(context, intent, recorded)
      return
    }
    await (isOfPage(intent) ? findOutPageEnd(context, intent) : FIND_OUT[intent.command](context, intent))
  } catch (error) {
    context.log.warn('intent could not be checked', {
      order_id: intent.order_id,
      command: intent.command,
      reason: reasonOf(error),
    })
    await planIntentCheck(
      context.database,
      intent.id,
      secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks)),
    )
  }
}
