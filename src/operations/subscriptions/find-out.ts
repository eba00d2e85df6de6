/**
 * Finds out what became of a command whose answer nobody has.
 *
 * Of update, disable, enable and cancel: Midtrans is asked how the subscription stands. Where that does not show it done, it is sent again while there is time: a second one changes nothing. `inactive` does not tell a
 * cancelled subscription from a disabled one, whose planned retries would still charge the customer: so a cancellation is believed only by its own answer, and sent again until there is one.
 *
 * Of a creation: Midtrans lists no subscriptions by name. While it keeps the first answer under the key, the same request is sent again, but only after silence: when Midtrans itself answered a fault, it has kept no
 * answer, and a second request could make a second subscription. After that a notice, a charge under our name, or a person tells; until then it is never sent again.
 */
import { secondsAfter } from '../../domain/clock.ts'
import type { SubscriptionTold } from '../../gateway/subscription.ts'
import {
  endSubscriptionIntent,
  findSubscriptionIntent,
  planSubscriptionIntentCheck,
  type SubscriptionIntentRow,
} from '../../store/subscription-intents.ts'
import { findSubscription, type SubscriptionRow, updateSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { checkDelaySeconds } from '../payments/run-intent.ts'
import { readUpdate } from './asked-text.ts'
import { readAgain } from './read-again.ts'
import { sendSubscriptionIntent } from './send-intent.ts'
import {
  applyCommand,
  applying,
  endSubscriptionWithout,
  type SubscriptionOutcome,
  takeSubscriptionAnswer,
  toldIn,
  underSubscriptionLocks,
} from './take-answer.ts'

const SETTLE_SECONDS = 60

export async function findOutSubscription(
  context: Context,
  intent: SubscriptionIntentRow,
  { mayRepeat }: { readonly mayRepeat: boolean },
): Promise<SubscriptionOutcome> {
  const row = await findSubscription(context.database, intent.subscription_id)
  if (!row) return 'unknown'
  return intent.command === 'create'
    ? findOutCreation(context, intent, row)
    : findOutCommand(context, intent, row, mayRepeat)
}

// ---------------------------------------------------------------- creation

async function findOutCreation(
  context: Context,
  intent: SubscriptionIntentRow,
  row: SubscriptionRow,
): Promise<SubscriptionOutcome> {
  // 1. A notice may have told its id.
  if (row.gateway_id !== null || row.hinted_id !== null) {
    await readAgain(context, row)
    const now = await findSubscriptionIntent(context.database, intent.id)
    if (now && now.state !== 'sent') return now.state
  }
  // 2. The same request under the same key.
  const isSilent = intent.answer_code === null
  if (isSilent && context.clock.now() < intent.send_before) {
    const answer = await sendSubscriptionIntent(context, intent, { merchant: row.merchant, gatewayId: null })
    return takeSubscriptionAnswer(context, intent, answer, { isFirst: false })
  }
  // 3. Nobody can say: it waits for a notice, a charge, or a person.
  return underSubscriptionLocks(context, intent, async (tx, locked) => {
    const isOver =
      context.clock.now() >
      secondsAfter(intent.send_before, context.rules.gatewayDeadlineSeconds + SETTLE_SECONDS)
    if (!isOver) {
      await planSubscriptionIntentCheck(
        tx,
        intent.id,
        secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks)),
      )
      return 'unknown'
    }
    await planSubscriptionIntentCheck(tx, intent.id, null)
    await updateSubscription(tx, locked.id, { review: 'creation_unknown' })
    context.log.error('nobody knows whether Midtrans made a subscription', {
      subscription_id: locked.id,
      gateway_name: locked.gateway_name,
    })
    return 'unknown'
  })
}

// ---------------------------------------------------------------- the other commands

async function findOutCommand(
  context: Context,
  intent: SubscriptionIntentRow,
  row: SubscriptionRow,
  mayRepeat: boolean,
): Promise<SubscriptionOutcome> {
  const about = { merchant: row.merchant, gatewayId: row.gateway_id }
  const askedAt = context.clock.now()
  const answer = await context.gateway.getSubscription({ merchant: row.merchant }, row.gateway_id!)
  const told = answer.class === 'done' ? toldIn(answer) : null
  if (told && shows(intent, told)) return conclude(context, intent, 'done')
  if (mayRepeat && context.clock.now() < intent.send_before) {
    const again = await sendSubscriptionIntent(context, intent, about)
    return takeSubscriptionAnswer(context, intent, again, { isFirst: false })
  }
  // Midtrans itself said that it cannot be done, and how it stands bears that out.
  if (told && !mayRepeat) return conclude(context, intent, 'rejected')
  const isOver =
    askedAt > secondsAfter(intent.send_before, context.rules.gatewayDeadlineSeconds + SETTLE_SECONDS)
  if (isOver && (told || answer.class === 'absent')) return conclude(context, intent, 'absent')
  await planSubscriptionIntentCheck(
    context.database,
    intent.id,
    secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks)),
  )
  return 'unknown'
}

/** Whether Midtrans shows it as the command would have left it. */
function shows(intent: SubscriptionIntentRow, told: SubscriptionTold): boolean {
  if (intent.command === 'disable') return told.status === 'inactive'
  if (intent.command === 'enable') return told.status === 'active'
  if (intent.command !== 'update') return false
  const asked = readUpdate(intent.request)
  return (
    told.amount === asked.amount &&
    (told.interval === null || told.interval === asked.interval) &&
    (told.token === null || told.token === asked.token || told.token.includes('*')) &&
    (asked.nextChargeAt === null ||
      (told.nextChargeAt !== null &&
        Math.abs(told.nextChargeAt.getTime() - asked.nextChargeAt.getTime()) < 1000)) &&
    told.name === asked.name
  )
}

function conclude(
  context: Context,
  intent: SubscriptionIntentRow,
  state: 'done' | 'rejected' | 'absent',
): Promise<SubscriptionOutcome> {
  return underSubscriptionLocks(context, intent, (tx, row) =>
    applying(context, tx, intent, async () => {
      if (state !== 'done') return endSubscriptionWithout(context, tx, row, intent, state)
      await applyCommand(context, tx, row, intent)
      await endSubscriptionIntent(tx, intent.id, 'done')
      return 'done'
    }),
  )
}
