/** `createBayar()`: the only file that knows every layer. It does no I/O: a build may import it; what is missing is found by `ready()` or the first use. */
import { type BayarOptions, readOptions, type Settings } from './config.ts'
import { systemClock } from './domain/clock.ts'
import type { EventType } from './domain/events.ts'
import { BayarError } from './errors.ts'
import { defined } from './gateway/charge-parts.ts'
import { createGateway } from './gateway/gateway.ts'
import type { Gateway } from './gateway/port.ts'
import { createApp, type Doors } from './http/app.ts'
import { startWorker, type Worker } from './jobs/worker.ts'
import { type ApiRequests, bindApiRequests } from './operations/api-requests/index.ts'
import type { Context, Merchant, Rules, Wake } from './operations/context.ts'
import { HandlerRegistry, type OnHandler, type WithinHandler } from './operations/events/handler-registry.ts'
import { bindEvents, type Events } from './operations/events/index.ts'
import { type Health, readHealth } from './operations/health.ts'
import { jsonLog } from './operations/log.ts'
import { bindNotifications, type Notifications } from './operations/notifications/index.ts'
import { createNotificationIntake } from './operations/notifications/notification-intake.ts'
import type { NotificationParts } from './operations/notifications/receive-notification.ts'
import { createRefusalCounter } from './operations/notifications/refusal-counter.ts'
import { createUntrustedDesk } from './operations/notifications/untrusted-desk.ts'
import { bindPayAccounts, type PayAccounts } from './operations/pay-accounts/index.ts'
import { bindPayments, type Payments } from './operations/payments/index.ts'
import { createSlots } from './operations/slots.ts'
import { checkDatabase } from './store/check-database.ts'
import { type Database, insideTransaction, openDatabase } from './store/database.ts'
import { migrate, pendingMigrations } from './store/migrate.ts'

export interface Bayar {
  readonly payments: Payments
  readonly payAccounts: PayAccounts
  readonly notifications: Notifications
  readonly events: Events
  /** Idempotency-Key, as our own routes understand it. */
  readonly apiRequests: ApiRequests
  /** Runs your code for an event, surely: by a worker, with retries, at least once, in order per payment. */
  on(event: EventType | '*' | readonly EventType[], name: string, handler: OnHandler): void
  /** Runs your code inside the transaction that causes the event: its effect is there exactly once. It has one second. */
  within(event: EventType | '*' | readonly EventType[], name: string, handler: WithinHandler): void
  /** The whole HTTP surface, for any server that speaks the web's Request and Response. */
  fetch(request: Request, env?: unknown): Promise<Response>
  /** How `bayar/node` hands a notification over. */
  readonly take: Doors['take']
  /** Checks keys, database, schema and handlers, and says in words what is wrong. Everything else calls it first. */
  ready(): Promise<void>
  /** Works off what is due until it is stopped. */
  work(): Promise<Worker>
  /** Brings the schema up to date. */
  migrate(): Promise<readonly { readonly number: number; readonly name: string }[]>
  /** Is it alive, and what is in the way of work? */
  health(): Promise<Health>
  close(): Promise<void>
  readonly settings: Settings
}

/** Of our own pool, unless set. */
const CONNECTIONS = 10
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
  let database: Database | undefined
  let opening: Promise<Parts> | undefined
  const woken = new Set<Wake>()
  let waking: NodeJS.Timeout | undefined
  let isClosed = false
  /** Every registered `within` handler was in this code when it was opened. */
  let isComplete = false

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
    await handlers.register(db, clock.now())
    const context: Context = {
      database: db,
      gateway: outsideTransactions(gatewayOf(settings, rules)),
      clock,
      log,
      rules,
      handlers,
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

  /** What everything works with, but for the registry of handlers, which must be there to repair what is missing. */
  async function parts(): Promise<Parts> {
    const ready = await opened()
    if (isComplete) return ready
    try {
      handlers.assertComplete()
    } catch (error) {
      // Read again by the next caller: meanwhile it may have been retired.
      opening = undefined
      throw error
    }
    isComplete = true
    return ready
  }
  const context = async () => (await parts()).context

  const register =
    (kind: 'on' | 'within') =>
    (event: EventType | '*' | readonly EventType[], name: string, run: OnHandler | WithinHandler) => {
      handlers.add(kind, event, name, run as WithinHandler)
      // One that comes late is registered by the next use.
      opening = undefined
      isComplete = false
    }

  const bayar: Omit<Bayar, 'fetch' | 'take'> = {
    settings,
    payments: bindPayments(context),
    payAccounts: bindPayAccounts(context),
    notifications: bindNotifications(parts),
    events: bindEvents(context, async () => (await opened()).context),
    apiRequests: bindApiRequests(context),
    on: register('on'),
    within: register('within'),
    ready: async () => void (await parts()),
    async work() {
      const open = await context()
      // Heard before it works: if listening fails, nothing is left running.
      let worker: Worker | undefined
      const stopListening = await connect().listen(WAKE_CHANNEL, (kind) =>
        worker?.wake(kind === 'notifications' ? kind : 'deliveries'),
      )
      worker = startWorker(open)
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
    migrate: () => migrate(connect(), { at: clock.now() }),
    health: () => readHealth({ parts: parts, database: connect, handlers, clock }),
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop()))
      const open = await opening?.catch(() => undefined)
      await open?.intake.idle()
      await open?.refusals.idle()
      isClosed = true
      clearTimeout(waking)
      await database?.close()
      database = undefined
      opening = undefined
    },
  }
  return { ...bayar, ...createApp({ bayar, settings, log }) }
}

function rulesOf(settings: Settings): Rules {
  const first = { ...settings, name: 'default' }
  const merchants: Merchant[] = [first, ...(settings.merchants ?? [])].map((one) => ({
    name: one.name,
    gatewayMerchantId: one.merchantId ?? null,
    serverKeys: one.serverKey === undefined ? [] : [one.serverKey, ...(one.oldServerKeys ?? [])],
  }))
  return {
    merchants: merchants.filter((merchant, index) => index === 0 || merchant.serverKeys.length > 0),
    enabledMethods: settings.enabledMethods ?? null,
    expiryMinutes: settings.expiryMinutes ?? null,
    notificationUrl: settings.notificationUrl ?? null,
    callbackUrls: defined(settings.callbackUrls ?? {}),
    confirm: settings.confirm ?? 'signature',
    confirmAbove: BigInt(settings.confirmAbove ?? 0),
    imposedFees: settings.imposedFees ?? false,
    gatewayDeadlineSeconds: settings.gatewayDeadlineSeconds ?? 30,
  }
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
