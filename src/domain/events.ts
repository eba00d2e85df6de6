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
  'invoice.created':      'An invoice is in your books and has its number.',
  'invoice.sent':         'The invoice is the customer’s now: send them its link or its PDF.',
  'invoice.partially_paid': 'A part of the invoice was received; once for each payment that does not complete it.',
  'invoice.paid':         'All of the invoice was received.',
  'invoice.overdue':      'The due date is over and nothing was received.',
  'invoice.voided':       'The invoice is void: it was withdrawn, here or in Midtrans’s dashboard.',
  'subscription.created':       'It was begun: bayar bills it, or Midtrans has it and will charge it.',
  'subscription.activated':     'Its first period was paid, and has begun.',
  'subscription.renewed':       'Another period was paid.',
  'subscription.trial_ending':  'The trial ends in a few days, and the first charge follows.',
  'subscription.past_due':      'A period was not paid. Who has paid before has access for the days of grace.',
  'subscription.charged':       'A charge of it was paid; once per payment.',
  'subscription.charge_failed': 'A charge of it was refused, not paid in time, or could not be made: it may be tried again.',
  'subscription.paused':        'It is charged no more until it is resumed.',
  'subscription.resumed':       'It is charged again.',
  'subscription.disabled':      'A subscription of Midtrans’s own is charged no more until it is enabled: told beside `subscription.paused`.',
  'subscription.cancelled':     'It was cancelled for good.',
  'subscription.expired':       'It was charged as often as was agreed, or not paid when the days of grace were over.',
  'topup.succeeded': 'The money of a top-up came, and is in the wallet.',
  'topup.failed':    'A top-up was refused or cancelled: nothing came.',
  'topup.expired':   'A top-up was not paid in time.',
  'wallet.credited': 'Money came into a user’s wallet; once for each entry.',
  'wallet.debited':  'Money went out of a user’s wallet; once for each entry.',
} as const

export type EventType = keyof typeof EVENTS
/** What an event is about is the first half of its name. */
export type SubjectOf<Type extends EventType> = Type extends `${infer Subject}.${string}` ? Subject : never
export type SubjectName = SubjectOf<EventType>
export type EventAbout<Subject extends SubjectName> = Extract<EventType, `${Subject}.${string}`>

export function subjectOf(type: EventType): SubjectName {
  return type.slice(0, type.indexOf('.')) as SubjectName
}

export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[]
export const SUBJECT_NAMES: readonly SubjectName[] = [...new Set(EVENT_TYPES.map(subjectOf))]

/** Why a payment waits for a person. */
// biome-ignore format: a table is read in columns
export const REVIEW_REASONS = {
  conflict:                'Midtrans confirmed a status that cannot follow the one we knew.',
  mismatch:                'Amount, currency or merchant differ from what was asked.',
  paid_twice:              'Two ways of paying the same order were both paid.',
  refund_excess:           'More was given back than was received.',
  refund_unknown:          'A refund came without an amount or a name: nobody can say whether it is one that was asked for.',
  chargeback_unknown:      'A partial chargeback came without an amount.',
  shortfall:               'Money of a top-up went back after it had been spent: the wallet is frozen.',
  unclear:                 'Midtrans’s answer cannot be read: nobody can say what became of the payment, or of what was asked of it.',
  too_many_attempts:       'More transactions came for this order than a customer makes.',
} as const

export type ReviewReason = keyof typeof REVIEW_REASONS
