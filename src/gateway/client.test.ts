import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import type { ChargeAsked } from '../domain/payment.ts'
import { createMidtransClient, type MidtransClientOptions } from './client.ts'
import { pathOf } from './endpoints.ts'
import { createGateway } from './gateway.ts'

const serverKey = 'SB-Mid-server-TESTKEY-0000000000'
const pending = {
  status_code: '201',
  status_message: 'Success',
  transaction_status: 'pending',
  transaction_id: 't-1',
}

interface Seen {
  url: string
  init: RequestInit
  headers: Headers
  body: unknown
}

/** A client on a network of one answer, and what it sent. */
function clientWith(
  answer: Response | (() => Promise<Response>),
  options: Partial<MidtransClientOptions> = {},
) {
  const seen: Seen[] = []
  const fetchOnce: typeof fetch = async (input, init = {}) => {
    seen.push({
      url: String(input),
      init,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    })
    return answer instanceof Response ? answer : answer()
  }
  return {
    client: createMidtransClient({ serverKey, isProduction: false, fetch: fetchOnce, ...options }),
    seen,
  }
}

const json = (body: object, status = 200) => Response.json(body, { status })

describe('what is sent', () => {
  it('a charge: address, key, headers, body', async () => {
    const { client, seen } = clientWith(json(pending))
    const body = {
      payment_type: 'bank_transfer',
      transaction_details: { order_id: 'INV-1', gross_amount: 1000 },
      bank_transfer: { bank: 'bca' },
    } as const
    await client.charge(body, {
      key: 'k-1',
      overrideNotification: ['https://shop.example/a', 'https://shop.example/b'],
      appendNotification: ['https://books.example/c'],
    })
    expect(seen[0]).toMatchObject({ url: 'https://api.sandbox.midtrans.com/v2/charge', body })
    expect(seen[0]?.init).toMatchObject({ method: 'POST', redirect: 'manual' })
    expect(Object.fromEntries(seen[0]!.headers)).toMatchObject({
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}`,
      'content-type': 'application/json',
      'idempotency-key': 'k-1',
      'user-agent': 'bayar',
      'x-override-notification': 'https://shop.example/a,https://shop.example/b',
      'x-append-notification': 'https://books.example/c',
    })
  })

  // biome-ignore format: a table is read in columns
  it.each([
    ['status',       'GET',  '/v2/INV-1/status'],
    ['cancel',       'POST', '/v2/INV-1/cancel'],
    ['expire',       'POST', '/v2/INV-1/expire'],
    ['approve',      'POST', '/v2/INV-1/approve'],
    ['deny',         'POST', '/v2/INV-1/deny'],
    ['refund',       'POST', '/v2/INV-1/refund'],
    ['directRefund', 'POST', '/v2/INV-1/refund/online/direct'],
  ] as const)('%s', async (verb, method, path) => {
    const { client, seen } = clientWith(json(pending), { isProduction: true, serverKey: 'Mid-server-x' })
    if (verb === 'refund' || verb === 'directRefund') await client[verb]('INV-1', { refund_key: 'r-1', amount: 5 }, { key: 'k' })
    else await client[verb]('INV-1', { key: 'k' })
    expect(seen[0]?.url).toBe(`https://api.midtrans.com${path}`)
    expect(seen[0]?.init.method).toBe(method)
    expect(seen[0]?.headers.get('idempotency-key')).toBe(method === 'POST' ? 'k' : null)
  })

  it('capture, and pages of the transactions of one order', async () => {
    const { client, seen } = clientWith(async () => json(pending))
    await client.capture({ transaction_id: 't-1', gross_amount: 120_000 })
    await client.statusB2b('INV-1', { page: 2 })
    expect(seen[0]).toMatchObject({ body: { transaction_id: 't-1', gross_amount: 120_000 } })
    expect(seen[1]?.url).toMatch(/\/v2\/INV-1\/status\/b2b\?page=2&per_page=10$/)
  })

  it('ids stay inside their place in the address (defect D41)', async () => {
    expect(pathOf('status', 'a/cancel?x=1#y')).toBe('/v2/a%2Fcancel%3Fx%3D1%23y/status')
    expect(pathOf('status', '$&')).toBe('/v2/%24%26/status')
    const { client, seen } = clientWith(json(pending))
    for (const id of ['', '.', '..', '\ud800', undefined as unknown as string]) {
      await expect(client.cancel(id)).rejects.toMatchObject({ code: 'invalid_request' })
    }
    expect(seen).toEqual([])
  })

  it('a key that Midtrans would ignore, or an address that would become two, is refused before anything is sent', async () => {
    const { client, seen } = clientWith(json(pending))
    await expect(client.cancel('INV-1', { key: 'x'.repeat(47) })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(client.cancel('INV-1', { key: '' })).rejects.toMatchObject({ code: 'invalid_request' })
    const body = {
      payment_type: 'qris',
      transaction_details: { order_id: 'x', gross_amount: 1 },
    } as const
    for (const url of ['ftp://x', 'https://a,https://b', 'https://a b', 'https://a\r\nX: y']) {
      await expect(client.charge(body, { overrideNotification: [url] })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    }
    expect(seen).toEqual([])
  })
})

describe('keys and addresses', () => {
  // biome-ignore format: a table is read in columns
  it.each<[string, Partial<MidtransClientOptions>, string]>([
    ['no key',                           { serverKey: '' },                                              'keys_missing'],
    ['a blank key',                      { serverKey: '  ' },                                            'keys_missing'],
    ['a key with its line break',        { serverKey: `${serverKey}\n` },                                'config_invalid'],
    ['the client key',                   { serverKey: 'SB-Mid-client-abc' },                             'keys_mixed_up'],
    ['a sandbox key in production',      { isProduction: true },                                         'keys_mixed_up'],
    ['production in clear',              { isProduction: true, serverKey: 'Mid-server-x', baseUrl: 'http://x' }, 'config_invalid'],
    ['an address that is none',          { baseUrl: 'localhost:3001' },                                  'config_invalid'],
  ])('%s is refused, without showing the key', (_, options, code) => {
    try {
      createMidtransClient({ serverKey, isProduction: false, ...options })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code })
      expect(String(error)).not.toContain('TESTKEY')
    }
  })

  it('a sandbox key may lack its SB-', () => {
    expect(() => createMidtransClient({ serverKey: 'Mid-server-x', isProduction: false })).not.toThrow()
  })

  // biome-ignore format: a table is read in columns
  it.each<[string, Partial<MidtransClientOptions>, RegExp]>([
    ['sandbox',             {},                                                  /sandbox server key/],
    ['sandbox, no SB-',     { serverKey: 'Mid-server-x' },                       /MIDTRANS_IS_PRODUCTION/],
    ['production',          { serverKey: 'Mid-server-x', isProduction: true },   /production server key/],
    ['simulator',           { baseUrl: 'http://localhost:3001/' },               /MIDTRANS_BASE_URL/],
  ])('a 401 names the likely mix-up: %s', async (_, options, hint) => {
    const { client } = clientWith(json({ status_code: '401', status_message: `No such key ${serverKey}.` }, 401), options)
    const answer = await client.status('INV-1')
    expect(answer).toMatchObject({ class: 'rejected', code: '401' })
    expect(answer.message).toMatch(hint)
    expect(answer.message).not.toContain('TESTKEY')
  })
})

describe('what comes back', () => {
  it('the document exactly as received', async () => {
    const body = '{ "status_code":"200", "transaction_status":"settlement","gross_amount":"1.00" }'
    const { client } = clientWith(new Response(body))
    const answer = await client.status('INV-1')
    expect(answer).toMatchObject({ class: 'done', code: '200', httpStatus: 200 })
    expect(new TextDecoder().decode(answer.document!)).toBe(body)
  })

  it('a sentence that a column can keep: else what it says of the money would be lost with it', async () => {
    const { client } = clientWith(
      json({ status_code: '402', status_message: 'No\u0000 \ud800', validation_messages: ['\u0000'] }),
    )
    const answer = await client.status('INV-1')
    expect(answer.message).toBe('No\ufffd \ufffd')
    expect(answer.validationMessages).toEqual(['\ufffd'])
  })

  it('a refusal in the body over HTTP 200 (defect D6), with its reasons', async () => {
    const { client } = clientWith(
      json({
        status_code: '400',
        status_message: 'One or more parameters is invalid.',
        validation_messages: ['email siti@example.com'],
      }),
    )
    expect(await client.cancel('INV-1')).toMatchObject({
      class: 'rejected',
      code: '400',
      httpStatus: 200,
      message: 'One or more parameters is invalid.',
      validationMessages: ['email [e-mail]'],
    })
  })

  // biome-ignore format: a table is read in columns
  it.each<[string, () => Promise<Response>, RegExp]>([
    ['a proxy’s page',      async () => new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } }), /not Midtrans \(HTTP 403, text\/html\)/],
    ['nothing',             async () => new Response(null, { status: 204 }),                            /not Midtrans \(HTTP 204/],
    ['somebody’s JSON',     async () => json({ message: 'Forbidden' }, 403),                            /not Midtrans \(HTTP 403/],
    ['a redirect',          async () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }), /HTTP 302/],
    ['too much',            async () => new Response(`{"status_code":"200","x":"${'x'.repeat(1024 * 1024)}"}`), /more than 1 MiB/],
    ['a cut line',          async () => Promise.reject(new TypeError(`fetch failed ${serverKey}`, { cause: { code: 'ECONNRESET' } })), /^The connection to Midtrans failed: ECONNRESET\.$/],
    ['an odd error',        async () => Promise.reject(serverKey),                                      /^The connection to Midtrans failed\.$/],
  ])('%s is unknown: nothing may be concluded', async (_, answer, message) => {
    const { client } = clientWith(answer)
    const received = await client.charge({ payment_type: 'qris', transaction_details: { order_id: 'x', gross_amount: 1 } })
    expect(received).toMatchObject({ class: 'unknown', document: null, message: expect.stringMatching(message) })
    expect(JSON.stringify(received)).not.toContain('TESTKEY')
  })

  it('after the deadline, even from a fetch that never listens', async () => {
    const { client } = clientWith(() => new Promise(() => {}), { deadlineSeconds: 0.01 })
    expect(await client.status('INV-1')).toMatchObject({
      class: 'unknown',
      code: null,
      message: 'Midtrans did not answer within 0.01 s.',
    })
  })

  it('after the asker gave up; before the question, nothing is sent at all', async () => {
    const asker = new AbortController()
    const { client, seen } = clientWith(() => new Promise(() => {}))
    const answer = client.status('INV-1', { signal: asker.signal })
    asker.abort(new Error(serverKey))
    const givenUp = {
      class: 'unknown',
      code: null,
      message: 'The question was given up before Midtrans answered.',
    }
    expect(await answer).toMatchObject(givenUp)
    expect(await client.status('INV-1', { signal: asker.signal })).toMatchObject(givenUp)
    expect(seen).toHaveLength(1)
  })
})

