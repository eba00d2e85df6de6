/**
 * What can be configured: one schema, its defaults and the rules across fields. Every problem is reported at once, because finding them one by one costs a deployment each; an
 * unknown option is a problem too, and the near one is suggested. Only `fromEnv()` reads the environment.
 */
import { z } from 'zod'
import type { Clock } from './domain/clock.ts'
import { MESSAGE_LANGUAGES, MESSAGE_TYPES } from './domain/message.ts'
import type { OwnTemplates, SendMessage } from './domain/message-facts.ts'
import { didYouMean } from './domain/nearest.ts'
import { type Schedule, scheduleProblem } from './domain/schedule.ts'
import { BayarError, type Problem } from './errors.ts'
import { address } from './gateway/charge-fields.ts'
import { PAYMENT_TYPES } from './gateway/wire.ts'
import { PERIODIC_TASKS } from './jobs/tasks.ts'
import type { Log } from './operations/log.ts'
import type { Pool } from './store/database.ts'

const key = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')

/** Also a Unix socket's, as `pg` takes it. */
function isPostgres(address: string): boolean {
  return /^(postgres(ql)?:\/\/|socket:|\/)/.test(address)
}
/** The value is not repeated: it may hold a password. */
const NOT_POSTGRES = (variable: string) =>
  `must be an address of PostgreSQL, like postgres://user@host:5432/name (${variable})`

const callback = z
  .string()
  .refine((value) => address(value) === null, 'must be an address: https://… or a deep link of your app')

/** Which task when; `false` switches it off. A name that is not one, or a time that cannot be read, would be work that never comes. */
const schedule = z.custom<Readonly<Record<string, Schedule | false>>>().superRefine((given, context) => {
  const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return wrong([], 'must be an object: { check_pending_payments: { every: 300 } }')
  const names = PERIODIC_TASKS.map(({ name }) => name)
  for (const [name, entry] of Object.entries(given)) {
    if (!names.includes(name)) {
      wrong([name], `is not a periodic task.${didYouMean(name, names)}`.replace(/\.$/, ''))
      continue
    }
    const problem = entry === false ? null : scheduleProblem(entry)
    if (problem) wrong([name, ...problem.field.split('.').filter(Boolean)], problem.reason)
  }
})

/** How messages leave. The address of the mail server is not repeated: it may hold a password. */
const messageChannel = z
  .custom<'log' | { readonly smtp: string; readonly from: string } | SendMessage>()
  .superRefine((given, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (given === 'log' || typeof given === 'function') return
    if (typeof given !== 'object' || given === null)
      return wrong([], "must be 'log', { smtp, from }, or a function that sends")
    const { smtp, from, ...unknown } = given as Readonly<Record<string, unknown>>
    for (const name of Object.keys(unknown)) wrong([name], 'is not an option')
    if (typeof smtp !== 'string' || !/^smtps?:\/\/[^\s]+$/.test(smtp) || !URL.canParse(smtp))
      wrong(['smtp'], 'must be an address of a mail server, like smtps://user:password@host (BAYAR_SMTP_URL)')
    if (typeof from !== 'string' || !/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(from))
      wrong(['from'], 'must be whom mail comes from, like Toko <halo@toko.example> (BAYAR_MAIL_FROM)')
  })

/** By language and type. A name that is none would be a text that no customer ever reads. */
const messageTemplates = z.custom<OwnTemplates>().superRefine((given, context) => {
  const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  if (typeof given !== 'object' || given === null)
    return wrong([], 'must be an object: { id: { expiry_reminder: (facts) => ({ subject, body }) } }')
  for (const [language, templates] of Object.entries(given)) {
    if (!(MESSAGE_LANGUAGES as readonly string[]).includes(language)) {
      wrong([language], `is not a language of messages: ${MESSAGE_LANGUAGES.join(', ')}`)
      continue
    }
    for (const [type, template] of Object.entries(Object(templates))) {
      if (!(MESSAGE_TYPES as readonly string[]).includes(type))
        wrong([language, type], `is not a message.${didYouMean(type, MESSAGE_TYPES)}`.replace(/\.$/, ''))
      else if (typeof template !== 'function') wrong([language, type], 'must be a function')
    }
  }
})

export const TOPUP_MIN = 10_000
export const TOPUP_MAX = 10_000_000
/** More than any method of Midtrans takes. */
const AMOUNT_MAX = 1_000_000_000_000
const dunningPolicy = z.strictObject({
  autoRetry: z.boolean().optional(),
  maxRetryAttempts: z.int().min(0).max(30).optional(),
  retryIntervalDays: z.int().min(1).max(30).optional(),
})

