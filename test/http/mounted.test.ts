/** bayar inside somebody else's server. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { createApp } from '../../src/http/app.ts'
import { silentLog } from '../../src/operations/log.ts'
import { notice } from '../support/notice.ts'
import { chunked, NOTIFICATION, post, type Surface, speak, surface } from './surface.ts'

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

async function hosted(server: Server, work: (port: number) => Promise<void>): Promise<void> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    await work((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
}

describe('inside a host’s server', () => {
  test('as the handler of node:http, and no global is replaced', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await hosted(createServer(toNodeHandler(shop.bayar)), async (port) => {
      expect((await speak(port, post(NOTIFICATION, signed('HOST-1')))).status).toBe(200)
      expect((await speak(port, ['GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n'])).status).toBe(200)
    })
    expect([globalThis.Request, globalThis.Response]).toEqual(before)
  })

  test('what lies outside basePath goes on to the host’s own routes', async () => {
    await using mounted = await surface({ options: { basePath: '/api/bayar' } })
    const handler = toNodeHandler(mounted.bayar)
    const server = createServer((incoming, outgoing) =>
      handler(incoming, outgoing, () => outgoing.end('the host')),
    )
    await hosted(server, async (port) => {
      expect((await speak(port, ['GET /elsewhere HTTP/1.1\r\nHost: b\r\n\r\n'])).body).toContain('the host')
      expect((await speak(port, ['GET /api/bayard HTTP/1.1\r\nHost: b\r\n\r\n'])).body).toContain('the host')
      expect((await speak(port, ['GET /api/bayar/healthz HTTP/1.1\r\nHost: b\r\n\r\n'])).body).toContain(
        'alive',
      )
    })
  })

  test('behind a framework that cuts the mount path and has read the body already', async () => {
    const handler = toNodeHandler(shop.bayar)
    const read = async (incoming: IncomingMessage) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    }
    const server = createServer(
      async (
        incoming: IncomingMessage & { originalUrl?: string; body?: unknown; rawBody?: Buffer },
        outgoing,
      ) => {
        incoming.originalUrl = incoming.url!
        incoming.url = '/'
        const bytes = await read(incoming)
        if (incoming.headers['x-keep'] === 'raw') incoming.rawBody = bytes
        else incoming.body = JSON.parse(bytes.toString('utf8'))
        handler(incoming, outgoing)
      },
    )
    await hosted(server, async (port) => {
      expect((await speak(port, post(NOTIFICATION, signed('HOST-RAW'), ['X-Keep: raw']))).status).toBe(200)
      expect((await speak(port, post(NOTIFICATION, signed('HOST-PARSED')))).status).toBe(200)
      expect(await senderOf('HOST-PARSED')).toBe('127.0.0.1')
    })
  })

  test('as a fetch handler behind another adapter: the same limits, and the sender is known', async () => {
    const settings = shop.bayar.settings
    const app = createApp({
      bayar: shop.bayar,
      settings,
      log: silentLog,
      limits: { bodyBytesMax: 2_000, bodyDeadlineMs: 150 },
    })
    const listener = getRequestListener((request, env) => app.fetch(request, env), {
      overrideGlobalObjects: false,
    })
    await hosted(createServer(listener), async (port) => {
      expect((await speak(port, post(NOTIFICATION, signed('HOST-WEB')))).status).toBe(200)
      expect(await senderOf('HOST-WEB')).toBe('127.0.0.1')
      expect((await speak(port, chunked(NOTIFICATION, ['x'.repeat(1_500), 'x'.repeat(1_500)]))).status).toBe(
        413,
      )
      const [head = '', body = ''] = post(NOTIFICATION, signed('HOST-STALL')) as [string, string]
      expect((await speak(port, [head, body.slice(0, 20), () => new Promise(() => {})])).status).toBe(408)
    })
  })

  test('as a fetch handler, where nobody knows the sender', async () => {
    const answer = await shop.bayar.fetch(
      new Request(`http://any.example${NOTIFICATION}`, {
        method: 'POST',
        body: signed('HOST-FETCH'),
        headers: { 'x-forwarded-for': '9.9.9.9' },
      }),
    )
    expect(answer.status).toBe(200)
    expect(await senderOf('HOST-FETCH')).toBeNull()
  })
})
