/**
 * The one door. A charge answer, a notification, a look-up at Midtrans, an operator's command: each is news about a payment, and all of it comes through here.
 *
 * Two ways in, one judgement:
 *   plain    two statements for a whole batch: read without a lock, judge, write guarded by the versions read. Payments that moved in between are judged again.
 *   within   one transaction for one payment under its lock, because a handler of the merchant runs inside it (or because a command's intent is written with it).
 *
 * The lane is chosen after the judgement: only then is it known which events there are.
 */

import { firstCheckAt } from '../domain/check-schedule.ts'
import { secondsAfter } from '../domain/clock.ts'
import { type Copy, type JudgedPlan, judgeNews, type Outcome, type Statement } from '../domain/judge-news.ts'
import type { News } from '../domain/news.ts'
import type { PaymentState } from '../domain/payment.ts'
import { uuidv7 } from '../domain/uuid.ts'
import { BayarError } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import { readRegistryVersion } from '../store/handlers.ts'
import { requeueForeign } from '../store/notifications.ts'
import { requeueUnderParents } from '../store/order-parents.ts'
import { lockPayment } from '../store/payments.ts'
import { type Found, readPayments } from '../store/read-payments.ts'
import { type NewNotification, type NotificationVerdict, writeAdvances } from '../store/write-advances.ts'
import type { Context } from './context.ts'
import { runWithinHandlers, toldIn } from './events/run-within-handlers.ts'
import { followOwner } from './owners.ts'

/** A batch that keeps losing to others is left to the work list rather than tried for ever. */
const RUNS_MAX = 8
/** Stored copies of one notification; beyond, only the original's counter grows. */
const COPIES_STORED_MAX = 20
/** How long the within lane has before a worker takes over what is still `received`. */
const WITHIN_GRACE_SECONDS = 30

export interface Incoming {
  readonly merchant: string
  readonly orderId: string
  readonly news: News
  /** A notification that arrives with the news, and is stored by the statement that applies it. */
  readonly arriving?: NewNotification
  /** A notification stored earlier that is judged again. */
  readonly storedId?: string
  /** A person decided that a mismatch is to be taken as it is. */
  readonly isAccepted?: boolean
}

export interface Advanced {
  readonly paymentId: string | null
  /** `foreign`: no payment has this order id. `deferred`: stored, and a transaction of its own must apply it. */
  readonly verdict: Outcome['verdict'] | 'foreign' | 'deferred'
  readonly error: string | null
}

interface Judged {
  readonly found: Found
  readonly indexes: readonly number[]
  readonly plan: JudgedPlan
}

/** The plain lane. Answers one result per item, in order; what needs a transaction of its own comes back as `deferred`. */
export async function advancePayments(
  context: Context,
  items: readonly Incoming[],
  options: { readonly isRepeated?: boolean } = {},
): Promise<Advanced[]> {
  const results: (Advanced | undefined)[] = items.map(() => undefined)
  let left = items.map((_, index) => index)
  for (let run = 1; left.length > 0; run++) {
    left = await advanceOnce(context, items, left, results, { onlyStore: run >= RUNS_MAX, ...options })
  }
  return results as Advanced[]
}

async function advanceOnce(
  context: Context,
  items: readonly Incoming[],
  indexes: readonly number[],
  results: (Advanced | undefined)[],
  { onlyStore, isRepeated = false }: { readonly onlyStore: boolean; readonly isRepeated?: boolean },
): Promise<number[]> {
  const at = context.clock.now()
  const reading = await readPayments(
    context.database,
    indexes.map((index) => askedOf(items[index]!)),
  )
  // A handler was registered by another process a moment ago: the lanes must know it.
  if (reading.registryVersion !== null && reading.registryVersion !== context.handlers.version) {
    await context.handlers.refresh(context.database)
    if (reading.registryVersion > context.handlers.version) return [...indexes]
  }
  const plain: Judged[] = []
  const deferred = new Map<number, string>()
  const isIncomplete = context.handlers.missing().length > 0
  for (const judged of judgeByPayment(context, items, indexes, reading.found)) {
    if (onlyStore || (judged.plan.changed && isIncomplete) || needsTransaction(context, judged)) {
      for (const index of judged.indexes) deferred.set(index, judged.found.payment.id)
    } else {
      plain.push(judged)
    }
  }

  const writing = new Writing(at)
  indexes.forEach((index, position) => {
    const item = items[index]!
    if (reading.found[position] === null) {
      writing.foreign(item)
      results[index] = { paymentId: null, verdict: 'foreign', error: null }
    } else if (deferred.has(index)) {
      const paymentId = deferred.get(index)!
      writing.deferred(item, paymentId)
      results[index] = { paymentId, verdict: 'deferred', error: null }
    }
  })
  for (const judged of plain) {
    judged.indexes.forEach((index, position) => {
      const outcome = judged.plan.outcomes[position]!
      writing.judged(items[index]!, judged.found, outcome)
      results[index] = { paymentId: judged.found.payment.id, verdict: outcome.verdict, error: outcome.error }
    })
  }

  const written = await writeAdvances(context.database, {
    ...writing.finish(),
    plans: plain.map(({ found, plan }) => ({
      versionBefore: found.payment.version,
      attemptsBefore: found.payment.attempts,
      plan,
    })),
    firstCheckAt: firstCheckAt(at),
    registryVersion: context.handlers.version,
    isRepeated,
  })
  if (written.deliveries > 0) context.wake()
  // A payment may have been written since we looked: it did not see these, and we did not see it. Or Midtrans began one by itself, under an invoice or subscription of ours.
  const foreign = writing.foreignIds()
  if (foreign.length > 0) {
    const requeued =
      (await requeueForeign(context.database, foreign, at)) +
      (await requeueUnderParents(context.database, foreign, at))
    if (requeued > 0) context.wake('notifications')
  }

  // Those whose version moved in between wrote nothing: judge them again from what is there now.
  const lost: number[] = []
  for (const judged of plain) {
    if (written.locked.has(judged.found.payment.id)) continue
    for (const index of judged.indexes) {
      results[index] = undefined
      lost.push(index)
    }
  }
  return lost
}

