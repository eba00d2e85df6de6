import { isBayarError } from '../errors.ts'
import { type Asked, act, idInBody } from './act.ts'
import { KEY_LENGTH_MAX } from './answer-memory.ts'
import { brokenAnswer } from './broken-answer.ts'
import { methodOf } from './check-charge.ts'
import { type Route, routeOf, type Verb } from './endpoints.ts'
import { actsBefore, FAULTS, type Fault, FORCES, readFault } from './faults.ts'
import { documentOf, type Outcome, refused } from './outcome.ts'
import { noRouteDocument, REFUSALS, type RefusalName, refusalDocument } from './refusals.ts'
import type { LoggedRequest } from './request-log.ts'
import type { World } from './world.ts'

/**
 * Core API v2 over HTTP: docs/midtrans/protocol.md §2–8. One request goes this way:
 *
 *     1 read (16 KB)  2 route  3 faults  4 key, Accept  5 Idempotency-Key  6 latency  7 act  8 remember  9 answer, or lose it
 *
 * From 5 to 8, a second request with the same Idempotency-Key finds the first one running.
 */
const BODY_BYTES_MAX = 16 * 1024

export function isApiPath(pathname: string): boolean {
  // Below /snap are also its pages and its script.
  return /^\/(v1|v2|iris)(\/|$)/.test(pathname)
}

/** Called with the client key, from a shop's page. */
export function isForBrowsers(pathname: string): boolean {
  return pathname === '/v2/token' || pathname === '/v2/card/register'
}

interface Trace {
  verb: Verb | null
  orderId: string | null
  statusCode: string | null
  message: string | null
  faults: string[]
  replayed: boolean
}

export async function answerApi(world: World, request: Request): Promise<Response> {
  const startedMs = performance.now()
  const { pathname } = new URL(request.url)
  const at = world.clock.now()
  const trace: Trace = {
    verb: null,
    orderId: null,
    statusCode: null,
    message: null,
    faults: [],
    replayed: false,
  }
  const log = (httpStatus: number | null) => {
    const durationMs = Math.round(performance.now() - startedMs)
    world.requests.push({
      at,
      method: request.method,
      path: loggable(pathname),
      httpStatus,
      durationMs,
      ...trace,
    } satisfies LoggedRequest)
  }
  try {
    const response = await answer(world, request, pathname, trace)
    log(response.status)
    return response
  } catch (error) {
    log(null)
    throw error
  }
}

async function answer(world: World, request: Request, pathname: string, trace: Trace): Promise<Response> {
  const text = await readBody(request)
  const route = routeOf(request.method, pathname)
  if (route === 'no_route') return json(404, noRouteDocument(pathname, world.clock.nowMs()))
  const { origin } = new URL(request.url)
  const say = (outcome: Outcome) => {
    const response = tell(world, outcome, trace, origin)
    // Tokens are asked for by the pages of any shop.
    if (route !== 'wrong_verb' && route.endpoint.key === 'client_in_query')
      response.headers.set('Access-Control-Allow-Origin', '*')
    return response
  }
  if (route === 'wrong_verb') return say(refused('wrong_verb'))

  const body = parse(text)
  const id = route.endpoint.idIs === 'transaction' ? route.id : idInBody(route.verb, body)
  const orderId = world.ledger.find(id)?.orderId ?? (id || undefined)
  trace.verb = route.verb
  trace.orderId = orderId ?? null

  let own: OwnFault
  try {
    own = readOwnFault(request)
  } catch (error) {
    if (!isBayarError(error)) throw error
    return json(400, { simulator: true, status_message: `X-Simulator-Fault: ${error.message}` })
  }
  const faults = [...own.request, ...world.faults.takeForRequest(route.verb, orderId)]
  trace.faults = [...faults, ...own.notification].map((fault) => fault.kind)
  const latency = faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.seconds! : 0), 0)
  const ending = faults.find((fault) => fault.kind !== 'latency' && !FORCES[fault.kind])
  const forced = faults.map((fault) => FORCES[fault.kind]).find((one) => one !== undefined) ?? null
  const asked: Asked = { request, route, text, body, orderId, forced }

  const early = notAdmitted(world, asked) ?? tooOften(world, asked)
  const key = keyOf(asked)
  const kept = key === undefined || early ? undefined : world.memory.recall(key, world.clock.nowMs())
  if (kept === 'running') return say(refused('still_running'))
  trace.replayed = kept !== undefined

  const isFirst = key !== undefined && !early && !kept
  if (isFirst) world.memory.begin(key)
  let outcome: Outcome | undefined
  try {
    if (latency) await world.clock.wait(latency)
    if (!ending || !actsBefore(ending)) outcome = early ?? kept ?? actWith(world, asked, own.notification)
  } finally {
    // What never reached Midtrans leaves the key free for the retry, also while the caller still waits for an answer.
    const isKept = outcome && !FORGOTTEN.has(outcome.kind)
    if (isFirst) world.memory.finish(key, isKept ? outcome : undefined, world.clock.nowMs())
  }
  return ending || !outcome ? await end(world, ending, say) : say(outcome)
}

/** Only what was done is answered again: a refusal may have another answer next time. */
const FORGOTTEN: ReadonlySet<Outcome['kind']> = new Set(['refusal', 'refund_denied', 'capture_denied'])

