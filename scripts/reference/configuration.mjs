import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { account, options } from '../../src/config.ts'
import { code, table } from './markdown.mjs'

const sources = join(import.meta.dirname, '..', '..', 'src')

// variable: who reads it, and what for. That none is missing is checked below.
const VARIABLES = {
  DATABASE_URL: ['fromEnv', 'the option `database`'],
  DIRECT_DATABASE_URL: ['fromEnv', 'the option `directUrl`'],
  MIDTRANS_SERVER_KEY: ['fromEnv', 'the option `serverKey`'],
  MIDTRANS_CLIENT_KEY: ['fromEnv', 'the option `clientKey`'],
  MIDTRANS_MERCHANT_ID: ['fromEnv', 'the option `merchantId`'],
  MIDTRANS_IS_PRODUCTION: ['fromEnv', 'the option `isProduction`: true or false'],
  MIDTRANS_NOTIFICATION_URL: ['fromEnv', 'the option `notificationUrl`'],
  MIDTRANS_BASE_URL: ['fromEnv', 'the option `baseUrl`: only to reach a simulator'],
  MIDTRANS_ENABLED_PAYMENTS: ['fromEnv', 'the option `enabledMethods`: payment types, comma separated'],
  MIDTRANS_PAYMENT_EXPIRY_MINUTES: ['fromEnv', 'the option `expiryMinutes`'],
  MIDTRANS_CUSTOM_EXPIRY_UNIT: [
    'fromEnv',
    'what MIDTRANS_PAYMENT_EXPIRY_MINUTES counts: second, minute, hour or day; minute unless set',
  ],
  MIDTRANS_DEFAULT_CURRENCY: ['fromEnv', 'the option `currency`'],
  MIDTRANS_CALLBACK_URL_GOPAY: ['fromEnv', 'the option `callbackUrls.gopay`'],
  MIDTRANS_CALLBACK_URL_SHOPEEPAY: ['fromEnv', 'the option `callbackUrls.shopeepay`'],
  MIDTRANS_CALLBACK_URL_DANA: ['fromEnv', 'the option `callbackUrls.dana`'],
  MIDTRANS_INVOICE_AUTO_NUMBER: ['fromEnv', 'the option `invoiceAutoNumber`: true or false'],
  MIDTRANS_INVOICE_PREFIX: ['fromEnv', 'the option `invoicePrefix`'],
  MIDTRANS_CREDIT_NOTE_PREFIX: ['fromEnv', 'the option `creditNotePrefix`'],
  MIDTRANS_AUTO_GENERATE_INVOICE: ['fromEnv', 'the option `autoGenerateInvoice`: true or false'],
  MIDTRANS_INVOICE_DUE_DAYS: ['fromEnv', 'the option `invoiceDueDays`'],
  MIDTRANS_TOPUP_MIN_AMOUNT: ['fromEnv', 'the option `topupMinAmount`'],
  MIDTRANS_TOPUP_MAX_AMOUNT: ['fromEnv', 'the option `topupMaxAmount`'],
  MIDTRANS_GRACE_PERIOD_DAYS: ['fromEnv', 'the option `gracePeriodDays`'],
  MIDTRANS_AUTO_RETRY_FAILED_PAYMENTS: ['fromEnv', 'the option `autoRetryFailedPayments`: true or false'],
  MIDTRANS_MAX_RETRY_ATTEMPTS: ['fromEnv', 'the option `maxRetryAttempts`'],
  MIDTRANS_RETRY_INTERVAL_DAYS: ['fromEnv', 'the option `retryIntervalDays`'],
  MIDTRANS_EXPIRY_REMINDER_DAYS: ['fromEnv', 'the option `expiryReminderDays`: days, comma separated'],
  BAYAR_SMTP_URL: ['fromEnv', 'the option `messages.channel.smtp`'],
  BAYAR_MAIL_FROM: ['fromEnv', 'the option `messages.channel.from`'],
  BAYAR_MESSAGE_LANGUAGE: ['fromEnv', 'the option `messages.language`'],
  BAYAR_API_KEY: ['fromEnv', 'the option `apiKey`'],
  BAYAR_DRAIN_SECRET: ['fromEnv', 'the option `drainSecret`'],
  BAYAR_CONFIG: ['command line', 'the configuration file, where `--config` does not say'],
  PORT: ['command line', 'where the app listens; 3000 unless set'],
  SIMULATOR_PORT: ['command line', 'where the simulator listens; 3001 unless set'],
  LISTEN_PORT: ['command line', 'where `bayar listen` listens; 3002 unless set'],
  HOST: ['command line', 'on which address; 127.0.0.1 unless set'],
  BAYAR_HOME: ['`bayar dev`', 'the folder of keys, database and `dev.json`; `.bayar` unless set'],
  BAYAR_DEV_HANDLERS: ['`bayar dev`', 'a file that gets one line of JSON for each handled event'],
  BAYAR_DEBUG: ['command line', 'shows where an unexpected error happened'],
  BAYAR_TEST_DATABASE_URL: [
    'test kit',
    'a PostgreSQL server to make test databases on, instead of the embedded one',
  ],
  NODE_ENV: ['`bayar dev`, test kit', '`production` makes both refuse to start an embedded PostgreSQL'],
}

