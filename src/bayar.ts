/** `createBayar()`: the only file that knows every layer. It does no I/O: a build may import it; what is missing is found by `ready()` or the first use. */
import { type BayarOptions, readOptions, type Settings } from './config.ts'
import { systemClock } from './domain/clock.ts'
import type { EventType } from './domain/events.ts'
import { BayarError } from './errors.ts'
import { createGateway } from './gateway/gateway.ts'
import type { Gateway } from './gateway/port.ts'
import { createApp, type Doors } from './http/app.ts'
import { type Beat, type ScheduleSetting, startBeat } from './jobs/beat.ts'
import { bindTasks, type Tasks } from './jobs/bind-tasks.ts'
import { drainWorker, startWorker, type Worker } from './jobs/worker.ts'
import { type ApiRequests, bindApiRequests } from './operations/api-requests/index.ts'
import type { Context, Rules, Wake } from './operations/context.ts'
import { HandlerRegistry, type OnHandler, type WithinHandler } from './operations/events/handler-registry.ts'
import { bindEvents, type Events } from './operations/events/index.ts'
import { type Health, readHealth } from './operations/health.ts'
import { bindInvoices, type Invoices } from './operations/invoices/index.ts'
import { invoiceOwner } from './operations/invoices/invoice-owner.ts'
import { jsonLog } from './operations/log.ts'
import { createChannel } from './operations/messages/channel.ts'
import { bindMessages, type Messages } from './operations/messages/index.ts'
import { bindNotifications, type Notifications } from './operations/notifications/index.ts'
import { createNotificationIntake } from './operations/notifications/notification-intake.ts'
import type { NotificationParts } from './operations/notifications/receive-notification.ts'
import { createRefusalCounter } from './operations/notifications/refusal-counter.ts'
import { createUntrustedDesk } from './operations/notifications/untrusted-desk.ts'
import { bindPayAccounts, type PayAccounts } from './operations/pay-accounts/index.ts'
import { bindPayments, type Payments } from './operations/payments/index.ts'
import { bindPlans, type Plans } from './operations/plans/index.ts'
import type { Difference } from './operations/reconciliations/difference.ts'
import { type ReconcileOptions, reconcile } from './operations/reconciliations/reconcile.ts'
import { createSlots } from './operations/slots.ts'
import { bindSubscriptions, type Subscriptions } from './operations/subscriptions/index.ts'
import { subscriptionOwner } from './operations/subscriptions/subscription-owner.ts'
import type { Drain } from './operations/task-verbs.ts'
import { bindTopups, type Topups } from './operations/topups/index.ts'
import { topupOwner } from './operations/topups/topup-owner.ts'
import { bindWallets, type Wallets } from './operations/wallets/index.ts'
import { rulesOf } from './rules.ts'
import { checkDatabase } from './store/check-database.ts'
import { type Database, insideTransaction, openDatabase } from './store/database.ts'
import { migrate, pendingMigrations } from './store/migrate.ts'

export interface Bayar {
  readonly payments: Payments
  readonly invoices: Invoices
  readonly payAccounts: PayAccounts
  readonly subscriptions: Subscriptions
  /** Money of your users that you hold. */
  readonly wallets: Wallets
  /** Payments whose money goes into a wallet. */
  readonly topups: Topups
  readonly plans: Plans
  /** What customers are told. */
  readonly messages: Messages
  readonly notifications: Notifications
  readonly events: Events
  /** Work with a name: called here, put off for a worker, or run by the schedule. */
  readonly tasks: Tasks
  /** Idempotency-Key, as our own routes understand it. */
  readonly apiRequests: ApiRequests
  /** Holds the payments of a period against Midtrans, and yields in what they differ. Writes nothing without `fix`. */
  reconcile(options: ReconcileOptions): AsyncGenerator<Difference>
  /** Runs your code for an event, surely: by a worker, with retries, at least once, in order per payment. */
  on<Type extends EventType>(
    event: Type | '*' | readonly Type[],
    name: string,
    handler: OnHandler<Type>,
  ): void
  /** Runs your code inside the transaction that causes the event: its effect is there exactly once. It has one second. */
  within<Type extends EventType>(
    event: Type | '*' | readonly Type[],
    name: string,
    handler: WithinHandler<Type>,
  ): void
  /** The whole HTTP surface, for any server that speaks the web's Request and Response. */
  fetch(request: Request, env?: unknown): Promise<Response>
  /** How `bayar/node` hands a notification over. */
  readonly take: Doors['take']
  /** Checks keys, database, schema and handlers, and says in words what is wrong. Everything else calls it first. */
  ready(): Promise<void>
  /** Works off what is due until it is stopped, and gives the ticks of the schedule unless `beat` is false. */
  work(options?: { readonly beat?: boolean }): Promise<Worker>
  /** Only gives the ticks of the schedule. Any number of beats may. */
  beat(): Promise<{ stop(): Promise<void> }>
  /** Without a long-lived process: does what is due, and returns when nothing is left or the time is over. */
  drain(options?: { readonly deadlineSeconds?: number }): Promise<Drain>
  /** Brings the schema up to date. */
  migrate(): Promise<readonly { readonly number: number; readonly name: string }[]>
  /** Is it alive, and what is in the way of work? */
  health(): Promise<Health>
  close(): Promise<void>
  readonly settings: Settings
}

