import type { Payment } from '../operations/payments/payment-view.ts'
import type { Subscription } from '../operations/subscriptions/index.ts'
import type { Caller } from './identify.ts'
import { paymentBody } from './payment-body.ts'
import { toSnake } from './wire-case.ts'

/** The same subscription as the library shows, in the names of the original, without what only Midtrans's own have. */
export function billedSubscriptionBody({
  customer,
  maxInterval,
  currentInterval,
  nextChargeAt,
  cancelReason,
  gatewayName: _gatewayName,
  gopayAccountId: _gopayAccountId,
  startTime: _startTime,
  previousChargeAt: _previousChargeAt,
  lastCharge: _lastCharge,
  retryInterval: _retryInterval,
  retryIntervalUnit: _retryIntervalUnit,
  retryMaxInterval: _retryMaxInterval,
  syncedAt: _syncedAt,
  ...subscription
}: Subscription) {
  return {
    ...toSnake(subscription),
    max_cycles: maxInterval,
    current_cycle: currentInterval,
    next_billing_date: nextChargeAt?.toISOString() ?? null,
    cancellation_reason: cancelReason,
    customer_first_name: customer.firstName,
    customer_last_name: customer.lastName,
    customer_email: customer.email,
    customer_phone: customer.phone,
  }
}

/** With what the customer needs to pay it laid out once more by itself, as the original has it. */
export function billedPaymentBody(payment: Payment, caller: Caller) {
  const { instructions, bank, expiryTime } = payment
  return {
    ...paymentBody(payment, caller),
    payment_details: toSnake({ ...instructions, bank: bank ?? instructions.bank, expiryTime }),
  }
}

export function toBePaidBody(
  { subscription, payment }: { readonly subscription: Subscription; readonly payment: Payment | null },
  caller: Caller,
) {
  return {
    subscription: billedSubscriptionBody(subscription),
    payment: payment && billedPaymentBody(payment, caller),
  }
}
