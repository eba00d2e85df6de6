import { describe, expect, test } from 'vitest'
import { bench, HOOK, START } from '../../test/support/simulated-merchant.ts'
import { verifySignature } from '../gateway/signature.ts'
import { createRandom } from './random.ts'
import {
  nextRetryInSeconds,
  RETRY_INTERVALS_SECONDS,
  RETRY_SHIFT_SECONDS,
  retriesAfter,
} from './retry-policy.ts'
import { createWorld } from './world.ts'

const moved = (status: number, location = 'https://elsewhere.example/') =>
  new Response(null, { status, headers: { location } })
const WEEK = 7 * 86_400

describe('the retry policy', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['200', 200, 0], ['201', 201, 0], ['204', 204, 0],
    ['500', 500, 1], ['503', 503, 4], ['400', 400, 2], ['404', 404, 2],
    ['301', 301, 0], ['302', 302, 0], ['303', 303, 0],
    ['401', 401, 5], ['403', 403, 5], ['418', 418, 5], ['502', 502, 5], ['504', 504, 5],
    ['a refused connection', new Error('ECONNREFUSED'), 5],
  ] as const)('after %s', async (_, answer, retries) => {
    const { simulator, charge, received, answers } = bench()
    answers.push(...Array.from({ length: 10 }, () => (typeof answer === 'number' ? answer : answer)))
    await charge('order-1', { custom_expiry: { expiry_duration: 180, unit: 'day' } })
    await simulator.clock.advance(WEEK)
    expect(received).toHaveLength(1 + retries)
    const [notice] = simulator.notifications.list()
    expect(notice).toMatchObject({
      state: typeof answer === 'number' && answer < 300 ? 'delivered' : 'failed',
      nextAttemptAt: null,
    })
    expect(notice!.attempts.map((attempt) => attempt.httpStatus)).toEqual(
      Array(1 + retries).fill(typeof answer === 'number' ? answer : undefined),
    )
    // The same bytes each time, the signature among them.
    expect(new Set(received.map(({ text }) => text)).size).toBe(1)
  })

  test('waits about 2, 10, 30, 90 and 210 minutes', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(...Array(6).fill(502))
    await charge('order-1', { custom_expiry: { expiry_duration: 180, unit: 'day' } })
    await simulator.clock.advance(WEEK)
    const waits = received.slice(1).map(({ at }, n) => (at.getTime() - received[n]!.at.getTime()) / 1000)
    expect(waits).toHaveLength(5)
    for (const [n, wait] of waits.entries())
      expect(Math.abs(wait - RETRY_INTERVALS_SECONDS[n]!)).toBeLessThanOrEqual(RETRY_SHIFT_SECONDS)
  })

  test('may come after 33 s at the earliest', () => {
    const random = createRandom(1, 'retries')
    const firsts = Array.from({ length: 5000 }, () => nextRetryInSeconds(undefined, 0, random)!)
    expect(Math.min(...firsts)).toBe(33)
  })

  test('counts by the latest answer', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(503, 503, 500)
    await charge('order-1', { custom_expiry: { expiry_duration: 180, unit: 'day' } })
    await simulator.clock.advance(WEEK)
    expect(received).toHaveLength(3)
    expect(retriesAfter(500)).toBe(1)
  })

  test('ends with a delivery', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(503, 200)
    await charge('order-1')
    await simulator.clock.advance(3600)
    expect(received).toHaveLength(2)
    expect(simulator.notifications.list()[0]).toMatchObject({ state: 'delivered' })
  })

  test.each([307, 308])('a %i is followed with the same body', async (status) => {
    const { simulator, charge, received, answers } = bench()
    answers.push(moved(status), 200)
    await charge('order-1')
    await simulator.idle()
    expect(received.map(({ url }) => url)).toEqual([HOOK, 'https://elsewhere.example/'])
    expect(received[1]!.text).toBe(received[0]!.text)
    expect(simulator.notifications.list()[0]).toMatchObject({
      state: 'delivered',
      attempts: [{ hops: 1, httpStatus: 200 }],
    })
  })

  test('five hops are followed and no sixth', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(...Array.from({ length: 20 }, () => moved(307, HOOK)))
    await charge('order-1')
    await simulator.idle()
    expect(received).toHaveLength(6)
    expect(simulator.notifications.list()[0]).toMatchObject({
      state: 'waiting',
      attempts: [{ hops: 5, httpStatus: 307 }],
    })
  })

  test('a redirect that changes the method is not followed', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(moved(302))
    await charge('order-1')
    await simulator.clock.advance(WEEK)
    expect(received.filter(({ body }) => body.transaction_status === 'pending')).toHaveLength(1)
  })
})

