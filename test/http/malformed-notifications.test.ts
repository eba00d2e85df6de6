/**
 * The address for notifications is open to the world. Whatever comes: a documented answer, never a 500, nothing stored without bound, and those who behave are served meanwhile. Over a real
 * socket, because half of what can go wrong is no request at all.
 */
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signatureOf } from '../../src/gateway/signature.ts'
import { notice } from '../support/notice.ts'
import {
  chunked,
  type Listening,
  listen,
  NOTIFICATION,
  post,
  type Surface,
  speak,
  surface,
} from './surface.ts'

const LIMITS = { bodyBytesMax: 64 * 1024, bodyDeadlineMs: 250 }

let shop: Surface
let server: Listening
let key: string

beforeAll(async () => {
  shop = await surface()
  key = shop.simulator.serverKey
  server = await listen(shop, { limits: LIMITS, headersTimeoutMs: 400 })
  await shop.charge('ORDER-1')
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await shop?.close()
})

const json = (value: unknown) => JSON.stringify(value)
const signed = (changes: Record<string, unknown> = {}) =>
  notice(key, { order_id: 'SOMEBODY-ELSE', ...changes })
const without = (field: string) => {
  const { [field]: _, ...rest } = signed()
  return rest
}
/** Exactly so many bytes of a genuine notification. */
const genuineOf = (bytes: number) => {
  const empty = json({ ...signed(), filler: '' })
  return json({ ...signed(), filler: 'x'.repeat(bytes - empty.length) })
}
/** As the text stands on the wire, which JSON.stringify would tidy up. */
const signedText = (orderId: string, asWritten: string) => {
  const { signature_key: _, order_id: __, ...rest } = signed()
  const signature = signatureOf({ orderId, statusCode: '200', grossAmount: '150000.00' }, key)
  return json({ ...rest, signature_key: signature }).replace('{', `{"order_id":"${asWritten}",`)
}

type Case = readonly [what: string, body: () => string | Uint8Array, status: number, answer: string]

