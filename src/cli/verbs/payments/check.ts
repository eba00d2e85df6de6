import type { Call } from '../../call.ts'
import { tellPayment } from '../../tell-payment.ts'
import { paymentOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const checked = await bayar.payments.checkStatus(paymentOf(call))
    call.out.answer(checked, () => {
      const known = checked.responses.some((response) => response !== null)
      return `${known ? '' : 'Midtrans knows no transaction of it.\n'}${tellPayment(checked.payment)}`
    })
  })
}
