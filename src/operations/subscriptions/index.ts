/** `bayar.subscriptions`: what is charged again and again. Host code is staff: it may set prices and command. */
import { isUuid } from '../../domain/uuid.ts'
import { BayarError, invalidRequest } from '../../errors.ts'
import { readHistory } from '../../store/events.ts'
import {
  findSubscription,
  findSubscriptionByReference,
  listSubscriptions,
  SUBSCRIPTION_SORTS,
  type SubscriptionFilter,
  type SubscriptionPosition,
  type SubscriptionSort,
  type SubscriptionView,
} from '../../store/subscriptions.ts'
import { type ChangedPlan, type ChangePlanInput, changePlan } from '../billing/change-plan.ts'
import { can } from '../billing/entitlement.ts'
import { changeMethod, type PaidOwed, payOwed, type WayToPay } from '../billing/pay-owed.ts'
import { settleByHand } from '../billing/settle-by-hand.ts'
import {
  type CancelInput,
  cancelBilled,
  pauseBilled,
  type Reactivated,
  reactivateBilled,
  resumeBilled,
} from '../billing/stop-and-go.ts'
import { type Subscribed, subscribe } from '../billing/subscribe.ts'
import type { SubscribeInput } from '../billing/subscribe-input.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type HistoryEntry, toHistoryEntry } from '../payments/index.ts'
import {
  cancelSubscription,
  disableSubscription,
  enableSubscription,
  mustFind,
  updateSubscription,
} from './command-subscription.ts'
import { type CreatedSubscription, createSubscription } from './create-subscription.ts'
import { readAgain } from './read-again.ts'
import { resolveSubscription, type SubscriptionResolution } from './resolve-subscription.ts'
import type { CreateSubscriptionInput } from './subscription-input.ts'
import type { UpdateSubscriptionInput } from './subscription-update.ts'
import { type Subscription, toSubscription } from './subscription-view.ts'
import { type SyncedSubscriptions, syncSubscriptions } from './sync-subscriptions.ts'

export type { SubscriptionFilter, SubscriptionSort } from '../../store/subscriptions.ts'
export type { ChangedPlan, ChangePlanInput } from '../billing/change-plan.ts'
export type { PaidOwed, WayToPay } from '../billing/pay-owed.ts'
export type { CancelInput, Reactivated } from '../billing/stop-and-go.ts'
export type { Subscribed } from '../billing/subscribe.ts'
export type { SubscribeInput, SubscribeMethod } from '../billing/subscribe-input.ts'
export type { CreatedSubscription } from './create-subscription.ts'
export type { SubscriptionResolution } from './resolve-subscription.ts'
export type { CreateSubscriptionInput } from './subscription-input.ts'
export type { UpdateSubscriptionInput } from './subscription-update.ts'
export type { Subscription } from './subscription-view.ts'
export type { SyncedSubscriptions } from './sync-subscriptions.ts'

export interface SubscriptionQuery extends PageAsked {
  readonly filter?: SubscriptionFilter
  /** `created` unless given. */
  readonly sort?: SubscriptionSort
  /** The newest first; by the next charge, the nearest first, unless given. */
  readonly descending?: boolean
}

export interface Subscriptions {
  /** Has Midtrans charge a saved card or a linked GoPay account by its own clock. */
  create(input: CreateSubscriptionInput): Promise<Subscription>
  /** Like `create`, and says whether this call made it or the same one before it. */
  createOnce(input: CreateSubscriptionInput, by?: string): Promise<CreatedSubscription>
  /**
   * Bills a customer by our own clock, one payment a cycle: `payment` has what they need to pay the first. With a trial, which each customer has once, nothing is charged until that ends. What Midtrans refuses throws, and
   * `details.subscription_id` names the subscription, which is past due.
   */
  subscribe(input: SubscribeInput, by?: string): Promise<Subscribed>
  /** By our own id. */
  find(id: string): Promise<Subscription | undefined>
  findByReference(reference: string, merchant?: string): Promise<Subscription | undefined>
  list(query?: SubscriptionQuery): Promise<Page<Subscription>>
  history(id: string): Promise<readonly HistoryEntry[]>
  /** Another price, card, rhythm or name, from the next charge on. */
  update(id: string, input: UpdateSubscriptionInput, by?: string): Promise<Subscription>
  /** It is charged no more until it is enabled. Retries that Midtrans has planned already still run: `cancel` stops them, too. */
  disable(id: string, by?: string): Promise<Subscription>
  enable(id: string, by?: string): Promise<Subscription>
  /** Now; or when its period is over, where bayar bills it. Money that comes after its end is the customer's credit. */
  cancel(id: string, input?: CancelInput, by?: string): Promise<Subscription>
  /** Not charged, and not to be used, until it is resumed; the days that are paid are kept. */
  pause(id: string, by?: string): Promise<Subscription>
  resume(id: string, by?: string): Promise<Subscription>
  /** One that is to end goes on. One that has ended begins a new first period, which is to be paid. */
  reactivate(id: string, by?: string): Promise<Reactivated>
  /** Another plan: now, with the difference charged or credited, or at the end of the period. */
  changePlan(id: string, input: ChangePlanInput, by?: string): Promise<ChangedPlan>
  /** Another card, another way to pay, or the wallet, from the next charge on. */
  changeMethod(id: string, method: WayToPay, by?: string): Promise<Subscription>
  /** What is owed now: the payment that is open, or another one; with a method, by that one from now on, and the open payment is ended first. */
  pay(id: string, method?: WayToPay, by?: string): Promise<PaidOwed>
  /** What is owed was paid elsewhere, or is given: its period begins. */
  activate(id: string, by?: string): Promise<Subscription>
  /** The next period was paid elsewhere, or is given. */
  renew(id: string, by?: string): Promise<Subscription>
  /** Whether this user may use a feature at this moment; with a number, whether its limit is at least that. */
  can(user: string, feature: string, atLeast?: number, merchant?: string): Promise<boolean>
  /** Asks Midtrans, takes over what it says, and returns the subscription. */
  sync(id: string): Promise<Subscription>
  /** All whose regular turn has come: the work of `sync_subscription_status`. */
  syncAll(progress?: (asked: number) => Promise<void>): Promise<SyncedSubscriptions>
  /** The way out when nobody knows whether Midtrans made it. */
  resolve(id: string, resolution: SubscriptionResolution): Promise<Subscription>
}

