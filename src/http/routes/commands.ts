/** What staff may ask of a payment that exists: each is one command of the library. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import {
  byPayment,
  captureRequest,
  checkedPayment,
  commandRequest,
  idempotent,
  ofMerchant,
  payment,
  refunded,
  refundRequest,
  refundToWalletRequest,
} from '../contract.ts'
import { everyMistake } from '../every-mistake.ts'
import { paymentFinder, referenceTo } from '../find-payment.ts'
import { callerName, keyDigest } from '../idempotency.ts'
import type { HttpParts } from '../parts.ts'
import { paymentBody } from '../payment-body.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, optionalJsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/midtrans/api'

const checkStatus = (method: 'get' | 'post') =>
  createRoute({
    method,
    path: `${at}/payments/{id}/check_status`,
    ...TAGS.payments,
    ...STAFF,
    summary: 'Ask Midtrans, and apply what it says',
    middleware: staffOnly,
    request: { params: byPayment, query: ofMerchant, ...(method === 'post' ? { headers: idempotent } : {}) },
    responses: { 200: answers(checkedPayment, 'The payment, and Midtrans’s own words.') },
  })

/** Those that take nothing but the payment. */
const PLAIN = {
  cancel: 'Cancel at Midtrans',
  expire: 'End at Midtrans before its time',
  approve: 'Take a card payment that is on hold',
  deny: 'Refuse a card payment that is on hold',
} as const
type Plain = keyof typeof PLAIN

const plain = (verb: Plain) =>
  createRoute({
    method: 'post',
    path: `${at}/payments/{id}/${verb}`,
    ...TAGS.payments,
    ...STAFF,
    summary: PLAIN[verb],
    middleware: staffOnly,
    request: {
      params: byPayment,
      query: ofMerchant,
      headers: idempotent,
      body: optionalJsonBody(commandRequest),
    },
    responses: { 200: answers(payment, 'Done.') },
  })

const capture = createRoute({
  method: 'post',
  path: `${at}/payments/{id}/capture`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Take what was reserved, or a part of it',
  middleware: staffOnly,
  request: {
    params: byPayment,
    query: ofMerchant,
    headers: idempotent,
    body: optionalJsonBody(captureRequest),
  },
  responses: { 200: answers(payment, 'Captured.') },
})

const refund = createRoute({
  method: 'post',
  path: `${at}/payments/{id}/refund`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Give money back',
  middleware: staffOnly,
  request: {
    params: byPayment,
    query: ofMerchant,
    headers: idempotent,
    body: optionalJsonBody(refundRequest),
  },
  responses: {
    200: answers(refunded, 'Given back, or on its way through the bank.'),
    202: answers(
      refunded,
      'Midtrans gave no clear answer and is being asked: the amount stays `reserved` until it is known. Sent again under the same key it is the same refund.',
    ),
  },
})

const refundToWallet = createRoute({
  method: 'post',
  path: `${at}/payments/{id}/refund-to-wallet`,
  ...TAGS.payments,
  ...STAFF,
  summary: 'Give money back into the user’s wallet instead',
  middleware: staffOnly,
  request: {
    params: byPayment,
    query: ofMerchant,
    headers: idempotent,
    body: optionalJsonBody(refundToWalletRequest),
  },
  responses: { 200: answers(refunded, 'It is in the wallet.') },
})

export function addCommandRoutes(app: OpenAPIHono<RestEnv>, { bayar: { payments } }: HttpParts): void {
  const find = paymentFinder(payments)

  for (const method of ['get', 'post'] as const) {
    app.openapi(checkStatus(method), async (c) => {
      const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
      const checked = await payments.checkStatus(referenceTo(found))
      return c.json(
        { payment: paymentBody(checked.payment, c.var.caller), responses: [...checked.responses] },
        200,
      )
    })
  }

  for (const verb of Object.keys(PLAIN) as Plain[]) {
    app.openapi(plain(verb), async (c) => {
      const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
      const done = await payments[verb](
        referenceTo(found),
        given(toCamel(c.req.valid('json'))),
        callerName(c.var.caller),
      )
      return c.json(paymentBody(done, c.var.caller), 200)
    })
  }

  app.openapi(capture, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
    const by = callerName(c.var.caller)
    return c.json(
      paymentBody(
        await payments.capture(referenceTo(found), given(toCamel(c.req.valid('json'))), by),
        c.var.caller,
      ),
      200,
    )
  })

  app.openapi(
    refund,
    async (c) => {
      const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
      const key = c.req.valid('header')['idempotency-key']
      // Asked again under its key, it is the refund that was asked before.
      const made = await payments.refund(
        referenceTo(found),
        {
          ...(key === undefined ? {} : { refundKey: `refund-${keyDigest(key, c.var.body)}` }),
          ...given(toCamel(c.req.valid('json'))),
        },
        callerName(c.var.caller),
      )
      const body = { ...made, payment: paymentBody(made.payment, c.var.caller), refund: toSnake(made.refund) }
      return c.json(body, made.refund.status === 'reserved' ? 202 : 200)
    },
    everyMistake((asked) => payments.mistakes('refund', given(toCamel(asked)))),
  )

  app.openapi(refundToWallet, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller, c.req.valid('query'))
    const key = c.req.valid('header')['idempotency-key']
    const { payment, refund, created } = await payments.refundToWallet(
      referenceTo(found),
      {
        ...(key === undefined ? {} : { refundKey: `refund-${keyDigest(key, c.var.body)}` }),
        ...given(toCamel(c.req.valid('json'))),
      },
      callerName(c.var.caller),
    )
    const body = { payment: paymentBody(payment, c.var.caller), refund: toSnake(refund), created }
    return c.json(body, 200)
  })
}
