/**
 * The keys of a development machine: those of the environment, else made up once in the look of the sandbox and kept, so that a restart does not turn every notification into a forgery.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { BayarOptions } from '../../config.ts'
import { BayarError } from '../../errors.ts'
import type { Home } from './home.ts'

export interface Keys {
  readonly server_key: string
  readonly client_key: string
  readonly merchant_id: string
  readonly api_key: string
}

const FILE = 'keys.json'

export function keysOf(home: Home, given: BayarOptions): Keys {
  const kept = home.read<Keys>(FILE)
  const made: Keys = {
    server_key: kept?.server_key ?? `SB-Mid-server-${letters(24)}`,
    client_key: kept?.client_key ?? `SB-Mid-client-${letters(16)}`,
    merchant_id: kept?.merchant_id ?? `G${randomInt(100_000_000, 1_000_000_000)}`,
    api_key: kept?.api_key ?? letters(32),
  }
  if (kept === undefined) home.write(FILE, made)
  return {
    server_key: given.serverKey ?? made.server_key,
    client_key: given.clientKey ?? made.client_key,
    merchant_id: given.merchantId ?? made.merchant_id,
    api_key: given.apiKey ?? made.api_key,
  }
}

/** Nothing that `bayar dev` does may touch real money, so it refuses whatever could. */
export function refuseProduction(given: BayarOptions, gateway: 'simulator' | 'sandbox'): void {
  if (process.env.NODE_ENV === 'production') {
    throw new BayarError(
      'refused_in_production',
      'NODE_ENV is production: run `bayar serve` and `bayar worker` there.',
    )
  }
  if (given.isProduction) {
    throw new BayarError('refused_in_production', 'MIDTRANS_IS_PRODUCTION is true: unset it for `bayar dev`.')
  }
  // A newer key of the sandbox may lack its SB-, too; the simulator needs neither.
  const production = [
    ['MIDTRANS_SERVER_KEY', given.serverKey],
    ['MIDTRANS_CLIENT_KEY', given.clientKey],
  ].filter(([, key]) => key !== undefined && /^Mid-(server|client)-/.test(key))
  if (gateway === 'simulator' && production.length > 0) {
    const names = production.map(([name]) => name).join(' and ')
    throw new BayarError(
      'keys_mixed_up',
      `${names} ${production.length === 1 ? 'looks like a production key' : 'look like production keys'}: unset ${production.length === 1 ? 'it' : 'them'}, because the simulator needs no real key.`,
    )
  }
}

function letters(count: number): string {
  return randomBytes(count).toString('base64url').replace(/[-_]/g, 'x').slice(0, count)
}
