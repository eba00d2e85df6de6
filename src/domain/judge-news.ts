/**
 * What a list of news means for one payment. Pure: the payment as read goes in, everything that must be written comes out. Whether it holds is decided by
 * whoever writes it: under the payment's lock, or guarded by the version it was judged from.
 *
 * For each statement, in this order:
 *   1. find the attempt it names;
 *   2. a mismatch of amount, currency or merchant moves nothing and waits for a person;
 *   3. ask the lifecycle table: unchanged, move, stale or conflict;
 *   4. what a signature cannot prove is looked up at Midtrans before it is believed;
 *   5. write the steps: the taking of money first, then each refund or chargeback, then the ending;
 *   6. no step: facts that we lacked are kept without an event; a copy is a duplicate, the rest is stale.
 *
 * Every change is a history row and raises the version by one, facts included: two processes can then never overwrite each other's knowledge.
 */
import { newAttempt, withFacts, withWords } from './attempt-facts.ts'
import {
  ATTEMPT_LIFECYCLE,
  type AttemptStatus,
  endedWithoutMoney,
  type From,
  holdsMoney,
  type Judgement,
  judge,
  tellsOfMoney,
  tellsOfMoneyBack,
} from './attempt-lifecycle.ts'
import type { EventType } from './events.ts'
import { max, type Rupiah } from './money.ts'
import type { News } from './news.ts'
import type { AttemptState, PaymentState } from './payment.ts'
import { givenToWallet, type RefundReading, readRefunds } from './refund-facts.ts'
import {
  addAttempt,
  attemptOf,
  type Book,
  closeBook,
  isUnderReview,
  netOf,
  openBook,
  openReview,
  type Plan,
  put,
  putRefund,
  step,
} from './steps.ts'

/** More transactions than a customer makes: someone is playing. */
export const ATTEMPTS_MAX = 50

export interface JudgeRules {
  /** The customer pays the fee on top (Midtrans's automatic fee imposition). */
  readonly imposedFees: boolean
  /** `status`: a signature alone is not enough for money-in above `confirmAbove`. */
  readonly confirm: 'signature' | 'status'
  readonly confirmAbove: Rupiah
  /** Midtrans's merchant_id of this account, when configured: only compared. */
  readonly gatewayMerchantId: string | null
  readonly newId: () => string
}

export interface Copy {
  readonly notificationId: string | null
  /** The earlier one still waits for its verdict. */
  readonly isWaiting: boolean
}

export interface Statement {
  readonly news: News
  /** An earlier notification with this fingerprint. */
  readonly copyOf: Copy | null
  /** A person decided that the amount told is to be taken as it is. */
  readonly isAccepted?: boolean
}

export type Verdict = 'processed' | 'duplicate' | 'stale' | 'review' | 'failed' | 'look_up'

export interface Outcome {
  readonly verdict: Verdict
  readonly error: string | null
  readonly originalId: string | null
}

export interface JudgedPlan extends Plan {
  /** One per statement, in order. */
  readonly outcomes: readonly Outcome[]
}

export function judgeNews(
  payment: PaymentState,
  statements: readonly Statement[],
  rules: JudgeRules,
): JudgedPlan {
  const book = openBook(payment, rules.newId)
  const copies = new Map<string, Copy>()
  const outcomes = statements.map(({ news, copyOf, isAccepted = false }) => {
    const copy = copyOf ?? copies.get(news.fingerprint) ?? null
    const outcome = judgeOne(book, news, copy, rules, isAccepted)
    // The next statement of this batch may be a copy of this one.
    if (!copy && news.source === 'notification') {
      copies.set(news.fingerprint, {
        notificationId: news.notificationId,
        isWaiting: outcome.verdict === 'look_up',
      })
    }
    return outcome
  })
  return { ...closeBook(book, payment.version), outcomes }
}

const PROCESSED: Outcome = { verdict: 'processed', error: null, originalId: null }

