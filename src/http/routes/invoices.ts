/** Invoices: staff write, issue and withdraw them; a user sees and pays their own, at the price that staff have set (defect D10). */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import type { CreateInvoiceInput } from '../../operations/invoices/invoice-input.ts'
import type { Invoice } from '../../operations/invoices/invoice-view.ts'
import type { PaidInvoice, PayInvoiceInput } from '../../operations/invoices/pay-invoice.ts'
import { byInvoice, idempotent, noQuery, pageOf } from '../contract.ts'
import { callerName, keyDigest } from '../idempotency.ts'
import type { Caller } from '../identify.ts'
import {
  byCreditNote,
  checkedOutInvoice,
  invoice,
  invoiceCheckout,
  invoiceDetail,
  invoiceIssue,
  invoicePay,
  invoicePdfQuery,
  invoiceQuery,
  invoiceRefresh,
  invoiceRequest,
  invoiceVoid,
  paidInvoice,
} from '../invoice-contract.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { paymentBody } from '../payment-body.ts'
import { pdfAnswer } from '../pdf-answer.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, optionalJsonBody, PDF, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/midtrans/api/invoices'
const one = `${at}/{id}`
const staff = { ...TAGS.invoices, ...STAFF, middleware: staffOnly }

const create = createRoute({
  method: 'post',
  path: at,
  ...staff,
  summary: 'Write an invoice, and make it the customer’s',
  request: { headers: idempotent, query: noQuery, body: jsonBody(invoiceRequest) },
  responses: {
    201: answers(invoice, 'Written, and sent unless it is a draft.'),
    200: answers(invoice, 'An equal request had written it before: this is how it stands.'),
    202: answers(invoice, 'Written; Midtrans gave no clear answer and is being asked: `outcome` is unknown.'),
  },
})

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.invoices,
  summary: 'List invoices: all for staff, their own for users',
  request: { query: invoiceQuery },
  responses: { 200: answers(pageOf(invoice, 'InvoicePage'), 'A page.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: one,
  ...TAGS.invoices,
  summary: 'One invoice with its payments; for staff also its history',
  request: { params: byInvoice, query: noQuery },
  responses: { 200: answers(invoiceDetail, 'The invoice.') },
})

const pdf = createRoute({
  method: 'get',
  path: `${one}/pdf`,
  ...TAGS.invoices,
  summary: 'The invoice as a PDF',
  request: { params: byInvoice, query: invoicePdfQuery },
  responses: { 200: PDF },
})

const creditNotePdf = createRoute({
  method: 'get',
  path: `${one}/credit-notes/{number}/pdf`,
  ...TAGS.invoices,
  summary: 'A credit note of it as a PDF',
  request: { params: byCreditNote, query: invoicePdfQuery },
  responses: { 200: PDF },
})

const issue = createRoute({
  method: 'post',
  path: `${one}/issue`,
  ...staff,
  summary: 'A draft becomes the customer’s',
  request: { params: byInvoice, query: noQuery, headers: idempotent, body: optionalJsonBody(invoiceIssue) },
  responses: {
    200: answers(invoice, 'Sent.'),
    202: answers(invoice, 'Midtrans gave no clear answer and is being asked.'),
  },
})

const withdraw = createRoute({
  method: 'post',
  path: `${one}/void`,
  ...staff,
  summary: 'Withdraw an invoice, at Midtrans too',
  request: { params: byInvoice, query: noQuery, headers: idempotent, body: optionalJsonBody(invoiceVoid) },
  responses: { 200: answers(invoice, 'It is void.') },
})

const refresh = createRoute({
  method: 'post',
  path: `${one}/refresh`,
  ...staff,
  summary: 'Read it again at Midtrans',
  request: { params: byInvoice, query: noQuery, headers: idempotent, body: optionalJsonBody(invoiceRefresh) },
  responses: { 200: answers(invoice, 'As it is now.') },
})

const pay = createRoute({
  method: 'post',
  path: `${one}/pay`,
  ...TAGS.invoices,
  summary: 'Begin to pay what is left, by a method',
  description: 'For staff and for the user whose invoice it is. The amount is the invoice’s.',
  request: { params: byInvoice, query: noQuery, headers: idempotent, body: jsonBody(invoicePay) },
  responses: {
    201: answers(paidInvoice, 'Begun: `payment` says how to pay.'),
    200: answers(paidInvoice, 'An equal request had begun it before.'),
    202: answers(paidInvoice, 'Midtrans gave no clear answer and is being asked.'),
  },
})

const checkout = createRoute({
  method: 'post',
  path: `${one}/checkout`,
  ...TAGS.invoices,
  summary: 'A hosted page for what is left',
  description: 'For staff and for the user whose invoice it is.',
  request: {
    params: byInvoice,
    query: noQuery,
    headers: idempotent,
    body: optionalJsonBody(invoiceCheckout),
  },
  responses: {
    201: answers(checkedOutInvoice, 'The page.'),
    200: answers(checkedOutInvoice, 'An equal request had made it before.'),
  },
})

