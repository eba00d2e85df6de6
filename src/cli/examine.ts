/**
 * What `bayar doctor` looks at: a table of checks. Each says what it found and, for a problem, the way out. A check that needs what another one missed is skipped, so that one cause is told
 * once.
 */
import { randomUUID } from 'node:crypto'
import type { Bayar } from '../bayar.ts'
import { isBayarError } from '../errors.ts'
import { createMidtransClient } from '../gateway/client.ts'
import { nextTickOf, scheduledTasks } from '../jobs/beat.ts'
import { loadNodemailer } from '../operations/messages/smtp/load-nodemailer.ts'
import { countBacklog } from '../store/backlog.ts'
import { checkDatabase } from '../store/check-database.ts'
import { type Database, unreachable } from '../store/database.ts'
import { pendingMigrations } from '../store/migrate.ts'
import { readServerFacts } from '../store/server-facts.ts'
import { readSlots } from '../store/tasks.ts'
import { loadBesideDev } from './dev/beside-dev.ts'
import { gatewayAddress } from './gateway-address.ts'
import type { Loaded } from './load-config.ts'
import { openStore } from './open-store.ts'

export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'problem' | 'skipped'
  readonly says: string
}

interface Patient {
  readonly bayar: Bayar
  /** Opened when first asked for, and throws what is in the way of that. */
  database(): Database
}

interface Check {
  readonly check: string
  /** Not looked at unless these are well. */
  readonly needs: readonly string[]
  look(patient: Patient): Promise<string> | string
}

// biome-ignore format: a table is read in columns
const CHECKS: readonly Check[] = [
  { check: 'keys',             needs: [],                                   look: keys },
  { check: 'Midtrans',         needs: ['keys'],                             look: midtrans },
  { check: 'notification URL', needs: [],                                   look: notificationUrl },
  { check: 'database',         needs: [],                                   look: reached },
  { check: 'durability',       needs: ['database'],                         look: durable },
  { check: 'migrations',       needs: ['database'],                         look: migrated },
  { check: 'clock',            needs: ['database'],                         look: clock },
  { check: 'handlers',         needs: ['keys', 'durability', 'migrations'], look: handlers },
  { check: 'deliveries',       needs: ['migrations'],                       look: deliveries },
  { check: 'subscriptions',    needs: ['handlers'],                         look: subscriptions },
  { check: 'wallets',          needs: ['handlers'],                         look: wallets },
  { check: 'tasks',            needs: ['migrations'],                       look: tasks },
  { check: 'messages',         needs: ['migrations'],                       look: messages },
]

const CLOCK_SKEW_SECONDS = 5
const URL_PATIENCE_MS = 5_000
const MIDTRANS_PATIENCE_SECONDS = 10

class Problem extends Error {}

export async function examine(
  config: string | undefined,
  note: (text: string) => void,
): Promise<readonly Finding[]> {
  let loaded: Loaded
  try {
    loaded = await loadBesideDev(config, note)
  } catch (error) {
    const rest = CHECKS.map(({ check }) => skipped(check))
    return [{ check: 'configuration', state: 'problem', says: sentenceOf(error) }, ...rest]
  }
  const { bayar } = loaded
  let database: Database | undefined
  const patient: Patient = { bayar, database: () => (database ??= openStore(bayar)) }
  const found: Finding[] = [{ check: 'configuration', state: 'ok', says: configured(loaded) }]
  try {
    for (const { check, needs, look } of CHECKS) {
      const isWell = (need: string) => found.some((one) => one.check === need && one.state === 'ok')
      if (!needs.every(isWell)) {
        found.push(skipped(check))
        continue
      }
      try {
        found.push({ check, state: 'ok', says: await look(patient) })
      } catch (error) {
        found.push({ check, state: 'problem', says: sentenceOf(error) })
      }
    }
    return found
  } finally {
    await database?.close()
    await bayar.close()
  }
}

function skipped(check: string): Finding {
  return { check, state: 'skipped', says: 'not looked at, because of the problem above' }
}

function configured({ bayar: { settings }, file }: Loaded): string {
  const from = file ?? 'taken from the environment'
  if (settings.apiKey !== undefined || settings.userTokens !== undefined) return from
  return `${from}; REST is closed, because neither an API key (BAYAR_API_KEY) nor user tokens are configured`
}

