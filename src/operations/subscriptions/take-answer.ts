/**
 * The third step of a command about a subscription: what Midtrans answered is recorded first, then applied under a savepoint. If applying fails (a handler of the merchant throws), the answer is still there, and
 * the check of the intent applies it later.
 */

import { secondsAfter } from '../../domain/clock.ts'
import { AFTER_COMMAND } from '../../domain/judge-subscription.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { readSubscription, type SubscriptionTold, withoutToken } from '../../gateway/subscription.ts'
import { recordAnswer } from '../../store/answers.ts'
import type { Transaction } from '../../store/database.ts'
import {
  endSubscriptionIntent,
  findSubscriptionIntent,
  lockOpenSubscriptionIntent,
  planSubscriptionIntentCheck,
  type SubscriptionIntentRow,
} from '../../store/subscription-intents.ts'
import {
  lockSubscription,
  type SubscriptionChanges,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { checkDelaySeconds } from '../payments/run-intent.ts'
import { applyTold } from './apply-told.ts'
import { readUpdate } from './asked-text.ts'
import { changeSubscription } from './change-subscription.ts'

/** `unknown`: not yet; a check is planned, or a person must find out. */
export type SubscriptionOutcome = 'done' | 'rejected' | 'absent' | 'unknown'

const APPLY_AGAIN_SECONDS = 5

export function takeSubscriptionAnswer(
  context: Context,
  intent: SubscriptionIntentRow,
  answer: Answer,
  { isFirst }: { readonly isFirst: boolean },
): Promise<SubscriptionOutcome> {
  return underSubscriptionLocks(context, intent, async (tx, row) => {
    const now = context.clock.now()
    // A no to the second creation says nothing about the first.
    const isClear =
      answer.class === 'done' || (answer.class === 'rejected' && (isFirst || intent.command !== 'create'))
    const told = intent.command === 'create' && answer.class === 'done' ? toldIn(answer) : null
    const isReadable = intent.command !== 'create' || answer.class !== 'done' || told !== null
    const kept = {
      ...answer,
      class: isClear && isReadable ? answer.class : ('unknown' as const),
      document: withoutToken(answer.document),
    }
    await recordAnswer(tx, 'subscription_intents', intent.id, kept, now)
    if (kept.class !== 'done' && kept.class !== 'rejected') {
      await planSubscriptionIntentCheck(tx, intent.id, secondsAfter(now, checkDelaySeconds(intent.checks)))
      return 'unknown'
    }
    return applying(context, tx, intent, async () => {
      if (kept.class === 'rejected') return endSubscriptionWithout(context, tx, row, intent, 'rejected')
      if (told) await applyTold(context, tx, row, told, { source: 'answer', document: kept.document })
      else await applyCommand(context, tx, row, intent)
      await endSubscriptionIntent(tx, intent.id, 'done')
      return 'done'
    })
  })
}

export function toldIn(answer: Answer): SubscriptionTold | null {
  const document = answer.document && readDocument(answer.document)
  return (document && readSubscription(document)) || null
}

/** The subscription's lock before the intent's, like everywhere. Whoever comes second finds the outcome written. */
export async function underSubscriptionLocks(
  context: Context,
  intent: SubscriptionIntentRow,
  work: (
    tx: Transaction,
    row: SubscriptionRow,
    intent: SubscriptionIntentRow,
  ) => Promise<SubscriptionOutcome>,
): Promise<SubscriptionOutcome> {
  const outcome = await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, intent.subscription_id)
    const fresh = row && (await lockOpenSubscriptionIntent(tx, intent.id))
    if (row && fresh) return work(tx, row, fresh)
    const state = (await findSubscriptionIntent(tx, intent.id))?.state
    return state === undefined || state === 'sent' ? 'unknown' : state
  })
  context.wake()
  return outcome
}

/** What a handler refused stays to be applied. */
export async function applying(
  context: Context,
  tx: Transaction,
  intent: SubscriptionIntentRow,
  work: () => Promise<SubscriptionOutcome>,
): Promise<SubscriptionOutcome> {
  try {
    return await tx.savepoint(work)
  } catch (error) {
    context.log.error('an answer about a subscription could not be applied', {
      subscription_id: intent.subscription_id,
      command: intent.command,
      reason: reasonOf(error),
    })
    await planSubscriptionIntentCheck(tx, intent.id, secondsAfter(context.clock.now(), APPLY_AGAIN_SECONDS))
    return 'unknown'
  }
}

/** Midtrans has done what was asked. How it stands there now is read afterwards; what only we know of it is written here. */
export async function applyCommand(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  intent: SubscriptionIntentRow,
): Promise<void> {
  const at = context.clock.now()
  const common: SubscriptionChanges = { commands: row.commands + 1, next_sync_at: at }
  const cause = { source: 'answer' as const }
  if (intent.command === 'update') {
    const asked = readUpdate(intent.request)
    const changes: SubscriptionChanges = {
      ...common,
      title: asked.title,
      amount: asked.amount,
      ...(asked.amount !== row.amount && { previous_amount: row.amount }),
      ...(asked.accountId === null && { token: asked.token }),
      pay_account_id: asked.accountId,
      payment_option: asked.paymentOption,
      interval_count: asked.interval,
      retry_interval: asked.retry.interval,
      retry_unit: asked.retry.unit,
      retries_max: asked.retry.max,
      ...(asked.nextChargeAt !== null && { next_charge_at: asked.nextChargeAt }),
    }
    await changeSubscription(context, tx, row, changes, { events: [], cause })
    return
  }
  if (intent.command === 'create') return
  const { status, reason, events } = AFTER_COMMAND[intent.command]
  // A charge or a look-up may have told the same meanwhile: told once.
  const isNews = row.status !== status
  await changeSubscription(
    context,
    tx,
    row,
    {
      ...common,
      status,
      status_reason: reason,
      gateway_status: status === 'active' ? 'active' : 'inactive',
      ...(status === 'cancelled' && { cancelled_at: at, next_charge_at: null }),
    },
    { events: isNews ? events : [], cause },
  )
}

/** It was not done. */
export async function endSubscriptionWithout(
  context: Context,
  tx: Transaction,
  row: SubscriptionRow,
  intent: SubscriptionIntentRow,
  state: 'rejected' | 'absent',
): Promise<SubscriptionOutcome> {
  await endSubscriptionIntent(tx, intent.id, state)
  const cause = { source: 'answer' as const }
  if (intent.command === 'create') {
    await changeSubscription(
      context,
      tx,
      row,
      { status: 'failed', status_reason: 'refused', next_charge_at: null, token: null, review: null },
      { events: [], cause },
    )
  } else
    await updateSubscription(tx, row.id, { commands: row.commands + 1, next_sync_at: context.clock.now() })
  return state
}
