/** What a statement teaches about an attempt besides its status: times, instructions, the gateway's own words. */
import type { News, NewsSource } from './news.ts'
import type { AttemptState } from './payment.ts'

/** Instructions fill field by field; a lower source never replaces a higher: GET status has no QR, a notification only the VA. */
const INSTRUCTION_RANK: Readonly<Record<NewsSource, number>> = {
  answer: 3,
  look_up: 2,
  notification: 1,
  person: 0,
  clock: 0,
}

export function newAttempt(news: News, transactionId: string, id: string): AttemptState {
  return {
    id,
    transactionId,
    // Replaced by the first step; nothing reads it before.
    status: news.told,
    paid: false,
    grossAmount: news.grossAmount ?? 0n,
    capturedAmount: 0n,
    refundTotal: 0n,
    refundedAmount: 0n,
    chargedBackAmount: 0n,
    transactionStatus: news.transactionStatus,
    fraudStatus: news.fraudStatus,
    statusCode: news.statusCode,
    paymentType: news.paymentType,
    transactionTime: news.transactionTime,
    settlementTime: null,
    expiryTime: null,
    instructions: {},
    instructionRanks: {},
  }
}

/** Facts that were missing. They are kept whatever the verdict on the status is. */
export function withFacts(attempt: AttemptState, news: News): { attempt: AttemptState; isNews: boolean } {
  let learnt = attempt
  if (news.settlementTime !== null && attempt.settlementTime === null)
    learnt = { ...learnt, settlementTime: news.settlementTime }
  if (news.expiryTime !== null && attempt.expiryTime === null)
    learnt = { ...learnt, expiryTime: news.expiryTime }
  if (news.paymentType !== null && attempt.paymentType === null)
    learnt = { ...learnt, paymentType: news.paymentType }
  // The earliest time told, so that the order in which news arrives does not decide which attempt is the newest.
  if (
    news.transactionTime !== null &&
    (attempt.transactionTime === null || news.transactionTime < attempt.transactionTime)
  ) {
    learnt = { ...learnt, transactionTime: news.transactionTime }
  }
  const rank = INSTRUCTION_RANK[news.source]
  for (const [field, value] of Object.entries(news.instructions)) {
    const known = attempt.instructions[field as keyof typeof attempt.instructions]
    if (known === value || (known !== undefined && (attempt.instructionRanks[field] ?? 0) >= rank)) continue
    learnt = {
      ...learnt,
      instructions: { ...learnt.instructions, [field]: value },
      instructionRanks: { ...learnt.instructionRanks, [field]: rank },
    }
  }
  return { attempt: learnt, isNews: learnt !== attempt }
}

/** The gateway's own words, kept beside ours when it moves the attempt. */
export function withWords(attempt: AttemptState, news: News): AttemptState {
  return {
    ...attempt,
    transactionStatus: news.transactionStatus,
    fraudStatus: news.fraudStatus ?? attempt.fraudStatus,
    statusCode: news.statusCode,
    paymentType: news.paymentType ?? attempt.paymentType,
  }
}