function judgeOne(
  book: Book,
  news: News,
  copy: Copy | null,
  rules: JudgeRules,
  isAccepted: boolean,
): Outcome {
  // 1. The attempt.
  const transactionId = news.transactionId ?? onlyTransaction(book)
  if (transactionId === null) {
    return {
      verdict: 'failed',
      error: 'It names no transaction, and the payment does not have exactly one.',
      originalId: null,
    }
  }
  const known = book.attempts.find((attempt) => attempt.transactionId === transactionId)

  // 2. Somebody else's money, or less of it, never settles this payment (defect D9).
  const difference = isAccepted ? null : mismatch(book.payment, known, news, rules)
  if (difference !== null) {
    // A copy of what a person has decided about asks nobody again.
    if (!copy) openReview(book, news, { transactionId, attempt: known }, 'mismatch', difference)
    return { verdict: 'review', error: difference, originalId: copy?.notificationId ?? null }
  }
  if (!known && book.attempts.length >= ATTEMPTS_MAX) {
    const note = `The payment already has ${ATTEMPTS_MAX} transactions, and this is another one.`
    openReview(book, news, { transactionId: '' }, 'too_many_attempts', note)
    return { verdict: 'review', error: note, originalId: null }
  }

  // 3. The table. `deny` of money that was seen is a reversal: the provider took it back (defect D36).
  const told = news.told === 'denied' && known?.paid ? 'reversed' : news.told
  const before = known ?? {
    ...newAttempt(news, transactionId, rules.newId()),
    // Without a fee that the customer pays on top: a later document may not explain it any more.
    grossAmount: takenAmount(book.payment, news, rules),
  }
  // The amount that a person accepted is this transaction's from then on.
  const attempt =
    isAccepted && news.grossAmount !== null ? { ...before, grossAmount: news.grossAmount } : before
  const judgement = judge(known?.status ?? 'none', told)
  const taken = attempt.paid ? attempt.capturedAmount : capturedOf(book.payment, known, news, rules)
  const refunds = readRefunds(attempt, book.refunds, news, told, taken, rules.newId)
  const chargedBack = max(0n, (news.chargebackTotal ?? 0n) - attempt.chargedBackAmount)
  const others = book.attempts.filter((other) => other.paid && other.transactionId !== transactionId)
  const reading: Reading = {
    attempt,
    told,
    judgement,
    taken,
    refunds,
    chargedBack,
    others,
    isNew: !known,
  }

  // 4. What the signature cannot prove is asked for: it covers neither status nor transaction.
  if (!news.confirmed && isDoubtful(news, reading, rules)) {
    // A copy of one that already waits for its look-up needs no second one.
    if (copy?.isWaiting) return { verdict: 'duplicate', error: null, originalId: copy.notificationId }
    return { verdict: 'look_up', error: null, originalId: null }
  }

  // 5. The steps.
  if (judgement === 'move' || judgement === 'conflict') {
    takeSteps(book, news, reading)
    return PROCESSED
  }

  // 6. No step: facts.
  if (takeFacts(book, news, reading, copy)) return PROCESSED
  if (copy) return { verdict: 'duplicate', error: null, originalId: copy.notificationId }
  return { verdict: judgement === 'unchanged' ? 'duplicate' : 'stale', error: null, originalId: null }
}

/** Everything that one statement says, held against what is known. */
interface Reading {
  readonly attempt: AttemptState
  readonly told: AttemptStatus
  readonly judgement: Judgement
  /** What the merchant received, or would, from this attempt. */
  readonly taken: Rupiah
  readonly refunds: RefundReading
  /** New money in a dispute. */
  readonly chargedBack: Rupiah
  /** Attempts that were paid besides this one. */
  readonly others: readonly AttemptState[]
  readonly isNew: boolean
}

function onlyTransaction(book: Book): string | null {
  return book.attempts.length === 1 ? book.attempts[0]!.transactionId : null
}

/** Which of amount, currency and merchant differ from what was asked, in words; null when all agree. What is missing agrees. */
function mismatch(
  payment: PaymentState,
  attempt: AttemptState | undefined,
  news: News,
  rules: JudgeRules,
): string | null {
  if (news.currency !== null && news.currency !== payment.currency) {
    return `The currency is ${news.currency}, not ${payment.currency}.`
  }
  if (
    news.gatewayMerchantId !== null &&
    rules.gatewayMerchantId !== null &&
    news.gatewayMerchantId !== rules.gatewayMerchantId
  ) {
    return `The merchant is ${news.gatewayMerchantId}, not ${rules.gatewayMerchantId}.`
  }
  const told = news.grossAmount
  if (told === null || isExpected(payment, told) || told === attempt?.grossAmount) return null
  if (isFeeOnTop(payment, news, rules)) return null
  return `The amount is ${told}, not ${payment.captureAmount ?? payment.grossAmount}.`
}

function isExpected(payment: PaymentState, amount: Rupiah): boolean {
  return amount === payment.grossAmount || amount === payment.captureAmount
}

