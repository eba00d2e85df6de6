import { describe, expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { createMidtransClient } from '../../src/gateway/index.ts'
import type { CreditCardCharge } from '../../src/index.ts'
import { cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'

/** What a card can do besides paying: points, saved cards by one click and by two, reservations, instalments. Each from the charge to the money and back. */
const PLAIN = '4411111111111118'
const WITH_OTP = '4811111111111114'
/** Cards of a bank with points. */
const BNI = '4105058689481467'
const MANDIRI = '4617006959746656'
/** A bank without. */
const BRI = '4365026335737199'

type Change = Partial<CreditCardCharge> & { orderId?: string; grossAmount?: number }

const charge = (shop: Kit, change: Change & { tokenId: string }) =>
  shop.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    paymentType: 'credit_card',
    authentication: false,
    ...change,
  })

const now = async (shop: Kit, orderId = 'ORDER-1') => (await shop.bayar.payments.find(orderId))!
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)

/** As a shop has it beside bayar: the same account. */
const clientOf = (shop: Kit) =>
  createMidtransClient({
    isProduction: false,
    serverKey: shop.simulator.serverKey,
    clientKey: shop.simulator.clientKey,
    baseUrl: 'http://midtrans.simulator',
    fetch: (input, init) => shop.simulator.fetch(new Request(input, init)),
  })

/** What Midtrans was asked for, as it was written down before it was sent. */
const askedOf = async (shop: Kit, orderId: string) =>
  (
    await shop.rows<{ request: Record<string, unknown> }>(
      `select i.request from bayar.intents i join bayar.payments p on p.id = i.payment_id where p.order_id = $1 and i.command = 'charge'`,
      [orderId],
    )
  )[0]!.request

/** Captured: settled by the bank's run, and given back in two parts. */
async function settledAndGivenBack(shop: Kit, orderId: string, net = 150_000): Promise<void> {
  await shop.idle()
  await shop.simulator.settle(orderId)
  await shop.idle()
  expect(await now(shop, orderId)).toMatchObject({ status: 'settled', netAmount: net, needsReview: [] })
  expect((await shop.bayar.payments.refund(orderId, { amount: 50_000 })).payment).toMatchObject({
    status: 'partially_refunded',
    netAmount: net - 50_000,
  })
  expect((await shop.bayar.payments.refund(orderId)).payment).toMatchObject({
    status: 'refunded',
    netAmount: 0,
  })
  await shop.idle()
  expect(shop.told(orderId).filter((type) => type === 'payment.settled')).toHaveLength(1)
  expect(shop.told(orderId).filter((type) => type === 'payment.refunded')).toHaveLength(2)
}

describe('points of the bank', () => {
  test('asked about, paid with, settled, given back', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, BNI)
    const inquiry = await clientOf(shop).cards.points(tokenId, { grossAmount: 150_000 })
    expect(inquiry.body).toMatchObject({ status_code: '200' })
    const points = inquiry.body!.point_balance as number
    expect(points).toBeGreaterThan(5_000)
    // Being asked about has not used the token up.
    const paid = await charge(shop, { tokenId, bank: 'bni', pointRedeemAmount: 5_000 })
    expect(paid).toMatchObject({ status: 'captured', isPaid: true, grossAmount: 150_000, netAmount: 150_000 })
    expect(await askedOf(shop, 'ORDER-1')).toMatchObject({ pointRedeemAmount: 5_000 })
    await settledAndGivenBack(shop, 'ORDER-1')
  })

  test('behind 3-D Secure, too', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, WITH_OTP)
    await charge(shop, { tokenId, authentication: true, pointRedeemAmount: 5_000 })
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
    await settledAndGivenBack(shop, 'ORDER-1')
  })

  test('a card without any is told so, and can be charged without', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, BRI)
    expect((await clientOf(shop).cards.points(tokenId)).body).toMatchObject({ status_code: '402' })
    expect((await charge(shop, { tokenId })).status).toBe('captured')
  })

  test.each([0, -1, 1.5, 150_001, Number.NaN, '5000' as never])(
    '%s points are no payment: refused before anything is written',
    async (pointRedeemAmount) => {
      await using shop = await kit()
      const refusal = await caught(
        charge(shop, { tokenId: await cardToken(shop.simulator, MANDIRI), pointRedeemAmount }),
      )
      expect(
        isBayarError(refusal, 'invalid_request') && refusal.details.problems?.map(({ field }) => field),
      ).toEqual(['point_redeem_amount'])
      expect(await shop.rows('select 1 from bayar.payments')).toEqual([])
    },
  )
})

