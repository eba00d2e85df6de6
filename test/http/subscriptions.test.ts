/** Subscriptions over HTTP: staff make and price them, users see their own and decide whether they go on. */
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dashboard } from '../support/dashboard.ts'
import { type Surface, surface, TOKEN_SECRET } from './surface.ts'

let shop: Surface
let token: string

beforeAll(async () => {
  shop = await surface()
  token = await dashboard(shop.simulator).savedCard()
})
afterAll(() => shop?.close())

const AT = '/midtrans/api/subscriptions/'
const asked = (more: object = {}) => ({
  name: 'Coffee every month',
  amount: 50_000,
  payment_type: 'credit_card',
  token,
  user_id: 'dewi',
  ...more,
})
const create = (more: object = {}, headers: Record<string, string> = {}) =>
  shop.call('POST', AT, asked(more), headers)
const as = async (user: string) => {
  const now = Math.floor(shop.simulator.clock.now().getTime() / 1000)
  const jwt = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime(now + 600)
    .sign(new TextEncoder().encode(TOKEN_SECRET))
  return { authorization: `Bearer ${jwt}` }
}

test('is made, shown with its rhythm in words, and never with its token', async () => {
  const made = await create({
    interval: 2,
    interval_unit: 'week',
    max_interval: 6,
    customer_details: { email: 'dewi@example.com' },
  })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    status: 'active',
    state: 'active',
    schedule_display: 'every 2 weeks, 6 times',
    customer_email: 'dewi@example.com',
    current_interval: 0,
    retry_interval: 1,
    retry_interval_unit: 'day',
    retry_max_interval: 3,
  })
  expect(JSON.stringify(made.body)).not.toContain(token)
  const shown = await shop.call('GET', `${AT}${made.body.id}/`)
  expect(shown).toMatchObject({ status: 200, body: { id: made.body.id, payments: [] } })
  expect(shown.body.history.map((row: { event: string }) => row.event)).toEqual(['subscription.created'])
  expect(JSON.stringify(shown.body)).not.toContain(token)
})

test('asked for twice under one Idempotency-Key, and after its answer was lost, it is one subscription', async () => {
  const headers = { 'idempotency-key': 'coffee-of-dewi' }
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'subscription_create' })
  const first = await create({}, headers)
  expect(first).toMatchObject({
    status: 202,
    body: { outcome: 'unknown', state: 'pending', status: 'inactive' },
  })
  const second = await create({}, headers)
  expect([200, 202]).toContain(second.status)
  expect(second.body.id).toBe(first.body.id)
  await shop.advance(3)
  expect((await create({}, headers)).body).toMatchObject({
    id: first.body.id,
    outcome: 'known',
    status: 'active',
  })
  expect((await create({ amount: 1 }, headers)).body.code).toBe('idempotency_key_reused')
})

test('every mistake is told at once, with its field (D48: units that Midtrans takes)', async () => {
  const { status, body } = await create({
    amount: 0,
    token: undefined,
    interval: 0,
    max_interval: -1,
    start_time: '2020-01-01T00:00:00Z',
    retry_max_interval: 4,
    gopay_account_id: 'x',
  })
  expect(status).toBe(400)
  expect(body.problems.map(({ field }: { field: string }) => field).toSorted()).toEqual([
    'amount',
    'gopay_account_id',
    'interval',
    'max_interval',
    'retry_max_interval',
    'start_time',
    'token',
  ])
  expect((await create({ retry_interval_unit: 'week' })).body.problems).toMatchObject([
    { field: 'retry_interval_unit', reason: 'must be minute, hour or day' },
  ])
  expect((await create({ gopay_account: 'x' })).body.problems[0].reason).toContain('gopay_account_id')
  // Midtrans's own no is a typed one, in its own words.
  shop.simulator.faults.add({ kind: 'refuse', verb: 'subscription_create', code: '402' })
  expect((await create()).body).toMatchObject({ code: 'gateway_rejected', status: 422, retry: 'never' })
})

test('a user sees and ends their own, prices nothing, and does not learn of others', async () => {
  const { body: mine } = await create()
  const { body: other } = await create({ user_id: 'budi' })
  const dewi = await as('dewi')
  const ids = (await shop.call('GET', AT, undefined, dewi)).body.results.map((row: { id: string }) => row.id)
  expect(ids).toContain(mine.id)
  expect(ids).not.toContain(other.id)
  expect((await shop.call('GET', `${AT}?user_id=budi`, undefined, dewi)).status).toBe(403)
  expect((await shop.call('GET', `${AT}${other.id}/`, undefined, dewi)).body.code).toBe(
    'subscription_not_found',
  )
  for (const verb of ['disable', 'enable', 'cancel'])
    expect((await shop.call('POST', `${AT}${other.id}/${verb}/`, {}, dewi)).status).toBe(404)
  expect((await shop.call('POST', AT, asked(), dewi)).status).toBe(403)
  expect((await shop.call('POST', `${AT}${mine.id}/update/`, { amount: 1 }, dewi)).status).toBe(403)
  expect((await shop.call('POST', `${AT}${mine.id}/resolve/`, { dismiss: true }, dewi)).status).toBe(403)
  const detail = await shop.call('GET', `${AT}${mine.id}/`, undefined, dewi)
  expect(detail.body.history).toBeUndefined()

  expect((await shop.call('POST', `${AT}${mine.id}/disable/`, {}, dewi)).body).toMatchObject({
    status: 'disabled',
    state: 'paused',
  })
  expect((await shop.call('POST', `${AT}${mine.id}/enable/`, {}, dewi)).body.status).toBe('active')
  expect((await shop.call('POST', `${AT}${mine.id}/cancel/`, {}, dewi)).body.status).toBe('cancelled')
  expect((await shop.call('POST', `${AT}${mine.id}/cancel/`, {}, dewi)).body).toMatchObject({
    status: 409,
    code: 'command_not_possible',
  })
})

test('staff change the price, look, and filter by the original’s words', async () => {
  const { body } = await create()
  expect(
    (await shop.call('POST', `${AT}${body.id}/update/`, { amount: 60_000, name: 'Tea' })).body,
  ).toMatchObject({
    amount: 60_000,
    name: 'Tea',
  })
  await dashboard(shop.simulator).disable(body.midtrans_subscription_id)
  expect((await shop.call('POST', `${AT}${body.id}/sync/`, {})).body).toMatchObject({ status: 'disabled' })
  const list = await shop.call('GET', `${AT}?status=disabled&payment_type=credit_card&limit=1`)
  expect(list.body.results).toMatchObject([{ id: body.id, status: 'disabled' }])
  expect((await shop.call('GET', `${AT}?status=on`)).body.problems).toMatchObject([{ field: 'status' }])
  expect((await shop.call('POST', `${AT}${body.id}/resolve/`, {})).body.code).toBe('invalid_request')
  expect((await shop.call('GET', `${AT}nonsense/`)).body.code).toBe('subscription_not_found')
})