describe('over a real line', () => {
  const servers: ReturnType<typeof createServer>[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function listen(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('a redirect is not followed: the key stays at home', async () => {
    let visits = 0
    const thief = await listen((_, response) => {
      visits++
      response.end('{}')
    })
    const baseUrl = await listen((_, response) => response.writeHead(307, { location: thief }).end())
    const answer = await createMidtransClient({ serverKey, isProduction: false, baseUrl }).cancel('INV-1')
    expect(answer).toMatchObject({ class: 'unknown', httpStatus: 307 })
    expect(visits).toBe(0)
  })

  it('an answer that stalls half-way is over at the deadline', async () => {
    const baseUrl = await listen((_, response) => response.writeHead(200).write('{"status_code":'))
    const client = createMidtransClient({ serverKey, isProduction: false, baseUrl, deadlineSeconds: 0.2 })
    expect(await client.status('INV-1')).toMatchObject({ class: 'unknown', code: null })
  })

  it('nobody listening is told by its code', async () => {
    const baseUrl = await listen(() => {})
    const closed = servers.pop()!
    closed.close()
    await once(closed, 'close')
    const answer = await createMidtransClient({ serverKey, isProduction: false, baseUrl }).status('INV-1')
    expect(answer).toMatchObject({
      class: 'unknown',
      message: 'The connection to Midtrans failed: ECONNREFUSED.',
    })
  })
})

describe('the gateway', () => {
  const asked: ChargeAsked = {
    orderId: 'INV-1',
    grossAmount: 1000n,
    paymentType: 'bank_transfer',
    bank: 'bca',
    customer: {},
    items: [],
    customFields: [],
    metadata: null,
    expirySeconds: null,
    notificationUrl: 'https://shop.example/notify',
  }

  it('asks with the key of the merchant, and sends the notification address as a header', async () => {
    const authorizations: (string | null)[] = []
    const send: typeof fetch = async (_, init) => {
      const headers = new Headers(init?.headers)
      authorizations.push(headers.get('authorization'))
      expect(headers.get('x-override-notification')).toBe(
        init?.method === 'POST' ? 'https://shop.example/notify' : null,
      )
      return json(pending)
    }
    const gateway = createGateway({
      clock: systemClock,
      accounts: [
        { merchant: 'default', serverKey, isProduction: false, fetch: send },
        { merchant: 'retail', serverKey: 'SB-Mid-server-retail', isProduction: false, fetch: send },
        { merchant: 'unset', serverKey: '', isProduction: false, fetch: send },
      ],
    })
    expect(await gateway.charge({ merchant: 'retail', key: 'k-1' }, asked)).toMatchObject({
      class: 'done',
      code: '201',
    })
    expect(await gateway.status({ merchant: 'default' }, 't-1')).toMatchObject({ class: 'done' })
    expect(authorizations).toEqual([
      `Basic ${btoa('SB-Mid-server-retail:')}`,
      `Basic ${btoa(`${serverKey}:`)}`,
    ])
    await expect(gateway.status({ merchant: 'unset' }, 't-1')).rejects.toMatchObject({ code: 'keys_missing' })
    await expect(gateway.status({ merchant: 'nobody' }, 't-1')).rejects.toMatchObject({
      code: 'keys_missing',
    })
  })
})
