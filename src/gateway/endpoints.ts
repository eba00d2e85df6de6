import { invalidRequest } from '../errors.ts'

/** What Midtrans can be asked, as one table. Source: docs/midtrans/protocol.md §1, §3, §8. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** `{id}` is an order id or a transaction id. */
  readonly path: string
  readonly host: Host
  /** Whether Idempotency-Key is looked at (Core API, POST only). One key-space for all endpoints: a key is never used for two. */
  readonly takesKey: boolean
  /**
   * Sending it again, without knowing what became of the first, moves no money twice. The second cancel, expire, approve or deny is
   * answered 412, which GET status explains.
   */
  readonly safeToRepeat: boolean
  /** The field without which an answer of this endpoint says nothing, whatever its code. */
  readonly tells: 'transaction_status' | 'transactions'
}

export type Host = 'core' | 'snap'

// biome-ignore format: a table is read in columns
export const HOSTS: Readonly<Record<Host, { readonly sandbox: string; readonly production: string }>> = {
  core: { sandbox: 'https://api.sandbox.midtrans.com', production: 'https://api.midtrans.com' },
  snap: { sandbox: 'https://app.sandbox.midtrans.com', production: 'https://app.midtrans.com' },
}

// biome-ignore format: a table is read in columns
export const ENDPOINTS = {
  charge:       { method: 'POST', path: '/v2/charge',                    host: 'core', takesKey: true,  safeToRepeat: false, tells: 'transaction_status' },
  status:       { method: 'GET',  path: '/v2/{id}/status',               host: 'core', takesKey: false, safeToRepeat: true,  tells: 'transaction_status' },
  statusB2b:    { method: 'GET',  path: '/v2/{id}/status/b2b',           host: 'core', takesKey: false, safeToRepeat: true,  tells: 'transactions' },
  cancel:       { method: 'POST', path: '/v2/{id}/cancel',               host: 'core', takesKey: true,  safeToRepeat: true,  tells: 'transaction_status' },
  expire:       { method: 'POST', path: '/v2/{id}/expire',               host: 'core', takesKey: true,  safeToRepeat: true,  tells: 'transaction_status' },
  approve:      { method: 'POST', path: '/v2/{id}/approve',              host: 'core', takesKey: true,  safeToRepeat: true,  tells: 'transaction_status' },
  deny:         { method: 'POST', path: '/v2/{id}/deny',                 host: 'core', takesKey: true,  safeToRepeat: true,  tells: 'transaction_status' },
  capture:      { method: 'POST', path: '/v2/capture',                   host: 'core', takesKey: true,  safeToRepeat: false, tells: 'transaction_status' },
  refund:       { method: 'POST', path: '/v2/{id}/refund',               host: 'core', takesKey: true,  safeToRepeat: false, tells: 'transaction_status' },
  directRefund: { method: 'POST', path: '/v2/{id}/refund/online/direct', host: 'core', takesKey: true,  safeToRepeat: false, tells: 'transaction_status' },
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
