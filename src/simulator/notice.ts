import type { FraudStatus, TransactionStatus } from '../gateway/wire.ts'
import type { Appointment } from './agenda.ts'
import type { Delivered } from './deliver-notification.ts'
import { type Merchant, notificationDocument, testNotificationDocument } from './documents.ts'
import type { FaultKind } from './faults.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

/** One notice is one document to one address: what it is about, how it stands, and how it is told, shown and kept. */
export type NoticeState =
  | 'waiting'
  | 'queued'
  | 'sending'
  | 'held'
  | 'delivered'
  | 'failed'
  | 'lost'
  | 'unaddressed'

export interface DeliveryAttempt extends Delivered {
  readonly at: Date
  /** Asked for by a person, outside the retry policy. */
  readonly byHand: boolean
}

export interface SimulatedNotification {
  readonly id: string
  /** Of a notification about something else, what it is about: an account, a subscription. */
  readonly orderId: string
  /** Null for a test ping. */
  readonly transactionId: string | null
  readonly kind: 'payment' | 'test' | Letter['kind']
  /** Null where the notification is about no transaction. */
  readonly transactionStatus: TransactionStatus | null
  /** `challenge` beside `capture`: the money is held, nothing is paid. */
  readonly fraudStatus: FraudStatus | null
  /** Null when no address is configured. */
  readonly url: string | null
  readonly state: NoticeState
  readonly fault: FaultKind | null
  readonly createdAt: Date
  readonly nextAttemptAt: Date | null
  readonly attempts: readonly DeliveryAttempt[]
  /** Exactly what is posted. */
  readonly body: string
}

/** A notification about anything but a transaction. Those with the same lane go one after the other. */
export interface Letter {
  readonly kind: 'recurring' | 'pay_account'
  readonly lane: string
  readonly document: (signer: Merchant) => object
}

export type Subject = { readonly view: View } | { readonly testUuid: string } | { readonly letter: Letter }

/** A notice for a file; what it tells is written out, because its transaction has moved on since. */
export interface NoticeRecord {
  readonly sequence: number
  readonly subject:
    | { readonly view: Omit<View, 'transaction'> & { readonly transaction: number } }
    | { readonly testUuid: string }
    | { readonly letter: Pick<Letter, 'kind' | 'lane'> & { readonly document: object } }
  readonly url: string | null
  readonly createdMs: number
  readonly fault: FaultKind | null
  readonly state: NoticeState
  readonly attempts: readonly (Omit<DeliveryAttempt, 'at'> & { readonly at: number })[]
  readonly retries: number
  readonly nextMs: number | null
}

export interface Notice {
  readonly sequence: number
  readonly subject: Subject
  readonly url: string | null
  readonly createdMs: number
  readonly fault: FaultKind | null
  state: NoticeState
  attempts: DeliveryAttempt[]
  retries: number
  next: Appointment | null
}

/** Exactly what is posted. */
export function bodyOf({ subject, fault }: Notice, own: Merchant): string {
  const merchant = fault === 'wrong_signature' ? { ...own, serverKey: 'the-key-of-somebody-else' } : own
  if ('letter' in subject) return JSON.stringify(subject.letter.document(merchant))
  return JSON.stringify(
    'view' in subject
      ? notificationDocument(subject.view, merchant)
      : testNotificationDocument(subject.testUuid, merchant),
  )
}

export function showNotice(notice: Notice, merchant: Merchant): SimulatedNotification {
  const { subject, url, state, fault, attempts, next } = notice
  return {
    id: nameOf(notice),
    orderId: orderIdOf(subject, merchant),
    transactionId: 'view' in subject ? subject.view.transaction.id : null,
    kind: 'view' in subject ? 'payment' : 'testUuid' in subject ? 'test' : subject.letter.kind,
    transactionStatus: 'view' in subject ? subject.view.status : 'testUuid' in subject ? 'settlement' : null,
    fraudStatus: 'view' in subject ? subject.view.fraud : null,
    url,
    state,
    fault,
    createdAt: new Date(notice.createdMs),
    nextAttemptAt: next ? new Date(next.atMs) : null,
    attempts,
    // Rendered when looked at: a list of ten thousand would otherwise hash ten thousand signatures.
    get body() {
      return bodyOf(notice, merchant)
    },
  }
}

/** For a file: what it tells is written out. */
export function recordOf(notice: Notice, merchant: Merchant): NoticeRecord {
  const { subject, next, attempts, sequence, url, createdMs, fault, state, retries } = notice
  const told =
    'view' in subject
      ? { view: { ...subject.view, transaction: subject.view.transaction.sequence } }
      : 'letter' in subject
        ? {
            letter: {
              kind: subject.letter.kind,
              lane: subject.letter.lane,
              document: subject.letter.document(merchant),
            },
          }
        : subject
  return {
    sequence,
    subject: told,
    url,
    createdMs,
    fault,
    state,
    attempts: attempts.map((attempt) => ({ ...attempt, at: attempt.at.getTime() })),
    retries,
    nextMs: next?.atMs ?? null,
  }
}

export function subjectIn(
  { subject }: NoticeRecord,
  find: (sequence: number) => Transaction | undefined,
): Subject | undefined {
  if ('testUuid' in subject) return subject
  if ('letter' in subject) {
    const { kind, lane, document } = subject.letter
    return { letter: { kind, lane, document: () => document } }
  }
  const transaction = find(subject.view.transaction)
  return transaction && { view: { ...subject.view, transaction } }
}

export function nameOf(notice: Notice): string {
  return `notice-${notice.sequence}`
}

export function orderIdOf(subject: Subject, merchant: Merchant): string {
  if ('view' in subject) return subject.view.transaction.orderId
  if ('letter' in subject) return subject.letter.lane
  return testNotificationDocument(subject.testUuid, merchant).order_id
}
