import { checkCharge, isObject } from './check-charge.ts'
import { viewOf } from './documents.ts'
import type { Route, Verb } from './endpoints.ts'
import { isHttpUrl } from './outbox.ts'
import { type Outcome, refused } from './outcome.ts'
import type { Extras, Transaction } from './transaction.ts'
import type { World } from './world.ts'

const NOTIFICATION_URLS_MAX = 3

export interface Asked {
  readonly request: Request
  readonly route: Route
  /** Undefined when too large. */
  readonly text: string | undefined
  readonly body: unknown
  readonly orderId: string | undefined
  /** Of a charge that Midtrans makes itself: from a hosted page, or because a subscription is due. */
  readonly own?: OwnCharge
}

export interface OwnCharge {
  /** Not the merchant's to choose, so not bound to what a merchant may send. */
  readonly orderId: string
  /** Another try under an order that was tried before. */
  readonly another?: boolean
  readonly echoed?: Readonly<Record<string, unknown>> | null
  /** No notice before it ends. */
  readonly isQuiet?: boolean
}

/** What the endpoints do. Nothing here waits, so no request sees half of another. */
export function act(world: World, asked: Asked): Outcome {
  const { verb } = asked.route
  if (asked.text === undefined) return refused('malformed')
  if (verb === 'charge') return charge(world, asked)
  if (verb === 'capture') {
    const id = isObject(asked.body) ? (asked.body.transaction_id ?? undefined) : null
    // An object where the id belongs is malformed (protocol.md §5).
    if (typeof id === 'object') return refused('malformed')
    if (typeof id !== 'string') return refused('invalid', ['transaction_id is required'])
  }
  const transaction = world.ledger.find(asked.route.id || idInBody(verb, asked.body))
  if (!transaction) return refused('not_found')
  if (verb === 'status') return { kind: 'status', view: viewOf(transaction) }
  if (verb === 'status_b2b') return listOfOrder(world, transaction, asked.request)
  if (verb === 'refund' || verb === 'direct_refund') return refund(world, transaction, asked)
  const refusal = world.ledger.move(transaction, verb)
  return refusal ? refused(refusal) : { kind: verb, view: viewOf(transaction) }
}

function charge(world: World, asked: Asked): Outcome {
  // An empty body is an internal error at Midtrans (protocol.md §5), which every client must survive.
  if (asked.text === '') return refused('internal')
  if (!isObject(asked.body)) return refused('malformed')
  const checked = checkCharge(asked.body, world.clock.nowMs())
  if ('refusal' in checked) return refused(checked.refusal, checked.problems)
  const { own } = asked
  const echoed = own?.echoed ? { ...checked.echoed, ...own.echoed } : checked.echoed
  const extras = extrasOf(asked.request, echoed, own?.isQuiet ?? false)
  const orderId = own?.orderId ?? checked.charge.orderId
  const opened = world.ledger.open({ ...checked.charge, orderId, extras }, own?.another)
  return typeof opened === 'string' ? refused(opened) : { kind: 'charge', view: viewOf(opened) }
}

function extrasOf(request: Request, echoed: Extras['echoed'] | null, isQuiet: boolean): Extras | null {
  const overrideUrls = urlsIn(request, 'x-override-notification')
  const appendUrls = urlsIn(request, 'x-append-notification')
  return echoed || overrideUrls || appendUrls || isQuiet
    ? { echoed: echoed ?? {}, overrideUrls, appendUrls, isQuiet }
    : null
}

function urlsIn(request: Request, header: string): string[] | null {
  const urls = (request.headers.get(header) ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter(isHttpUrl)
    .slice(0, NOTIFICATION_URLS_MAX)
  return urls.length ? urls : null
}

function listOfOrder(world: World, { orderId }: Transaction, request: Request): Outcome {
  const query = new URL(request.url).searchParams
  const page = whole(query.get('page'), 0)
  const perPage = Math.max(1, whole(query.get('per_page'), 10))
  const found = world.ledger.ofOrder(orderId).slice(page * perPage, (page + 1) * perPage)
  return { kind: 'status_b2b', views: found.map(viewOf) }
}

function whole(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : otherwise
}

function refund(world: World, transaction: Transaction, asked: Asked): Outcome {
  if (asked.text !== '' && !isObject(asked.body)) return refused('malformed')
  const { refund_key: key = null, amount = null, reason = '' } = isObject(asked.body) ? asked.body : {}
  const problems: string[] = []
  if (key !== null && (typeof key !== 'string' || !/^[A-Za-z0-9_-]{1,255}$/.test(key)))
    problems.push('refund_key is invalid')
  if (amount !== null && !Number.isSafeInteger(amount)) problems.push('amount must be an integer')
  if (typeof reason !== 'string' || reason.length > 255)
    problems.push('reason length must not exceed 255 characters')
  if (problems.length) return refused('invalid', problems)
  const wanted = { key: key as string | null, amount: amount as number | null, reason: reason as string }
  const made = world.ledger.refund(transaction, { ...wanted, how: 'online' })
  return typeof made === 'string'
    ? refused(made)
    : { kind: 'refund', view: viewOf(transaction), refund: made }
}

/** Only to know whose request it is, before anything is checked. */
export function idInBody(verb: Verb, body: unknown): string {
  if (!isObject(body)) return ''
  const id =
    verb === 'charge' && isObject(body.transaction_details)
      ? body.transaction_details.order_id
      : body.transaction_id
  return typeof id === 'string' ? id : ''
}
