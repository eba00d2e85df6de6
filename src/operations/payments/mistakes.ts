/** What is wrong with a request, told without asking it: for a form, and for whoever has found some of it wrong already and wants to name the rest as well. */
import { isBayarError, type Problem } from '../../errors.ts'
import type { Context } from '../context.ts'
import { checkCharge } from './charge-input.ts'
import { checkCheckout } from './checkout-input.ts'
import { checkRefund } from './refund-input.ts'

export type Asking = 'charge' | 'checkout' | 'refund'

const anyOrderId = () => 'ORDER'

const CHECK: Readonly<Record<Asking, (context: Context, input: object) => unknown>> = {
  charge: ({ rules }, input) => checkCharge(input as Parameters<typeof checkCharge>[0], rules, anyOrderId),
  checkout: ({ rules }, input) =>
    checkCheckout(input as Parameters<typeof checkCheckout>[0], rules, anyOrderId),
  refund: (_, input) => checkRefund(input),
}

export function mistakesIn(context: Context, asking: Asking, input: object): readonly Problem[] {
  try {
    CHECK[asking](context, input)
    return []
  } catch (error) {
    if (!isBayarError(error)) throw error
    return error.details.problems ?? [{ field: FIELD_OF[error.code] ?? asking, reason: error.message }]
  }
}

/** Refusals that have a code of their own are about one field all the same. */
const FIELD_OF: Readonly<Record<string, string>> = {
  method_not_enabled: 'payment_type',
  order_id_reserved: 'order_id',
  keys_missing: 'merchant',
}
