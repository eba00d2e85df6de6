import { describe, expect, test } from 'vitest'
import type { CreditCardCharge } from '../../src/index.ts'
import { cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'

async function charge(
  shop: Kit,
  number: string,
  change: Partial<CreditCardCharge> & { orderId?: string; newAttempt?: boolean } = {},
) {
  return shop.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    paymentType: 'credit_card',
    tokenId: change.tokenId ?? (await cardToken(shop.simulator, number)),
    ...change,
  })
}

describe('3-D Secure', () => {
  test('the customer passes: one payment.settled at the capture, none at the settlement', async () => {
    await using shop = await kit()
    const payment = await charge(shop, '4811111111111114')
    expect(payment).toMatchObject({ status: 'pending', card: { maskedCard: '48111111-1114' } })
    expect(payment.instructions.redirectUrl).toMatch(/^https?:/)
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ status: 'captured', isPaid: true })
    await shop.simulator.settle('ORDER-1')
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  })

  test('a wrong code is a card that was not authenticated', async () => {
    await using shop = await kit()
    await charge(shop, '4811111111111114')
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '000000' })
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ status: 'denied', isPaid: false })
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.denied'])
  })

  test('Midtrans takes no second charge of a denied order: refused at once, and another order id is the way', async () => {
    await using shop = await kit()
    await charge(shop, '4711111111111115', { authentication: false })
    const again = charge(shop, '4411111111111118', { authentication: false, newAttempt: true })
    await expect(again).rejects.toMatchObject({ code: 'gateway_rejected', details: { gateway_code: '406' } })
    expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ status: 'denied', outcome: 'known' })
    const other = await charge(shop, '4411111111111118', { authentication: false, orderId: 'ORDER-2' })
    expect(other.status).toBe('captured')
    await shop.advance(900)
    expect(shop.told('ORDER-1')).toEqual(['payment.denied'])
  })

  test('after an expired page, another token is another attempt of the same order', async () => {
    await using shop = await kit()
    await charge(shop, '4811111111111114')
    await shop.advance(20 * 60)
    const equal = await charge(shop, '4811111111111114')
    expect(equal.status).toBe('expired')
    await charge(shop, '4811111111111114', { newAttempt: true })
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
    await shop.idle()
    const paid = (await shop.bayar.payments.find('ORDER-1'))!
    expect(paid).toMatchObject({ status: 'captured', netAmount: 150_000, needsReview: [] })
    expect(paid.attempts.map((attempt) => attempt.status)).toEqual(['expired', 'captured'])
  })

  test('the page is abandoned: it expires', async () => {
    await using shop = await kit()
    await charge(shop, '4811111111111114')
    await shop.advance(20 * 60)
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.expired'])
  })

  test('the answer with the page is lost: it is fetched, and the card is charged once', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    await charge(shop, '4811111111111114')
    await shop.advance(5)
    expect((await shop.bayar.payments.find('ORDER-1'))!.instructions.redirectUrl).toMatch(/^https?:/)
    expect(shop.simulator.transactions()).toHaveLength(1)
  })
})

