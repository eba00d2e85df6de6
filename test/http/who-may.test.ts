/** Staff hold the API key; a user sees what is theirs, and chooses no price (defect D10). */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_KEY, bca, type Surface, surface, TOKEN_SECRET } from './surface.ts'

let shop: Surface
const ids: Record<string, string> = {}

beforeAll(async () => {
  shop = await surface()
  for (const [orderId, userId] of [
    ['ORDER-DEWI-1', 'dewi'],
    ['ORDER-DEWI-2', 'dewi'],
    ['ORDER-BUDI', 'budi'],
    ['ORDER-NOBODY', undefined],
  ] as const) {
    const { body } = await shop.charge(orderId, userId === undefined ? {} : { user_id: userId })
    ids[orderId] = body.id
  }
})

afterAll(() => shop?.close())

const secret = new TextEncoder().encode(TOKEN_SECRET)
const now = () => Math.floor(shop.simulator.clock.now().getTime() / 1000)
const tokenFor = (
  sub: string | undefined,
  changes: { key?: Uint8Array; exp?: number | null; alg?: string; claims?: Record<string, unknown> } = {},
) => {
  const token = new SignJWT(changes.claims ?? {}).setProtectedHeader({ alg: changes.alg ?? 'HS256' })
  if (sub !== undefined) token.setSubject(sub)
  if (changes.exp !== null) token.setExpirationTime(changes.exp ?? now() + 600)
  return token.sign(changes.key ?? secret)
}
const as = (token: string) => ({ authorization: `Bearer ${token}` })

const PAYMENTS = '/midtrans/api/payments/'

describe('nobody in particular', () => {
  test.each([
    ['says nothing', {}],
    ['says something else', { authorization: 'Basic abc' }],
    ['names a wrong key', as('staff-key-of-this-test-0002')],
    ['names half of the key', as(API_KEY.slice(0, 10))],
    ['names nothing', { authorization: 'Bearer ' }],
    ['sends rubbish for a token', as('a.b.c')],
  ] as const)('who %s is asked who it is', async (_, headers) => {
    const answer = await shop.call('GET', PAYMENTS, undefined, { authorization: '', ...headers })
    expect(answer).toMatchObject({ status: 401, body: { code: 'not_authenticated', retry: 'never' } })
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('is told how REST is opened, where it is closed', async () => {
    await using closed = await surface({ options: { apiKey: undefined, userTokens: undefined } })
    const { status, body } = await closed.call('GET', PAYMENTS)
    expect(status).toBe(401)
    expect(body.detail).toContain('BAYAR_API_KEY')
    // Notifications are signed by themselves.
    expect((await closed.call('POST', '/midtrans/api/notification/', {})).status).toBe(403)
  })

  test('finds nothing where REST is switched off', async () => {
    await using hidden = await surface({ options: { rest: false, docs: false } })
    for (const path of [PAYMENTS, '/midtrans/api/charge/', '/openapi.json', '/docs']) {
      expect((await hidden.call('GET', path)).status).toBe(404)
    }
    expect((await hidden.call('POST', '/midtrans/api/notification/', {})).status).toBe(403)
  })
})

describe('a user', () => {
  test('lists their own payments, and is refused those of another by name', async () => {
    const headers = as(await tokenFor('dewi'))
    const others = await shop.call('GET', `${PAYMENTS}?user_id=budi`, undefined, headers)
    expect(others).toMatchObject({ status: 403, body: { code: 'not_allowed' } })
    for (const query of ['', '?user_id=dewi']) {
      const { body } = await shop.call('GET', `${PAYMENTS}${query}`, undefined, headers)
      expect(body.results.map((one: { order_id: string }) => one.order_id)).toEqual([
        'ORDER-DEWI-2',
        'ORDER-DEWI-1',
      ])
    }
    const { body } = await shop.call('GET', `${PAYMENTS}?order_id=ORDER-BUDI`, undefined, headers)
    expect(body.results).toEqual([])
  })

  test('sees their own payment, without the shop’s inside', async () => {
    const { status, body } = await shop.call(
      'GET',
      `${PAYMENTS}${ids['ORDER-DEWI-1']}/`,
      undefined,
      as(await tokenFor('dewi')),
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({ order_id: 'ORDER-DEWI-1', attempts: [{ status: 'pending' }] })
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['history']))
  })

  test.each(['ORDER-BUDI', 'ORDER-NOBODY'])('does not learn that %s exists', async (orderId) => {
    const headers = as(await tokenFor('dewi'))
    const theirs = await shop.call('GET', `${PAYMENTS}${ids[orderId]}/`, undefined, headers)
    const none = await shop.call(
      'GET',
      `${PAYMENTS}01900000-0000-7000-8000-000000000000/`,
      undefined,
      headers,
    )
    const { request_id: _, ...seen } = theirs.body
    const { request_id: __, ...expected } = none.body
    expect(theirs.status).toBe(404)
    expect(seen).toEqual(expected)
  })

  test('chooses no price and gives no command', async () => {
    const headers = as(await tokenFor('dewi'))
    const own = `${PAYMENTS}${ids['ORDER-DEWI-1']}/`
    const forbidden: [string, string, unknown?][] = [
      ['POST', '/midtrans/api/charge/', { ...bca('ORDER-CHEAP'), gross_amount: 1 }],
      ['POST', `${own}cancel/`],
      ['POST', `${own}expire/`],
      ['POST', `${own}check_status/`],
      ['GET', `${own}check_status/`],
      ['POST', `${own}resolve_review/`, { reason: 'conflict', decision: 'accept', because: 'I say so' }],
      ['GET', '/midtrans/api/notifications/'],
      ['GET', `/midtrans/api/notifications/${ids['ORDER-DEWI-1']}/`],
      ['POST', '/midtrans/api/notifications/replay/', { all: true }],
      ['POST', `/midtrans/api/notifications/${ids['ORDER-DEWI-1']}/replay/`],
      ['GET', '/midtrans/api/events/'],
      ['POST', '/midtrans/api/events/replay/', { handler: 'any' }],
      ['GET', '/midtrans/api/handlers/'],
      ['POST', '/midtrans/api/handlers/any/retire/'],
      ['GET', '/midtrans/api/reviews/'],
    ]
    for (const [method, path, body] of forbidden) {
      const answer = await shop.call(method, path, body, headers)
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'not_allowed'])
    }
    expect(await shop.bayar.payments.find('ORDER-CHEAP')).toBeUndefined()
    expect((await shop.bayar.payments.find('ORDER-DEWI-1'))?.status).toBe('pending')
  })
})

