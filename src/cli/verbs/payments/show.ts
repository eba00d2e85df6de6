import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellPayment, tellRefunds } from '../../tell-payment.ts'
import { paymentOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const reference = paymentOf(call)
    const payment = await bayar.payments.find(reference)
    if (!payment) throw new BayarError('payment_not_found', `${reference.orderId}.`)
    const [refunds, history, deliveries] = await Promise.all([
      bayar.payments.refunds(reference),
      bayar.payments.history(reference),
      bayar.events.deliveries(payment.id),
    ])
    call.out.answer({ payment, refunds, history, deliveries }, () =>
      [tellPayment(payment, history, deliveries), ...(refunds.length > 0 ? [tellRefunds(refunds)] : [])].join(
        '\n\n',
      ),
    )
  })
}
