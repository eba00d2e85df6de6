import { signatureOf } from '../gateway/signature.ts'
import type {
  FraudStatus,
  NotificationDocument,
  RefundRow,
  StatusB2bDocument,
  StatusDocument,
  TransactionDocument,
  TransactionStatus,
} from '../gateway/wire.ts'
import { STATUS_CODES } from './lifecycle.ts'
import { type Refund, refundedOf, type Transaction } from './transaction.ts'
import { toWib } from './wib-time.ts'

/**
 * The documents of docs/midtrans, rendered from a transaction when somebody asks for one. Field order is that of the recorded samples: answers
 * as the API reference prints them, notifications in reverse alphabetical order. What would be null is left out.
 */

/** What a transaction was at an instant: a retried notification tells the same as the first, whatever happened since. */
export interface View {
  readonly transaction: Transaction
  readonly status: TransactionStatus
  readonly fraud: FraudStatus | null
  readonly refunds: number
}

/** Whose account, and the key that signs for it. */
export interface Merchant {
  readonly id: string
  readonly serverKey: string
}

export type ActionName = 'cancel' | 'expire' | 'approve' | 'deny' | 'capture'

const ACTION_MESSAGES: Readonly<Record<ActionName, string>> = {
  cancel: 'Success, transaction is canceled',
  expire: 'Success, transaction has expired',
  approve: 'Success, transaction is approved',
  deny: 'Success, transaction is denied',
  capture: 'Success, transaction is captured',
}

export function viewOf(transaction: Transaction): View {
  const { status, fraud, refunds } = transaction
  return { transaction, status, fraud, refunds: refunds?.length ?? 0 }
}

export function chargeDocument(view: View, merchant: Merchant): TransactionDocument {
  const { method, expiresMs } = view.transaction
  return {
    ...common(view, merchant, codeOf(view, 'status'), method.chargeMessage),
    ...method.chargeFields(view.transaction),
    expiry_time: toWib(expiresMs),
  }
}

export function actionDocument(action: ActionName, view: View, merchant: Merchant): TransactionDocument {
  const { method, settledMs } = view.transaction
  return {
    ...common(view, merchant, codeOf(view, 'status'), ACTION_MESSAGES[action]),
    // The recorded expire answer is bare; the others show the instructions again.
    ...(action === 'expire' ? {} : method.fields(view.transaction, settledMs)),
  }
}

export function refundDocument(view: View, refund: Refund, merchant: Merchant): TransactionDocument {
  return {
    ...common(view, merchant, '200', 'Success, refund request is approved'),
    ...view.transaction.method.fields(view.transaction, settledMsOf(view)),
    settlement_time: toWib(view.transaction.settledMs),
    refund_chargeback_id: refund.id,
    refund_chargeback_uuid: refund.uuid,
    refund_amount: money(refund.amount),
    ...(refund.key === null ? {} : { refund_key: refund.key }),
  }
}

export function statusDocument(view: View, merchant: Merchant): StatusDocument {
  const code = codeOf(view, 'status')
  const { transaction } = view
  return {
    ...common(view, merchant, code, 'Success, transaction is found'),
    ...transaction.method.fields(transaction, settledMsOf(view)),
    ...settlementTime(view),
    // Ended transactions no longer name their deadline in GET status.
    ...(view.status === 'pending' || settledMsOf(view) ? { expiry_time: toWib(transaction.expiresMs) } : {}),
    ...refundFields(view),
    ...transaction.extras?.echoed,
    signature_key: sign(view, code, merchant),
  }
}

export function statusB2bDocument(views: readonly View[], merchant: Merchant): StatusB2bDocument {
  return {
    status_code: '200',
    status_message: 'Success, transactions are retrieved',
    transactions: views.map((view) => {
      const {
        status_message: _,
        settlement_time: __,
        expiry_time: ___,
        ...rest
      } = statusDocument(view, merchant)
      return rest
    }),
  }
}

