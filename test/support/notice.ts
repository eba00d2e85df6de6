import { signatureOf } from '../../src/gateway/signature.ts'

/** A signed notification as Midtrans sends it, to be bent by the test. */
export function notice(serverKey: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const body: Record<string, unknown> = {
    transaction_time: '2026-03-02 12:00:00',
    transaction_status: 'settlement',
    transaction_id: '5394c094-4347-5948-89dc-4b7683501c9a',
    status_message: 'midtrans payment notification',
    status_code: '200',
    payment_type: 'bank_transfer',
    order_id: 'ORDER-1',
    gross_amount: '150000.00',
    fraud_status: 'accept',
    currency: 'IDR',
    ...changes,
  }
  if ('signature_key' in changes) return body
  const signature = signatureOf(
    {
      orderId: String(body.order_id),
      statusCode: String(body.status_code),
      grossAmount: String(body.gross_amount),
    },
    serverKey,
  )
  return { ...body, signature_key: signature }
}

export function bytesOf(body: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(body))
}
