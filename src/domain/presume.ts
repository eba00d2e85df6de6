/**
 * Verdicts of our own, where Midtrans said nothing: a charge that was never created, a page that nobody used. They stand beside the status, never in the lifecycle table: whatever Midtrans says later is judged
 * from the status beneath, clears them, and does not repeat their event.
 */
import { type PaymentState, shownStatus } from './payment.ts'
import { foldStatus } from './payment-status.ts'
import { type Cause, closeBook, openBook, type Plan, tell } from './steps.ts'

/** The charge intent ended without a transaction. A payment that never had one has failed; one that had shows its last attempt again. */
export function closeIntent(payment: PaymentState, cause: Cause, newId: () => string): Plan {
  const book = openBook(payment, newId)
  if (payment.openIntentId === null) return closeBook(book, payment.version)
  const previous = shownStatus(payment)
  book.payment = { ...book.payment, openIntentId: null, status: foldStatus(book.attempts, false) }
  if (book.attempts.length > 0) {
    tell(book, cause, null, previous)
  } else {
    book.payment = { ...book.payment, presumed: 'failed', presumedEvent: 'payment.failed' }
    tell(book, cause, 'payment.failed', previous)
  }
  return closeBook(book, payment.version)
}

/** The customer tries again: another attempt of the same order begins with its intent. */
export function reopen(payment: PaymentState, intentId: string, cause: Cause, newId: () => string): Plan {
  const book = openBook(payment, newId)
  const previous = shownStatus(payment)
  book.payment = {
    ...book.payment,
    openIntentId: intentId,
    presumed: null,
    // What was told of the last attempt is not what this one will tell.
    presumedEvent: null,
    status: foldStatus(book.attempts, true),
  }
  tell(book, cause, null, previous)
  return closeBook(book, payment.version)
}

/** The page on which the customer could have chosen a way to pay is over, and none was begun. */
export function presumeExpired(payment: PaymentState, cause: Cause, newId: () => string): Plan {
  const book = openBook(payment, newId)
  if (payment.presumed !== null || payment.attempts.length > 0) return closeBook(book, payment.version)
  const previous = shownStatus(payment)
  book.payment = {
    ...book.payment,
    openIntentId: null,
    presumed: 'expired',
    presumedEvent: 'payment.expired',
  }
  tell(book, cause, 'payment.expired', previous)
  return closeBook(book, payment.version)
}
