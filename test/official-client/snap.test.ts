import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bench } from '../support/simulated-merchant.ts'
import { type MidtransError, midtransClient as midtrans } from './client.ts'

/* The official Node client against the simulator: it cannot tell. Snap, subscriptions and tokens here; Core's charges are beside the simulator. */

const { simulator } = bench()
const options = { isProduction: false, serverKey: simulator.serverKey, clientKey: simulator.clientKey }
const snap = new midtrans.Snap(options)
const core = new midtrans.CoreApi(options)
const CARD = { card_number: '4811111111111114', card_exp_month: '12', card_exp_year: '2030', card_cvv: '123' }
let url: string
let close: () => Promise<void>

beforeAll(async () => {
  ;({ url, close } = await simulator.listen({ port: 0 }))
  core.apiConfig.getCoreApiBaseUrl = () => url
  snap.apiConfig.getCoreApiBaseUrl = () => url
  snap.apiConfig.getSnapApiBaseUrl = () => `${url}/snap/v1`
})
afterAll(() => close())

const order = (orderId: string) => ({ transaction_details: { order_id: orderId, gross_amount: 150_000 } })

/** What the client throws: the HTTP status and the API's own words. */
async function refusal(answer: Promise<unknown>): Promise<{ http: number; body: unknown }> {
  const error = await answer.then(
    () => undefined,
    (thrown: MidtransError) => thrown,
  )
  expect(error?.name).toBe('MidtransError')
  return { http: error!.httpStatusCode, body: error!.ApiResponse }
}

describe('Snap', () => {
  test('a token and an address, each way of asking', async () => {
    const { token, redirect_url } = await snap.createTransaction(order('snap-1'))
    expect(redirect_url).toBe(`${url}/snap/v3/redirection/${String(token)}`)
    expect(await snap.createTransactionToken(order('snap-2'))).toMatch(/^[0-9a-f-]{36}$/)
    const address = await snap.createTransactionRedirectUrl(order('snap-3'))
    expect((await fetch(address)).status).toBe(200)
  })

  test('nothing is known of the order until a method is chosen', async () => {
    const address = await snap.createTransactionRedirectUrl(order('snap-4'))
    expect((await refusal(snap.transaction.status('snap-4'))).http).toBe('404')
    await fetch(address, { method: 'POST', body: new URLSearchParams({ method: 'bca_va' }) })
    expect(await snap.transaction.status('snap-4')).toMatchObject({ transaction_status: 'pending' })
    await simulator.pay('snap-4')
    expect(await snap.transaction.notification({ transaction_id: 'snap-4' })).toMatchObject({
      transaction_status: 'settlement',
    })
    expect(await refusal(snap.createTransaction(order('snap-4')))).toEqual({
      http: 400,
      body: {
        error_messages: [
          'transaction_details.order_id has been paid and utilized, please use another order ID',
        ],
      },
    })
  })

  test('another key', async () => {
    const stranger = new midtrans.Snap({ ...options, serverKey: 'SB-Mid-server-other' })
    stranger.apiConfig.getSnapApiBaseUrl = () => `${url}/snap/v1`
    expect((await refusal(stranger.createTransaction(order('snap-5')))).http).toBe(401)
  })
})

describe('subscriptions', () => {
  test('their whole life', async () => {
    const { saved_token_id } = await core.cardRegister({ ...CARD, client_key: simulator.clientKey })
    const asked = {
      name: 'monthly',
      amount: '50000',
      currency: 'IDR',
      payment_type: 'credit_card',
      token: saved_token_id,
      schedule: { interval: 1, interval_unit: 'day', max_interval: 3 },
    }
    const created = await core.createSubscription(asked)
    const id = String(created.id)
    expect(created.status).toBe('active')

    await simulator.clock.advance(86_400)
    const charged = await core.getSubscription(id)
    const [transactionId] = charged.transaction_ids as string[]
    expect(await core.transaction.status(transactionId!)).toMatchObject({
      transaction_status: 'capture',
      gross_amount: '50000.00',
    })

    const { schedule: _, payment_type: __, ...changed } = asked
    await core.updateSubscription(id, { ...changed, amount: '60000' })
    expect(await core.getSubscription(id)).toMatchObject({ amount: '60000' })
    await core.disableSubscription(id)
    expect((await core.getSubscription(id)).status).toBe('inactive')
    await core.enableSubscription(id)
    expect((await core.getSubscription(id)).status).toBe('active')
  })

  test('one that is none', async () => {
    const nothing = { http: 404, body: { status_message: "Subscription doesn't exist." } }
    expect(await refusal(core.getSubscription('nothing'))).toEqual(nothing)
    expect(await refusal(core.disableSubscription('nothing'))).toEqual(nothing)
    expect(await refusal(core.enableSubscription('nothing'))).toEqual(nothing)
    expect(await refusal(core.updateSubscription('nothing', {}))).toEqual(nothing)
    expect((await refusal(core.createSubscription({}))).http).toBe(400)
  })
})

describe('tokens', () => {
  test('of a card, once and for keeps', async () => {
    const { token_id } = await core.cardToken({ ...CARD, client_key: simulator.clientKey })
    const part = { credit_card: { token_id, authentication: false, save_token_id: true } }
    const charged = await core.charge({ payment_type: 'credit_card', ...order('card-1'), ...part })
    expect(charged.masked_card).toBe('48111111-1114')
    const again = await core.charge({
      payment_type: 'credit_card',
      ...order('card-2'),
      credit_card: { token_id: charged.saved_token_id },
    })
    expect(again.transaction_status).toBe('capture')
    const { token_id: twoClick } = await core.cardToken({
      token_id: charged.saved_token_id,
      card_cvv: '123',
      client_key: simulator.clientKey,
    })
    expect(twoClick).toMatch(/^48111111-1114-/)
  })

  test('points', async () => {
    const { token_id } = await core.cardToken({
      ...CARD,
      card_number: '4617006959746656',
      client_key: simulator.clientKey,
    })
    expect(await core.cardPointInquiry(String(token_id))).toMatchObject({ status_code: '200' })
  })

  test('of a GoPay account', async () => {
    const linked = await core.linkPaymentAccount({
      payment_type: 'gopay',
      gopay_partner: {
        phone_number: '81234567891',
        country_code: '62',
        redirect_url: 'https://shop.example/',
      },
    })
    const id = String(linked.account_id)
    expect(linked.account_status).toBe('PENDING')
    expect(await core.getPaymentAccount(id)).toMatchObject({ account_id: id })
    expect((await refusal(core.unlinkPaymentAccount(id))).http).toBe('412')
    expect((await refusal(core.getPaymentAccount('nothing'))).http).toBe('404')
  })
})
