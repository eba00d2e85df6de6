/**
 * What each command wants, as a table: how GET status shows that it was done, when nobody has its answer; and what was set aside for it and is given back when it was not.
 */
import { endedWithoutMoney, tellsOfMoney } from '../../domain/attempt-lifecycle.ts'
import { variantOf } from '../../domain/charge-methods.ts'
import type { News, RefundFact } from '../../domain/news.ts'
import type { PaymentState } from '../../domain/payment.ts'
import { closeIntent, presumeEnded } from '../../domain/presume.ts'
import { closeBook, openBook, openReview } from '../../domain/steps.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { paymentMethod } from '../../gateway/payment-methods.ts'
import type { Transaction } from '../../store/database.ts'
import type { IntentCommand, IntentRow } from '../../store/intents.ts'
import { setCaptureAmount } from '../../store/payments.ts'
import { findRefundOfIntent, readRefunds, releaseRefund } from '../../store/refunds.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { readAsked } from './charge-request.ts'
import { isOfPage, refundOf } from './send-intent.ts'
import { writePlan } from './write-plan.ts'

interface Looked {
  readonly tx: Transaction
  readonly intent: IntentRow
  /** Before the news was applied. */
  readonly payment: PaymentState | undefined
  readonly news: News
}

type Ended = 'rejected' | 'absent'

interface Effect {
  /** Its answer is a document about a transaction. A page has none until the customer chooses a method. */
  readonly answerIsNews: boolean
  /** Asked after the news was applied. */
  isDone(looked: Looked): boolean | Promise<boolean>
  giveBack(context: Context, tx: Transaction, intent: IntentRow, state: Ended): Promise<void>
  /** What follows of its having been done, where its answer is no news. */
  take?(context: Context, tx: Transaction, intent: IntentRow): Promise<void>
  /** For how long what was done may be there, to be paid even, and GET status by the order id says 404 all the same. */
  unseenSeconds?(intent: IntentRow): number
}

const nothing = async () => {}
const ENDS: Effect = {
  answerIsNews: true,
  isDone: ({ news }) => endedWithoutMoney(news.told),
  giveBack: nothing,
}
const REFUNDS: Effect = {
  answerIsNews: true,
  isDone: async ({ tx, intent }) => (await findRefundOfIntent(tx, intent.id))?.status === 'confirmed',
  giveBack: giveRefundBack,
}

/** GET status knows nothing of pages: whether one was ended only the answer says. */
const ENDS_PAGE: Effect = { answerIsNews: false, isDone: () => false, giveBack: nothing, take: closePage }

// biome-ignore format: a table is read in columns
const EFFECTS: Readonly<Record<IntentCommand, Effect>> = {
  charge:        { answerIsNews: true,  isDone: isNewTransaction,                      giveBack: closeCharge, unseenSeconds: untilNobodyCanPay },
  checkout:      { answerIsNews: false, isDone: isNewTransaction,                      giveBack: closeCharge },
  cancel:        ENDS,
  expire:        ENDS,
  deny:          ENDS,
  approve:       { answerIsNews: true,  isDone: ({ news }) => tellsOfMoney(news.told), giveBack: nothing },
  capture:       { answerIsNews: true,  isDone: ({ news }) => tellsOfMoney(news.told), giveBack: (_, tx, intent) => setCaptureAmount(tx, intent.payment_id, null) },
  refund:        REFUNDS,
  direct_refund: REFUNDS,
}

export function effectOf(intent: IntentRow): Effect {
  return isOfPage(intent) ? ENDS_PAGE : EFFECTS[intent.command]
}

/** Nobody chose a way to pay on it, and now nobody can. */
async function closePage(context: Context, tx: Transaction, intent: IntentRow): Promise<void> {
  const payment = await readForUpdate(tx, intent.merchant, intent.order_id)
  if (!payment || payment.attempts.length > 0) return
  const how = intent.command === 'cancel' ? 'cancelled' : 'expired'
  const cause = { source: 'answer' as const, notificationId: null, intentId: intent.id, document: null }
  await writePlan(context, tx, payment.version, presumeEnded(payment, how, cause, uuidv7))
}

/** Asked by order id, Midtrans names the newest transaction. If that is an older attempt, the one of this charge was not made (yet). */
function isNewTransaction({ intent, payment, news }: Looked): boolean {
  const wasKnown = payment?.attempts.some((attempt) => attempt.transactionId === news.transactionId) ?? false
  return !(wasKnown && payment?.openIntentId === intent.id)
}

