/** The document promises what the routes do: no more, no less. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ERRORS } from '../../src/errors.ts'
import * as billing from '../../src/http/billing-contract.ts'
import * as contract from '../../src/http/contract.ts'
import * as plans from '../../src/http/plan-contract.ts'
import { bca, type Surface, surface } from './surface.ts'

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly security?: readonly unknown[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: unknown
  }[]
  readonly requestBody?: unknown
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: {
    readonly schemas: Record<
      string,
      { properties?: Record<string, unknown>; required?: string[]; example?: unknown }
    >
    readonly securitySchemes: Record<string, unknown>
  }
}

let shop: Surface
let document: Document

beforeAll(async () => {
  shop = await surface()
  document = (await shop.call('GET', '/openapi.json')).body
})
afterAll(() => shop?.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )

const isPublic = ({ security }: Operation) => security?.some((one) => Object.keys(one as object).length === 0)

test('is OpenAPI 3.1, complete in itself', () => {
  expect(document.openapi).toBe('3.1.0')
  const references: string[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref') references.push(inner as string)
      else walk(inner)
    }
  }
  walk(document)
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    expect(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)).toContain(
      reference,
    )
  }
  for (const { path, method, operation } of operations()) {
    const where = `${method} ${path}`
    expect([where, operation.summary, operation.tags?.length]).toEqual([where, expect.stringMatching(/./), 1])
    expect([where, Object.keys(operation.responses).length > 0]).toEqual([where, true])
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path')
    expect([where, declared.map(({ name }) => name)]).toEqual([where, named])
    for (const parameter of operation.parameters ?? [])
      expect([where, parameter.name, typeof parameter.schema]).toEqual([where, parameter.name, 'object'])
    if (path.includes('/api/') && operation.tags?.[0] !== 'From Midtrans') {
      expect([where, operation.security]).toEqual([
        where,
        isPublic(operation) ? [{}, { bearer: [] }] : [{ bearer: [] }],
      ])
      expect(operation.responses.default?.content?.['application/problem+json']).toBeDefined()
      if (method === 'post')
        expect(operation.parameters).toContainEqual(
          expect.objectContaining({ in: 'header', name: 'idempotency-key' }),
        )
    }
  }
})

test('every operation in it answers', async () => {
  for (const { path, method, operation } of operations()) {
    const address = path.replace('{id}', '01900000-0000-7000-8000-000000000000').replace('{name}', 'nobody')
    const { status, body } = await shop.call(method.toUpperCase(), address, undefined, { authorization: '' })
    const where = `${method} ${path}`
    if (operation.security && !isPublic(operation)) expect([where, status]).toEqual([where, 401])
    // There is no plan of that name, and there is the route.
    else if (isPublic(operation) && status === 404)
      expect([where, body.code]).toEqual([where, 'plan_not_found'])
    else expect([where, [404, 405, 500].includes(status), body.code]).toEqual([where, false, body.code])
  }
})

test('every route is in it', async () => {
  const { createSurface } = await import('../../src/http/surface.ts')
  const { silentLog } = await import('../../src/operations/log.ts')
  const routes = createSurface({
    bayar: shop.bayar,
    settings: { ...shop.bayar.settings },
    log: silentLog,
  }).routes
  const documented = operations().map(
    ({ method, path }) =>
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1').replace(/(.)\/$/, '$1')}`,
  )
  const answering = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`)
  expect(new Set(answering)).toEqual(
    new Set([
      ...documented.filter((one) => !one.includes('/notification') || one.includes('/notifications')),
      'GET /openapi.json',
      'GET /docs',
    ]),
  )
})

test('a payment has every field that other programs rely on', () => {
  const fields = Object.keys(document.components.schemas.Payment!.properties!)
  for (const field of [
    'id',
    'order_id',
    'transaction_id',
    'payment_type',
    'gross_amount',
    'transaction_status',
    'status',
    'va_number',
    'bank',
    'bill_key',
    'biller_code',
    'payment_code',
    'qr_string',
    'deeplink_url',
    'redirect_url',
    'expiry_time',
    'is_paid',
    'is_pending',
    'is_final',
    'refund_amount',
    'net_amount',
  ]) {
    expect(fields).toContain(field)
  }
  expect(fields.filter((field) => /[A-Z]/.test(field))).toEqual([])
})

test('what is answered is what the contract says, to the field', async () => {
  const charged = await shop.charge('ORDER-1')
  await shop.pay('ORDER-1')
  const get = async (path: string) => (await shop.call('GET', `/midtrans/api${path}`)).body
  const notifications = await get('/notifications/')
  contract.payment.strict().parse(charged.body)
  contract.paymentDetail.strict().parse(await get(`/payments/${charged.body.id}/`))
  contract.checkedPayment.strict().parse(await get(`/payments/${charged.body.id}/check_status/`))
  for (const one of notifications.results) contract.notification.strict().parse(one)
  for (const one of (await get('/events/')).results) contract.event.strict().parse(one)
  for (const one of (await get('/handlers/')).results) contract.handler.strict().parse(one)
  contract.readiness.strict().parse((await shop.call('GET', '/readyz')).body)
  contract.problem.strict().parse((await shop.call('POST', '/midtrans/api/charge/', { ...bca('x y') })).body)
  contract.replayed
    .strict()
    .parse(
      (await shop.call('POST', `/midtrans/api/notifications/${notifications.results[0].id}/replay/`)).body,
    )
  contract.receipt
    .strict()
    .parse(
      (await shop.call('POST', '/midtrans/api/notification/', JSON.parse(notifications.results[0].raw))).body,
    )
})

test('an example is what its schema takes', () => {
  const schemas: Readonly<Record<string, unknown>> = { ...plans, ...billing }
  const shown = Object.entries(document.components.schemas).filter(([, { example }]) => example !== undefined)
  expect(shown.length).toBeGreaterThan(6)
  for (const [name, { example }] of shown) {
    const schema = schemas[name.charAt(0).toLowerCase() + name.slice(1)] as { parse(value: unknown): unknown }
    expect([name, typeof schema]).toEqual([name, 'object'])
    expect(() => schema.parse(example)).not.toThrow()
  }
})

test('/docs is one readable page that needs nothing else and runs nothing', async () => {
  const { body, headers } = await shop.call('GET', '/docs')
  expect(headers.get('content-type')).toContain('text/html')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(body).not.toMatch(/<script|src=|https?:\/\/|@import/)
  for (const { path } of operations()) expect(body).toContain(path)
  for (const code of Object.keys(ERRORS)) expect(body).toContain(`id="${code}"`)
  for (const [, target] of body.matchAll(/href="#([^"]+)"/g)) expect(body).toContain(`id="${target}"`)
  // 2 to 3 KB an operation, its fields and examples included: what is read on a phone.
  expect(Buffer.byteLength(body)).toBeLessThan(3_000 * operations().length)
})
