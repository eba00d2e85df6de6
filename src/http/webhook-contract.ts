/** The original's log of webhooks: our notifications in its words. One column of the database, two dictionaries. */
import { z } from '@hono/zod-openapi'
import type { NotificationStatus } from '../store/write-advances.ts'
import { instant, notificationStatus, paging, strict, text, time, uuid } from './contract.ts'

export const WEBHOOK_WORDS = ['received', 'processed', 'failed', 'invalid', 'duplicate'] as const
export type WebhookWord = (typeof WEBHOOK_WORDS)[number]

/** What each of our verdicts is called there. docs/guides/webhooks-subscriptions.md has the same table with its reasons; a test compares them. */
// biome-ignore format: a table is read in columns
export const WEBHOOK_WORD: Readonly<Record<NotificationStatus, WebhookWord>> = {
  received:          'received',
  // It waits for a person: nothing has become of it yet.
  review:            'received',
  processed:         'processed',
  // Older than what is known: it was judged, and there is nothing left to do. There it was applied.
  stale:             'processed',
  duplicate:         'duplicate',
  failed:            'failed',
  // Of an order that is not here. It can be replayed once it is.
  foreign:           'failed',
  invalid_signature: 'invalid',
}

/** What of ours one of the original's words stands for. */
export function verdictsOf(word: WebhookWord): readonly NotificationStatus[] {
  const all = Object.keys(WEBHOOK_WORD) as NotificationStatus[]
  return all.filter((status) => WEBHOOK_WORD[status] === word)
}

export const webhookLog = z
  .object({
    id: uuid,
    order_id: z.string().nullable(),
    transaction_id: z.string().nullable(),
    transaction_status: z.string().nullable(),
    status: z.enum(WEBHOOK_WORDS),
    verdict: notificationStatus.openapi({ description: 'The same in bayar’s own words, which are finer.' }),
    error: z.string().nullable(),
    ip_address: z.string().nullable().openapi({ description: 'Who sent it.' }),
    payload: z.string().openapi({ description: 'Exactly as it arrived.' }),
    payment_id: uuid.nullable(),
    original_id: uuid.nullable().openapi({ description: 'Of a duplicate: the one that it repeats.' }),
    created_at: instant,
    processed_at: instant.nullable(),
  })
  .openapi('WebhookLog')

export const webhookLogQuery = strict({
  status: z.enum(WEBHOOK_WORDS).optional(),
  order_id: text(200).optional(),
  from: time.optional(),
  to: time.optional(),
  ordering: z
    .enum(['created_at', '-created_at'])
    .optional()
    .openapi({ description: '-created_at, the newest first, unless said.' }),
  ...paging,
})
