/** Customers' linked GoPay accounts, for staff: the tokens of their payment options spend money. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import {
  byAccountId,
  createdPayAccount,
  freshPayAccount,
  idempotent,
  noQuery,
  ofMerchant,
  pageOf,
  payAccount,
  payAccountQuery,
  payAccountRequest,
} from '../contract.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/midtrans/api/pay-accounts'
const words = { ...TAGS.payAccounts, ...STAFF, middleware: staffOnly }

const create = createRoute({
  method: 'post',
  path: at,
  ...words,
  summary: 'Begin to link a GoPay account',
  request: { headers: idempotent, query: noQuery, body: jsonBody(payAccountRequest) },
  responses: {
    201: answers(createdPayAccount, 'Send the customer to `activation_url`; or it is linked already.'),
  },
})

const list = createRoute({
  method: 'get',
  path: at,
  ...words,
  summary: 'List linked accounts, as they were last known',
  request: { query: payAccountQuery },
  responses: { 200: answers(pageOf(payAccount, 'PayAccountPage'), 'A page.') },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{account_id}`,
  ...words,
  summary: 'Ask Midtrans how an account stands, with its payment options',
  request: { params: byAccountId, query: ofMerchant },
  responses: { 200: answers(freshPayAccount, 'The account.') },
})

const unbind = createRoute({
  method: 'post',
  path: `${at}/{account_id}/unbind`,
  ...words,
  summary: 'End the link',
  request: { params: byAccountId, query: ofMerchant, headers: idempotent },
  responses: { 200: answers(payAccount, 'It cannot be charged any more.') },
})

export function addPayAccountRoutes(app: OpenAPIHono<RestEnv>, { bayar: { payAccounts } }: HttpParts): void {
  app.openapi(create, async (c) => {
    // Asked again, Midtrans answers the same account: nothing is lost when the answer is not kept.
    c.set('isSecret', true)
    return c.json(toSnake(await payAccounts.create(given(toCamel(c.req.valid('json'))))), 201)
  })

  app.openapi(list, async (c) => {
    const { order, limit, cursor, ...filter } = c.req.valid('query')
    const page = await payAccounts.list({
      filter: given(toCamel(filter)),
      descending: order !== 'asc',
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(detail, async (c) => {
    const { account_id: accountId } = c.req.valid('param')
    return c.json(toSnake(await payAccounts.get({ accountId, ...given(c.req.valid('query')) })), 200)
  })

  app.openapi(unbind, async (c) => {
    const { account_id: accountId } = c.req.valid('param')
    return c.json(toSnake(await payAccounts.unbind({ accountId, ...given(c.req.valid('query')) })), 200)
  })
}
