import crypto from 'node:crypto'
import type { News } from '../domain/news.ts'

/**
 * What makes two statements copies of each other. Status and order are not enough: a second partial refund repeats both with a larger total,
 * and the bank's confirmation of a refund changes a date alone (lifecycle.md §3). Another amount is another statement, whatever else it repeats.
 */
export type Fingerprinted = Pick<
  News,
  | 'transactionId'
  | 'transactionStatus'
  | 'fraudStatus'
  | 'statusCode'
  | 'grossAmount'
  | 'refundTotal'
  | 'refunds'
>

/** The first 16 bytes of a SHA-256, as UUID text. It is no UUID version; it only fits the column. */
export function fingerprintOf(news: Fingerprinted): string {
  const { transactionId, transactionStatus, fraudStatus, statusCode, grossAmount, refundTotal, refunds } =
    news
  let told = `${transactionId ?? ''}\0${transactionStatus}\0${fraudStatus ?? ''}\0${statusCode}\0${grossAmount ?? ''}\0${refundTotal ?? ''}`
  if (refunds.length > 0) {
    told += `\0${refunds
      .map(
        (refund) =>
          `${refund.key ?? ''}\0${refund.chargebackUuid ?? ''}\0${refund.bankConfirmedAt?.getTime() ?? ''}`,
      )
      .sort()
      .join('\0')}`
  }
  const hex = sha256(told)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex')
