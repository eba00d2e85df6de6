/** The payments and invoices of subscriptions and wallets: those of a shop's own orders are under /midtrans/api. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import { billedPaymentBody } from '../billing-body.ts'
import { billedInvoice, billedInvoiceQuery, billedPayment, billedPaymentQuery } from '../billing-contract.ts'
import { byInvoice, byPayment, noQuery, ofMerchant, pageOf } from '../contract.ts'
import { paymentFinder } from '../find-payment.ts'
import type { Caller } from '../identify.ts'
import { invoicePdfQuery } from '../invoice-contract.ts'
import { orderingOf } from '../ordering.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { pdfAnswer } from '../pdf-answer.ts'
import type { RestEnv } from '../rest.ts'
import { answers, OTHERS_REFUSED, PDF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions'

const payments = createRoute({
  method: 'get',
  path: `${at}/payments`,
  ...TAGS.billing,
  summary: 'List the payments of subscriptions and top-ups: all for staff, their own for users',
  request: { query: billedPaymentQuery },
  responses: { 200: answers(pageOf(billedPayment, 'BilledPaymentPage'), 'A page.'), ...OTHERS_REFUSED },
})

const payment = createRoute({
  method: 'get',
  path: `${at}/payments/{id}`,
  ...TAGS.billing,
  summary: 'One payment of a subscription or a top-up, by its id or order id',
  request: { params: byPayment, query: ofMerchant },
  responses: { 200: answers(billedPayment, 'The payment.') },
})

const invoices = createRoute({
  method: 'get',
  path: `${at}/invoices`,
  ...TAGS.billing,
  summary: 'List the invoices of subscriptions: all for staff, their own for users',
  request: { query: billedInvoiceQuery },
  responses: { 200: answers(pageOf(billedInvoice, 'BilledInvoicePage'), 'A page.'), ...OTHERS_REFUSED },
})

const invoice = createRoute({
  method: 'get',
  path: `${at}/invoices/{id}`,
  ...TAGS.billing,
  summary: 'One invoice of a subscription, by its id, number or order id',
  request: { params: byInvoice, query: noQuery },
  responses: { 200: answers(billedInvoice, 'The invoice.') },
})

const pdf = createRoute({
  method: 'get',
  path: `${at}/invoices/{id}/pdf`,
  ...TAGS.billing,
  summary: 'The invoice as a PDF',
  request: { params: byInvoice, query: invoicePdfQuery },
  responses: { 200: PDF },
})

const OWNERS: ReadonlySet<string | null> = new Set(['subscription', 'topup'])

export function addBillingRecordRoutes(app: OpenAPIHono<RestEnv>, { bayar }: HttpParts): void {
  const findPayment = paymentFinder(bayar.payments)
  const findInvoice = async (id: string, caller: Caller) => {
    const found = await bayar.invoices.find(id)
    const isOthers = caller.kind === 'user' && found?.userId !== caller.userId
    if (!found || isOthers || found.subscriptionId === null) throw new BayarError('invoice_not_found')
    return found
  }

  app.openapi(payments, async (c) => {
    const { ordering, limit, cursor, user_id, subscription: ownerId, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const page = await bayar.payments.list({
      filter: given({
        ...toCamel(filter),
        userId: whoseAreListed(caller, user_id),
        ownerId,
        isOfBilling: true as const,
      }),
      ...given({ descending: orderingOf(ordering).descending, limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(
      pageBody(page, c.req.url, (one) => billedPaymentBody(one, caller)),
      200,
    )
  })

  app.openapi(payment, async (c) => {
    const { caller } = c.var
    const found = await findPayment(c.req.valid('param').id, caller, c.req.valid('query'))
    if (!OWNERS.has(found.owner))
      throw new BayarError('payment_not_found', 'It is of no subscription and no top-up.')
    return c.json(billedPaymentBody(found, caller), 200)
  })

  app.openapi(invoices, async (c) => {
    const { ordering, limit, cursor, user_id, subscription: subscriptionId, ...filter } = c.req.valid('query')
    const page = await bayar.invoices.list({
      filter: given({
        ...filter,
        userId: whoseAreListed(c.var.caller, user_id),
        subscriptionId,
        isOfBilling: true as const,
      }),
      ...given({ descending: orderingOf(ordering).descending, limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(invoice, async (c) => {
    return c.json(toSnake(await findInvoice(c.req.valid('param').id, c.var.caller)), 200)
  })

  app.openapi(pdf, async (c) => {
    const found = await findInvoice(c.req.valid('param').id, c.var.caller)
    return pdfAnswer(c, found.invoiceNumber, await bayar.invoices.pdf(found.id, given(c.req.valid('query'))))
  })
}
