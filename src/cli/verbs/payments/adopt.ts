import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { tellPayment } from '../../tell-payment.ts'
import { paymentOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const expectedAmount = call.whole('amount')
  if (expectedAmount === undefined) throw new UsageError('Say what the order costs: --amount RUPIAH.')
  const userId = call.text('user')
  await withBayar(call, async (bayar) => {
    const adopted = await bayar.payments.adopt({
      ...paymentOf(call),
      expectedAmount,
      ...(userId === undefined ? {} : { userId }),
    })
    if (!adopted.created) call.out.note('It was adopted before.')
    call.out.answer(adopted, () => tellPayment(adopted.payment))
  })
}
