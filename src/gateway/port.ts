import type { AnswerClass } from '../domain/answer-class.ts'
import type { InvoiceAsked } from '../domain/invoice.ts'
import type { Rupiah } from '../domain/money.ts'
import type { ChargeAsked, CheckoutAsked } from '../domain/payment.ts'
import type { SubscriptionAsked, SubscriptionChangeAsked } from '../domain/subscription.ts'
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

/** One refund, as it was written down before it was sent: a retry sends exactly this again. */
export interface RefundAsked {
  /** Midtrans's own name for the refund: asked a second time under it, it is the same refund. */
  readonly key: string
  /** Always told: "all that remains" could mean more the second time. */
  readonly amount: Rupiah
  readonly reason: string | null
}

export interface Gateway {
  charge(ask: Ask, asked: ChargeAsked): Promise<Answer>
  /** A hosted page (Snap). Until the customer has chosen a method, a second one takes the first one's place. */
  checkout(ask: Ask, asked: CheckoutAsked): Promise<Answer>
  /** Nobody can choose a way to pay on it any more. Refused while the customer pays on it. */
  cancelPage(ask: Ask, token: string): Promise<Answer>
  expirePage(ask: Ask, token: string): Promise<Answer>
  /** By transaction id wherever there is one: an order id may name several transactions. */
  status(ask: Ask, id: string): Promise<Answer>
  cancel(ask: Ask, id: string): Promise<Answer>
  expire(ask: Ask, id: string): Promise<Answer>
  /** A challenged card: take the money, or refuse it. */
  approve(ask: Ask, id: string): Promise<Answer>
  deny(ask: Ask, id: string): Promise<Answer>
  /** Takes what was reserved, or a part of it. */
  capture(ask: Ask, transactionId: string, amount: Rupiah): Promise<Answer>
  refund(ask: Ask, id: string, asked: RefundAsked): Promise<Answer>
  /** Asks the bank or wallet at once, and hears its answer. */
  directRefund(ask: Ask, id: string, asked: RefundAsked): Promise<Answer>
  /** The Invoicing API. Midtrans keeps the first answer under a key for five minutes, and one invoice for an order id for ever. */
  createInvoice(ask: Ask, asked: InvoiceAsked): Promise<Answer>
  getInvoice(ask: Ask, id: string): Promise<Answer>
  voidInvoice(ask: Ask, id: string): Promise<Answer>
  createPayAccount(ask: Ask, asked: PayAccountAsked): Promise<Answer>
  getPayAccount(ask: Ask, accountId: string): Promise<Answer>
  unbindPayAccount(ask: Ask, accountId: string): Promise<Answer>
  /** What the account's balance was at two instants. */
  balance(ask: Ask, period: { readonly from: Date; readonly to: Date }): Promise<Answer>
  createSubscription(ask: Ask, asked: SubscriptionAsked): Promise<Answer>
  getSubscription(ask: Ask, subscriptionId: string): Promise<Answer>
  updateSubscription(ask: Ask, subscriptionId: string, asked: SubscriptionChangeAsked): Promise<Answer>
  /** Retries that are planned already still run; `cancelSubscription` stops them, too. */
  disableSubscription(ask: Ask, subscriptionId: string): Promise<Answer>
  enableSubscription(ask: Ask, subscriptionId: string): Promise<Answer>
  cancelSubscription(ask: Ask, subscriptionId: string): Promise<Answer>
}