// What django_midtrans calls it in its MIDTRANS dictionary: our option, and what differs.
const DJANGO = {
  SERVER_KEY: ['serverKey', 'There is no empty default: without a key nothing is accepted.'],
  CLIENT_KEY: ['clientKey', ''],
  MERCHANT_ID: ['merchantId', 'Compared with what notices say; another one waits for a person.'],
  IS_PRODUCTION: ['isProduction', 'A key that begins with `SB-` is refused in production.'],
  NOTIFICATION_URL: [
    'notificationUrl',
    'Sent as the header `X-Override-Notification`, which Midtrans obeys; in the body it was without effect.',
  ],
  PAYMENT_EXPIRY_MINUTES: [
    'expiryMinutes',
    'Left to Midtrans unless set. 1440 was the default there: set it if your shop relies on it.',
  ],
  CUSTOM_EXPIRY_UNIT: [
    'expiryMinutes',
    'Options count minutes; of the environment, MIDTRANS_CUSTOM_EXPIRY_UNIT says what MIDTRANS_PAYMENT_EXPIRY_MINUTES counts.',
  ],
  AUTO_CHECK_STATUS_INTERVAL: [
    'schedule',
    'In seconds: `schedule: { check_pending_payments: { every: 300 } }`. It was read by nothing there.',
  ],
  ENABLED_PAYMENT_METHODS: [
    'enabledMethods',
    'Enforced: a charge by another method is `method_not_enabled`. All methods unless set.',
  ],
  CALLBACK_URL_GOPAY: ['callbackUrls', '`callbackUrls.gopay`'],
  CALLBACK_URL_SHOPEEPAY: ['callbackUrls', '`callbackUrls.shopeepay`'],
  DEFAULT_CURRENCY: ['currency', 'Only IDR, as at Midtrans; another one is refused at start.'],
  INVOICE_AUTO_NUMBER: ['invoiceAutoNumber', ''],
  INVOICE_PREFIX: ['invoicePrefix', ''],
}

// The same of the subscriptions package. Where it stated no default, ours is the one that is proposed here.
const SUBSCRIPTIONS = {
  SERVER_KEY: ['serverKey', 'none', ''],
  CLIENT_KEY: ['clientKey', 'none', ''],
  MERCHANT_ID: ['merchantId', 'none', ''],
  IS_PRODUCTION: ['isProduction', 'off', ''],
  NOTIFICATION_URL: ['notificationUrl', 'none', 'One address takes the notices of everything.'],
  AUTO_GENERATE_INVOICE: ['autoGenerateInvoice', 'on', 'It is paid with its cycle, and withdrawn with it.'],
  GRACE_PERIOD_DAYS: ['gracePeriodDays', '3', 'Only whoever has paid a period before has them.'],
  AUTO_RETRY_FAILED_PAYMENTS: ['autoRetryFailedPayments', 'on', ''],
  MAX_RETRY_ATTEMPTS: ['maxRetryAttempts', '3', '`dunning` sets cards and numbers apart.'],
  RETRY_INTERVAL_DAYS: ['retryIntervalDays', '1', ''],
  EXPIRY_REMINDER_DAYS: ['expiryReminderDays', '7, 3, 1', 'Comma separated in the environment.'],
  INVOICE_PREFIX: ['invoicePrefix', 'INV', ''],
  INVOICE_DUE_DAYS: ['invoiceDueDays', '7', 'Until the end of that day in Jakarta.'],
  DEFAULT_CURRENCY: ['currency', 'IDR', 'Only IDR.'],
  PAYMENT_EXPIRY_MINUTES: ['expiryMinutes', '1440', 'Of a method that takes less, what it takes.'],
  TOPUP_MIN_AMOUNT: ['topupMinAmount', '10,000', ''],
  TOPUP_MAX_AMOUNT: ['topupMaxAmount', '10,000,000', ''],
}