export function notificationDocument(view: View, merchant: Merchant): NotificationDocument {
  const code = codeOf(view, 'notification')
  const { transaction } = view
  return reverseAlphabetical({
    ...common(view, merchant, code, 'midtrans payment notification'),
    ...transaction.method.fields(transaction, settledMsOf(view)),
    ...settlementTime(view),
    ...(transaction.method.tellsExpiry && TELLS_EXPIRY.has(view.status)
      ? { expiry_time: toWib(transaction.expiresMs) }
      : {}),
    ...refundFields(view),
    ...transaction.extras?.echoed,
    signature_key: sign(view, code, merchant),
  })
}

/** The dashboard's test button: a fixed settlement of no transaction, correctly signed (docs/midtrans/notifications.md §4). */
export function testNotificationDocument(uuid: string, merchant: Merchant): NotificationDocument {
  const order_id = `payment_notif_test_${merchant.id}_${uuid}`
  const fields = { orderId: order_id, statusCode: '200', grossAmount: '105000.00' }
  return reverseAlphabetical({
    order_id,
    status_code: fields.statusCode,
    gross_amount: fields.grossAmount,
    status_message: 'midtrans payment notification',
    transaction_id: '513f1f01-c9da-474c-9fc9-d5c64364b709',
    merchant_id: merchant.id,
    currency: 'IDR',
    payment_type: 'gopay',
    transaction_time: '2023-11-15 18:45:13',
    settlement_time: '2023-11-15 22:45:13',
    transaction_status: 'settlement',
    fraud_status: 'accept',
    signature_key: signatureOf(fields, merchant.serverKey),
  })
}

const TELLS_EXPIRY: ReadonlySet<TransactionStatus> = new Set(['pending', 'settlement', 'expire'])

function common(view: View, merchant: Merchant, code: string, message: string): TransactionDocument {
  const { transaction, status, fraud } = view
  return {
    status_code: code,
    status_message: message,
    transaction_id: transaction.id,
    order_id: transaction.orderId,
    merchant_id: merchant.id,
    gross_amount: money(transaction.amount),
    currency: 'IDR',
    payment_type: transaction.method.paymentType,
    transaction_time: toWib(transaction.createdMs),
    transaction_status: status,
    ...(fraud === null ? {} : { fraud_status: fraud }),
  }
}

function codeOf({ status, fraud }: View, place: 'notification' | 'status'): string {
  return status === 'capture' && fraud === 'challenge' ? '201' : STATUS_CODES[status][place]
}

function sign({ transaction }: View, statusCode: string, merchant: Merchant): string {
  return signatureOf(
    { orderId: transaction.orderId, statusCode, grossAmount: money(transaction.amount) },
    merchant.serverKey,
  )
}

/** 0 for a view from before the settlement, also when the settlement has happened since. */
function settledMsOf({ transaction, status }: View): number {
  return status === 'pending' ? 0 : transaction.settledMs
}

function settlementTime(view: View): { settlement_time?: string } {
  const settledMs = settledMsOf(view)
  return settledMs ? { settlement_time: toWib(settledMs) } : {}
}

/** Here `refund_amount` is cumulative; in the answer to a refund call it is that refund alone. */
function refundFields({ transaction, refunds }: View): { refund_amount?: string; refunds?: RefundRow[] } {
  const told = transaction.refunds?.slice(0, refunds)
  if (!told?.length) return {}
  return {
    refund_amount: money(refundedOf(told)),
    refunds: told.map((refund) => ({
      refund_chargeback_id: refund.id,
      refund_chargeback_uuid: refund.uuid,
      refund_amount: money(refund.amount),
      created_at: toWib(refund.atMs),
      reason: refund.reason,
      ...(refund.key === null ? {} : { refund_key: refund.key }),
      refund_method: refund.how,
    })),
  }
}

/** "10000.00": the signature is over this text, digit for digit. */
function money(amount: number): string {
  return `${amount}.00`
}

function reverseAlphabetical<D extends object>(document: D): D {
  const fields = Object.entries(document).sort(([one], [other]) => (one < other ? 1 : -1))
  return Object.fromEntries(fields) as D
}
