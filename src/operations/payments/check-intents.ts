/** Finds out what became of commands whose answer nobody has: by asking, never by sending again blindly (defects D4, D13). */
import { secondsAfter } from '../../domain/clock.ts'
import { claimIntentsToCheck, type IntentRow, planIntentCheck } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { findOutCharge } from './find-out-charge.ts'
import { checkDelaySeconds, lookUpIntent, takeAnswer } from './run-intent.ts'

const LEASE_SECONDS = 90

/** Returns how many were due. */
export async function checkIntents(context: Context, limit: number): Promise<number> {
  const at = context.clock.now()
  const due = await claimIntentsToCheck(context.database, {
    at,
    leaseUntil: secondsAfter(at, LEASE_SECONDS),
    limit,
  })
  await Promise.all(due.map((intent) => checkIntent(context, intent)))
  return due.length
}

async function checkIntent(context: Context, intent: IntentRow): Promise<void> {
  try {
    // An answer that was recorded but not applied (a handler threw, the process died): it is all that is needed.
    if (intent.answer_class === 'done' || intent.answer_class === 'rejected') {
      const recorded = {
        class: intent.answer_class,
        code: intent.answer_code,
        httpStatus: null,
        message: intent.answer_message ?? '',
        validationMessages: [],
        document: intent.answer,
      }
      await takeAnswer(context, intent, recorded)
      return
    }
    await (intent.command === 'charge' ? findOutCharge : lookUpIntent)(context, intent)
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
