/** What a charge writes before anything is sent: the payment and its intent, the same in a transaction of ours and of the host's. */
import { createHash } from 'node:crypto'
import { bankOf } from '../../domain/charge-methods.ts'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import { formatJakartaTime } from '../../domain/jakarta-time.ts'
import type { ChargeAsked } from '../../domain/payment.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import type { NewIntent } from '../../store/intents.ts'
import type { NewPayment } from '../../store/payments.ts'
import type { CheckedCharge } from './charge-input.ts'
import { asText } from './charge-request.ts'

export interface NewCharge {
  readonly payment: NewPayment
  /** For this payment, or for one of the same order that is there already. */
  intentFor(paymentId: string): NewIntent
}

/** `sendBefore` and `checkAt` say who sends it: set, this process does, now; null, whoever claims it. */
export function newCharge(
  { asked, merchant, userId }: CheckedCharge,
  written: { at: Date; requestedBy: string; sendBefore: Date | null; checkAt: Date },
): NewCharge {
  const intentId = uuidv7()
  const { at, ...how } = written
  return {
    payment: {
      id: uuidv7(),
      merchant,
      orderId: asked.orderId,
      paymentType: asked.paymentType,
      bank: bankOf(asked),
      grossAmount: asked.grossAmount,
      openIntentId: intentId,
      owner: null,
      userId,
      customer: asked.customer,
      customFields: asked.customFields,
      metadata: asked.metadata,
      items: asked.items,
      requestDigest: digestOf(asked),
      at,
      firstCheckAt: firstCheckAt(at),
    },
    intentFor: (paymentId) => ({
      id: intentId,
      paymentId,
      command: 'charge',
      key: randomKey(),
      transactionId: null,
      request: asText(asked),
      at,
      ...how,
    }),
  }
}

export function orderTaken(orderId: string): BayarError {
  return new BayarError(
    'order_id_taken',
    `${orderId} was charged with another amount, method, items or customer. Use a new order id.`,
  )
}

/** Besides, a token is for one try: the customer who types in the same card again has another one. */
const MAY_DIFFER: ReadonlySet<string> = new Set([
  'orderId',
  'notificationUrl',
  'expirySeconds',
  'metadata',
  'customFields',
  'tokenId',
  'paymentOptionToken',
])

/** The same request is equal in method, amount, items and customer. */
function digestOf(asked: ChargeAsked): Buffer {
  const same = Object.entries(asked).filter(([name]) => !MAY_DIFFER.has(name))
  return createHash('sha256')
    .update(JSON.stringify(asText(Object.fromEntries(same))))
    .digest()
}

/** Readable, sortable, and unlikely to meet another: ORDER-20261120093000-1f2e3d4c. */
export function makeOrderId(at: Date): string {
  return `ORDER-${formatJakartaTime(at).replace(/\D/g, '')}-${randomKey().slice(0, 8)}`
}
