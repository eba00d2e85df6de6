/**
 * One payment held against Midtrans: asked by its order id, which names the newest transaction, also one that we never heard of; then every other transaction that we know, because each may have been paid,
 * refunded or reversed without a word to us.
 *
 * Without `fix` it only reads. With it, what Midtrans said goes through the one door, like any other news.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { type Compared, compareNews, standingOf } from '../../domain/differences.ts'
import type { News } from '../../domain/news.ts'
import type { PaymentState } from '../../domain/payment.ts'
import { BayarError, isBayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import { findIntent } from '../../store/intents.ts'
import { readPayments } from '../../store/read-payments.ts'
import { advanceWithin, judgeRules } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { checkPayment } from '../payments/check-payment.ts'
import { isPageOver } from '../payments/checkout-page.ts'
import { type Found, found, show } from './difference.ts'
import type { Pace } from './pace.ts'

export interface Comparing {
  readonly pace: Pace
  readonly fix: boolean
}

export async function comparePayment(
  context: Context,
  payment: PaymentState,
  { pace, fix }: Comparing,
): Promise<Found[]> {
  const { merchant, orderId } = payment
  const names = { merchant, orderId, paymentId: payment.id }
  const ask = (id: string) => pace.ask(() => context.gateway.status({ merchant }, id))
  const rows: Found[] = []
  const asked = new Set<string>()

  const first = await ask(orderId)
  const heard = newsOf(first, payment, orderId)
  if (typeof heard === 'string') {
    rows.push(found({ ...names, kind: 'unanswered', note: heard }))
    return rows
  }
  if (heard !== null) {
    asked.add(heard.transactionId ?? payment.attempts[0]?.transactionId ?? '')
    const row = await weigh(context, payment, heard, fix)
    if (row) rows.push(row)
  }
  for (const { transactionId } of payment.attempts) {
    if (asked.has(transactionId)) continue
    const news = newsOf(await ask(transactionId), payment, transactionId)
    const here = show(standingOf(payment.attempts.find((one) => one.transactionId === transactionId)!))
    if (typeof news === 'string')
      rows.push(found({ ...names, kind: 'unanswered', transactionId, here, note: news }))
    // Our clock has ended it for that very reason: both say that there is nothing.
    else if (news === null && payment.presumed === null)
      rows.push(found({ ...names, kind: 'unknown_at_midtrans', transactionId, here }))
    else if (news === null) continue
    else {
      const row = await weigh(context, payment, news, fix)
      if (row) rows.push(row)
    }
  }
  if (heard === null && payment.attempts.length === 0) rows.push(...(await unusedPage(context, payment, fix)))
  return rows
}

/** What Midtrans says of this payment; null when it knows nothing, a sentence when it said nothing clear. */
function newsOf(answer: Answer, { orderId }: PaymentState, id: string): News | null | string {
  if (answer.class === 'absent') return null
  const document = answer.document && readDocument(answer.document)
  if (answer.class !== 'done' || !document)
    return `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
  // Another order's transaction is not ours, whatever somebody told us of it.
  if (isAnotherOrders(document, orderId, id)) return null
  const news = translate(document, { source: 'look_up', confirmed: true, document: answer.document! })
  if ('problem' in news) return news.problem
  return id === orderId ? news : { ...news, transactionId: id }
}

async function weigh(
  context: Context,
  payment: PaymentState,
  news: News,
  fix: boolean,
): Promise<Found | null> {
  const rules = judgeRules(context, payment.merchant)
  if (compareNews(payment, news, rules) === null) return null
  // It was read a while ago, and a notice may have come in between: only what still differs is a difference.
  const now = await stateOf(context, payment)
  const compared = compareNews(now, news, rules)
  if (compared === null || (compared.here === null && (await isInFlight(context, now)))) return null
  const names = { merchant: payment.merchant, orderId: payment.orderId, paymentId: payment.id }
  const row = {
    ...names,
    kind: compared.kind,
    transactionId: compared.transactionId,
    here: show(compared.here),
    there: show(compared.there),
    note: compared.isNews ? compared.note : 'The books know what Midtrans does not say: a person must look.',
  }
  if (!fix || !compared.isNews) return found(row, compared.money)
  return repair(context, now, news, row, compared)
}

/** Whoever sends a command waits so long for its answer. */
const GRACE_SECONDS = 5

/** What was sent before, and has no answer now, has none. */
export function answeredBy({ clock, rules }: Context): Date {
  return secondsAfter(clock.now(), -(rules.gatewayDeadlineSeconds + GRACE_SECONDS))
}

/** Its charge is being answered at this moment: Midtrans has it, and in a moment so have we. */
async function isInFlight(context: Context, { openIntentId }: PaymentState): Promise<boolean> {
  const intent = openIntentId === null ? undefined : await findIntent(context.database, openIntentId)
  return intent?.state === 'sent' && intent.answered_at === null && intent.sent_at! >= answeredBy(context)
}

async function repair(
  context: Context,
  payment: PaymentState,
  news: News,
  row: Parameters<typeof found>[0],
  compared: Compared,
): Promise<Found> {
  const { merchant, orderId } = payment
  try {
    await context.database.transaction((tx) => advanceWithin(context, tx, { merchant, orderId, news }))
  } catch (error) {
    // A handler of the merchant refused it: nothing of it was applied, and the next payment is none the worse.
    if (!isBayarError(error) || error.retry === 'later') {
      const reason = error instanceof Error ? error.message : String(error)
      return found({ ...row, note: `It could not be applied: ${reason}` }, compared.money)
    }
    throw error
  }
  context.wake()
  const after = await stateOf(context, payment)
  const attempt = after.attempts.find((one) => one.transactionId === compared.transactionId)
  // An amount that was not asked for is held back: it is in the hands of a person now, and still differs.
  const isFixed =
    compared.kind !== 'amount_differs' && compareNews(after, news, judgeRules(context, merchant)) === null
  return found(
    { ...row, after: attempt ? show(standingOf(attempt)) : null, isFixed },
    isFixed ? 0n : compared.money,
  )
}

/** A page that nobody used ends by our clock alone. */
async function unusedPage(context: Context, payment: PaymentState, fix: boolean): Promise<Found[]> {
  const { merchant, orderId } = payment
  if (payment.presumed !== null || payment.openIntentId === null) return []
  const intent = await findIntent(context.database, payment.openIntentId)
  if (intent?.command !== 'checkout' || intent.state !== 'done' || !isPageOver(context, intent)) return []
  const row = {
    merchant,
    orderId,
    paymentId: payment.id,
    kind: 'status_differs' as const,
    here: { status: payment.status, amount: Number(payment.grossAmount), givenBack: 0 },
    note: 'The page is over, and nobody chose a way to pay.',
  }
  if (!fix) return [found(row)]
  const { payment: after } = await checkPayment(context, { merchant, orderId })
  return [
    found({
      ...row,
      after: { status: after.status, amount: after.grossAmount, givenBack: after.refundAmount },
      isFixed: after.status !== payment.status,
    }),
  ]
}

async function stateOf(context: Context, { merchant, orderId }: PaymentState): Promise<PaymentState> {
  const { found } = await readPayments(context.database, [
    { merchant, orderId, fingerprint: null, notificationId: null },
  ])
  const payment = found[0]?.payment
  if (!payment) throw new BayarError('payment_not_found', orderId)
  return payment
}