export const account = z.strictObject({
  /** Your own name for the account. It is stored with every payment, so it never changes. */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'must be 1 to 50 lower-case letters, digits, - and _'),
  /** The server key of this account. */
  serverKey: key.optional(),
  /** Keys being rotated out: notifications signed by them still verify. */
  oldServerKeys: z.array(key).max(5).optional(),
  /** The client key of this account. */
  clientKey: key.optional(),
  /** Midtrans's merchant id of this account. */
  merchantId: z.string().min(1).max(100).optional(),
})

/** The comment of an option stands directly above it: `docs/reference/configuration.md` is written from these. */
export const options = z.strictObject({
  /** A `postgres://` URL, or a `pg.Pool` of your own. bayar keeps to the schema `bayar` in it. */
  database: z
    .union([
      z.string().min(1, 'must not be empty'),
      z.custom<Pool>(
        (value) => typeof (value as Pool | null)?.connect === 'function',
        'must be a URL or a pg.Pool',
      ),
    ])
    .refine((value) => typeof value !== 'string' || isPostgres(value), NOT_POSTGRES('DATABASE_URL'))
    .optional(),
  /** A direct connection for LISTEN, when `database` goes through a transaction pooler. */
  directUrl: z.string().min(1).refine(isPostgres, NOT_POSTGRES('DIRECT_DATABASE_URL')).optional(),
  /** Off for a transaction pooler that cannot carry named statements. */
  namedStatements: z.boolean().optional(),
  /** Connections of bayar's own pool, when `database` is a URL; 10 unless set. */
  connections: z.int().min(2).max(200).optional(),
  /** Midtrans's server key: it signs requests and verifies notifications. Never in a browser. */
  serverKey: key.optional(),
  /** Keys being rotated out: notifications signed by them still verify. */
  oldServerKeys: z.array(key).max(5).optional(),
  /** Midtrans's client key, for browser code. */
  clientKey: key.optional(),
  /** Midtrans's merchant id: news that names another one waits for a person. */
  merchantId: z.string().min(1).max(100).optional(),
  /** More Midtrans accounts, each with a name; the keys above are the account `default`. */
  merchants: z.array(account).max(100).optional(),
  /** Talk to Midtrans's production instead of its sandbox; off unless set. */
  isProduction: z.boolean().optional(),
  /** Where Midtrans answers; only to reach a simulator. */
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  /** Sent with each charge: Midtrans notifies this address instead of the one in its dashboard. */
  notificationUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  /** Where the app of a wallet sends the customer afterwards, when the charge names no `callbackUrl`; a deep link may stand here. */
  callbackUrls: z
    .strictObject({ gopay: callback.optional(), shopeepay: callback.optional(), dana: callback.optional() })
    .optional(),
  /** Payment types that may be charged, e.g. `['bank_transfer', 'qris']`; all that bayar knows unless set. */
  enabledMethods: z
    .array(z.enum(PAYMENT_TYPES, { error: `must be one of ${PAYMENT_TYPES.join(', ')}` }))
    .min(1)
    .optional(),
  /** How long a customer has to pay, where the charge does not say; left to Midtrans unless set, and 24 hours for a cycle of a subscription. */
  expiryMinutes: z.int().min(1).max(259_200).optional(),
  /** IDR is all that Midtrans charges in: another currency is refused here, rather than charged as rupiah. */
  currency: z.literal('IDR', { error: 'must be IDR: Midtrans charges in nothing else' }).optional(),
  /** `status` asks Midtrans before money-in above `confirmAbove` is believed; `signature` believes a signed notification. */
  confirm: z.enum(['signature', 'status']).optional(),
  /** With `confirm: 'status'`, amounts up to this (in rupiah) are believed without asking; 0 unless set. */
  confirmAbove: z.int().min(0).optional(),
  /** Midtrans adds its fee to the customer's amount: a larger amount is accepted when fee and original add up. Off unless set. */
  imposedFees: z.boolean().optional(),
  /** How long an answer of Midtrans is waited for; 30 unless set. */
  gatewayDeadlineSeconds: z.int().min(1).max(120).optional(),
  /** When periodic tasks run, by name: `{ every: 300 }` seconds, `{ cron, timeZone }`, or `false` for never. What is not named keeps its own. */
  schedule: schedule.optional(),
  /** `by-age` asks Midtrans about an open payment soon at first and then ever more rarely; `every-run` about all of them with each run of `check_pending_payments`. */
  checks: z.enum(['by-age', 'every-run']).optional(),
  /** Whoever sends it as `Authorization: Bearer …` to `POST /drain` has due work done; closed unless set. */
  drainSecret: key.min(16, 'must be at least 16 characters').optional(),
  /** Whether invoices get the next number of their series; off, each must be given one. On unless set. */
  invoiceAutoNumber: z.boolean().optional(),
  /** How the numbers of invoices begin: `INV-000001`, and INV unless set. */
  invoicePrefix: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9/_.-]{0,19}$/, 'takes 1 to 20 letters, digits and / _ . -')
    .optional(),
  /** How the numbers of credit notes begin, one for each refund of an invoice: `CN-000001`, and CN unless set. */
  creditNotePrefix: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9/_.-]{0,19}$/, 'takes 1 to 20 letters, digits and / _ . -')
    .optional(),
  /** Who asks for the money, as invoices say it: name, address, NPWP, e-mail, phone. */
  invoiceIssuer: z
    .strictObject({
      name: z.string().min(1).max(255),
      address: z.string().max(500).optional(),
      npwp: z.string().max(30).optional(),
      email: z.string().max(255).optional(),
      phone: z.string().max(50).optional(),
    })
    .optional(),
  /** PPN of invoices that do not say: per cent, on top of the prices (`exclusive`) or in them (`inclusive`). None unless set. */
  invoiceTax: z
    .strictObject({
      percent: z.number().min(0).max(100).multipleOf(0.01),
      mode: z.enum(['exclusive', 'inclusive']),
    })
    .optional(),
  /** The least that a user may top up at once, in rupiah; 10,000 unless set. */
  topupMinAmount: z.int().min(1).max(AMOUNT_MAX).optional(),
  /** The most that a user may top up at once, in rupiah; 10,000,000 unless set. */
  topupMaxAmount: z.int().min(1).max(AMOUNT_MAX).optional(),
  /** Whether each cycle of a subscription that bayar bills gets an invoice, paid with it. On unless set. */
  autoGenerateInvoice: z.boolean().optional(),
  /** In how many days the invoice of a cycle is due; 7 unless set. */
  invoiceDueDays: z.int().min(0).max(365).optional(),
  /** How many days a customer who has paid before may go on when a cycle was not paid; 3 unless set. */
  gracePeriodDays: z.int().min(0).max(90).optional(),
  /** Whether a cycle that was not paid is charged again by itself. On unless set. */
  autoRetryFailedPayments: z.boolean().optional(),
  /** How often at most, after the first charge; 3 unless set. */
  maxRetryAttempts: z.int().min(0).max(30).optional(),
  /** How many days apart; 1 unless set. */
  retryIntervalDays: z.int().min(1).max(30).optional(),
  /** The three above by how a cycle is collected: `pull` is a saved card, tried again; `push` a number or a QR, made anew. */
  dunning: z.strictObject({ pull: dunningPolicy.optional(), push: dunningPolicy.optional() }).optional(),
  /** How many days before its end the end of a trial is told; 3 unless set. */
  trialEndingDays: z.int().min(1).max(30).optional(),
  /** How many days before a period ends its customer is reminded; 7, 3 and 1 unless set. */
  expiryReminderDays: z.array(z.int().min(1).max(60)).max(10).optional(),
  /** What customers are told of subscriptions, invoices and top-ups: the log, a mail server (`{ smtp, from }`) or a function of yours as `channel`, `log` unless set; the language of whose own is not known, `id` unless set; the types that are written, all unless set; texts in place of ours; and how long one try may last, 30 seconds unless set. */
  messages: z
    .strictObject({
      channel: messageChannel.optional(),
      language: z.enum(MESSAGE_LANGUAGES, { error: `must be ${MESSAGE_LANGUAGES.join(' or ')}` }).optional(),
      types: z
        .array(z.enum(MESSAGE_TYPES, { error: `must be one of ${MESSAGE_TYPES.join(', ')}` }))
        .optional(),
      templates: messageTemplates.optional(),
      deadlineSeconds: z.int().min(1).max(120).optional(),
    })
    .optional(),
  /** Under which path this is mounted in your app, e.g. `/api/bayar`. */
  basePath: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'must begin with / and not end with it')
    .optional(),
  /** Staff calls send it as `Authorization: Bearer …`. Without it and `userTokens`, REST is closed. */
  apiKey: key.min(16, 'must be at least 16 characters').optional(),
  /** How your users' tokens (JWT) are checked: a shared secret (HS256) or a key set, with issuer and audience. `sub` is the user. */
  userTokens: z
    .union([
      z.strictObject({
        secret: z.string().min(32, 'must be at least 32 characters'),
        issuer: z.string().optional(),
        audience: z.string().optional(),
      }),
      z.strictObject({ jwksUrl: z.url(), issuer: z.string().optional(), audience: z.string().optional() }),
    ])
    .optional(),
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed; none unless set. */
  trustedProxies: z.array(z.string().min(1)).optional(),
  /** REST answers under `/midtrans/api` and `/api/subscriptions`. Off when mounted in your app, on under `bayar serve` and `bayar dev`, unless set. */
  rest: z.boolean().optional(),
  /** `/docs` and `/openapi.json` answer. Off when mounted in your app, on under `bayar serve` and `bayar dev`, unless set. */
  docs: z.boolean().optional(),
  /** Where the time comes from; tests move it. */
  clock: z
    .custom<Clock>((value) => typeof (value as Clock | null)?.now === 'function', 'must have a now() method')
    .optional(),
  /** Where log lines go; JSON lines on stderr unless set. */
  log: z
    .custom<Log>(
      (value) => typeof (value as Log | null)?.info === 'function',
      'must have info, warn and error methods',
    )
    .optional(),
  /** How Midtrans is called; the global `fetch` unless set. */
  fetch: z.custom<typeof fetch>((value) => typeof value === 'function', 'must be a function').optional(),
})

