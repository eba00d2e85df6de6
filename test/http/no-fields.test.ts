/** A command that takes nothing takes no fields: whoever sends one believes that something is done with it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRO } from '../support/billing.ts'
import { type Surface, surface } from './surface.ts'

let shop: Surface
beforeAll(async () => {
  shop = await surface()
  await shop.bayar.plans.create(PRO)
})
afterAll(() => shop?.close())

const SUBSCRIPTIONS = '/api/subscriptions/subscriptions/'

test('every POST without a body refuses fields, and takes an empty object', async () => {
  const { body: document } = await shop.call('GET', '/openapi.json')
  const paths = Object.entries(document.paths as Record<string, { post?: { requestBody?: object } }>)
    .filter(([path, { post }]) => post && !post.requestBody && !path.includes('/notification/'))
    .map(([path]) => path.replaceAll(/\{\w+\}/g, '01890f3e-0000-7000-8000-000000000001'))
  expect(paths).toContain(`${SUBSCRIPTIONS}01890f3e-0000-7000-8000-000000000001/renew/`)
  for (const path of paths) {
    const { status, body } = await shop.call('POST', path, { amount: 5 })
    expect([path, status, body.problems]).toEqual([
      path,
      400,
      [{ field: 'amount', reason: 'is not a field of this request, which has none' }],
    ])
    expect([path, (await shop.call('POST', path, {})).body.code]).not.toEqual([path, 'invalid_request'])
  }
})

test('no period is given away by a field that nobody reads', async () => {
  const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    paymentType: 'bank_transfer',
    bank: 'bca',
  })
  await shop.pay(payment!.orderId)
  const answer = await shop.call('POST', `${SUBSCRIPTIONS}${subscription.id}/renew/`, { dry_run: true })
  expect(answer.status).toBe(400)
  expect((await shop.bayar.subscriptions.find(subscription.id))!.currentInterval).toBe(1)
})

test('what is wrong is told by its name here', async () => {
  const asked = { plan_id: 'pro', payment_type: 'qris' }
  for (const user of ['', 'a\u0000b', 'a'.repeat(256)]) {
    const { status, body } = await shop.call('POST', SUBSCRIPTIONS, { ...asked, user_id: user })
    expect([status, body.problems.map(({ field }: { field: string }) => field)]).toEqual([400, ['user_id']])
  }
  const plan = { name: 'Team', price: 1_000, features: { seats: [1] } }
  expect((await shop.call('POST', '/api/subscriptions/plans/', plan)).body.problems).toEqual([
    { field: 'features.seats', reason: 'must be true, false, a number, a text or null' },
  ])
})
