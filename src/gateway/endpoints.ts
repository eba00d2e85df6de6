import { invalidRequest } from '../errors.ts'
import { HEADERS } from './wire.ts'

/** What Midtrans can be asked, as one table. Source: docs/midtrans/protocol.md §1–3, §8–15. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `{id}` is an order id or a transaction id, or whatever the endpoint is about. */
  readonly path: string
  readonly host: Host
  /** The client key goes into the query: browsers call these, too. */
  readonly auth: 'server_key' | 'client_key'
  /** Where the outcome is told: Core API v2 has a code of its own in the body, the others say it by HTTP alone. */
  readonly says: 'body_code' | 'http_status'
  /** The header in which a key is looked at, if any. One key-space for all endpoints: a key is never used for two. */
  readonly keyHeader: typeof KEY | typeof INVOICE_KEY | null
  /**
   * Sending it again, without knowing what became of the first, moves no money twice. The second cancel, expire, approve or deny is
   * answered 412, which GET status explains.
   */
  readonly safeToRepeat: boolean
  /** An answer of this endpoint without any of these fields says nothing, whatever its code. None: any JSON object will do. */
  readonly tells: readonly string[]
}

export type Host = 'core' | 'snap'

// biome-ignore format: a table is read in columns
export const HOSTS: Readonly<Record<Host, { readonly sandbox: string; readonly production: string }>> = {
  core: { sandbox: 'https://api.sandbox.midtrans.com', production: 'https://api.midtrans.com' },
  snap: { sandbox: 'https://app.sandbox.midtrans.com', production: 'https://app.midtrans.com' },
}

const KEY = HEADERS.idempotencyKey
const INVOICE_KEY = HEADERS.invoiceIdempotencyKey
const STATUS = ['transaction_status']
const SENTENCE = ['status_message']

const v2 = { host: 'core', auth: 'server_key', says: 'body_code' } as const
const v1 = { host: 'core', auth: 'server_key', says: 'http_status' } as const
const snap = { host: 'snap', auth: 'server_key', says: 'http_status' } as const
const browser = { host: 'core', auth: 'client_key', says: 'body_code' } as const