describe('without it', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['4411111111111118', 'captured',   ['payment.settled']],
    ['4611111111111116', 'denied',     ['payment.denied']],
    ['4711111111111115', 'denied',     ['payment.denied']],
    ['4511111111111117', 'challenged', ['payment.challenged']],
  ] as const)('%s is %s at once', async (number, status, told) => {
    await using shop = await kit()
    const payment = await charge(shop, number, { authentication: false })
    expect(payment.status).toBe(status)
    expect(payment.isPaid).toBe(status === 'captured')
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(told)
  })

  test('the answer of a card that was taken is lost: it is found, and not taken twice', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    await charge(shop, '4411111111111118', { authentication: false })
    await shop.advance(5)
    expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({
      status: 'captured',
      netAmount: 150_000,
    })
    expect(shop.simulator.transactions()).toHaveLength(1)
    expect(shop.told('ORDER-1')).toEqual(['payment.settled'])
  })

  test('what it was charged with is forgotten once the outcome is known, and not before', async () => {
    await using shop = await kit()
    const kept = () =>
      shop.rows<{ token: string | null; state: string }>(
        `select request ->> 'tokenId' as token, state from bayar.intents order by id`,
      )
    shop.simulator.faults.add({ kind: 'html', verb: 'charge', times: 1 })
    const tokenId = await cardToken(shop.simulator, '4411111111111118')
    await charge(shop, '4411111111111118', { tokenId, authentication: false })
    expect(await kept()).toEqual([{ token: tokenId, state: 'sent' }])
    await shop.advance(600)
    expect(await kept()).toEqual([{ token: null, state: 'absent' }])
  })

  test('a token is for one charge', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, '4411111111111118')
    await charge(shop, '4411111111111118', { tokenId, authentication: false })
    const again = charge(shop, '4411111111111118', { tokenId, authentication: false, orderId: 'ORDER-2' })
    await expect(again).rejects.toMatchObject({ code: 'gateway_rejected', details: { gateway_code: '411' } })
    expect((await shop.bayar.payments.find('ORDER-2'))!.status).toBe('failed')
  })
})

test('D12 a challenge is not paid; nobody decides, and Midtrans closes it', async () => {
  await using shop = await kit()
  await charge(shop, '4511111111111117', { authentication: false })
  await shop.idle()
  await shop.simulator.close('ORDER-1')
  await shop.idle()
  expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ isPaid: false, netAmount: 0 })
  expect(shop.told('ORDER-1')).toEqual(['payment.challenged', 'payment.cancelled'])
})

test('a challenge that staff approve in Midtrans’s dashboard is paid', async () => {
  await using shop = await kit()
  await charge(shop, '4511111111111117', { authentication: false })
  await shop.idle()
  await shop.simulator.approve('ORDER-1')
  await shop.idle()
  expect(shop.told('ORDER-1')).toEqual(['payment.challenged', 'payment.settled'])
})

test('a reservation is no money; captured in the dashboard, it is', async () => {
  await using shop = await kit()
  const reserved = await charge(shop, '4411111111111118', { authentication: false, type: 'authorize' })
  expect(reserved).toMatchObject({ status: 'authorized', isPaid: false, netAmount: 0 })
  await shop.idle()
  await shop.simulator.capture('ORDER-1')
  await shop.idle()
  expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ isPaid: true, netAmount: 150_000 })
  expect(shop.told('ORDER-1')).toEqual(['payment.authorized', 'payment.settled'])
})

test('a saved card is charged again by one click', async () => {
  await using shop = await kit()
  const first = await charge(shop, '4411111111111118', { authentication: false, saveTokenId: true })
  const { savedTokenId, savedTokenIdExpiredAt } = first.card
  expect(savedTokenId).toMatch(/^44111111[A-Za-z0-9]{20}1118$/)
  expect(savedTokenIdExpiredAt).toBeInstanceOf(Date)
  const second = await charge(shop, '', {
    orderId: 'ORDER-2',
    tokenId: savedTokenId!,
    authentication: false,
    initiatedBy: 'merchant',
  }).catch((error: unknown) => error)
  expect(second).toMatchObject({ status: 'captured', card: { maskedCard: '44111111-1118' } })
})

test('a card saved behind 3-D Secure comes with the notification', async () => {
  await using shop = await kit()
  await charge(shop, '4811111111111114', { saveTokenId: true })
  await shop.idle()
  await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
  await shop.idle()
  expect((await shop.bayar.payments.find('ORDER-1'))!.card.savedTokenId).toMatch(/^48111111/)
})

test('instalments at a bank, and only cards of it', async () => {
  await using shop = await kit()
  const paid = await charge(shop, '4105058689481467', {
    authentication: false,
    bank: 'bni',
    installmentTerm: 6,
    bins: ['bni'],
  })
  expect(paid).toMatchObject({ status: 'captured', bank: 'bni' })
  const refused = await charge(shop, '4617006959746656', {
    orderId: 'ORDER-2',
    authentication: false,
    bins: ['bni'],
  }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'gateway_rejected' })
})
