import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import { byId, drainQuery, idempotent, noQuery, pageOf, taskQuery } from '../contract.ts'
import { callerName } from '../idempotency.ts'
import { bears } from '../identify.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, STAFF, TAGS } from '../route-words.ts'
import { drained, task, taskRequest } from '../task-contract.ts'
import { given, toSnake } from '../wire-case.ts'

const at = '/midtrans/api/tasks'
const words = { ...TAGS.tasks, ...STAFF, middleware: staffOnly }

const list = createRoute({
  method: 'get',
  path: at,
  ...words,
  summary: 'List tasks that were put off or scheduled',
  request: { query: taskQuery },
  responses: { 200: answers(pageOf(task, 'TaskPage'), 'A page, newest first.') },
})

const run = createRoute({
  method: 'post',
  path: at,
  ...words,
  summary: 'Leave a task to a worker',
  request: { query: noQuery, headers: idempotent, body: jsonBody(taskRequest) },
  responses: { 201: answers(task, 'It waits for a worker.') },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...words,
  summary: 'One task: progress, result, tries and last error',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(task, 'The task.') },
})

const retry = createRoute({
  method: 'post',
  path: `${at}/{id}/retry`,
  ...words,
  summary: 'Have a failed task tried again',
  request: { params: byId, query: noQuery, headers: idempotent },
  responses: { 200: answers(task, 'It waits for a worker again.') },
})

export function addTaskRoutes(app: OpenAPIHono<RestEnv>, { bayar: { tasks } }: HttpParts): void {
  app.openapi(list, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query')
    const page = await tasks.list({
      filter: given(filter),
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(run, async (c) => {
    const { name, arguments: asked } = c.req.valid('json')
    const { id } = await tasks.delay(name, asked, { by: callerName(c.var.caller) })
    return c.json(toSnake(await tasks.get(id)), 201)
  })

  app.openapi(detail, async (c) => c.json(toSnake(await tasks.get(c.req.valid('param').id)), 200))

  app.openapi(retry, async (c) => c.json(toSnake(await tasks.retry(c.req.valid('param').id)), 200))
}

const drain = createRoute({
  method: 'post',
  path: '/drain',
  tags: ['Without a worker'],
  security: [{ bearer: [] as string[] }],
  summary: 'Do what is due, and answer when nothing is left or the time is over',
  description: 'For whoever holds `drainSecret`: a cron job. Without that setting there is no such address.',
  request: { query: drainQuery },
  responses: { 200: answers(drained, 'What was done.') },
})

export function addDrainRoute(app: OpenAPIHono<RestEnv>, { bayar }: HttpParts, secret: string): void {
  app.openapi(drain, async (c) => {
    if (!bears(c.req.raw, secret)) throw new BayarError('not_authenticated', 'Send the drain secret.')
    const { deadline_seconds: deadlineSeconds } = c.req.valid('query')
    return c.json(toSnake(await bayar.drain(given({ deadlineSeconds }))), 200)
  })
}
