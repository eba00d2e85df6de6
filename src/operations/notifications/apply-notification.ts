/**
 * Applies one stored notification in a transaction of its own: what a batch could not (a handler of the merchant belongs into it), what must be looked up at Midtrans first, and
 * what failed before. Whoever comes second finds the verdict written and does nothing.
 */
import { secondsAfter } from '../../domain/clock.ts'
import type { News } from '../../domain/news.ts'
import { nextTryAt } from '../../domain/retry.ts'
import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import type { Transaction } from '../../store/database.ts'
import {
  claimDueNotifications,
  concludeNotification,
  findNotification,
  lockDueNotification,
  type NotificationRow,
  putOffNotification,
  requeueForeign,
} from '../../store/notifications.ts'
import { lockPayment } from '../../store/payments.ts'
import type { NotificationStatus } from '../../store/write-advances.ts'
import { type Advanced, advanceWithin } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { adoptOrder } from '../owners.ts'

const LEASE_SECONDS = 60
/** Notices worked at once: each may wait for Midtrans. */
const AT_ONCE = 8

export interface ApplyOptions {
  /** A person decided that a handler which keeps refusing shall not be asked. */
  readonly withoutHandlers?: boolean
  /** Its payment was just written under an order of ours. */
  readonly isAdopted?: boolean
  /** Answers of look-ups made in this run, so that ten notices of one transaction cost one question. */
  readonly lookUps?: Map<string, Promise<Answer>>
}

/** Throws only when the database is gone; what is wrong with the notice, or a handler, is written on it. */
export async function applyNotification(
  context: Context,
  id: string,
  options: ApplyOptions = {},
): Promise<NotificationStatus> {
  const notice = await findNotification(context.database, id)
  if (!notice) throw new BayarError('notification_not_found', id)
  if (notice.due_at === null) return notice.status
  try {
    return await judgeAgain(context, notice, options)
  } catch (error) {
    return putOff(context, notice, 'failed', reasonOf(error))
  }
}

/** Works off what is due. Returns how many there were. */
export async function applyDueNotifications(context: Context, limit: number): Promise<number> {
  const at = context.clock.now()
  const due = await claimDueNotifications(context.database, {
    at,
    leaseUntil: secondsAfter(at, LEASE_SECONDS),
    limit,
  })
  const lookUps = new Map<string, Promise<Answer>>()
  // Notices of one payment one after the other, in the order in which they came; payments side by side.
  const lanes = Map.groupBy(due, (notice) => notice.payment_id ?? notice.order_id ?? notice.id)
  const waiting = [...lanes.values()]
  const work = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      for (const notice of lane) await applyNotification(context, notice.id, { lookUps })
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work))
  return due.length
}

async function judgeAgain(
  context: Context,
  notice: NotificationRow,
  options: ApplyOptions,
): Promise<NotificationStatus> {
  const { merchant, order_id: orderId } = notice
  const document = readDocument(notice.raw)
  const news =
    document && translate(document, { source: 'notification', confirmed: false, notificationId: notice.id })
  if (merchant === null || orderId === null || !news || 'problem' in news) {
    const problem = news && 'problem' in news ? news.problem : 'It cannot be read.'
    return end(context, notice, 'failed', problem)
  }

  // 1. Judge it from what is known.
  const first = await inTransaction(context, notice, (tx) =>
    advanceWithin(
      context,
      tx,
      { merchant, orderId, news, storedId: notice.id },
      { ...options, isLocked: true },
    ),
  )
  if (first === undefined) return (await findNotification(context.database, notice.id))!.status
  if (first.verdict === 'foreign') {
    if (options.isAdopted || !(await adoptOrder(context, merchant, { orderId, news })))
      return end(context, notice, 'foreign', null)
    return judgeAgain(context, notice, { ...options, isAdopted: true })
  }
  if (first.verdict !== 'look_up') return statusOf(first)

  // 2. What a signature cannot prove: ask Midtrans, with no transaction open.
  const transactionId = news.transactionId ?? orderId
  const answer = await lookUp(context, merchant, transactionId, options)
  const told = answer.class === 'done' && answer.document ? readDocument(answer.document) : undefined
  if (told === undefined) {
    return putOff(
      context,
      notice,
      'received',
      `Midtrans could not confirm it (${answer.code ?? 'no answer'}): ${answer.message}`,
    )
  }
  if (isAnotherOrders(told, orderId, transactionId)) {
    return end(context, notice, 'failed', `Midtrans has transaction ${transactionId} under another order.`)
  }
  const truth = translate(told, {
    source: 'look_up',
    confirmed: true,
    notificationId: notice.id,
    document: answer.document!,
  })
  if ('problem' in truth) return putOff(context, notice, 'received', truth.problem)

  // 3. The look-up's answer is the news, and writes the notice's verdict. It belongs to the id that was asked, whatever it repeats.
  const asked: News = { ...truth, transactionId: news.transactionId ?? truth.transactionId }
  const verdict = await inTransaction(context, notice, async (tx) => {
    const advanced = await advanceWithin(
      context,
      tx,
      { merchant, orderId, news: asked },
      { ...options, isLocked: true },
    )
    return conclude(context, tx, notice, news, asked, advanced)
  })
  return verdict ?? (await findNotification(context.database, notice.id))!.status
}

