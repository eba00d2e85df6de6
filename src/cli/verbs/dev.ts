/**
 * `bayar dev`, and so `npm start`: database, migrations, simulator, app and worker in one process. Started in that order, stopped in the other; the app listens last, so whoever gets an answer
 * from it finds everything up.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type BayarOptions, fromEnv, readOptions } from '../../config.ts'
import { BayarError } from '../../errors.ts'
import { createSimulator } from '../../simulator/index.ts'
import type { Lock } from '../../store/embedded/lock.ts'
import { startEmbeddedPostgres } from '../../store/embedded/start-embedded-postgres.ts'
import type { Call } from '../call.ts'
import { tellAddresses, tellRunning } from '../dev/addresses.ts'
import { registerHandlersFile, retireHandlersFile } from '../dev/handlers-file.ts'
import { DEV_FILE, type DevFile, type Home, openHome, SIMULATOR_FILE } from '../dev/home.ts'
import { type Keys, keysOf, refuseProduction } from '../dev/keys.ts'
import { landingPage } from '../dev/landing.ts'
import { loadPointedAt } from '../dev/point-at.ts'
import { watchDatabase } from '../dev/watch-database.ts'
import type { ExitName } from '../exit-codes.ts'
import { findConfig } from '../load-config.ts'
import { APP_PORT, choosePort, explainPort, hostOf, SIMULATOR_PORT, urlOf } from '../ports.ts'
import { serveApp } from '../serve-app.ts'
import { listenForStop, type StopSignal } from '../stop-signal.ts'
import { waitUntilReady } from '../wait-until-ready.ts'

type Gateway = 'simulator' | 'sandbox'
type OnStop = (close: () => unknown) => void

export async function run(call: Call): Promise<ExitName> {
  // 1. What can be wrong is told before anything is started.
  const gateway = (call.text('gateway') ?? 'simulator') as Gateway
  const given = fromEnv()
  readOptions(given)
  refuseProduction(given, gateway)
  if (gateway === 'sandbox' && given.serverKey === undefined) {
    throw new BayarError(
      'keys_missing',
      '`--gateway sandbox` needs the keys of your own sandbox account, also MIDTRANS_CLIENT_KEY.',
    )
  }

  // 2. One for each home.
  const home = openHome()
  const lock = await takeHome(home)
  if (lock === null) {
    const dev = home.read<DevFile>(DEV_FILE)
    const { app_url, simulator_url } = dev ?? { app_url: null, simulator_url: null }
    const isReady = dev !== undefined && (await answersReady(dev.app_url))
    call.out.answer({ state: 'running_already', is_ready: isReady, app_url, simulator_url }, () =>
      dev ? tellRunning(dev) : 'bayar is being started here by another process.',
    )
    if (dev === undefined || isReady) return 'running'
    call.out.note(
      `It is not ready: ${dev.app_url}/readyz and its own lines say why. If it stays so, end it there (Ctrl-C) and start again.`,
    )
    return 'unready'
  }

  const stop = listenForStop((text) => call.out.note(text))
  const closers: (() => unknown)[] = [() => lock.release()]
  try {
    home.remove(DEV_FILE)
    const lost = Promise.withResolvers<never>()
    // Nobody waits for it yet while the rest is being started.
    lost.promise.catch(() => {})
    await start(call, {
      gateway,
      given,
      home,
      keys: keysOf(home, given),
      stop,
      onStop: (close) => closers.push(close),
      onLost: lost.reject,
    })
    await Promise.race([stop.asked, lost.promise])
  } finally {
    for (const close of closers.reverse()) {
      try {
        await close()
      } catch (error) {
        call.out.note(`While stopping: ${(error as Error).message}`)
      }
    }
  }
  return 'ok'
}

interface Start {
  readonly gateway: Gateway
  readonly given: BayarOptions
  readonly home: Home
  readonly keys: Keys
  readonly stop: StopSignal
  readonly onStop: OnStop
  /** The database has ended and does not come back. */
  readonly onLost: (error: unknown) => void
}

