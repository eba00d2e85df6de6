/**
 * `send_expiry_reminders`: whose period ends in so many days is told what happens then. Which day it is follows from the instant alone, and not from the tick: one that was missed yesterday is not made up for, because
 * "in 7 days" would not be true any more. However often it runs, nobody is told twice on one day.
 */
import { endOfJakartaDay, instantOf, jakartaDay } from '../../domain/jakarta-time.ts'
import { toNumber } from '../../domain/money.ts'
import { renewalOf } from '../../domain/renewal.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert } from '../../errors.ts'
import { type EndingSubscription, listEnding } from '../../store/ending-subscriptions.ts'
import type { NewMessage } from '../../store/messages.ts'
import type { Context } from '../context.ts'
import { ComeBack, type TaskRun } from '../task-run.ts'
import { dedupeKeyOf, writeMessages } from './write-messages.ts'

const PAGE = 500
const DAY_MS = 86_400_000

export interface Reminded {
  readonly reminded: number
}

/** Of a run in a task: told after each page, and ended when the worker is. */
type Run = Pick<TaskRun, 'progress' | 'isStopping'>

export async function sendExpiryReminders(context: Context, run: Run | null = null): Promise<Reminded> {
  const today = instantOf(jakartaDay(context.clock.now()))
  let reminded = 0
  for (const days of context.rules.billing.expiryReminderDays) {
    const from = new Date(today.getTime() + days * DAY_MS)
    const to = new Date(from.getTime() + DAY_MS)
    for (let after: EndingSubscription | null = null; ; ) {
      // What is written is not written again, so a run that comes back begins anew.
      if (run?.isStopping()) throw new ComeBack(context.clock.now(), 'The worker is stopping.')
      const page: readonly EndingSubscription[] = await listEnding(context.database, {
        from,
        to,
        begunBefore: today,
        after,
        limit: PAGE,
      })
      reminded += await writeMessages(
        context,
        context.database,
        page.map((one) => reminderOf(context, one, days)),
      )
      await run?.progress({ done: reminded })
      if (page.length < PAGE) break
      after = page.at(-1)!
    }
  }
  return { reminded }
}

function reminderOf({ clock }: Context, ending: EndingSubscription, days: number): NewMessage {
  const at = clock.now()
  const endOfDay = endOfJakartaDay(jakartaDay(at))
  assert(endOfDay, 'today is no day')
  return {
    id: uuidv7(),
    type: 'expiry_reminder',
    dedupeKey: dedupeKeyOf('expiry_reminder', ending.id, at),
    subscriptionId: ending.id,
    validUntil: endOfDay,
    facts: {
      amount: toNumber(ending.amount),
      ends_at: ending.ends_at.toISOString(),
      days,
      renewal: renewalOf({
        collection: ending.collection,
        paymentType: ending.payment_type,
        cancelAtPeriodEnd: ending.cancel_at_period_end,
        isLastCycle: ending.is_last_cycle,
        amount: ending.amount,
        available: ending.available,
      }),
    },
  }
}
