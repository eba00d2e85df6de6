/**
 * Asks Midtrans how a subscription stands and takes over what it says: first every charge that is not in our books, then the subscription itself, so that its last charge is told before its end.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { type SubscriptionTold, withoutToken } from '../../gateway/subscription.ts'
import { endSubscriptionIntent, findOpenSubscriptionIntent } from '../../store/subscription-intents.ts'
import {
  closeSubscriptionNotices,
  hasChargeSince,
  hasUnlistedCharge,
  knownTransactions,
} from '../../store/subscription-syncs.ts'
import {
  findSubscription,
  lockSubscription,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { applyTold } from './apply-told.ts'
import { recordCharge } from './record-charge.ts'
import { toldIn } from './take-answer.ts'

/** Midtrans has made its transaction by then, or makes none. */
const CHARGE_SECONDS = 15 * 60
/** Its clock and that of the transaction need not agree to the second. */
const CLOCK_SECONDS = 10 * 60
/** A charge of the last days that Midtrans does not list, although it has had an hour. */
const UNLISTED_FROM_SECONDS = 2 * 86_400
const UNLISTED_TO_SECONDS = 3600
const AGAIN_SECONDS = 60

export interface ReadAgain {
  /** When to ask again soon; null, in the regular course. */
  readonly next: Date | null
}

/** Throws when Midtrans gives no clear answer. Never inside a transaction. */
export async function readAgain(context: Context, before: SubscriptionRow): Promise<ReadAgain> {
  const { merchant } = before
  const askedAt = context.clock.now()
  const gatewayId = before.gateway_id ?? before.hinted_id
  if (gatewayId === null) return { next: null }
  const answer = await context.gateway.getSubscription({ merchant }, gatewayId)
  const told = answer.class === 'done' ? toldIn(answer) : null
  if (answer.class === 'absent') return gone(context, before)
  if (!told) throw unclear(answer)
  // A notice nobody signed told the id: that it is ours, only Midtrans can say.
  if (before.gateway_id === null && told.name !== before.gateway_name) {
    await update(context, before.id, { hinted_id: null })
    return { next: null }
  }

  // 1. Its charges.
  const listed = told.transactionIds ?? []
  const known = await knownTransactions(context.database, merchant, listed)
  let isComplete = true
  for (const id of listed) {
    if (known.has(id)) continue
    isComplete = (await recordCharge(context, before, id)) !== 'later' && isComplete
  }

  // 2. Itself.
  const failedChargeAt = isComplete ? await chargeWithoutTransaction(context, before, told) : null
  const isApplied = await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, before.id)
    if (!row) return false
    const open = await findOpenSubscriptionIntent(tx, row.id)
    const isCreation = open?.command === 'create'
    // What was asked before a command, or before another look, says nothing about what came after it.
    if ((open && !isCreation) || row.commands !== before.commands) return false
    if (row.synced_at !== null && row.synced_at > askedAt) return true
    const isNewFailure =
      failedChargeAt !== null && (row.failed_charge_at === null || row.failed_charge_at < failedChargeAt)
    await applyTold(context, tx, row, told, {
      source: 'look_up',
      document: withoutToken(answer.document),
      failedChargeAt: isNewFailure ? failedChargeAt : null,
    })
    // Its answer was lost, and this is better than an answer.
    if (isCreation) await endSubscriptionIntent(tx, open.id, 'done')
    return true
  })
  context.wake()
  await closeSubscriptionNotices(context.database, { id: told.id, name: before.gateway_name }, askedAt)
  await markUnlisted(context, before, told)
  return {
    next: isComplete && isApplied ? nextLookAt(before, told, askedAt) : secondsAfter(askedAt, AGAIN_SECONDS),
  }
}

export async function readAgainById(context: Context, id: string): Promise<ReadAgain> {
  const row = await findSubscription(context.database, id)
  if (!row) throw new BayarError('subscription_not_found')
  return readAgain(context, row)
}

function unclear(answer: Answer): BayarError {
  const says = `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
  return new BayarError('gateway_unavailable', says, { details: { gateway_code: answer.code } })
}

/** Soon after its next charge: the notice may be lost, and nobody has to wait for the regular look to know that it was paid. */
function nextLookAt(before: SubscriptionRow, told: SubscriptionTold, now: Date): Date | null {
  const looks = [told.previousChargeAt, told.status === 'active' ? told.nextChargeAt : null]
    .filter((at) => at !== null)
    .map((at) => secondsAfter(at, CHARGE_SECONDS))
    .filter((at) => at > now)
    .toSorted((left, right) => left.getTime() - right.getTime())
  return before.status === 'cancelled' ? null : (looks[0] ?? null)
}

/** Midtrans says when it charged last. Where there is no transaction of that time, none was made: a token that is no good any more (411), a method that is switched off (402), a fault (500). */
async function chargeWithoutTransaction(
  context: Context,
  before: SubscriptionRow,
  { previousChargeAt, transactionIds }: SubscriptionTold,
): Promise<Date | null> {
  if (previousChargeAt === null || transactionIds === null) return null
  if (before.failed_charge_at !== null && before.failed_charge_at >= previousChargeAt) return null
  if (context.clock.now() < secondsAfter(previousChargeAt, CHARGE_SECONDS)) return null
  const since = secondsAfter(previousChargeAt, -CLOCK_SECONDS)
  return (await hasChargeSince(context.database, before.id, since)) ? null : previousChargeAt
}

/** It charges under our name and is not among those that Midtrans lists: perhaps a creation whose answer was lost was made twice, and the customer pays for both. */
async function markUnlisted(
  context: Context,
  before: SubscriptionRow,
  told: SubscriptionTold,
): Promise<void> {
  if (before.review !== null || told.transactionIds === null) return
  const now = context.clock.now()
  const isThere = await hasUnlistedCharge(context.database, before.id, told.transactionIds, {
    from: secondsAfter(now, -UNLISTED_FROM_SECONDS),
    to: secondsAfter(now, -UNLISTED_TO_SECONDS),
  })
  if (!isThere) return
  context.log.error('a subscription is charged that Midtrans does not list under its id', {
    subscription_id: before.id,
  })
  await update(context, before.id, { review: 'charge_not_listed' })
}

/** Midtrans knows it no more, or never did. */
async function gone(context: Context, before: SubscriptionRow): Promise<ReadAgain> {
  if (before.gateway_id === null) {
    await update(context, before.id, { hinted_id: null })
    return { next: null }
  }
  if (before.gateway_status !== 'absent')
    context.log.error('Midtrans does not know a subscription any more', {
      subscription_id: before.id,
      midtrans_subscription_id: before.gateway_id,
    })
  await update(context, before.id, { gateway_status: 'absent', review: before.review ?? 'not_at_midtrans' })
  return { next: null }
}

async function update(
  context: Context,
  id: string,
  changes: Parameters<typeof updateSubscription>[2],
): Promise<void> {
  await context.database.transaction(async (tx) => {
    if (await lockSubscription(tx, id)) await updateSubscription(tx, id, changes)
  })
}
