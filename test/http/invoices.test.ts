/** Invoices over HTTP: staff set prices, users see and pay their own, and every refusal says why. */
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as contract from '../../src/http/invoice-contract.ts'
import { type Surface, surface, TOKEN_SECRET } from './surface.ts'

let shop: Surface
beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const INVOICES = '/midtrans/api/invoices/'

/** As the originals' own request has it. */
const asked = (orderId: string, more: object = {}) => ({
  customer_name: 'Budi Santoso',
  customer_email: 'budi@example.com',
  customer_phone: '081234567890',
  due_date: '2026-03-31',
  items: [{ name: 'Shirt', price: 75_000, quantity: 2 }],
  order_id: orderId,
  ...more,
})
const write = async (orderId: string, more: object = {}) => {
  const { status, body } = await shop.call('POST', INVOICES, asked(orderId, more))
  expect({ status, problems: body.problems }).toEqual({ status: 201, problems: undefined })
  return body
}
const as = async (user: string) => {
  const exp = Math.floor(shop.simulator.clock.now().getTime() / 1000) + 600
  const token = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(user).setExpirationTime(exp)
  return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(TOKEN_SECRET))}` }
}

describe('staff', () => {
  test('write one with a link, and are answered what the contract says, to the field', async () => {
    const body = await write('http-1', { invoice_number: 'A/1', notes: 'Thanks.', metadata: { cartId: 7 } })
    contract.invoice.strict().parse(body)
    expect(body).toMatchObject({
      order_id: 'http-1',
      invoice_number: 'A/1',
      status: 'sent',
      total_amount: 150_000,
      due_date: '2026-03-31',
      is_overdue: false,
      metadata: { cartId: 7 },
      payment_link_url: expect.stringContaining('http'),
      items: [{ description: 'Shirt', quantity: 2, price: 75_000, subtotal: 150_000 }],
    })
    for (const name of ['http-1', 'A%2F1'])
      expect((await shop.call('GET', `${INVOICES}${name}/`)).body.id).toBe(body.id)
    const detail = await shop.call('GET', `${INVOICES}${body.id}/`)
    contract.invoiceDetail.strict().parse(detail.body)
    expect(detail.body.history.map((row: { event: string }) => row.event)).toEqual([
      'invoice.created',
      'invoice.sent',
    ])
    const events = await shop.call('GET', `/midtrans/api/events/?invoice_id=${body.id}`)
    expect(events.body.results.map((row: { subject: string }) => row.subject)).toEqual(['invoice', 'invoice'])
  })

  test('issue, pay, read again and withdraw', async () => {
    const { id } = await write('http-2', { channel: 'local', draft: true })
    expect((await shop.call('POST', `${INVOICES}${id}/issue/`)).body.status).toBe('sent')
    const paid = await shop.call('POST', `${INVOICES}${id}/pay/`, {
      payment_type: 'bank_transfer',
      bank: 'bca',
    })
    expect(paid).toMatchObject({ status: 201, body: { created: true, payment: { order_id: 'http-2-1' } } })
    contract.paidInvoice.strict().parse(paid.body)
    const other = await shop.call('POST', `${INVOICES}${id}/pay/`, { payment_type: 'gopay' })
    expect(other).toMatchObject({ status: 409, body: { code: 'invoice_payment_open', retry: 'later' } })
    const page = await shop.call('POST', `${INVOICES}${id}/checkout/`, { new_attempt: true })
    expect(page).toMatchObject({ status: 201, body: { payment: { order_id: 'http-2-2' } } })
    contract.checkedOutInvoice.strict().parse(page.body)
    expect((await shop.call('POST', `${INVOICES}${id}/refresh/`)).status).toBe(200)
    const gone = await shop.call('POST', `${INVOICES}${id}/void/`, { reason: 'Twice.' })
    expect(gone).toMatchObject({ status: 200, body: { status: 'void', void_reason: 'Twice.' } })
  })

  test('are told that a paid one cannot be withdrawn (defect D34), and the rest in its own words', async () => {
    const { id } = await write('http-3', { channel: 'local' })
    await shop.call('POST', `${INVOICES}${id}/pay/`, { payment_type: 'bank_transfer', bank: 'bca' })
    await shop.pay('http-3-1')
    const paid = await shop.call('POST', `${INVOICES}${id}/void/`)
    expect(paid).toMatchObject({ status: 409, body: { code: 'invoice_not_voidable', retry: 'never' } })
    expect(await shop.call('GET', `${INVOICES}01900000-0000-7000-8000-000000000000/`)).toMatchObject({
      status: 404,
      body: { code: 'invoice_not_found' },
    })
    expect(await shop.call('POST', INVOICES, asked('http-3'))).toMatchObject({
      status: 409,
      body: { code: 'invoice_taken' },
    })
  })

  test('sent again under its key it is one invoice, with an order id or without', async () => {
    const { order_id: _, ...body } = asked('unused')
    const headers = { 'idempotency-key': 'cart-99' }
    const first = await shop.call('POST', INVOICES, body, headers)
    const again = await shop.call('POST', INVOICES, body, headers)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body.id).toBe(first.body.id)
    expect(first.body.order_id).toMatch(/^inv-[0-9a-f]{32}$/)
  })

  test.each([
    ['a price that is cut', { items: [{ name: 'Shirt', price: 0.5 }] }, 'items.0.price'],
    ['no items', { items: [] }, 'items'],
    ['a day that is none', { due_date: '2026-02-30' }, 'due_date'],
    ['a day that is over', { due_date: '2026-03-01' }, 'due_date'],
    ['a field that there is not', { customer_nam: 'x' }, 'customer_nam'],
    ['text that is none', { customer_name: 'a\u0000b' }, 'customer_name'],
    [
      'too much',
      { items: [{ name: 'Shirt', price: 999_999_999_999, quantity: 9 }], channel: 'local' },
      'items',
    ],
  ])('%s is refused with its field', async (_, more, field) => {
    const { status, body } = await shop.call('POST', INVOICES, asked('http-wrong', more))
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    const fields = body.problems.map((problem: { field: string }) => problem.field.replace('[0]', '.0'))
    expect(fields).toContain(field)
  })
})

describe('a user', () => {
  test('sees and pays their own at its price, and does not learn of others’ (defect D10)', async () => {
    const own = await write('http-dewi', { channel: 'local', user_id: 'dewi' })
    const other = await write('http-budi', { channel: 'local', user_id: 'budi' })
    const dewi = await as('dewi')
    expect((await shop.call('GET', `${INVOICES}?user_id=budi`, undefined, dewi)).status).toBe(403)
    const { body } = await shop.call('GET', INVOICES, undefined, dewi)
    expect(body.results.map((one: { order_id: string }) => one.order_id)).toEqual(['http-dewi'])
    const seen = await shop.call('GET', `${INVOICES}${own.id}/`, undefined, dewi)
    expect(seen.status).toBe(200)
    expect(seen.body).not.toHaveProperty('history')
    for (const [method, path, sent] of [
      ['GET', ''],
      ['POST', 'pay/', { payment_type: 'qris' }],
      ['POST', 'checkout/', {}],
    ] as const) {
      const theirs = await shop.call(method, `${INVOICES}${other.id}/${path}`, sent, dewi)
      expect([path, theirs.status, theirs.body.code]).toEqual([path, 404, 'invoice_not_found'])
    }
    for (const path of ['void/', 'issue/', 'refresh/']) {
      const refused = await shop.call('POST', `${INVOICES}${own.id}/${path}`, {}, dewi)
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'not_allowed'])
    }
    expect((await shop.call('POST', INVOICES, asked('http-cheap'), dewi)).status).toBe(403)
    // Where Midtrans tells of the payment is not for a customer to say.
    const elsewhere = { payment_type: 'qris', notification_url: 'https://elsewhere.example/' }
    expect((await shop.call('POST', `${INVOICES}${own.id}/pay/`, elsewhere, dewi)).status).toBe(400)
    const cheap = { payment_type: 'qris', gross_amount: 1 }
    expect((await shop.call('POST', `${INVOICES}${own.id}/pay/`, cheap, dewi)).status).toBe(400)
    const paid = await shop.call('POST', `${INVOICES}${own.id}/pay/`, { payment_type: 'qris' }, dewi)
    expect(paid).toMatchObject({ status: 201, body: { payment: { gross_amount: 150_000, user_id: 'dewi' } } })
  })
})

test('the PDF is for staff and for the user whose invoice it is', async () => {
  const { id } = await write('http-pdf', { user_id: 'dewi', invoice_number: '7/III' })
  const get = async (headers: Record<string, string>, query = '') => {
    const address = `http://bayar.test${INVOICES}${id}/pdf/${query}`
    return shop.bayar.fetch(new Request(address, { headers }))
  }
  const answer = await get(await as('dewi'))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/pdf')
  expect(answer.headers.get('content-disposition')).toBe('inline; filename="7_III.pdf"')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(
    Buffer.from(await answer.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  expect((await get(await as('budi'))).status).toBe(404)
  expect((await get({})).status).toBe(401)
  expect((await get(await as('dewi'), '?language=fr')).status).toBe(400)
})

test('pages and filters', async () => {
  await using small = await surface()
  for (let n = 1; n <= 3; n++) await small.call('POST', INVOICES, asked(`cart-${n}`, { channel: 'local' }))
  const orders = async (path: string): Promise<[string[], string | null]> => {
    const { body } = await small.call('GET', path)
    return [body.results.map((one: { order_id: string }) => one.order_id), body.next]
  }
  const [first, next] = await orders(`${INVOICES}?limit=2&status=sent&due_from=2026-03-31&due_to=2026-03-31`)
  expect(first).toEqual(['cart-3', 'cart-2'])
  expect((await orders(next!))[0]).toEqual(['cart-1'])
  expect((await orders(`${INVOICES}?search=INV-000002`))[0]).toEqual(['cart-2'])
  expect((await orders(`${INVOICES}?search=cart-3&email=BUDI`))[0]).toEqual(['cart-3'])
  expect((await small.call('GET', `${INVOICES}?due_from=yesterday`)).status).toBe(400)
  expect((await small.call('GET', `${INVOICES}?cursor=x`)).status).toBe(400)
})
