/**
 * The work list of open payments: whose check is due is asked about, a page at a time. The background of every worker takes from it, and so does the task `check_pending_payments`; a row is claimed for the
 * length of a lease, so that none of them asks about the same payment twice.
 */
import { nextCheckAt } from '../../domain/check-schedule.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { isFinal } from '../../domain/payment-status.ts'
import { isBayarError } from '../../errors.ts'
import { readDocument } from '../../gateway/read-document.ts'
import {
  claimDuePayments,
  type OpenPayment,
  planChecks,
  planNextCheck,
  stopChecks,
} from '../../store/open-payments.ts'
import { readPayments } from '../../store/read-payments.ts'
import { advancePayments, advanceWithin, type Incoming } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { eachOf } from '../task-run.ts'
import { type Checked, checkWithPage, newsOfStatus, noStatus } from './check-payment.ts'
import type { PaymentName } from './payment-name.ts'
import type { Payment } from './payment-view.ts'

/** Ended by our own clock or command: a day later Midtrans still knows no transaction of it, and never will. A page whose last way to pay ended, and that is over itself. */
function isOverForGood(
  payment: Payment,
  isPageOpen: boolean,
  responses: Checked['responses'],
  now: Date,
): boolean {
  const knowsNone = responses.length > 0 && responses.every((response) => response === null)
  if (payment.attempts.length > 0 && !(knowsNone && payment.status === 'expired'))
    return payment.isFinal && !isPageOpen && payment.attempts.every(({ status }) => isFinal(status))
  const isOurGuess = payment.status === 'expired' || payment.status === 'cancelled'
  const sinceMs = now.getTime() - payment.updatedAt.getTime()
  return isOurGuess && responses.every((response) => response === null) && sinceMs >= 24 * 3_600_000
}

const LEASE_SECONDS = 120
const AT_ONCE = 4
/** After "slow down", nobody is asked for a while. */
const PAUSE_SECONDS = 60
/** So often, from the first check on, a question without an answer is repeated soon. */
const SOON_CHECKS_MAX = 10

export interface PaymentChecks {
  /** Asks about so many payments whose check is due. Returns how many were asked about. */
  run(limit: number): Promise<number>
  /** Midtrans said "slow down": until then nobody is asked. null when it did not. */
  pausedUntil(): Date | null
  /** Midtrans said it to somebody else of this process. */
  pause(): Date
}

function nameOf({ merchant, order_id: orderId }: OpenPayment): PaymentName {
  return { merchant, orderId }
}

const CHECKS = new WeakMap<Context, PaymentChecks>()

/** One for each instance: whoever is told to slow down is told for all. */
export function paymentChecks(context: Context): PaymentChecks {
  const checks = CHECKS.get(context) ?? createPaymentChecks(context)
  CHECKS.set(context, checks)
  return checks
}

export function isTooMany(error: unknown): boolean {
  return isBayarError(error) && error.details.gateway_code === '429'
}

