/** The catalogue of events: what bayar tells the merchant's code. `docs/reference/events.md` is written from it. */
// biome-ignore format: a table is read in columns
export const EVENTS = {
  'payment.received':     'A payment is waiting for the customer.',
  'payment.challenged':   'A card payment is on hold until staff approve or deny it.',
  'payment.authorized':   'The amount is reserved and can be captured.',
  'payment.settled':      'The money was taken: fulfil the order. Once per payment, at the first of capture and settlement.',
  'payment.denied':       'The bank, the wallet or the fraud engine refused.',
  'payment.cancelled':    'The payment was cancelled, or a captured card was voided.',
  'payment.expired':      'The customer did not pay in time.',
  'payment.failed':       'The payment could not be made.',
  'payment.reversed':     'The provider took settled money back: do not deliver.',
  'payment.refunded':     'A refund was confirmed; once per refund.',
  'payment.charged_back': 'The cardholder’s bank took the money back.',
  'payment.needs_review': 'Midtrans said something that a person must look at.',
} as const

export type EventType = keyof typeof EVENTS
export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[]

/** Why a payment waits for a person. */
// biome-ignore format: a table is read in columns
export const REVIEW_REASONS = {
  conflict:                'Midtrans confirmed a status that cannot follow the one we knew.',
  mismatch:                'Amount, currency or merchant differ from what was asked.',
  paid_twice:              'Two ways of paying the same order were both paid.',
  refund_excess:           'More was given back than was received.',
  refund_unknown:          'A refund came without an amount or a name: nobody can say whether it is one that was asked for.',
  chargeback_unknown:      'A partial chargeback came without an amount.',
  too_many_attempts:       'More transactions came for this order than a customer makes.',
} as const

export type ReviewReason = keyof typeof REVIEW_REASONS