/** Of our own pool, unless set. */
const CONNECTIONS = 10
/** Less than what most hosts give a function. */
const DRAIN_SECONDS = 50
const WAKE_CHANNEL = 'bayar_wake'
/** NOTIFY takes a lock that all commits share, so it is never sent per notification. */
const WAKE_EVERY_MS = 5

export function createBayar(options: BayarOptions = {}): Bayar {
  return composeBayar(options, { waiveDurability: false })
}

/** Shared with the test kit, which alone may waive durability: its databases are thrown away. */
export function composeBayar(
  options: BayarOptions,
  { waiveDurability }: { waiveDurability: boolean },
): Bayar {
  const settings = readOptions(options)
  const clock = settings.clock ?? systemClock
  const log = settings.log ?? jsonLog()
  const rules = rulesOf(settings)
  const handlers = new HandlerRegistry()
  const workers = new Set<Worker>()
  const beats = new Set<Beat>()
  const schedule: ScheduleSetting = settings.schedule ?? {}
  let database: Database | undefined
  let opening: Promise<Parts> | undefined
  const woken = new Set<Wake>()
  let waking: NodeJS.Timeout | undefined
  let isClosed = false
  /** This code's handlers are registered, and every registered `within` handler is in this code. */
  let registering: Promise<void> | undefined

  type Parts = NotificationParts

  function connect(): Database {
    if (settings.database === undefined) throw new BayarError('database_missing')
    database ??= openDatabase({
      database: settings.database,
      ...(settings.directUrl === undefined ? {} : { directUrl: settings.directUrl }),
      connections: settings.connections ?? CONNECTIONS,
      ...(settings.namedStatements === undefined ? {} : { namedStatements: settings.namedStatements }),
    })
    return database
  }

  function wake(what: Wake = 'deliveries'): void {
    for (const worker of workers) worker.wake(what)
    woken.add(what)
    if (isClosed) return
    waking ??= setTimeout(() => {
      waking = undefined
      const kinds = [...woken]
      woken.clear()
      for (const kind of kinds) {
        connect()
          .prepared('bayar_wake', 'select pg_notify($1, $2)', [WAKE_CHANNEL, kind])
          .catch(() => {})
      }
    }, WAKE_EVERY_MS)
  }

  async function open(): Promise<Parts> {
    if (!rules.merchants.some(({ serverKeys }) => serverKeys.length > 0)) throw new BayarError('keys_missing')
    const db = connect()
    await checkDatabase(db, { waiveDurability })
    const pending = await pendingMigrations(db)
    if (pending.length > 0)
      throw new BayarError(
        'migrations_pending',
        `${pending.length} migration${pending.length === 1 ? ' is' : 's are'} missing.`,
      )
    await handlers.refresh(db)
    const context: Context = {
      database: db,
      gateway: outsideTransactions(gatewayOf(settings, rules)),
      clock,
      log,
      rules,
      handlers,
      channel: createChannel(rules.messages.channel, {
        log,
        deadlineSeconds: rules.messages.deadlineSeconds,
      }),
      owners: { invoice: invoiceOwner, subscription: subscriptionOwner, topup: topupOwner },
      withinSlots: createSlots(Math.max(1, Math.floor((settings.connections ?? CONNECTIONS) / 2))),
      verbs: () => bayar,
      wake,
    }
    const refusals = createRefusalCounter(context)
    return {
      context,
      intake: createNotificationIntake(context),
      refusals,
      untrusted: createUntrustedDesk(context, refusals),
    }
  }

  /** One opening for all; a failed one is tried again by the next caller. */
  function opened(): Promise<Parts> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  /**
   * What may write works with this. Only here are the handlers registered: a process that merely looks at something (`bayar doctor`) must not take running ones out of service with a `within` handler that
   * they lack.
   */
  async function parts(): Promise<Parts> {
    const open = await opened()
    registering ??= handlers.register(open.context.database, clock.now()).catch((error: unknown) => {
      // Read again by the next caller: meanwhile what was missing may have been retired.
      registering = undefined
      throw error
    })
    await registering
    return open
  }
  const context = async () => (await parts()).context
  /** What only reads works with this, whatever handlers are missing. */
  const reading = async () => (await opened()).context

  const register =
    (kind: 'on' | 'within') =>
    (event: EventType | '*' | readonly EventType[], name: string, run: OnHandler | WithinHandler) => {
      handlers.add(kind, event, name, run as WithinHandler)
      // One that comes late is registered by the next use.
      registering = undefined
    }

  const bayar: Omit<Bayar, 'fetch' | 'take'> = {
    settings,
    payments: bindPayments(context, reading),
    invoices: bindInvoices(context, reading),
    payAccounts: bindPayAccounts(context, reading),
    subscriptions: bindSubscriptions(context, reading),
    wallets: bindWallets(context, reading),
    topups: bindTopups(context, reading),
    plans: bindPlans(context, reading),
    messages: bindMessages(context, reading),
    notifications: bindNotifications(parts, reading),
    events: bindEvents(context, reading),
    tasks: bindTasks(context, reading),
    apiRequests: bindApiRequests(context),
    async *reconcile(options) {
      yield* reconcile(await (options.fix ? context() : reading()), options)
    },
    on: register('on') as Bayar['on'],
    within: register('within') as Bayar['within'],
    ready: async () => void (await parts()),
    async work({ beat = true } = {}) {
      const open = await context()
      // Heard before it works: if listening fails, nothing is left running.
      let worker: Worker | undefined
      const stopListening = await connect().listen(WAKE_CHANNEL, (kind) =>
        worker?.wake(kind === 'notifications' || kind === 'tasks' ? kind : 'deliveries'),
      )
      worker = startWorker(open, { schedule: beat ? schedule : null })
      const started = worker
      const running: Worker = {
        ...started,
        async stop() {
          workers.delete(running)
          await stopListening()
          await started.stop()
        },
      }
      workers.add(running)
      started.wake('deliveries')
      return running
    },
    async beat() {
      const running = startBeat(await context(), schedule)
      beats.add(running)
      return {
        async stop() {
          beats.delete(running)
          await running.stop()
        },
      }
    },
    async drain({ deadlineSeconds = DRAIN_SECONDS } = {}) {
      const worker = startWorker(await context(), { schedule })
      workers.add(worker)
      return drainWorker(worker, deadlineSeconds).finally(() => workers.delete(worker))
    },
    migrate: () => migrate(connect(), { at: clock.now() }),
    health: () => readHealth({ opened, database: connect, handlers, clock }),
    async close() {
      await Promise.all([...workers, ...beats].map((one) => one.stop()))
      const open = await opening?.catch(() => undefined)
      await open?.intake.idle()
      await open?.refusals.idle()
      isClosed = true
      clearTimeout(waking)
      await database?.close()
      database = undefined
      opening = undefined
      registering = undefined
    },
  }
  return { ...bayar, ...createApp({ bayar, settings, log }) }
}

function gatewayOf(settings: Settings, rules: Rules): Gateway {
  const accounts = rules.merchants
    .filter(({ serverKeys }) => serverKeys.length > 0)
    .map(({ name, serverKeys }) => ({
      merchant: name,
      serverKey: serverKeys[0]!,
      isProduction: settings.isProduction ?? false,
      baseUrl: settings.baseUrl,
      fetch: settings.fetch,
      deadlineSeconds: rules.gatewayDeadlineSeconds,
    }))
  return createGateway({ accounts, clock: settings.clock ?? systemClock })
}

/** A call to Midtrans inside a transaction would hold a payment's lock for as long as Midtrans takes. In production, too, it is refused. */
function outsideTransactions(gateway: Gateway): Gateway {
  return new Proxy(gateway, {
    get(target, verb: keyof Gateway) {
      return (...asked: unknown[]) => {
        if (insideTransaction()) throw new BayarError('gateway_in_transaction', verb)
        return (target[verb] as (...args: unknown[]) => unknown)(...asked)
      }
    },
  })
}