// biome-ignore format: a table is read in columns
const BODIES: readonly Case[] = [
  ['nothing',                                   () => '',                                                      400, 'notification_malformed'],
  ['no JSON',                                   () => 'order_id=ORDER-1&status=settlement',                    400, 'notification_malformed'],
  ['half a document',                           () => json(signed()).slice(0, 80),                             400, 'notification_malformed'],
  ['two documents',                             () => json(signed()) + json(signed()),                         400, 'notification_malformed'],
  ['an empty list',                             () => '[]',                                                    400, 'notification_malformed'],
  ['a list of notifications',                   () => json([signed()]),                                        400, 'notification_malformed'],
  ['null',                                      () => 'null',                                                  400, 'notification_malformed'],
  ['a number',                                  () => '200',                                                   400, 'notification_malformed'],
  ['a text',                                    () => '"settlement"',                                          400, 'notification_malformed'],
  ['true',                                      () => 'true',                                                  400, 'notification_malformed'],
  ['NaN',                                       () => '{"gross_amount":NaN}',                                  400, 'notification_malformed'],
  ['bytes that are no text',                    () => Buffer.from([0xff, 0xfe, 0x00, 0x80]),                   400, 'notification_malformed'],
  ['a compressed one',                          () => gzipSync(json(signed())),                                400, 'notification_malformed'],
  ['lists, 30,000 deep',                        () => '['.repeat(30_000) + ']'.repeat(30_000),                 400, 'notification_malformed'],
  ['lists, 30,000 deep, never closed',          () => '['.repeat(30_000),                                      400, 'notification_malformed'],
  ['objects, 10,000 deep',                      () => `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,       400, 'notification_malformed'],
  ['a signed one that hides depth',             () => json(signed()).replace('{', `{"x":${'['.repeat(9_000)}${']'.repeat(9_000)},`), 400, 'notification_malformed'],
  ['lists, 100,000 deep',                       () => '['.repeat(100_000) + ']'.repeat(100_000),               413, 'too_large'],
  ['one byte too many',                         () => genuineOf(64 * 1024 + 1),                                413, 'too_large'],
  ['5 MB',                                      () => Buffer.alloc(5 * 1024 * 1024, 0x20),                     413, 'too_large'],
  ['an empty object',                           () => '{}',                                                    403, 'notification_unsigned'],
  ['no signature',                              () => json(without('signature_key')),                          403, 'notification_unsigned'],
  ['no order id',                               () => json(without('order_id')),                               403, 'notification_unsigned'],
  ['no status code',                            () => json(without('status_code')),                            403, 'notification_unsigned'],
  ['no amount',                                 () => json(without('gross_amount')),                           403, 'notification_unsigned'],
  ['a null signature',                          () => json(signed({ signature_key: null })),                   403, 'notification_unsigned'],
  ['a signature that is a number',              () => json(signed({ signature_key: 12 })),                     403, 'notification_unsigned'],
  ['a signature that is a list',                () => json(signed({ signature_key: ['a'] })),                  403, 'notification_unsigned'],
  ['an empty signature',                        () => json(signed({ signature_key: '' })),                     403, 'notification_unsigned'],
  ['a signature of 10,000 characters',          () => json(signed({ signature_key: 'a'.repeat(10_000) })),     403, 'notification_unsigned'],
  ['null for every signed field',               () => json({ order_id: null, status_code: null, gross_amount: null, signature_key: null }), 403, 'notification_unsigned'],
  ['objects for signed fields',                 () => json({ ...signed(), order_id: { $ne: 1 } }),             403, 'notification_unsigned'],
  ['a number beyond numbers',                   () => json(signed()).replace('"150000.00"', '1e400'),          403, 'notification_unsigned'],
  ['a forged order id of 10,000 characters',    () => json(signed({ order_id: 'A'.repeat(10_000), signature_key: 'no' })), 403, 'notification_unsigned'],
  ['a forged order id with U+0000',             () => json(signed({ order_id: 'A\u0000B', signature_key: 'no' })), 403, 'notification_unsigned'],
  ['a forged order id with half a character',   () => '{"order_id":"\\ud800","status_code":"200","gross_amount":"1.00","signature_key":"no"}', 403, 'notification_unsigned'],
  ['__proto__',                                 () => '{"__proto__":{"order_id":"ORDER-1","signature_key":"x"}}', 403, 'notification_unsigned'],
  ['everything forged but the shape',           () => json(signed({ order_id: 'ORDER-1', signature_key: 'f'.repeat(128) })), 403, 'notification_unsigned'],
  // Genuine, however odd: it is kept, because Midtrans would not send it again.
  ['a signed order id of 10,000 characters',    () => json(signed({ order_id: 'A'.repeat(10_000) })),           200, 'failed'],
  ['a signed order id with U+0000',             () => signedText('A\u0000B', 'A\\u0000B'),                     200, 'foreign'],
  ['a signed order id with half a character',   () => signedText('\ud800', '\\ud800'),                         200, 'foreign'],
  ['a signed amount that is a number',          () => json(signed()).replace('"150000.00"', '150000.00'),      200, 'foreign'],
  ['a signed status code that is a number',     () => json(signed()).replace('"status_code":"200"', '"status_code":200'), 200, 'foreign'],
  ['a transaction id that is a number',         () => json(signed({ transaction_id: 7 })),                     200, 'foreign'],
  ['a transaction id with U+0000',              () => json(signed({ transaction_id: 'a\u0000b' })),            200, 'foreign'],
  ['an unknown status',                         () => json(signed({ transaction_status: 'teleported' })),      200, 'failed'],
  ['no status at all',                          () => json(signed({ transaction_status: null })),              200, 'failed'],
  ['every unsigned field null',                 () => json(signed({ transaction_status: null, transaction_id: null, payment_type: null, fraud_status: null, transaction_time: null })), 200, 'failed'],
  ['every unsigned field a list',               () => json(signed({ transaction_status: [], transaction_id: [], payment_type: [], fraud_status: [], transaction_time: [], refunds: 5 })), 200, 'failed'],
  ['64 KiB to the byte',                        () => genuineOf(64 * 1024),                                    200, 'foreign'],
]

describe('a body that is', () => {
  test.each(BODIES)('%s', async (_, body, status, answer) => {
    for (const path of [NOTIFICATION, '/api/subscriptions/webhook/notification']) {
      const sent = body()
      const got = await speak(server.port, post(path, sent))
      expect([got.status, got.body]).toEqual([status, expect.stringContaining(`"${answer}"`)])
      // The sender who does not say how much comes is answered the same.
      const pieces = [sent.slice(0, 10), sent.slice(10, 5_000), sent.slice(5_000)].filter(
        (piece) => piece.length > 0,
      )
      const again = await speak(server.port, chunked(path, pieces))
      expect(again.status).toBe(status)
    }
  })

  test('none of it is stored without bound', async () => {
    const rows = await shop.rows<{ status: string; order_id: string | null; raw: Buffer }>(
      'select * from bayar.notifications',
    )
    for (const row of rows) {
      expect(row.raw.length).toBeLessThanOrEqual(row.status === 'invalid_signature' ? 8 * 1024 : 64 * 1024)
      expect(row.order_id?.length ?? 0).toBeLessThanOrEqual(255)
      expect(row.status).not.toBe('received')
    }
    const forged = rows.filter(({ status }) => status === 'invalid_signature')
    expect(forged.length).toBeLessThanOrEqual(BODIES.filter(([, , status]) => status === 403).length)
    const [payment] = await shop.rows<{ status: string; version: number }>(
      `select * from bayar.payments where order_id = 'ORDER-1'`,
    )
    expect(payment).toMatchObject({ status: 'pending', version: 1 })
  })
})

describe('a sender who', () => {
  const body = () => json(signed({ order_id: 'PATIENCE' }))
  const head = (length: number) =>
    `POST ${NOTIFICATION} HTTP/1.1\r\nHost: bayar.test\r\nContent-Length: ${length}\r\n\r\n`
  const forever = () => new Promise<void>(() => {})
  const pause = () => new Promise((resolve) => setTimeout(resolve, 40))

  test('stalls in the middle is told 408', async () => {
    const got = await speak(server.port, [head(body().length), body().slice(0, 50), forever])
    expect(got).toMatchObject({ status: 408, body: expect.stringContaining('"too_slow"') })
    expect(got.head).toMatch(/connection: close/i)
  })

  test('never begins is told 408', async () => {
    expect((await speak(server.port, [head(100), forever])).status).toBe(408)
  })

  test('sends a letter now and then is told 408', async () => {
    const letters = [...body()].slice(0, 30).flatMap((letter) => [letter, pause])
    expect((await speak(server.port, [head(body().length), ...letters])).status).toBe(408)
  })

  test('stalls between chunks is told 408', async () => {
    const parts = chunked(NOTIFICATION, [body().slice(0, 20), body().slice(20)])
    expect((await speak(server.port, [...parts.slice(0, 4), forever])).status).toBe(408)
  })

  test('never ends its headers is cut off', async () => {
    const got = await speak(server.port, [
      `POST ${NOTIFICATION} HTTP/1.1\r\nHost: bayar.test\r\nX-Slow: `,
      forever,
    ])
    expect([408, null]).toContain(got.status)
  })

  test('sends headers letter by letter is cut off', async () => {
    const letters = [
      ...`POST ${NOTIFICATION} HTTP/1.1\r\nHost: bayar.test\r\nX-Slow: ${'a'.repeat(100)}`,
    ].flatMap((letter) => [letter, pause])
    const got = await speak(server.port, letters)
    expect([408, null]).toContain(got.status)
  })

  test('announces 5 MB is told 413 before sending any of it', async () => {
    const got = await speak(server.port, [head(5 * 1024 * 1024), forever])
    expect(got).toMatchObject({ status: 413, body: expect.stringContaining('"too_large"') })
  })

  test('sends 5 MB without announcing it is told 413', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x20)
    expect(
      (
        await speak(
          server.port,
          chunked(
            NOTIFICATION,
            Array.from({ length: 5 }, () => megabyte),
          ),
        )
      ).status,
    ).toBe(413)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['breaks the framing of its chunks',  [`POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n`]],
    ['gives two lengths',                 [`POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}`]],
    ['gives a length and chunks',         [`POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`]],
    ['gives a negative length',           [`POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nContent-Length: -1\r\n\r\n`]],
    ['names no host',                     [`POST ${NOTIFICATION} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`]],
    ['names a host that cannot be',       [`POST ${NOTIFICATION} HTTP/1.1\r\nHost: a b/c\r\nContent-Length: 2\r\n\r\n{}`]],
    ['speaks another language',           ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n']],
    ['asks for a path with a backslash',  ['POST /midtrans\\api HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}']],
  ] as const)('%s gets 400', async (_, parts) => {
    expect((await speak(server.port, parts)).status).toBe(400)
  })

  test('sends more headers than anybody needs gets 431', async () => {
    const got = await speak(server.port, [
      `POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    ])
    expect(got.status).toBe(431)
  })

  test('hangs up in the middle leaves nothing behind', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    await new Promise<void>((sent) => socket.write(head(1000) + body().slice(0, 30), () => sent()))
    socket.destroy()
    await speak(server.port, post(NOTIFICATION, body()))
    const rows = await shop.rows(`select status from bayar.notifications where order_id = 'PATIENCE'`)
    expect(rows).toEqual([{ status: 'foreign' }])
  })

  test.each(['rubbish', 'x'.repeat(70_000)])(
    'sends rubbish (%#) and then sense on one connection is served both times',
    async (rubbish) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const ask = (sent: string) =>
        new Promise<{ status: number | undefined; port: number | undefined }>((resolve, reject) => {
          const asked = request(
            { agent, port: server.port, method: 'POST', path: NOTIFICATION },
            (answer) => {
              const { localPort: port } = answer.socket
              answer.resume().on('end', () => resolve({ status: answer.statusCode, port }))
            },
          )
          asked.on('error', reject).end(sent)
        })
      const first = await ask(rubbish)
      const second = await ask(body())
      expect([first.status, second.status]).toEqual([rubbish.length > 65_536 ? 413 : 400, 200])
      expect(second.port).toBe(first.port)
      agent.destroy()
    },
  )

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])(
    'asks with %s is told to POST',
    async (method) => {
      const got = await speak(server.port, [`${method} ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\n\r\n`])
      expect(got.status).toBe(405)
      expect(got.head).toMatch(/allow: POST/i)
    },
  )

  test.each(['recurring', 'pay-account'])('sends a %s notice is thanked: it is a hint', async (channel) => {
    const got = await speak(
      server.port,
      post(`/midtrans/api/notification/${channel}`, json({ name: channel })),
    )
    expect(got).toMatchObject({ status: 200, body: expect.stringContaining('"foreign"') })
  })
})

