/**
 * `bayar/node`: the HTTP surface on Node's own server, or as a handler inside the server that you have.
 *
 * ```ts
 * const server = await serve(bayar, { port: 3000 })                     // its own server
 * createServer(toNodeHandler(bayar)).listen(3000)                       // node:http
 * express().use(toNodeHandler(bayar)).use(express.json())               // Express: before body parsers
 * ```
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { uuidv7 } from '../domain/uuid.ts'
import { BayarError } from '../errors.ts'
import type { Doors } from '../http/app.ts'
import { type ProblemAnswer, problemResponse } from '../http/problems.ts'
import { NodeConnection } from '../http/read-body.ts'
import { jsonLog, type Log, reasonOf } from '../operations/log.ts'

/** What is needed of a bayar. */
export interface Fetches {
  fetch(request: Request, env?: unknown): Promise<Response>
  /** Without it notifications go through `fetch`, too. */
  readonly take?: Doors['take']
  readonly settings: { readonly basePath?: string | undefined; readonly log?: Log | undefined }
}

export type NodeHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/** Answers what lies under `basePath`; with a `next`, as Express gives it, everything else goes on to your own routes. */
export function toNodeHandler(bayar: Fetches): NodeHandler {
  // A library does not replace a host's global Request and Response, although that would be faster.
  const listen = listenerOf(bayar, { overrideGlobalObjects: false })
  const basePath = bayar.settings.basePath ?? ''
  return (incoming: IncomingMessage & { originalUrl?: string }, outgoing, next) => {
    // Express cuts the path under which it mounted us, but basePath is the whole one.
    const url = incoming.originalUrl ?? incoming.url ?? '/'
    const isOurs =
      basePath === '' || url === basePath || url.startsWith(`${basePath}/`) || url.startsWith(`${basePath}?`)
    if (!isOurs && next) return next()
    incoming.url = url
    void listen(incoming, outgoing)
  }
}

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port?: number
  /** This machine only, unless told otherwise. */
  readonly host?: string
  /** How long a sender may take for the headers. */
  readonly headersTimeoutMs?: number
}

export interface Server {
  readonly port: number
  /** Accepts nothing new, lets what has begun be answered, and returns when the last connection is closed. */
  close(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
/** Beyond our own deadline for a body (design §10): that one gives a better answer. */
const BODY_TIMEOUT_MS = 15_000
/** Longer than load balancers keep theirs, or one would send a request into a connection that is just being closed. */
const KEEP_ALIVE_MS = 65_000
const CONNECTIONS_MAX = 10_000
const CLOSING_MAX_MS = 30_000
const CLOSE_IDLE_EVERY_MS = 25

export function serve(bayar: Fetches, options: ServeOptions = {}): Promise<Server> {
  const { port = 3000, host = '127.0.0.1', headersTimeoutMs = HEADERS_TIMEOUT_MS } = options
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: headersTimeoutMs + BODY_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs / 2),
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    (incoming, outgoing) => void listen(incoming, outgoing),
  )
  const listen = listenerOf(bayar, { overrideGlobalObjects: true })
  const log = bayar.settings.log ?? jsonLog()
  server.maxConnections = CONNECTIONS_MAX

  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      // A connection that could not be accepted (too many open files) must not end the process that serves the others.
      server.on('error', (error) => log.error('connection not accepted', { reason: reasonOf(error) }))
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            // A connection that is kept alive becomes idle only after its last answer.
            const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
            const closeAll = setTimeout(() => server.closeAllConnections(), CLOSING_MAX_MS)
            server.close(() => {
              clearInterval(closeIdle)
              clearTimeout(closeAll)
              closed()
            })
          }),
      })
    })
  })
}

function listenerOf(bayar: Fetches, options: { overrideGlobalObjects: boolean }) {
  const listen = listenerOfFetch(bayar, options)
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const answer = bayar.take?.(new NodeConnection(incoming))
    if (answer === undefined) await listen(incoming, outgoing)
    else write(outgoing, await answer)
  }
}

function write(outgoing: ServerResponse, answer: string | ProblemAnswer): void {
  if (typeof answer === 'string') {
    outgoing
      .writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      .end(answer)
  } else {
    // A sender that has not sent all of its body yet must not go on with it as if it were the next request.
    const { complete } = outgoing.req
    const headers = complete ? answer.headers : { ...answer.headers, connection: 'close' }
    outgoing.writeHead(answer.status, headers).end(JSON.stringify(answer.body))
  }
}

function listenerOfFetch(bayar: Fetches, options: { overrideGlobalObjects: boolean }) {
  return getRequestListener(
    (request, { incoming }) => bayar.fetch(request, new NodeConnection(incoming as IncomingMessage)),
    {
      ...options,
      // HTTP/1.0 need not name a host.
      hostname: 'localhost',
      // Only what is no request at all comes here: a host or a path that cannot be read. `fetch` answers everything else itself.
      errorHandler: (error) =>
        problemResponse(
          new BayarError('invalid_request', error instanceof Error ? `${error.message}.` : ''),
          {
            requestId: uuidv7(),
            basePath: bayar.settings.basePath ?? '',
            log: bayar.settings.log ?? jsonLog(),
          },
        ),
    },
  )
}