export function configurationPage() {
  const text = readFileSync(join(sources, 'config.ts'), 'utf8')
  const variables = Object.entries(VARIABLES).map(([name, [who, what]]) => [code(name), who, what])
  const found = variablesInSources()
  const differ = [...found].filter((name) => !(name in VARIABLES))
  const gone = Object.keys(VARIABLES).filter((name) => !found.has(name))
  const unknown = [...Object.values(DJANGO), ...Object.values(SUBSCRIPTIONS)].filter(
    ([option]) => !(option in options.shape),
  )
  if (unknown.length > 0)
    throw new Error(`There is no option ${unknown.map(([option]) => option).join(', ')}.`)
  if (differ.length + gone.length > 0) {
    throw new Error(`The list of environment variables is wrong: ${[...differ, ...gone].join(', ')}.`)
  }
  return `# Configuration

\`createBayar(options)\`. No option is needed to import the file that calls it, so a build may do so without secrets; what
is missing (a database, a server key) is told by \`bayar.ready()\` or the first use. Unknown or ill-typed options are
\`config_invalid\`, all of them at once.

## Options

${table(['option', 'type', 'meaning'], rowsOf(options, text, 'options'))}

### An account in \`merchants\`

${table(['option', 'type', 'meaning'], rowsOf(account, text, 'account'))}

## Settings of django_midtrans

Each key of its \`MIDTRANS\` dictionary, and the option that does the same here.

${table(
  ['key there', 'option here', 'what differs'],
  Object.entries(DJANGO).map(([key, [option, differs]]) => [code(key), code(option), differs]),
)}

## Settings of the subscriptions package

Each is also read from the environment by \`fromEnv()\`, with \`MIDTRANS_\` before its name.

${table(
  ['key there', 'option here', 'unless set', 'what differs'],
  Object.entries(SUBSCRIPTIONS).map(([key, [option, otherwise, differs]]) => [
    code(key),
    code(option),
    otherwise,
    differs,
  ]),
)}

Its command \`setup_periodic_tasks\` is not needed: [the schedule is code](../guides/tasks.md#6-the-schedule).

## Environment variables

The library reads the environment only in \`fromEnv()\`; \`createBayar({ ...fromEnv(), basePath: '/api/bayar' })\` takes from
it what is set. The rest is read by the command line and the test kit.

${table(['variable', 'read by', 'is'], variables)}`
}

/** The meaning of an option is the comment above it in the schema. */
function rowsOf(schema, text, name) {
  const body = text.slice(text.indexOf(`const ${name} = z.strictObject({`))
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([option, property]) => {
    const comment = new RegExp(`/\\*\\*\\s*((?:(?!\\*/)[\\s\\S])*?)\\s*\\*/\\s*\\n  ${option}: `).exec(
      body,
    )?.[1]
    if (comment === undefined) throw new Error(`The option ${option} has no comment in src/config.ts.`)
    return [code(option), typeOf(option, property), comment.replace(/\s*\n\s*\*?\s*/g, ' ')]
  })
}

// What JSON Schema has no word for.
const TYPES = {
  database: 'text or `pg.Pool`',
  merchants: 'list of accounts, see below',
  callbackUrls: '`{ gopay?, shopeepay?, dana? }`',
  enabledMethods: 'list of payment types',
  schedule: '`{ [task]: { every } or { cron, timeZone? } or false }`',
  invoiceIssuer: '`{ name, address?, npwp?, email?, phone? }`',
  invoiceTax: '`{ percent, mode }`',
  messages: '`{ channel?, language?, types?, templates?, deadlineSeconds? }`',
  userTokens: '`{ secret, issuer?, audience? }` or `{ jwksUrl, issuer?, audience? }`',
  clock: '`{ now(): Date }`',
  log: '`{ info, warn, error }`',
  fetch: 'a `fetch`',
}

function typeOf(option, { type, enum: words, items, format, minimum, maximum, minLength }) {
  if (TYPES[option]) return TYPES[option]
  if (words) return words.map((word) => code(`'${word}'`)).join(' or ')
  if (type === 'array') return `list of ${typeOf('', items)}`
  if (type === 'integer') return `whole number${rangeOf(minimum, maximum)}`
  if (type === 'boolean') return 'boolean'
  if (format === 'uri') return 'URL'
  return minLength > 1 ? `text of at least ${minLength} characters` : 'text'
}

function rangeOf(minimum, maximum) {
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
  return isOpen ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`
}

function variablesInSources() {
  const found = new Set()
  for (const path of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue
    const text = readFileSync(join(sources, path), 'utf8')
    for (const [, name] of text.matchAll(/process\.env\.([A-Z][A-Z_]*)/g)) found.add(name)
    for (const [, name] of text.matchAll(/\b(?:text|flag|wholes?)\('([A-Z][A-Z_]*)'\)/g)) found.add(name)
    for (const [, name] of text.matchAll(/variable: '([A-Z][A-Z_]*)'/g)) found.add(name)
  }
  return found
}