/** Only a larger amount can be explained by a fee, and only when the parts add up to what was asked: metadata is outside the signature. */
function isFeeOnTop(payment: PaymentState, news: News, rules: JudgeRules): boolean {
  const { grossAmount, originalAmount, feeAmount } = news
  return (
    rules.imposedFees &&
    grossAmount !== null &&
    originalAmount !== null &&
    feeAmount !== null &&
    feeAmount >= 0n &&
    grossAmount === originalAmount + feeAmount &&
    isExpected(payment, originalAmount)
  )
}

/** Of a reservation, what we asked to be captured: a document may go on repeating what was reserved. */
function capturedOf(
  payment: PaymentState,
  attempt: AttemptState | undefined,
  news: News,
  rules: JudgeRules,
): Rupiah {
  const taken = takenAmount(payment, news, rules)
  const asked = attempt?.status === 'authorized' ? payment.captureAmount : null
  return asked !== null && taken === payment.grossAmount ? asked : taken
}

/** The amount without a fee that the customer paid on top: that fee is never the merchant's. */
function takenAmount(payment: PaymentState, news: News, rules: JudgeRules): Rupiah {
  if (news.grossAmount === null) return payment.captureAmount ?? payment.grossAmount
  if (isExpected(payment, news.grossAmount) || !isFeeOnTop(payment, news, rules)) return news.grossAmount
  return news.originalAmount!
}

function isDoubtful(news: News, reading: Reading, rules: JudgeRules): boolean {
  const { judgement, told, attempt, refunds, chargedBack, others } = reading
  // Refunds and disputes that we did not start, whatever the status says.
  if (judgement === 'conflict' || refunds.startedElsewhere || chargedBack > 0n) return true
  if (judgement !== 'move') return false
  if (news.codeContradicts || told === 'charged_back' || told === 'partially_charged_back') return true
  if (told === 'partially_refunded' && refunds.confirmations.length === 0) return true
  const moneyIn = tellsOfMoney(told) && !attempt.paid
  return (
    moneyIn &&
    (others.length > 0 || (rules.confirm === 'status' && (news.grossAmount ?? 0n) > rules.confirmAbove))
  )
}

function takeSteps(book: Book, news: News, reading: Reading): void {
  const { told, judgement, isNew } = reading
  const from: From = isNew ? 'none' : reading.attempt.status
  const id = reading.attempt.id
  const learnt = withWords(withFacts(reading.attempt, news).attempt, news)
  if (isNew) addAttempt(book, learnt)
  else put(book, learnt)

  // In a conflict the ordinary events wait for a person, and one `payment.needs_review` takes their place. Somebody who was asked already is told the rest as it is.
  const isHeld = judgement === 'conflict' && !isUnderReview(book, learnt.transactionId, 'conflict')
  const withheld: EventType[] = []
  const say = (event: EventType): EventType | null => {
    if (!isHeld) return event
    withheld.push(event)
    return null
  }

  let isTold = false
  if (tellsOfMoney(told) && !learnt.paid) {
    isTold = true
    takeMoney(book, news, reading, learnt, from, say)
  }
  if (tellsOfMoneyBack(told)) {
    const before = book.payment.version
    giveMoneyBack(book, news, reading, say)
    isTold ||= book.payment.version !== before
  }
  const now = attemptOf(book, id)
  if (!isTold || now.status !== told) {
    // captured → settled, and a refund whose rows are all known: nobody's news. Money that comes back after a void is.
    const isKnown = tellsOfMoney(told) && (judgement !== 'conflict' || holdsMoney(now.status))
    const event = isKnown ? null : say(ATTEMPT_LIFECYCLE[told].emits)
    step(book, news, { ...now, status: told }, event, isTold ? {} : { from })
  }
  reviewExcess(book, news, attemptOf(book, id))
  if (isHeld) {
    const attempt = attemptOf(book, id)
    openReview(
      book,
      news,
      { transactionId: attempt.transactionId, attempt },
      'conflict',
      `Midtrans confirmed ${told} after ${from}.`,
      withheld,
    )
  }
}

/** The taking of money is told first, also when a refund or a dispute is the first that we hear of it: otherwise a paid order is never fulfilled. */
function takeMoney(
  book: Book,
  news: News,
  reading: Reading,
  attempt: AttemptState,
  from: From,
  say: (event: EventType) => EventType | null,
): void {
  const status = tellsOfMoneyBack(reading.told) ? 'settled' : reading.told
  const after: AttemptState = { ...attempt, status, paid: true, capturedAmount: reading.taken }
  // Money that went back by a reversal or a void was never the customer's second payment.
  if (reading.others.every((other) => endedWithoutMoney(other.status))) {
    step(book, news, after, say('payment.settled'), { from })
    return
  }
  // The customer paid twice. A second `payment.settled` would deliver twice.
  step(book, news, after, null, { from })
  const note = `Transaction ${attempt.transactionId} was paid besides another one of this order.`
  openReview(book, news, { transactionId: attempt.transactionId, attempt: after }, 'paid_twice', note, [
    'payment.settled',
  ])
}

