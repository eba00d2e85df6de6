/**
 * The user's config file is loaded as it is. What `bayar dev` decides (database, keys, where Midtrans answers) reaches it through the environment, which `...fromEnv()` reads; afterwards the instance is
 * looked at, because a file that writes its own keys or addresses would reach the real ones from a development machine.
 */
import type { Bayar } from '../../bayar.ts'
import { BayarError, type Problem } from '../../errors.ts'
import { type Loaded, loadConfig } from '../load-config.ts'
import type { Keys } from './keys.ts'

export interface Target {
  readonly keys: Keys
  readonly databaseUrl: string
  /** null for Midtrans's sandbox. */
  readonly simulatorUrl: string | null
}

export async function loadPointedAt(
  config: string | undefined,
  target: Target,
  options?: { readonly again: true },
): Promise<Loaded> {
  const { keys, databaseUrl, simulatorUrl } = target
  const givenDatabase = process.env.DATABASE_URL
  Object.assign(process.env, {
    DATABASE_URL: databaseUrl,
    MIDTRANS_SERVER_KEY: keys.server_key,
    MIDTRANS_CLIENT_KEY: keys.client_key,
    MIDTRANS_MERCHANT_ID: keys.merchant_id,
    MIDTRANS_IS_PRODUCTION: 'false',
    BAYAR_API_KEY: keys.api_key,
  })
  // It belongs to another database than the embedded one.
  if (process.env.DATABASE_URL !== givenDatabase) delete process.env.DIRECT_DATABASE_URL
  if (simulatorUrl === null) delete process.env.MIDTRANS_BASE_URL
  else process.env.MIDTRANS_BASE_URL = simulatorUrl

  const loaded = await loadConfig(config, options)
  const { bayar, file } = loaded
  try {
    checkTarget(bayar, file, target)
  } catch (error) {
    await bayar.close()
    throw error
  }
  return loaded
}

function checkTarget(
  { settings }: Bayar,
  file: string | null,
  { keys, databaseUrl, simulatorUrl }: Target,
): void {
  if (settings.isProduction) {
    throw new BayarError('refused_in_production', `${file} sets isProduction: let \`...fromEnv()\` say so.`)
  }
  const problems: Problem[] = []
  const mustBe = (field: string, is: boolean, variable: string) => {
    if (!is) problems.push({ field, reason: `is not the one of ${variable}` })
  }
  if (simulatorUrl !== null) mustBe('baseUrl', sameUrl(settings.baseUrl, simulatorUrl), 'MIDTRANS_BASE_URL')
  mustBe('serverKey', settings.serverKey === keys.server_key, 'MIDTRANS_SERVER_KEY')
  mustBe('database', databaseOf(settings.database) === databaseUrl, 'DATABASE_URL')
  if (problems.length === 0) return
  throw new BayarError(
    'config_invalid',
    `${file} does not follow the environment, so it could reach what is not for development: ${problems.map(({ field, reason }) => `${field} ${reason}`).join('; ')}. Write \`createBayar({ ...fromEnv(), … })\` without ${problems.map(({ field }) => field).join(', ')}.`,
    { details: { problems } },
  )
}

export function sameUrl(given: string | undefined, ours: string): boolean {
  return given !== undefined && new URL(given).href === new URL(ours).href
}

/** A pool of the host's own tells its address, if it was made from one. */
export function databaseOf(database: Bayar['settings']['database']): string | undefined {
  return typeof database === 'object' ? database.options.connectionString : database
}