describe('notifications', () => {
  test('of pending come right after the charge, and the charge does not wait for them', async () => {
    let answer: (response: Response) => void = () => {}
    const { simulator, charge } = bench({ deliver: () => new Promise((resolve) => (answer = resolve)) })
    expect((await charge('order-1')).body.status_code).toBe('201')
    expect(simulator.notifications.list()[0]!.state).not.toBe('delivered')
    const idle = simulator.idle()
    await new Promise((resolve) => setImmediate(resolve))
    answer(new Response())
    await idle
    expect(simulator.notifications.list()[0]!.state).toBe('delivered')
  })

  test('of one order come in order, of several at once but not without bound', async () => {
    let now = 0
    let most = 0
    const order: string[] = []
    const { simulator, charge } = bench({
      deliver: async (request) => {
        most = Math.max(most, ++now)
        const { order_id, transaction_status } = (await request.json()) as Record<string, string>
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${order_id} ${transaction_status}`)
        now--
        return new Response()
      },
    })
    for (let n = 0; n < 40; n++) await charge(`order-${n}`)
    for (let n = 0; n < 40; n++) await simulator.pay(`order-${n}`)
    await simulator.idle()
    expect(order).toHaveLength(80)
    expect(most).toBe(16)
    for (let n = 0; n < 40; n++)
      expect(order.indexOf(`order-${n} pending`)).toBeLessThan(order.indexOf(`order-${n} settlement`))
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['nothing more',     {},                                                                                   [HOOK]],
    ['append',           { 'X-Append-Notification': 'https://a.example/1, https://a.example/2' },              [HOOK, 'https://a.example/1', 'https://a.example/2']],
    ['override',         { 'X-Override-Notification': 'https://o.example/' },                                  ['https://o.example/']],
    ['both',             { 'X-Append-Notification': 'https://a.example/', 'X-Override-Notification': 'https://o.example/' }, ['https://o.example/']],
    ['four overrides',   { 'X-Override-Notification': [1, 2, 3, 4].map((n) => `https://o.example/${n}`).join(',') }, ['https://o.example/1', 'https://o.example/2', 'https://o.example/3']],
    ['a useless one',    { 'X-Override-Notification': 'not an address' },                                      [HOOK]],
  ])('go where the charge says: %s', async (_, headers, urls) => {
    const { simulator, charge, received } = bench()
    await charge('order-1', {}, headers as Record<string, string>)
    await simulator.idle()
    expect(received.map(({ url }) => url)).toEqual(urls)
    await simulator.pay('order-1')
    await simulator.idle()
    expect(received.slice(urls.length).map(({ url }) => url)).toEqual(urls)
  })

  test('to several addresses are tried again each on its own', async () => {
    const { simulator, charge, received, answers } = bench({
      notificationUrl: ['https://one.example/', 'https://two.example/'],
    })
    answers.push(503, 200)
    await charge('order-1')
    await simulator.clock.advance(3600)
    expect(received.map(({ url }) => new URL(url).host)).toEqual([
      'one.example',
      'two.example',
      'one.example',
    ])
  })

  test('echo custom fields and metadata', async () => {
    const { simulator, charge, received, call } = bench()
    const echoed = { custom_field1: 'a', custom_field3: 'c', metadata: { basket: [1, 2] } }
    await charge('order-1', echoed)
    await simulator.idle()
    expect(received[0]!.body).toMatchObject(echoed)
    expect((await call('GET', '/v2/order-1/status')).body).toMatchObject(echoed)
    const fields = Object.keys(received[0]!.body)
    expect(fields).toEqual(fields.toSorted().reverse())
  })

  test('are kept as unsent while there is no address, and can be sent later', async () => {
    const { simulator, charge, received, call } = bench({ notificationUrl: [] })
    await charge('order-1')
    await simulator.idle()
    expect(simulator.notifications.list()).toMatchObject([{ state: 'unaddressed', url: null }])
    await call('PATCH', '/_simulator/settings', { notification_url: HOOK })
    await simulator.notifications.resend('notice-1')
    expect(received).toHaveLength(1)
    expect(simulator.notifications.list()).toMatchObject([{ state: 'delivered' }])
  })

  test('sent again by hand do not use up a retry', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(500, 500)
    await charge('order-1')
    await simulator.idle()
    const notice = await simulator.notifications.resend('notice-1')
    expect(notice).toMatchObject({ state: 'waiting', attempts: [{ byHand: false }, { byHand: true }] })
    await simulator.clock.advance(600)
    expect(received).toHaveLength(3)
    expect(simulator.notifications.list()[0]).toMatchObject({ state: 'delivered' })
    await expect(simulator.notifications.resend('notice-99')).rejects.toMatchObject({
      code: 'notification_not_found',
    })
  })

  test('sent again by hand, and received, need no retry', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(503)
    await charge('order-1')
    await simulator.idle()
    await simulator.notifications.resend('notice-1')
    await simulator.clock.advance(3600)
    expect(received).toHaveLength(2)
  })

  test('can be held, all of them', async () => {
    const { simulator, charge, received } = bench()
    simulator.notifications.pause()
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.idle()
    expect(received).toEqual([])
    simulator.notifications.resume()
    await simulator.idle()
    expect(received.map(({ body }) => body.transaction_status)).toEqual(['pending', 'settlement'])
  })

  test('can be tried out, as with the button of the dashboard', async () => {
    const { simulator, received, call } = bench()
    const [test] = await simulator.notifications.sendTest()
    await simulator.idle()
    expect(received[0]!.body).toMatchObject({
      order_id: test!.orderId,
      transaction_id: '513f1f01-c9da-474c-9fc9-d5c64364b709',
      gross_amount: '105000.00',
    })
    expect(test!.orderId).toMatch(new RegExp(`^payment_notif_test_${simulator.merchantId}_[0-9a-f-]{36}$`))
    expect((await call('GET', `/v2/${test!.orderId}/status`)).body.status_code).toBe('404')
    await simulator.notifications.sendTest('https://other.example/')
    await simulator.idle()
    expect(received[1]!.url).toBe('https://other.example/')
  })

  test('that were refused show what the merchant’s server wrote', async () => {
    const { simulator, charge, answers } = bench()
    answers.push(new Response('no such route', { status: 404 }))
    await charge('order-1')
    await simulator.idle()
    expect(simulator.notifications.list()[0]!.attempts).toMatchObject([
      { httpStatus: 404, says: 'no such route' },
    ])
  })

  test('to a server that breaks the connection say why', async () => {
    const { simulator, charge, answers } = bench()
    answers.push(
      new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }),
    )
    await charge('order-1')
    await simulator.idle()
    expect(simulator.notifications.list()[0]!.attempts).toMatchObject([{ says: 'ECONNREFUSED: connect' }])
  })

  test('under way at a reset are forgotten', async () => {
    let answer: (response: Response) => void = () => {}
    const { simulator, charge } = bench({ deliver: () => new Promise((resolve) => (answer = resolve)) })
    await charge('order-1')
    await new Promise((resolve) => setImmediate(resolve))
    simulator.reset()
    answer(new Response(null, { status: 503 }))
    await simulator.idle()
    expect(simulator.notifications.list()).toEqual([])
    expect(simulator.transactions()).toEqual([])
    expect(simulator.clock.now()).toEqual(START)
  })
})