function keys({ bayar: { settings } }: Patient): string {
  const accounts = accountsOf(settings)
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
  return `${told}, used for ${where}${settings.clientKey === undefined ? '; no client key, which card payments in a browser need' : ''}`
}

/** Keys are told apart by Midtrans alone: a wrong one would refuse every charge and forge every notification. */
async function midtrans({ bayar: { settings } }: Patient): Promise<string> {
  const { isProduction = false, baseUrl, fetch } = settings
  const where = gatewayAddress(settings)
  const accounts = accountsOf(settings)
  for (const { name, serverKey } of accounts) {
    const client = createMidtransClient({
      serverKey,
      isProduction,
      baseUrl,
      fetch,
      deadlineSeconds: MIDTRANS_PATIENCE_SECONDS,
    })
    // Nobody has such an order, and asking for one changes nothing.
    const { code, httpStatus, document, message } = await client.status(`bayar-doctor-${randomUUID()}`)
    const whose = accounts.length === 1 ? 'the server key' : `the server key of the account ${name}`
    if (httpStatus === null)
      throw new Problem(
        `Nothing was heard from ${where}. ${message} Check network, proxy and firewall${baseUrl === undefined ? '' : ', and MIDTRANS_BASE_URL'}.`,
      )
    if (code === '401') throw new Problem(`${where} refuses ${whose}. ${message}`)
    if (code !== '404' || document === null)
      throw new Problem(`${where} answers, but not as Midtrans does for an order that nobody has. ${message}`)
  }
  return `${where} answers, and accepts ${accounts.length === 1 ? 'the server key' : `the server keys of ${accounts.length} accounts`}`
}

function accountsOf(settings: Bayar['settings']): readonly { name: string; serverKey: string }[] {
  return [{ ...settings, name: 'default' }, ...(settings.merchants ?? [])].flatMap(({ name, serverKey }) =>
    serverKey === undefined ? [] : [{ name, serverKey }],
  )
}

