/**
 * A command that takes nothing takes no fields either. `renew` gives a period away: whoever sends `{"amount": …}` or `{"dry_run": true}` with it believes that something is done with it, and is told before anything
 * happens, as by every other route.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { invalidRequest } from '../errors.ts'
import { matches } from './allowed-methods.ts'
import type { RestEnv } from './rest.ts'

const TOLD_MAX = 20

export function noFieldsWhereNoneAre(app: OpenAPIHono<RestEnv>): MiddlewareHandler<RestEnv> {
  let paths: readonly string[] | undefined
  return async (c, next) => {
    // Only of staff: a user is told first whether they may ask at all, and what they may ask without a body gives nothing away.
    if (c.req.method === 'POST' && c.var.body.length > 0 && c.var.caller.kind === 'staff') {
      // Of the first request: by then every route is there.
      paths ??= pathsWithoutBody(app)
      if (paths.some((path) => matches(path, c.req.path))) refuseFields(c.var.body)
    }
    await next()
  }
}

function pathsWithoutBody(app: OpenAPIHono<RestEnv>): readonly string[] {
  return app.openAPIRegistry.definitions.flatMap((one) =>
    one.type === 'route' && one.route.method === 'post' && one.route.request?.body === undefined
      ? [one.route.path.replaceAll(/\{(\w+)\}/g, ':$1')]
      : [],
  )
}

function refuseFields(body: Uint8Array): void {
  const fields = Object.keys(JSON.parse(Buffer.from(body).toString('utf8')) as object).slice(0, TOLD_MAX)
  if (fields.length > 0)
    throw invalidRequest(
      fields.map((field) => ({
        field: field.slice(0, 200),
        reason: 'is not a field of this request, which has none',
      })),
    )
}
