import type { AnswerClass } from '../domain/answer-class.ts'
import type { ChargeAsked } from '../domain/payment.ts'
import type { PayAccountAsked } from './pay-account.ts'

/**
 * What operations may ask of Midtrans. Everything shaped like HTTP is behind it (client.ts), so that tests of ours can stand on the simulator
 * and nothing else.
 *
 * An answer says which class it is (answer-codes.ts); only the operation knows what that means for its intent.
 */
export type { AnswerClass }

export interface Answer {
  readonly class: AnswerClass
  /** Body `status_code` before HTTP status, as text; null when nothing came back. */
  readonly code: string | null
  readonly httpStatus: number | null
  /** Midtrans's own sentence and validation messages, for the caller's eyes. */
  readonly message: string
  readonly validationMessages: readonly string[]
  /** The answer exactly as received, when it was JSON from Midtrans. */
  readonly document: Uint8Array | null
}

export interface Ask {
  /** Whose keys: bayar's own name for the account. */
  readonly merchant: string
  /** Sent as Idempotency-Key where the endpoint takes one. */
  readonly key?: string
  readonly signal?: AbortSignal
}

export interface Gateway {
  charge(ask: Ask, asked: ChargeAsked): Promise<Answer>
  /** By transaction id wherever there is one: an order id may name several transactions. */
  status(ask: Ask, id: string): Promise<Answer>
  cancel(ask: Ask, id: string): Promise<Answer>
  expire(ask: Ask, id: string): Promise<Answer>
  createPayAccount(ask: Ask, asked: PayAccountAsked): Promise<Answer>
  getPayAccount(ask: Ask, accountId: string): Promise<Answer>
  unbindPayAccount(ask: Ask, accountId: string): Promise<Answer>
}