describe('faults of notifications', () => {
  const told = (received: { body: Readonly<Record<string, unknown>> }[]) =>
    received.map(({ body }) => body.transaction_status)

  test('lose: never sent', async () => {
    const { simulator, charge, received } = bench()
    simulator.faults.add({ kind: 'lose', transactionStatus: 'settlement' })
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.clock.advance(WEEK)
    expect(told(received)).toEqual(['pending'])
    expect(simulator.notifications.list()[0]).toMatchObject({ state: 'lost', fault: 'lose' })
    expect(simulator.faults.list()).toEqual([])
  })

  test('repeat: so many in all, of this order only', async () => {
    const { simulator, charge, received } = bench()
    simulator.faults.add({ kind: 'repeat', copies: 3, orderId: 'order-2' })
    for (const order of ['order-1', 'order-2']) await charge(order)
    await simulator.idle()
    expect(received.map(({ body }) => body.order_id)).toEqual(['order-1', 'order-2', 'order-2', 'order-2'])
  })

  test('delay: so many seconds later, and it tells of then', async () => {
    const { simulator, charge, received } = bench()
    simulator.faults.add({ kind: 'delay', seconds: 120 })
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.clock.advance(119)
    expect(told(received)).toEqual(['settlement'])
    await simulator.clock.advance(1)
    expect(told(received)).toEqual(['settlement', 'pending'])
    expect(received[1]!.body).not.toHaveProperty('settlement_time')
  })

  test('reorder: after the next one of its order', async () => {
    const { simulator, charge, received } = bench()
    simulator.faults.add({ kind: 'reorder' })
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.idle()
    expect(told(received)).toEqual(['settlement', 'pending'])
  })

  test('reorder: after a minute when no other comes', async () => {
    const { simulator, charge, received } = bench()
    simulator.faults.add({ kind: 'reorder' })
    await charge('order-1')
    await simulator.clock.advance(60)
    expect(told(received)).toEqual(['pending'])
  })

  test('wrong_signature: does not verify', async () => {
    const { simulator, charge, received } = bench()
    await charge('order-1', {}, { 'X-Simulator-Fault': 'wrong_signature' })
    await charge('order-2')
    await simulator.idle()
    const verified = received.map(({ body }) =>
      verifySignature(
        {
          orderId: String(body.order_id),
          statusCode: String(body.status_code),
          grossAmount: String(body.gross_amount),
          signatureKey: String(body.signature_key),
        },
        simulator.serverKey,
      ),
    )
    expect(verified).toEqual([false, true])
  })
})

