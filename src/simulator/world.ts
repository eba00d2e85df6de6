import { AnswerMemory } from './answer-memory.ts'
import { CardVault } from './card-vault.ts'
import { Checkouts } from './checkout/checkouts.ts'
import { WorldClock } from './clock.ts'
import type { Deliver } from './deliver-notification.ts'
import { type Merchant, payAccountDocument } from './documents.ts'
import { FaultList } from './faults.ts'
import { Invoices } from './invoices/invoices.ts'
import { Ledger } from './ledger.ts'
import { readBanks, readMethods } from './methods.ts'
import { readFinishUrl, readUrls } from './notification-urls.ts'
import { Outbox } from './outbox.ts'
import type { Outcome } from './outcome.ts'
import { PayAccounts } from './pay-accounts.ts'
import { createRandom, type Random, type Stream } from './random.ts'
import { Rate, readRateLimit } from './rate.ts'
import type { LoggedRequest } from './request-log.ts'
import { REQUESTS_KEPT } from './request-log.ts'
import { Ring } from './ring.ts'
import { chargeSubscription } from './subscriptions/charge-subscription.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'
import { createV1Memory, type V1Memory } from './v1/memory.ts'

/** One Midtrans with one merchant. `reset` throws it away and makes another. */
export interface World {
  readonly clock: WorldClock
  readonly merchant: Merchant
  readonly clientKey: string
  readonly ledger: Ledger
  readonly outbox: Outbox
  readonly faults: FaultList
  readonly memory: AnswerMemory<Outcome>
  readonly v1Memory: V1Memory
  readonly checkouts: Checkouts
  readonly subscriptions: Subscriptions
  readonly invoices: Invoices
  readonly requests: Ring<LoggedRequest>
  readonly cards: CardVault
  readonly payAccounts: PayAccounts
  readonly binRate: Rate
  /** Of what is created over the Core API, together. */
  readonly creationRate: Rate
  /** Ids of error answers. */
  readonly answerIds: Random
  readonly settings: Settings
}

/** What the merchant has set in the dashboard. */
export interface Settings {
  notificationUrls: readonly string[]
  /** News of subscriptions; without one there is only the payment's. */
  recurringUrls: readonly string[]
  /** For linked and unlinked accounts; Midtrans takes one. */
  payAccountUrl: string | null
  /** Where Snap and lenders send the customer afterwards, unless the request says otherwise. */
  finishUrl: string | null
  /** Methods, by their Snap names, that this merchant has not been given. */
  disabledMethods: ReadonlySet<string>
  /** Banks, by their Snap names, whose virtual accounts take many payments: a contract of the merchant's with the bank. */
  reusableAccounts: ReadonlySet<string>
  /** The published least and most of each method, to which a contract may make exceptions. */
  amountLimits: boolean
  /** So many charges and new linked accounts in each minute of the clock, together; then 429. Midtrans has such a limit and does not say which (protocol.md §4). */
  rateLimit: number | null
  /** HTTP status = body status_code. Which of the two a path uses in production is not documented throughout (protocol.md §5). */
  mirrorBodyCodes: boolean
}

export interface WorldOptions {
  readonly serverKey: string
  readonly clientKey: string
  readonly merchantId: string
  readonly notificationUrl?: string | readonly string[] | undefined
  readonly recurringUrl?: string | readonly string[] | undefined
  readonly payAccountNotificationUrl?: string | undefined
  readonly finishUrl?: string | undefined
  readonly disabledMethods?: readonly string[] | undefined
  readonly reusableAccounts?: readonly string[] | undefined
  readonly amountLimits?: boolean | undefined
  readonly rateLimit?: number | undefined
  readonly clock?: { readonly start?: Date; readonly frozen?: boolean } | undefined
  readonly seed?: number | undefined
  /** 0 in a new world; after a restart another, so that the same seed draws nothing twice. */
  readonly epoch?: number | undefined
  readonly mirrorBodyCodes?: boolean | undefined
  readonly deliver: Deliver
}

export function createWorld(options: WorldOptions): World {
  const { seed, epoch } = options
  const random = (stream: Stream) => createRandom(seed, stream, epoch)
  const clock = new WorldClock(options.clock?.start, options.clock?.frozen ?? false)
  const faults = new FaultList()
  const merchant: Merchant = { id: options.merchantId, serverKey: options.serverKey }
  const settings: Settings = {
    notificationUrls: readUrls(options.notificationUrl),
    recurringUrls: readUrls(options.recurringUrl),
    payAccountUrl: readUrls(options.payAccountNotificationUrl)[0] ?? null,
    finishUrl: readFinishUrl(options.finishUrl),
    disabledMethods: readMethods(options.disabledMethods ?? []),
    reusableAccounts: readBanks(options.reusableAccounts ?? []),
    amountLimits: options.amountLimits ?? true,
    rateLimit: readRateLimit(options.rateLimit),
    mirrorBodyCodes: options.mirrorBodyCodes ?? false,
  }
  const ledger = new Ledger(clock, createRandom(seed, 'transactions'), random('transactions'))
  clock.hasHistory = () => ledger.size > 0
  const outbox = new Outbox({
    clock,
    faults,
    merchant,
    retryShifts: random('retries'),
    testIds: random('tests'),
    deliver: options.deliver,
    dashboardUrls: () => settings.notificationUrls,
  })
  ledger.onChange = (transaction) => outbox.announce(transaction)
  const payAccounts = new PayAccounts(random('accounts'))
  payAccounts.onChange = (account) => {
    const told = { ...account }
    outbox.post(
      { kind: 'pay_account', lane: account.id, document: (signer) => payAccountDocument(told, signer) },
      [settings.payAccountUrl],
    )
  }
  clock.atRest = () => outbox.idle()
  const world: World = {
    clock,
    merchant,
    clientKey: options.clientKey,
    ledger,
    outbox,
    faults,
    memory: new AnswerMemory(),
    v1Memory: createV1Memory(),
    checkouts: new Checkouts(clock, random('checkouts')),
    subscriptions: new Subscriptions(clock, random('subscriptions')),
    invoices: new Invoices(clock, random('invoices')),
    requests: new Ring(REQUESTS_KEPT),
    cards: new CardVault(random('cards')),
    payAccounts,
    binRate: new Rate(),
    creationRate: new Rate(),
    answerIds: random('answers'),
    settings,
  }
  world.subscriptions.charge = (subscription) => chargeSubscription(world, subscription)
  return world
}
