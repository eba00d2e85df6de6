/** The same request sent again under its key is done once, and answered as the first time. */

import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bca, type Surface, surface, TOKEN_SECRET } from './surface.ts'

let shop: Surface

beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const CHARGE = '/midtrans/api/charge/'
const keyed = (key: string) => ({ 'idempotency-key': key })

test('is answered byte for byte as the first time', async () => {
  const first = await shop.call('POST', CHARGE, bca('ORDER-SAME'), keyed('same'))
  await shop.pay('ORDER-SAME')
  const again = await shop.call('POST', '/midtrans/api/charge', bca('ORDER-SAME'), keyed('same'))
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(first.headers.has('idempotency-replayed')).toBe(false)
})

test('an order id that was made is made once', async () => {
  const { order_id: _, ...unnamed } = bca('')
  const first = await shop.call('POST', CHARGE, unnamed, keyed('unnamed'))
  // The process died before the answer was remembered: what remains is the running row of long ago.
  await shop.rows(
    `update bayar.api_requests set status = null, response = null, created_at = created_at - interval '10 minutes' where key = 'unnamed'`,
  )
  const again = await shop.call('POST', CHARGE, unnamed, keyed('unnamed'))
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.body.id).toBe(first.body.id)
})

test('is refused for another body, and free for another caller or route', async () => {
  await shop.call('POST', CHARGE, bca('ORDER-KEY-1'), keyed('shared'))
  const other = await shop.call('POST', CHARGE, bca('ORDER-KEY-2'), keyed('shared'))
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect(await shop.bayar.payments.find('ORDER-KEY-2')).toBeUndefined()

  const { body } = await shop.charge('ORDER-KEY-3')
  const cancelled = await shop.call(
    'POST',
    `/midtrans/api/payments/${body.id}/cancel/`,
    undefined,
    keyed('shared'),
  )
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } })
  const again = await shop.call(
    'POST',
    `/midtrans/api/payments/${body.id}/cancel/`,
    undefined,
    keyed('shared'),
  )
  expect(again).toMatchObject({ status: 200, body: { status: 'cancelled' } })

  const exp = Math.floor(shop.simulator.clock.now().getTime() / 1000) + 60
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('dewi')
    .setExpirationTime(exp)
    .sign(new TextEncoder().encode(TOKEN_SECRET))
  const user = await shop.call('POST', CHARGE, bca('ORDER-KEY-4'), {
    ...keyed('shared'),
    authorization: `Bearer ${token}`,
  })
  expect(user.status).toBe(403)
})

test('of two at once one runs, and the other is told to wait', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => shop.call('POST', CHARGE, bca('ORDER-TWICE'), keyed('twice'))),
  )
  const statuses = answers.map(({ status }) => status).sort()
  // Whoever asks when the first has ended already is given its answer.
  expect(new Set(statuses)).toEqual(new Set([201, 409]))
  const waiting = answers.find(({ status }) => status === 409)!
  expect(waiting.body.code).toBe('idempotency_key_in_use')
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(shop.simulator.transactions().filter((one) => one.orderId === 'ORDER-TWICE')).toHaveLength(1)
  expect((await shop.call('POST', CHARGE, bca('ORDER-TWICE'), keyed('twice'))).status).toBe(201)
})

test('what could not be done may be tried again', async () => {
  const wrong = { ...bca('ORDER-MENDED'), bank: 'none' }
  expect((await shop.call('POST', CHARGE, wrong, keyed('mended'))).status).toBe(400)
  expect((await shop.call('POST', CHARGE, bca('ORDER-MENDED'), keyed('mended'))).status).toBe(201)
})

test('an unknown outcome is looked at again under the same key, and charged once', async () => {
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge' })
  shop.simulator.faults.add({ kind: 'lose' })
  const { order_id: _, ...unnamed } = bca('')
  const first = await shop.call('POST', CHARGE, unnamed, keyed('lost'))
  expect(first).toMatchObject({ status: 202, body: { outcome: 'unknown', status: 'created' } })
  const again = await shop.call('POST', CHARGE, unnamed, keyed('lost'))
  expect(again.body.id).toBe(first.body.id)
  expect([200, 202]).toContain(again.status)
  await shop.advance(120)
  const later = await shop.call('POST', CHARGE, unnamed, keyed('lost'))
  expect(later).toMatchObject({ status: 200, body: { id: first.body.id, status: 'pending' } })
  expect(shop.simulator.transactions().filter((one) => one.orderId === first.body.order_id)).toHaveLength(1)
})

test('a running request is not taken over, a dead one is, and only for the same body', async () => {
  const row = `insert into bayar.api_requests (caller, route, key, body_digest, created_at) values ('staff', 'POST /midtrans/api/charge', $1, sha256($2::bytea), $3)`
  const now = shop.simulator.clock.now()
  const body = JSON.stringify(bca('ORDER-DEAD'))
  await shop.rows(row, ['dead', Buffer.from(body), new Date(now.getTime() - 60_000)])
  expect((await shop.call('POST', CHARGE, body, keyed('dead'))).status).toBe(409)
  await shop.rows(`update bayar.api_requests set created_at = $1 where key = 'dead'`, [
    new Date(now.getTime() - 180_000),
  ])
  expect((await shop.call('POST', CHARGE, bca('ORDER-OTHER'), keyed('dead'))).status).toBe(422)
  expect((await shop.call('POST', CHARGE, body, keyed('dead'))).status).toBe(201)
})

test('is forgotten after a day, and swept', async () => {
  await shop.call('POST', CHARGE, bca('ORDER-OLD'), keyed('old'))
  await shop.advance(24 * 3600 + 1)
  const later = await shop.call('POST', CHARGE, bca('ORDER-NEW-DAY'), keyed('old'))
  expect(later.status).toBe(201)
  const rows = await shop.rows<{ key: string }>('select key from bayar.api_requests')
  expect(rows.map(({ key }) => key)).toEqual(['old'])
})

test.each(['', ' ', 'a b', 'x'.repeat(256), 'käse'])('%j is no key', async (key) => {
  const answer = await shop.call('POST', CHARGE, bca('ORDER-NO-KEY'), keyed(key))
  if (key.trim() === '') expect([200, 201, 400]).toContain(answer.status)
  else expect(answer).toMatchObject({ status: 400, body: { problems: [{ field: 'idempotency-key' }] } })
})
