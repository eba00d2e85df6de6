import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { instantOf } from '../../domain/jakarta-time.ts'
import {
  byName,
  event,
  eventQuery,
  eventReplay,
  handler,
  idempotent,
  noQuery,
  owed,
  pageOf,
} from '../contract.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toSnake } from '../wire-case.ts'

const at = '/midtrans/api'
const words = { ...TAGS.events, ...STAFF, middleware: staffOnly }

const list = createRoute({
  method: 'get',
  path: `${at}/events`,
  ...words,
  summary: 'List what was told to your code',
  request: { query: eventQuery },
  responses: { 200: answers(pageOf(event, 'EventPage'), 'A page, newest first.') },
})

const replay = createRoute({
  method: 'post',
  path: `${at}/events/replay`,
  ...words,
  summary: 'Deliver again to one handler, whatever became of it before',
  request: { query: noQuery, headers: idempotent, body: jsonBody(eventReplay) },
  responses: { 200: answers(owed, 'How many deliveries are owed again.') },
})

const handlers = createRoute({
  method: 'get',
  path: `${at}/handlers`,
  ...words,
  summary: 'The registered handlers',
  request: { query: noQuery },
  responses: {
    200: answers(
      z.object({ results: z.array(handler), next: z.null(), previous: z.null() }).openapi('HandlerPage'),
      'All of them.',
    ),
  },
})

const retire = createRoute({
  method: 'post',
  path: `${at}/handlers/{name}/retire`,
  ...words,
  summary: 'A handler whose code is gone for good',
  request: { params: byName, query: noQuery, headers: idempotent },
  responses: { 200: answers(handler, 'It is owed nothing more.') },
})

export function addEventRoutes(app: OpenAPIHono<RestEnv>, { bayar: { events } }: HttpParts): void {
  app.openapi(list, async (c) => {
    const { payment_id, invoice_id, subscription_id, type, from, to, limit, cursor } = c.req.valid('query')
    const subjectId = payment_id ?? invoice_id ?? subscription_id
    const page = await events.list({
      filter: given({ subjectId, type, from, to }),
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(replay, async (c) => {
    const { handler: name, event_id: eventId, type, from, to, ...about } = c.req.valid('json')
    const subjectId = about.payment_id ?? about.invoice_id ?? about.subscription_id
    const range = given({ eventId, subjectId, type, from: dated(from), to: dated(to) })
    return c.json({ owed: await events.replay({ handler: name, ...range }) }, 200)
  })

  app.openapi(handlers, async (c) => {
    const all = await events.handlers()
    return c.json({ results: toSnake(all), next: null, previous: null }, 200)
  })

  app.openapi(retire, async (c) => {
    const { name } = c.req.valid('param')
    await events.retireHandler(name)
    const retired = (await events.handlers()).find((one) => one.name === name)!
    return c.json(toSnake(retired), 200)
  })
}

function dated(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : instantOf(text)
}
