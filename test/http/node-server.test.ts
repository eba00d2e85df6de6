/** bayar on Node's own server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../src/adapters/node.ts'
import { notice } from '../support/notice.ts'
import { API_KEY, listen, NOTIFICATION, post, type Surface, speak, surface } from './surface.ts'

let shop: Surface
beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const signed = (orderId: string) => JSON.stringify(notice(shop.simulator.serverKey, { order_id: orderId }))
const senderOf = async (orderId: string) =>
  (
    await shop.rows<{ sender: string | null }>('select sender from bayar.notifications where order_id = $1', [
      orderId,
    ])
  )[0]?.sender

describe('serve', () => {
  test('closes after the last answer: what has begun is finished, what is kept alive is cut', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let began = () => {}
    const started = new Promise<void>((resolve) => {
      began = resolve
    })
    const server = await serve(
      {
        settings: {},
        async fetch(request) {
          if (request.url.endsWith('/slow')) {
            began()
            await held
          }
          return new Response('answered')
        },
      },
      { port: 0 },
    )
    const idle = await speak(server.port, ['GET /quick HTTP/1.1\r\nHost: b\r\n\r\n'])
    const slow = speak(server.port, ['GET /slow HTTP/1.1\r\nHost: b\r\n\r\n'])
    await started
    const closing = server.close()
    expect((await speak(server.port, ['GET /quick HTTP/1.1\r\nHost: b\r\n\r\n'])).status).toBeNull()
    release()
    expect([idle.body, (await slow).body]).toEqual(['answered', 'answered'])
    await closing
  })

  test('a port that is taken is an error to catch', async () => {
    const server = await serve(shop.bayar, { port: 0 })
    await expect(serve(shop.bayar, { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await server.close()
  })

  test('answers REST, also to a slow reader of bodies in chunks', async () => {
    await using server = await listen(shop)
    const body = JSON.stringify({
      payment_type: 'bank_transfer',
      bank: 'bni',
      gross_amount: 5_000,
      order_id: 'ORDER-WIRE',
    })
    const got = await speak(
      server.port,
      post('/midtrans/api/charge/', body, [`Authorization: Bearer ${API_KEY}`]),
    )
    expect(got).toMatchObject({ status: 201, body: expect.stringContaining('"order_id":"ORDER-WIRE"') })
  })

  test('a body of REST that stalls, breaks off or is too large is answered like any other', async () => {
    await using server = await listen(shop, { limits: { bodyBytesMax: 1_000, bodyDeadlineMs: 150 } })
    const head = (length: number) =>
      `POST /midtrans/api/charge/ HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
    expect(await speak(server.port, [head(100), '{', () => new Promise(() => {})])).toMatchObject({
      status: 408,
      body: expect.stringContaining('"too_slow"'),
    })
    expect(await speak(server.port, [head(1_001)])).toMatchObject({
      status: 413,
      body: expect.stringContaining('"too_large"'),
    })
    expect((await speak(server.port, ['GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n'])).status).toBe(200)
  })
})

describe('the sender’s address', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['is the socket’s',                               [],                                   '9.9.9.9',                        '127.0.0.1'],
    ['is the proxy’s word, where it is trusted',      ['127.0.0.1'],                        '9.9.9.9',                        '9.9.9.9'],
    ['is the last that no trusted proxy wrote',       ['127.0.0.0/8', '10.0.0.0/8'],        '6.6.6.6, 9.9.9.9, 10.1.2.3',     '9.9.9.9'],
    ['may be of the new kind',                        ['127.0.0.1', '2001:db8::/32'],       '2001:4860::1, 2001:db8::5',      '2001:4860::1'],
    ['may have a port',                               ['127.0.0.1'],                        '9.9.9.9:4711',                   '9.9.9.9'],
    ['may have brackets',                             ['127.0.0.1'],                        '[2001:4860::1]:4711',            '2001:4860::1'],
    ['is the old kind in the new',                    ['127.0.0.1'],                        '::ffff:9.9.9.9',                 '9.9.9.9'],
    ['is the proxy’s own, where it writes rubbish',   ['127.0.0.1'],                        'unknown, <script>',              '127.0.0.1'],
    ['is the furthest, where all are trusted',        ['127.0.0.1', '10.0.0.0/8'],          '10.0.0.2, 10.0.0.1',             '10.0.0.2'],
  ] as const)('%s', async (what, trustedProxies, forwarded, expected) => {
    await using server = await listen(shop, { settings: { trustedProxies } })
    const orderId = `SENDER-${what.length}-${trustedProxies.length}`
    expect((await speak(server.port, post(NOTIFICATION, signed(orderId), [`X-Forwarded-For: ${forwarded}`]))).status).toBe(200)
    expect(await senderOf(orderId)).toBe(expected)
  })

  test('a proxy that is none is a mistake in the configuration', async () => {
    await expect(
      listen(shop, { settings: { trustedProxies: ['10.0.0.0/33', 'nginx', '10.0.0.1'] } }),
    ).rejects.toMatchObject({
      code: 'config_invalid',
      details: { problems: [{ field: 'trustedProxies' }, { field: 'trustedProxies' }] },
    })
  })
})
