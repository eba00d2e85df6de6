/** Finds out what became of commands about subscriptions whose answer nobody has. */
import { secondsAfter } from '../../domain/clock.ts'
import {
  claimSubscriptionIntents,
  planSubscriptionIntentCheck,
  type SubscriptionIntentRow,
} from '../../store/subscription-intents.ts'
import type { Context } from '../context.ts'
import { workOffDue } from '../due-work.ts'
import { reasonOf } from '../log.ts'
import { checkDelaySeconds } from '../payments/run-intent.ts'
import { recordedAnswer } from '../recorded-answer.ts'
import { findOutSubscription } from './find-out.ts'
import { takeSubscriptionAnswer } from './take-answer.ts'

/** Returns how many were due. */
export function checkSubscriptionIntents(context: Context, limit: number): Promise<number> {
  return workOffDue(context, limit, { claim: claimSubscriptionIntents, each: checkOne })
}

async function checkOne(context: Context, intent: SubscriptionIntentRow): Promise<void> {
  try {
    const recorded = recordedAnswer(intent)
    if (recorded) {
      await takeSubscriptionAnswer(context, intent, recorded, { isFirst: true })
      return
    }
    await findOutSubscription(context, intent, { mayRepeat: true })
  } catch (error) {
    context.log.warn('a command about a subscription could not be checked', {
      subscription_id: intent.subscription_id,
      command: intent.command,
      reason: reasonOf(error),
    })
    await planSubscriptionIntentCheck(
      context.database,
      intent.id,
      secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks)),
    )
  }
}
