/** Whether money can go back the way it came: the method table, asked the same by the command, the console and the API. */
import { type Rupiah, toNumber } from '../../domain/money.ts'
import type { Instructions } from '../../domain/news.ts'
import { type PaymentMethod, paymentMethod } from '../../gateway/payment-methods.ts'

export interface Refundability {
  /** null when it can; else the reason why not, and the way out. */
  readonly reason: string | null
  /** Only all of it at once. */
  readonly wholeOnly: boolean
  /** The last moment published for the method. Later, Midtrans may refuse; a merchant's contract can differ, so it is asked all the same. */
  readonly until: Date | null
}

interface Paid {
  readonly paymentType: string | null
  readonly instructions: Instructions
  readonly settlementTime: Date | null
}

const DAY_MS = 86_400_000

export function refundabilityOf(attempt: Paid): Refundability {
  const method = methodOf(attempt)
  if (method?.refund === null) {
    return {
      reason: `${method.title} cannot be refunded through Midtrans: give it back by an ordinary transfer.`,
      wholeOnly: false,
      until: null,
    }
  }
  // A method that Midtrans has added since is asked for: Midtrans knows.
  const windowDays = method?.refund.windowDays ?? null
  const { settlementTime } = attempt
  return {
    reason: null,
    wholeOnly: method !== undefined && !method.refund.partial,
    until:
      settlementTime === null || windowDays === null
        ? null
        : new Date(settlementTime.getTime() + windowDays * DAY_MS),
  }
}

/** Why this amount cannot go back by this method; null when it can. */
export function whyNotAmount(attempt: Paid, amount: Rupiah, captured: Rupiah): string | null {
  const { reason, wholeOnly } = refundabilityOf(attempt)
  if (reason !== null) return reason
  return wholeOnly && amount !== captured
    ? `${methodOf(attempt)?.title} gives back only the whole amount, which is ${toNumber(captured)}.`
    : null
}

function methodOf({ paymentType, instructions }: Paid): PaymentMethod | undefined {
  return paymentMethod(paymentType, instructions.bank ?? instructions.store ?? null)
}
