/** Top-ups: a user asks to pay into their own wallet, staff into anybody's. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError, invalidRequest } from '../../errors.ts'
import type { CreateTopupInput } from '../../operations/topups/create-topup.ts'
import { byId, idempotent, noQuery, pageOf } from '../contract.ts'
import { callerName, requestName } from '../idempotency.ts'
import type { Caller } from '../identify.ts'
import { whoseAreListed, whoseIs } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { paymentBody } from '../payment-body.ts'
import type { RestEnv } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, TAGS } from '../route-words.ts'
import { topup, topupDetail, topupQuery, topupRequest } from '../wallet-contract.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions/topups'

const create = createRoute({
  method: 'post',
  path: at,
  ...TAGS.wallets,
  summary: 'Ask to pay into a wallet, by a method',
  request: { headers: idempotent, query: noQuery, body: jsonBody(topupRequest) },
  responses: {
    201: answers(topupDetail, 'Begun: `payment` says how to pay.'),
    200: answers(topupDetail, 'An equal request had begun it before.'),
    202: answers(topupDetail, 'Midtrans gave no clear answer and is being asked.'),
    ...OTHERS_REFUSED,
  },
})

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.wallets,
  summary: 'List top-ups: all for staff, their own for users',
  request: { query: topupQuery },
  responses: { 200: answers(pageOf(topup, 'TopupPage'), 'A page.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...TAGS.wallets,
  summary: 'One top-up, by its id or order id, with its payment',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(topupDetail, 'The top-up.') },
})

export function addTopupRoutes(app: OpenAPIHono<RestEnv>, { bayar: { topups } }: HttpParts): void {
  app.openapi(create, async (c) => {
    const { caller } = c.var
    const { customer_details, user_id, merchant, ...body } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    // Sent again with the first answer lost, it meets the same payment.
    const reference = requestName(caller, { given: body.reference, key, body: c.var.body })
    const input = given({
      ...toCamel(body),
      ...(customer_details !== undefined && { customer: toCamel(customer_details) }),
      ...payer(caller, given({ userId: user_id, merchant })),
      reference,
    })
    const made = await topups.create(input as unknown as CreateTopupInput, callerName(caller))
    const status = made.payment.outcome === 'unknown' ? 202 : made.created ? 201 : 200
    return c.json({ ...toSnake(made.topup), payment: paymentBody(made.payment, caller) }, status)
  })

  app.openapi(list, async (c) => {
    const { order, limit, cursor, user_id, ...filter } = c.req.valid('query')
    const userId = whoseAreListed(c.var.caller, user_id)
    const page = await topups.list({
      filter: given({ ...filter, userId }),
      descending: order !== 'asc',
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(detail, async (c) => {
    const { caller } = c.var
    const found = await topups.find(c.req.valid('param').id)
    // What is somebody else's is not there: nobody learns that it exists.
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError('topup_not_found')
    return c.json({ ...toSnake(found), payment: paymentBody(await topups.payment(found.id), caller) }, 200)
  })
}

/** A user pays into their own wallet, of the account that the shop uses. */
function payer(
  caller: Caller,
  asked: { readonly userId?: string; readonly merchant?: string },
): { readonly userId?: string; readonly merchant?: string } {
  if (caller.kind === 'staff') return asked
  if (asked.merchant !== undefined) throw invalidRequest([{ field: 'merchant', reason: 'is for staff' }])
  return given({ userId: whoseIs(caller, asked.userId) })
}