describe('a saved card', () => {
  async function saved(shop: Kit, number = PLAIN): Promise<string> {
    const first = await charge(shop, {
      orderId: 'FIRST',
      tokenId: await cardToken(shop.simulator, number),
      saveTokenId: true,
    })
    expect(first.card.savedTokenId).toMatch(/^\d{8}[A-Za-z0-9]{20}\d{4}$/)
    return first.card.savedTokenId!
  }

  /** Two clicks: the customer's browser sends the saved token and the CVV, and gets a token for one charge. */
  const withCvv = async (shop: Kit, savedToken: string) => {
    const { body } = await clientOf(shop).cards.token({ token_id: savedToken, card_cvv: '123' })
    expect(body!.token_id).not.toBe(savedToken)
    return body!.token_id as string
  }

  test('two clicks, without 3-D Secure: settled and given back', async () => {
    await using shop = await kit()
    const tokenId = await withCvv(shop, await saved(shop))
    expect(await charge(shop, { tokenId })).toMatchObject({
      status: 'captured',
      card: { maskedCard: '44111111-1118' },
    })
    await settledAndGivenBack(shop, 'ORDER-1')
  })

  test('two clicks, and the bank asks for its code', async () => {
    await using shop = await kit()
    await charge(shop, {
      orderId: 'FIRST',
      tokenId: await cardToken(shop.simulator, WITH_OTP),
      authentication: true,
      saveTokenId: true,
    })
    await shop.idle()
    await shop.simulator.authenticate('FIRST', { otp: '112233' })
    await shop.idle()
    const tokenId = await withCvv(shop, (await now(shop, 'FIRST')).card.savedTokenId!)
    const again = await charge(shop, { tokenId, authentication: true })
    expect(again).toMatchObject({ status: 'pending', isPaid: false })
    expect(again.instructions.redirectUrl).toMatch(/^https?:/)
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
    await settledAndGivenBack(shop, 'ORDER-1')
  })

  test('the token of two clicks is for one charge; the saved one stays', async () => {
    await using shop = await kit()
    const savedToken = await saved(shop)
    const tokenId = await withCvv(shop, savedToken)
    await charge(shop, { tokenId })
    const twice = await caught(charge(shop, { tokenId, orderId: 'ORDER-2' }))
    expect(isBayarError(twice, 'gateway_rejected') && twice.details.gateway_code).toBe('411')
    const third = await charge(shop, { tokenId: await withCvv(shop, savedToken), orderId: 'ORDER-3' })
    expect(third.status).toBe('captured')
  })

  test('one click, again and again, each order its own money', async () => {
    await using shop = await kit()
    const tokenId = await saved(shop)
    for (const orderId of ['MONTH-1', 'MONTH-2', 'MONTH-3']) {
      expect(await charge(shop, { orderId, tokenId, initiatedBy: 'merchant' })).toMatchObject({
        status: 'captured',
        netAmount: 150_000,
      })
    }
    await settledAndGivenBack(shop, 'MONTH-2')
    expect(await now(shop, 'MONTH-3')).toMatchObject({ status: 'captured', netAmount: 150_000 })
  })

  test('registered without a charge, it pays by one click', async () => {
    await using shop = await kit()
    const { body } = await clientOf(shop).cards.register({
      card_number: PLAIN,
      card_exp_month: '12',
      card_exp_year: '2030',
    })
    expect((await charge(shop, { tokenId: body!.saved_token_id as string })).status).toBe('captured')
  })

  test('by one click with a lost answer it is charged once', async () => {
    await using shop = await kit()
    const tokenId = await saved(shop)
    await shop.idle()
    // Its notification would tell us, perhaps before the charge has returned.
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    expect((await charge(shop, { tokenId })).outcome).toBe('unknown')
    await shop.advance(5)
    expect(await now(shop)).toMatchObject({ status: 'captured', netAmount: 150_000, outcome: 'known' })
    expect(shop.simulator.transactions()).toHaveLength(2)
  })

  test('only the shop’s staff are shown it, never the log', async () => {
    const lines: string[] = []
    const write = (message: string, fields?: object) =>
      void lines.push(JSON.stringify({ message, ...fields }))
    await using shop = await kit({ options: { log: { info: write, warn: write, error: write } } })
    const savedToken = await saved(shop)
    shop.simulator.faults.add({ kind: 'html', verb: 'charge', times: 1 })
    await charge(shop, { tokenId: savedToken })
    await shop.advance(600)
    expect(lines.join('\n')).not.toContain(savedToken)
  })
})