/**
 * One payment, inside the caller's transaction, under its lock. Throws what a `within` handler threw: the caller's transaction (or its savepoint) rolls back,
 * and nothing of this is true.
 */
export async function advanceWithin(
  context: Context,
  tx: Transaction,
  item: Incoming,
  options: { withoutHandlers?: boolean; isLocked?: boolean } = {},
): Promise<Advanced> {
  const at = context.clock.now()
  if (!options.isLocked) await lockPayment(tx, item.merchant, item.orderId)
  const reading = await readPayments(tx, [askedOf(item)])
  const found = reading.found[0]
  if (!found) {
    return { paymentId: null, verdict: 'foreign', error: null }
  }
  const plan = judgeNews(
    found.payment,
    [statementOf(item, found)],
    judgeRules(context, found.payment.merchant),
  )
  const outcome = plan.outcomes[0]!
  const writing = new Writing(at)
  writing.judged(item, found, outcome)
  await writeUnderLock(context, tx, {
    ...writing.finish(),
    plans: [{ versionBefore: found.payment.version, attemptsBefore: found.payment.attempts, plan }],
    registryVersion: reading.registryVersion,
  })
  // Also those of the invoice or subscription whose books follow: else theirs would hold the money up for ever.
  const asking = options.withoutHandlers ? { ...context, withoutHandlers: true } : context
  await followOwner(asking, tx, plan)
  await runWithinHandlers(asking, tx, toldIn(plan))
  return { paymentId: found.payment.id, verdict: outcome.verdict, error: outcome.error }
}

/**
 * Writes what was judged under the payment's lock. Only a handler that another process registers in this very moment can be in the way: then it is known, and the write is made again. Everything
 * is asked of the transaction's own connection: one that waited for a second connection could wait for ever behind others of its kind.
 */
export async function writeUnderLock(
  context: Context,
  tx: Transaction,
  {
    registryVersion: readBefore = null,
    ...advances
  }: Omit<Parameters<typeof writeAdvances>[1], 'firstCheckAt' | 'registryVersion'> & {
    /** As it was read with the payment. */
    readonly registryVersion?: number | null
  },
): Promise<void> {
  for (let run = 1; run <= RUNS_MAX; run++) {
    const registryVersion = (run === 1 ? readBefore : null) ?? (await readRegistryVersion(tx))
    if (registryVersion !== context.handlers.version) await context.handlers.refresh(tx)
    context.handlers.assertComplete()
    const written = await writeAdvances(tx, {
      ...advances,
      firstCheckAt: firstCheckAt(advances.at),
      registryVersion,
    })
    if (advances.plans.every(({ plan }) => written.locked.has(plan.payment.id))) return
  }
  throw new BayarError('overloaded', 'Handlers are being registered at this moment.')
}

function askedOf(item: Incoming) {
  return {
    merchant: item.merchant,
    orderId: item.orderId,
    fingerprint: item.news.source === 'notification' ? item.news.fingerprint : null,
    notificationId: item.arriving?.id ?? item.storedId ?? null,
  }
}

