/** Subscriptions. Staff make and price them; a user sees their own, and may pause, resume and end them: it is their money that stays or goes. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { invalidRequest } from '../../errors.ts'
import type { CreateSubscriptionInput, SubscriptionResolution } from '../../operations/subscriptions/index.ts'
import { byId, idempotent, noQuery, pageOf } from '../contract.ts'
import { subscriptionFinder } from '../find-subscription.ts'
import { callerName, keyDigest } from '../idempotency.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { paymentBody } from '../payment-body.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, STAFF, TAGS } from '../route-words.ts'
import { statusesOf, subscriptionBody } from '../subscription-body.ts'
import {
  subscription,
  subscriptionDetail,
  subscriptionQuery,
  subscriptionRequest,
  subscriptionResolution,
  subscriptionUpdate,
} from '../subscription-contract.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/midtrans/api/subscriptions'
const PAYMENTS_SHOWN = 50

const create = createRoute({
  method: 'post',
  path: at,
  ...TAGS.subscriptions,
  ...STAFF,
  summary: 'Have Midtrans charge a saved card or a linked GoPay account again and again',
  middleware: staffOnly,
  request: { headers: idempotent, query: noQuery, body: jsonBody(subscriptionRequest) },
  responses: {
    201: answers(subscription, 'Midtrans has it.'),
    200: answers(subscription, 'The same request had made it before: this is how it stands.'),
    202: answers(
      subscription,
      'Midtrans gave no clear answer, and it is found out: `outcome` is unknown. Do not ask for another one.',
    ),
  },
})

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.subscriptions,
  summary: 'List subscriptions: all for staff, their own for users',
  request: { query: subscriptionQuery },
  responses: { 200: answers(pageOf(subscription, 'SubscriptionPage'), 'A page.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...TAGS.subscriptions,
  summary: 'One subscription with its last charges; for staff also its history',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(subscriptionDetail, 'The subscription.') },
})

const update = createRoute({
  method: 'post',
  path: `${at}/{id}/update`,
  ...TAGS.subscriptions,
  ...STAFF,
  summary: 'Another price, card, rhythm or name',
  middleware: staffOnly,
  request: { params: byId, query: noQuery, headers: idempotent, body: jsonBody(subscriptionUpdate) },
  responses: { 200: answers(subscription, 'Changed, from the next charge on.') },
})

const PLAIN = {
  disable: 'Charge it no more until it is enabled; retries that are planned already still run',
  enable: 'Charge it again',
  cancel: 'End it, and every retry',
} as const
type Plain = keyof typeof PLAIN

const plain = (verb: Plain) =>
  createRoute({
    method: 'post',
    path: `${at}/{id}/${verb}`,
    ...TAGS.subscriptions,
    summary: PLAIN[verb],
    request: { params: byId, query: noQuery, headers: idempotent },
    responses: { 200: answers(subscription, 'Done.') },
  })

const sync = createRoute({
  method: 'post',
  path: `${at}/{id}/sync`,
  ...TAGS.subscriptions,
  ...STAFF,
  summary: 'Ask Midtrans, and take over what it says',
  middleware: staffOnly,
  request: { params: byId, query: noQuery, headers: idempotent },
  responses: { 200: answers(subscription, 'As Midtrans has it.') },
})

const resolve = createRoute({
  method: 'post',
  path: `${at}/{id}/resolve`,
  ...TAGS.subscriptions,
  ...STAFF,
  summary: 'Say what nobody else can: under which id Midtrans has it, or that it never made it',
  middleware: staffOnly,
  request: { params: byId, query: noQuery, headers: idempotent, body: jsonBody(subscriptionResolution) },
  responses: { 200: answers(subscription, 'Decided.') },
})

export function addSubscriptionRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { subscriptions, payments } }: HttpParts,
): void {
  const find = subscriptionFinder(subscriptions)

  app.openapi(create, async (c) => {
    const key = c.req.valid('header')['idempotency-key']
    const { customer_details: customer, ...rest } = c.req.valid('json')
    const input = {
      ...(key !== undefined && { reference: `request-${keyDigest(key, c.var.body)}` }),
      ...given(toCamel(rest)),
      ...(customer && { customer: toCamel(customer) }),
    }
    const { subscription: made, created } = await subscriptions.createOnce(
      input as CreateSubscriptionInput,
      callerName(c.var.caller),
    )
    return c.json(subscriptionBody(made), made.outcome === 'unknown' ? 202 : created ? 201 : 200)
  })

  app.openapi(list, async (c) => {
    const { order, limit, cursor, status, state, needs_review, user_id, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const userId = whoseAreListed(caller, user_id)
    const page = await subscriptions.list({
      filter: given({
        ...toCamel(filter),
        userId,
        status: state,
        statuses: status && statusesOf(status),
        needsReview: needs_review && true,
      }),
      descending: order !== 'asc',
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, subscriptionBody), 200)
  })

  app.openapi(detail, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const charges = await payments.list({ filter: { ownerId: found.id }, limit: PAYMENTS_SHOWN })
    const body = {
      ...subscriptionBody(found),
      payments: charges.results.map((payment) => paymentBody(payment, caller)),
    }
    if (caller.kind === 'user') return c.json(body, 200)
    return c.json({ ...body, history: toSnake([...(await subscriptions.history(found.id))]) }, 200)
  })

  app.openapi(update, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller)
    const input = given(toCamel(c.req.valid('json')))
    return c.json(
      subscriptionBody(await subscriptions.update(found.id, input, callerName(c.var.caller))),
      200,
    )
  })

  for (const verb of Object.keys(PLAIN) as Plain[]) {
    app.openapi(plain(verb), async (c) => {
      const found = await find(c.req.valid('param').id, c.var.caller)
      const by = callerName(c.var.caller)
      const done = await (verb === 'cancel'
        ? subscriptions.cancel(found.id, {}, by)
        : subscriptions[verb](found.id, by))
      return c.json(subscriptionBody(done), 200)
    })
  }

  app.openapi(sync, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller)
    return c.json(subscriptionBody(await subscriptions.sync(found.id)), 200)
  })

  app.openapi(resolve, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller)
    const resolution = given(toCamel(c.req.valid('json')))
    if (Object.keys(resolution).length !== 1)
      throw invalidRequest([
        { field: 'body', reason: 'must be one of midtrans_subscription_id, never_made and dismiss' },
      ])
    const decided = await subscriptions.resolve(found.id, resolution as SubscriptionResolution)
    return c.json(subscriptionBody(decided), 200)
  })
}
