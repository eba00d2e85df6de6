import type { AttemptStatus } from '../domain/attempt-lifecycle.ts'
import type { TransactionStatus } from './wire.ts'

/**
 * What Midtrans's words mean: `transaction_status` crossed with `fraud_status`, and the codes that go with the meaning. Sources: lifecycle.md
 * §1, status-codes.md. A word, or a pair of words, that is not in the table is not guessed at: the news waits for a person or for a later version.
 */
export type Told = AttemptStatus | null

interface Meaning {
  /** Fraud status accept, or none at all: methods without a fraud check send none. */
  readonly accept: Told
  readonly challenge: Told
  readonly deny: Told
}

// biome-ignore format: a table is read in columns
const MEANINGS: Readonly<Record<TransactionStatus, Meaning>> = {
  pending:            { accept: 'pending',                challenge: 'pending',                deny: 'pending' },
  // A challenged reservation is still a reservation: were it `challenged`, its approval (authorize, accept) would read as old news.
  authorize:          { accept: 'authorized',             challenge: 'authorized',             deny: 'denied' },
  // On hold until somebody approves: not paid (defect D12).
  capture:            { accept: 'captured',               challenge: 'challenged',             deny: 'denied' },
  // Nothing settles that is still under challenge; whoever says so contradicts himself.
  settlement:         { accept: 'settled',                challenge: null,                     deny: null },
  deny:               { accept: 'denied',                 challenge: 'denied',                 deny: 'denied' },
  // Our own deny call ends a challenge as `deny`, its notification says `cancel`: one ending.
  cancel:             { accept: 'cancelled',              challenge: 'cancelled',              deny: 'denied' },
  expire:             { accept: 'expired',                challenge: 'expired',                deny: 'expired' },
  failure:            { accept: 'failed',                 challenge: 'failed',                 deny: 'failed' },
  refund:             { accept: 'refunded',               challenge: 'refunded',               deny: 'refunded' },
  partial_refund:     { accept: 'partially_refunded',     challenge: 'partially_refunded',     deny: 'partially_refunded' },
  chargeback:         { accept: 'charged_back',           challenge: 'charged_back',           deny: 'charged_back' },
  partial_chargeback: { accept: 'partially_charged_back', challenge: 'partially_charged_back', deny: 'partially_charged_back' },
}

interface Codes {
  readonly notification: readonly string[]
  /** Answers and GET status. */
  readonly answer: readonly string[]
}

/**
 * The codes that go with a meaning. One event has different codes by channel (expire: 407 when asked, 202 when told). Where the documentation
 * is unconfirmed, every candidate is allowed: a wrong row here costs a look-up for each notice of its kind, never money.
 */
// biome-ignore format: a table is read in columns
const CODES: Readonly<Record<AttemptStatus, Codes>> = {
  pending:                { notification: ['201'],        answer: ['201', '200'] },   // GET status of DANA
  authorized:             { notification: ['200', '201'], answer: ['200', '201'] },
  challenged:             { notification: ['201'],        answer: ['201'] },
  captured:               { notification: ['200'],        answer: ['200'] },
  settled:                { notification: ['200'],        answer: ['200'] },
  denied:                 { notification: ['202'],        answer: ['202', '200'] },   // 200 answers the deny API
  reversed:               { notification: ['202', '200'], answer: ['202', '200'] },   // unconfirmed
  cancelled:              { notification: ['202'],        answer: ['200', '202'] },
  expired:                { notification: ['202'],        answer: ['407'] },
  failed:                 { notification: ['202', '200'], answer: ['202', '200'] },   // unconfirmed
  refunded:               { notification: ['200'],        answer: ['200'] },
  partially_refunded:     { notification: ['200'],        answer: ['200'] },
  charged_back:           { notification: ['200', '202'], answer: ['200', '202'] },   // unconfirmed
  partially_charged_back: { notification: ['200', '202'], answer: ['200', '202'] },   // unconfirmed
}

export function toldStatus(transactionStatus: string, fraudStatus: string | null, wasSettled: boolean): Told {
  const meaning = MEANINGS_BY_WORD.get(transactionStatus)
  const fraud = fraudStatus ?? 'accept'
  if (!meaning || (fraud !== 'accept' && fraud !== 'challenge' && fraud !== 'deny')) return null
  const told = meaning[fraud]
  // Money came and was taken back by the provider (defect D36). A cancelled challenge was never settled.
  return told === 'denied' && wasSettled && transactionStatus === 'deny' ? 'reversed' : told
}

export function codeContradicts(told: AttemptStatus, statusCode: string, isNotification: boolean): boolean {
  const codes = CODES[told]
  return !(isNotification ? codes.notification : codes.answer).includes(statusCode)
}

/** A Map, so that the word `constructor` means nothing. */
const MEANINGS_BY_WORD: ReadonlyMap<string, Meaning> = new Map(Object.entries(MEANINGS))
