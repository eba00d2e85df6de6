import { STATUS_CODES, stateOf } from './lifecycle.ts'
import { DAY, HOUR, NEVER, nothing, refundedWithin } from './method-columns.ts'
import type { Method } from './methods.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

/** Lenders: docs/midtrans/protocol.md §7.10. The customer goes to their page and comes back. */
const lender = {
  family: 'paylater',
  reversible: false,
  takesIdempotencyKey: true,
  wantsBasket: true,
  customExpirySeconds: { least: 20, most: 180 * DAY },
  tellsExpiry: { charge: NEVER, notification: NEVER, status: new Set(['pending'] as const) },
  fields: nothing,
  comesBackWith: (one: Transaction) => ({
    order_id: one.orderId,
    transaction_status: one.status,
    status_code: STATUS_CODES[stateOf(one)].notification,
  }),
} as const satisfies Partial<Method>

export const PAYLATER_METHODS: readonly Method[] = [
  {
    ...lender,
    name: 'akulaku',
    paymentType: 'akulaku',
    title: 'Akulaku',
    amount: { least: 5_000, most: null },
    lifetimeSeconds: 2 * HOUR,
    refund: refundedWithin(180),
    chargeMessage: 'Success, Akulaku transaction is created',
    chargeFields: ({ transaction }: View, origin) => ({
      redirect_url: `${origin}/v2/akulaku/redirect/${transaction.id}`,
    }),
  },
  {
    ...lender,
    name: 'kredivo',
    paymentType: 'kredivo',
    title: 'Kredivo',
    amount: { least: 1, most: null },
    lifetimeSeconds: DAY,
    refund: refundedWithin(14),
    chargeMessage: 'Kredivo transaction is created',
    chargeFields: ({ transaction }: View, origin) => ({
      channel_response_code: 'OK',
      channel_response_message: 'Message from Kredivo server.',
      redirect_url: `${origin}/kredivo/index?id=${transaction.pageId}`,
    }),
  },
]
