/**
 * What `bayar doctor` looks at, one function a check. Each says what it found and, for a problem, the way out. A check that needs what an earlier one missed is skipped, so that
 * one cause is told once.
 */
import type { Bayar } from '../bayar.ts'
import { isBayarError } from '../errors.ts'
import { checkDatabase } from '../store/check-database.ts'
import { type Database, unreachable } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'
import { readServerFacts } from '../store/server-facts.ts'
import { type Loaded, loadConfig } from './load-config.ts'
import { withStore } from './with-store.ts'

export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'problem' | 'skipped'
  readonly says: string
}

const CLOCK_SKEW_SECONDS = 5
const URL_PATIENCE_MS = 5_000

type Check = readonly [name: string, look: () => Promise<string> | string]

class Problem extends Error {}

export async function examine(config: string | undefined): Promise<readonly Finding[]> {
  const found: Finding[] = []
  let loaded: Loaded | undefined
  const load = async () => {
    loaded = await loadConfig(config)
    return configured(loaded)
  }
  found.push(...(await inOrder([['configuration', load]])))
  if (!loaded) return [...found, ...skipped(['keys', 'notification URL', ...IN_DATABASE, ...AT_WORK])]
  const { bayar } = loaded as Loaded
  try {
    found.push(
      ...(await inOrder([
        ['keys', () => keys(bayar)],
        ['notification URL', () => notificationUrl(bayar)],
      ])),
    )
    found.push(...(await inDatabase(bayar)))
    const isReachable = found.every(
      ({ check, state }) => state === 'ok' || !['keys', ...IN_DATABASE].includes(check) || check === 'clock',
    )
    found.push(...(isReachable ? await atWork(bayar) : skipped(AT_WORK)))
    return found
  } finally {
    await bayar.close()
  }
}

function configured({ bayar, file }: Loaded): string {
  const api =
    bayar.settings.apiKey || bayar.settings.userTokens
      ? ''
      : '; REST is closed, because neither an API key (BAYAR_API_KEY) nor user tokens are configured'
  return `${file ?? 'taken from the environment'}${api}`
}

function keys({ settings }: Bayar): string {
  const accounts = [settings, ...(settings.merchants ?? [])].filter(
    ({ serverKey }) => serverKey !== undefined,
  )
  if (accounts.length === 0)
    throw new Problem(
      'There is no server key: set MIDTRANS_SERVER_KEY. It is in Midtrans’s dashboard, under Settings, Access Keys.',
    )
  if (settings.isProduction && settings.baseUrl !== undefined) {
    throw new Problem(
      `Production keys would be sent to ${settings.baseUrl}: unset MIDTRANS_BASE_URL, which is for a simulator.`,
    )
  }
  const where = settings.isProduction ? 'production' : 'sandbox'
  const told = accounts.length === 1 ? 'a server key' : `server keys of ${accounts.length} accounts`
  return `${told} for ${where}${settings.clientKey === undefined ? '; no client key, which card payments in a browser need' : ''}`
}

async function notificationUrl({ settings }: Bayar): Promise<string> {
  if (settings.notificationUrl === undefined) return 'the one in Midtrans’s dashboard is used'
  const url = new URL(settings.notificationUrl)
  if (settings.isProduction && url.protocol !== 'https:')
    throw new Problem(`${url.href} is not https: Midtrans sends production notifications only there.`)
  if (settings.isProduction && isLocal(url.hostname))
    throw new Problem(`${url.href} is an address of this machine or network: Midtrans cannot reach it.`)
  let answer: Response
  try {
    answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(URL_PATIENCE_MS) })
  } catch (error) {
    const { cause, message } = error as Error
    const because = cause instanceof Error ? cause.message : message
    const says = `${url.href} cannot be reached from here (${because})`
    // In development the app is often simply not running yet.
    if (settings.isProduction)
      throw new Problem(`${says}: start the app there, and check name, certificate and firewall.`)
    return says
  }
  await answer.body?.cancel()
  const { status } = answer
  if (status >= 300 && status < 400) {
    throw new Problem(
      `${url.href} redirects to ${answer.headers.get('location') ?? 'elsewhere'}: configure that address itself, because a redirected notification is not delivered again as it was.`,
    )
  }
  if (status === 404)
    throw new Problem(
      `${url.href} answers 404: it must end in /midtrans/api/notification/, after the basePath of your app.`,
    )
  return `${url.href} answers, without a redirect`
}

