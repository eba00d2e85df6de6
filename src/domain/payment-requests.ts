/**
 * What may be *asked* of a payment, from which statuses: the other table beside the lifecycle, which says what may be *told*. HTTP, CLI and console all ask this one, so a
 * button, a verb and a route can never disagree.
 */
import { shownStatus } from './payment.ts'
import type { PaymentStatus } from './payment-status.ts'

export type PaymentCommand = 'cancel' | 'expire'

// biome-ignore format: a table is read in columns
export const PAYMENT_REQUESTS: Readonly<Record<PaymentCommand, { readonly from: readonly PaymentStatus[]; readonly otherwise: string }>> = {
  // A captured card is voided; settled money is refunded instead.
  cancel: { from: ['pending', 'challenged', 'authorized', 'captured'], otherwise: 'Only a payment that is not settled and not ended can be cancelled.' },
  expire: { from: ['pending', 'authorized'],                           otherwise: 'Only a payment that waits for the customer can be expired.' },
}

export function canBeAsked(command: PaymentCommand, status: PaymentStatus): boolean {
  return PAYMENT_REQUESTS[command].from.includes(status)
}

/** null when it may be asked; else the reason why not. */
export function whyNot(command: PaymentCommand, payment: Parameters<typeof shownStatus>[0]): string | null {
  const status = shownStatus(payment)
  return canBeAsked(command, status) ? null : `It is ${status}. ${PAYMENT_REQUESTS[command].otherwise}`
}
