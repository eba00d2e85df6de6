import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import type { ChargeInput } from '../../operations/payments/charge-input.ts'
import type { CheckoutInput } from '../../operations/payments/checkout-input.ts'
import {
  adoptRequest,
  byPayment,
  chargeRequest,
  checkedOut,
  checkoutRequest,
  idempotent,
  noQuery,
  ofMerchant,
  pageOf,
  payment,
  paymentDetail,
  paymentQuery,
  review,
  reviewDecision,
  reviewQuery,
} from '../contract.ts'
import { everyMistake } from '../every-mistake.ts'
import { paymentFinder, referenceTo } from '../find-payment.ts'
import { callerName, keyDigest } from '../idempotency.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { attemptBody, paymentBody } from '../payment-body.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/midtrans/api'

const charge = createRoute({
  method: 'post',
  path: `${at}/charge`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Charge',
  middleware: staffOnly,
  request: { headers: idempotent, query: noQuery, body: jsonBody(chargeRequest) },
  responses: {
    201: answers(payment, 'Charged.'),
    200: answers(payment, 'An equal request had charged it before: this is how it stands.'),
    202: answers(
      payment,
      'Midtrans gave no clear answer and is being asked: `outcome` is unknown. Ask for the payment again shortly.',
    ),
  },
})

const checkout = createRoute({
  method: 'post',
  path: `${at}/checkout`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'A hosted page where the customer chooses how to pay (Snap)',
  middleware: staffOnly,
  request: { headers: idempotent, query: noQuery, body: jsonBody(checkoutRequest) },
  responses: {
    201: answers(checkedOut, 'The page.'),
    200: answers(checkedOut, 'An equal request had made it before.'),
  },
})

const adopt = createRoute({
  method: 'post',
  path: `${at}/payments/adopt`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Take in an order that was never charged here',
  middleware: staffOnly,
  request: { headers: idempotent, query: noQuery, body: jsonBody(adoptRequest) },
  responses: {
    201: answers(payment, 'Adopted, as Midtrans has it.'),
    200: answers(payment, 'It was adopted before, with the same amount and user.'),
  },
})

const list = createRoute({
  method: 'get',
  path: `${at}/payments`,
  ...TAGS.payments,
  summary: 'List payments: all for staff, their own for users',
  request: { query: paymentQuery },
  responses: { 200: answers(pageOf(payment, 'PaymentPage'), 'A page.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/payments/{id}`,
  ...TAGS.payments,
  summary: 'One payment with its attempts; for staff also history, deliveries and reviews',
  request: { params: byPayment, query: ofMerchant },
  responses: { 200: answers(paymentDetail, 'The payment.') },
})

const resolveReview = createRoute({
  method: 'post',
  path: `${at}/payments/{id}/resolve_review`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Decide about what waits for a person',
  middleware: staffOnly,
  request: { params: byPayment, query: ofMerchant, headers: idempotent, body: jsonBody(reviewDecision) },
  responses: { 200: answers(payment, 'Decided.') },
})

const reviews = createRoute({
  method: 'get',
  path: `${at}/reviews`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'What waits for a person’s decision',
  middleware: staffOnly,
  request: { query: reviewQuery },
  responses: { 200: answers(pageOf(review, 'ReviewPage'), 'A page.') },
})

export function addPaymentRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { payments, events } }: HttpParts,
): void {
  const find = paymentFinder(payments)

  const mistakesOf = (asking: 'charge' | 'checkout') =>
    everyMistake((body, c) =>
      payments.mistakes(asking, orderInput(body, c.req.header('idempotency-key'), c.var.body)),
    )

  app.openapi(
    charge,
    async (c) => {
      const input = orderInput(c.req.valid('json'), c.req.valid('header')['idempotency-key'], c.var.body)
      const { payment: charged, created } = await payments.chargeOnce(
        input as ChargeInput,
        callerName(c.var.caller),
      )
      return c.json(
        paymentBody(charged, c.var.caller),
        charged.outcome === 'unknown' ? 202 : created ? 201 : 200,
      )
    },
    mistakesOf('charge'),
  )

  app.openapi(
    checkout,
    async (c) => {
      const input = orderInput(c.req.valid('json'), c.req.valid('header')['idempotency-key'], c.var.body)
      const { payment: made, ...page } = await payments.checkout(
        input as CheckoutInput,
        callerName(c.var.caller),
      )
      return c.json({ ...toSnake(page), payment: paymentBody(made, c.var.caller) }, page.created ? 201 : 200)
    },
    mistakesOf('checkout'),
  )

  app.openapi(adopt, async (c) => {
    const { payment: adopted, created } = await payments.adopt(given(toCamel(c.req.valid('json'))))
    return c.json(paymentBody(adopted, c.var.caller), created ? 201 : 200)
  })

  app.openapi(list, async (c) => {
    const { sort, order, limit, cursor, email, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const page = await payments.list({
      filter: {
        ...given(toCamel(filter)),
        ...(email === undefined ? {} : { emailPrefix: email }),
        ...given({ userId: whoseAreListed(caller, filter.user_id) }),
      },
      sort: sort ?? 'created',
      descending: order !== 'asc',
      ...(limit === undefined ? {} : { limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(
      pageBody(page, c.req.url, (payment) => paymentBody(payment, caller)),
      200,
    )
  })

  app.openapi(detail, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
    const body = {
      ...paymentBody(found, c.var.caller),
      attempts: found.attempts.map(attemptBody),
      refunds: toSnake(await payments.refunds(referenceTo(found))),
      checkout: toSnake(await payments.checkoutPage(referenceTo(found))),
    }
    if (c.var.caller.kind === 'user') return c.json(body, 200)
    const [possible, history, deliveries, reviewed] = await Promise.all([
      payments.possible(referenceTo(found)),
      payments.history(referenceTo(found)),
      events.deliveries(found.id),
      payments.reviews(referenceTo(found)),
    ])
    return c.json(
      {
        ...body,
        possible: toSnake(possible),
        history: toSnake(history),
        deliveries: toSnake(deliveries),
        reviews: toSnake(reviewed),
      },
      200,
    )
  })

  app.openapi(resolveReview, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
    const decision = toCamel(c.req.valid('json'))
    const decided = await payments.resolveReview({
      ...given(decision),
      payment: referenceTo(found),
      by: callerName(c.var.caller),
    })
    return c.json(paymentBody(decided, c.var.caller), 200)
  })

  app.openapi(reviews, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const page = await payments.openReviews({ ...given({ limit }), ...readCursorParameter(cursor) })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })
}

/** As the library takes it. */
function orderInput(
  body: z.output<typeof chargeRequest> | z.output<typeof checkoutRequest> | Readonly<Record<string, unknown>>,
  key: string | undefined,
  bytes: Uint8Array,
): object {
  const { customer_details, item_details, ...rest } = body
  return {
    ...toCamel(rest),
    ...(customer_details === undefined ? {} : { customer: toCamel(customer_details) }),
    ...(item_details === undefined ? {} : { items: toCamel(item_details) }),
    ...(rest.order_id === undefined && key !== undefined
      ? { orderId: `ORDER-${keyDigest(key, bytes)}` }
      : {}),
  }
}
