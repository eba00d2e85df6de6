/**
 * Verdicts of our own, where Midtrans said nothing: a charge that was never created, a page that nobody used. They stand beside the status, never in the lifecycle table: whatever Midtrans says later is judged
 * from the status beneath, clears them, and does not repeat their event.
 */
import { type AttemptStatus, endedWithoutMoney } from './attempt-lifecycle.ts'
import { type PaymentState, shownStatus } from './payment.ts'
import { foldStatus } from './payment-status.ts'
import { type Cause, closeBook, openBook, type Plan, tell } from './steps.ts'

/** The charge intent ended without a transaction, or an adopted order is nobody's. A payment that never had one has failed; one that had shows its last attempt again. */
export function closeIntent(payment: PaymentState, cause: Cause, newId: () => string): Plan {
  const book = openBook(payment, newId)
  const isOver = payment.attempts.length > 0 || payment.presumed !== null
  if (payment.openIntentId === null && isOver) return closeBook(book, payment.version)
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

const WITHOUT_MONEY: ReadonlySet<AttemptStatus> = new Set(['pending', 'challenged', 'authorized'])

/** Nobody can pay it any more: the page on which the customer could have chosen is over, by the clock or at our asking, and no way was begun; or Midtrans no longer knows those that were. Never where money was seen. */
export function presumeEnded(
  payment: PaymentState,
  how: 'expired' | 'cancelled',
  cause: Cause,
  newId: () => string,
): Plan {
  const book = openBook(payment, newId)
  const mayHaveMoney = payment.attempts.some(
    ({ status }) => !WITHOUT_MONEY.has(status) && !endedWithoutMoney(status),
  )
  if (payment.presumed !== null || mayHaveMoney) return closeBook(book, payment.version)
  const previous = shownStatus(payment)
  book.payment = {
    ...book.payment,
    openIntentId: null,
    presumed: how,
    presumedEvent: `payment.${how}`,
  }
  tell(book, cause, `payment.${how}`, previous)
  return closeBook(book, payment.version)
}