export type BayarOptions = z.input<typeof options>
export type Settings = z.output<typeof options>

/** Throws `config_invalid` with every unknown or ill-typed option. What is merely missing is found by `ready()`: a build may import this without secrets. */
export function readOptions(given: unknown): Settings {
  const { settings, wrong, mixedUp } = judge(dropUndefined(given))
  if (wrong.length > 0) throw configInvalid([...wrong, ...mixedUp])
  if (mixedUp.length > 0) {
    throw new BayarError('keys_mixed_up', `${sentence(mixedUp)}.`, { details: { problems: mixedUp } })
  }
  return settings
}

/** The options that are well-formed are held against each other, also beside one that is not. */
function judge(given: unknown): {
  readonly settings: Settings
  readonly wrong: readonly Problem[]
  readonly mixedUp: readonly Problem[]
} {
  const read = options.safeParse(given)
  const issues = read.error?.issues ?? []
  const illFormed = new Set(issues.map(({ path: [name] }) => name))
  const wellFormed = Object.entries(Object(given)).filter(
    ([name]) => OPTION_NAMES.includes(name) && !illFormed.has(name),
  )
  const settings = read.data ?? options.parse(Object.fromEntries(wellFormed))
  return {
    settings,
    wrong: [...issues.flatMap(problemsOf), ...accountProblems(settings), ...topupProblems(settings)],
    mixedUp: keyProblems(settings),
  }
}

