import type { SignedFields } from './signature.ts'
import type { WireDocument } from './wire.ts'

/**
 * Reads a body as a JSON object, as cheaply as JSON.parse allows: every notification passes here, the forged ones too. No
 * schema: a field of an unexpected type must not cost a payment, so each field is judged where it is used.
 *
 * Undefined means "not a JSON object, or nested too deep". Bytes that are not UTF-8 become U+FFFD instead of a refusal: if they stand in a
 * customer's name, the payment around them is still true and still signed; if they stand in a signed field, the signature fails.
 */
export function readDocument(bytes: Uint8Array): WireDocument | undefined {
  if (isNestedTooDeep(bytes)) return undefined
  const text = decoder.decode(bytes)
  const document = parseObject(text)
  return document && hasUntrustworthyNumber(document) ? withNumbersAsWritten(document, text) : document
}

/**
 * The four fields of the signature, or undefined when one is missing or no text. Numbers are text already: `readDocument` has put
 * their literal characters there, because 105000.00 hashes differently from 105000.
 */
export function signedFields(document: WireDocument): SignedFields | undefined {
  const {
    order_id: orderId,
    status_code: statusCode,
    gross_amount: grossAmount,
    signature_key: signatureKey,
  } = document
  return typeof orderId === 'string' &&
    typeof statusCode === 'string' &&
    typeof grossAmount === 'string' &&
    typeof signatureKey === 'string'
    ? { orderId, statusCode, grossAmount, signatureKey }
    : undefined
}

export function isObject(value: unknown): value is WireDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// It also swallows a byte order mark.
const decoder = new TextDecoder()

function parseObject(text: string): WireDocument | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A notification has five levels. Whatever is deeper is made to exhaust the stack of whoever walks it later. */
const DEPTH_MAX = 64
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Over the bytes and without recursion. In UTF-8 no byte of a longer character looks like a bracket. */
export function isNestedTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) {
      inText = true
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEPTH_MAX) return true
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    }
  }
  return false
}

/** Fields whose characters matter, not their value: they are signed, or larger than a double holds. */
const AS_WRITTEN: readonly string[] = ['order_id', 'status_code', 'gross_amount', 'refund_chargeback_id']

/** The transactions of one document: itself, its refunds, and the rows of GET status b2b. */
function* rowsOf(document: WireDocument): Generator<WireDocument> {
  yield document
  for (const list of [document.refunds, document.transactions]) {
    if (!Array.isArray(list)) continue
    for (const row of list) if (isObject(row)) yield* rowsOf(row)
  }
}

function hasUntrustworthyNumber(document: WireDocument): boolean {
  if (
    typeof document.order_id === 'number' ||
    typeof document.status_code === 'number' ||
    typeof document.gross_amount === 'number' ||
    typeof document.refund_chargeback_id === 'number'
  ) {
    return true
  }
  return document.refunds !== undefined || document.transactions !== undefined
}

interface SourceContext {
  readonly source?: string
}
type Reviver = (this: unknown, key: string, value: unknown, context?: SourceContext) => unknown

/** The rare way: parses again with access to the source text, and puts the literal characters where a number stood. */
function withNumbersAsWritten(document: WireDocument, text: string): WireDocument {
  const written = new Map<unknown, Map<string, string>>()
  const reviver: Reviver = function (key, value, context) {
    if (typeof value === 'number' && AS_WRITTEN.includes(key)) {
      const fields = written.get(this) ?? new Map<string, string>()
      written.set(this, fields.set(key, context?.source ?? String(value)))
    }
    return value
  }
  const again = JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]) as unknown
  if (!isObject(again)) return document
  for (const row of rowsOf(again)) {
    for (const [field, source] of written.get(row) ?? []) Object.assign(row, { [field]: source })
  }
  return again
}
