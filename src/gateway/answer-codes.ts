import { parseRupiah } from '../domain/money.ts'
import { ENDPOINTS, type Verb } from './endpoints.ts'
import type { AnswerClass } from './port.ts'
import { isObject } from './read-document.ts'
import type { WireDocument } from './wire.ts'

/**
 * What an answer of Midtrans means for the one who asked. The question behind it is always "may money have moved?": *rejected* says no,
 * *unknown* says that nobody knows yet, and mistaking the second for the first charges or refunds twice.
 * Source: docs/midtrans/status-codes.md, protocol.md §5.
 *
 * The order of judgement:
 * 1. Nothing came, or what came is not Midtrans's JSON (a proxy's page, whatever its status): unknown.
 * 2. A server fault in HTTP *or* in the body: unknown, even when the other of the two says 200.
 * 3. 202 without a transaction: the first request with this key is still running: unknown.
 * 4. The code, body before HTTP (Core API answers HTTP 200 to most refusals: defect D6), by the endpoint's own row, else by the table.
 * 5. Success that does not say what became of the transaction says nothing: unknown. A refund of nothing was refused.
 */
export interface Received {
  readonly httpStatus: number
  /** The body, if it was a JSON object. */
  readonly document: WireDocument | undefined
}

export interface Classified {
  readonly class: AnswerClass
  readonly code: string
}

// biome-ignore format: a table is read in columns
const CODES: Readonly<Record<string, AnswerClass>> = {
  200: 'done',      // captured, settled, cancelled, approved, found, refunded
  201: 'done',      // waiting for the customer, or for a decision on a challenge
  202: 'look',      // a refusal that is also a document: exceptions below, GET status for the rest
  204: 'done',
  300: 'rejected',  // moved: use the new address
  310: 'rejected',
  400: 'rejected',  // validation
  401: 'rejected',  // key
  402: 'rejected',  // payment type not enabled
  403: 'rejected',
  404: 'rejected',
  405: 'rejected',
  406: 'look',      // order id or refund key seen before: the first try probably worked
  407: 'look',      // already expired
  408: 'rejected',
  409: 'look',
  410: 'rejected',
  411: 'rejected',  // card token
  412: 'look',      // not possible in the present state: somebody was here before us
  413: 'rejected',
  414: 'rejected',  // refund refused
  429: 'unknown',   // behind a gateway's own limiter a request can have been half done
  501: 'rejected',
  505: 'rejected',  // no VA number could be made
}

/**
 * Refusals that say nothing about the customer: our key or account, a way to pay that Midtrans has not switched on for us, a request that no customer wrote, a bank that makes no number today. Whoever counts
 * what was not paid does not count these.
 */
export const REFUSED_FOR_US: ReadonlySet<string> = new Set([
  '300',
  '401',
  '402',
  '403',
  '405',
  '410',
  '413',
  '501',
  '505',
])

const ANY_OUTCOME = { 202: 'done', 407: 'done', 404: 'absent' } as const
const MAY_BE_ABSENT = { 404: 'absent' } as const

/** Where an endpoint means something else by a code. */
const EXCEPTIONS: Readonly<Partial<Record<Verb, Readonly<Record<string, AnswerClass>>>>> = {
  // The code mirrors the transaction, not the request.
  status: ANY_OUTCOME,
  statusB2b: ANY_OUTCOME,
  expire: { 407: 'done' },
  // Refused by bank or fraud engine: an attempt that ended, and its document is news.
  charge: { 202: 'done' },
  // Refused by the bank, and GET status may go on saying `authorize` (protocol.md §8): the reservation is still there to be captured or let go.
  capture: { 202: 'look' },
  // Refused by the bank: the money stays where it is.
  refund: { 202: 'rejected' },
  directRefund: { 202: 'rejected' },
  // GoPay does not know the phone, or has blocked it.
  payAccountCreate: { 202: 'rejected' },
  payAccountGet: MAY_BE_ABSENT,
  subscriptionGet: MAY_BE_ABSENT,
  invoiceGet: MAY_BE_ABSENT,
  paymentLinkGet: MAY_BE_ABSENT,
  // 409 says "too many questions" here.
  bin: { 404: 'absent', 409: 'unknown' },
}

export function classify(verb: Verb, { httpStatus, document }: Received): Classified {
  const httpCode = String(httpStatus)
  const { says } = ENDPOINTS[verb]
  // Who is turned away at the door has done nothing; here the refusal may be plain text.
  if (says === 'http_status' && httpStatus === 401) return { class: 'rejected', code: httpCode }
  if (!document || !speaksAsMidtrans(verb, document)) return { class: 'unknown', code: httpCode }
  const code = (says === 'body_code' ? bodyCode(document) : undefined) ?? httpCode
  const told = hasTold(verb, document)
  if (isServerFault(httpCode) || isServerFault(code)) return { class: 'unknown', code }
  if ((code === '202' || httpStatus === 202) && !told) return { class: 'unknown', code }
  const answerClass = EXCEPTIONS[verb]?.[code] ?? CODES[code] ?? 'unknown'
  if (answerClass === 'done' && isRefundOfNothing(verb, document)) return { class: 'rejected', code }
  return { class: answerClass === 'done' && !told ? 'unknown' : answerClass, code }
}

/** The bank refused, and the money stays where it is: whatever code stands above it. */
function isRefundOfNothing(verb: Verb, document: WireDocument): boolean {
  return (verb === 'refund' || verb === 'directRefund') && parseRupiah(document.refund_amount) === 0n
}

/** 900 is GoPay's generic fault. */
function isServerFault(code: string): boolean {
  return (code.startsWith('5') && CODES[code] === undefined) || code.startsWith('9')
}

/**
 * `{timestamp, status, error, message, path}` comes from a router before Midtrans's own code (an id with a slash, say), and proxies
 * have JSON of their own: none of them knows whether a transaction exists.
 */
function speaksAsMidtrans(verb: Verb, document: WireDocument): boolean {
  if (bodyCode(document) !== undefined || Array.isArray(document.error_messages)) return true
  if (ENDPOINTS[verb].says === 'body_code') return false
  return !('timestamp' in document && 'path' in document)
}

function bodyCode(document: WireDocument): string | undefined {
  const code = document.status_code
  return typeof code === 'string' && /^\d{3}$/.test(code) ? code : undefined
}

function hasTold(verb: Verb, document: WireDocument): boolean {
  const tells: readonly string[] = ENDPOINTS[verb].tells
  return tells.length === 0 || tells.some((field) => isThere(document[field]))
}

function isThere(value: unknown): boolean {
  return typeof value === 'object'
    ? value !== null
    : value === true || (typeof value === 'string' && value !== '')
}

/** Midtrans's sentence and, for a validation failure, the useful part. */
export function messagesOf(document: WireDocument | undefined): {
  message: string
  validationMessages: string[]
} {
  if (!isObject(document)) return { message: '', validationMessages: [] }
  // One SDK of Midtrans's spells it without the s; BIN has `errors`.
  const validation = texts(document.validation_messages ?? document.validation_message)
  const errors = [...texts(document.error_messages), ...messagesIn(document.errors)]
  const told = document.status_message ?? document.channel_response_message
  const sentence = typeof told === 'string' ? told : errors.join('; ')
  return { message: sentence, validationMessages: validation.length > 0 ? validation : errors }
}

function messagesIn(value: unknown): string[] {
  return Array.isArray(value)
    ? texts(value.map((one: unknown) => (isObject(one) ? one.message : undefined)))
    : []
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string').slice(0, 20)
    : []
}
