import { BayarError } from '../errors.ts'
import { HOSTS } from './endpoints.ts'

/** Which account, and which Midtrans: what must fit together before anything is sent. */
export interface KeyAndPlace {
  readonly serverKey: string
  readonly isProduction: boolean
  /** Another address for everything, the simulator's for example. */
  readonly baseUrl?: string | undefined
}

export function checkKey({ serverKey, isProduction, baseUrl }: KeyAndPlace): void {
  if (typeof serverKey !== 'string' || serverKey.trim() === '') throw new BayarError('keys_missing')
  if (!/^[\x21-\x7e]+$/.test(serverKey)) {
    throw new BayarError(
      'config_invalid',
      'The server key has a space, a line break or a character that no key has.',
    )
  }
  if (/^(SB-)?Mid-client-/i.test(serverKey)) {
    throw new BayarError('keys_mixed_up', 'A client key stands where the server key belongs.')
  }
  // The other way round proves nothing: newer sandbox keys may lack the SB-.
  if (isProduction && /^SB-/i.test(serverKey)) {
    throw new BayarError('keys_mixed_up', 'A sandbox key (SB-…) is used with production switched on.')
  }
  if (baseUrl === undefined) return
  const protocol = URL.canParse(baseUrl) ? new URL(baseUrl).protocol : undefined
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new BayarError(
      'config_invalid',
      'The address of Midtrans (MIDTRANS_BASE_URL) is not an http or https address.',
    )
  }
  if (isProduction && protocol !== 'https:') {
    throw new BayarError(
      'config_invalid',
      'A production key would travel in clear: MIDTRANS_BASE_URL must be https.',
    )
  }
}

export function basesOf({ baseUrl, isProduction }: Omit<KeyAndPlace, 'serverKey'>) {
  const environment = isProduction ? 'production' : 'sandbox'
  const own = baseUrl?.replace(/\/+$/, '')
  return { core: own ?? HOSTS.core[environment], snap: own ?? HOSTS.snap[environment] }
}

/** A 401 is nearly always the wrong pair of key and environment, and the way out is not in Midtrans's sentence. */
export function hintFor(code: string, { isProduction, baseUrl, serverKey }: KeyAndPlace): string {
  if (code !== '401') return ''
  if (baseUrl !== undefined) return 'MIDTRANS_BASE_URL is set: the key must be one that this address knows.'
  if (isProduction)
    return 'Production is switched on: is this the production server key (Mid-server-…) of this account?'
  return serverKey.startsWith('SB-')
    ? 'Sandbox is used: is this the sandbox server key of this account, copied whole?'
    : 'Sandbox is used with a key without SB-: is it a production key? Then set MIDTRANS_IS_PRODUCTION.'
}
