/** Wallets and top-ups over HTTP: users see and fill their own, staff move any, and every refusal says why. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refunded } from '../../src/http/contract.ts'
import * as contract from '../../src/http/wallet-contract.ts'
import { type Surface, surface } from './surface.ts'

let shop: Surface
beforeAll(async () => {
  shop = await surface()
})
afterAll(() => shop?.close())

const AT = '/api/subscriptions'
const ME = `${AT}/wallet/me/`
const TRANSACTIONS = `${AT}/wallet/transactions/`
const TOPUPS = `${AT}/topups/`
const BCA = { amount: 50_000, payment_type: 'bank_transfer', bank: 'bca' }

const as = (user: string) => shop.as(user)
const adjust = (user: string, body: object, headers = {}) =>
  shop.call('POST', `${AT}/wallets/${encodeURIComponent(user)}/adjust/`, body, headers)

describe('a user', () => {
  test('has a wallet from the first look on, and tops it up', async () => {
    const dewi = await as('dewi')
    const first = await shop.call('GET', ME, undefined, dewi)
    expect(first.status).toBe(200)
    contract.wallet.strict().parse(first.body)
    expect(first.body).toMatchObject({ user_id: 'dewi', balance: 0, status: 'active' })
    expect((await shop.call('GET', ME, undefined, dewi)).body.id).toBe(first.body.id)

    const made = await shop.call('POST', TOPUPS, BCA, dewi)
    expect(made.status).toBe(201)
    contract.topupDetail.strict().parse(made.body)
    expect(made.body).toMatchObject({
      status: 'pending',
      amount: 50_000,
      user_id: 'dewi',
      payment_type: 'bank_transfer',
    })
    expect(made.body.payment).toMatchObject({ va_number: expect.any(String), bank: 'bca' })
    await shop.pay(made.body.order_id)

    const paid = await shop.call('GET', `${TOPUPS}${made.body.id}/`, undefined, dewi)
    contract.topupDetail.strict().parse(paid.body)
    expect(paid.body).toMatchObject({
      status: 'success',
      received_amount: 50_000,
      payment: { is_paid: true },
    })
    expect((await shop.call('GET', ME, undefined, dewi)).body.balance).toBe(50_000)
    const { body } = await shop.call('GET', TRANSACTIONS, undefined, dewi)
    contract.walletTransaction.strict().parse(body.results[0])
    expect(body).toMatchObject({
      results: [{ kind: 'top_up', amount: 50_000, balance_after: 50_000, by: null }],
      next: null,
      previous: null,
    })
  })

  test('sees nothing of others, whatever they ask for', async () => {
    const [budi, eve] = [await as('budi'), await as('eve')]
    const made = await shop.call('POST', TOPUPS, BCA, budi)
    for (const name of [made.body.id, made.body.order_id]) {
      expect((await shop.call('GET', `${TOPUPS}${name}/`, undefined, budi)).status).toBe(200)
      expect(await shop.call('GET', `${TOPUPS}${name}/`, undefined, eve)).toMatchObject({
        status: 404,
        body: { code: 'topup_not_found' },
      })
    }
    // Passed over, their own would be taken for the other's.
    const asked = [TOPUPS, ME, TRANSACTIONS].map((path) => ['GET', `${path}?user_id=budi`] as const)
    for (const [method, path, body] of [...asked, ['POST', TOPUPS, { ...BCA, user_id: 'budi' }] as const])
      expect(await shop.call(method, path, body, eve)).toMatchObject({
        status: 403,
        body: { code: 'not_allowed' },
      })
    expect((await shop.call('GET', TOPUPS, undefined, eve)).body.results).toEqual([])
    expect((await shop.call('GET', `${ME}?user_id=eve`, undefined, eve)).body.user_id).toBe('eve')
    expect(await shop.call('POST', TOPUPS, { ...BCA, merchant: 'default' }, eve)).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'merchant' }] },
    })
    for (const verb of ['adjust', 'freeze', 'unfreeze'])
      expect(
        (await shop.call('POST', `${AT}/wallets/eve/${verb}/`, { amount: 1, reason: 'x' }, eve)).body.code,
      ).toBe('not_allowed')
  })
})

describe('staff', () => {
  test('look at any wallet, and make none by looking', async () => {
    await adjust('siti', { amount: 10_000, reason: 'A gift.' })
    expect((await shop.call('GET', `${ME}?user_id=siti`)).body).toMatchObject({ balance: 10_000 })
    expect(await shop.call('GET', `${ME}?user_id=sity`)).toMatchObject({
      status: 404,
      body: { code: 'wallet_not_found' },
    })
    expect(await shop.call('GET', ME)).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'user_id' }] },
    })
    const { body } = await shop.call('GET', `${TRANSACTIONS}?user_id=siti`)
    expect(body.results).toMatchObject([{ by: 'staff', note: 'A gift.' }])
  })

  test('adjust with a reason, once for each key', async () => {
    const [gift, header] = [{ amount: 7_000, reason: 'Sorry.' }, { 'idempotency-key': 'sorry-1' }]
    const made = await adjust('ani', gift, header)
    expect(made.status).toBe(201)
    contract.adjustedWallet.strict().parse(made.body)
    expect((await adjust('ani', gift, header)).headers.get('idempotency-replayed')).toBe('true')
    // Its stored answer is gone, and it is the same adjustment all the same.
    await shop.rows('delete from bayar.api_requests')
    expect(await adjust('ani', gift, header)).toMatchObject({ status: 200, body: { created: false } })
    expect(await adjust('ani', { amount: -7_001, reason: 'Too much.' })).toMatchObject({
      status: 409,
      body: { code: 'insufficient_balance', retry: 'never', details: { balance: 7_000, amount: 7_001 } },
    })
    expect(await adjust('ani', { amount: 5, reason: '', wallet: 1 })).toMatchObject({ status: 400 })
    expect(await adjust('ani', { amount: 0, reason: 'x' })).toMatchObject({
      status: 400,
      body: { problems: [{ field: 'amount' }] },
    })
  })

  test('freeze and free', async () => {
    await adjust('rina', { amount: 7_000, reason: 'A gift.' })
    const at = `${AT}/wallets/rina`
    expect((await shop.call('POST', `${at}/freeze/`, { reason: 'Stolen.' })).body).toMatchObject({
      status: 'frozen',
      frozen_reason: 'Stolen.',
    })
    expect((await shop.call('POST', `${at}/unfreeze/`)).body).toMatchObject({ status: 'active' })
    expect((await shop.call('POST', `${AT}/wallets/nobody/freeze/`, { reason: 'x' })).status).toBe(404)
  })

  test('page through what moved a wallet, both ways', async () => {
    for (const amount of [1, 2, 3, 4, 5]) await adjust('page', { amount, reason: 'x' })
    const amounts = ({ body }: { body: { results: { amount: number }[] } }) =>
      body.results.map(({ amount }) => amount)
    const first = await shop.call('GET', `${TRANSACTIONS}?user_id=page&limit=2`)
    const second = await shop.call('GET', first.body.next)
    expect([amounts(first), amounts(second)]).toEqual([
      [5, 4],
      [3, 2],
    ])
    expect(amounts(await shop.call('GET', second.body.previous))).toEqual([5, 4])
    expect(amounts(await shop.call('GET', `${TRANSACTIONS}?user_id=page&order=asc&limit=1`))).toEqual([1])
    expect(amounts(await shop.call('GET', `${TRANSACTIONS}?user_id=page&kind=top_up`))).toEqual([])
    expect((await shop.call('GET', `${TRANSACTIONS}?user_id=page&cursor=x`)).status).toBe(400)
  })

  test('top up for a user, once for each key; and list by status', async () => {
    const [asked, header] = [{ ...BCA, user_id: 'lina' }, { 'idempotency-key': 'topup-1' }]
    const made = await shop.call('POST', TOPUPS, asked, header)
    expect(made.status).toBe(201)
    await shop.rows('delete from bayar.api_requests')
    const again = await shop.call('POST', TOPUPS, asked, header)
    expect(again).toMatchObject({ status: 200, body: { order_id: made.body.order_id } })
    await shop.simulator.expire(made.body.order_id)
    await shop.idle()
    const { body } = await shop.call('GET', `${TOPUPS}?user_id=lina&status=expired`)
    contract.topup.strict().parse(body.results[0])
    expect(body.results).toMatchObject([{ order_id: made.body.order_id, status: 'expired' }])
    expect((await shop.call('GET', `${TOPUPS}?user_id=lina&status=success`)).body.results).toEqual([])
  })
})

test('an order is refunded into the wallet of its user, once for each key; only by staff', async () => {
  await shop.charge('ORDER-W', { user_id: 'wati' })
  await shop.pay('ORDER-W')
  const path = '/midtrans/api/payments/ORDER-W/refund-to-wallet/'
  expect((await shop.call('POST', path, {}, await as('wati'))).status).toBe(403)
  const [asked, header] = [{ amount: 50_000, reason: 'Torn.' }, { 'idempotency-key': 'torn-1' }]
  const given = await shop.call('POST', path, asked, header)
  expect(given).toMatchObject({
    status: 200,
    body: { created: true, refund: { status: 'given', origin: 'wallet', amount: 50_000 } },
  })
  refunded.strict().parse(given.body)
  await shop.rows('delete from bayar.api_requests')
  expect((await shop.call('POST', path, asked, header)).body.created).toBe(false)
  expect((await shop.call('GET', ME, undefined, await as('wati'))).body.balance).toBe(50_000)
  expect((await shop.call('POST', path, { amount: 100_001 })).body.code).toBe('refund_too_large')
  expect((await shop.call('POST', path, { user_id: 'other' })).body.problems).toMatchObject([
    { field: 'user_id' },
  ])
})

// biome-ignore format: a table is read in columns
const REFUSED = [
  [{ ...BCA },                                   'user_id'],
  [{ ...BCA, user_id: 'a', amount: 9_999 },      'amount'],
  [{ ...BCA, user_id: 'a', amount: 10_000_001 }, 'amount'],
  [{ ...BCA, user_id: 'a', amount: '50000' },    'amount'],
  [{ ...BCA, user_id: 'a', bank: 'x' },          'bank'],
  [{ ...BCA, user_id: 'a', payment_type: 'x' },  'payment_type'],
  [{ ...BCA, user_id: 'a', order_id: 'MINE' },   'order_id'],
  [{ ...BCA, user_id: 'a\u0000' },               'user_id'],
  [{ ...BCA, user_id: 'a', reference: '' },      'reference'],
  [{ ...BCA, user_id: 'a', merchant: 'other' },  'merchant'],
] as const

test('a stranger’s input is refused by name, and is never our mistake', async () => {
  for (const [body, field] of REFUSED) {
    const answer = await shop.call('POST', TOPUPS, body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(answer.body.problems.map((problem: { field: string }) => problem.field)).toContain(field)
  }
  for (const path of [
    `${TOPUPS}%00/`,
    `${TOPUPS}x'/`,
    `${TOPUPS}?status=x`,
    `${TOPUPS}?cursor=x`,
    `${ME}?user_id=%00`,
    `${ME}?user_id=${'x'.repeat(300)}`,
    `${ME}?user_id=a&merchant=other`,
    `${AT}/wallet/you/`,
  ]) {
    const { status } = await shop.call('GET', path)
    expect([status, path]).toEqual([expect.toSatisfy((one: number) => one === 400 || one === 404), path])
  }
  expect((await adjust('\u0000', { amount: 1, reason: 'x' })).status).toBe(400)
  expect((await shop.call('GET', ME, undefined, { authorization: '' })).status).toBe(401)
  expect((await shop.call('POST', ME, {})).status).toBe(405)
})
