import { isUuid } from '../domain/uuid.ts'
import { BayarError } from '../errors.ts'
import type { Payments } from '../operations/payments/index.ts'
import type { Payment } from '../operations/payments/payment-view.ts'
import type { Caller } from './identify.ts'

/** What is somebody else's is not there, rather than forbidden: nobody learns that it exists. */
export function paymentFinder(payments: Payments) {
  return async (id: string, caller: Caller): Promise<Payment> => {
    const found = isUuid(id) ? await payments.findById(id) : undefined
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError(
        'payment_not_found',
        'Ask by the `id` of a payment, or find it: GET …/midtrans/api/payments/?order_id=….',
      )
    return found
  }
}

export function referenceTo({ orderId, merchant }: Payment) {
  return { orderId, merchant }
}