// biome-ignore format: a table is read in columns
export const ENDPOINTS = {
  charge:               { ...v2, method: 'POST',   path: '/v2/charge',                       keyHeader: KEY,  safeToRepeat: false, tells: STATUS },
  status:               { ...v2, method: 'GET',    path: '/v2/{id}/status',                  keyHeader: null, safeToRepeat: true,  tells: STATUS },
  statusB2b:            { ...v2, method: 'GET',    path: '/v2/{id}/status/b2b',              keyHeader: null, safeToRepeat: true,  tells: ['transactions'] },
  cancel:               { ...v2, method: 'POST',   path: '/v2/{id}/cancel',                  keyHeader: KEY,  safeToRepeat: true,  tells: STATUS },
  expire:               { ...v2, method: 'POST',   path: '/v2/{id}/expire',                  keyHeader: KEY,  safeToRepeat: true,  tells: STATUS },
  approve:              { ...v2, method: 'POST',   path: '/v2/{id}/approve',                 keyHeader: KEY,  safeToRepeat: true,  tells: STATUS },
  deny:                 { ...v2, method: 'POST',   path: '/v2/{id}/deny',                    keyHeader: KEY,  safeToRepeat: true,  tells: STATUS },
  capture:              { ...v2, method: 'POST',   path: '/v2/capture',                      keyHeader: KEY,  safeToRepeat: false, tells: STATUS },
  refund:               { ...v2, method: 'POST',   path: '/v2/{id}/refund',                  keyHeader: KEY,  safeToRepeat: false, tells: STATUS },
  directRefund:         { ...v2, method: 'POST',   path: '/v2/{id}/refund/online/direct',    keyHeader: KEY,  safeToRepeat: false, tells: STATUS },

  cardToken:            { ...browser, method: 'GET', path: '/v2/token',                      keyHeader: null, safeToRepeat: true,  tells: ['token_id'] },
  // Each makes another saved token, and no money moves.
  cardRegister:         { ...browser, method: 'GET', path: '/v2/card/register',              keyHeader: null, safeToRepeat: true,  tells: ['saved_token_id'] },
  pointInquiry:         { ...v2, method: 'GET',    path: '/v2/point_inquiry/{id}',           keyHeader: null, safeToRepeat: true,  tells: ['point_balance_amount', 'point_balance'] },
  bin:                  { ...v1, method: 'GET',    path: '/v1/bins/{id}',                    keyHeader: null, safeToRepeat: true,  tells: ['data'] },

  payAccountCreate:     { ...v2, method: 'POST',   path: '/v2/pay/account',                  keyHeader: null, safeToRepeat: false, tells: ['account_status', 'channel_response_code'] },
  payAccountGet:        { ...v2, method: 'GET',    path: '/v2/pay/account/{id}',             keyHeader: null, safeToRepeat: true,  tells: ['account_status'] },
  payAccountUnbind:     { ...v2, method: 'POST',   path: '/v2/pay/account/{id}/unbind',      keyHeader: null, safeToRepeat: true,  tells: ['account_status', 'channel_response_code'] },
  gopayPromotions:      { ...v2, method: 'GET',    path: '/v2/gopay/promo/{id}',             keyHeader: null, safeToRepeat: true,  tells: [] },

  // Until a method is chosen, a second one takes the first one's place.
  snapCreate:           { ...snap, method: 'POST', path: '/snap/v1/transactions',            keyHeader: null, safeToRepeat: true,  tells: ['token'] },
  snapCancel:           { ...snap, method: 'POST', path: '/snap/v1/transactions/{id}/cancel', keyHeader: null, safeToRepeat: true, tells: [] },
  snapExpire:           { ...snap, method: 'POST', path: '/snap/v1/transactions/{id}/expire', keyHeader: null, safeToRepeat: true, tells: [] },

  subscriptionCreate:   { ...v1, method: 'POST',   path: '/v1/subscriptions',                keyHeader: KEY,  safeToRepeat: false, tells: ['id'] },
  subscriptionGet:      { ...v1, method: 'GET',    path: '/v1/subscriptions/{id}',           keyHeader: null, safeToRepeat: true,  tells: ['id'] },
  subscriptionUpdate:   { ...v1, method: 'PATCH',  path: '/v1/subscriptions/{id}',           keyHeader: null, safeToRepeat: true,  tells: SENTENCE },
  subscriptionDisable:  { ...v1, method: 'POST',   path: '/v1/subscriptions/{id}/disable',   keyHeader: null, safeToRepeat: true,  tells: SENTENCE },
  subscriptionEnable:   { ...v1, method: 'POST',   path: '/v1/subscriptions/{id}/enable',    keyHeader: null, safeToRepeat: true,  tells: SENTENCE },
  subscriptionCancel:   { ...v1, method: 'POST',   path: '/v1/subscriptions/{id}/cancel',    keyHeader: null, safeToRepeat: true,  tells: SENTENCE },

  invoiceCreate:        { ...v1, method: 'POST',   path: '/v1/invoices',                     keyHeader: INVOICE_KEY, safeToRepeat: false, tells: ['id'] },
  invoiceGet:           { ...v1, method: 'GET',    path: '/v1/invoices/{id}',                keyHeader: null, safeToRepeat: true,  tells: ['id'] },
  // Not a PATCH of the invoice itself (defect D21).
  invoiceVoid:          { ...v1, method: 'PATCH',  path: '/v1/invoices/{id}/void',           keyHeader: null, safeToRepeat: true,  tells: ['success'] },
  invoiceConvert:       { ...v1, method: 'PATCH',  path: '/v1/invoices/{id}/convert',        keyHeader: null, safeToRepeat: false, tells: [] },

  paymentLinkCreate:    { ...v1, method: 'POST',   path: '/v1/payment-links',                keyHeader: null, safeToRepeat: false, tells: ['payment_url'] },
  paymentLinkGet:       { ...v1, method: 'GET',    path: '/v1/payment-links/{id}',           keyHeader: null, safeToRepeat: true,  tells: [] },
  paymentLinkDelete:    { ...v1, method: 'DELETE', path: '/v1/payment-links/{id}',           keyHeader: null, safeToRepeat: true,  tells: ['message'] },

  balanceMutation:      { ...v1, method: 'GET',    path: '/v1/balance/mutation',             keyHeader: null, safeToRepeat: true,  tells: [] },
} as const satisfies Record<string, Endpoint>

export type Verb = keyof typeof ENDPOINTS

/**
 * The path with its id filled in. An id is percent-encoded, because an order `a/cancel` would otherwise reach another endpoint (defect D41).
 * `.` and `..` cannot be: URL parsers take `%2E%2E` for `..` as well, and would walk out of the path.
 */
export function pathOf(verb: Verb, id?: string): string {
  const { path } = ENDPOINTS[verb]
  if (!path.includes('{id}')) return path
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..' || /\p{Surrogate}/u.test(id)) {
    throw invalidRequest([
      { field: 'id', reason: 'is not an order id or transaction id that Midtrans could have' },
    ])
  }
  return path.replace('{id}', () => encodeURIComponent(id))
}