/** The notice said what Midtrans confirms: it has the look-up's verdict. It said something else: it is old, or was never true. */
async function conclude(
  context: Context,
  tx: Transaction,
  notice: NotificationRow,
  said: News,
  truth: News,
  advanced: Advanced,
): Promise<NotificationStatus> {
  const agrees = said.told === truth.told
  const status = agrees ? statusOf(advanced) : 'stale'
  const error = agrees ? advanced.error : `Midtrans says ${truth.transactionStatus} when asked.`
  await concludeNotification(tx, notice.id, { status, error, at: context.clock.now() })
  return status
}

function lookUp(
  context: Context,
  merchant: string,
  transactionId: string,
  { lookUps }: ApplyOptions,
): Promise<Answer> {
  const name = `${merchant}|${transactionId}`
  let asked = lookUps?.get(name)
  if (!asked) {
    asked = context.gateway.status({ merchant }, transactionId)
    lookUps?.set(name, asked)
  }
  return asked
}

/** Under the notice's own lock; undefined when someone else has written its verdict meanwhile. */
async function inTransaction<T>(
  context: Context,
  notice: NotificationRow,
  work: (tx: Transaction) => Promise<T>,
): Promise<T | undefined> {
  const result = await context.withinSlots.run(() =>
    context.database.transaction(async (tx) => {
      // Payments before notifications, like every other path: the lock order is the same everywhere.
      if (notice.merchant !== null && notice.order_id !== null)
        await lockPayment(tx, notice.merchant, notice.order_id)
      return (await lockDueNotification(tx, notice.id)) ? { is: await work(tx) } : undefined
    }),
  )
  if (result !== undefined) context.wake()
  return result?.is
}

function statusOf(advanced: Advanced): NotificationStatus {
  return advanced.verdict === 'look_up' || advanced.verdict === 'deferred' ? 'received' : advanced.verdict
}

async function putOff(
  context: Context,
  notice: NotificationRow,
  status: 'received' | 'failed',
  error: string,
): Promise<NotificationStatus> {
  const at = context.clock.now()
  const dueAt = nextTryAt(notice.attempts + 1, at)
  const kept = dueAt === null ? 'failed' : status
  await putOffNotification(context.database, notice.id, { status: kept, error, dueAt, at })
  context.log.warn('notification put off', {
    id: notice.id,
    order_id: notice.order_id,
    error,
    tries: notice.attempts + 1,
    again: dueAt !== null,
  })
  return kept
}

async function end(
  context: Context,
  notice: NotificationRow,
  status: 'failed' | 'foreign',
  error: string | null,
): Promise<NotificationStatus> {
  const at = context.clock.now()
  await putOffNotification(context.database, notice.id, { status, error, dueAt: null, at })
  // Its payment may have been written while it was judged, and did not see it among the foreign ones.
  if (status !== 'foreign' || (await requeueForeign(context.database, [notice.id], at)) === 0) return status
  context.wake('notifications')
  return 'received'
}
