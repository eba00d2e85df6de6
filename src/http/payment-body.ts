import type { Attempt, Payment } from '../operations/payments/payment-view.ts'
import type { Caller } from './identify.ts'
import { toSnake } from './wire-case.ts'

/** The same payment as the library shows, laid flat: instructions and customer beside the rest, as Midtrans's own answers have them. */
export function paymentBody(
  { instructions, customer, card, attempts: _, bank, ...payment }: Payment,
  caller: Caller,
) {
  return {
    ...toSnake(payment),
    ...toSnake(instructions),
    ...toSnake(card),
    // It is charged with the server key alone, so nobody else has a use for it.
    ...(caller.kind === 'user' && { saved_token_id: null, saved_token_id_expired_at: null }),
    bank: bank ?? instructions.bank,
    customer_first_name: customer.firstName,
    customer_last_name: customer.lastName,
    customer_email: customer.email,
    customer_phone: customer.phone,
  }
}

export function attemptBody({ instructions, card: _, ...attempt }: Attempt) {
  return { ...toSnake(attempt), ...toSnake(instructions) }
}
