/** What each kind of message says, as templates are given it. */
import type { MessageLanguage, MessageType } from './message.ts'

/** What the customer needs in order to pay; what a method does not have is null. */
export interface MessageInstructions {
  readonly bank: string | null
  readonly vaNumber: string | null
  /** Mandiri Bill: which company, and which bill. */
  readonly billerCode: string | null
  readonly billKey: string | null
  readonly store: string | null
  readonly paymentCode: string | null
  /** Where it goes on: the page of a bank or wallet, a QR code. */
  readonly url: string | null
}

/**
 * What happens when a period ends. `automatic`: a card or a linked account is charged · `from_wallet`: the wallet has enough · `wallet_short`: it has not · `to_pay`: the customer gets a number and must pay it · `ends`: it
 * was cancelled, or charged as often as was agreed.
 */
export type Renewal = 'automatic' | 'from_wallet' | 'wallet_short' | 'to_pay' | 'ends'

export interface AllFacts {
  readonly type: MessageType
  readonly language: MessageLanguage
  readonly merchant: string
  readonly userId: string | null
  readonly customerName: string | null
  /** What it is about, in the merchant's words: a plan, the number of an invoice. Null of a top-up. */
  readonly title: string | null
  /** Whole rupiah: what is to be paid, was paid, or given back. */
  readonly amount: number
  readonly orderId: string
  readonly paymentType: string | null
  readonly payBefore: Date | null
  readonly instructions: MessageInstructions
  /** Until when it is paid for. */
  readonly periodEnd: Date | null
  /** A word of ours, where one is known: denied, expired, reversed, insufficient_balance, unpaid, finished … */
  readonly reason: string | null
  /** Until when the customer may go on although it is not paid. */
  readonly graceUntil: Date | null
  readonly invoiceNumber: string
  readonly dueAt: Date
  readonly endsAt: Date
  /** Days in Jakarta from the one on which it is said. */
  readonly days: number
  readonly renewal: Renewal
  /** What is in the wallet. */
  readonly balance: number
}

// biome-ignore format: a table is read in columns
export const SAID = {
  payment_pending:   ['amount', 'orderId', 'paymentType', 'payBefore', 'instructions'],
  payment_succeeded: ['amount', 'periodEnd'],
  payment_failed:    ['amount', 'reason', 'graceUntil'],
  refunded:          ['amount', 'orderId'],
  invoice_overdue:   ['amount', 'invoiceNumber', 'dueAt'],
  expiry_reminder:   ['amount', 'endsAt', 'days', 'renewal'],
  trial_ending:      ['amount', 'endsAt'],
  cancelled:         ['reason'],
  expired:           ['reason'],
  topup_succeeded:   ['amount', 'orderId', 'balance'],
  topup_failed:      ['amount', 'orderId', 'reason'],
} as const satisfies Readonly<Record<MessageType, readonly (keyof AllFacts)[]>>

export type MessageFacts<Type extends MessageType = MessageType> = Type extends MessageType
  ? Pick<
      AllFacts,
      'language' | 'merchant' | 'userId' | 'customerName' | 'title' | (typeof SAID)[Type][number]
    > & {
      readonly type: Type
    }
  : never

/** What a customer reads: a subject of one line, and plain text. */
export interface MessageText {
  readonly subject: string
  readonly body: string
}

export type MessageTemplate<Type extends MessageType> = (facts: MessageFacts<Type>) => MessageText

export type MessageTemplates = { readonly [Type in MessageType]: MessageTemplate<Type> }

/** Where a template of the host's takes the place of ours. */
export type OwnTemplates = { readonly [Language in MessageLanguage]?: Partial<MessageTemplates> }

/** What a function of the host's is given to send. */
export interface OutgoingMessage {
  /** The same at every try: whoever has seen it has sent it. */
  readonly id: string
  readonly type: MessageType
  readonly language: MessageLanguage
  readonly userId: string | null
  readonly customerName: string | null
  readonly customerEmail: string | null
  readonly subject: string
  readonly body: string
  readonly facts: MessageFacts
}

/** Sends it, or throws. `abort` is raised when the time is over: it counts as a failed try then. */
export type SendMessage = (given: {
  readonly message: OutgoingMessage
  readonly abort: AbortSignal
}) => Promise<void>
