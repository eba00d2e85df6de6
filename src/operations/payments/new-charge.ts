/** What a charge writes before anything is sent: the payment and its intent, the same in a transaction of ours and of the host's. */
import { createHash } from 'node:crypto'
import { bankOf } from '../../domain/charge-methods.ts'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import { formatJakartaTime } from '../../domain/jakarta-time.ts'
import type { OrderAsked, PaymentOwner } from '../../domain/payment.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import type { NewIntent } from '../../store/intents.ts'
import type { NewPayment } from '../../store/write-payment.ts'
import type { CheckedCharge } from './charge-input.ts'
import { asText } from './charge-request.ts'
import type { CheckedCheckout } from './checkout-input.ts'

export interface NewCharge {
  readonly payment: NewPayment
  /** For this payment, or for one of the same order that is there already. */
  intentFor(paymentId: string): NewIntent
}

interface Written {
  readonly at: Date
  readonly requestedBy: string
  /** Until when this process sends it, now; null, it waits for whoever claims it. */
  readonly sendBefore: Date | null
  readonly checkAt: Date
  readonly owner?: PaymentOwner
}

export function newCharge(charge: CheckedCharge, written: Written): NewCharge {
  const { asked } = charge
  return newOrder(charge, written, {
    command: 'charge',
    paymentType: asked.paymentType,
    bank: bankOf(asked),
    digest: digestOf(asked),
  })
}

/** The customer chooses the method: until then there is none. */
export function newCheckout(checkout: CheckedCheckout, written: Written): NewCharge {
  return newOrder(checkout, written, {
    command: 'checkout',
    paymentType: null,
    bank: null,
    digest: digestOf({ ...checkout.asked, isCheckout: true }),
  })
}

function newOrder(
  {
    asked,
    merchant,
    userId,
  }: { readonly asked: OrderAsked; readonly merchant: string; readonly userId: string | null },
  { at, owner, ...sending }: Written,
  method: {
    readonly command: 'charge' | 'checkout'
    readonly paymentType: string | null
    readonly bank: string | null
    readonly digest: Buffer
  },
): NewCharge {
  const intentId = uuidv7()
  return {
    payment: {
      id: uuidv7(),
      merchant,
      orderId: asked.orderId,
      paymentType: method.paymentType,
      bank: method.bank,
      grossAmount: asked.grossAmount,
      openIntentId: intentId,
      owner: owner?.name ?? null,
      ownerId: owner?.id ?? null,
      userId,
      customer: asked.customer,
      customFields: asked.customFields,
      metadata: asked.metadata,
      items: asked.items,
      requestDigest: method.digest,
      at,
      firstCheckAt: firstCheckAt(at),
    },
    intentFor: (paymentId) => ({
      id: intentId,
      paymentId,
      command: method.command,
      key: randomKey(),
      transactionId: null,
      request: asText(asked),
      at,
      ...sending,
    }),
  }
}

export function orderTaken(orderId: string): BayarError {
  return new BayarError(
    'order_id_taken',
    `${orderId} was charged with another amount, method, items or customer. Use a new order id.`,
  )
}

/** No payment has it, and it is taken all the same. */
export function orderIsParents(orderId: string): BayarError {
  return new BayarError(
    'order_id_taken',
    `${orderId} is an invoice’s or a subscription’s. Use a new order id.`,
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
  'finishUrl',
  'errorUrl',
])

/** The same request is equal in method, amount, items and customer. */
function digestOf(asked: object): Buffer {
  const same = Object.entries(asked).filter(([name]) => !MAY_DIFFER.has(name))
  return createHash('sha256')
    .update(JSON.stringify(asText(Object.fromEntries(same))))
    .digest()
}

/** Readable, sortable, and unlikely to meet another: ORDER-20261120093000-1f2e3d4c. */
export function makeOrderId(at: Date): string {
  return `ORDER-${formatJakartaTime(at).replace(/\D/g, '')}-${randomKey().slice(0, 8)}`
}
