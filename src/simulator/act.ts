import { inquirePoints, makeToken, registerCard, showBin } from './card-api.ts'
import { type ChargeAsked, checkCharge } from './check-charge.ts'
import type { Route, Verb } from './endpoints.ts'
import { isHttpUrl } from './notification-urls.ts'
import { openCharge } from './open-charge.ts'
import { type Outcome, refused } from './outcome.ts'
import { createPayAccount, showPayAccount, unbindPayAccount } from './pay-account-api.ts'
import { isObject } from './reader.ts'
import { type Extras, NO_EXTRAS, type Transaction } from './transaction.ts'
import { viewOf } from './view.ts'
import type { World } from './world.ts'

const NOTIFICATION_URLS_MAX = 3

export interface Asked {
  readonly request: Request
  readonly route: Route
  /** Undefined when too large. */
  readonly text: string | undefined
  readonly body: unknown
  readonly orderId: string | undefined
  /** What somebody wants the bank or the fraud engine to say, whatever the card. */
  readonly forced: 'challenge' | 'refuse' | null
}

/** What the endpoints do. Nothing here waits, so no request sees half of another. */
export function act(world: World, asked: Asked): Outcome {
  const { verb, id } = asked.route
  if (asked.text === undefined) return refused('malformed')
  const { searchParams: query, origin } = new URL(asked.request.url)
  switch (verb) {
    case 'charge':
      return charge(world, asked)
    case 'token':
      return makeToken(world, query)
    case 'card_register':
      return registerCard(world, query)
    case 'point_inquiry':
      return inquirePoints(world, id)
    case 'bin':
      return showBin(world, id)
    case 'pay_account_create':
      return createPayAccount(world, asked.body, origin)
    case 'pay_account_get':
      return showPayAccount(world, id)
    case 'pay_account_unbind':
      return unbindPayAccount(world, id)
    case 'capture':
      return capture(world, asked)
    default:
  }
  const transaction = world.ledger.findForMerchant(id)
  if (!transaction) return refused('not_found')
  switch (verb) {
    case 'status':
      return { kind: 'status', view: viewOf(transaction) }
    case 'status_b2b':
      return listOfOrder(world, transaction, query)
    case 'refund':
    case 'direct_refund':
      return refund(world, transaction, asked)
    default: {
      const refusal = world.ledger.move(transaction, verb)
      return refusal ? refused(refusal) : { kind: verb, view: viewOf(transaction) }
    }
  }
}

function charge(world: World, asked: Asked): Outcome {
  // An empty body is an internal error at Midtrans (protocol.md §5), which every client must survive.
  if (asked.text === '') return refused('internal')
  if (!isObject(asked.body)) return refused('malformed')
  const checked = checkCharge(asked.body, {
    nowMs: world.clock.nowMs(),
    isOwn: false,
    settings: world.settings,
  })
  if ('refusal' in checked) return refused(checked.refusal, checked.problems)
  const extras = extrasOf(asked.request, checked.charge)
  const isReusable = world.settings.reusableAccounts.has(checked.charge.method.name)
  const opened = openCharge(world, checked.charge, {
    extras: isReusable ? { ...(extras ?? NO_EXTRAS), isReusable } : extras,
    forced: asked.forced,
  })
  return 'refusal' in opened
    ? refused(opened.refusal, opened.problems)
    : { kind: 'charge', view: viewOf(opened) }
}

function capture(world: World, { body, forced }: Asked): Outcome {
  const { transaction_id: id = null, gross_amount: asked = null } = isObject(body) ? body : {}
  // An object where the id belongs is malformed (protocol.md §5).
  if (typeof id === 'object' && id !== null) return refused('malformed')
  if (typeof id !== 'string') return refused('invalid', ['transaction_id is required'])
  const transaction = world.ledger.findForMerchant(id)
  if (!transaction) return refused('not_found')
  if (asked !== null && !(Number.isSafeInteger(asked) && Number(asked) > 0))
    return refused('invalid', ['gross_amount must be an integer greater than 0'])
  if (!world.ledger.legalCauses(transaction).includes('capture')) return refused('status_is_final')
  const amount = Number(asked ?? transaction.amount)
  if (amount > transaction.amount)
    return refused('invalid', ['gross_amount must not exceed the authorized amount'])
  // Of a GoPay reservation, all or nothing.
  if (amount !== transaction.amount && transaction.method.family !== 'card')
    return refused('invalid', ['gross_amount must be equal to the authorized amount'])
  if (forced === 'refuse') return { kind: 'capture_denied', view: viewOf(transaction) }
  const refusal = world.ledger.capture(transaction, amount)
  return refusal ? refused(refusal) : { kind: 'capture', view: viewOf(transaction) }
}

function extrasOf(request: Request, { echoed, parts }: ChargeAsked): Extras | null {
  const { callbackUrl } = parts
  const language = LANGUAGES[request.headers.get('x-payment-locale') ?? '']
  const overrideUrls = urlsIn(request, 'x-override-notification')
  const appendUrls = urlsIn(request, 'x-append-notification')
  return echoed || overrideUrls || appendUrls || callbackUrl !== undefined || language
    ? {
        echoed: echoed ?? {},
        overrideUrls,
        appendUrls,
        isQuiet: false,
        ...(callbackUrl === undefined ? {} : { callbackUrl }),
        ...(language === undefined ? {} : { language }),
      }
    : null
}

/** `X-Payment-Locale`. */
const LANGUAGES: Readonly<Record<string, 'en' | 'id'>> = { 'id-ID': 'id', 'en-EN': 'en' }

function urlsIn(request: Request, header: string): string[] | null {
  return readNotificationUrls(request.headers.get(header))
}

export function readNotificationUrls(text: string | null): string[] | null {
  const urls = (text ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter(isHttpUrl)
    .slice(0, NOTIFICATION_URLS_MAX)
  return urls.length ? urls : null
}

function listOfOrder(world: World, transaction: Transaction, query: URLSearchParams): Outcome {
  const page = whole(query.get('page'), 0)
  const perPage = Math.max(1, whole(query.get('per_page'), 10))
  const ofOrder = world.ledger.ofOrder(transaction.orderId)
  const found = [...ofOrder.flatMap((one) => world.ledger.paymentsInto(one)), ...ofOrder].slice(
    page * perPage,
    (page + 1) * perPage,
  )
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
  const wanted = {
    key: key as string | null,
    amount: amount as number | null,
    reason: reason as string,
    how: 'online',
  } as const
  if (asked.forced === 'refuse' && !world.ledger.mayRefund(transaction, wanted))
    return { kind: 'refund_denied', view: viewOf(transaction), key: wanted.key }
  const made = world.ledger.refund(transaction, wanted)
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
