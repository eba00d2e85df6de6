import type { ReviewReason } from '../../../domain/events.ts'
import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { tellPayment } from '../../tell-payment.ts'
import { paymentOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [reason, because, transactionId] = [
    call.text('reason'),
    call.text('because'),
    call.text('transaction'),
  ]
  const problems = [
    ...(call.has('accept') === call.has('dismiss') ? ['Say either --accept or --dismiss.'] : []),
    ...(reason === undefined ? ['Say what it waits for: --reason REASON.'] : []),
    ...(because === undefined ? ['Say why, for whoever reads the history: --because TEXT.'] : []),
  ]
  if (problems.length > 0) throw new UsageError(problems.join('\n'))

  await withBayar(call, async (bayar) => {
    const payment = await bayar.payments.resolveReview({
      payment: paymentOf(call),
      decision: call.has('accept') ? 'accept' : 'dismiss',
      reason: reason as ReviewReason,
      because: because!,
      by: whoAsks(),
      ...(transactionId === undefined ? {} : { transactionId }),
    })
    call.out.answer({ payment }, () => tellPayment(payment))
  })
}
