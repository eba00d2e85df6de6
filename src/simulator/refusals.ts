import type { ErrorDocument } from '../gateway/wire.ts'
import type { Random } from './random.ts'

/**
 * Every way in which Core API v2 says no, as rows: docs/midtrans/protocol.md §5 and the recorded test/wire/errors.core_v2.json. `http` is
 * what is on the wire: mostly 200, with the truth in the body. Wording and HTTP status of 402, 403, 405, 408, 410, 413, 429 and 501 to 506 are unconfirmed.
 */
interface RefusalRow {
  readonly code: string
  readonly http: number
  readonly message: string
  /** Some bodies carry no id. */
  readonly hasId: boolean
}

const STATE = 'Merchant cannot modify the status of the transaction'

// biome-ignore format: a table is read in columns
export const REFUSALS = {
  invalid:                  { code: '400', http: 400, hasId: true,  message: 'One or more parameters in the payload is invalid.' },
  wrong_key:                { code: '401', http: 401, hasId: true,  message: 'Transaction cannot be authorized with the current client/server key.' },
  method_not_enabled:       { code: '402', http: 200, hasId: true,  message: 'Payment channel is not activated.' },
  not_acceptable:           { code: '403', http: 403, hasId: true,  message: 'The requested resource is not capable of generating content in the format specified in the request headers.' },
  not_found:                { code: '404', http: 200, hasId: true,  message: "Transaction doesn't exist." },
  wrong_verb:               { code: '405', http: 405, hasId: true,  message: 'Http method is not allowed' },
  duplicate_order_id:       { code: '406', http: 200, hasId: true,  message: 'The request could not be completed due to a conflict with the current state of the target resource, please try again' },
  duplicate_refund_key:     { code: '406', http: 200, hasId: false, message: 'Duplicate refund ID' },
  merchant_deactivated:     { code: '410', http: 200, hasId: true,  message: 'Merchant account is deactivated.' },
  token_gone:               { code: '411', http: 200, hasId: true,  message: 'Credit card token is no longer available. Please create a new one.' },
  status_is_final:          { code: '412', http: 200, hasId: true,  message: STATE },
  malformed:                { code: '413', http: 413, hasId: true,  message: 'The server cannot process the request due to malformed syntax in the request body' },
  refund_too_large:         { code: '414', http: 200, hasId: false, message: 'Refund request is rejected due to invalid amount' },
  too_many:                 { code: '429', http: 429, hasId: false, message: 'Too many requests.' },
  internal:                 { code: '500', http: 500, hasId: true,  message: 'Sorry, we encountered internal server error. We will fix this soon.' },
  no_number:                { code: '505', http: 200, hasId: true,  message: 'Unable to create va_number for this transaction. Please try again later.' },
  still_running:            { code: '202', http: 202, hasId: true,  message: 'The request with the same idempotency key is still being processed.' },
  // Only as a fault that somebody asks for.
  wrong_type:               { code: '408', http: 200, hasId: true,  message: 'A field has another data type than expected.' },
  not_available:            { code: '501', http: 501, hasId: true,  message: 'The requested feature is not available.' },
  bank_unreachable:         { code: '502', http: 200, hasId: true,  message: 'Sorry, we encountered a connection problem with the bank.' },
  bank_problem:             { code: '503', http: 503, hasId: true,  message: 'Sorry, the bank or partner has a problem. Please try again later.' },
  fraud_engine_away:        { code: '504', http: 504, hasId: true,  message: 'Sorry, the fraud detection system is unavailable.' },
  maintenance:              { code: '506', http: 200, hasId: true,  message: 'The provider is under maintenance.' },
  // The same codes for other reasons; `refuse` means the rows above.
  invalid_token:            { code: '400', http: 200, hasId: true,  message: 'One or more parameters in the payload is invalid.' },
  no_points:                { code: '402', http: 200, hasId: true,  message: 'The card has no points.' },
  malformed_field:          { code: '310', http: 200, hasId: true,  message: 'A field of the request is malformed.' },
  wallet_not_registered:    { code: '404', http: 200, hasId: true,  message: 'User is not found' },
  account_not_found:        { code: '404', http: 200, hasId: true,  message: "Account doesn't exist." },
  refund_before_settlement: { code: '412', http: 200, hasId: true,  message: 'Transaction status cannot be updated.' },
} as const satisfies Record<string, RefusalRow>

export type RefusalName = keyof typeof REFUSALS

export function refusalDocument(
  name: RefusalName,
  problems: readonly string[],
  random: Random,
): ErrorDocument {
  const row = REFUSALS[name]
  return {
    status_code: row.code,
    status_message: row.message,
    ...(problems.length ? { validation_messages: problems } : {}),
    ...(row.hasId ? { id: random.uuid() } : {}),
  }
}

/** The web server before the API answers for paths that it does not know, an order id with a slash among them. */
export function noRouteDocument(path: string, nowMs: number): Record<string, unknown> {
  return {
    timestamp: new Date(nowMs).toISOString().replace('Z', '+00:00'),
    status: 404,
    error: 'Not Found',
    message: 'No message available',
    path,
  }
}
