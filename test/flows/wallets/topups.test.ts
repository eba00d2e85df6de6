/** Top-ups: what comes is in the wallet once, whatever order, repetition or loss of news; and what Midtrans takes back is taken out of it, whether it is there or not (A3). */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CreateTopupInput } from '../../../src/operations/topups/create-topup.ts'
import { CARDS, cardToken } from '../../support/card-token.ts'
import { chooseOnPage } from '../../support/choose-on-page.ts'
import { dashboard } from '../../support/dashboard.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { bytesOf, notice } from '../../support/notice.ts'

const BCA = { userId: 'user-1', amount: 100_000, paymentType: 'bank_transfer', bank: 'bca' } as const
const PERMATA = { ...BCA, bank: 'permata' } as const
const QRIS = { userId: 'user-1', amount: 100_000, paymentType: 'qris' } as const

async function begun(shop: Kit, input: CreateTopupInput = BCA): Promise<string> {
  const { topup } = await shop.bayar.topups.create(input)
  return topup.orderId
}
const walletOf = (shop: Kit) => shop.bayar.wallets.get('user-1')
const spend = (shop: Kit, amount: number) =>
  shop.bayar.wallets.adjust('user-1', { amount: -amount, reason: 'Spent.' })
const amounts = async (shop: Kit) =>
  (await shop.bayar.wallets.entries('user-1', { descending: false })).results.map(({ kind, amount }) => [
    kind,
    amount,
  ])
/** What was told of the top-up, and of the wallet. */
const told = (shop: Kit) => shop.events.map(({ type }) => type).filter((type) => !type.startsWith('payment.'))
const reviewsOf = async (shop: Kit, orderId: string) => (await shop.bayar.payments.find(orderId))!.needsReview

test('a top-up that is paid is in the wallet, once', async () => {
  await using shop = await kit()
  const { topup, payment, created } = await shop.bayar.topups.create(BCA)
  expect(topup).toMatchObject({ status: 'pending', amount: 100_000, receivedAmount: 0, paidAt: null })
  expect(topup.orderId).toMatch(/^TOPUP-[0-9A-F]{12}$/)
  expect(payment.instructions.vaNumber).toMatch(/^\d+$/)
  expect(created).toBe(true)
  expect((await walletOf(shop)).balance).toBe(0)
  await shop.pay(topup.orderId)
  // The same again, as often as Midtrans likes.
  for (const { id } of shop.simulator.notifications.list()) await shop.simulator.notifications.resend(id)
  await shop.idle()
  expect((await walletOf(shop)).balance).toBe(100_000)
  expect(await shop.bayar.topups.find(topup.id)).toMatchObject({
    status: 'success',
    receivedAmount: 100_000,
    paidAt: shop.simulator.clock.now(),
  })
  expect(told(shop)).toEqual(expect.arrayContaining(['wallet.credited', 'topup.succeeded']))
  expect(told(shop)).toHaveLength(2)
  expect((await shop.bayar.wallets.entries('user-1')).results).toMatchObject([
    { kind: 'top_up', amount: 100_000, note: topup.orderId, by: 'bayar', paymentId: payment.id },
  ])
})

// biome-ignore format: a table is read in columns
test.each([
  ['expire', 'expired', 'topup.expired'],
  ['cancel', 'failed',  'topup.failed'],
  ['fail',   'failed',  'topup.failed'],
] as const)('%s: nothing comes, and it is told once', async (act, status, event) => {
  await using shop = await kit()
  const orderId = await begun(shop)
  await shop.simulator[act](orderId)
  await shop.idle()
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status, receivedAmount: 0 })
  expect(told(shop)).toEqual([event])
  expect(await amounts(shop)).toEqual([])
})

test('one that Midtrans refuses at once has failed, and its reason is told', async () => {
  await using shop = await kit()
  shop.simulator.faults.add({ kind: 'refuse', code: '402', times: 1 })
  await expect(begun(shop)).rejects.toMatchObject({ code: 'gateway_rejected' })
  await shop.idle()
  const { results } = await shop.bayar.topups.list()
  expect(results).toMatchObject([{ status: 'failed', userId: 'user-1' }])
  expect(told(shop)).toEqual(['topup.failed'])
})

