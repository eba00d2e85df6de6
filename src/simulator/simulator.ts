import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { type Acts, createActs, find, type Id } from './acts.ts'
import { createApp } from './app.ts'
import { type CheckoutActs, createCheckoutActs } from './checkout/acts.ts'
import type { SimulatorClock } from './clock.ts'
import { answerApi, isApiPath, isForBrowsers } from './core-api.ts'
import { openWorld } from './data/keep-world.ts'
import type { Deliver } from './deliver-notification.ts'
import type { Faults } from './faults.ts'
import { listen } from './listen.ts'
import type { SimulatedNotification } from './notice.ts'
import { isCustomerPath } from './pages/customer-routes.ts'
import { createPayAccountActs, type SimulatedPayAccounts } from './pay-account-acts.ts'
import { createRandom } from './random.ts'
import { type SimulatedTransaction, showTransaction } from './show-transaction.ts'
import { answerV1, isV1Path } from './v1/answer.ts'
import { createWorld, type WorldOptions } from './world.ts'

export interface SimulatorOptions {
  /** Made up, in the look of the sandbox, unless given. */
  readonly serverKey?: string
  readonly clientKey?: string
  readonly merchantId?: string
  /** The notification URL of the dashboard; several, or one text with commas. */
  readonly notificationUrl?: string | readonly string[]
  /** Where news of subscriptions goes; without one there are only the notifications of their payments. */
  readonly recurringUrl?: string | readonly string[]
  /** Where linked and unlinked GoPay accounts are told. */
  readonly payAccountNotificationUrl?: string
  /** The finish redirect URL of the dashboard: where Snap and lenders send the customer afterwards. */
  readonly finishUrl?: string
  /** Methods that the merchant has not been given (402), by their Snap names. */
  readonly disabledMethods?: readonly string[]
  /** Banks, by their Snap names (`bca_va` …), whose virtual accounts take many payments; `status/b2b` lists them. */
  readonly reusableAccounts?: readonly string[]
  /** Whether the published least and most of each method are enforced; they are unless this is false. */
  readonly amountLimits?: boolean
  /** So many charges and new linked accounts a minute, then 429; without one there is no limit. */
  readonly rateLimit?: number
  /** The machine's clock unless said otherwise. */
  readonly clock?: { readonly start?: Date; readonly frozen?: boolean }
  /** The same seed, asked the same, gives the same ids, numbers and retry times. */
  readonly seed?: number
  /** A file that keeps its state; without one it is all in memory. Of a file that is there, the seed is the file's. */
  readonly data?: string
  /** HTTP status = body status_code, to test that branch of a client. */
  readonly mirrorBodyCodes?: boolean
  /** How notifications travel: the global `fetch` unless given. Redirects are followed here, and after 15 s nobody waits any more. */
  readonly deliver?: Deliver
}

export interface Simulator extends Acts, CheckoutActs {
  readonly serverKey: string
  readonly clientKey: string
  readonly merchantId: string
  /** The whole HTTP surface: give it to a client in place of the global `fetch`. */
  fetch(request: Request): Promise<Response>
  readonly clock: SimulatorClock
  readonly payAccounts: SimulatedPayAccounts
  transaction(id: Id): SimulatedTransaction
  /** Newest first. */
  transactions(): SimulatedTransaction[]
  readonly notifications: {
    /** Newest first. */
    list(): SimulatedNotification[]
    /** How many deliveries were tried so far. */
    tries(): number
    resend(id: string): Promise<SimulatedNotification>
    /** The dashboard's test button. */
    sendTest(url?: string): Promise<SimulatedNotification[]>
    pause(): void
    resume(): void
  }
  readonly faults: Faults
  /** Every delivery that is due now has finished. */
  idle(): Promise<void>
  listen(options: {
    readonly port: number
    readonly host?: string
  }): Promise<{ readonly url: string; close(): Promise<void> }>
  /** Everything as it was at the start, the clock too; a data file is emptied. */
  reset(): void
  /** Lets go of its timers and its data file; it is not used afterwards. */
  shutDown(): void
}