describe('a reservation', () => {
  test('captured, settled, given back', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, PLAIN)
    expect((await charge(shop, { tokenId, type: 'authorize' })).status).toBe('authorized')
    await shop.bayar.payments.capture('ORDER-1')
    await settledAndGivenBack(shop, 'ORDER-1')
  })

  test('behind 3-D Secure: reserved when the code is right, captured in part', async () => {
    await using shop = await kit()
    const tokenId = await cardToken(shop.simulator, WITH_OTP)
    await charge(shop, { tokenId, type: 'authorize', authentication: true })
    await shop.idle()
    await shop.simulator.authenticate('ORDER-1', { otp: '112233' })
    await shop.idle()
    expect(await now(shop)).toMatchObject({ status: 'authorized', isPaid: false })
    await shop.bayar.payments.capture('ORDER-1', { amount: 120_000 })
    await settledAndGivenBack(shop, 'ORDER-1', 120_000)
  })

  test('let go: no money, and no refund of it', async () => {
    await using shop = await kit()
    await charge(shop, { tokenId: await cardToken(shop.simulator, PLAIN), type: 'authorize' })
    await shop.idle()
    expect(await shop.bayar.payments.cancel('ORDER-1')).toMatchObject({ status: 'cancelled', netAmount: 0 })
    expect(isBayarError(await caught(shop.bayar.payments.refund('ORDER-1')), 'command_not_possible')).toBe(
      true,
    )
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(['payment.authorized', 'payment.cancelled'])
  })

  test('forgotten, Midtrans lets it go after its days', async () => {
    await using shop = await kit()
    await charge(shop, { tokenId: await cardToken(shop.simulator, PLAIN), type: 'authorize' })
    await shop.idle()
    await shop.advance(9 * 86_400)
    expect(await now(shop)).toMatchObject({ isPaid: false, netAmount: 0, isFailed: true })
    expect(shop.told('ORDER-1')).toHaveLength(2)
  })
})

test('instalments: the term is asked for, settled and given back', async () => {
  await using shop = await kit()
  const tokenId = await cardToken(shop.simulator, BNI)
  const paid = await charge(shop, { tokenId, bank: 'bni', installmentTerm: 6 })
  expect(paid).toMatchObject({ status: 'captured', bank: 'bni' })
  expect(await askedOf(shop, 'ORDER-1')).toMatchObject({ installmentTerm: 6, bank: 'bni' })
  await settledAndGivenBack(shop, 'ORDER-1')
})

test('a captured card of any kind is voided, not refunded, before it settles', async () => {
  await using shop = await kit()
  await charge(shop, { tokenId: await cardToken(shop.simulator, BNI), pointRedeemAmount: 5_000 })
  await shop.idle()
  expect(await shop.bayar.payments.cancel('ORDER-1')).toMatchObject({ status: 'cancelled', netAmount: 0 })
  await shop.idle()
  expect(shop.told('ORDER-1')).toEqual(['payment.settled', 'payment.cancelled'])
})
