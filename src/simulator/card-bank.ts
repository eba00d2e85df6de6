import type { FraudStatus } from '../gateway/wire.ts'
import type { State } from './lifecycle.ts'
import { type CardOutcome, masked, type TestCard } from './test-cards.ts'
import type { Detail } from './transaction.ts'

/** What a transaction by card is about; of the number, only what may be shown. */
export interface CardDetail {
  readonly masked: string
  readonly outcome: CardOutcome
  /** The acquirer: the bank that takes the card's money for the merchant. */
  readonly bank: string
  readonly channel: string
  /** Reserve only. */
  readonly authorizeOnly: boolean
  readonly threeDs: 'none' | 'otp' | 'frictionless'
  readonly installmentTerm: number | null
  readonly pointsRedeemed: number | null
  readonly saved: { readonly token: string; readonly expiresMs: number } | null
}

/** What the bank answered; absent as long as it has not been asked. */
export interface BankResult {
  readonly eci: string
  readonly code: string
  readonly message: string
  /** Only where it said yes. */
  readonly approvalCode: string | null
}

/** How a transaction begins. */
export interface Beginning {
  readonly state: State
  readonly fraud: FraudStatus
  readonly detail: Detail | null
  /** Where it is less than its method's. */
  readonly lifetimeSeconds?: number
}

export interface Decision {
  readonly state: State
  readonly fraud: FraudStatus
  readonly bankResult?: BankResult
}

const APPROVED = { code: '00', message: 'Approved' }
const REFUSED: Partial<Record<CardOutcome, { code: string; message: string }>> = {
  do_not_honour: { code: '05', message: 'Do not honour' },
  no_funds: { code: '51', message: 'Not sufficient funds' },
}

/** First the fraud engine, then the bank. */
export function decide(card: CardDetail, nowMs: number, sequence: number): Decision {
  if (card.outcome === 'fraud') return { state: 'deny', fraud: 'deny' }
  const refused = REFUSED[card.outcome]
  if (refused)
    return { state: 'deny', fraud: 'accept', bankResult: { ...refused, eci: '05', approvalCode: null } }
  // Thirteen digits, as the recorded ones: the second, and what tells two in it apart.
  const approvalCode = `${Math.floor(nowMs / 1000)}${String(sequence % 1000).padStart(3, '0')}`
  const bankResult = { ...APPROVED, eci: '05', approvalCode }
  if (card.authorizeOnly) return { state: 'authorize', fraud: 'accept', bankResult }
  return card.outcome === 'challenge'
    ? { state: 'challenge', fraud: 'challenge', bankResult }
    : { state: 'capture', fraud: 'accept', bankResult }
}

/** The customer left the 3DS page with a wrong code. */
export const NOT_AUTHENTICATED: BankResult = {
  eci: '07',
  code: '05',
  message: 'Card is not authenticated',
  approvalCode: null,
}

export interface CardWishes {
  readonly bank: string | null
  readonly channel: string | null
  readonly authenticate: boolean
  readonly authorizeOnly: boolean
  readonly installmentTerm: number | null
  readonly pointsRedeemed: number | null
  readonly saved: CardDetail['saved']
}

/** "Stays pending, accepted about 60 s later." */
export const ACCEPTED_AFTER_SECONDS = 60

/** How a charge by card begins: on the 3DS page, or decided. */
export function beginWith(card: TestCard, wishes: CardWishes, nowMs: number, sequence: number): Beginning {
  const threeDs = wishes.authenticate ? card.threeDs : 'none'
  const detail: CardDetail = {
    masked: masked(card.number),
    outcome: card.outcome,
    bank: wishes.bank ?? card.bank,
    channel: wishes.channel ?? 'mpgs',
    authorizeOnly: wishes.authorizeOnly,
    threeDs,
    installmentTerm: wishes.installmentTerm,
    pointsRedeemed: wishes.pointsRedeemed,
    saved: wishes.saved,
  }
  if (threeDs !== 'none' || card.outcome === 'accept_later')
    return { state: 'pending', fraud: 'accept', detail: { card: detail } }
  const { state, fraud, bankResult } = decide(detail, nowMs, sequence)
  return { state, fraud, detail: { card: detail, ...(bankResult && { bankResult }) } }
}
