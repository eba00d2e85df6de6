import { describe, expect, test } from 'vitest'
import { bench, HOOK, START } from '../../test/support/simulated-merchant.ts'

describe('the control API', () => {
  test('does what a test in the same process can do', async () => {
    const { call, charge, received } = bench()
    await charge('order-1')
    const paid = await call('POST', '/_simulator/transactions/order-1/pay', {})
    expect(paid.body).toMatchObject({ order_id: 'order-1', transaction_status: 'settlement', possible: [] })
    await call('POST', '/_simulator/idle')
    expect(received).toHaveLength(2)
    expect((await call('GET', `/_simulator/transactions/${paid.body.transaction_id}`)).body).toEqual(
      paid.body,
    )
    const again = await call('POST', '/_simulator/transactions/order-1/pay')
    expect(again).toMatchObject({ http: 409, body: { code: 'command_not_possible', status: 'settlement' } })
    expect((await call('POST', '/_simulator/transactions/order-1/sell')).http).toBe(404)
    expect((await call('GET', '/_simulator/transactions/nobody')).body).toMatchObject({
      code: 'payment_not_found',
    })
  })

  test('moves the clock', async () => {
    const { call, charge } = bench()
    await charge('order-1')
    const { body } = await call('POST', '/_simulator/clock/advance', { seconds: 90_000 })
    expect(body).toEqual({ now: new Date(START.getTime() + 90_000_000).toISOString(), frozen: true })
    expect((await call('GET', '/_simulator/transactions/order-1')).body.transaction_status).toBe('expire')
    await call('POST', '/_simulator/clock/set', { at: '2026-04-01T00:00:00+07:00' })
    expect((await call('GET', '/_simulator/clock')).body.now).toBe('2026-03-31T17:00:00.000Z')
    expect((await call('POST', '/_simulator/clock/resume')).body.frozen).toBe(false)
    expect((await call('POST', '/_simulator/clock/freeze')).body.frozen).toBe(true)
    for (const body of [{}, { at: 'soon' }])
      expect((await call('POST', '/_simulator/clock/set', body)).http).toBe(400)
    expect((await call('POST', '/_simulator/clock/advance', { seconds: '60' })).http).toBe(400)
    const tooFar = await call('POST', '/_simulator/clock/advance', { seconds: 1e18 })
    expect(tooFar).toMatchObject({ http: 400, body: { problems: [{ field: 'seconds' }] } })
    const back = await call('POST', '/_simulator/clock/set', { at: '2026-03-01T00:00:00+07:00' })
    expect(back).toMatchObject({
      http: 409,
      body: {
        message: expect.stringMatching(/^The simulator’s clock cannot go back.*POST \/_simulator\/reset/),
      },
    })
    expect((await call('GET', '/_simulator/health')).http).toBe(200)
  })

  test('lists transactions in pages that new ones do not shift', async () => {
    const { call, charge } = bench()
    for (const n of [1, 2, 3]) await charge(`order-${n}`)
    const first = await call('GET', '/_simulator/transactions?limit=2')
    await charge('order-4')
    const second = await call('GET', String(first.body.next))
    const ids = ({ body }: typeof first) =>
      (body.results as { order_id: string }[]).map((one) => one.order_id)
    expect([ids(first), ids(second)]).toEqual([['order-3', 'order-2'], ['order-1']])
    expect(second.body.next).toBeNull()
    expect(ids(await call('GET', '/_simulator/transactions?order_id=order-2'))).toEqual(['order-2'])
    expect(ids(await call('GET', '/_simulator/transactions?status=settlement'))).toEqual([])
    expect((await call('GET', '/_simulator/transactions?limit=x')).http).toBe(400)
  })

  test('keeps faults', async () => {
    const { call } = bench()
    const added = await call('POST', '/_simulator/faults', {
      kind: 'lose',
      order_id: 'a',
      transaction_status: 'pending',
    })
    expect(added).toMatchObject({
      http: 201,
      body: { kind: 'lose', order_id: 'a', transaction_status: 'pending', left: 1 },
    })
    await call('POST', '/_simulator/faults', '"lose_answer"')
    expect((await call('GET', '/_simulator/faults')).body.results).toHaveLength(2)
    expect((await call('DELETE', `/_simulator/faults/${added.body.id}`)).http).toBe(200)
    expect((await call('DELETE', `/_simulator/faults/${added.body.id}`)).http).toBe(404)
    await call('DELETE', '/_simulator/faults')
    expect((await call('GET', '/_simulator/faults')).body.results).toEqual([])
    const wrong = await call('POST', '/_simulator/faults', { kind: 'cut', sometimes: true })
    expect(wrong).toMatchObject({ http: 400, body: { problems: [{ field: 'sometimes' }] } })
  })

  test('shows notifications, sends them again, tries them out, holds them', async () => {
    const { call, charge, received } = bench()
    await call('POST', '/_simulator/notifications/pause')
    await charge('order-1')
    await call('POST', '/_simulator/idle')
    expect(received).toHaveLength(0)
    await call('POST', '/_simulator/notifications/resume')
    await call('POST', '/_simulator/idle')
    await call('POST', '/_simulator/notifications/notice-1/resend')
    await call('POST', '/_simulator/notifications/test', { url: 'https://other.example/' })
    await call('POST', '/_simulator/idle')
    expect(received.map(({ url }) => url)).toEqual([HOOK, HOOK, 'https://other.example/'])
    const { results } = (await call('GET', '/_simulator/notifications?order_id=order-1')).body
    expect(results).toMatchObject([
      { id: 'notice-1', state: 'delivered', attempts: [{ http_status: 200 }, { by_hand: true }] },
    ])
    expect((await call('GET', '/_simulator/notifications?limit=1')).body.next).toContain('before=2')
  })

  test('sets the dashboard’s addresses', async () => {
    const { call, simulator, charge, received } = bench()
    await call('PATCH', '/_simulator/settings', {
      notification_url: 'https://one.example/, https://two.example/',
    })
    await charge('order-1')
    await simulator.idle()
    expect(received).toHaveLength(2)
    expect((await call('PATCH', '/_simulator/settings', { notification_url: 'ftp://x' })).http).toBe(400)
    expect((await call('PATCH', '/_simulator/settings', { mirror_body_codes: 'yes' })).http).toBe(400)
    expect(
      (await call('PATCH', '/_simulator/settings', { notification_url: null })).body.notification_url,
    ).toBe('')
    await call('POST', '/_simulator/reset')
    expect((await call('GET', '/_simulator/settings')).body.notification_url).toBe(HOOK)
  })

  test('keeps a log without keys, and not without bound', async () => {
    const { call, charge, simulator } = bench()
    await charge('order-1', {}, { 'Idempotency-Key': 'secret-key' })
    await charge('order-1', {}, { 'Idempotency-Key': 'secret-key' })
    await charge('order-1')
    await charge('order-2', {}, { 'X-Simulator-Fault': 'cut' }).catch(() => {})
    const { body } = await call('GET', '/_simulator/requests')
    expect(body.results).toMatchObject([
      { endpoint: 'charge', order_id: 'order-2', http_status: null, faults: ['cut'] },
      { endpoint: 'charge', http_status: 200, status_code: '406' },
      { replayed: true, status_code: '201' },
      { replayed: false, status_code: '201' },
    ])
    expect(JSON.stringify(body)).not.toContain('secret-key')
    expect(JSON.stringify(body)).not.toContain(simulator.serverKey)
    for (let n = 0; n < 600; n++) await call('GET', '/v2/nobody/status')
    expect((await call('GET', '/_simulator/requests')).body.results).toHaveLength(500)
  })

  test('says that it is there', async () => {
    const { call } = bench()
    expect(await call('GET', '/_simulator/health')).toMatchObject({
      http: 200,
      body: { status: 'ok', transactions: 0 },
    })
    expect((await call('GET', '/_simulator/nothing')).body.code).toBe('not_found')
  })
})

