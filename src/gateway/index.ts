/**
 * `bayar/midtrans`: Midtrans alone, without a database. For scripts, for other frameworks, and for whoever wants one call and its answer:
 *
 * ```ts
 * import { createMidtransClient } from 'bayar/midtrans'
 *
 * const midtrans = createMidtransClient({ serverKey, isProduction: false })
 * const answer = await midtrans.status('ORDER-1')
 * if (answer.class === 'done') console.log(answer.body?.transaction_status)
 * ```
 *
 * Nothing here is durable: an answer of class `unknown` is yours to resolve. `bayar.payments` does that.
 */

export { type BayarError, isBayarError } from '../errors.ts'
export type * from './api-documents.ts'
export {
  type AskOptions,
  type ChargeOptions,
  createMidtransClient,
  type LocaleOption,
  type MidtransAnswer,
  type MidtransClient,
  type MidtransClientOptions,
  type NotifyOptions,
} from './client.ts'
export { PAYMENT_METHODS, type PaymentMethod, paymentMethod } from './payment-methods.ts'
export type { Answer, AnswerClass } from './port.ts'
export { readDocument, signedFields } from './read-document.ts'
export { readNotification } from './read-notification.ts'
export {
  type SignedFields,
  type SignedWire,
  type SigningFields,
  signatureOf,
  verifySignature,
} from './signature.ts'
export type * from './wire.ts'