test('money that comes after the time is over is in the wallet all the same', async () => {
  await using shop = await kit()
  const orderId = await begun(shop)
  const { transactionId } = (await shop.bayar.payments.find(orderId))!
  const { serverKey } = shop.simulator
  shop.simulator.notifications.pause()
  await shop.simulator.pay(orderId)
  const about = { order_id: orderId, transaction_id: transactionId, gross_amount: '100000.00' }
  const say = async (changes: Record<string, unknown>) => {
    await shop.bayar.notifications.receive({
      body: bytesOf(notice(serverKey, { ...about, ...changes })),
      channel: 'payment',
      sender: null,
    })
    await shop.idle()
  }
  await say({ transaction_status: 'expire', status_code: '202' })
  await say({ transaction_status: 'settlement' })
  await say({ transaction_status: 'pending', status_code: '201' })
  await say({ transaction_status: 'settlement' })
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'success' })
  expect(await amounts(shop)).toEqual([['top_up', 100_000]])
  expect(told(shop).toSorted()).toEqual(['topup.expired', 'topup.succeeded', 'wallet.credited'])
})

test('notices that come repeated, late and in another order credit once', async () => {
  await using shop = await kit()
  shop.simulator.faults.add({ kind: 'reorder', times: 1 })
  shop.simulator.faults.add({ kind: 'repeat', copies: 5, times: 10 })
  const orderId = await begun(shop)
  await shop.pay(orderId)
  await shop.advance(86_400)
  expect(await amounts(shop)).toEqual([['top_up', 100_000]])
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'success' })
})

test('a notice that never comes is missed by nobody: what came is found, and what did not has expired', async () => {
  await using shop = await kit()
  const [paid, forgotten] = [await begun(shop), await begun(shop, { ...BCA, bank: 'bni' })]
  shop.simulator.faults.add({ kind: 'lose', times: 50 })
  await shop.pay(paid)
  expect(await amounts(shop)).toEqual([])
  for (let day = 0; day < 4; day++) await shop.advance(86_400)
  expect(await amounts(shop)).toEqual([['top_up', 100_000]])
  expect(await shop.bayar.topups.find(forgotten)).toMatchObject({ status: 'expired' })
  expect(
    told(shop)
      .filter((type) => type.startsWith('topup.'))
      .toSorted(),
  ).toEqual(['topup.expired', 'topup.succeeded'])
})

test('spent and reversed at the same moment: what is gone is gone once', async () => {
  await using shop = await kit({ options: { connections: 20 } })
  const orderId = await begun(shop, PERMATA)
  await shop.pay(orderId)
  const [spent] = await Promise.all([
    Promise.allSettled(Array.from({ length: 15 }, () => spend(shop, 10_000))),
    shop.simulator.reverse(orderId).then(() => shop.idle()),
  ])
  const taken = 10_000 * spent.filter(({ status }) => status === 'fulfilled').length
  expect(await walletOf(shop)).toMatchObject({ balance: 0, shortfall: taken })
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'reversed', receivedAmount: 0 })
})

test('a handler within that refuses what Midtrans has done holds it up, and a person applies it without the handler', async () => {
  await using shop = await kit({
    handlers: (bayar) =>
      bayar.within('wallet.debited', 'limit', () => {
        throw new Error('not with me')
      }),
  })
  const orderId = await begun(shop, PERMATA)
  await shop.pay(orderId)
  await shop.simulator.reverse(orderId)
  await shop.advance(3 * 86_400)
  expect((await walletOf(shop)).balance).toBe(100_000)
  const { results } = await shop.bayar.notifications.list({ filter: { orderId, status: 'failed' } })
  expect(results).toHaveLength(1)
  await shop.bayar.notifications.replay(results[0]!.id, { withoutHandlers: true })
  await shop.idle()
  expect((await walletOf(shop)).balance).toBe(0)
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'reversed' })
})

test('money of a top-up that is in no wallet is found by the audit', async () => {
  await using shop = await kit()
  const orderId = await begun(shop)
  await shop.pay(orderId)
  const right = { topups: 1, wrongTopups: [], wrongTopupCount: 0, wrongCount: 0 }
  expect(await shop.bayar.wallets.audit()).toMatchObject(right)
  await shop.rows('update bayar.topups set received_amount = 0')
  expect(await shop.bayar.wallets.audit()).toMatchObject({ wrongTopups: [orderId], wrongTopupCount: 1 })
  await shop.rows('update bayar.topups set received_amount = 100000')
  expect(await shop.bayar.wallets.audit()).toMatchObject(right)
})

test('W9 another amount than was asked credits nothing and waits for a person', async () => {
  await using shop = await kit()
  const orderId = await begun(shop)
  const { transactionId } = (await shop.bayar.payments.find(orderId))!
  const wrong = { order_id: orderId, transaction_id: transactionId, gross_amount: '1000000.00' }
  await shop.bayar.notifications.receive({
    body: bytesOf(notice(shop.simulator.serverKey, wrong)),
    channel: 'payment',
    sender: null,
  })
  await shop.idle()
  expect(await amounts(shop)).toEqual([])
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'pending' })
  expect(await reviewsOf(shop, orderId)).toEqual(['mismatch'])
})