/** Each refund that is confirmed for the first time is a step and an event; the last one carries the status that was told. */
function giveMoneyBack(
  book: Book,
  news: News,
  reading: Reading,
  say: (event: EventType) => EventType | null,
): void {
  const { told, refunds } = reading
  const id = reading.attempt.id
  for (const refund of refunds.changed) putRefund(book, refund, refunds.newIds.has(refund.id))
  const isRefund = told === 'refunded' || told === 'partially_refunded'
  refunds.confirmations.forEach((confirmation, index) => {
    const attempt = attemptOf(book, id)
    const isLast = index === refunds.confirmations.length - 1
    const status = !isRefund ? attempt.status : isLast ? told : 'partially_refunded'
    const refundedAmount = attempt.refundedAmount + confirmation.amount
    const after = { ...attempt, status, refundedAmount, refundTotal: refunds.total }
    step(book, news, after, say('payment.refunded'), { refundId: confirmation.refundId })
  })
  if (isRefund) {
    const attempt = attemptOf(book, id)
    if (told === 'partially_refunded' && attempt.refundedAmount === 0n) {
      openReview(
        book,
        news,
        { transactionId: attempt.transactionId, attempt },
        'refund_unknown',
        'Midtrans did not say how much was given back.',
      )
    }
    return
  }

  const attempt = attemptOf(book, id)
  const rest = max(0n, attempt.capturedAmount - attempt.refundedAmount)
  const chargedBackAmount = told === 'charged_back' ? rest : attempt.chargedBackAmount + reading.chargedBack
  step(book, news, { ...attempt, status: told, chargedBackAmount }, say('payment.charged_back'))
  if (told === 'partially_charged_back' && chargedBackAmount === 0n) {
    const about = { transactionId: attempt.transactionId, attempt: attemptOf(book, id) }
    openReview(book, news, about, 'chargeback_unknown', 'Midtrans did not say how much was taken back.')
  }
}

/** Nothing moves, yet something may be new: refunds and disputes count row by row, and what we lacked is kept. */
function takeFacts(book: Book, news: News, reading: Reading, copy: Copy | null): boolean {
  const { attempt, refunds, chargedBack } = reading
  const before = book.payment.version
  const { attempt: learnt, isNews } = withFacts(attempt, news)
  const isAccepted = attempt.grossAmount !== attemptOf(book, attempt.id).grossAmount
  if (isNews || isAccepted) put(book, learnt)
  for (const refund of refunds.changed) putRefund(book, refund, refunds.newIds.has(refund.id))
  for (const { refundId, amount } of refunds.confirmations) {
    const now = attemptOf(book, attempt.id)
    step(
      book,
      news,
      { ...now, refundedAmount: now.refundedAmount + amount, refundTotal: refunds.total },
      'payment.refunded',
      { refundId },
    )
  }
  if (chargedBack > 0n) {
    const now = attemptOf(book, attempt.id)
    step(
      book,
      news,
      { ...now, chargedBackAmount: now.chargedBackAmount + chargedBack },
      'payment.charged_back',
    )
  }
  // What is only known better, or ends a guess of ours, is a row that nobody is told of.
  const endsGuess = book.payment.presumed !== null && copy === null
  if (book.payment.version === before && (isNews || isAccepted || refunds.changed.length > 0 || endsGuess)) {
    step(book, news, attemptOf(book, attempt.id), null)
  }
  reviewExcess(book, news, attemptOf(book, attempt.id))
  return book.payment.version !== before
}

function reviewExcess(book: Book, news: News, attempt: AttemptState): void {
  const back = attempt.refundedAmount + attempt.chargedBackAmount
  const given = givenToWallet(attempt, book.refunds)
  // Reversed or voided, nothing is left; what the user has of it in their wallet, the merchant has paid.
  if (!attempt.paid || (back <= attempt.capturedAmount && given <= netOf(attempt))) return
  const beside = given === 0n ? '' : ` by Midtrans, and ${given} to the user’s wallet`
  const note = `${max(back, attempt.capturedAmount - netOf(attempt))} was given back of ${attempt.capturedAmount}${beside}.`
  openReview(book, news, { transactionId: attempt.transactionId, attempt }, 'refund_excess', note)
}
