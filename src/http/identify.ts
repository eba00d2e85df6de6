/**
 * Who is calling. *Staff* holds the API key and may set prices and command; a *user* holds a token (JWT) that your own sign-in issued, and sees what is theirs. With neither configured nobody is
 * let in: REST is closed.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Clock, systemClock } from '../domain/clock.ts'
import { BayarError } from '../errors.ts'
import type { HttpSettings } from './parts.ts'

export type Caller = { readonly kind: 'staff' } | { readonly kind: 'user'; readonly userId: string }

export type Identify = (request: Request) => Promise<Caller>

type UserTokens = NonNullable<HttpSettings['userTokens']>

const USER_ID_MAX = 255
/** A public key must never be taken for a shared secret, so each way has its own algorithms. */
const SECRET_ALGORITHMS = ['HS256']
const KEY_SET_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

export function callerReader({
  apiKey,
  userTokens,
  clock = systemClock,
}: Pick<HttpSettings, 'apiKey' | 'userTokens' | 'clock'>): Identify {
  const keyDigest = apiKey === undefined ? undefined : digestOf(apiKey)
  const userIdOf = userTokens && tokenReader(userTokens, clock)
  return async (request) => {
    if (!keyDigest && !userIdOf) {
      throw new BayarError(
        'not_authenticated',
        'REST is closed until somebody can be recognised: set BAYAR_API_KEY (or `apiKey`), or `userTokens` for your users’ own tokens.',
      )
    }
    const token = bearerOf(request)
    if (token === undefined) throw new BayarError('not_authenticated')
    if (keyDigest && timingSafeEqual(keyDigest, digestOf(token))) return { kind: 'staff' }
    const userId = await userIdOf?.(token)
    if (userId === undefined)
      throw new BayarError('not_authenticated', 'The key or token that was sent is not valid.')
    return { kind: 'user', userId }
  }
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** In the same time, however much of it is right. */
export function bears(request: Request, secret: string): boolean {
  const given = bearerOf(request)
  return given !== undefined && timingSafeEqual(digestOf(secret), digestOf(given))
}

/** Of equal length, whatever was sent. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function tokenReader(tokens: UserTokens, clock: Clock): (token: string) => Promise<string | undefined> {
  let reading: Promise<(token: string) => Promise<string | undefined>> | undefined
  const read = async () => {
    const { createRemoteJWKSet, errors, jwtVerify } = await import('jose')
    const key =
      'secret' in tokens
        ? new TextEncoder().encode(tokens.secret)
        : createRemoteJWKSet(new URL(tokens.jwksUrl))
    const expected = {
      algorithms: 'secret' in tokens ? SECRET_ALGORITHMS : KEY_SET_ALGORITHMS,
      requiredClaims: ['sub', 'exp'],
      ...(tokens.issuer === undefined ? {} : { issuer: tokens.issuer }),
      ...(tokens.audience === undefined ? {} : { audience: tokens.audience }),
    }
    return async (token: string) => {
      try {
        const options = { ...expected, currentDate: clock.now() }
        const { payload } =
          typeof key === 'function'
            ? await jwtVerify(token, key, options)
            : await jwtVerify(token, key, options)
        return isUserId(payload.sub) ? payload.sub : undefined
      } catch (error) {
        const isTokensFault =
          error instanceof errors.JOSEError &&
          !(error instanceof errors.JWKSTimeout) &&
          error.code !== 'ERR_JOSE_GENERIC'
        if (isTokensFault) return undefined
        throw new BayarError('tokens_unverifiable', '', { cause: error })
      }
    }
  }
  return async (token) => {
    reading ??= read()
    return (await reading)(token)
  }
}

function isUserId(sub: unknown): sub is string {
  return (
    typeof sub === 'string' &&
    sub !== '' &&
    sub.length <= USER_ID_MAX &&
    sub.isWellFormed() &&
    !sub.includes('\u0000')
  )
}
