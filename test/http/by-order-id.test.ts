import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Surface, surface, TOKEN_SECRET } from './surface.ts'

/** A payment is named by its id or by its order id, wherever a path names one. */
let shop: Surface

beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const at = '/midtrans/api/payments'

test('detail and every command take the order id', async () => {
  const { body } = await shop.charge('ORDER-1', { payment_type: 'gopay', bank: undefined })
  expect((await shop.call('GET', `${at}/ORDER-1/`)).body).toMatchObject({ id: body.id, order_id: 'ORDER-1' })
  expect((await shop.call('GET', `${at}/ORDER-1`)).body.id).toBe(body.id)
  expect((await shop.call('POST', `${at}/ORDER-1/check_status/`)).body.payment.id).toBe(body.id)
  await shop.idle()
  await shop.pay('ORDER-1')
  const refund = await shop.call('POST', `${at}/ORDER-1/refund/`, { amount: 50_000 })
  expect(refund).toMatchObject({ status: 200, body: { payment: { id: body.id, net_amount: 100_000 } } })
  await shop.charge('ORDER-2')
  expect((await shop.call('POST', `${at}/ORDER-2/cancel/`)).body.status).toBe('cancelled')
  expect((await shop.call('POST', `${at}/ORDER-2/cancel/`)).body.code).toBe('command_not_possible')
})

test('an order id that looks like a UUID is found, unless it is the id of another payment', async () => {
  const uuid = '3f2e0a20-0000-4000-8000-000000000001'
  const named = await shop.charge(uuid)
  expect(named.status).toBe(201)
  expect((await shop.call('GET', `${at}/${uuid}/`)).body.order_id).toBe(uuid)
  const other = await shop.charge('ORDER-3')
  const confusing = await shop.charge(other.body.id)
  expect(confusing.status).toBe(201)
  // By id first.
  expect((await shop.call('GET', `${at}/${other.body.id}/`)).body.order_id).toBe('ORDER-3')
  expect((await shop.call('GET', `${at}/${confusing.body.id}/`)).body.order_id).toBe(other.body.id)
})

test.each([
  'NONE',
  '%00',
  'a%2Fb',
  'x'.repeat(5_000),
  '%F0%9F%98%80',
  '3f2e0a20-0000-4000-8000-00000000ffff',
])('nobody is called %s', async (id) => {
  const answer = await shop.call('GET', `${at}/${id}/`)
  expect([answer.status, answer.body.code]).toEqual([404, 'payment_not_found'])
})

test('whose account it is can be said, and must be one that is configured', async () => {
  expect((await shop.call('GET', `${at}/ORDER-1/?merchant=default`)).status).toBe(200)
  expect((await shop.call('GET', `${at}/ORDER-1/?merchant=elsewhere`)).status).toBe(404)
  expect((await shop.call('GET', `${at}/ORDER-1/?merchnt=default`)).body.problems).toMatchObject([
    { field: 'merchnt' },
  ])
})

test('by its order id nobody sees what is not theirs', async () => {
  await shop.charge('ORDER-OF-SITI', { user_id: 'siti' })
  const as = async (user: string) => {
    const exp = Math.floor(shop.simulator.clock.now().getTime() / 1000) + 60
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      .setExpirationTime(exp)
      .sign(new TextEncoder().encode(TOKEN_SECRET))
    return shop.call('GET', `${at}/ORDER-OF-SITI/`, undefined, { authorization: `Bearer ${token}` })
  }
  expect((await as('siti')).status).toBe(200)
  expect((await as('dewi')).status).toBe(404)
})
