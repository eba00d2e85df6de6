/** The task `check_payment_status`: Midtrans is asked about one payment, unless nothing more can come of it. */
import { BayarError } from '../../errors.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { checkPayment } from './check-payment.ts'
import { findOpenPage } from './checkout-page.ts'
import type { PaymentName } from './payment-name.ts'
import { toPaymentView } from './payment-view.ts'

export interface CheckedStatus {
  readonly orderId: string
  /** Ours, after the answer was applied. */
  readonly status: string
  /** Midtrans's own word; null when it was not asked, or knows no transaction. */
  readonly gatewayStatus: string | null
  /** It had ended: nobody was asked. */
  readonly skipped: boolean
}

export async function checkPaymentStatus(context: Context, name: PaymentName): Promise<CheckedStatus> {
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  if (!row) throw new BayarError('payment_not_found', name.orderId)
  const known = toPaymentView(row)
  // On an open page another way to pay may follow one that ended.
  if (known.isFinal && (await findOpenPage(context, context.database, row)) === null)
    return { orderId: name.orderId, status: known.status, gatewayStatus: null, skipped: true }
  const { payment, responses } = await checkPayment(context, name)
  const told = responses.at(-1)?.transaction_status
  return {
    orderId: name.orderId,
    status: payment.status,
    gatewayStatus: typeof told === 'string' ? told : null,
    skipped: false,
  }
}