test('W2 two partial refunds of one top-up are both taken out of the wallet', async () => {
  await using shop = await kit()
  const orderId = await begun(shop, QRIS)
  await shop.pay(orderId)
  await shop.simulator.refund(orderId, { amount: 30_000, key: 'first' })
  await shop.simulator.refund(orderId, { amount: 30_000, key: 'second' })
  await shop.idle()
  expect(await amounts(shop)).toEqual([
    ['top_up', 100_000],
    ['top_up_returned', -30_000],
    ['top_up_returned', -30_000],
  ])
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'success', receivedAmount: 40_000 })
  await shop.bayar.payments.refund(orderId)
  await shop.idle()
  expect((await walletOf(shop)).balance).toBe(0)
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'refunded', receivedAmount: 0 })
  expect(told(shop).filter((type) => type.startsWith('topup.'))).toEqual(['topup.succeeded'])
})

test('two ways of paying one top-up are both paid: both are the user’s money, and a person is told', async () => {
  await using shop = await kit()
  const { simulator } = shop
  // A page that the shop made under the same order, before: the customer has both before them.
  const name = JSON.stringify(['default', 'user-1', 'cart-1', 1])
  const orderId = `TOPUP-${createHash('sha256').update(name).digest('hex').slice(0, 12).toUpperCase()}`
  const page = await dashboard(simulator).ask('POST', '/snap/v1/transactions', {
    transaction_details: { order_id: orderId, gross_amount: 100_000 },
  })
  expect(await begun(shop, { ...BCA, reference: 'cart-1' })).toBe(orderId)
  await chooseOnPage(simulator, String(page.redirect_url), 'permata_va')
  await shop.idle()
  for (const { transactionId } of simulator.transactions()) await simulator.pay(transactionId)
  await shop.idle()
  expect((await walletOf(shop)).balance).toBe(200_000)
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'success', receivedAmount: 200_000 })
  expect(await reviewsOf(shop, orderId)).toEqual(['paid_twice'])
  expect(told(shop).filter((type) => type === 'topup.succeeded')).toHaveLength(1)
  const second = simulator.transactions().find(({ bank }) => bank === 'permata')!
  await simulator.reverse(second.transactionId)
  await shop.idle()
  expect((await walletOf(shop)).balance).toBe(100_000)
  expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'success', receivedAmount: 100_000 })
})

describe('by card', () => {
  const byCard = async (shop: Kit, card: string) =>
    begun(shop, {
      userId: 'user-1',
      amount: 100_000,
      paymentType: 'credit_card',
      tokenId: await cardToken(shop.simulator, card),
      authentication: false,
    })

  test('a capture that the fraud engine holds credits nothing, until it is approved', async () => {
    await using shop = await kit()
    const orderId = await byCard(shop, CARDS.challenged)
    await shop.idle()
    expect(await amounts(shop)).toEqual([])
    expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'pending' })
    await shop.bayar.payments.approve(orderId)
    await shop.simulator.settle(orderId)
    await shop.idle()
    expect(await amounts(shop)).toEqual([['top_up', 100_000]])
  })

  test('a captured card that is voided is taken out again; the top-up is reversed, not failed', async () => {
    await using shop = await kit()
    const orderId = await byCard(shop, CARDS.accepted)
    await shop.idle()
    expect((await walletOf(shop)).balance).toBe(100_000)
    await shop.simulator.cancel(orderId)
    await shop.idle()
    expect((await walletOf(shop)).balance).toBe(0)
    expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'reversed' })
    expect(told(shop).filter((type) => type.startsWith('topup.'))).toEqual(['topup.succeeded'])
  })

  test('a chargeback of money that was spent is missing, and frozen', async () => {
    await using shop = await kit()
    const orderId = await byCard(shop, CARDS.accepted)
    await shop.simulator.settle(orderId)
    await shop.idle()
    await spend(shop, 100_000)
    await shop.simulator.chargeback(orderId)
    await shop.idle()
    expect(await walletOf(shop)).toMatchObject({ balance: 0, shortfall: 100_000, status: 'frozen' })
    expect(await reviewsOf(shop, orderId)).toContain('shortfall')
    expect(await shop.bayar.topups.find(orderId)).toMatchObject({ status: 'reversed', receivedAmount: 0 })
  })
})

