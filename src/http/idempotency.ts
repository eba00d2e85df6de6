import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ApiRequests } from '../operations/api-requests/index.ts'
import { pathOf, withoutLastSlash } from './addresses.ts'
import type { Caller } from './identify.ts'
import type { RestEnv } from './rest.ts'

/** What ended, well or with Midtrans's refusal. Anything else did nothing, or nobody knows yet what it did: sent again, it is looked at again. */
const KEPT: ReadonlySet<number> = new Set([200, 201, 422])

/** Stands before the checks of the route, because a key that was used for another request is wrong whatever the request says. */
export function idempotencyKey(requests: ApiRequests): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    const key = c.req.method === 'POST' ? c.req.header('idempotency-key') : undefined
    // One that is ill-formed is refused by the schema.
    if (key === undefined || !/^[\x21-\x7e]{1,255}$/.test(key)) return next()
    const name = {
      caller: callerName(c.var.caller),
      route: `POST ${withoutLastSlash(pathOf(c.req.url))}`,
      key,
    }
    const outcome = await requests.once({ ...name, body: c.var.body }, async () => {
      await next()
      const body = new Uint8Array(await c.res.clone().arrayBuffer())
      return { answer: { status: c.res.status, body }, isKept: KEPT.has(c.res.status) && !c.var.isSecret }
    })
    if (outcome.isReplay) return replay(outcome.answer)
  }
}

function replay(answer: { readonly status: number; readonly body: Uint8Array }): Response {
  return new Response(Buffer.from(answer.body), {
    status: answer.status,
    headers: {
      'content-type': answer.status >= 400 ? 'application/problem+json' : 'application/json',
      'idempotency-replayed': 'true',
    },
  })
}

export function callerName(caller: Caller): string {
  return caller.kind === 'staff' ? 'staff' : `user:${caller.userId}`
}

/** A request that names no order, or no refund, is given one by its key: asked again, with the first answer lost, it meets the same one and moves nothing twice. */
export function keyDigest(key: string, body: Uint8Array): string {
  return createHash('sha256').update(key).update('\0').update(body).digest('hex').slice(0, 32)
}

/**
 * The name by which a request that is asked again is known for good, where users ask too: theirs are their own, so that neither a key that two of them use nor a name that one of them guesses meets what is
 * somebody else's.
 */
export function requestName(
  caller: Caller,
  {
    given,
    key,
    body,
  }: { readonly given?: string | undefined; readonly key?: string | undefined; readonly body: Uint8Array },
): string | undefined {
  if (given !== undefined)
    return caller.kind === 'staff' ? given : `user-${keyDigest(callerName(caller), Buffer.from(given))}`
  return key === undefined ? undefined : `http-${keyDigest(`${callerName(caller)}\n${key}`, body)}`
}
