import { parseJakartaTime } from '../domain/jakarta-time.ts'
import { parseRupiah, type Rupiah } from '../domain/money.ts'
import type { News, RefundFact } from '../domain/news.ts'
import { cleanText, fitsAsId } from './clean-text.ts'
import { fingerprintOf } from './fingerprint.ts'
import { instructionsOf } from './instructions.ts'
import { isObject } from './read-document.ts'
import { codeContradicts, toldStatus } from './told-status.ts'
import type { WireDocument } from './wire.ts'

/** Where a document came from, and where it is kept. */
export interface Provenance {
  readonly source: 'answer' | 'notification' | 'look_up'
  /** From the gateway's own mouth over TLS for this very transaction. */
  readonly confirmed: boolean
  readonly notificationId?: string | null
  readonly intentId?: string | null
  readonly document?: Uint8Array | null
}

/** The news cannot be understood; it is kept as `failed` and read again by a later version. */
export interface NotUnderstood {
  readonly problem: string
}

/**
 * Midtrans's words into ours. Nothing is guessed: a status that is not in the table or an amount that is not whole rupiah is a problem, because
 * a wrong reading moves money. What moves none (a time, a name, a link) is left out when it cannot be read.
 */
export function translate(document: WireDocument, about: Provenance): News | NotUnderstood {
  try {
    return newsOf(document, about)
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message }
    throw error
  }
}

/**
 * Whether an answer about `askedId` speaks of another order than ours: a notice may name a transaction that is somebody else's, and that one's money must not settle this payment. DANA repeats the
 * transaction id where the order id belongs.
 */
export function isAnotherOrders(document: WireDocument, orderId: string, askedId: string): boolean {
  const told = document.order_id
  return typeof told === 'string' && told !== orderId && told !== askedId
}

export function isNotUnderstood(result: News | NotUnderstood): result is NotUnderstood {
  return 'problem' in result
}

class Unreadable extends Error {}

function newsOf(document: WireDocument, about: Provenance): News {
  const isNotification = about.source === 'notification'
  const transactionStatus = wordOf(document, 'transaction_status')
  const fraudStatus = wordOf(document, 'fraud_status')
  const statusCode = cleanText(document.status_code, 'status_code')
  if (transactionStatus === null) throw new Unreadable('transaction_status is missing')
  if (statusCode === null) throw new Unreadable('status_code is missing')
  const settlementTime = document.settlement_time
  const told = toldStatus(
    transactionStatus,
    fraudStatus,
    typeof settlementTime === 'string' && settlementTime !== '',
  )
  if (told === null) {
    throw new Unreadable(
      `transaction_status "${transactionStatus}" with fraud_status "${fraudStatus ?? ''}" is not known`,
    )
  }
  const fee = imposedFee(document)
  const refunded = refundsOf(document, about.source)
  const words = {
    transactionId: idOf(document, 'transaction_id'),
    transactionStatus,
    fraudStatus,
    statusCode,
    grossAmount: amountOf(document, 'gross_amount'),
    refundTotal: refunded.total,
    refunds: refunded.rows,
  }
  return {
    ...words,
    source: about.source,
    confirmed: about.confirmed,
    told,
    codeContradicts: codeContradicts(told, statusCode, isNotification),
    paymentType: cleanText(document.payment_type, 'payment_type'),
    originalAmount: fee.original,
    feeAmount: fee.fee,
    currency: cleanText(document.currency, 'currency'),
    gatewayMerchantId: cleanText(document.merchant_id, 'merchant_id'),
    // No page of Midtrans's names this field; where it is absent, a whole chargeback is the whole amount and a partial one is for a person.
    chargebackTotal: parseRupiah(document.chargeback_amount) ?? null,
    transactionTime: parseJakartaTime(document.transaction_time) ?? null,
    settlementTime: parseJakartaTime(settlementTime) ?? null,
    // One sample of a QRIS charge spells it `expire_time`.
    expiryTime: parseJakartaTime(document.expiry_time ?? document.expire_time) ?? null,
    instructions: instructionsOf(document, !isNotification),
    fingerprint: fingerprintOf(words),
    notificationId: about.notificationId ?? null,
    intentId: about.intentId ?? null,
    document: about.document ?? null,
  }
}

