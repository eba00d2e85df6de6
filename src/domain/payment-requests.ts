/**
 * What may be *asked* of a payment, from which statuses: the other table beside the lifecycle, which says what may be *told*. HTTP, CLI and console all ask this one, so a
 * button, a verb and a route can never disagree.
 */
import { endedWithoutMoney } from './attempt-lifecycle.ts'
import { shownStatus } from './payment.ts'
import type { PaymentStatus } from './payment-status.ts'

export type PaymentCommand = 'cancel' | 'expire' | 'capture' | 'approve' | 'deny' | 'refund'

export interface PaymentRequest {
  readonly from: readonly PaymentStatus[]
  readonly otherwise: string
  /** About every attempt that it can be asked of, not only about the one that speaks for the payment. Two reservations of one order are never both captured. */
  readonly ofEach: boolean
  /** Also about a hosted page on which the customer may still choose a way to pay, whatever became of the ways chosen before. */
  readonly ofPage: boolean
}

// biome-ignore format: a table is read in columns
export const PAYMENT_REQUESTS: Readonly<Record<PaymentCommand, PaymentRequest>> = {
  // A captured card is voided; settled money is refunded instead.
  cancel:  { ofEach: true,  ofPage: true,  from: ['pending', 'challenged', 'authorized', 'captured'], otherwise: 'Only a payment that is not settled and not ended can be cancelled.' },
  expire:  { ofEach: true,  ofPage: true,  from: ['pending', 'authorized'],                           otherwise: 'Only a payment that waits for the customer can be expired.' },
  capture: { ofEach: false, ofPage: false, from: ['authorized'],                                      otherwise: 'Only a reserved amount can be captured.' },
  approve: { ofEach: false, ofPage: false, from: ['challenged'],                                      otherwise: 'Only a card payment on hold can be approved.' },
  deny:    { ofEach: false, ofPage: false, from: ['challenged'],                                      otherwise: 'Only a card payment on hold can be denied.' },
  refund:  { ofEach: false, ofPage: false, from: ['settled', 'partially_refunded'],                   otherwise: 'Only settled money can be refunded; a card that is captured and not settled yet is cancelled.' },
}

export const PAYMENT_COMMANDS = Object.keys(PAYMENT_REQUESTS) as readonly PaymentCommand[]

/** Nothing was paid or reserved on it, and nothing waits: what is left is the page. */
export function isAboutPage(command: PaymentCommand, status: PaymentStatus): boolean {
  return PAYMENT_REQUESTS[command].ofPage && (status === 'created' || endedWithoutMoney(status))
}

export function canBeAsked(command: PaymentCommand, status: PaymentStatus): boolean {
  return PAYMENT_REQUESTS[command].from.includes(status)
}

/** null when it may be asked; else the reason why not. */
export function whyNot(
  command: PaymentCommand,
  payment: Parameters<typeof shownStatus>[0],
  isPageOpen = false,
): string | null {
  const status = shownStatus(payment)
  if (isPageOpen && isAboutPage(command, status)) return null
  return canBeAsked(command, status) ? null : `It is ${status}. ${PAYMENT_REQUESTS[command].otherwise}`
}
