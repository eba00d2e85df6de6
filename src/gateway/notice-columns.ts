import { cleanText, fitsAsId } from './clean-text.ts'
import type { WireDocument } from './wire.ts'

/** The few fields by which a stored notification is found and shown. Extracted from anything that parses, believed by nobody. */
export function noticeColumns(document: WireDocument) {
  return {
    orderId: fitsAsId(document.order_id, 'order_id') ? cleanText(document.order_id, 'order_id') : null,
    transactionId: fitsAsId(document.transaction_id, 'transaction_id')
      ? cleanText(document.transaction_id, 'transaction_id')
      : null,
    transactionStatus: cleanText(document.transaction_status, 'transaction_status'),
    fraudStatus: cleanText(document.fraud_status, 'fraud_status'),
    paymentType: cleanText(document.payment_type, 'payment_type'),
    statusCode: cleanText(document.status_code, 'status_code'),
    grossAmount: cleanText(document.gross_amount, 'gross_amount'),
  }
}
