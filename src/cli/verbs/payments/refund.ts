import { invalidRequest } from '../../../errors.ts'
import type { RefundInput } from '../../../operations/payments/refund-input.ts'
import type { Call } from '../../call.ts'
import type { ExitName } from '../../exit-codes.ts'
import { tellPayment, tellRefunds } from '../../tell-payment.ts'
import { tellWallet } from '../../tell-wallet.ts'
import { paymentOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<ExitName | undefined> {
  const userId = call.text('user')
  if (userId !== undefined && !call.has('to-wallet'))
    throw invalidRequest([{ field: '--user', reason: 'is for --to-wallet' }])
  return withBayar(call, async (bayar) => {
    if (call.has('to-wallet')) {
      const input = { ...inputOf(call), ...(userId !== undefined && { userId }) }
      const given = await bayar.payments.refundToWallet(paymentOf(call), input, whoAsks())
      call.out.answer(given, () => `${tellRefunds([given.refund])}\n\n${tellWallet(given.wallet)}`)
      return undefined
    }
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
