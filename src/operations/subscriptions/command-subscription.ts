/**
 * Update, disable, enable and cancel: a command about a subscription that Midtrans has. Intent, call, answer, as everywhere; one at a time, because of a pause and a resumption that cross nobody could say which was
 * last. Each may be sent again without harm, so one whose answer is lost is looked up and, while there is time, sent again.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { type SubscriptionCommand, whyNotSubscription } from '../../domain/subscription.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import {
  findSubscriptionIntent,
  insertSubscriptionIntent,
  type SubscriptionIntentRow,
} from '../../store/subscription-intents.ts'
import {
  findSubscription,
  lockSubscription,
  type SubscriptionRow,
  updateSubscription as writeSubscription,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { refuseInsideTransaction, SEND_WITHIN_SECONDS } from '../payments/run-intent.ts'
import { type UpdateAsked, updateText } from './asked-text.ts'
import { changeSubscription } from './change-subscription.ts'
import { refuseLate } from './create-subscription.ts'
import { findOutSubscription } from './find-out.ts'
import { freshOptionToken } from './payment-option.ts'
import { readAgainById } from './read-again.ts'
import { sendSubscriptionIntent } from './send-intent.ts'
import { type CheckedUpdate, checkUpdate, type UpdateSubscriptionInput } from './subscription-update.ts'
import { type Subscription, toSubscription } from './subscription-view.ts'
import { takeSubscriptionAnswer } from './take-answer.ts'

export function disableSubscription(context: Context, id: string, by: string): Promise<Subscription> {
  return commandSubscription(context, id, { command: 'disable', by })
}

export function enableSubscription(context: Context, id: string, by: string): Promise<Subscription> {
  return commandSubscription(context, id, { command: 'enable', by })
}

export function cancelSubscription(context: Context, id: string, by: string): Promise<Subscription> {
  return commandSubscription(context, id, { command: 'cancel', by })
}

export async function updateSubscription(
  context: Context,
  id: string,
  input: UpdateSubscriptionInput,
  by: string,
): Promise<Subscription> {
  const row = await mustFind(context, id)
  const checked = checkUpdate(input, row, context.clock.now())
  if (checked.isOursAlone) return retitle(context, row, checked)
  refuseImpossible(row, 'update', checked)
  refuseInsideTransaction()
  const token =
    checked.accountId === null
      ? checked.token
      : await freshOptionToken(context, {
          merchant: row.merchant,
          accountId: checked.accountId,
          option: checked.paymentOption,
          userId: row.user_id,
        })
  if (token === null)
    throw new BayarError('invalid_request', 'token: is missing, and Midtrans wants it with every change.', {
      details: {
        problems: [{ field: 'token', reason: 'is missing, and Midtrans wants it with every change' }],
      },
    })
  const asked: UpdateAsked = {
    name: row.gateway_name!,
    title: checked.title,
    amount: checked.amount,
    token,
    accountId: checked.accountId,
    paymentOption: checked.paymentOption,
    interval: checked.interval,
    retry: checked.retry,
    nextChargeAt: checked.nextChargeAt,
  }
  return commandSubscription(context, id, { command: 'update', by, update: { asked, checked } })
}

interface Order {
  readonly command: SubscriptionCommand
  readonly by: string
  readonly update?: { readonly asked: UpdateAsked; readonly checked: CheckedUpdate }
}

async function commandSubscription(context: Context, id: string, order: Order): Promise<Subscription> {
  context.handlers.assertComplete()
  refuseInsideTransaction()

  // 1. The intent.
  const { intent, row } = await begin(context, id, order)

  // 2. The call.
  refuseLate(context, intent)
  const about = { merchant: row.merchant, gatewayId: row.gateway_id }
  const answer = await sendSubscriptionIntent(context, intent, about)

  // 3. What came of it. 412 means that it stands otherwise than we thought.
  let outcome = await takeSubscriptionAnswer(context, intent, answer, { isFirst: true })
  if (answer.class === 'look') outcome = await findOutSubscription(context, intent, { mayRepeat: false })
  else if (outcome === 'rejected') throw refusedBecause(answer, { subscription_id: id })
  if (outcome === 'rejected' || outcome === 'absent') {
    const { status } = await mustFind(context, id)
    const says = `Midtrans did not do it: ${answer.message} (${answer.code}). It is ${status}.`
    throw new BayarError('command_not_possible', says, { details: { status } })
  }
  if (outcome === 'unknown')
    throw new BayarError('gateway_unknown', 'Ask for the subscription again shortly.', {
      details: { subscription_id: id },
    })
  await lookAfterwards(context, id)
  return toSubscription(await mustFind(context, id), context.clock.now())
}

async function begin(
  context: Context,
  id: string,
  { command, by, update }: Order,
): Promise<{ intent: SubscriptionIntentRow; row: SubscriptionRow }> {
  const intentId = uuidv7()
  const at = context.clock.now()
  const row = await context.database.transaction(async (tx) => {
    const locked = await lockSubscription(tx, id)
    if (!locked) throw new BayarError('subscription_not_found')
    refuseImpossible(locked, command, update?.checked)
    const isWritten = await insertSubscriptionIntent(tx, {
      id: intentId,
      subscriptionId: id,
      command,
      key: randomKey(),
      request: update ? updateText(update.asked) : {},
      requestedBy: by,
      at,
      sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
      checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    })
    if (!isWritten) throw new BayarError('command_in_progress', '', { details: { retry_after_seconds: 5 } })
    // A look-up that is under way was asked before this.
    await writeSubscription(tx, id, { commands: locked.commands + 1 })
    return locked
  })
  const intent = await findSubscriptionIntent(context.database, intentId)
  assert(intent, 'an intent that was written is gone')
  return { intent, row }
}

function refuseImpossible(row: SubscriptionRow, command: SubscriptionCommand, update?: CheckedUpdate): void {
  const isRevival = update !== undefined && update.nextChargeAt !== null
  const reason =
    command === 'update' && (row.status === 'cancelled' || row.status === 'expired') && !isRevival
      ? `It is ${row.status}: give \`nextChargeAt\` to revive it.`
      : whyNotSubscription(command, row.status)
  if (reason !== null)
    throw new BayarError('command_not_possible', reason, { details: { status: row.status } })
  if (row.collection !== 'native')
    throw new BayarError(
      'command_not_possible',
      'bayar bills it: it is paused, resumed, and changed by `changePlan` and `changeMethod`.',
      { details: { status: row.status } },
    )
  if (row.gateway_id === null)
    throw new BayarError('command_not_possible', 'Nobody knows yet under which id Midtrans has it.', {
      details: { status: row.status },
    })
}

/** Midtrans is not told what people call it. */
async function retitle(
  context: Context,
  { id }: SubscriptionRow,
  { title }: CheckedUpdate,
): Promise<Subscription> {
  await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, id)
    if (row && row.title !== title)
      await changeSubscription(context, tx, row, { title }, { events: [], cause: { source: 'person' } })
  })
  return toSubscription(await mustFind(context, id), context.clock.now())
}

/** How Midtrans has it now: its next charge, above all. The command is done whether or not this succeeds; a worker looks again. */
async function lookAfterwards(context: Context, id: string): Promise<void> {
  try {
    await readAgainById(context, id)
  } catch (error) {
    context.log.warn('subscription could not be read after a command', {
      subscription_id: id,
      reason: reasonOf(error),
    })
  }
}

export async function mustFind(context: Context, id: string) {
  const row = await findSubscription(context.database, id)
  if (!row) throw new BayarError('subscription_not_found')
  return row
}
