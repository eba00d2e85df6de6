import { isBayarError } from '../../errors.ts'
import { type AnswerMemory, KEY_LENGTH_MAX } from '../answer-memory.ts'
import { balanceMutation } from '../balance.ts'
import { brokenAnswer } from '../broken-answer.ts'
import { keyGiven, parse, readBody, readOwnFault } from '../core-api.ts'
import { actsBefore, type Fault } from '../faults.ts'
import { convertQuotation, createInvoice, getInvoice, voidInvoice } from '../invoices/act.ts'
import { createLink, deleteLink, getLink, listLinks } from '../payment-links/act.ts'
import { isObject, WrongShape } from '../reader.ts'
import { noRouteDocument } from '../refusals.ts'
import type { LoggedRequest } from '../request-log.ts'
import { createSession, endSession } from '../snap/sessions.ts'
import {
  cancelSubscription,
  createSubscription,
  disableSubscription,
  enableSubscription,
  getSubscription,
  refuseSubscription,
  updateSubscription,
} from '../subscriptions/act.ts'
import type { World } from '../world.ts'
import type { V1Asked } from './asked.ts'
import { type V1Api, type V1Route, type V1Verb, v1ApiOf, v1RouteOf } from './endpoints.ts'
import { KEYS } from './memory.ts'
import { type Answer, refuseV1 } from './refusals.ts'

/**
 * The APIs beside Core v2 over HTTP. The way of a request is Core's (read, route, faults, key, Idempotency-Key, latency, act, answer or lose it), but what comes out is an HTTP status and a document
 * of the API's own shape, so only the steps are shared and not the answers.
 */
const ACTS: Readonly<Record<V1Verb, (world: World, asked: V1Asked) => Answer>> = {
  snap_create: createSession,
  snap_cancel: endSession,
  snap_expire: endSession,
  subscription_create: createSubscription,
  subscription_get: getSubscription,
  subscription_update: updateSubscription,
  subscription_disable: disableSubscription,
  subscription_enable: enableSubscription,
  subscription_cancel: cancelSubscription,
  invoice_create: createInvoice,
  invoice_get: getInvoice,
  invoice_void: voidInvoice,
  invoice_convert: convertQuotation,
  payment_link_create: createLink,
  payment_link_list: listLinks,
  payment_link_get: getLink,
  payment_link_delete: deleteLink,
  balance_mutation: balanceMutation,
}

export function isV1Path(pathname: string): boolean {
  return v1ApiOf(pathname) !== undefined
}

export async function answerV1(world: World, request: Request): Promise<Response> {
  const startedMs = performance.now()
  const { pathname, origin } = new URL(request.url)
  const at = world.clock.now()
  const api = v1ApiOf(pathname) ?? 'snap'
  const route = v1RouteOf(request.method, pathname)
  const faults: string[] = []
  let message: string | null = null
  const log = (httpStatus: number | null, orderId: string | null, replayed: boolean) =>
    world.requests.push({
      at,
      method: request.method,
      path: pathname,
      verb: route?.verb ?? null,
      orderId,
      httpStatus,
      statusCode: null,
      message,
      faults,
      replayed,
      durationMs: Math.round(performance.now() - startedMs),
    } satisfies LoggedRequest)

  let orderId: string | null = null
  let replayed = false
  try {
    const text = await readBody(request)
    if (!route) {
      log(404, null, false)
      return Response.json(noRouteDocument(pathname, world.clock.nowMs()), { status: 404 })
    }
    const body = parse(text)
    orderId = orderIdIn(body) ?? orderIdOf(world, route)
    const asked: V1Asked = { request, verb: route.verb, id: route.id, body, origin }
    const early =
      text === undefined
        ? refuseV1(api, 'malformed')
        : keyGiven(request) !== world.merchant.serverKey
          ? refuseV1(api, 'wrong_key')
          : undefined
    const answered = await answer(world, { asked, route, orderId, early, faults })
    replayed = answered.replayed
    message = answered.message
    log(answered.response.status, orderId, replayed)
    return answered.response
  } catch (error) {
    log(null, orderId, replayed)
    throw error
  }
}

interface Work {
  readonly asked: V1Asked
  readonly route: V1Route
  readonly orderId: string | null
  readonly early: Answer | undefined
  /** For the log. */
  readonly faults: string[]
}