describe('A3 a top-up that was spent is reversed', () => {
  let shop: Kit
  let orderId: string
  beforeAll(async () => {
    shop = await kit()
    orderId = await begun(shop, PERMATA)
    await shop.pay(orderId)
    await spend(shop, 70_000)
    await shop.simulator.reverse(orderId)
    await shop.idle()
  })
  afterAll(() => shop.close())

  test('the payment is what Midtrans has, the wallet gives what it has, and the rest is missing', async () => {
    const payment = await shop.bayar.payments.find(orderId)
    expect(payment).toMatchObject({ status: 'reversed', netAmount: 0, needsReview: ['shortfall'] })
    expect(await walletOf(shop)).toMatchObject({ balance: 0, shortfall: 70_000, status: 'frozen' })
    expect(await amounts(shop)).toEqual([
      ['top_up', 100_000],
      ['adjustment', -70_000],
      ['top_up_returned', -30_000],
    ])
    expect(shop.told(orderId)).toContain('payment.needs_review')
    const notices = await shop.bayar.notifications.list({ filter: { orderId } })
    expect(notices.results.map(({ status }) => status)).not.toContain('failed')
  })

  test('the next credits pay it first, and the wallet stays frozen until a person frees it', async () => {
    await shop.pay(await begun(shop, { ...BCA, amount: 50_000 }))
    expect(await walletOf(shop)).toMatchObject({ balance: 0, shortfall: 20_000, status: 'frozen' })
    await shop.pay(await begun(shop, { ...BCA, amount: 50_000 }))
    expect(await walletOf(shop)).toMatchObject({ balance: 30_000, shortfall: 0, status: 'frozen' })
    expect((await amounts(shop)).slice(3)).toEqual([
      ['top_up', 50_000],
      ['shortfall', -50_000],
      ['top_up', 50_000],
      ['shortfall', -20_000],
    ])
    expect(await shop.bayar.wallets.unfreeze('user-1')).toMatchObject({ status: 'active' })
  })

  test('its review is only closed, and nothing of it opens again', async () => {
    await shop.bayar.payments.resolveReview({
      payment: orderId,
      reason: 'shortfall',
      decision: 'accept',
      because: 'Paid.',
    })
    for (const { id } of shop.simulator.notifications.list()) await shop.simulator.notifications.resend(id)
    await shop.idle()
    expect(await reviewsOf(shop, orderId)).toEqual([])
    expect(await walletOf(shop)).toMatchObject({ balance: 30_000, shortfall: 0 })
  })
})

describe('what is asked', () => {
  let shop: Kit
  beforeAll(async () => {
    shop = await kit({ options: { topupMinAmount: 20_000, topupMaxAmount: 500_000 } })
  })
  afterAll(() => shop.close())

  // biome-ignore format: a table is read in columns
  const MISTAKES = [
    [{ ...BCA, amount: 19_999 },            'amount'],
    [{ ...BCA, amount: 500_001 },           'amount'],
    [{ ...BCA, amount: 20_000.5 },          'amount'],
    [{ ...BCA, userId: '' },                'user_id'],
    [{ ...BCA, userId: undefined },         'user_id'],
    [{ ...BCA, bank: 'none' },              'bank'],
    [{ ...BCA, orderId: 'TOPUP-1' },        'orderId'],
    [{ ...BCA, reference: '' },             'reference'],
    [{ ...BCA, wallet: 'x' },               'wallet'],
    [{ ...BCA, merchant: 'other' },         'merchant'],
    [null,                                  'amount'],
  ] as const

  test('is refused by name, and nothing is written', async () => {
    for (const [input, field] of MISTAKES)
      await expect(begun(shop, input as never)).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining(field),
      })
    expect(await shop.rows('select 1 from bayar.topups')).toEqual([])
    expect(await shop.rows('select 1 from bayar.wallets')).toEqual([])
  })

  test('under one reference is one top-up, also when asked ten times at once', async () => {
    const asked = { ...BCA, reference: 'cart-1' }
    const made = await Promise.allSettled(Array.from({ length: 10 }, () => shop.bayar.topups.create(asked)))
    const first = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(first.filter(({ created }) => created)).toHaveLength(1)
    const again = await shop.bayar.topups.create(asked)
    expect(again).toMatchObject({ created: false, topup: { orderId: first[0]!.topup.orderId } })
    await expect(shop.bayar.topups.create({ ...asked, amount: 30_000 })).rejects.toMatchObject({
      code: 'topup_reference_taken',
    })
    // The same name of another user is another one.
    const other = await shop.bayar.topups.create({ ...asked, userId: 'user-2' })
    expect(other.created).toBe(true)
    expect(shop.simulator.transactions()).toHaveLength(2)
    const { results } = await shop.bayar.topups.list({ filter: { userId: 'user-2' } })
    expect(results.map(({ orderId }) => orderId)).toEqual([other.topup.orderId])
  })

  test('is mine to charge: the host cannot use the prefix', async () => {
    const { userId, amount, ...method } = BCA
    const charge = { ...method, orderId: 'TOPUP-0123456789AB', grossAmount: amount, userId }
    await expect(shop.bayar.payments.charge(charge)).rejects.toMatchObject({ code: 'order_id_reserved' })
  })
})
