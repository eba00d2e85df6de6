import { BayarError } from '../errors.ts'
import { nodeCrypto, sha512 } from './node-crypto.ts'

/**
 * Midtrans signs a notification with SHA-512 over `order_id + status_code + gross_amount + server key`, as lower-case hex in the body's
 * own `signature_key` (docs/midtrans/notifications.md §1). The strings are taken literally: "10000.00" printed anew as 10000 fails.
 *
 * The signature covers neither `transaction_status` nor `transaction_id`. That it verifies says who wrote *an* order, code and amount; it does
 * not say that the status beside them is true.
 */
export interface SigningFields {
  readonly orderId: string
  readonly statusCode: string
  readonly grossAmount: string
}

export interface SignedFields extends SigningFields {
  readonly signatureKey: string
}

/** The same as it stands in a notification; a whole one will do. */
export interface SignedWire {
  readonly order_id: string
  readonly status_code: string
  readonly gross_amount: string
  readonly signature_key: string
}

export interface MerchantKey {
  /** bayar's own name for the Midtrans account. */
  readonly merchant: string
  readonly serverKey: string
}

/** What Midtrans would put into `signature_key`. */
export function signatureOf(fields: SigningFields, serverKey: string): string {
  return hexOf(digestOf(fields, serverKey))
}

/**
 * True when the notification was signed with this server key. Without a key it throws instead of answering: a deployment that
 * forgot the variable would otherwise accept a hash that anyone can compute, and mark orders paid (defect D24).
 */
export function verifySignature(signed: SignedFields | SignedWire, serverKey: string): boolean {
  const fields = fieldsOf(signed)
  const claimed = claimedDigest(fields)
  const expected = digestOf(fields, serverKey)
  return claimed !== undefined && nodeCrypto().timingSafeEqual(expected, claimed)
}

/**
 * The merchant whose key signed this, or undefined. Every key is tried even after one has matched, so that the time taken does not say
 * which account an order belongs to.
 */
export function matchKey(fields: SignedFields, keys: readonly MerchantKey[]): string | undefined {
  if (keys.length === 0) throw new BayarError('keys_missing')
  const claimed = claimedDigest(fields)
  if (!claimed) return undefined
  const { timingSafeEqual } = nodeCrypto()
  let merchant: string | undefined
  for (const key of keys) {
    if (timingSafeEqual(digestOf(fields, key.serverKey), claimed)) merchant ??= key.merchant
  }
  return merchant
}

/** The same where there is only Web Crypto, which cannot answer at once. */
export async function verifySignatureByWebCrypto(fields: SignedFields, serverKey: string): Promise<boolean> {
  const claimed = claimedDigest(fields)
  const signed = new TextEncoder().encode(signedText(fields, serverKey))
  const expected = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-512', signed))
  // Every byte is looked at, so that the time taken says nothing about where they differ.
  let difference = 0
  for (const [at, byte] of expected.entries()) difference |= byte ^ (claimed?.[at] ?? 0)
  return claimed !== undefined && difference === 0
}

/** The names of the library, or those of the wire. */
export function fieldsOf(signed: SignedFields | SignedWire): SignedFields {
  if (!('signature_key' in signed)) return signed
  const { order_id: orderId, status_code: statusCode, gross_amount: grossAmount } = signed
  return { orderId, statusCode, grossAmount, signatureKey: signed.signature_key }
}

function digestOf(fields: SigningFields, serverKey: string): Uint8Array {
  return sha512(signedText(fields, serverKey))
}

function signedText({ orderId, statusCode, grossAmount }: SigningFields, serverKey: string): string {
  if (typeof serverKey !== 'string' || serverKey.trim() === '') throw new BayarError('keys_missing')
  return orderId + statusCode + grossAmount + serverKey
}

const HEX_DIGEST = /^[0-9a-f]{128}$/i

/** The 64 bytes that the sender claims, or undefined when no key could ever make them. */
function claimedDigest(fields: SignedFields): Uint8Array | undefined {
  const { signatureKey } = fields
  if (typeof signatureKey !== 'string' || !HEX_DIGEST.test(signatureKey) || !splitsOneWay(fields))
    return undefined
  return bytesOf(signatureKey)
}

const STATUS_CODE = /^[1-9]\d\d$/
const LEADING_ZERO = /^0\d/

/**
 * The signed text has no separators: a genuine ("INV-1", "200", "150000.00") hashes like a forged ("INV-1", "2001", "50000.00") or
 * ("INV-12", "001", "50000.00"). So the cut must fall where Midtrans makes it: a code of three digits and an amount without leading zeros.
 */
function splitsOneWay({ orderId, statusCode, grossAmount }: SigningFields): boolean {
  return (
    typeof orderId === 'string' &&
    orderId !== '' &&
    typeof statusCode === 'string' &&
    STATUS_CODE.test(statusCode) &&
    typeof grossAmount === 'string' &&
    grossAmount !== '' &&
    !LEADING_ZERO.test(grossAmount)
  )
}

function bytesOf(hex: string): Uint8Array {
  return typeof Buffer === 'undefined'
    ? Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
        Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
      )
    : Buffer.from(hex, 'hex')
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