/** Where the order id finds nothing, a transaction whose answer was lost can be paid until it expires; given up before, the customer could pay it besides the next one. */
function untilNobodyCanPay(intent: IntentRow): number {
  const asked = readAsked(intent.request)
  const method = paymentMethod(asked.paymentType, variantOf(asked))
  if (!method || method.foundByOrderId) return 0
  return asked.expirySeconds ?? method.expiry.defaultSeconds
}

/** What was set aside is free again. */
async function giveRefundBack(
  context: Context,
  tx: Transaction,
  intent: IntentRow,
  state: Ended,
): Promise<void> {
  await releaseRefund(tx, intent.id, state === 'rejected' ? 'refused' : 'abandoned', context.clock.now())
  if (state === 'absent') await reviewNamelessRefund(context, tx, intent)
}

/**
 * Midtrans's list does not name our refund; but if money went back since without any name, that may be it. It is in the books already, so nothing more can be given back than there is. Whether the
 * customer still waits for theirs, a person must say.
 */
async function reviewNamelessRefund(context: Context, tx: Transaction, intent: IntentRow): Promise<void> {
  const nameless = (await readRefunds(tx, intent.payment_id)).find(
    (row) =>
      row.status === 'confirmed' &&
      row.refund_key === null &&
      row.transaction_id === intent.transaction_id &&
      row.updated_at >= intent.created_at,
  )
  const payment = nameless && (await readForUpdate(tx, intent.merchant, intent.order_id))
  const attempt = payment?.attempts.find((one) => one.transactionId === intent.transaction_id)
  if (!payment || !attempt) return
  const book = openBook(payment, uuidv7)
  const cause = { source: 'clock' as const, notificationId: null, intentId: intent.id, document: null }
  const { transactionId } = attempt
  const note = `${refundOf(intent).amount} was to be given back, and ${nameless.amount} was, without a name. Is it the same?`
  openReview(book, cause, { transactionId, attempt }, 'refund_unknown', note)
  await writePlan(context, tx, payment.version, closeBook(book, payment.version))
}

/** The payment has no transaction of this charge, and may have failed. */
async function closeCharge(context: Context, tx: Transaction, intent: IntentRow): Promise<void> {
  const payment = await readForUpdate(tx, intent.merchant, intent.order_id)
  if (payment?.openIntentId !== intent.id) return
  const cause = { source: 'clock' as const, notificationId: null, intentId: intent.id, document: null }
  await writePlan(context, tx, payment.version, closeIntent(payment, cause, uuidv7))
}

/**
 * A refund call's answer settles its own row, under the key that was sent, and never a total. Midtrans may leave the key out of its answer, or list other refunds beside it: without this,
 * money that went back would be an amount that nobody asked for.
 */
export function withOwnRefund(news: News, intent: IntentRow): News {
  if (!isRefund(intent)) return news
  const { key, amount, reason } = refundOf(intent)
  const isOwn = (fact: RefundFact) => fact.key === key || fact.key === null
  const told = news.refunds.find((fact) => fact.key === key) ?? news.refunds.find(isOwn)
  const own: RefundFact = {
    key,
    chargebackUuid: told?.chargebackUuid ?? null,
    chargebackId: told?.chargebackId ?? null,
    amount: told?.amount ?? amount,
    reason: told?.reason ?? reason,
    bankConfirmedAt: told?.bankConfirmedAt ?? null,
  }
  return { ...news, refunds: [...news.refunds.filter((fact) => !isOwn(fact)), own] }
}

/**
 * What was received is known when it is given back. A document about a refund that repeats another amount (with the customer's fee, say) is no mismatch that a person must decide first: held back, money
 * that went back would be missing from the books, and free to be given back again.
 */
export function withOwnAmount(news: News, intent: IntentRow): News {
  return isRefund(intent) ? { ...news, grossAmount: null } : news
}

/** Midtrans lists this very refund. */
export function namesRefund(news: News, intent: IntentRow): boolean {
  return isRefund(intent) && news.refunds.some((fact) => fact.key === refundOf(intent).key)
}

export function isRefund({ command }: IntentRow): boolean {
  return command === 'refund' || command === 'direct_refund'
}
