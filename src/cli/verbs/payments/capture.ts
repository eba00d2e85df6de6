import type { Call } from '../../call.ts'
import { tellPayment } from '../../tell-payment.ts'
import { paymentOf, transactionOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const amount = call.whole('amount')
  await withBayar(call, async (bayar) => {
    const input = { ...transactionOf(call), ...(amount === undefined ? {} : { amount }) }
    const payment = await bayar.payments.capture(paymentOf(call), input, whoAsks())
    call.out.answer({ payment }, () => tellPayment(payment))
  })
}
