/** What Midtrans told us, for staff; the arrival itself is in `receive.ts`. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { instantOf } from '../../domain/jakarta-time.ts'
import { BayarError, invalidRequest } from '../../errors.ts'
import {
  byId,
  foreignOrder,
  foreignOrderQuery,
  idempotent,
  noQuery,
  notification,
  notificationQuery,
  notificationReplay,
  pageOf,
  replayed,
  replayedMany,
  replayOptions,
} from '../contract.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toSnake } from '../wire-case.ts'

const at = '/midtrans/api/notifications'
const words = { ...TAGS.notifications, ...STAFF, middleware: staffOnly }

const list = createRoute({
  method: 'get',
  path: at,
  ...words,
  summary: 'List notifications',
  request: { query: notificationQuery },
  responses: { 200: answers(pageOf(notification, 'NotificationPage'), 'A page.') },
})

const foreign = createRoute({
  method: 'get',
  path: `${at}/foreign`,
  ...words,
  summary: 'Orders that Midtrans told of and that are not here',
  request: { query: foreignOrderQuery },
  responses: { 200: answers(pageOf(foreignOrder, 'ForeignOrderPage'), 'A page, by account and order id.') },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...words,
  summary: 'One notification, as it arrived and what became of it',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(notification, 'The notification.') },
})

const replayOne = createRoute({
  method: 'post',
  path: `${at}/{id}/replay`,
  ...words,
  summary: 'Judge it again: only what really changes is told',
  request: {
    params: byId,
    query: noQuery,
    headers: idempotent,
    body: { ...jsonBody(replayOptions), required: false },
  },
  responses: { 200: answers(replayed, 'What it was before, and is now.') },
})

const replayMany = createRoute({
  method: 'post',
  path: `${at}/replay`,
  ...words,
  summary: 'Judge a range or a filter again, oldest first; `all: true` for everything',
  request: { query: noQuery, headers: idempotent, body: jsonBody(notificationReplay) },
  responses: { 200: answers(replayedMany, 'How many, and whether more are left.') },
})

const REPLAYED_MAX = 1000

export function addNotificationRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { notifications } }: HttpParts,
): void {
  app.openapi(list, async (c) => {
    const {
      status,
      order_id: orderId,
      payment_id: paymentId,
      from,
      to,
      order,
      limit,
      cursor,
    } = c.req.valid('query')
    const page = await notifications.list({
      filter: given({ status, orderId, paymentId, from, to }),
      descending: order !== 'asc',
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  // Before one by its id, for which it would be taken.
  app.openapi(foreign, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const page = await notifications.foreignOrders({
      ...given(filter),
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(detail, async (c) => {
    const { id } = c.req.valid('param')
    const found = await notifications.find(id)
    if (!found) throw new BayarError('notification_not_found')
    return c.json(toSnake(found), 200)
  })

  app.openapi(replayOne, async (c) => {
    const { id } = c.req.valid('param')
    if (!(await notifications.find(id))) throw new BayarError('notification_not_found')
    return c.json(
      toSnake(
        await notifications.replay(id, { withoutHandlers: c.req.valid('json').without_handlers === true }),
      ),
      200,
    )
  })

  app.openapi(replayMany, async (c) => {
    const {
      status,
      order_id: orderId,
      payment_id: paymentId,
      from,
      to,
      without_handlers,
      limit,
      after,
      all,
    } = c.req.valid('json')
    const filter = given({ status, orderId, paymentId, from: dated(from), to: dated(to) })
    // A body that was lost on the way must not mean everything.
    if (Object.keys(filter).length > 0 === (all === true)) {
      throw invalidRequest([
        {
          field: 'body',
          reason: 'must have a filter (status, order_id, payment_id, from, to), or "all": true',
        },
      ])
    }
    const most = limit ?? REPLAYED_MAX
    const byStatus: Record<string, number> = {}
    let count = 0
    let last: string | null = null
    for await (const one of notifications.replayAll(filter, {
      withoutHandlers: without_handlers === true,
      ...given({ after }),
    })) {
      byStatus[one.status] = (byStatus[one.status] ?? 0) + 1
      count++
      last = one.id
      if (count === most) break
    }
    return c.json({ replayed: count, by_status: byStatus, next_after: count === most ? last : null }, 200)
  })
}

function dated(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : instantOf(text)
}