const LOCAL =
  /^(localhost|.*\.local|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[::1?\]|\[f[cd].*)$/i

function isLocal(host: string): boolean {
  return LOCAL.test(host)
}

const IN_DATABASE = ['database', 'durability', 'migrations', 'clock']

async function inDatabase(bayar: Bayar): Promise<Finding[]> {
  try {
    return await withStore(bayar, async (database) =>
      inOrder([
        ['database', () => reach(database)],
        [
          'durability',
          async () => {
            await checkDatabase(database, { waiveDurability: false })
            return 'what it acknowledged survives a power cut'
          },
        ],
        ['migrations', () => migrated(database)],
        ['clock', () => clock(database)],
      ]),
    )
  } catch (error) {
    return [
      { check: 'database', state: 'problem', says: sentenceOf(error) },
      ...skipped(IN_DATABASE.slice(1)),
    ]
  }
}

async function reach(database: Database): Promise<string> {
  try {
    return `PostgreSQL ${(await readServerFacts(database)).version}`
  } catch (error) {
    throw unreachable(error)
  }
}

async function migrated(database: Database): Promise<string> {
  const pending = await pendingMigrations(database)
  if (pending.length === 0) return 'the schema is up to date'
  throw new Problem(
    `${pending.length} ${pending.length === 1 ? 'is' : 'are'} missing: run \`npx bayar migrate\`.`,
  )
}

async function clock(database: Database): Promise<string> {
  const before = Date.now()
  const theirs = (await readServerFacts(database)).clock.getTime()
  const ours = (before + Date.now()) / 2
  const seconds = Math.abs(theirs - ours) / 1000
  if (seconds <= CLOCK_SKEW_SECONDS) return 'the database and this machine agree'
  throw new Problem(
    `The database’s clock is ${Math.round(seconds)} s ${theirs > ours ? 'ahead of' : 'behind'} this machine’s: switch on time synchronisation (NTP) on both.`,
  )
}

const AT_WORK = ['handlers', 'deliveries']

async function atWork(bayar: Bayar): Promise<Finding[]> {
  const health = await bayar.health()
  return inOrder([
    [
      'handlers',
      () => {
        const [problem] = health.problems
        if (problem) throw new Problem(problem.says)
        return 'every registered `within` handler is in this code'
      },
    ],
    [
      'deliveries',
      () => {
        const { overdueDeliveries: overdue, deadDeliveries: dead } = health
        const ways = [
          ...(overdue > 0
            ? [
                `${overdue} have been due for over a minute: run \`npx bayar worker\` with the code of their handlers, or retire a handler that is gone.`,
              ]
            : []),
          ...(dead > 0
            ? [
                `${dead} were given up: \`npx bayar events dead\` shows why, \`npx bayar events replay\` delivers them again.`,
              ]
            : []),
        ]
        if (ways.length > 0) throw new Problem(ways.join(' '))
        return 'none waits for long'
      },
    ],
  ])
}

async function inOrder(checks: readonly Check[]): Promise<Finding[]> {
  const found: Finding[] = []
  for (const [check, look] of checks) {
    try {
      found.push({ check, state: 'ok', says: await look() })
    } catch (error) {
      found.push({ check, state: 'problem', says: sentenceOf(error) })
      // Of a database that cannot be reached nothing else can be said.
      if (check === 'database') return [...found, ...skipped(checks.slice(1).map(([name]) => name))]
    }
  }
  return found
}

function skipped(names: readonly string[]): Finding[] {
  return names.map((check) => ({
    check,
    state: 'skipped',
    says: 'not looked at, because of the problem above',
  }))
}

function sentenceOf(error: unknown): string {
  if (error instanceof Problem || isBayarError(error)) return error.message
  const message =
    error instanceof AggregateError
      ? error.errors.map(String).join('; ')
      : String((error as Error)?.message ?? error)
  return `${message}.`
}
