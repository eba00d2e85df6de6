/** A refund as the host's code gives it, every mistake in it at once. */
import { parseRupiah, type Rupiah } from '../../domain/money.ts'
import { invalidRequest, type Problem } from '../../errors.ts'

export interface RefundInput {
  /** Whole rupiah; left out, all that is left. */
  readonly amount?: number
  readonly reason?: string
  /** Asks the bank or wallet at once instead of queueing it at Midtrans. */
  readonly direct?: boolean
  /**
   * Your own name for this refund, unique for the payment: letters, digits, - and _. Asked a second time under it, it is the same refund, and no second one. Made by bayar when
   * left out.
   */
  readonly refundKey?: string
  /** Needed only when two ways of paying the order were both paid. */
  readonly transactionId?: string
}

export interface CheckedRefund {
  readonly amount: Rupiah | null
  readonly reason: string | null
  readonly isDirect: boolean
  readonly refundKey: string | null
  readonly transactionId: string | null
}

const REASON_MAX = 255
const KEY = /^[A-Za-z0-9_-]{1,100}$/
const FIELDS = ['amount', 'reason', 'direct', 'refundKey', 'transactionId']

export function checkRefund(given: RefundInput): CheckedRefund {
  const input: Readonly<Record<string, unknown>> = { ...given }
  const problems: Problem[] = []
  const wrong = (field: string, reason: string): null => {
    problems.push({ field, reason })
    return null
  }
  for (const name of Object.keys(input)) {
    if (input[name] !== undefined && !FIELDS.includes(name))
      wrong(name, `is not a field of a refund; there are ${FIELDS.join(', ')}`)
  }
  const { amount, reason, direct, refundKey, transactionId } = input
  const rupiah = typeof amount === 'number' ? parseRupiah(amount) : undefined
  const checked: CheckedRefund = {
    amount:
      amount === undefined
        ? null
        : rupiah !== undefined && rupiah > 0n
          ? rupiah
          : wrong('amount', 'must be whole rupiah, at least 1'),
    reason:
      reason === undefined
        ? null
        : isText(reason) && reason.length <= REASON_MAX
          ? reason
          : wrong('reason', `must be text of at most ${REASON_MAX} characters`),
    isDirect: direct === true,
    refundKey:
      refundKey === undefined
        ? null
        : isText(refundKey) && KEY.test(refundKey)
          ? refundKey
          : wrong('refund_key', 'must be 1 to 100 letters, digits, - or _'),
    transactionId:
      transactionId === undefined
        ? null
        : isText(transactionId)
          ? transactionId
          : wrong('transaction_id', 'must be text'),
  }
  if (direct !== undefined && typeof direct !== 'boolean') wrong('direct', 'must be true or false')
  if (problems.length > 0) throw invalidRequest(problems)
  return checked
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed()
}
