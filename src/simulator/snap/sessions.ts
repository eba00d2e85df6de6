import { checkExpiry, checkOrder } from '../checkout/check-order.ts'
import type { Checkout } from '../checkout/checkouts.ts'
import { isObject, Reader } from '../reader.ts'
import type { Transaction } from '../transaction.ts'
import type { V1Asked } from '../v1/asked.ts'
import { type Answer, refuseFields, refuseV1 } from '../v1/refusals.ts'
import type { World } from '../world.ts'

/** Snap: docs/midtrans/protocol.md §14. A token is a checkout; GET status knows nothing of it until a method is chosen. */
const TOKEN_SECONDS = 86_400
const TOKEN_SECONDS_MAX = 7 * 86_400
const TOKEN_SECONDS_LEAST = 20

export function createSession(world: World, { request, body, origin }: V1Asked): Answer {
  if (!isObject(body)) return refuseV1('snap', 'malformed')
  const problems: string[] = []
  const read = new Reader(body, problems)
  const order = checkOrder(read, problems)
  const range = { least: TOKEN_SECONDS_LEAST, most: TOKEN_SECONDS_MAX }
  const page = checkExpiry(read, 'page_expiry', range, problems)
  const both = checkExpiry(read, 'expiry', range, problems)
  const enabled = body.enabled_payments
  if (enabled != null && !Array.isArray(enabled)) problems.push('enabled_payments must be an array')
  if (problems.length > 0 || !order) return refuseFields('snap', problems)

  const taken = takenBy(world.ledger.ofOrder(order.orderId))
  if (taken) return refuseV1('snap', taken)
  const nowMs = world.clock.nowMs()
  const lifetime = page ?? both ?? { startMs: null, seconds: TOKEN_SECONDS }
  const checkout = world.checkouts.open({
    origin: 'snap',
    orderId: order.orderId,
    amount: order.amount,
    request: body,
    overrideUrls: request.headers.get('x-override-notification'),
    appendUrls: request.headers.get('x-append-notification'),
    expiresMs: (lifetime.startMs ?? nowMs) + lifetime.seconds * 1000,
  })
  return { http: 201, body: { token: checkout.token, redirect_url: `${origin}${snapPathOf(checkout)}` } }
}

export function snapPathOf({ token }: Checkout): string {
  return `/snap/v3/redirection/${token}`
}

/** 400 here, not 406 as in Core. */
function takenBy(earlier: readonly Transaction[]): 'order_paid' | 'order_used' | undefined {
  if (earlier.some((one) => isPaid(one))) return 'order_paid'
  return earlier.some(({ status }) => status === 'pending' || status === 'authorize')
    ? 'order_used'
    : undefined
}

/** Money came, whatever became of it. */
export function isPaid({ status, settledMs }: Transaction): boolean {
  return settledMs > 0 || status === 'capture'
}

export function endSession(world: World, { verb, id }: V1Asked): Answer {
  const checkout = world.checkouts.find(id)
  if (checkout?.origin !== 'snap' || checkout.ended === 'replaced') return refuseV1('snap', 'token_not_found')
  if (checkout.ended === 'cancelled') return refuseV1('snap', 'token_cancelled')
  if (world.checkouts.isOver(checkout)) return refuseV1('snap', 'token_expired')
  // What the customer has begun is ended by Core's cancel and expire.
  const begun = world.ledger.ofOrder(checkout.orderId)
  if (begun.some((one) => one.status === 'pending' || one.status === 'authorize' || isPaid(one)))
    return refuseV1('snap', 'in_progress')
  const at = world.clock.now().toISOString()
  world.checkouts.end(checkout, verb === 'snap_cancel' ? 'cancelled' : 'expired')
  return { http: 200, body: verb === 'snap_cancel' ? { canceled_at: at } : { expired_at: at } }
}
