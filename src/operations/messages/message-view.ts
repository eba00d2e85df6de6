import type { MessageChannel, MessageLanguage, MessageStatus, MessageType } from '../../domain/message.ts'
import type { MessageRow } from '../../store/messages.ts'

/** A message as people see it. */
export interface Message {
  readonly id: string
  readonly merchant: string
  readonly type: MessageType
  readonly userId: string | null
  readonly customerName: string | null
  readonly customerEmail: string | null
  readonly subscriptionId: string | null
  readonly invoiceId: string | null
  readonly topupId: string | null
  readonly paymentId: string | null
  readonly channel: MessageChannel
  readonly language: MessageLanguage
  /** null until it is put into words, which is when it is sent. */
  readonly subject: string | null
  readonly body: string | null
  readonly status: MessageStatus
  readonly tries: number
  /** Why it failed or was suppressed, or what its last try failed with. */
  readonly error: string | null
  readonly dueAt: Date | null
  readonly sentAt: Date | null
  readonly createdAt: Date
}

export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    merchant: row.merchant,
    type: row.type,
    userId: row.user_id,
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    subscriptionId: row.subscription_id,
    invoiceId: row.invoice_id,
    topupId: row.topup_id,
    paymentId: row.payment_id,
    channel: row.channel,
    language: row.language,
    subject: row.subject,
    body: row.body,
    status: row.status,
    tries: row.tries,
    error: row.error,
    dueAt: row.status === 'pending' ? row.due_at : null,
    sentAt: row.sent_at,
    createdAt: row.created_at,
  }
}
