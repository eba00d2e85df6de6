import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkedOut, paymentDetail, refunded } from '../../src/http/contract.ts'
import { cardToken } from '../support/card-token.ts'
import { type Surface, surface, TOKEN_SECRET } from './surface.ts'

let shop: Surface

beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

async function paid(orderId: string, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await shop.charge(orderId, { payment_type: 'gopay', bank: undefined, ...more })
  await shop.idle()
  await shop.pay(orderId)
  return `/midtrans/api/payments/${body.id}`
}

async function card(orderId: string, type?: 'authorize'): Promise<string> {
  const { body } = await shop.charge(orderId, {
    payment_type: 'credit_card',
    bank: undefined,
    token_id: await cardToken(shop.simulator),
    authentication: false,
    ...(type ? { type } : {}),
  })
  await shop.idle()
  return `/midtrans/api/payments/${body.id}`
}

describe('refund', () => {
  test('answers the payment and the refund; the detail lists it', async () => {
    const at = await paid('ORDER-1')
    const { status, body } = await shop.call('POST', `${at}/refund/`, { amount: 50_000, reason: 'returned' })
    expect(status).toBe(200)
    expect(refunded.strict().parse(body)).toBeDefined()
    expect(body).toMatchObject({
      created: true,
      payment: { status: 'partially_refunded', refund_amount: 50_000, net_amount: 100_000 },
      refund: { amount: 50_000, status: 'confirmed', origin: 'bayar', reason: 'returned' },
    })
    const detail = (await shop.call('GET', `${at}/`)).body
    expect(paymentDetail.strict().parse(detail)).toBeDefined()
    expect(detail.refunds).toMatchObject([{ amount: 50_000 }])
    expect(detail.possible.find((one: { request: string }) => one.request === 'refund')).toMatchObject({
      reason: null,
      amount_max: 100_000,
    })
  })

  test('without a body it gives back all that is left', async () => {
    const at = await paid('ORDER-2')
    expect((await shop.call('POST', `${at}/refund`)).body.payment).toMatchObject({
      status: 'refunded',
      net_amount: 0,
    })
  })

  test('D4 sent again under its Idempotency-Key it is the same refund, also when the first answer was lost with its memory', async () => {
    const at = await paid('ORDER-3')
    const ask = () =>
      shop.call('POST', `${at}/refund/`, { amount: 50_000 }, { 'idempotency-key': 'return-7' })
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
    const first = await ask()
    expect([first.status, first.body.refund.status]).toEqual([202, 'reserved'])
    const second = await ask()
    expect([second.status, second.body.refund.status, second.body.created]).toEqual([200, 'confirmed', false])
    expect(second.body.refund.id).toBe(first.body.refund.id)
    await shop.rows('delete from bayar.api_requests')
    expect((await ask()).body.refund.id).toBe(first.body.refund.id)
    shop.simulator.notifications.resume()
    await shop.idle()
    expect(shop.simulator.transaction('ORDER-3').refunds).toHaveLength(1)
  })

  test.each([
    [{ amount: 150_001 }, 409, 'refund_too_large'],
    [{ amount: 0 }, 400, 'invalid_request'],
    [{ amount: '50000' }, 400, 'invalid_request'],
    [{ amount: 1.5 }, 400, 'invalid_request'],
    [{ typo: 1 }, 400, 'invalid_request'],
    [{ refund_key: 'with space' }, 400, 'invalid_request'],
    [{ transaction_id: 'of-nobody' }, 400, 'invalid_request'],
  ])('%j is refused', async (body, status, code) => {
    const orderId = `ORDER-${createHash('md5').update(JSON.stringify(body)).digest('hex')}`
    const at = await paid(orderId)
    const answer = await shop.call('POST', `${at}/refund/`, body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(shop.simulator.transaction(orderId).refunds).toHaveLength(0)
  })

  test('a virtual account answers why not, and the way out', async () => {
    const at = await paid('ORDER-VA', { payment_type: 'bank_transfer', bank: 'bca' })
    const { status, body } = await shop.call('POST', `${at}/refund/`)
    expect([status, body.code]).toEqual([409, 'method_not_refundable'])
    expect(body.detail).toMatch(/ordinary transfer/)
  })
})

describe('capture, approve, deny', () => {
  test('a part of a reservation', async () => {
    const at = await card('CARD-1', 'authorize')
    const { status, body } = await shop.call('POST', `${at}/capture/`, { amount: 100_000 })
    expect([status, body.status, body.net_amount]).toEqual([200, 'captured', 100_000])
  })

  test('all of it without a body; a second time it is not possible', async () => {
    const at = await card('CARD-2', 'authorize')
    expect((await shop.call('POST', `${at}/capture/`)).body.net_amount).toBe(150_000)
    expect((await shop.call('POST', `${at}/capture/`)).body.code).toBe('command_not_possible')
  })

  test.each(['approve', 'deny'])('%s what is not on hold is refused', async (verb) => {
    const at = await card(`CARD-${verb}`)
    const { status, body } = await shop.call('POST', `${at}/${verb}/`)
    expect([status, body.code]).toEqual([409, 'command_not_possible'])
  })
})

test('D11 a customer may not refund, capture, approve or deny their own payment', async () => {
  const at = await paid('ORDER-4', { user_id: 'dewi' })
  const token = await new SignJWT({ sub: 'dewi' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .setIssuedAt(shop.simulator.clock.now())
    .sign(new TextEncoder().encode(TOKEN_SECRET))
  const asDewi = { authorization: `Bearer ${token}` }
  const seen = await shop.call('GET', `${at}/`, undefined, asDewi)
  expect([seen.status, seen.body.possible]).toEqual([200, undefined])
  for (const verb of ['refund', 'capture', 'approve', 'deny']) {
    const { status, body } = await shop.call('POST', `${at}/${verb}/`, {}, asDewi)
    expect([status, body.code]).toEqual([403, 'not_allowed'])
  }
  const page = await shop.call('POST', '/midtrans/api/checkout/', { gross_amount: 1 }, asDewi)
  expect(page.status).toBe(403)
  expect(shop.simulator.transaction('ORDER-4').refunds).toHaveLength(0)
})

describe('checkout', () => {
  const ask = (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    shop.call('POST', '/midtrans/api/checkout/', { gross_amount: 150_000, ...more }, headers)

  test('answers 201 with a token and an address, then 200 with the same', async () => {
    const first = await ask({ order_id: 'PAGE-1', enabled_payments: ['gopay'], card: { save_card: true } })
    expect(first.status).toBe(201)
    expect(checkedOut.strict().parse(first.body)).toBeDefined()
    expect(first.body).toMatchObject({
      token: expect.any(String),
      redirect_url: expect.stringContaining(first.body.token),
      expires_at: expect.any(String),
      payment: { order_id: 'PAGE-1', status: 'created', payment_type: null },
    })
    const again = await ask({ order_id: 'PAGE-1', enabled_payments: ['gopay'], card: { save_card: true } })
    expect([again.status, again.body.token]).toEqual([200, first.body.token])
    const detail = await shop.call('GET', `/midtrans/api/payments/${first.body.payment.id}/`)
    expect(detail.body.checkout).toMatchObject({ token: first.body.token })
  })

  test('without an order id, the same key is the same page', async () => {
    const [first, second] = [
      await ask({}, { 'idempotency-key': 'page-1' }),
      await ask({}, { 'idempotency-key': 'page-1' }),
    ]
    expect(second.body.payment.order_id).toBe(first.body.payment.order_id)
  })

  test('mistakes are told by field', async () => {
    const { status, body } = await ask({
      order_id: 'PAGE-2',
      enabled_payments: ['cash'],
      payment_type: 'qris',
    })
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.problems.map((one: { field: string }) => one.field).sort()).toEqual([
      'enabled_payments[0]',
      'payment_type',
    ])
  })
})
