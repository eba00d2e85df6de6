import type { Call } from '../../call.ts'
import { tellPayment } from '../../tell-payment.ts'
import { paymentOf, transactionOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const payment = await bayar.payments.expire(paymentOf(call), transactionOf(call), whoAsks())
    call.out.answer({ payment }, () => tellPayment(payment))
  })
}
