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
  MIDTRANS_CALLBACK_URL_GOPAY: ['fromEnv', 'the option `callbackUrls.gopay`'],
  MIDTRANS_CALLBACK_URL_SHOPEEPAY: ['fromEnv', 'the option `callbackUrls.shopeepay`'],
  MIDTRANS_CALLBACK_URL_DANA: ['fromEnv', 'the option `callbackUrls.dana`'],
  BAYAR_API_KEY: ['fromEnv', 'the option `apiKey`'],
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

export function configurationPage() {
  const text = readFileSync(join(sources, 'config.ts'), 'utf8')
  const variables = Object.entries(VARIABLES).map(([name, [who, what]]) => [code(name), who, what])
  const found = variablesInSources()
  const differ = [...found].filter((name) => !(name in VARIABLES))
  const gone = Object.keys(VARIABLES).filter((name) => !found.has(name))
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
    for (const [, name] of text.matchAll(/\b(?:text|flag)\('([A-Z][A-Z_]*)'\)/g)) found.add(name)
    for (const [, name] of text.matchAll(/variable: '([A-Z][A-Z_]*)'/g)) found.add(name)
  }
  return found
}
