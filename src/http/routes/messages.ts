/** What customers were told: under the originals' word, notifications. Users see their own, staff all, and staff have one sent after all. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import type { Message } from '../../operations/messages/message-view.ts'
import { byId, idempotent, noQuery, pageOf } from '../contract.ts'
import type { Caller } from '../identify.ts'
import { message, messageQuery } from '../message-contract.ts'
import { orderingOf } from '../ordering.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, OTHERS_REFUSED, STAFF, TAGS } from '../route-words.ts'
import { given, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions/notifications'

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.messages,
  summary: 'List messages to customers: all for staff, their own for users',
  request: { query: messageQuery },
  responses: { 200: answers(pageOf(message, 'MessagePage'), 'A page.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...TAGS.messages,
  summary: 'One message, with its text and what became of it',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(message, 'The message.') },
})

const retry = createRoute({
  method: 'post',
  path: `${at}/{id}/retry`,
  ...TAGS.messages,
  ...STAFF,
  middleware: staffOnly,
  summary: 'Have one that failed or was suppressed sent after all',
  request: { params: byId, query: noQuery, headers: idempotent },
  responses: { 200: answers(message, 'It waits to be sent.') },
})

export function addMessageRoutes(app: OpenAPIHono<RestEnv>, { bayar: { messages } }: HttpParts): void {
  app.openapi(list, async (c) => {
    const { ordering, limit, cursor, user_id, subscription: subscriptionId, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const page = await messages.list({
      filter: given({ ...filter, subscriptionId, userId: whoseAreListed(caller, user_id) }),
      ...given({ descending: orderingOf(ordering).descending, limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(
      pageBody(page, c.req.url, (one) => shown(one, caller)),
      200,
    )
  })

  app.openapi(detail, async (c) => {
    const { caller } = c.var
    const found = await messages.find(c.req.valid('param').id)
    // What is somebody else's is not there: nobody learns that it exists.
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError('message_not_found')
    return c.json(shown(found, caller), 200)
  })

  app.openapi(retry, async (c) => c.json(toSnake(await messages.retry(c.req.valid('param').id)), 200))
}

/** What a mail server answered is no business of the customer's. */
function shown(one: Message, caller: Caller) {
  return toSnake(caller.kind === 'staff' ? one : { ...one, error: null })
}
