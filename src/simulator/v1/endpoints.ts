import type { Verb } from '../endpoints.ts'

/**
 * The paths of the APIs beside Core v2 (docs/midtrans/protocol.md §11–15) as rows: Snap, subscriptions, invoices, payment links, balance. Each API has its own shape of error, so each row
 * names its API.
 */
export const V1_ENDPOINTS = [
  { verb: 'snap_create', api: 'snap', method: 'POST', path: /^\/snap\/v1\/transactions$/ },
  { verb: 'snap_cancel', api: 'snap', method: 'POST', path: /^\/snap\/v1\/transactions\/([^/]+)\/cancel$/ },
  { verb: 'snap_expire', api: 'snap', method: 'POST', path: /^\/snap\/v1\/transactions\/([^/]+)\/expire$/ },
  { verb: 'subscription_create', api: 'subscription', method: 'POST', path: /^\/v1\/subscriptions$/ },
  { verb: 'subscription_get', api: 'subscription', method: 'GET', path: /^\/v1\/subscriptions\/([^/]+)$/ },
  {
    verb: 'subscription_update',
    api: 'subscription',
    method: 'PATCH',
    path: /^\/v1\/subscriptions\/([^/]+)$/,
  },
  {
    verb: 'subscription_disable',
    api: 'subscription',
    method: 'POST',
    path: /^\/v1\/subscriptions\/([^/]+)\/disable$/,
  },
  {
    verb: 'subscription_enable',
    api: 'subscription',
    method: 'POST',
    path: /^\/v1\/subscriptions\/([^/]+)\/enable$/,
  },
  {
    verb: 'subscription_cancel',
    api: 'subscription',
    method: 'POST',
    path: /^\/v1\/subscriptions\/([^/]+)\/cancel$/,
  },
  { verb: 'invoice_create', api: 'invoice', method: 'POST', path: /^\/v1\/invoices$/ },
  { verb: 'invoice_get', api: 'invoice', method: 'GET', path: /^\/v1\/invoices\/([^/]+)$/ },
  { verb: 'invoice_void', api: 'invoice', method: 'PATCH', path: /^\/v1\/invoices\/([^/]+)\/void$/ },
  {
    verb: 'invoice_convert',
    api: 'invoice',
    method: 'PATCH',
    path: /^\/v1\/invoices\/([^/]+)\/convert$/,
  },
  { verb: 'payment_link_create', api: 'payment_link', method: 'POST', path: /^\/v1\/payment-links$/ },
  { verb: 'payment_link_list', api: 'payment_link', method: 'GET', path: /^\/v1\/payment-links$/ },
  { verb: 'payment_link_get', api: 'payment_link', method: 'GET', path: /^\/v1\/payment-links\/([^/]+)$/ },
  {
    verb: 'payment_link_delete',
    api: 'payment_link',
    method: 'DELETE',
    path: /^\/v1\/payment-links\/([^/]+)$/,
  },
  { verb: 'balance_mutation', api: 'balance', method: 'GET', path: /^\/v1\/balance\/mutation$/ },
] as const

export type V1Verb = (typeof V1_ENDPOINTS)[number]['verb']
export type V1Api = (typeof V1_ENDPOINTS)[number]['api']
export type AnyVerb = Verb | V1Verb

export const V1_VERBS: readonly V1Verb[] = V1_ENDPOINTS.map((endpoint) => endpoint.verb)

export interface V1Route {
  readonly verb: V1Verb
  readonly api: V1Api
  /** Empty for endpoints without one. */
  readonly id: string
}

/** Of which API a path is, also one that has no such endpoint or not with this method. */
const API_PATHS = [
  ['snap', /^\/snap\/v1(\/|$)/],
  ['subscription', /^\/v1\/subscriptions(\/|$)/],
  ['invoice', /^\/v1\/invoices(\/|$)/],
  ['payment_link', /^\/v1\/payment-links(\/|$)/],
  ['balance', /^\/v1\/balance(\/|$)/],
] as const satisfies readonly (readonly [V1Api, RegExp])[]

export function v1ApiOf(pathname: string): V1Api | undefined {
  return API_PATHS.find(([, path]) => path.test(pathname))?.[0]
}

export function v1RouteOf(method: string, pathname: string): V1Route | undefined {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  for (const endpoint of V1_ENDPOINTS) {
    const match = endpoint.method === method ? endpoint.path.exec(path) : null
    if (match) return { verb: endpoint.verb, api: endpoint.api, id: readSegment(match[1] ?? '') }
  }
  return undefined
}

function readSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
