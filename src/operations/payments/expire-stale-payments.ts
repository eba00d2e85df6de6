/**
 * The task `expire_stale_payments`: what shows pending after its time is ended at Midtrans.
 *
 * Midtrans is asked before anything is believed: a number that was paid in its last second is settled, not expired. Only what Midtrans itself still has pending is asked to expire, so that nobody pays a
 * number whose order is over; its answer is the news. The original asked without looking, logged the refusal, and held the stock of a paid order for ever (defect D29).
 */
import { secondsAfter } from '../../domain/clock.ts'
import { isBayarError } from '../../errors.ts'
import { listStalePayments, type StalePayment } from '../../store/open-payments.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { ComeBack, eachOf, type TaskRun } from '../task-run.ts'
import { isTooMany, paymentChecks } from './check-due-payments.ts'
import { checkPayment } from './check-payment.ts'
import { expirePayment } from './command-payment.ts'
import type { Payment } from './payment-view.ts'

const PAGE = 200
const AT_ONCE = 4
/** Money of the last second is on its way for a moment. */
const GRACE_SECONDS = 60
const ASKED_AGAIN_AFTER_SECONDS = 6 * 3600

export interface ExpiredStale {
  readonly looked: number
  readonly expired: number
  /** Paid, or ended in another way, when Midtrans was asked. */
  readonly otherwise: number
  /** Midtrans gave no answer, or would not end them: asked again later. */
  readonly left: number
}

const NONE: ExpiredStale = { looked: 0, expired: 0, otherwise: 0, left: 0 }

export async function expireStalePayments(context: Context, run: TaskRun): Promise<ExpiredStale> {
  const { clock } = context
  let { after, ...count } = readBookmark(run.bookmark)
  const checks = paymentChecks(context)
  for (;;) {
    if (run.isStopping()) throw new ComeBack(clock.now(), 'The worker is stopping.')
    const paused = checks.pausedUntil()
    if (paused !== null) throw new ComeBack(paused, 'Midtrans asks us to slow down.')
    const now = clock.now()
    const page = await listStalePayments(context.database, {
      after,
      expiredBefore: secondsAfter(now, -GRACE_SECONDS),
      notAskedSince: secondsAfter(now, -ASKED_AGAIN_AFTER_SECONDS),
      limit: PAGE,
    })
    const became: (keyof ExpiredStale)[] = []
    await eachOf(page, AT_ONCE, async (stale) => {
      if (checks.pausedUntil() === null) became.push(await expireStale(context, stale))
    })
    const told = (what: keyof ExpiredStale) => became.filter((one) => one === what).length
    count = {
      looked: count.looked + became.length,
      expired: count.expired + told('expired'),
      otherwise: count.otherwise + told('otherwise'),
      left: count.left + told('left'),
    }
    // Of a page that was broken off by "slow down", what was done is no longer stale, and the rest is found again.
    if (checks.pausedUntil() === null) after = page.at(-1)?.payment_id ?? after
    await run.progress({ done: count.looked, bookmark: JSON.stringify({ after, ...count }) })
    if (checks.pausedUntil() === null && page.length < PAGE) return count
  }
}

async function expireStale(context: Context, stale: StalePayment): Promise<keyof ExpiredStale> {
  const name = { merchant: stale.merchant, orderId: stale.order_id }
  try {
    const { payment } = await checkPayment(context, name)
    if (payment.status === 'expired') return 'expired'
    if (payment.status !== 'pending') return 'otherwise'
    // By its name: a page on which the customer may still choose another way to pay is not over.
    let status: string = payment.status
    for (const transactionId of overdueIn(payment, context.clock.now()))
      status = (await expirePayment(context, name, { transactionId }, 'bayar')).status
    return status === 'expired' ? 'expired' : 'otherwise'
  } catch (error) {
    if (isTooMany(error)) paymentChecks(context).pause()
    // Between the look and the command it moved: that is what was asked for.
    if (isBayarError(error, 'command_not_possible')) return 'otherwise'
    context.log.warn('payment could not be expired', { order_id: stale.order_id, reason: reasonOf(error) })
    return 'left'
  }
}

function overdueIn({ attempts }: Payment, now: Date): readonly string[] {
  const before = secondsAfter(now, -GRACE_SECONDS)
  return attempts
    .filter(({ status, expiryTime }) => status === 'pending' && expiryTime !== null && expiryTime < before)
    .map(({ transactionId }) => transactionId)
}

function readBookmark(text: string | null): ExpiredStale & { readonly after: string | null } {
  return text === null
    ? { after: null, ...NONE }
    : (JSON.parse(text) as ExpiredStale & { readonly after: string | null })
}