// ---------------------------------------------------------------- what was asked

export async function readBody(request: Request): Promise<string | undefined> {
  const length = request.headers.get('content-length')
  if (Number(length) > BODY_BYTES_MAX) return undefined
  // With a length told, the body ends there: reading it in one go spares every request a stream, and half of the time.
  if (length !== null) {
    const text = await request.text()
    return Buffer.byteLength(text) > BODY_BYTES_MAX ? undefined : text
  }
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    // Leaving the loop lets go of the rest of the body.
    if (size > BODY_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

export function parse(text: string | undefined): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function notAdmitted(world: World, { request, route }: Asked): Outcome | undefined {
  const accept = request.headers.get('accept')
  if (!holdsKey(world, request, route))
    // The BIN service stands apart, and answers so.
    return route.verb === 'bin'
      ? { kind: 'document', http: 401, document: 'Unauthorized' }
      : refused('wrong_key')
  if (accept && !/application\/json|application\/\*|\*\/\*/i.test(accept)) return refused('not_acceptable')
  return undefined
}

/** Nothing has happened to what is answered so: it may be sent again, and should be later. */
function tooOften(world: World, { route }: Asked): Outcome | undefined {
  const { rateLimit } = world.settings
  if (rateLimit === null || !route.endpoint.limited) return undefined
  return world.creationRate.admits(world.clock.nowMs(), rateLimit) ? undefined : refused('too_many')
}

function holdsKey(world: World, request: Request, { endpoint }: Route): boolean {
  if (endpoint.key === 'client_in_query')
    return new URL(request.url).searchParams.get('client_key') === world.clientKey
  const key = keyGiven(request)
  return key === world.merchant.serverKey || (endpoint.key === 'either' && key === world.clientKey)
}

/** The user name of Basic; the password is empty. */
export function keyGiven(request: Request): string | undefined {
  const [scheme, credentials] = (request.headers.get('authorization') ?? '').split(' ')
  const given = scheme?.toLowerCase() === 'basic' ? Buffer.from(credentials ?? '', 'base64').toString() : ''
  return given.split(':')[0]
}

/** POST only; too long a key is none; Permata VA and Indomaret know none (protocol.md §3). */
function keyOf({ request, route, body }: Asked): string | undefined {
  const key = request.headers.get('idempotency-key')
  if (!key || key.length > KEY_LENGTH_MAX || !route.endpoint.remembers) return undefined
  return route.verb === 'charge' && methodOf(body)?.takesIdempotencyKey === false ? undefined : key
}

/** A token is as good as the card, and a whole number is the card: neither goes into the log, not even as part of a path. */
function loggable(pathname: string): string {
  return pathname.replace(/^(\/v2\/point_inquiry\/|\/v1\/bins\/[^/]{0,8}).*$/, '$1…')
}

interface OwnFault {
  readonly request: readonly Fault[]
  readonly notification: readonly Fault[]
}

/** A fault for this one request, in a header: `X-Simulator-Fault: lose_answer`, or JSON. */
export function readOwnFault(request: Request): OwnFault {
  const header = request.headers.get('x-simulator-fault')?.trim()
  if (!header) return { request: [], notification: [] }
  const fault = readFault(header.startsWith('{') ? (parse(header) ?? null) : header)
  return FAULTS[fault.kind].on === 'request'
    ? { request: [fault], notification: [] }
    : { request: [], notification: [fault] }
}

// ---------------------------------------------------------------- answering

function actWith(world: World, asked: Asked, faults: readonly Fault[]): Outcome {
  const ids = faults.map((fault) =>
    world.faults.add(asked.orderId ? { ...fault, orderId: asked.orderId } : fault),
  )
  try {
    return act(world, asked)
  } finally {
    for (const id of ids) world.faults.remove(id)
  }
}

function tell(world: World, outcome: Outcome, trace: Trace, origin: string): Response {
  const document = documentOf(world, outcome, origin)
  const http =
    outcome.kind === 'refusal'
      ? REFUSALS[outcome.name].http
      : outcome.kind === 'document'
        ? outcome.http
        : 200
  if (typeof document === 'string') return new Response(document, { status: http })
  const { status_code, status_message } = document
  trace.statusCode = status_code ?? null
  const problems = outcome.kind === 'refusal' ? outcome.problems : []
  trace.message = status_message === undefined ? null : [status_message, ...problems].join(' ')
  // 204 would forbid the body that says so.
  const mirrors = world.settings.mirrorBodyCodes && status_code !== undefined && status_code !== '204'
  return json(mirrors ? Number(status_code) : http, document)
}

function json(status: number, document: unknown): Response {
  return Response.json(document, { status })
}

async function end(
  world: World,
  fault: Fault | undefined,
  say: (outcome: Outcome) => Response,
): Promise<Response> {
  return brokenAnswer(world.clock, fault, {
    failed: (status) =>
      json(status, {
        ...refusalDocument('internal', [], world.answerIds),
        status_code: String(status),
      }),
    tooMany: () => say(refused('too_many')),
    refused: (code) => say(refused(refusalWith(code))),
  })
}

function refusalWith(code: string): RefusalName {
  const names = Object.keys(REFUSALS) as RefusalName[]
  return names.find((name) => REFUSALS[name].code === code) ?? 'internal'
}