export function addInvoiceRoutes(app: OpenAPIHono<RestEnv>, { bayar: { invoices } }: HttpParts): void {
  /** What is somebody else's is not there, rather than forbidden: nobody learns that it exists. */
  const find = async (id: string, caller: Caller): Promise<Invoice> => {
    const found = await invoices.find(id)
    if (!found || (caller.kind === 'user' && found.userId !== caller.userId))
      throw new BayarError(
        'invoice_not_found',
        'Ask by its `id`, its number or its order id, or find it: GET …/invoices/?search=….',
      )
    return found
  }
  const paidBody = ({ invoice: paid, payment, created }: PaidInvoice, caller: Caller) => ({
    invoice: toSnake(paid),
    payment: paymentBody(payment, caller),
    created,
  })

  app.openapi(create, async (c) => {
    const { order_id: asked, ...body } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    // Sent again with the first answer lost, it meets the same invoice.
    const orderId = asked ?? (key === undefined ? undefined : `inv-${keyDigest(key, c.var.body)}`)
    const input = given({ ...toCamel(body), orderId })
    const made = await invoices.createOnce(input as CreateInvoiceInput, callerName(c.var.caller))
    return c.json(toSnake(made.invoice), statusOf(made.invoice, made.created ? 201 : 200))
  })

  app.openapi(list, async (c) => {
    const { order, limit, cursor, email, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const page = await invoices.list({
      filter: {
        ...given(toCamel(filter)),
        ...(email !== undefined && { emailPrefix: email }),
        ...given({ userId: whoseAreListed(caller, filter.user_id) }),
      },
      descending: order !== 'asc',
      ...given({ limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, toSnake), 200)
  })

  app.openapi(detail, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const [notes, payments] = await Promise.all([invoices.creditNotes(found.id), invoices.payments(found.id)])
    const body = {
      ...toSnake(found),
      credit_notes: notes.map((note) => toSnake(note)),
      payments: payments.map((payment) => paymentBody(payment, caller)),
    }
    if (caller.kind === 'user') return c.json(body, 200)
    return c.json({ ...body, history: toSnake(await invoices.history(found.id)) }, 200)
  })

  app.openapi(pdf, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller)
    return pdfAnswer(c, found.invoiceNumber, await invoices.pdf(found.id, given(c.req.valid('query'))))
  })

  app.openapi(creditNotePdf, async (c) => {
    const { id, number } = c.req.valid('param')
    const found = await find(id, c.var.caller)
    const bytes = await invoices.creditNotePdf(found.id, number, given(c.req.valid('query')))
    return pdfAnswer(c, number, bytes)
  })

  app.openapi(issue, async (c) => {
    const { id } = await find(c.req.valid('param').id, c.var.caller)
    const issued = await invoices.issue(id, given(toCamel(c.req.valid('json'))), callerName(c.var.caller))
    return c.json(toSnake(issued), statusOf(issued, 200))
  })

  app.openapi(withdraw, async (c) => {
    const { id } = await find(c.req.valid('param').id, c.var.caller)
    const gone = await invoices.void(id, given(c.req.valid('json')), callerName(c.var.caller))
    return c.json(toSnake(gone), 200)
  })

  app.openapi(refresh, async (c) => {
    const { id } = await find(c.req.valid('param').id, c.var.caller)
    return c.json(toSnake(await invoices.refresh(id, given(toCamel(c.req.valid('json'))))), 200)
  })

  app.openapi(pay, async (c) => {
    const { caller } = c.var
    const { id } = await find(c.req.valid('param').id, caller)
    const input = given(toCamel(c.req.valid('json'))) as PayInvoiceInput
    const paid = await invoices.pay(id, input, callerName(caller))
    const status = paid.payment.outcome === 'unknown' ? 202 : paid.created ? 201 : 200
    return c.json(paidBody(paid, caller), status)
  })

  app.openapi(checkout, async (c) => {
    const { caller } = c.var
    const { id } = await find(c.req.valid('param').id, caller)
    const page = await invoices.checkout(id, given(toCamel(c.req.valid('json'))), callerName(caller))
    const { token, redirectUrl, expiresAt, isOpen } = page
    const body = { ...toSnake({ token, redirectUrl, expiresAt, isOpen }), ...paidBody(page, caller) }
    return c.json(body, page.created ? 201 : 200)
  })
}

/** Nobody knows yet, where that is so. */
function statusOf<Status extends number>({ outcome }: Invoice, known: Status): Status | 202 {
  return outcome === 'unknown' ? 202 : known
}
