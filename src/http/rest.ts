/** What the routes share: the caller, the body that was read, and the rules of every REST request. */
import type { MiddlewareHandler } from 'hono'
import { BayarError, invalidRequest } from '../errors.ts'
import { isNestedTooDeep } from '../gateway/read-document.ts'
import { type Caller, callerReader } from './identify.ts'
import { LIMITS, type Limits } from './limits.ts'
import type { HttpParts } from './parts.ts'
import { readBody, SenderGone } from './read-body.ts'

export interface RestEnv {
  Variables: {
    requestId: string
    caller: Caller
    /** As it was read, for Idempotency-Key. */
    body: Uint8Array
    /** Its answer can spend somebody's money: it is given, and not kept for a repeated request. */
    isSecret?: true
  }
}

/** Knows the caller, and has read the body under the limits, before anything else happens. */
export function restRequest({ settings, limits = LIMITS }: HttpParts): MiddlewareHandler<RestEnv> {
  const identify = callerReader(settings)
  return async (c, next) => {
    c.set('caller', await identify(c.req.raw))
    c.set('body', new Uint8Array())
    if (c.req.method === 'POST') {
      const body = await readWhole(c.req.raw, c.env, limits)
      checkJson(body, c.req.header('content-type'))
      c.set('body', body)
      const { url, headers } = c.req.raw
      // A command needs no body, and its schema is that of an empty object.
      c.req.raw = new Request(url, {
        method: 'POST',
        headers: asJson(headers),
        body: body.length > 0 ? Buffer.from(body) : '{}',
      })
    }
    await next()
    c.res.headers.set('cache-control', 'no-store')
  }
}

async function readWhole(request: Request, env: unknown, limits: Limits): Promise<Uint8Array> {
  try {
    return await readBody(request, env, limits)
  } catch (error) {
    throw error instanceof SenderGone ? invalidRequest([{ field: 'body', reason: 'broke off' }]) : error
  }
}

function asJson(headers: Headers): Headers {
  const same = new Headers(headers)
  same.set('content-type', 'application/json')
  same.delete('content-length')
  same.delete('transfer-encoding')
  return same
}

function checkJson(body: Uint8Array, contentType: string | undefined): void {
  if (body.length === 0) return
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? '')) {
    throw new BayarError('unsupported_media_type', contentType === undefined ? '' : 'It says something else.')
  }
  if (isNestedTooDeep(body)) throw invalidRequest([{ field: 'body', reason: 'is nested too deep' }])
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw invalidRequest([{ field: 'body', reason: 'is not JSON' }])
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest([{ field: 'body', reason: 'must be a JSON object' }])
}

/** Prices, commands and everything about the inside of the shop: a browser must not choose them (defect D10). */
export const staffOnly: MiddlewareHandler<RestEnv> = async (c, next) => {
  if (c.var.caller.kind !== 'staff')
    throw new BayarError('not_allowed', 'It needs the API key: call it from your server.')
  await next()
}
