/** What every operation is given: the parts it may use, made once by `bayar.ts`. */
import type { Clock } from '../domain/clock.ts'
import type { Dunning } from '../domain/dunning.ts'
import type { InvoiceTax } from '../domain/invoice.ts'
import type { MessageLanguage, MessageType } from '../domain/message.ts'
import type { OwnTemplates } from '../domain/message-facts.ts'
import type { Rupiah } from '../domain/money.ts'
import type { Gateway } from '../gateway/port.ts'
import type { Database } from '../store/database.ts'
import type { IssuerRow } from '../store/invoices.ts'
import type { BayarVerbs } from './events/event-argument.ts'
import type { HandlerRegistry } from './events/handler-registry.ts'
import type { Log } from './log.ts'
import type { Channel, ChannelSetting } from './messages/channel.ts'
import type { Owners } from './owners.ts'
import type { Slots } from './slots.ts'

export interface Merchant {
  /** Our own name for the account. */
  readonly name: string
  /** Midtrans's merchant_id, only compared. */
  readonly gatewayMerchantId: string | null
  /** The present key and those being rotated out: all verify, the first signs requests. */
  readonly serverKeys: readonly string[]
}

export interface Rules {
  readonly merchants: readonly Merchant[]
  readonly enabledMethods: readonly string[] | null
  readonly expiryMinutes: number | null
  readonly notificationUrl: string | null
  /** Where an app sends the customer afterwards, by method, when the charge does not say. */
  readonly callbackUrls: { readonly gopay?: string; readonly shopeepay?: string; readonly dana?: string }
  readonly confirm: 'signature' | 'status'
  readonly confirmAbove: Rupiah
  readonly imposedFees: boolean
  /** When open payments are asked about: each by its age, or all of them with every run of the task. */
  readonly checks: 'by-age' | 'every-run'
  /** How long the gateway client waits for an answer. */
  readonly gatewayDeadlineSeconds: number
  readonly invoices: InvoiceRules
  /** The least and the most that a user may top up at once. */
  readonly topups: { readonly min: number; readonly max: number }
  readonly billing: BillingRules
  readonly messages: MessageRules
}

export interface MessageRules {
  readonly channel: ChannelSetting
  /** Of a customer whose own is not known. */
  readonly language: MessageLanguage
  /** Those that are written. */
  readonly types: ReadonlySet<MessageType>
  readonly templates: OwnTemplates
  /** How long one try may last. */
  readonly deadlineSeconds: number
}

export interface BillingRules {
  /** Each cycle gets one. */
  readonly autoInvoice: boolean
  readonly invoiceDueDays: number
  readonly dunning: Dunning
  readonly trialEndingDays: number
  /** How many days before a period ends its customer is told; once each. */
  readonly expiryReminderDays: readonly number[]
}

export interface InvoiceRules {
  /** Numbers are drawn; off, the host gives each. */
  readonly autoNumber: boolean
  readonly prefix: string
  /** Of credit notes. */
  readonly creditPrefix: string
  readonly issuer: IssuerRow | null
  /** Where an invoice does not say. */
  readonly tax: InvoiceTax | null
}

/** Which list of work got longer. */
export type Wake = 'deliveries' | 'notifications' | 'tasks'

export interface Context {
  readonly database: Database
  readonly gateway: Gateway
  readonly clock: Clock
  readonly log: Log
  readonly rules: Rules
  readonly handlers: HandlerRegistry
  /** A person decided that a `within` handler which keeps refusing is not asked, for this one application. */
  readonly withoutHandlers?: boolean
  /** How messages leave. */
  readonly channel: Channel
  /** Whose payments bayar's own are. */
  readonly owners: Owners
  /** The instance's own verbs, for handlers. */
  readonly verbs: () => BayarVerbs
  /** For transactions in which handlers run. */
  readonly withinSlots: Slots
  /** Work was committed: wake whoever does it, here or in another process. A wake-up may be lost; polling is the floor. */
  readonly wake: (what?: Wake) => void
}
