import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifySignature } from '../../gateway/signature.ts'
import type { Call } from '../call.ts'
import { readDevFile } from '../dev/running.ts'
import { UsageError } from '../exit-codes.ts'
import { refuseProductionKey, refuseRemoteHost } from '../local-only.ts'
import { printable } from '../output.ts'
import { choosePort, explainPort, hostOf, LISTEN_PORT, urlOf } from '../ports.ts'
import { listenForStop } from '../stop-signal.ts'

const BODY_BYTES_MAX = 64 * 1024

interface Arrived {
  readonly path: string
  /** Null: there is no key to judge by, or nothing signed. */
  readonly isGenuine: boolean | null
  readonly body: unknown
}

export async function run(call: Call): Promise<undefined> {
  const host = hostOf(call.text('host'))
  refuseRemoteHost(host, call.has('allow-remote'))
  const key = process.env.MIDTRANS_SERVER_KEY || readDevFile()?.server_key || null
  if (key !== null) refuseProductionKey(key, call.has('allow-production-key'))
  const answer = call.whole('answer') ?? 200
  if (answer < 200 || answer > 599) throw new UsageError('--answer must be an HTTP status, 200 to 599.')
  const count = call.whole('count')

  const stop = listenForStop((text) => call.out.note(text))
  const port = await choosePort(LISTEN_PORT, call.whole('port'), host)
  let heard = 0
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    const text = await readBody(request)
    response.writeHead(text === undefined ? 413 : answer).end()
    if (text !== undefined) tell(call, judge(request.url ?? '/', text, key))
    if (++heard === count) resolve()
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', (error) => failed(explainPort(error, LISTEN_PORT, host, port)))
    server.listen({ port, host }, listening)
  })
  const url = urlOf(host, (server.address() as AddressInfo).port)
  call.out.note(
    `Listening on ${url}/ (any path).${key === null ? ' Without a key no signature is judged.' : ''}`,
  )
  if (call.out.isJson) call.out.answer({ url, pid: process.pid }, () => '')
  await Promise.race([stop.asked, enough])
  await new Promise((closed) => {
    server.close(closed)
    server.closeAllConnections()
  })
}

/** Undefined when it is too much. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size <= BODY_BYTES_MAX) chunks.push(chunk as Buffer)
  }
  return size > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString('utf8')
}

function judge(path: string, text: string, key: string | null): Arrived {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { path, isGenuine: null, body: text }
  }
  const { order_id, status_code, gross_amount, signature_key } = (body ?? {}) as Readonly<
    Record<string, unknown>
  >
  const isSigned = [order_id, status_code, gross_amount, signature_key].every(
    (one) => typeof one === 'string',
  )
  if (key === null || !isSigned) return { path, isGenuine: null, body }
  const fields = {
    orderId: order_id as string,
    statusCode: status_code as string,
    grossAmount: gross_amount as string,
    signatureKey: signature_key as string,
  }
  return { path, isGenuine: verifySignature(fields, key), body }
}

const VERDICTS = new Map([
  [true, 'genuine'],
  [false, 'FORGED'],
  [null, 'unsigned'],
])

function tell(call: Call, arrived: Arrived): void {
  const { path, isGenuine, body } = arrived
  call.out.answer({ path, verdict: VERDICTS.get(isGenuine)!.toLowerCase(), body }, () => {
    const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2)
    const shown = text.split('\n').map(printable).join('\n')
    return `${printable(path)}  ${VERDICTS.get(isGenuine)}\n${shown}\n`
  })
}