describe('a page of another web site', () => {
  const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

  // biome-ignore format: a table is read in columns
  test.each([
    ['says its origin',              { Origin: 'https://evil.example' },                                       403],
    ['has no origin to say',         { Origin: 'null' },                                                       403],
    ['is told apart by the browser', { 'Sec-Fetch-Site': 'cross-site' },                                       403],
    ['is another port',              { Origin: 'http://simulator:8080', 'Sec-Fetch-Site': 'same-site' },       403],
    ['is our own',                   { Origin: 'http://simulator', 'Sec-Fetch-Site': 'same-origin' },          303],
    ['is a program',                 {},                                                                       303],
  ])('that %s', async (_, headers, status) => {
    const { simulator, charge } = bench()
    await charge('order-1')
    const request = new Request('http://simulator/transactions/order-1', {
      method: 'POST',
      headers: { ...FORM, ...(headers as Record<string, string>) },
      body: 'move=pay',
    })
    expect((await simulator.fetch(request)).status).toBe(status)
    expect(simulator.transaction('order-1').status).toBe(status === 303 ? 'settlement' : 'pending')
  })

  test.each(['/_simulator/reset', '/_simulator/settings', '/clock', '/faults'])(
    'may not touch %s',
    async (path) => {
      const { call } = bench()
      const method = path.endsWith('settings') ? 'PATCH' : 'POST'
      expect((await call(method, path, {}, { Origin: 'https://evil.example' })).http).toBe(403)
    },
  )
})
