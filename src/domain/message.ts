/** Messages: what customers are told of their subscriptions, invoices and top-ups, and by what it is caused. */
import type { EventType } from './events.ts'

// biome-ignore format: a table is read in columns
export const MESSAGES = {
  payment_pending:   'How to pay what is owed, and until when.',
  payment_succeeded: 'What was owed has been paid.',
  payment_failed:    'What was owed has not been paid, or its money was taken back.',
  refunded:          'Money was given back.',
  invoice_overdue:   'The due day of an invoice is over.',
  expiry_reminder:   'A period ends in a few days, and what happens then.',
  trial_ending:      'A trial ends in a few days.',
  cancelled:         'A subscription was cancelled.',
  expired:           'A subscription has ended: it was not paid, or it was charged as often as was agreed.',
  topup_succeeded:   'The money of a top-up is in the wallet.',
  topup_failed:      'A top-up was refused, cancelled, or not paid in time.',
} as const

export type MessageType = keyof typeof MESSAGES
export const MESSAGE_TYPES = Object.keys(MESSAGES) as readonly MessageType[]

export const MESSAGE_LANGUAGES = ['id', 'en'] as const
export type MessageLanguage = (typeof MESSAGE_LANGUAGES)[number]

/** `suppressed`: it was not sent, on purpose; the error says why. */
export const MESSAGE_STATUSES = ['pending', 'sent', 'failed', 'suppressed'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

/** `host`: a function of yours. */
export const MESSAGE_CHANNELS = ['log', 'smtp', 'host'] as const
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number]

export interface MessageCause {
  readonly type: MessageType
  /**
   * What is told of once a day at most. Each payment and each refund is a thing of its own, because two numbers to pay are two messages. What was paid out of a wallet has no payment: each time is told; that there was not
   * enough in it, once a day, however often it is tried.
   */
  readonly thing: 'payment' | 'payment_else_event' | 'payment_else_subject' | 'refund' | 'subject'
}

type OwnerName = 'subscription' | 'invoice' | 'topup'

const PENDING = { type: 'payment_pending', thing: 'payment' } as const
const SUCCEEDED = { type: 'payment_succeeded', thing: 'payment_else_event' } as const
const FAILED = { type: 'payment_failed', thing: 'payment_else_subject' } as const
const REFUNDED = { type: 'refunded', thing: 'refund' } as const

/**
 * Of a payment's own events, by the part of bayar that it belongs to. A merchant's own payment causes none: what their customers are told of their orders is theirs. What ended because we made room for another one
 * (`payment.cancelled`) is no news for the customer, so the charges of a subscription follow its own events.
 */
// biome-ignore format: a table is read in columns
const OF_PAYMENT: Readonly<Record<OwnerName, Partial<Record<EventType, MessageCause>>>> = {
  subscription: { 'payment.received': PENDING, 'payment.reversed': FAILED, 'payment.refunded': REFUNDED },
  invoice:      { 'payment.received': PENDING, 'payment.reversed': FAILED, 'payment.refunded': REFUNDED,
                  'payment.settled': SUCCEEDED, 'payment.denied': FAILED, 'payment.expired': FAILED, 'payment.failed': FAILED },
  topup:        { 'payment.received': PENDING, 'payment.refunded': REFUNDED },
}

/** Of what the other events are about: the message follows the event, whichever task or person caused that. */
// biome-ignore format: a table is read in columns
const OF_EVENT: Partial<Record<EventType, MessageCause>> = {
  'subscription.charged':       SUCCEEDED,
  'subscription.charge_failed': FAILED,
  'subscription.trial_ending':  { type: 'trial_ending',    thing: 'subject' },
  'subscription.cancelled':     { type: 'cancelled',       thing: 'subject' },
  'subscription.expired':       { type: 'expired',         thing: 'subject' },
  'invoice.overdue':            { type: 'invoice_overdue', thing: 'subject' },
  'topup.succeeded':            { type: 'topup_succeeded', thing: 'subject' },
  'topup.failed':               { type: 'topup_failed',    thing: 'subject' },
  'topup.expired':              { type: 'topup_failed',    thing: 'subject' },
}

export function causedByPayment(owner: string, event: EventType | null): MessageCause | undefined {
  return event === null ? undefined : OF_PAYMENT[owner as OwnerName]?.[event]
}

export function causedBy(event: EventType | null): MessageCause | undefined {
  return event === null ? undefined : OF_EVENT[event]
}
