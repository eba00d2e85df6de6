/** Signed settlements of seeded payments as ready-made HTTP requests, all of one length, in a file that a load generator reads straight through. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { signatureOf } from '../../src/gateway/signature.ts'
import { MERCHANT_ID, SERVER_KEY } from './ground.ts'

export interface RequestFile {
  readonly path: string
  readonly count: number
  readonly bytesEach: number
}

const CHUNK = 2_000

export function writeRequests(path: string, numbers: readonly number[], port: number): RequestFile {
  const file = openSync(path, 'w')
  let bytesEach = 0
  for (let at = 0; at < numbers.length; at += CHUNK) {
    const requests = numbers.slice(at, at + CHUNK).map((number) => requestOf(number, port))
    bytesEach = requests[0]!.length
    if (requests.some((request) => request.length !== bytesEach))
      throw new Error('requests must be of one length')
    writeSync(file, requests.join(''))
  }
  closeSync(file)
  return { path, count: numbers.length, bytesEach }
}

function requestOf(number: number, port: number): string {
  const body = JSON.stringify(settlementOf(number))
  return [
    'POST /midtrans/api/notification/ HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'User-Agent: Veritrans',
    'Accept: application/json',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** Field for field a BCA settlement, of the payment that `seed.ts` gave this number. */
function settlementOf(number: number): object {
  const orderId = `BENCH-${String(number).padStart(12, '0')}`
  const grossAmount = `${100_000 + (number % 900) * 1_000}.00`
  return {
    va_numbers: [{ va_number: `39${String(number).padStart(9, '0')}`, bank: 'bca' }],
    transaction_time: '2026-11-20 09:00:00',
    transaction_status: 'settlement',
    transaction_id: asUuid(createHash('md5').update(`bench-${number}`).digest('hex')),
    status_message: 'midtrans payment notification',
    status_code: '200',
    signature_key: signatureOf({ orderId, statusCode: '200', grossAmount }, SERVER_KEY),
    settlement_time: '2026-11-20 09:12:40',
    payment_type: 'bank_transfer',
    payment_amounts: [],
    order_id: orderId,
    merchant_id: MERCHANT_ID,
    gross_amount: grossAmount,
    fraud_status: 'accept',
    expiry_time: '2026-11-21 09:00:00',
    currency: 'IDR',
  }
}

function asUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
