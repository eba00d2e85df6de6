/** What Midtrans told, as the original's log of webhooks shows it. There is one intake, so it has the notices of every address. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import type { Notification } from '../../operations/notifications/index.ts'
import { byId, noQuery, pageOf } from '../contract.ts'
import { orderingOf } from '../ordering.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, STAFF, TAGS } from '../route-words.ts'
import { verdictsOf, WEBHOOK_WORD, webhookLog, webhookLogQuery } from '../webhook-contract.ts'
import { given } from '../wire-case.ts'

const at = '/api/subscriptions/webhook/logs'
const words = { ...TAGS.billing, ...STAFF, middleware: staffOnly }

const list = createRoute({
  method: 'get',
  path: at,
  ...words,
  summary: 'List notifications in the words of the original',
  request: { query: webhookLogQuery },
  responses: { 200: answers(pageOf(webhookLog, 'WebhookLogPage'), 'A page.') },
})

const detail = createRoute({
  method: 'get',
  path: `${at}/{id}`,
  ...words,
  summary:
    'One notification in the words of the original; POST /midtrans/api/notifications/{id}/replay/ judges it again',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(webhookLog, 'The notification.') },
})

export function addWebhookLogRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { notifications } }: HttpParts,
): void {
  app.openapi(list, async (c) => {
    const { status, order_id: orderId, ordering, limit, cursor, ...times } = c.req.valid('query')
    const page = await notifications.list({
      filter: given({ ...times, orderId, statuses: status && verdictsOf(status) }),
      ...given({ descending: orderingOf(ordering).descending, limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, logBody), 200)
  })

  app.openapi(detail, async (c) => {
    const found = await notifications.find(c.req.valid('param').id)
    if (!found) throw new BayarError('notification_not_found')
    return c.json(logBody(found), 200)
  })
}

function logBody(notice: Notification) {
  return {
    id: notice.id,
    order_id: notice.orderId,
    transaction_id: notice.transactionId,
    transaction_status: notice.transactionStatus,
    status: WEBHOOK_WORD[notice.status],
    verdict: notice.status,
    error: notice.error,
    ip_address: notice.sender,
    payload: notice.raw,
    payment_id: notice.paymentId,
    original_id: notice.originalId,
    created_at: notice.receivedAt.toISOString(),
    processed_at: notice.processedAt?.toISOString() ?? null,
  }
}