async function start(call: Call, { gateway, given, home, keys, stop, onStop, onLost }: Start): Promise<void> {
  // 3. Both ports are known before anything is told about them.
  const host = hostOf(call.text('host'))
  const port = await choosePort(APP_PORT, call.whole('port'), host)
  const simulatorPort =
    gateway === 'simulator' ? await choosePort(SIMULATOR_PORT, call.whole('simulator-port'), host) : null
  if (port === simulatorPort) {
    throw new BayarError(
      'config_invalid',
      `The app and the simulator cannot both listen on port ${port}: choose another PORT or SIMULATOR_PORT.`,
    )
  }
  const simulatorUrl = simulatorPort === null ? null : urlOf(host, simulatorPort)

  // 4. The database.
  const databaseUrl =
    given.database === undefined
      ? await startDatabase(call, home, { onStop, onLost })
      : (given.database as string)
  if (stop.isAsked) return

  // 5. The user's instance, or one from the environment.
  const config = findConfig(call.text('config'))
  const { bayar } = await loadPointedAt(call.text('config'), { keys, databaseUrl, simulatorUrl })
  onStop(() => bayar.close())
  const applied = await bayar.migrate()
  if (applied.length > 0)
    call.out.note(`Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`)
  const handlersFile = process.env.BAYAR_DEV_HANDLERS
  if (handlersFile) registerHandlersFile(bayar, handlersFile)
  await waitUntilReady(bayar, call, stop)
  if (!handlersFile) await retireHandlersFile(bayar)

  // 6. The parts, the app last.
  const basePath = bayar.settings.basePath ?? ''
  const appUrl = `${urlOf(host, port)}${basePath}`
  let onReady = () => {}
  if (simulatorPort !== null) {
    const simulator = createSimulator({
      serverKey: keys.server_key,
      clientKey: keys.client_key,
      merchantId: keys.merchant_id,
      notificationUrl: `${appUrl}/midtrans/api/notification/`,
      recurringUrl: `${appUrl}/midtrans/api/notification/recurring/`,
      payAccountNotificationUrl: `${appUrl}/midtrans/api/notification/pay-account/`,
      // The database keeps the payments, so what they are paid with must not be forgotten.
      data: join(home.folder, SIMULATOR_FILE),
    })
    const listening = await simulator.listen({ port: simulatorPort, host }).catch((error: unknown) => {
      throw explainPort(error, SIMULATOR_PORT, host, simulatorPort)
    })
    onStop(() => simulator.shutDown())
    // What is left from last time waits until the app can take it.
    simulator.notifications.pause()
    onReady = () => simulator.notifications.resume()
    onStop(() => listening.close())
  }
  const worker = await bayar.work()
  onStop(() => worker.stop())
  if (stop.isAsked) return
  const landing = () => landingPage({ appUrl, simulatorUrl, devFile: home.devFile })
  const app = await serveApp(bayar, { port, host, landing })
  onStop(() => app.close())
  onReady()

  // 7. Now others may find it.
  const dev: DevFile = {
    server_key: keys.server_key,
    client_key: keys.client_key,
    merchant_id: keys.merchant_id,
    api_key: bayar.settings.apiKey ?? keys.api_key,
    app_url: app.url,
    simulator_url: simulatorUrl,
    database_url: databaseUrl,
  }
  home.write(DEV_FILE, dev)
  onStop(() => home.remove(DEV_FILE))
  const shown = {
    dev,
    folder: home.folder,
    config,
    isApiKeyGiven: dev.api_key === given.apiKey,
    notificationUrl: given.notificationUrl ?? null,
  }
  call.out.answer(
    { state: 'running', appUrl: app.url, simulatorUrl, devFile: home.devFile, pid: process.pid },
    () => tellAddresses(shown),
  )
}

async function startDatabase(
  call: Call,
  home: Home,
  { onStop, onLost }: Pick<Start, 'onStop' | 'onLost'>,
): Promise<string> {
  const server = await startEmbeddedPostgres({
    home: home.folder,
    purpose: 'development',
    log: (line) => call.out.note(line),
  })
  onStop(() => server.stop())
  onStop(watchDatabase(server, { note: (text) => call.out.note(text), onLost }))
  return server.url
}

const READY_SECONDS_MAX = 10

/** That it runs does not say that it works: its database may have gone. */
async function answersReady(appUrl: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_SECONDS_MAX * 1000)
    return (await fetch(`${appUrl}/readyz`, { signal })).ok
  } catch {
    return false
  }
}

const STARTING_SECONDS_MAX = 60

/** The lock, or null when another process has it and has told its addresses. One that is still starting, or just stopping, is waited for. */
async function takeHome(home: Home): Promise<Lock | null> {
  const deadline = performance.now() + STARTING_SECONDS_MAX * 1000
  for (;;) {
    const lock = home.lock()
    if (lock !== null) return lock
    if (home.read(DEV_FILE) !== undefined || performance.now() > deadline) return null
    await pause(100)
  }
}
