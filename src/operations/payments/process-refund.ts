/**
 * The task `process_refund_async`: money back, by a worker.
 *
 * The refund's key is made of the task's id, so a lost answer, a worker that dies and every retry ask for the same refund. The original made a new key in each try: one refund of 50,000 and three retries
 * could be 200,000 (defect D4). Only when a person has a failed task tried again, and the refund before was refused for good, there is a new key.
 */
import { assert, BayarError } from '../../errors.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import { findRefundByKey } from '../../store/refunds.ts'
import type { Context } from '../context.ts'
import type { TaskRun } from '../task-run.ts'
import type { PaymentName } from './payment-name.ts'
import { refundPayment } from './refund-payment.ts'

export interface RefundOrder extends PaymentName {
  readonly amount?: number
  readonly reason?: string
  readonly direct?: boolean
}

export interface ProcessedRefund {
  readonly orderId: string
  readonly refundKey: string
  readonly amount: number
  readonly status: string
}

export async function processRefund(
  context: Context,
  { merchant, orderId, ...asked }: RefundOrder,
  run: Pick<TaskRun, 'id' | 'replays'>,
  requestedBy: string,
): Promise<ProcessedRefund> {
  const refundKey = await keyOf(context, { merchant, orderId }, run)
  const { refund } = await refundPayment(context, { merchant, orderId }, { ...asked, refundKey }, requestedBy)
  if (refund.status === 'reserved')
    throw new BayarError('gateway_unknown', `The refund ${refundKey} of ${orderId} is being looked up.`, {
      details: { order_id: orderId, refund_key: refundKey },
    })
  assert(refund.refundKey !== null, 'a refund that was asked for has no key')
  return { orderId, refundKey: refund.refundKey, amount: refund.amount, status: refund.status }
}

async function keyOf(
  context: Context,
  name: PaymentName,
  { id, replays }: Pick<TaskRun, 'id' | 'replays'>,
): Promise<string> {
  const payment = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  for (let replay = 0; payment && replay < replays; replay++) {
    const before = await findRefundByKey(context.database, payment.id, keyFor(id, replay))
    if (before?.status !== 'refused' && before?.status !== 'abandoned') return keyFor(id, replay)
  }
  return keyFor(id, replays)
}

function keyFor(id: string, replay: number): string {
  return `task-${id}${replay === 0 ? '' : `-${replay}`}`
}
