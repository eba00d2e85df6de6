/** What may be asked of a payment now, with the reason for what may not: one answer for a button, a verb and a route. */
import { toNumber } from '../../domain/money.ts'
import { canBeAsked, PAYMENT_COMMANDS, type PaymentCommand, whyNot } from '../../domain/payment-requests.ts'
import { leadingAttempt } from '../../domain/payment-status.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { RefundRow } from '../../store/refunds.ts'
import { toPaymentView } from './payment-view.ts'
import { refundabilityOf } from './refundability.ts'

export interface PossibleRequest {
  readonly request: PaymentCommand
  /** null when it may be asked. */
  readonly reason: string | null
  /** Of which transactions it may be asked by name, also where not of the payment: a number that waits beside a paid one. */
  readonly transactionIds: readonly string[]
  /** Of a capture and a refund: at most this much. */
  readonly amountMax: number | null
  /** Of a refund: Midtrans may refuse it after this instant. */
  readonly until: Date | null
}

export function possibleRequests(
  row: PaymentRow,
  refunds: readonly RefundRow[],
  isPageOpen: boolean,
): readonly PossibleRequest[] {
  const payment = toPaymentView(row)
  const leading = leadingAttempt(payment.attempts)
  const told = leading && row.attempts.find((attempt) => attempt.id === leading.id)
  return PAYMENT_COMMANDS.map((request) => {
    const base = {
      request,
      reason: whyNot(request, { status: payment.status, presumed: null }, isPageOpen),
      transactionIds: payment.attempts
        .filter(({ status }) => canBeAsked(request, status))
        .map(({ transactionId }) => transactionId),
      amountMax: null,
      until: null,
    }
    if (!leading || !told || base.reason !== null) return base
    if (request === 'capture') return { ...base, amountMax: leading.grossAmount }
    if (request !== 'refund') return base
    const { reason, until } = refundabilityOf({ ...leading, instructions: told.instructions })
    if (reason !== null) return { ...base, reason }
    const apart = refunds
      .filter(({ status }) => status === 'reserved' || status === 'given')
      .filter((refund) => refund.transaction_id === leading.transactionId)
      .reduce((sum, refund) => sum + toNumber(refund.amount), 0)
    const left = leading.capturedAmount - leading.refundedAmount - leading.chargedBackAmount - apart
    return left > 0
      ? { ...base, amountMax: left, until }
      : { ...base, reason: 'All of it is given back, or about to be.', amountMax: 0 }
  })
}
