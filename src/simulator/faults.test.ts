import { describe, expect, test } from 'vitest'
import { basic, bca, bench } from '../../test/support/simulated-merchant.ts'
import { LineCut } from './broken-answer.ts'
import type { Fault } from './faults.ts'

const fails = (work: Promise<unknown>) => expect(work).rejects.toBeInstanceOf(LineCut)

describe('faults of requests', () => {
  test('lose_answer: it was done, and nobody heard', async () => {
    const { simulator, charge, call, received } = bench()
    simulator.faults.add({ kind: 'lose_answer', verb: 'charge' })
    await fails(charge('order-1'))
    await simulator.idle()
    expect(received).toHaveLength(1)
    expect((await call('GET', '/v2/order-1/status')).body.transaction_status).toBe('pending')
    expect((await charge('order-1')).body.status_code).toBe('406')
  })

  test('lose_answer: the same key brings the answer after all', async () => {
    const { simulator, charge } = bench()
    const key = { 'Idempotency-Key': 'key-1' }
    simulator.faults.add({ kind: 'lose_answer' })
    await fails(charge('order-1', {}, key))
    expect((await charge('order-1', {}, key)).body).toMatchObject({ status_code: '201', order_id: 'order-1' })
    expect(simulator.transactions()).toHaveLength(1)
  })

  // fault → whether the charge was done, and what came back
  // biome-ignore format: a table is read in columns
  const ENDS: [fault: Fault, done: boolean, http: number | 'cut', code?: string][] = [
    [{ kind: 'cut' },                                         false, 'cut'],
    [{ kind: 'cut', when: 'after' },                          true,  'cut'],
    [{ kind: 'http_error' },                                  false, 500, '500'],
    [{ kind: 'http_error', status: 503 },                     false, 503, '503'],
    [{ kind: 'http_error', status: 504, when: 'after' },      true,  504, '504'],
    [{ kind: 'http_error', body: false },                     false, 500],
    [{ kind: 'too_many' },                                    false, 429, '429'],
    [{ kind: 'html' },                                        false, 502],
    [{ kind: 'html', status: 504, when: 'after' },            true,  504],
    [{ kind: 'refuse' },                                      false, 200, '505'],
    [{ kind: 'refuse', code: '402' },                         false, 200, '402'],
  ]

  test.each(ENDS)('%j', async (fault, done, http, code) => {
    const { simulator } = bench()
    simulator.faults.add(fault)
    const request = new Request('http://simulator/v2/charge', {
      method: 'POST',
      headers: { Authorization: basic(simulator.serverKey) },
      body: JSON.stringify(bca('order-1')),
    })
    if (http === 'cut') await fails(simulator.fetch(request))
    else {
      const response = await simulator.fetch(request)
      expect(response.status).toBe(http)
      const text = await response.text()
      if (code) expect(JSON.parse(text).status_code).toBe(code)
      else expect(() => JSON.parse(text)).toThrow()
    }
    expect(simulator.transactions()).toHaveLength(done ? 1 : 0)
  })

  test.each(['before', 'after'] as const)(
    'timeout %s acting hangs until the caller gives up',
    async (when) => {
      const { simulator } = bench()
      simulator.faults.add({ kind: 'timeout', when })
      const patience = new AbortController()
      const answer = simulator.fetch(
        new Request('http://simulator/v2/charge', {
          method: 'POST',
          headers: { Authorization: basic(simulator.serverKey) },
          body: JSON.stringify(bca('order-1')),
          signal: patience.signal,
        }),
      )
      await simulator.idle()
      patience.abort(new DOMException('patience', 'TimeoutError'))
      await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
      expect(simulator.transactions()).toHaveLength(when === 'after' ? 1 : 0)
    },
  )

  test('timeout is a cut line two minutes later for one who never gives up', async () => {
    const { simulator, charge } = bench()
    simulator.faults.add({ kind: 'timeout' })
    const answer = fails(charge('order-1'))
    await simulator.idle()
    await simulator.clock.advance(120)
    await answer
  })

  test('timeout before acting leaves the key free for the retry', async () => {
    const { simulator, charge } = bench()
    const key = { 'Idempotency-Key': 'key-1' }
    simulator.faults.add({ kind: 'timeout' })
    const first = fails(charge('order-1', {}, key))
    await simulator.idle()
    expect((await charge('order-1', {}, key)).body.status_code).toBe('201')
    await simulator.clock.advance(120)
    await first
  })

  test.each(['timeout', 'latency'] as const)(
    '%s ends at a reset, and nothing is heard of it',
    async (kind) => {
      const { simulator, charge, received } = bench()
      simulator.faults.add({ kind })
      const answer = charge('order-1').catch((error) => error)
      await simulator.idle()
      simulator.reset()
      await answer
      await simulator.idle()
      expect([simulator.transactions(), received]).toEqual([[], []])
    },
  )

  test('latency goes by the simulator’s clock, and Midtrans acts also for one who gave up', async () => {
    const { simulator } = bench()
    simulator.faults.add({ kind: 'latency', seconds: 60 })
    const patience = new AbortController()
    const answer = simulator.fetch(
      new Request('http://simulator/v2/charge', {
        method: 'POST',
        headers: { Authorization: basic(simulator.serverKey) },
        body: JSON.stringify(bca('order-1')),
        signal: patience.signal,
      }),
    )
    await simulator.clock.advance(30)
    patience.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    expect(simulator.transactions()).toEqual([])
    await simulator.clock.advance(30)
    expect(simulator.transactions()).toHaveLength(1)
  })

  test('a request given up before it was sent is never sent', async () => {
    const { simulator } = bench()
    const request = new Request('http://simulator/v2/charge', {
      method: 'POST',
      headers: { Authorization: basic(simulator.serverKey) },
      body: JSON.stringify(bca('order-1')),
      signal: AbortSignal.abort(),
    })
    await expect(simulator.fetch(request)).rejects.toMatchObject({ name: 'AbortError' })
    await simulator.idle()
    expect(simulator.transactions()).toEqual([])
  })

  test('act so many times, on what matches, and are gone', async () => {
    const { simulator, charge, call } = bench()
    simulator.faults.add({ kind: 'too_many', verb: 'status', orderId: 'order-1', times: 2 })
    const { body } = await charge('order-1')
    await charge('order-2')
    const http = async (id: unknown) => (await call('GET', `/v2/${id}/status`)).http
    expect(await http('order-2')).toBe(200)
    expect(await http('order-1')).toBe(429)
    expect(simulator.faults.list()).toMatchObject([{ left: 1 }])
    expect(await http(body.transaction_id)).toBe(429)
    expect(await http('order-1')).toBe(200)
  })

  test('one that ends the request does not use up another', async () => {
    const { simulator, charge } = bench()
    simulator.faults.add({ kind: 'too_many' })
    const second = simulator.faults.add({ kind: 'cut' })
    await charge('order-1')
    expect(simulator.faults.list()).toMatchObject([{ id: second, left: 1 }])
    expect(simulator.faults.remove(second)).toBe(true)
    expect(simulator.faults.remove(second)).toBe(false)
  })

  test('of one request come in its header', async () => {
    const { simulator, charge } = bench()
    await fails(charge('order-1', {}, { 'X-Simulator-Fault': 'lose_answer' }))
    expect(simulator.transactions()).toHaveLength(1)
    const answer = await charge('order-2', {}, { 'X-Simulator-Fault': '{"kind":"http_error","status":502}' })
    expect(answer.http).toBe(502)
    expect((await charge('order-2')).body.status_code).toBe('201')
  })

  test.each(['lose_anser', '{"kind":', '{"kind":"cut","whenn":"after"}', '{"kind":"cut","copies":2}'])(
    'misspelt as %s are not passed over',
    async (header) => {
      const { charge, simulator } = bench()
      const answer = await charge('order-1', {}, { 'X-Simulator-Fault': header })
      expect(answer).toMatchObject({ http: 400, body: { simulator: true } })
      expect(simulator.transactions()).toEqual([])
    },
  )

  test('with mistakes name them all', () => {
    const { simulator } = bench()
    const fault = { kind: 'latency', seconds: -1, copies: 2, times: 0 } as const
    expect(() => simulator.faults.add(fault)).toThrow(/copies.*times.*seconds/)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['latency',    { seconds: 5 }],
    ['delay',      { seconds: 60 }],
    ['http_error', { status: 500 }],
    ['html',       { status: 502 }],
    ['refuse',     { code: '505' }],
    ['repeat',     { copies: 2 }],
  ] as const)('%s shows the value it uses when none is given', async (kind, value) => {
    const { call } = bench()
    expect(await call('POST', '/_simulator/faults', { kind })).toMatchObject({ http: 201, body: value })
  })

  test.each(['', 'a b', 'a/b', 'x'.repeat(101)])('an order “%s” cannot be', async (order_id) => {
    const { call } = bench()
    expect(await call('POST', '/_simulator/faults', { kind: 'lose', order_id })).toMatchObject({
      http: 400,
      body: { problems: [{ field: 'order_id' }] },
    })
  })
})