describe('a flood', () => {
  test('of stalled senders keeps nobody else waiting', async () => {
    const stalled = Array.from({ length: 200 }, () =>
      speak(server.port, [
        `POST ${NOTIFICATION} HTTP/1.1\r\nHost: b\r\nContent-Length: 500\r\n\r\n{`,
        () => new Promise(() => {}),
      ]),
    )
    const began = performance.now()
    const genuine = await speak(server.port, post(NOTIFICATION, json(signed({ order_id: 'MEANWHILE' }))))
    expect(genuine.status).toBe(200)
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(new Set((await Promise.all(stalled)).map(({ status }) => status))).toEqual(new Set([408]))
  })

  test('of forgeries is stored sixty times a minute, and counted', async () => {
    const bodies = Array.from({ length: 150 }, (_, index) =>
      json(signed({ order_id: `FORGED-${index}`, signature_key: 'no' })),
    )
    const answers = await Promise.all(bodies.map((body) => speak(server.port, post(NOTIFICATION, body))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]))
    const genuine = await speak(server.port, post(NOTIFICATION, json(signed({ order_id: 'AFTERWARDS' }))))
    expect(genuine.status).toBe(200)
    const [stored] = await shop.rows<{ count: bigint }>(
      `select count(*) from bayar.notifications where status = 'invalid_signature' and order_id like 'FORGED-%'`,
    )
    expect(Number(stored!.count)).toBeLessThanOrEqual(60)
    const counters = await shop.rows<{ kind: string; count: bigint }>(
      'select kind, sum(count)::bigint as count from bayar.notification_counters group by kind',
    )
    const counted = Object.fromEntries(counters.map(({ kind, count }) => [kind, Number(count)]))
    expect(counted.untrusted).toBeGreaterThanOrEqual(90)
  })

  test('of rubbish is counted to the last, and shares one write', async () => {
    const countOf = async (kind: string) => {
      const [row] = await shop.rows<{ count: bigint }>(
        'select coalesce(sum(count), 0)::bigint as count from bayar.notification_counters where kind = $1',
        [kind],
      )
      return Number(row!.count)
    }
    const before = await countOf('malformed')
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => speak(server.port, post(NOTIFICATION, 'rubbish'))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    await expect.poll(() => countOf('malformed')).toBe(before + 300)
  })
})