function createPaymentChecks(context: Context): PaymentChecks {
  const { database, clock } = context
  let until = new Date(0)
  /** The background and the task take turns: one page in memory, and no more questions at once than one of them asks. */
  let last: Promise<unknown> = Promise.resolve()
  const isPaused = () => clock.now() < until
  const pause = () => (until = secondsAfter(clock.now(), PAUSE_SECONDS))

  async function failed(open: OpenPayment, error: unknown): Promise<void> {
    context.log.warn('payment could not be checked', { order_id: open.order_id, reason: reasonOf(error) })
    // Too many requests: asking about the next one would only make it worse.
    if (isTooMany(error)) pause()
    const now = clock.now()
    const soon = secondsAfter(now, PAUSE_SECONDS)
    // An answer that never comes, or that only a later version can read, is not asked for every minute for ever.
    const isUnreadable = isBayarError(error) && error.details.is_unreadable === true
    const isPatient = isTooMany(error) || (open.checks <= SOON_CHECKS_MAX && !isUnreadable)
    const regular = nextOf(open, null)
    await planNextCheck(database, open.payment_id, isPatient && soon < regular ? soon : regular)
  }

  async function checkOne(open: OpenPayment): Promise<void> {
    try {
      const { payment, responses, page } = await checkWithPage(context, nameOf(open))
      if (isOverForGood(payment, page !== null, responses, clock.now()))
        return stopChecks(database, open.payment_id)
      // A page's end is told by nobody: while nothing waits on it, it is the end to look after.
      const isWaiting = payment.attempts.some(({ status }) => !isFinal(status))
      const expiryTime = page && !isWaiting ? page.payableUntil : payment.expiryTime
      await planNextCheck(database, open.payment_id, nextOf(open, expiryTime))
    } catch (error) {
      await failed(open, error)
    }
  }

  const nextOf = (open: OpenPayment, expiryTime: Date | null) =>
    nextCheckAt({ createdAt: open.created_at, expiryTime }, open.checks, clock.now())

  /**
   * Nearly every payment on the list has one attempt that may still move, and nearly every answer changes nothing. So those are read together, asked about one by one, and written together; the rest goes
   * the way of a single check, and so does what has a page, on which another way to pay may be begun.
   */
  async function checkPage(due: readonly OpenPayment[]): Promise<void> {
    context.handlers.assertComplete()
    const { found } = await readPayments(
      database,
      due.map((open) => ({ ...nameOf(open), fingerprint: null, notificationId: null })),
    )
    const told: { readonly item: Incoming; readonly open: OpenPayment }[] = []
    const planned: { paymentId: string; at: Date }[] = []
    await eachOf([...due.entries()], AT_ONCE, async ([index, open]) => {
      if (isPaused()) return void planned.push({ paymentId: open.payment_id, at: until })
      const moving = found[index]?.payment.attempts.filter(({ status }) => !isFinal(status)) ?? []
      const [attempt] = moving
      if (attempt === undefined || moving.length > 1 || open.is_checkout) return checkOne(open)
      const name = nameOf(open)
      try {
        const answer = await context.gateway.status({ merchant: name.merchant }, attempt.transactionId)
        const isTold = answer.class === 'done' && answer.document && readDocument(answer.document)
        // Midtrans knows nothing of it: rare, and more than one line to decide.
        if (answer.class === 'absent') return await checkOne(open)
        if (!isTold) throw noStatus(answer)
        const news = isTold ? await newsOfStatus(context, name, attempt.transactionId, answer) : null
        if (news !== null) told.push({ item: { ...name, news }, open })
        planned.push({ paymentId: open.payment_id, at: nextOf(open, attempt.expiryTime) })
      } catch (error) {
        await failed(open, error)
      }
    })
    const advanced = await advancePayments(
      context,
      told.map(({ item }) => item),
    )
    const left = new Set<string>()
    for (const [index, { verdict }] of advanced.entries()) {
      const { item, open } = told[index]!
      if (verdict !== 'deferred') continue
      await database
        .transaction((tx) => advanceWithin(context, tx, item))
        .catch((error: unknown) => {
          left.add(open.payment_id)
          return failed(open, error)
        })
    }
    // Only now: what died before this is asked about again when the lease of the page ends.
    await planChecks(
      database,
      planned.filter(({ paymentId }) => !left.has(paymentId)),
    )
    if (
      advanced.some(
        ({ verdict }) => verdict === 'processed' || verdict === 'deferred' || verdict === 'review',
      )
    )
      context.wake()
  }

  return {
    pause,
    pausedUntil: () => (isPaused() ? until : null),
    run(limit) {
      const page = last.then(async () => {
        if (isPaused()) return 0
        const at = clock.now()
        const due = await claimDuePayments(database, {
          at,
          leaseUntil: secondsAfter(at, LEASE_SECONDS),
          limit,
        })
        if (due.length > 0) await checkPage(due)
        return due.length
      })
      last = page.catch(() => {})
      return page
    },
  }
}
