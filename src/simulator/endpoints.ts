/**
 * The paths of Core API v2 (docs/midtrans/protocol.md §7 and §8) as rows. `{id}` is an order id or a transaction id. A path that matches no
 * row is answered as the web server in front of the API does it.
 */
export const ENDPOINTS = [
  { verb: 'charge', method: 'POST', path: /^\/v2\/charge$/ },
  { verb: 'capture', method: 'POST', path: /^\/v2\/capture$/ },
  { verb: 'status', method: 'GET', path: /^\/v2\/([^/]+)\/status$/ },
  { verb: 'status_b2b', method: 'GET', path: /^\/v2\/([^/]+)\/status\/b2b$/ },
  { verb: 'approve', method: 'POST', path: /^\/v2\/([^/]+)\/approve$/ },
  { verb: 'deny', method: 'POST', path: /^\/v2\/([^/]+)\/deny$/ },
  { verb: 'cancel', method: 'POST', path: /^\/v2\/([^/]+)\/cancel$/ },
  { verb: 'expire', method: 'POST', path: /^\/v2\/([^/]+)\/expire$/ },
  { verb: 'refund', method: 'POST', path: /^\/v2\/([^/]+)\/refund$/ },
  { verb: 'direct_refund', method: 'POST', path: /^\/v2\/([^/]+)\/refund\/online\/direct$/ },
] as const

export type Verb = (typeof ENDPOINTS)[number]['verb']

export const VERBS: readonly Verb[] = ENDPOINTS.map((endpoint) => endpoint.verb)

export interface Route {
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
    if (endpoint.method === method) return { verb: endpoint.verb, id }
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
