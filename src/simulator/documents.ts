import { signatureOf } from '../gateway/signature.ts'
import type {
  NotificationDocument,
  PaymentType,
  RefundRow,
  StatusB2bDocument,
  StatusDocument,
  TransactionDocument,
} from '../gateway/wire.ts'
import { STATUS_CODES, stateOf } from './lifecycle.ts'
import type { PayAccount } from './pay-accounts.ts'
import { type Refund, refundedOf } from './transaction.ts'
import { settledMsIn, type View } from './view.ts'
import { toWib } from './wib-time.ts'

/**
 * The documents of docs/midtrans, rendered from a transaction when somebody asks for one. Field order is that of the recorded samples: answers
 * as the API reference prints them, notifications in reverse alphabetical order. What would be null is left out.
 */

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
  capture: 'Success, Credit Card capture transaction is successful',
}

/** `origin` is where this Midtrans was reached: the addresses in an answer lead there again. */
export function chargeDocument(view: View, merchant: Merchant, origin: string): TransactionDocument {
  const { chargeMessage, chargeFields } = view.transaction.method
  const message = typeof chargeMessage === 'string' ? chargeMessage : chargeMessage(view)
  return {
    ...common(view, merchant, codeOf(view, 'status'), message),
    ...chargeFields(view, origin),
    ...expiryTime(view, 'charge'),
  }
}

export function actionDocument(action: ActionName, view: View, merchant: Merchant): TransactionDocument {
  const isCard = view.transaction.method.family === 'card'
  const message =
    action === 'capture' && !isCard ? 'Success, transaction is captured' : ACTION_MESSAGES[action]
  return {
    // The code says that it was done, whatever became of the transaction; only `expire` says it in its own way.
    ...common(view, merchant, action === 'expire' ? '407' : '200', message),
    // The recorded expire answer is bare; the others show the instructions again.
    ...(action === 'expire' ? {} : view.transaction.method.fields(view)),
  }
}

/** The bank would not take a capture: the reservation stays. */
export function captureDeniedDocument(view: View, merchant: Merchant): TransactionDocument {
  return {
    ...common(view, merchant, '202', 'Capture is denied by the bank'),
    ...view.transaction.method.fields(view),
  }
}

export function refundDocument(view: View, refund: Refund, merchant: Merchant): TransactionDocument {
  return {
    ...common(view, merchant, '200', 'Success, refund request is approved'),
    ...view.transaction.method.fields(view),
    settlement_time: toWib(view.transaction.settledMs),
    refund_chargeback_id: refund.id,
    refund_chargeback_uuid: refund.uuid,
    refund_amount: money(refund.amount),
    ...(refund.key === null ? {} : { refund_key: refund.key }),
  }
}

/** The bank said no: the money stays, nothing is notified. */
export function refundDeniedDocument(
  view: View,
  key: string | null,
  merchant: Merchant,
): TransactionDocument {
  return {
    ...common(view, merchant, '202', 'Refund denied by the bank'),
    ...view.transaction.method.fields(view),
    ...settlementTime(view),
    refund_amount: money(0),
    ...(key === null ? {} : { refund_key: key }),
  }
}

export function statusDocument(view: View, merchant: Merchant): StatusDocument {
  const code = codeOf(view, 'status')
  const { transaction } = view
  const orderId = transaction.method.byTransactionIdOnly ? transaction.id : transaction.orderId
  return {
    ...common(view, merchant, code, 'Success, transaction is found', orderId),
    ...transaction.method.fields(view),
    ...settlementTime(view),
    ...expiryTime(view, 'status'),
    ...refundFields(view),
    ...echoed(view),
    signature_key: sign(view, orderId, code, merchant),
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
    ...transaction.method.fields(view),
    ...settlementTime(view),
    ...expiryTime(view, 'notification'),
    ...refundFields(view),
    ...echoed(view),
    signature_key: sign(view, transaction.orderId, code, merchant),
  })
}

/** Of a linked or unlinked GoPay account: no order, so its signature is over the account (docs/midtrans/notifications.md §6, unconfirmed). */
export function payAccountDocument(account: PayAccount, merchant: Merchant): Record<string, unknown> {
  const isLinked = account.status === 'ENABLED'
  const code = isLinked ? '200' : '204'
  return {
    account_id: account.id,
    merchant_id: merchant.id,
    payment_type: 'gopay',
    account_status: account.status,
    status_code: code,
    status_message: `Midtrans ${isLinked ? 'account_linking' : 'account_unlinking'} notification`,
    signature_key: signatureOf(
      { orderId: account.id + account.status, statusCode: code, grossAmount: '' },
      merchant.serverKey,
    ),
  }
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

function common(
  view: View,
  merchant: Merchant,
  code: string,
  message: string,
  orderId = view.transaction.orderId,
): TransactionDocument {
  const { transaction, status, fraud, detail } = view
  const { method } = transaction
  const hidesFraud = method.hidesFraudIn?.has(stateOf(view)) ?? false
  // A GoPay code that was paid with another app is a QRIS payment from then on.
  const paymentType: PaymentType =
    detail?.wallet?.onUs === false && settledMsIn(view) ? 'qris' : method.paymentType
  return {
    status_code: code,
    status_message: message,
    transaction_id: transaction.id,
    order_id: orderId,
    merchant_id: merchant.id,
    gross_amount: money(view.amount),
    currency: 'IDR',
    payment_type: paymentType,
    transaction_time: toWib(transaction.createdMs),
    transaction_status: status,
    ...(fraud === null || hidesFraud ? {} : { fraud_status: fraud }),
  }
}

function codeOf(view: View, place: 'notification' | 'status'): string {
  return STATUS_CODES[stateOf(view)][place]
}

function sign({ amount }: View, orderId: string, statusCode: string, merchant: Merchant): string {
  return signatureOf({ orderId, statusCode, grossAmount: money(amount) }, merchant.serverKey)
}

function settlementTime(view: View): { settlement_time?: string } {
  const settledMs = settledMsIn(view)
  return settledMs ? { settlement_time: toWib(settledMs) } : {}
}

function expiryTime(view: View, place: 'charge' | 'notification' | 'status'): { expiry_time?: string } {
  const { method, expiresMs } = view.transaction
  if (!method.tellsExpiry[place].has(stateOf(view))) return {}
  return { expiry_time: toWib(method.toldExpiryMs?.(view) ?? expiresMs) }
}

/** What the merchant sent along comes back; a fee on top explains itself there. */
function echoed({ transaction, detail, amount }: View): Record<string, unknown> {
  const given = transaction.extras?.echoed
  const fee = detail?.imposedFee
  if (fee === undefined) return { ...given }
  const info = {
    original_amount: money(amount - fee),
    gross_amount: money(amount),
    customer_imposed_payment_fee: money(fee),
  }
  return {
    ...given,
    metadata: { ...(given?.metadata as object | undefined), extra_info: { gross_amount_info: info } },
  }
}

/** Here `refund_amount` is cumulative; in the answer to a refund call it is that refund alone. */
function refundFields({ refunds: told }: View): { refund_amount?: string; refunds?: RefundRow[] } {
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
      ...(refund.bankConfirmedMs ? { bank_confirmed_at: toWib(refund.bankConfirmedMs) } : {}),
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