describe('a token', () => {
  // biome-ignore format: a table is read in columns
  const bad: readonly (readonly [string, () => Promise<string>])[] = [
    ['that has expired',               () => tokenFor('dewi', { exp: now() - 60 })],
    ['that never expires',             () => tokenFor('dewi', { exp: null })],
    ['of nobody',                      () => tokenFor(undefined)],
    ['of an empty name',               () => tokenFor('')],
    ['of a name of 10,000 characters', () => tokenFor('d'.repeat(10_000))],
    ['of a name with U+0000',          () => tokenFor('de\u0000wi')],
    ['signed with another secret',     () => tokenFor('dewi', { key: new TextEncoder().encode('x'.repeat(40)) })],
    ['signed by another algorithm',    () => tokenFor('dewi', { alg: 'HS512' })],
    ['not signed at all',              async () => `${btoa('{"alg":"none"}')}.${btoa(`{"sub":"dewi","exp":${now() + 60}}`)}.`.replaceAll('=', '')],
  ]
  test.each(bad)('%s is refused', async (_, make) => {
    expect((await shop.call('GET', PAYMENTS, undefined, as(await make()))).status).toBe(401)
  })

  test('is held to issuer and audience', async () => {
    await using strict = await surface({
      options: { userTokens: { secret: TOKEN_SECRET, issuer: 'https://shop.example', audience: 'shop' } },
    })
    const ask = async (claims: Record<string, unknown>) =>
      (await strict.call('GET', PAYMENTS, undefined, as(await tokenFor('dewi', { claims })))).status
    expect(await ask({ iss: 'https://shop.example', aud: 'shop' })).toBe(200)
    expect(await ask({ iss: 'https://shop.example', aud: 'other' })).toBe(401)
    expect(await ask({ iss: 'https://other.example', aud: 'shop' })).toBe(401)
    expect(await ask({})).toBe(401)
  })

  test('is checked with a published key set; while that cannot be read, nobody is blamed', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
    let isDown = true
    const keys = createServer((_, answer) => {
      answer
        .writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys: [jwk] }))
    })
    await new Promise<void>((listening) => keys.listen(0, '127.0.0.1', listening))
    const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`
    try {
      await using published = await surface({ options: { userTokens: { jwksUrl } } })
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setSubject('dewi')
        .setExpirationTime(now() + 600)
        .sign(privateKey)
      const down = await published.call('GET', PAYMENTS, undefined, as(token))
      expect(down).toMatchObject({ status: 503, body: { code: 'tokens_unverifiable', retry: 'later' } })
      isDown = false
      expect((await published.call('GET', PAYMENTS, undefined, as(token))).status).toBe(200)
      // The public key is known to all: as a shared secret it must open nothing.
      const forged = await tokenFor('dewi', { key: new TextEncoder().encode(JSON.stringify(jwk)) })
      expect((await published.call('GET', PAYMENTS, undefined, as(forged))).status).toBe(401)
    } finally {
      await new Promise((closed) => keys.close(closed))
    }
  })
})
