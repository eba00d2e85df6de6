import { isUuid } from '../domain/uuid.ts'
import { BayarError } from '../errors.ts'
import type { Payments } from '../operations/payments/index.ts'
import type { Payment } from '../operations/payments/payment-view.ts'
import type { Caller } from './identify.ts'

/** What an order id can be: nothing else is looked for in the database. */
const ORDER_ID = /^[A-Za-z0-9._~-]{1,50}$/

/** By our id or by the order id; a merchant's order ids may be UUIDs, so what looks like one can be either. What is somebody else's is not there, rather than forbidden: nobody learns that it exists. */
export function paymentFinder(payments: Payments) {
  const named = async (id: string, merchant: string | undefined): Promise<Payment | undefined> => {
    const byId = isUuid(id) ? await payments.findById(id) : undefined
    if (byId) return byId
    if (!ORDER_ID.test(id)) return undefined
    return payments.find(merchant === undefined ? id : { orderId: id, merchant })
  }
  return async (id: string, caller: Caller, { merchant }: { merchant?: string | undefined }) => {
    const found = await named(id, merchant)
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError(
        'payment_not_found',
        'Ask by its `id` or its order id, or find it: GET …/midtrans/api/payments/?order_id=….',
      )
    return found
  }
}

export function referenceTo({ orderId, merchant }: Payment) {
  return { orderId, merchant }
}
