import type { MiddlewareHandler } from 'hono'

/**
 * The simulator listens on localhost, where every web page that its developer happens to visit could post to it: pay an order, move the
 * clock, turn notifications to another address. A browser says where a request comes from; a program (curl, a test) says nothing and is
 * let through.
 */
export const sameOriginOnly: MiddlewareHandler = async (context, next) => {
  const { method } = context.req
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return await next()
  const site = context.req.header('sec-fetch-site')
  const origin = context.req.header('origin')
  const isOwn =
    origin === undefined || (URL.canParse(origin) && new URL(origin).host === new URL(context.req.url).host)
  if ((site === undefined || site === 'same-origin' || site === 'none') && isOwn) return await next()
  return context.json(
    { code: 'not_allowed', message: 'Another web site may not operate the simulator.' },
    403,
  )
}
