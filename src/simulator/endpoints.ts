/**
 * The paths of Core API v2 (docs/midtrans/protocol.md §7–10) as rows. A path that matches no row is answered as the web server in front of
 * the API does it.
 */
interface EndpointRow {
  readonly verb: string
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  /** What the id in the path is: of an order id or a transaction id faults and the request log may speak, of a token never. */
  readonly idIs: 'transaction' | 'token' | 'account' | 'bin' | 'none'
  /** Browsers call some, with `client_key` in the query. */
  readonly key: 'server' | 'client_in_query' | 'either'
  /** A repeat with the same Idempotency-Key is answered from memory. */
  readonly remembers: boolean
  /** Counts against the merchant's limit of requests a minute (docs/midtrans/protocol.md §4). */
  readonly limited: boolean
}

// biome-ignore format: a table is read in columns
export const ENDPOINTS = [
  { verb: 'charge',             method: 'POST', path: /^\/v2\/charge$/,                               idIs: 'none',        key: 'server',          remembers: true,  limited: true  },
  { verb: 'capture',            method: 'POST', path: /^\/v2\/capture$/,                              idIs: 'none',        key: 'server',          remembers: true,  limited: false },
  { verb: 'token',              method: 'GET',  path: /^\/v2\/token$/,                                idIs: 'none',        key: 'client_in_query', remembers: false, limited: false },
  { verb: 'card_register',      method: 'GET',  path: /^\/v2\/card\/register$/,                       idIs: 'none',        key: 'client_in_query', remembers: false, limited: false },
  { verb: 'point_inquiry',      method: 'GET',  path: /^\/v2\/point_inquiry\/([^/]+)$/,               idIs: 'token',       key: 'server',          remembers: false, limited: false },
  { verb: 'bin',                method: 'GET',  path: /^\/v1\/bins\/([^/]+)$/,                        idIs: 'bin',         key: 'either',          remembers: false, limited: false },
  { verb: 'pay_account_create', method: 'POST', path: /^\/v2\/pay\/account$/,                         idIs: 'none',        key: 'server',          remembers: false, limited: true  },
  { verb: 'pay_account_get',    method: 'GET',  path: /^\/v2\/pay\/account\/([^/]+)$/,                idIs: 'account',     key: 'server',          remembers: false, limited: false },
  { verb: 'pay_account_unbind', method: 'POST', path: /^\/v2\/pay\/account\/([^/]+)\/unbind$/,        idIs: 'account',     key: 'server',          remembers: false, limited: false },
  { verb: 'status',             method: 'GET',  path: /^\/v2\/([^/]+)\/status$/,                      idIs: 'transaction', key: 'server',          remembers: false, limited: false },
  { verb: 'status_b2b',         method: 'GET',  path: /^\/v2\/([^/]+)\/status\/b2b$/,                 idIs: 'transaction', key: 'server',          remembers: false, limited: false },
  { verb: 'approve',            method: 'POST', path: /^\/v2\/([^/]+)\/approve$/,                     idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
  { verb: 'deny',               method: 'POST', path: /^\/v2\/([^/]+)\/deny$/,                        idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
  { verb: 'cancel',             method: 'POST', path: /^\/v2\/([^/]+)\/cancel$/,                      idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
  { verb: 'expire',             method: 'POST', path: /^\/v2\/([^/]+)\/expire$/,                      idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
  { verb: 'refund',             method: 'POST', path: /^\/v2\/([^/]+)\/refund$/,                      idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
  { verb: 'direct_refund',      method: 'POST', path: /^\/v2\/([^/]+)\/refund\/online\/direct$/,      idIs: 'transaction', key: 'server',          remembers: true,  limited: false },
] as const satisfies readonly EndpointRow[]

type Endpoint = (typeof ENDPOINTS)[number]

export type Verb = Endpoint['verb']

export const VERBS: readonly Verb[] = ENDPOINTS.map((endpoint) => endpoint.verb)

export interface Route {
  readonly endpoint: Endpoint
  readonly verb: Verb
  /** Empty for endpoints without one. */
  readonly id: string
}

export function routeOf(method: string, pathname: string): Route | 'no_route' | 'wrong_verb' {
  let known = false
  for (const endpoint of ENDPOINTS) {
    const match = endpoint.path.exec(pathname)
    if (!match) continue
    const id = readSegment(match[1] ?? '')
    // A slash in an order id, escaped or not, never arrives as part of the id.
    if (id === undefined || id.includes('/')) continue
    known = true
    if (endpoint.method === method) return { endpoint, verb: endpoint.verb, id }
  }
  return known ? 'wrong_verb' : 'no_route'
}

function readSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