const HOST = 'host'

export function bindSubscriptions(
  context: () => Promise<Context>,
  reading: () => Promise<Context>,
): Subscriptions {
  return {
    create: async (input) => (await createSubscription(await context(), input, HOST)).subscription,
    createOnce: async (input, by = HOST) => createSubscription(await context(), input, by),
    subscribe: async (input, by = HOST) => subscribe(await context(), input, by),
    async find(id) {
      const at = await reading()
      const row = isUuid(id) ? await findSubscription(at.database, id) : undefined
      return row && toSubscription(row, at.clock.now())
    },
    async findByReference(reference, merchant) {
      const at = await reading()
      const name = merchant ?? at.rules.merchants[0]?.name ?? 'default'
      const row = await findSubscriptionByReference(at.database, name, reference)
      return row && toSubscription(row, at.clock.now())
    },
    async list({ filter = {}, sort = 'created', descending = sort === 'created', ...asked } = {}) {
      if (!SUBSCRIPTION_SORTS.includes(sort))
        throw invalidRequest([{ field: 'sort', reason: `must be one of ${SUBSCRIPTION_SORTS.join(', ')}` }])
      const { database, clock } = await reading()
      const page = await readPage(
        asked,
        (row: SubscriptionView) => positionOf(row, sort),
        ({ position, isBackward, limit }) =>
          listSubscriptions(database, {
            filter,
            sort,
            after: readPosition(position, sort),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, (row) => toSubscription(row, clock.now()))
    },
    async history(id) {
      const at = await reading()
      await mustFind(at, named(id))
      return (await readHistory(at.database, id)).map(toHistoryEntry)
    },
    update: async (id, input, by = HOST) => updateSubscription(await context(), named(id), input, by),
    disable: async (id, by = HOST) => disableSubscription(await context(), named(id), by),
    enable: async (id, by = HOST) => enableSubscription(await context(), named(id), by),
    async cancel(id, input = {}, by = HOST) {
      const at = await context()
      const row = await mustFind(at, named(id))
      if (row.collection !== 'native') return cancelBilled(at, row, input, by)
      if (input.atPeriodEnd === true)
        throw new BayarError('command_not_possible', 'Midtrans ends its own at once: disable it instead.', {
          details: { status: row.status },
        })
      return cancelSubscription(at, row.id, by)
    },
    async pause(id, by = HOST) {
      const at = await context()
      const row = await mustFind(at, named(id))
      return row.collection === 'native' ? disableSubscription(at, row.id, by) : pauseBilled(at, row, by)
    },
    async resume(id, by = HOST) {
      const at = await context()
      const row = await mustFind(at, named(id))
      return row.collection === 'native' ? enableSubscription(at, row.id, by) : resumeBilled(at, row)
    },
    async reactivate(id, by = HOST) {
      const at = await context()
      return reactivateBilled(at, await mustFind(at, named(id)), by)
    },
    async changePlan(id, input, by = HOST) {
      const at = await context()
      return changePlan(at, await mustFind(at, named(id)), input, by)
    },
    async changeMethod(id, method) {
      const at = await context()
      return changeMethod(at, await mustFind(at, named(id)), method)
    },
    async pay(id, method, by = HOST) {
      const at = await context()
      return payOwed(at, await mustFind(at, named(id)), method, by)
    },
    async activate(id, by = HOST) {
      const at = await context()
      return settleByHand(at, await mustFind(at, named(id)), 'activate', by)
    },
    async renew(id, by = HOST) {
      const at = await context()
      return settleByHand(at, await mustFind(at, named(id)), 'renew', by)
    },
    async can(user, feature, atLeast, merchant) {
      const at = await reading()
      return can(at, user, feature, atLeast, merchant ?? at.rules.merchants[0]?.name ?? 'default')
    },
    async sync(id) {
      const at = await context()
      await readAgain(at, await mustFind(at, named(id)))
      return toSubscription(await mustFind(at, id), at.clock.now())
    },
    syncAll: async (progress) => syncSubscriptions(await context(), progress && { progress }),
    resolve: async (id, resolution) => resolveSubscription(await context(), named(id), resolution),
  }
}

function positionOf({ id, next_charge_at: at }: SubscriptionView, sort: SubscriptionSort): string {
  return sort === 'created' ? id : `${at === null ? 'none' : at.getTime()}_${id}`
}

function readPosition(position: string | null, sort: SubscriptionSort): SubscriptionPosition | null {
  if (sort === 'created') {
    const id = readIdCursor(position)
    return id === null ? null : { id, nextChargeAt: null }
  }
  if (position === null) return null
  const [at = '', id = ''] = position.split('_')
  if (!/^(none|\d{1,14})$/.test(at) || !isUuid(id))
    throw invalidRequest([{ field: 'cursor', reason: 'is not one of ours: use next or previous of a page' }])
  return { id, nextChargeAt: at === 'none' ? null : new Date(Number(at)) }
}

function named(id: string): string {
  if (!isUuid(id)) throw new BayarError('subscription_not_found')
  return id
}