// ---------------------------------------------------------------- words, ids, amounts

/** Lower case is Midtrans's own spelling; GET status of a DANA payment says "PENDING". */
function wordOf(document: WireDocument, field: 'transaction_status' | 'fraud_status'): string | null {
  const value = document[field]
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw new Unreadable(`${field} is not text`)
  return cleanText(value.toLowerCase(), field)
}

function idOf(
  row: WireDocument,
  field: 'transaction_id' | 'refund_key' | 'refund_chargeback_uuid' | 'refund_chargeback_id',
) {
  const value = row[field]
  if (!fitsAsId(value, field)) throw new Unreadable(`${field} is too long`)
  return cleanText(value, field)
}

function amountOf(row: WireDocument, field: string): Rupiah | null {
  const value = row[field]
  if (value === undefined || value === null) return null
  const amount = parseRupiah(value)
  if (amount === undefined) throw new Unreadable(`${field} is not whole rupiah`)
  return amount
}

// ---------------------------------------------------------------- fees and refunds

const NO_FEE = { original: null, fee: null } as const

/**
 * The customer's fee, when Midtrans adds it to the amount. It stands in `metadata`, outside the signature and beside the merchant's own echo: an
 * explanation to be checked against what was asked, never an amount to be credited.
 */
function imposedFee({ metadata }: WireDocument): { original: Rupiah | null; fee: Rupiah | null } {
  const extra = isObject(metadata) ? metadata.extra_info : undefined
  const info = isObject(extra) ? extra.gross_amount_info : undefined
  if (!isObject(info)) return NO_FEE
  return {
    original: parseRupiah(info.original_amount) ?? null,
    fee: parseRupiah(info.customer_imposed_payment_fee) ?? null,
  }
}

interface Refunded {
  readonly total: Rupiah | null
  readonly rows: readonly RefundFact[]
}

const NOTHING_REFUNDED: Refunded = { total: null, rows: [] }

/**
 * `refund_amount` has two meanings (lifecycle.md §5): in a notification and in GET status it is all that was ever refunded, in the answer of a refund
 * call it is that refund alone. Read for each other, a refund is counted twice or hidden.
 */
function refundsOf(document: WireDocument, source: Provenance['source']): Refunded {
  if (document.refund_amount === undefined && document.refunds === undefined) return NOTHING_REFUNDED
  return source === 'answer' ? ownRefund(document) : cumulativeRefunds(document)
}

/** A call's answer settles its own row. One of amount nothing was refused by the bank. */
function ownRefund(document: WireDocument): Refunded {
  const isRefundCall =
    idOf(document, 'refund_key') !== null || idOf(document, 'refund_chargeback_uuid') !== null
  const rows = isRefundCall ? [refundFact(document)] : listedRefunds(document)
  return { total: null, rows: rows.filter((row) => row.amount > 0n && !isNameless(row)) }
}

function cumulativeRefunds(document: WireDocument): Refunded {
  const total = amountOf(document, 'refund_amount')
  const rows = listedRefunds(document)
  const listed = rows.reduce((sum, row) => sum + row.amount, 0n)
  return {
    total: total ?? (rows.length > 0 ? listed : null),
    // A row without a name cannot be known again in the next notification; the total has its money.
    rows: rows.filter((row) => !isNameless(row)),
  }
}

function listedRefunds(document: WireDocument): RefundFact[] {
  const list = document.refunds ?? []
  if (!Array.isArray(list)) throw new Unreadable('refunds is not a list')
  return list.map((row: unknown) => {
    if (!isObject(row)) throw new Unreadable('refunds has a row that is not an object')
    return refundFact(row)
  })
}

function refundFact(row: WireDocument): RefundFact {
  const amount = amountOf(row, 'refund_amount')
  if (amount === null) throw new Unreadable('a refund has no refund_amount')
  return {
    key: idOf(row, 'refund_key'),
    chargebackUuid: idOf(row, 'refund_chargeback_uuid'),
    chargebackId: idOf(row, 'refund_chargeback_id'),
    amount,
    reason: cleanText(row.reason, 'reason'),
    bankConfirmedAt: parseJakartaTime(row.bank_confirmed_at) ?? null,
  }
}

function isNameless(row: RefundFact): boolean {
  return row.key === null && row.chargebackUuid === null
}