function* judgeByPayment(
  context: Context,
  items: readonly Incoming[],
  indexes: readonly number[],
  found: readonly (Found | null)[],
): Generator<Judged> {
  const groups = new Map<string, { found: Found; indexes: number[]; statements: Statement[] }>()
  indexes.forEach((index, position) => {
    const one = found[position]
    if (!one) return
    let group = groups.get(one.payment.id)
    if (!group) {
      group = { found: one, indexes: [], statements: [] }
      groups.set(one.payment.id, group)
    }
    group.indexes.push(index)
    group.statements.push(statementOf(items[index]!, one))
  })
  for (const group of groups.values()) {
    const plan = judgeNews(
      group.found.payment,
      group.statements,
      judgeRules(context, group.found.payment.merchant),
    )
    yield { found: group.found, indexes: group.indexes, plan }
  }
}

function statementOf(item: Incoming, found: Found): Statement {
  const copyOf: Copy | null =
    found.copy === null
      ? null
      : { notificationId: found.copy.id, isWaiting: found.copy.status === 'received' }
  return { news: item.news, copyOf, isAccepted: item.isAccepted ?? false }
}

export function judgeRules(context: Context, merchant: string) {
  const { rules } = context
  return {
    imposedFees: rules.imposedFees,
    confirm: rules.confirm,
    confirmAbove: rules.confirmAbove,
    gatewayMerchantId: rules.merchants.find((one) => one.name === merchant)?.gatewayMerchantId ?? null,
    newId: uuidv7,
  }
}

/** A `within` handler for an event of this plan, or an owner whose books move with the money. */
function needsTransaction(context: Context, { found, plan }: Judged): boolean {
  if (!plan.changed) return false
  if (found.payment.owner !== null) return true
  return plan.history.some((row) => row.event !== null && context.handlers.hasWithin(row.event))
}

/** Collects what becomes of each notification of a batch. */
class Writing {
  readonly #at: Date
  readonly #arriving = new Map<
    string,
    { notification: NewNotification; verdict: NotificationVerdict; copies: number }
  >()
  readonly #judgedAgain: { id: string; verdict: NotificationVerdict }[] = []
  readonly #counted = new Map<string, { id: string; paymentId: string; copies: number }>()

  constructor(at: Date) {
    this.#at = at
  }

  judged(item: Incoming, found: Found, outcome: Outcome): void {
    const paymentId = found.payment.id
    if (outcome.verdict === 'look_up') {
      // One that arrives is looked up at once by whoever is free; one judged again is in the hands of the caller.
      const dueAt = item.arriving ? this.#at : secondsAfter(this.#at, WITHIN_GRACE_SECONDS)
      this.#put(item, { status: 'received', error: null, paymentId, originalId: null, dueAt, isJudged: true })
      return
    }
    if (outcome.originalId !== null) {
      this.#count(outcome.originalId, paymentId)
      // A captured body can be posted ten thousand times a second: the counter tells of them all.
      if (item.arriving && (found.copy?.copies ?? 0) >= COPIES_STORED_MAX) return
    }
    const { verdict: status, error, originalId } = outcome
    this.#put(item, { status, error, paymentId, originalId, dueAt: null, isJudged: true })
  }

  foreign(item: Incoming): void {
    this.#put(item, {
      status: 'foreign',
      error: null,
      paymentId: null,
      originalId: null,
      dueAt: null,
      isJudged: false,
    })
  }

  /** Only stored: a transaction of its own will judge it. */
  deferred(item: Incoming, paymentId: string): void {
    const dueAt = secondsAfter(this.#at, WITHIN_GRACE_SECONDS)
    this.#put(item, { status: 'received', error: null, paymentId, originalId: null, dueAt, isJudged: false })
  }

  #put(item: Incoming, verdict: NotificationVerdict): void {
    if (item.arriving)
      this.#arriving.set(item.arriving.id, { notification: item.arriving, verdict, copies: 0 })
    else if (item.storedId) this.#judgedAgain.push({ id: item.storedId, verdict })
  }

  #count(id: string, paymentId: string): void {
    const inThisBatch = this.#arriving.get(id)
    const counted = this.#counted.get(id)
    if (inThisBatch) inThisBatch.copies++
    else if (counted) counted.copies++
    else this.#counted.set(id, { id, paymentId, copies: 1 })
  }

  foreignIds(): string[] {
    return [...this.#arriving.values()]
      .filter(({ verdict }) => verdict.status === 'foreign')
      .map(({ notification }) => notification.id)
  }

  finish() {
    return {
      at: this.#at,
      arriving: [...this.#arriving.values()],
      judgedAgain: this.#judgedAgain,
      counted: [...this.#counted.values()],
    }
  }
}

/** For operations that wrote a plan of their own (a presumption): what a payment looks like now, under its lock. */
export async function readForUpdate(
  tx: Transaction,
  merchant: string,
  orderId: string,
): Promise<PaymentState | undefined> {
  if (!(await lockPayment(tx, merchant, orderId))) return undefined
  const { found } = await readPayments(tx, [{ merchant, orderId, fingerprint: null, notificationId: null }])
  return found[0]?.payment
}
