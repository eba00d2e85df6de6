/** What goes over HTTP about messages, once, in snake_case; beside `contract.ts`. The originals call them notifications; ours of that name are what Midtrans sends. */
import { z } from '@hono/zod-openapi'
import {
  MESSAGE_CHANNELS,
  MESSAGE_LANGUAGES,
  MESSAGE_STATUSES,
  MESSAGE_TYPES,
  type MessageType,
} from '../domain/message.ts'
import { instant, paging, strict, text, uuid, type Words, whose } from './contract.ts'

const messageType = z.enum(MESSAGE_TYPES as Words<MessageType>)
const forStaff = (what: string) =>
  z
    .string()
    .nullable()
    .openapi({ description: `For staff: ${what}` })

export const message = z
  .object({
    id: uuid,
    merchant: z.string(),
    type: messageType,
    user_id: z.string().nullable(),
    customer_name: z.string().nullable(),
    customer_email: z.string().nullable(),
    subscription_id: uuid.nullable(),
    invoice_id: uuid.nullable(),
    topup_id: uuid.nullable(),
    payment_id: uuid.nullable(),
    channel: z.enum(MESSAGE_CHANNELS).openapi({ description: 'host: a function of yours sends it.' }),
    language: z.enum(MESSAGE_LANGUAGES),
    subject: z
      .string()
      .nullable()
      .openapi({ description: 'null until it is put into words, which is when it is sent.' }),
    body: z.string().nullable(),
    status: z
      .enum(MESSAGE_STATUSES)
      .openapi({ description: 'suppressed: it was not sent, on purpose; `error` says why.' }),
    tries: z.int(),
    error: forStaff('why it failed or was suppressed, or what its last try failed with.'),
    due_at: instant.nullable(),
    sent_at: instant.nullable(),
    created_at: instant,
  })
  .openapi('Message')

export const messageQuery = strict({
  user_id: whose,
  status: z.enum(MESSAGE_STATUSES).optional(),
  type: messageType.optional(),
  channel: z.enum(MESSAGE_CHANNELS).optional(),
  merchant: text(50).optional().openapi({ description: 'Which of your Midtrans accounts.' }),
  subscription: z.uuid({ error: 'must be a UUID' }).optional(),
  ordering: z
    .enum(['created_at', '-created_at'])
    .optional()
    .openapi({ description: '-created_at, the newest first, unless said.' }),
  ...paging,
})