/** A Midtrans of one's own: `const simulator = createSimulator({ notificationUrl: 'http://localhost:3000/…' })`. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const given = {
    notificationUrl: options.notificationUrl,
    recurringUrl: options.recurringUrl,
    payAccountNotificationUrl: options.payAccountNotificationUrl,
    finishUrl: options.finishUrl,
    disabledMethods: options.disabledMethods,
    reusableAccounts: options.reusableAccounts,
    amountLimits: options.amountLimits,
    rateLimit: options.rateLimit,
    clock: options.clock,
    seed: options.seed,
    mirrorBodyCodes: options.mirrorBodyCodes,
    // Looked up at each call, so that a test may replace the global one.
    deliver: options.deliver ?? ((request: Request) => fetch(request)),
  }
  const { serverKey, clientKey, merchantId } = options
  const started =
    options.data === undefined
      ? startInMemory({ ...given, ...withKeys(options, makeKeys(options.seed)) })
      : openWorld(options.data, { ...given, serverKey, clientKey, merchantId, makeKeys })
  const { header } = started
  let { world } = started

  const respond = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (isV1Path(pathname)) return await answerV1(world, request)
    if (!isApiPath(pathname) || isCustomerPath(pathname)) return await app.fetch(request)
    const answer = await answerApi(world, request)
    // The card form of a shop's page asks for its token from another origin.
    if (isForBrowsers(pathname)) answer.headers.set('Access-Control-Allow-Origin', '*')
    return answer
  }

  const simulator: Simulator = {
    serverKey: header.serverKey,
    clientKey: header.clientKey,
    merchantId: header.merchantId,
    fetch: (request) => unlessGivenUp(request.signal, () => respond(request)),
    clock: {
      now: () => world.clock.now(),
      freeze: (at) => world.clock.freeze(at),
      resume: () => world.clock.resume(),
      advance: (seconds) => world.clock.advance(seconds),
      set: (at) => world.clock.set(at),
    },
    ...createActs(() => world),
    ...createCheckoutActs(() => world),
    payAccounts: createPayAccountActs(() => world),
    transaction: (id) => showTransaction(world, find(world, id)),
    transactions: () => Array.from(world.ledger.newest(), (one) => showTransaction(world, one)),
    notifications: {
      list: () => world.outbox.list(),
      tries: () => world.outbox.tries,
      resend: (id) => world.outbox.resend(id),
      sendTest: async (url) => world.outbox.sendTest(url),
      pause: () => world.outbox.pause(),
      resume: () => world.outbox.resume(),
    },
    faults: {
      add: (fault) => world.faults.add(fault),
      remove: (id) => world.faults.remove(id),
      clear: () => world.faults.clear(),
      list: () => world.faults.list(),
    },
    async idle() {
      do {
        world.clock.keepDue()
        await turnOfTheLoop()
        await world.outbox.idle()
      } while (!world.outbox.isIdle)
    },
    listen: (where) => listen(respond, where),
    reset() {
      world.clock.close()
      world.outbox.close()
      world = started.reset()
    },
    shutDown() {
      world.clock.close()
      world.outbox.close()
      started.close()
    },
  }
  const app = createApp(simulator, () => world)
  return simulator
}

type Keys = Pick<WorldOptions, 'serverKey' | 'clientKey' | 'merchantId'>

/** In the look of the sandbox. */
function makeKeys(seed: number | undefined): Keys {
  const keys = createRandom(seed, 'keys')
  return {
    serverKey: `SB-Mid-server-${keys.uuid().replaceAll('-', '').slice(0, 24)}`,
    clientKey: `SB-Mid-client-${keys.uuid().replaceAll('-', '').slice(0, 16)}`,
    merchantId: `G${keys.digits(9)}`,
  }
}

function withKeys({ serverKey, clientKey, merchantId }: SimulatorOptions, made: Keys): Keys {
  return {
    serverKey: serverKey ?? made.serverKey,
    clientKey: clientKey ?? made.clientKey,
    merchantId: merchantId ?? made.merchantId,
  }
}

function startInMemory(options: WorldOptions) {
  return {
    world: createWorld(options),
    header: options,
    reset: () => createWorld(options),
    close: () => {},
  }
}

/** As a real `fetch`: who gives up hears nothing more, and Midtrans goes on regardless. */
function unlessGivenUp(signal: AbortSignal, send: () => Promise<Response>): Promise<Response> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    send()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp))
  })
}