export function configInvalid(problems: readonly Problem[]): BayarError {
  const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`
  return new BayarError('config_invalid', `${count}: ${sentence(problems)}.`, { details: { problems } })
}

function sentence(problems: readonly Problem[]): string {
  return problems.map(({ field, reason }) => `${field} ${reason}`).join('; ')
}

/** `{ ...fromEnv() }` spreads what is not set. */
function dropUndefined(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const OPTION_NAMES = Object.keys(options.shape)

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((unknown) => {
      const near = OPTION_NAMES.find((name) => isNear(name, unknown))
      return {
        field: [...issue.path, unknown].join('.'),
        reason: near ? `is not an option; did you mean ${near}?` : 'is not an option',
      }
    })
  }
  // The value is not repeated: it may be a key.
  return [
    {
      field: issue.path.join('.') || 'options',
      reason: reasonOf(issue),
    },
  ]
}

/** Where the option has no sentence of its own. */
function reasonOf(issue: z.core.$ZodIssue): string {
  const { message } = issue
  if (issue.code === 'too_small' && message.startsWith('Too small'))
    return `must ${MEASURES[issue.origin] ?? 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
  if (issue.code === 'too_big' && message.startsWith('Too big'))
    return `must ${MEASURES[issue.origin] ?? 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'must be a whole number'
  return message.replace(/^Invalid input: /, 'is invalid: ')
}

const MEASURES: Readonly<Record<string, string>> = { string: 'have', array: 'name' }
const UNITS: Readonly<Record<string, string>> = { string: ' characters' }

/** Equal but for case and separators, or one letter off. */
function isNear(name: string, typed: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const [a, b] = [plain(name), plain(typed)]
  if (a === b) return true
  if (Math.abs(a.length - b.length) > 1 || a.length < 5) return false
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return a.slice(i + 1) === b.slice(i + 1) || a.slice(i) === b.slice(i + 1) || a.slice(i + 1) === b.slice(i)
}

/** The key that verifies a notification names the account whose order it settles: neither a key nor a name may stand for two. */
function accountProblems(settings: Settings): Problem[] {
  const problems: Problem[] = []
  const owners = new Map<string, string>()
  const accounts = [{ ...settings, name: 'default' }, ...(settings.merchants ?? [])]
  accounts.forEach((account, index) => {
    if (accounts.findIndex((other) => other.name === account.name) !== index)
      problems.push({ field: `merchants.${account.name}`, reason: 'is the name of another account, too' })
    for (const key of [account.serverKey, ...(account.oldServerKeys ?? [])]) {
      if (key === undefined) continue
      const owner = owners.get(key)
      if (owner !== undefined && owner !== account.name)
        problems.push({
          field: `merchants.${account.name}`,
          reason: `has a server key that belongs to ${owner}, too`,
        })
      owners.set(key, account.name)
    }
  })
  return problems
}

function topupProblems({
  topupMinAmount: min = TOPUP_MIN,
  topupMaxAmount: max = TOPUP_MAX,
}: Settings): Problem[] {
  return min <= max
    ? []
    : [{ field: 'topupMinAmount', reason: `is more than topupMaxAmount, which is ${max}` }]
}

/** Keys say where they belong, as far as they say anything: newer sandbox keys may lack the SB-. */
function keyProblems(settings: Settings): Problem[] {
  const problems: Problem[] = []
  const accounts = [{ ...settings, name: '' }, ...(settings.merchants ?? [])]
  for (const one of accounts) {
    const field = (name: string) => (one.name === '' ? name : `merchants.${one.name}.${name}`)
    for (const [name, value] of [
      ['serverKey', one.serverKey] as const,
      ...(one.oldServerKeys ?? []).map((old) => ['oldServerKeys', old] as const),
    ]) {
      if (value === undefined) continue
      if (/Mid-client-/.test(value))
        problems.push({
          field: field(name),
          reason: 'is a client key: the server key begins with Mid-server- or SB-Mid-server-',
        })
      if (settings.isProduction && value.startsWith('SB-'))
        problems.push({ field: field(name), reason: 'is a sandbox key, but isProduction is on' })
    }
    if (one.clientKey !== undefined) {
      if (/Mid-server-/.test(one.clientKey))
        problems.push({
          field: field('clientKey'),
          reason: 'is a server key, which must never reach a browser',
        })
      if (settings.isProduction && one.clientKey.startsWith('SB-'))
        problems.push({ field: field('clientKey'), reason: 'is a sandbox key, but isProduction is on' })
    }
  }
  return problems
}

const MINUTES = { second: 1 / 60, minute: 1, hour: 60, day: 1_440 } as const

/** The only place of the library that reads the environment. */
export function fromEnv(env: Readonly<Record<string, string | undefined>> = process.env): BayarOptions {
  const problems: Problem[] = []
  const text = (name: string) => {
    const value = env[name]?.trim()
    return value === '' ? undefined : value
  }
  const flag = (name: string): boolean | undefined => {
    const value = text(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (['true', '1', 'yes', 'on'].includes(value)) return true
    if (['false', '0', 'no', 'off'].includes(value)) return false
    problems.push({ field: name, reason: 'must be true or false' })
    return undefined
  }
  const list = (value: string | undefined) =>
    value
      ?.split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  const whole = (name: string): number | undefined => {
    const value = text(name)
    if (value === undefined || /^\d{1,9}$/.test(value)) return value === undefined ? undefined : Number(value)
    problems.push({ field: name, reason: 'must be a whole number' })
    return undefined
  }
  /** A duration and its unit, as two variables. */
  const expiryMinutes = (): number | undefined => {
    const duration = whole('MIDTRANS_PAYMENT_EXPIRY_MINUTES')
    const unit = text('MIDTRANS_CUSTOM_EXPIRY_UNIT') ?? 'minute'
    const minutes = Object.hasOwn(MINUTES, unit)
      ? (duration ?? 0) * MINUTES[unit as keyof typeof MINUTES]
      : Number.NaN
    if (Number.isNaN(minutes))
      problems.push({
        field: 'MIDTRANS_CUSTOM_EXPIRY_UNIT',
        reason: `must be one of ${Object.keys(MINUTES).join(', ')}`,
      })
    else if (!Number.isInteger(minutes))
      problems.push({ field: 'MIDTRANS_PAYMENT_EXPIRY_MINUTES', reason: 'must come to whole minutes' })
    return duration === undefined || !Number.isInteger(minutes) ? undefined : minutes
  }
  const callbackUrls = Object.fromEntries(
    Object.entries({
      gopay: text('MIDTRANS_CALLBACK_URL_GOPAY'),
      shopeepay: text('MIDTRANS_CALLBACK_URL_SHOPEEPAY'),
      dana: text('MIDTRANS_CALLBACK_URL_DANA'),
    }).filter(([, url]) => url !== undefined),
  )
  const wholes = (name: string): number[] | undefined =>
    list(text(name))?.map((entry) => {
      if (!/^\d{1,9}$/.test(entry))
        problems.push({ field: name, reason: 'must be whole numbers, comma separated' })
      return Number(entry)
    })
  const smtp = text('BAYAR_SMTP_URL')
  if (smtp === undefined && text('BAYAR_MAIL_FROM') !== undefined)
    problems.push({ field: 'BAYAR_SMTP_URL', reason: 'is missing: BAYAR_MAIL_FROM sends nothing by itself' })
  const messages = {
    // Judged with all other options.
    ...(smtp !== undefined && { channel: { smtp, from: text('BAYAR_MAIL_FROM') ?? '' } }),
    ...(text('BAYAR_MESSAGE_LANGUAGE') !== undefined && { language: text('BAYAR_MESSAGE_LANGUAGE') as 'id' }),
  }
  const found = {
    database: text('DATABASE_URL'),
    directUrl: text('DIRECT_DATABASE_URL'),
    serverKey: text('MIDTRANS_SERVER_KEY'),
    clientKey: text('MIDTRANS_CLIENT_KEY'),
    merchantId: text('MIDTRANS_MERCHANT_ID'),
    isProduction: flag('MIDTRANS_IS_PRODUCTION'),
    notificationUrl: text('MIDTRANS_NOTIFICATION_URL'),
    baseUrl: text('MIDTRANS_BASE_URL'),
    // Judged with all other options.
    enabledMethods: list(text('MIDTRANS_ENABLED_PAYMENTS')) as BayarOptions['enabledMethods'],
    expiryMinutes: expiryMinutes(),
    // Judged with all other options.
    currency: text('MIDTRANS_DEFAULT_CURRENCY') as BayarOptions['currency'],
    callbackUrls: Object.keys(callbackUrls).length > 0 ? callbackUrls : undefined,
    invoiceAutoNumber: flag('MIDTRANS_INVOICE_AUTO_NUMBER'),
    invoicePrefix: text('MIDTRANS_INVOICE_PREFIX'),
    creditNotePrefix: text('MIDTRANS_CREDIT_NOTE_PREFIX'),
    autoGenerateInvoice: flag('MIDTRANS_AUTO_GENERATE_INVOICE'),
    invoiceDueDays: whole('MIDTRANS_INVOICE_DUE_DAYS'),
    topupMinAmount: whole('MIDTRANS_TOPUP_MIN_AMOUNT'),
    topupMaxAmount: whole('MIDTRANS_TOPUP_MAX_AMOUNT'),
    gracePeriodDays: whole('MIDTRANS_GRACE_PERIOD_DAYS'),
    autoRetryFailedPayments: flag('MIDTRANS_AUTO_RETRY_FAILED_PAYMENTS'),
    maxRetryAttempts: whole('MIDTRANS_MAX_RETRY_ATTEMPTS'),
    retryIntervalDays: whole('MIDTRANS_RETRY_INTERVAL_DAYS'),
    expiryReminderDays: wholes('MIDTRANS_EXPIRY_REMINDER_DAYS'),
    messages: Object.keys(messages).length > 0 ? messages : undefined,
    apiKey: text('BAYAR_API_KEY'),
    drainSecret: text('BAYAR_DRAIN_SECRET'),
  }
  const set = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  if (problems.length > 0) {
    const { wrong, mixedUp } = judge(set)
    throw configInvalid([...problems, ...wrong, ...mixedUp])
  }
  return set
}