async function answer(world: World, { asked, route, orderId, early, faults }: Work): Promise<Answered> {
  let own: ReturnType<typeof readOwnFault>
  try {
    own = readOwnFault(asked.request)
  } catch (error) {
    if (!isBayarError(error)) throw error
    const told = { simulator: true, status_message: `X-Simulator-Fault: ${error.message}` }
    return { response: Response.json(told, { status: 400 }), replayed: false, message: told.status_message }
  }
  const active = [...own.request, ...world.faults.takeForRequest(route.verb, orderId ?? undefined)]
  faults.push(...active.map((fault) => fault.kind))
  const latency = active.reduce((sum, one) => sum + (one.kind === 'latency' ? (one.seconds ?? 5) : 0), 0)
  const ending = active.find((fault) => fault.kind !== 'latency')

  const { memory, key } = memoryOf(world, asked)
  const kept = key === undefined || early ? undefined : memory?.recall(key, world.clock.nowMs())
  if (kept === 'running') {
    const refusal = refuseV1(route.api, 'still_running')
    return { response: tell(refusal), replayed: false, message: messageOf(refusal) }
  }
  const isFirst = key !== undefined && !early && !kept
  if (isFirst) memory?.begin(key)
  let outcome: Answer | undefined
  try {
    if (latency) await world.clock.wait(latency)
    if (!ending || !actsBefore(ending))
      outcome = early ?? recalled(world, asked, kept) ?? act(world, asked, route)
  } finally {
    if (isFirst) memory?.finish(key, outcome && outcome.http < 300 ? outcome : undefined, world.clock.nowMs())
  }
  const response = ending || !outcome ? await end(world, route.api, ending) : tell(outcome)
  return { response, replayed: kept !== undefined, message: outcome && !ending ? messageOf(outcome) : null }
}

interface Answered {
  readonly response: Response
  readonly replayed: boolean
  /** Why not, for the log. */
  readonly message: string | null
}

function messageOf({ http, body }: Answer): string | null {
  if (http < 400 || !isObject(body)) return null
  const { status_message: one, validation_messages: wrong, error_messages: several } = body
  return (
    [one, wrong, several]
      .flat()
      .filter((text) => typeof text === 'string')
      .join(' ') || null
  )
}

function recalled(world: World, asked: V1Asked, kept: Answer | undefined): Answer | undefined {
  return kept && asked.verb === 'subscription_create' ? (refuseSubscription(world, asked) ?? kept) : kept
}

function act(world: World, asked: V1Asked, { verb, api }: V1Route): Answer {
  try {
    return ACTS[verb](world, asked)
  } catch (error) {
    if (error instanceof WrongShape) return refuseV1(api, 'malformed')
    throw error
  }
}

function memoryOf(
  world: World,
  { verb, request }: V1Asked,
): { readonly memory: AnswerMemory<Answer> | undefined; readonly key: string | undefined } {
  const rule = KEYS[verb]
  const key = rule ? (request.headers.get(rule.header) ?? undefined) : undefined
  return {
    memory: world.v1Memory[verb],
    key: key !== undefined && key !== '' && key.length <= KEY_LENGTH_MAX ? key : undefined,
  }
}

function tell({ http, body }: Answer): Response {
  return Response.json(body, { status: http })
}

async function end(world: World, api: V1Api, fault: Fault | undefined): Promise<Response> {
  const failed = (http: number) => tell({ http, body: refuseV1(api, 'internal').body })
  return brokenAnswer(world.clock, fault, {
    failed,
    tooMany: () => tell(refuseV1(api, 'too_many')),
    refused: (code) => failed(Number(code)),
  })
}

/** What the path is about, by the order it is for: a token or an invoice's id says nothing to whoever reads the log. */
function orderIdOf({ checkouts, invoices }: World, { api, id }: V1Route): string | null {
  if (api === 'snap') return checkouts.find(id)?.orderId ?? null
  if (api === 'invoice') return invoices.find(id)?.orderId ?? null
  return id || null
}

function orderIdIn(body: unknown): string | null {
  if (!isObject(body)) return null
  const details = isObject(body.transaction_details) ? body.transaction_details.order_id : body.order_id
  return typeof details === 'string' ? details : null
}
