/**
 * What can be configured: one schema, its defaults and the rules across fields. Every problem is reported at once, because finding them one by one costs a deployment each; an
 * unknown option is a problem too, and the near one is suggested. Only `fromEnv()` reads the environment.
 */
import { z } from 'zod'
import type { Clock } from './domain/clock.ts'
import { BayarError, type Problem } from './errors.ts'
import { address } from './gateway/charge-fields.ts'
import { PAYMENT_TYPES } from './gateway/wire.ts'
import type { Log } from './operations/log.ts'
import type { Pool } from './store/database.ts'

const key = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')

const callback = z
  .string()
  .refine((value) => address(value) === null, 'must be an address: https://… or a deep link of your app')

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
    .optional(),
  /** A direct connection for LISTEN, when `database` goes through a transaction pooler. */
  directUrl: z.string().min(1).optional(),
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
  /** How long a customer has to pay, where the charge does not say; left to Midtrans unless set. */
  expiryMinutes: z.int().min(1).max(259_200).optional(),
  /** `status` asks Midtrans before money-in above `confirmAbove` is believed; `signature` believes a signed notification. */
  confirm: z.enum(['signature', 'status']).optional(),
  /** With `confirm: 'status'`, amounts up to this (in rupiah) are believed without asking; 0 unless set. */
  confirmAbove: z.int().min(0).optional(),
  /** Midtrans adds its fee to the customer's amount: a larger amount is accepted when fee and original add up. Off unless set. */
  imposedFees: z.boolean().optional(),
  /** How long an answer of Midtrans is waited for; 30 unless set. */
  gatewayDeadlineSeconds: z.int().min(1).max(120).optional(),
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
  /** REST answers under `/midtrans/api`. Off when mounted in your app, on under `bayar serve` and `bayar dev`, unless set. */
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
  const read = options.safeParse(dropUndefined(given))
  if (!read.success) throw configInvalid(read.error.issues.flatMap(problemsOf))
  const ambiguous = accountProblems(read.data)
  if (ambiguous.length > 0) throw configInvalid(ambiguous)
  const mixedUp = keyProblems(read.data)
  if (mixedUp.length > 0) {
    throw new BayarError('keys_mixed_up', `${sentence(mixedUp)}.`, { details: { problems: mixedUp } })
  }
  return read.data
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
      reason: issue.message.replace(/^Invalid input: /, 'is invalid: '),
    },
  ]
}

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
  const callbackUrls = Object.fromEntries(
    Object.entries({
      gopay: text('MIDTRANS_CALLBACK_URL_GOPAY'),
      shopeepay: text('MIDTRANS_CALLBACK_URL_SHOPEEPAY'),
      dana: text('MIDTRANS_CALLBACK_URL_DANA'),
    }).filter(([, url]) => url !== undefined),
  )
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
    callbackUrls: Object.keys(callbackUrls).length > 0 ? callbackUrls : undefined,
    apiKey: text('BAYAR_API_KEY'),
  }
  if (problems.length > 0) throw configInvalid(problems)
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
