/** What may be asked of a payment now, with the reason for what may not: one answer for a button, a verb and a route. */
import { toNumber } from '../../domain/money.ts'
import { PAYMENT_COMMANDS, type PaymentCommand, whyNot } from '../../domain/payment-requests.ts'
import { leadingAttempt } from '../../domain/payment-status.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { RefundRow } from '../../store/refunds.ts'
import { toPaymentView } from './payment-view.ts'
import { refundabilityOf } from './refundability.ts'

export interface PossibleRequest {
  readonly request: PaymentCommand
  /** null when it may be asked. */
  readonly reason: string | null
  /** Of a capture and a refund: at most this much. */
  readonly amountMax: number | null
  /** Of a refund: Midtrans may refuse it after this instant. */
  readonly until: Date | null
}

export function possibleRequests(row: PaymentRow, refunds: readonly RefundRow[]): readonly PossibleRequest[] {
  const payment = toPaymentView(row)
  const leading = leadingAttempt(payment.attempts)
  const told = leading && row.attempts.find((attempt) => attempt.id === leading.id)
  return PAYMENT_COMMANDS.map((request) => {
    const base = {
      request,
      reason: whyNot(request, { status: payment.status, presumed: null }),
      amountMax: null,
      until: null,
    }
    if (!leading || !told || base.reason !== null) return base
    if (request === 'capture') return { ...base, amountMax: leading.grossAmount }
    if (request !== 'refund') return base
    const { reason, until } = refundabilityOf({ ...leading, instructions: told.instructions })
    if (reason !== null) return { ...base, reason }
    const reserved = refunds
      .filter((refund) => refund.status === 'reserved' && refund.transaction_id === leading.transactionId)
      .reduce((sum, refund) => sum + toNumber(refund.amount), 0)
    const left = leading.capturedAmount - leading.refundedAmount - leading.chargedBackAmount - reserved
    return left > 0
      ? { ...base, amountMax: left, until }
      : { ...base, reason: 'All of it is given back, or about to be.', amountMax: 0 }
  })
}