describe('a notice that cannot be made', () => {
  const broken = (fails: () => boolean) => ({
    kind: 'recurring' as const,
    lane: 'broken',
    document: () => {
      if (fails()) throw new RangeError('Invalid time value')
      return {}
    },
  })
  const made = () => {
    const sent: string[] = []
    const world = createWorld({
      serverKey: 's',
      clientKey: 'c',
      merchantId: 'G1',
      notificationUrl: HOOK,
      clock: { start: START, frozen: true },
      deliver: async (request) => {
        sent.push(await request.text())
        return new Response()
      },
    })
    return { sent, outbox: world.outbox }
  }

  test.each([
    ['at all', 1],
    ['when it is its turn', 2],
  ])('%s: is given up with the reason, and the next is sent', async (_, from) => {
    const { sent, outbox } = made()
    let rendered = 0
    outbox.post(
      broken(() => ++rendered >= from),
      [HOOK],
    )
    outbox.sendTest()
    await outbox.idle()
    expect(sent).toHaveLength(1)
    expect(outbox.list()).toMatchObject([
      { kind: 'test', state: 'delivered' },
      { kind: 'recurring', state: 'failed', attempts: [{ says: expect.stringContaining('Invalid time') }] },
    ])
  })

  test('on a disk that is full, neither', async () => {
    const { sent, outbox } = made()
    outbox.onChange = () => {
      throw new Error('ENOSPC')
    }
    outbox.sendTest()
    outbox.sendTest()
    await outbox.idle()
    expect(sent).toHaveLength(2)
  })
})
