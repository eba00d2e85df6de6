import type { RefundInput } from '../../../operations/payments/refund-input.ts'
import type { Call } from '../../call.ts'
import type { ExitName } from '../../exit-codes.ts'
import { tellPayment, tellRefunds } from '../../tell-payment.ts'
import { paymentOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<ExitName | undefined> {
  return withBayar(call, async (bayar) => {
    const made = await bayar.payments.refund(paymentOf(call), inputOf(call), whoAsks())
    call.out.answer(made, () => `${tellRefunds([made.refund])}\n\n${tellPayment(made.payment)}`)
    return made.refund.status === 'reserved' ? 'unknown' : undefined
  })
}

function inputOf(call: Call): RefundInput {
  const [amount, reason, refundKey, transactionId] = [
    call.whole('amount'),
    call.text('because'),
    call.text('key'),
    call.text('transaction'),
  ]
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(reason === undefined ? {} : { reason }),
    ...(refundKey === undefined ? {} : { refundKey }),
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(call.has('direct') ? { direct: true } : {}),
  }
}
