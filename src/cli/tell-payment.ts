/** A payment as a person reads it in a terminal. Times are Jakarta's. */
import type { Delivery } from '../operations/events/index.ts'
import type { HistoryEntry } from '../operations/payments/index.ts'
import type { Payment } from '../operations/payments/payment-view.ts'
import type { Refund } from '../operations/payments/refund-view.ts'
import { facts, rupiah, table } from './output.ts'

export function tellPayment(
  payment: Payment,
  history: readonly HistoryEntry[] = [],
  deliveries: readonly Delivery[] = [],
): string {
  const { instructions } = payment
  const parts = [
    facts([
      ['order', payment.orderId],
      ['status', payment.status],
      ['amount', rupiah(payment.grossAmount)],
      ['received', rupiah(payment.netAmount)],
      ['refunded', payment.refundAmount === 0 ? null : rupiah(payment.refundAmount)],
      ['paid by', [payment.paymentType, payment.bank].filter(Boolean).join(' ')],
      ['virtual account', instructions.vaNumber],
      ['bill key', instructions.billKey && `${instructions.billKey} (${instructions.billerCode})`],
      ['payment code', instructions.paymentCode],
      ['link', instructions.redirectUrl ?? instructions.deeplinkUrl],
      ['expires', payment.isPending ? payment.expiryTime : null],
      [
        'outcome',
        payment.outcome === 'unknown' ? 'Midtrans gave no clear answer yet, and is being asked' : null,
      ],
      ['waits for a person', payment.needsReview.join(', ')],
    ]),
  ]
  if (payment.attempts.length > 0) {
    parts.push(
      table(
        ['transaction', 'status', 'at Midtrans', 'amount', 'refunded'],
        payment.attempts.map((one) => [
          one.transactionId,
          one.status,
          one.transactionStatus,
          one.grossAmount,
          one.refundedAmount,
        ]),
      ),
    )
  }
  if (history.length > 0) {
    parts.push(
      table(
        ['#', 'when', 'event', 'status', 'money', 'news from'],
        history.map((row) => [
          row.sequence,
          row.at,
          row.event,
          `${row.previous} > ${row.status}`,
          row.moneyDelta,
          row.source,
        ]),
      ),
    )
  }
  if (deliveries.length > 0) {
    parts.push(
      table(
        ['#', 'handler', 'delivery', 'failed tries', 'error'],
        deliveries.map((row) => [
          row.sequence,
          row.handler,
          row.state,
          row.attempts,
          row.error?.split('\n')[0],
        ]),
      ),
    )
  }
  return parts.join('\n\n')
}

export function tellRefunds(refunds: readonly Refund[]): string {
  return table(
    ['refund', 'amount', 'status', 'made by', 'bank confirmed', 'reason'],
    refunds.map((row) => [
      row.refundKey,
      row.amount,
      row.status,
      row.origin,
      row.bankConfirmedAt,
      row.reason,
    ]),
  )
}