async function notificationUrl({ bayar: { settings } }: Patient): Promise<string> {
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

async function reached({ database }: Patient): Promise<string> {
  try {
    return `PostgreSQL ${(await readServerFacts(database())).version}`
  } catch (error) {
    throw unreachable(error)
  }
}

async function durable({ database }: Patient): Promise<string> {
  await checkDatabase(database(), { waiveDurability: false })
  return 'what it acknowledged survives a power cut'
}

async function migrated({ database }: Patient): Promise<string> {
  const pending = await pendingMigrations(database())
  if (pending.length === 0) return 'the schema is up to date'
  throw new Problem(
    `${pending.length} ${pending.length === 1 ? 'is' : 'are'} missing: run \`npx bayar migrate\`.`,
  )
}

async function clock({ database }: Patient): Promise<string> {
  const before = Date.now()
  const theirs = (await readServerFacts(database())).clock.getTime()
  const ours = (before + Date.now()) / 2
  const seconds = Math.abs(theirs - ours) / 1000
  if (seconds <= CLOCK_SKEW_SECONDS) return 'the database and this machine agree'
  throw new Problem(
    `The database’s clock is ${Math.round(seconds)} s ${theirs > ours ? 'ahead of' : 'behind'} this machine’s: switch on time synchronisation (NTP) on both.`,
  )
}

async function handlers({ bayar }: Patient): Promise<string> {
  const [problem] = (await bayar.health()).problems
  if (problem) throw new Problem(problem.says)
  return 'every registered `within` handler is in this code'
}

/** How long a beat may be late before it is thought to be gone. */
const BEAT_LATE_SECONDS = 900

async function tasks({ database, bayar }: Patient): Promise<string> {
  const now = new Date()
  const { overdueTasks, failedTasks } = await countBacklog(database(), now)
  const slots = await readSlots(database())
  const ways: string[] = []
  if (overdueTasks > 0)
    ways.push(
      `${overdueTasks} due for over a minute, and nobody takes them: run \`npx bayar worker\`, or \`npx bayar drain\` from cron.`,
    )
  if (failedTasks > 0)
    ways.push(
      `${failedTasks} failed: \`npx bayar task list --state failed\` shows why, \`npx bayar task retry\` tries one again.`,
    )
  const late = scheduledTasks(bayar.settings.schedule).filter((one) => {
    const slot = slots.get(one.name)
    const next = slot === undefined ? null : nextTickOf(one, slot)
    return next !== null && now.getTime() - next.getTime() > BEAT_LATE_SECONDS * 1000
  })
  if (late.length > 0)
    ways.push(
      `No beat is up: ${late.map(({ name }) => name).join(', ')} should have run. Run \`npx bayar worker\` or \`npx bayar beat\`.`,
    )
  if (ways.length > 0) throw new Problem(ways.join(' '))
  return slots.size === 0
    ? 'none waits for long; no beat has been up yet'
    : 'none waits for long, and the schedule is kept'
}

async function deliveries({ database }: Patient): Promise<string> {
  const { overdueDeliveries: overdue, deadDeliveries: dead } = await countBacklog(database(), new Date())
  const ways: string[] = []
  if (overdue > 0) {
    ways.push(
      `${overdue} ${overdue === 1 ? 'has' : 'have'} been due for over a minute: run \`npx bayar worker\` with the code of the handlers, or retire a handler that is gone.`,
    )
  }
  if (dead > 0) {
    ways.push(
      `${dead} ${dead === 1 ? 'was' : 'were'} given up: \`npx bayar events dead\` shows why, \`npx bayar events replay\` delivers again.`,
    )
  }
  if (ways.length > 0) throw new Problem(ways.join(' '))
  return 'none waits for long'
}

/** That mail can be sent at all is found out here, and not by ten tries of each over a day. */
async function messages({ bayar, database }: Patient): Promise<string> {
  const channel = bayar.settings.messages?.channel ?? 'log'
  const isMail = typeof channel === 'object'
  if (isMail) await loadNodemailer()
  const { overdueMessages: overdue, failedMessages: failed } = await countBacklog(database(), new Date())
  const ways: string[] = []
  if (overdue > 0)
    ways.push(
      `${overdue} due for over a minute, and nobody sends them: run \`npx bayar worker\`, or \`npx bayar drain\` from cron.`,
    )
  if (failed > 0)
    ways.push(
      `${failed} could not be sent: \`npx bayar messages list --status failed\` shows why, \`npx bayar messages retry\` sends one after all.`,
    )
  if (ways.length > 0) throw new Problem(ways.join(' '))
  return isMail ? 'sent by mail' : channel === 'log' ? 'written to the log' : 'sent by a function of yours'
}

/** A customer may be charged every month by one that nobody can pause. */
async function subscriptions({ bayar }: Patient): Promise<string> {
  const { results, next } = await bayar.subscriptions.list({ filter: { needsReview: true }, limit: 10 })
  if (results.length === 0) return 'none waits for a person'
  const named = results.map(({ id, needsReview }) => `${id} (${needsReview.join(', ')})`).join(', ')
  throw new Problem(
    `${named}${next === null ? '' : ' and more'}: \`npx bayar subscriptions show\` tells the name that Midtrans’s dashboard knows, \`npx bayar subscriptions resolve\` takes what you find there.`,
  )
}

/** The sum of the entries is the balance, for all of them. */
async function wallets({ bayar }: Patient): Promise<string> {
  const audit = await bayar.wallets.audit()
  const count = `${audit.wallets} ${audit.wallets === 1 ? 'wallet' : 'wallets'}`
  if (audit.wrongTopupCount > 0)
    throw new Problem(
      `Of ${audit.topups} top-ups, ${audit.wrongTopupCount} brought other money than is in the wallet: ${audit.wrongTopups.join(', ')}. Look at each with \`npx bayar payments show\`, and put it right with \`npx bayar wallet adjust\`.`,
    )
  if (audit.wrongCount === 0) return `${count}, and the entries of each add up to its balance`
  const named = audit.wrong.map(
    ({ userId, balance, entriesSum }) => `${userId} shows ${balance}, its entries add up to ${entriesSum}`,
  )
  const more = audit.wrongCount > named.length ? `; and ${audit.wrongCount - named.length} more` : ''
  throw new Problem(
    `Of ${count}, ${audit.wrongCount} ${audit.wrongCount === 1 ? 'was' : 'were'} changed past bayar: ${named.join('; ')}${more}. The entries are right: freeze it (\`npx bayar wallet freeze\`), find out who writes into the tables, and set the balance back to the sum.`,
  )
}

function sentenceOf(error: unknown): string {
  if (error instanceof Problem || isBayarError(error)) return error.message
  const message =
    error instanceof AggregateError
      ? error.errors.map(String).join('; ')
      : String((error as Error)?.message ?? error)
  return `${message}.`
}
