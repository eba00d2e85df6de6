/** Tasks over HTTP, for staff; and the drain, for whoever has its secret. */
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { bca, surface, TOKEN_SECRET } from './surface.ts'

const TASKS = '/midtrans/api/tasks/'
const DRAIN_SECRET = 'drain-secret-of-this-test'

test('staff leave a task to a worker, look at it, list them by page and have it tried again', async () => {
  await using shop = await surface()
  await shop.charge('ORDER-1')
  const made = await shop.call('POST', TASKS, {
    name: 'check_payment_status',
    arguments: { order_id: 'ORDER-1' },
  })
  expect(made).toMatchObject({
    status: 201,
    body: {
      name: 'check_payment_status',
      arguments: { order_id: 'ORDER-1', merchant: 'default' },
      attempts: 0,
      attempts_max: 4,
      progress: { done: 0, total: null },
      requested_by: 'staff',
    },
  })
  await shop.idle()
  const { body } = await shop.call('GET', `${TASKS}${made.body.id}/`)
  expect(body).toMatchObject({
    state: 'done',
    result: { order_id: 'ORDER-1', gateway_status: 'pending' },
    error: null,
  })
  expect(await shop.call('POST', `${TASKS}${made.body.id}/retry/`)).toMatchObject({
    status: 409,
    body: { code: 'task_not_failed' },
  })

  const refused = await shop.call('POST', TASKS, {
    name: 'process_refund_async',
    arguments: { order_id: 'ORDER-1' },
  })
  await shop.idle()
  const failed = await shop.call('GET', `${TASKS}?state=failed`)
  expect(failed.body.results).toMatchObject([
    { id: refused.body.id, error: { code: 'command_not_possible' } },
  ])
  const again = await shop.call('POST', `${TASKS}${refused.body.id}/retry/`)
  expect(again).toMatchObject({ status: 200, body: { error: null } })
  await shop.idle()

  const first = await shop.call('GET', `${TASKS}?limit=1`)
  expect(first.body.results[0].id).toBe(refused.body.id)
  const second = await shop.call('GET', first.body.next)
  expect(second.body.results[0].id).toBe(made.body.id)
  expect((await shop.call('GET', second.body.previous)).body.results[0].id).toBe(refused.body.id)
  expect((await shop.call('GET', `${TASKS}?name=check_payment_status`)).body.results).toHaveLength(1)
})

test('a repeated request under its key is one task, and a card’s token is shown by none', async () => {
  await using shop = await surface()
  const request = { name: 'process_charge_async', arguments: { ...bca('ORDER-1'), custom_fields: ['a'] } }
  const headers = { 'idempotency-key': 'the-same' }
  const [one, two] = [
    await shop.call('POST', TASKS, request, headers),
    await shop.call('POST', TASKS, request, headers),
  ]
  expect(two.body.id).toBe(one.body.id)
  expect(two.body.arguments).toEqual({ merchant: 'default', order_id: 'ORDER-1' })
})

test.each([
  ['an unknown task', { name: 'check_payments' }, 404, 'task_unknown'],
  ['no arguments', { name: 'check_payment_status' }, 400, 'invalid_request'],
  [
    'an unknown order',
    { name: 'check_payment_status', arguments: { order_id: 'NONE' } },
    404,
    'payment_not_found',
  ],
  ['another argument', { name: 'check_payment_status', arguments: { order: 'X' } }, 400, 'invalid_request'],
  ['no name', {}, 400, 'invalid_request'],
] as const)('%s is refused, and nothing is left', async (_, body, status, code) => {
  await using shop = await surface()
  expect(await shop.call('POST', TASKS, body)).toMatchObject({ status, body: { code } })
  expect(await shop.rows('select 1 from bayar.tasks')).toEqual([])
})

test('a task that is not there, and a page that is not ours', async () => {
  await using shop = await surface()
  expect(await shop.call('GET', `${TASKS}nothing/`)).toMatchObject({
    status: 404,
    body: { code: 'task_not_found' },
  })
  expect(await shop.call('GET', `${TASKS}?cursor=after:x`)).toMatchObject({ status: 400 })
  expect(await shop.call('GET', `${TASKS}?state=lost`)).toMatchObject({ status: 400 })
})

test('text that no database takes is a mistake of the caller’s', async () => {
  await using shop = await surface()
  for (const orderId of ['ORDER\u0000', '\ud800'])
    for (const name of ['check_payment_status', 'process_refund_async', 'process_charge_async'])
      for (const asked of [
        { order_id: orderId },
        { order_id: 'ORDER-1', merchant: orderId },
        { order_id: 'ORDER-1', reason: orderId },
      ]) {
        const { status } = await shop.call('POST', TASKS, { name, arguments: asked })
        expect(status, `${name} ${JSON.stringify(asked)}`).toBeLessThan(500)
        expect(status).toBeGreaterThanOrEqual(400)
      }
  for (const arguments_ of [{ from: '2026-03-01', to: '2026-03-02', merchant: 'a\u0000' }])
    expect(
      (await shop.call('POST', TASKS, { name: 'reconcile', arguments: arguments_ })).status,
    ).toBeLessThan(500)
})

test('users see and run no task', async () => {
  await using shop = await surface()
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('dewi')
    .setExpirationTime(Math.floor(shop.simulator.clock.now().getTime() / 1000) + 600)
    .sign(new TextEncoder().encode(TOKEN_SECRET))
  const headers = { authorization: `Bearer ${token}` }
  for (const [method, path] of [
    ['GET', TASKS],
    ['POST', TASKS],
    ['GET', `${TASKS}x/`],
    ['POST', `${TASKS}x/retry/`],
  ] as const)
    expect(
      (await shop.call(method, path, method === 'POST' ? { name: 'purge' } : undefined, headers)).status,
    ).toBe(403)
})

test('the drain is closed without a secret, also to staff, and opens to it alone', async () => {
  {
    await using closed = await surface()
    expect((await closed.call('POST', '/drain')).status).toBe(404)
  }
  await using shop = await surface({
    options: { drainSecret: DRAIN_SECRET, basePath: '/api/bayar', rest: false },
  })
  const drain = (authorization: string, query = '') =>
    shop.call('POST', `/api/bayar/drain${query}`, undefined, { authorization })
  for (const wrong of ['', 'Bearer x', `Bearer ${DRAIN_SECRET}x`, `Basic ${DRAIN_SECRET}`])
    expect(await drain(wrong)).toMatchObject({ status: 401, body: { code: 'not_authenticated' } })
  expect((await shop.call('POST', '/api/bayar/drain')).status).toBe(401)
  expect((await shop.call('GET', '/api/bayar/drain')).status).toBe(405)
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'qris' })
  await shop.bayar.tasks.checkPaymentStatus.delay('ORDER-1')
  expect(await drain(`Bearer ${DRAIN_SECRET}`, '?deadline_seconds=20')).toMatchObject({
    status: 200,
    body: { tasks: expect.any(Number), deliveries: expect.any(Number), is_done: true },
  })
  expect((await drain(`Bearer ${DRAIN_SECRET}`, '?deadline_seconds=0')).status).toBe(400)
  const tooLong = await drain(`Bearer ${DRAIN_SECRET}`, '?deadline_seconds=99999')
  expect(JSON.stringify(tooLong.body)).toContain('must be 1 to 900 seconds')
})
