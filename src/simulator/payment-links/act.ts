import { checkExpiry, checkOrder } from '../checkout/check-order.ts'
import type { Checkout } from '../checkout/checkouts.ts'
import { isObject, Reader } from '../reader.ts'
import { isPaid } from '../snap/sessions.ts'
import type { V1Asked } from '../v1/asked.ts'
import { type Answer, refuseFields, refuseV1 } from '../v1/refusals.ts'
import { toWib } from '../wib-time.ts'
import type { World } from '../world.ts'

/** Payment links: docs/midtrans/protocol.md §13. A link is a checkout that may be paid several times, each time under its order id and a suffix. */
const LINK_ID = /^[a-z0-9-]{1,50}$/
const ORDER_ID_MOST = 50
const USES_MAX = 1_000_000
const LIFETIME = { least: 60, most: 365 * 86_400 }
const TYPES = ['FIXED_AMOUNT', 'DYNAMIC_AMOUNT'] as const

export function createLink(world: World, { request, body, origin }: V1Asked): Answer {
  if (!isObject(body)) return refuseV1('payment_link', 'malformed')
  const problems: string[] = []
  const read = new Reader(body, problems)
  const type = read.text('payment_link_type', {}) ?? 'FIXED_AMOUNT'
  if (!TYPES.includes(type as (typeof TYPES)[number]))
    problems.push(`payment_link_type must be one of ${TYPES.join(', ')}`)
  const isDynamic = type === 'DYNAMIC_AMOUNT'
  const order = checkOrder(read, problems, { idMost: ORDER_ID_MOST, needsAmount: !isDynamic })
  const uses = read.whole('usage_limit', { least: 1, most: USES_MAX })
  read.text('title', { most: 40 })
  const says = 'only a-z, 0-9 and - are allowed, at most 50'
  const asked = read.object('transaction_details', false)?.text('payment_link_id', { pattern: LINK_ID, says })
  const expiry = checkExpiry(read, 'expiry', LIFETIME, problems)
  if (problems.length > 0 || !order) return refuseFields('payment_link', problems)

  const token = asked ?? linkIdOf(order.orderId)
  if (find(world, order.orderId) || isTaken(world, token))
    return refuseFields409(`The Order ID '${order.orderId}' has been taken`)
  const nowMs = world.clock.nowMs()
  const link = world.checkouts.open(
    {
      origin: 'payment_link',
      orderId: order.orderId,
      amount: isDynamic ? null : order.amount,
      request: { ...body, usage_limit: uses ?? 1 },
      overrideUrls: request.headers.get('x-override-notification'),
      appendUrls: request.headers.get('x-append-notification'),
      expiresMs: expiry ? (expiry.startMs ?? nowMs) + expiry.seconds * 1000 : null,
    },
    token,
  )
  return { http: 200, body: { order_id: link.orderId, payment_url: urlOf(link, origin) } }
}

export function getLink(world: World, { id, origin }: V1Asked): Answer {
  const link = find(world, id)
  return link ? { http: 200, body: linkDocument(world, link, origin) } : refuseV1('payment_link', 'not_found')
}

export function listLinks(world: World, { origin }: V1Asked): Answer {
  const links = Array.from(world.checkouts.all()).filter(isLink)
  return { http: 200, body: { payment_links: links.map((link) => linkDocument(world, link, origin)) } }
}

export function deleteLink(world: World, { id }: V1Asked): Answer {
  const link = find(world, id)
  if (!link) return refuseV1('payment_link', 'not_found')
  world.checkouts.end(link, 'cancelled')
  return { http: 200, body: { message: 'Payment link has been deleted' } }
}

/** A pending try holds one use, and one that ended without money gives it back. */
export function usesLeft(world: World, link: Checkout): number {
  const used = link.attempts.filter((id) => {
    const one = world.ledger.find(id)
    return one !== undefined && (one.status === 'pending' || one.status === 'authorize' || isPaid(one))
  })
  return Math.max(0, Number(link.request.usage_limit) - used.length)
}

function linkDocument(world: World, link: Checkout, origin: string): Record<string, unknown> {
  const { usage_limit: usageLimit, transaction_details: _, ...asked } = link.request
  return {
    order_id: link.orderId,
    payment_link_url: urlOf(link, origin),
    gross_amount: link.amount,
    usage_limit: usageLimit,
    usage: Number(usageLimit) - usesLeft(world, link),
    ...asked,
    created_at: toWib(link.createdMs),
    ...(link.expiresMs === null ? {} : { expired_at: toWib(link.expiresMs) }),
    purchases: link.attempts
      .map((id) => world.ledger.find(id))
      .filter((one) => one !== undefined)
      .map((one) => ({
        order_id: one.orderId,
        transaction_id: one.id,
        payment_method: one.method.paymentType,
        payment_status: one.status,
        amount_value: one.amount,
        created_at: toWib(one.createdMs),
      })),
  }
}

function find(world: World, orderId: string): Checkout | undefined {
  const link = world.checkouts.ofOrder(orderId)
  return link && isLink(link) ? link : undefined
}

function isLink(checkout: Checkout): boolean {
  return checkout.origin === 'payment_link' && checkout.ended === null
}

function isTaken(world: World, token: string): boolean {
  const holder = world.checkouts.find(token)
  return holder !== undefined && (holder.origin !== 'payment_link' || holder.ended === null)
}

function linkIdOf(orderId: string): string {
  return orderId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')
}

function urlOf({ token }: Checkout, origin: string): string {
  return `${origin}/payment-links/${token}`
}

function refuseFields409(message: string): Answer {
  return { http: 409, body: { error_messages: [message] } }
}
