import type { Attempt, Payment } from '../operations/payments/payment-view.ts'
import { toSnake } from './wire-case.ts'

/** The same payment as the library shows, laid flat: instructions and customer beside the rest, as Midtrans's own answers have them. */
export function paymentBody({ instructions, customer, attempts: _, bank, ...payment }: Payment) {
  return {
    ...toSnake(payment),
    ...toSnake(instructions),
    bank: bank ?? instructions.bank,
    customer_first_name: customer.firstName,
    customer_last_name: customer.lastName,
    customer_email: customer.email,
    customer_phone: customer.phone,
  }
}

export function attemptBody({ instructions, ...attempt }: Attempt) {
  return { ...toSnake(attempt), ...toSnake(instructions) }
}
