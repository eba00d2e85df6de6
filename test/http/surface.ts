import { connect } from 'node:net'
import { SignJWT } from 'jose'
import { serve } from '../../src/adapters/node.ts'
import { createApp } from '../../src/http/app.ts'
import type { Limits } from '../../src/http/limits.ts'
import type { HttpSettings } from '../../src/http/parts.ts'
import { silentLog } from '../../src/operations/log.ts'
import type { TestBayarOptions } from '../../src/testing/index.ts'
import { type Kit, kit } from '../support/kit.ts'

export const API_KEY = 'staff-key-of-this-test-0001'
export const TOKEN_SECRET = 'a secret of thirty-two characters, or more'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape
  readonly body: any
}

export interface Surface extends Kit {
  /** As staff, unless the headers say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  charge(orderId: string, more?: Record<string, unknown>): Promise<Answer>
  /** The headers of one of the shop's users. */
  as(user: string): Promise<Record<string, string>>
}

export async function surface(given: TestBayarOptions = {}): Promise<Surface> {
  const made = await kit({
    ...given,
    options: {
      apiKey: API_KEY,
      userTokens: { secret: TOKEN_SECRET },
      rest: true,
      docs: true,
      ...given.options,
    },
  })
  const call: Surface['call'] = async (method, path, body, headers = {}) => {
    const request = new Request(`http://bayar.test${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return readAnswer(await made.bayar.fetch(request))
  }
  return {
    ...made,
    call,
    async as(user) {
      const exp = Math.floor(made.simulator.clock.now().getTime() / 1000) + 600
      const token = new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(user)
        .setExpirationTime(exp)
      return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(TOKEN_SECRET))}` }
    },
    charge: (orderId, more = {}) => call('POST', '/midtrans/api/charge/', { ...bca(orderId), ...more }),
    [Symbol.asyncDispose]: () => made.close(),
  }
}

export function bca(orderId: string): Record<string, unknown> {
  return { payment_type: 'bank_transfer', bank: 'bca', gross_amount: 150_000, order_id: orderId }
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

export interface Listening {
  readonly port: number
  [Symbol.asyncDispose](): Promise<void>
}

/** The same instance behind a real socket, with its patience shortened. */
export async function listen(
  made: Kit,
  options: { limits?: Limits; settings?: HttpSettings; headersTimeoutMs?: number } = {},
): Promise<Listening> {
  const settings = { ...made.bayar.settings, ...options.settings }
  const app = createApp({
    bayar: made.bayar,
    settings,
    log: silentLog,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const server = await serve(
    { fetch: app.fetch, settings },
    {
      port: 0,
      ...(options.headersTimeoutMs === undefined ? {} : { headersTimeoutMs: options.headersTimeoutMs }),
    },
  )
  return { port: server.port, [Symbol.asyncDispose]: () => server.close() }
}

export interface Wire {
  readonly status: number | null
  readonly head: string
  readonly body: string
}

/**
 * Speaks on the wire: sends the parts as they are, and reads one answer. A part that is a function is waited for, so that a sender can be as slow or as rude as it likes; status null means
 * that the line was closed without an answer.
 */
export function speak(
  port: number,
  parts: readonly (string | Uint8Array | (() => Promise<unknown>))[],
): Promise<Wire> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let received = ''
    const done = () => {
      socket.destroy()
      const [head = '', body = ''] = received.split('\r\n\r\n')
      const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]
      resolve({ status: status === undefined ? null : Number(status), head, body })
    }
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      received += text
      const [head = '', body] = received.split('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(head)?.[1]
      if (body !== undefined && (length === undefined || Buffer.byteLength(body) >= Number(length))) done()
    })
    socket.on('error', () => {})
    socket.on('close', done)
    void (async () => {
      for (const part of parts) {
        if (socket.destroyed) return
        if (typeof part === 'function') await part()
        else await new Promise<void>((sent) => socket.write(part, () => sent()))
      }
    })()
  })
}

export const NOTIFICATION = '/midtrans/api/notification/'

export function post(
  path: string,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): (string | Uint8Array)[] {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: bayar.test',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ]
  return [`${head.join('\r\n')}\r\n\r\n`, body]
}

export function chunked(path: string, chunks: readonly (string | Uint8Array)[]): (string | Uint8Array)[] {
  const head = `POST ${path} HTTP/1.1\r\nHost: bayar.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
  return [
    head,
    ...chunks.flatMap((chunk) => [`${Buffer.byteLength(chunk).toString(16)}\r\n`, chunk, '\r\n']),
    '0\r\n\r\n',
  ]
}
