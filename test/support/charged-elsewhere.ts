import type { Kit } from './kit.ts'
import { basic } from './simulated-merchant.ts'

/** Another program of the same account charges: bayar only hears of it. */
export async function chargedElsewhere(
  test: Kit,
  orderId: string,
  { amount = 50_000, bank = 'bca' }: { amount?: number; bank?: string } = {},
): Promise<string> {
  const response = await test.simulator.fetch(
    new Request('http://midtrans.simulator/v2/charge', {
      method: 'POST',
      headers: { Authorization: basic(test.simulator.serverKey), 'Content-Type': 'application/json' },
      body: JSON.stringify({
        payment_type: 'bank_transfer',
        transaction_details: { order_id: orderId, gross_amount: amount },
        bank_transfer: { bank },
      }),
    }),
  )
  return ((await response.json()) as { transaction_id: string }).transaction_id
}
