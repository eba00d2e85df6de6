import type { Kit } from './kit.ts'
import { bytesOf, notice } from './notice.ts'

export const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

/** An order that waits for its money; what names it in a notification. */
export async function pendingOrder(test: Kit, orderId = 'ORDER-1') {
  const payment = await test.bayar.payments.charge({ orderId, ...CHARGE })
  await test.idle()
  return { order_id: orderId, transaction_id: payment.transactionId! }
}

/** A signed notification, bent by the test, past HTTP. */
export function send(test: Kit, changes: Record<string, unknown>) {
  return test.bayar.notifications.receive({
    body: bytesOf(notice(test.simulator.serverKey, changes)),
    channel: 'payment',
    sender: null,
  })
}
