import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator/index.ts'
import { type Answer, type CoreApi, midtransClient } from './client.ts'

/*
 * Midtrans's own client for Node, on a real port, with nothing changed but the address: it must not be able to tell. Every call to the Core
 * API that it has is made here; those to Snap, subscriptions and payouts are no Core calls.
 */
let simulator: Simulator
let listening: { readonly url: string; close(): Promise<void> }
let core: CoreApi
const received: Answer[] = []
let orders = 0

beforeAll(async () => {
  simulator = createSimulator({
    notificationUrl: 'https://shop.example/notification',
    payAccountNotificationUrl: 'https://shop.example/accounts',
    deliver: async (request) => {
      received.push((await request.json()) as Answer)
      return new Response(null, { status: 200 })
    },
  })
  listening = await simulator.listen({ port: 0 })
  const { serverKey, clientKey } = simulator
  core = new midtransClient.CoreApi({ isProduction: false, serverKey, clientKey })
  core.apiConfig.getCoreApiBaseUrl = () => listening.url
})

afterAll(async () => {
  await listening.close()
})

const PLASTIC = { card_exp_month: '12', card_exp_year: '2040' }
const nextOrder = () => `official-${++orders}`
const details = (orderId: string) => ({
  transaction_details: { order_id: orderId, gross_amount: 150_000 },
})

async function token(number = '4811111111111114'): Promise<string> {
  const { clientKey } = simulator
  const answer = await core.cardToken({
    card_number: number,
    card_cvv: '123',
    client_key: clientKey,
    ...PLASTIC,
  })
  return String(answer.token_id)
}

async function chargeCard(number: string, more: object = {}): Promise<{ orderId: string; answer: Answer }> {
  const orderId = nextOrder()
  const credit_card = { token_id: await token(number), ...more }
  const answer = await core.charge({ payment_type: 'credit_card', credit_card, ...details(orderId) })
  return { orderId, answer }
}

async function paidByGopay(): Promise<string> {
  const orderId = nextOrder()
  await core.charge({ payment_type: 'gopay', ...details(orderId) })
  await simulator.pay(orderId)
  return orderId
}

describe('the official client', () => {
  test('charges by every kind of method', async () => {
    const basket = {
      item_details: [{ id: 'a', name: 'Shoes', price: 150_000, quantity: 1 }],
      customer_details: { first_name: 'Budi' },
    }
    const asked: object[] = [
      ...['bca', 'bni', 'bri', 'cimb', 'permata'].map((bank) => ({
        payment_type: 'bank_transfer',
        bank_transfer: { bank },
      })),
      { payment_type: 'echannel', echannel: { bill_info1: 'For', bill_info2: 'shoes' } },
      { payment_type: 'gopay' },
      { payment_type: 'shopeepay', shopeepay: { callback_url: 'https://shop.example/' } },
      { payment_type: 'qris', qris: { acquirer: 'airpay shopee' } },
      { payment_type: 'ovo', ovo: { payer_phone_number: '081234567890' } },
      { payment_type: 'dana', dana: { callback_url: 'https://shop.example/' } },
      { payment_type: 'cstore', cstore: { store: 'indomaret' } },
      { payment_type: 'cstore', cstore: { store: 'alfamart' } },
      { payment_type: 'akulaku', ...basket },
      { payment_type: 'kredivo', ...basket },
    ]
    for (const one of asked) {
      const answer = await core.charge({ ...one, ...details(nextOrder()) })
      expect(answer).toMatchObject({
        status_code: '201',
        transaction_status: 'pending',
        gross_amount: '150000.00',
      })
    }
  })

  test('charges a card, and reads what became of it', async () => {
    const { orderId, answer } = await chargeCard('4811111111111114')
    expect(answer).toMatchObject({ status_code: '200', transaction_status: 'capture' })
    expect(await core.transaction.status(orderId)).toMatchObject({ transaction_status: 'capture' })
    expect(await core.transaction.status(String(answer.transaction_id))).toMatchObject({ order_id: orderId })
    const list = await core.transaction.statusb2b(orderId)
    expect(list.transactions).toMatchObject([{ order_id: orderId }])
  })

  test('is refused by the bank without an error: 202 is an answer', async () => {
    const { answer } = await chargeCard('4911111111111113')
    expect(answer).toMatchObject({ status_code: '202', transaction_status: 'deny' })
  })

  test('registers a card and pays by one click', async () => {
    const registered = await core.cardRegister({
      card_number: '4811111111111114',
      client_key: simulator.clientKey,
      ...PLASTIC,
    })
    expect(registered).toMatchObject({ status_code: '200', masked_card: '48111111-1114' })
    for (const _ of [1, 2]) {
      const credit_card = { token_id: registered.saved_token_id }
      const answer = await core.charge({ payment_type: 'credit_card', credit_card, ...details(nextOrder()) })
      expect(answer.transaction_status).toBe('capture')
    }
  })

  test('asks for points', async () => {
    expect(await core.cardPointInquiry(await token())).toMatchObject({
      status_code: '200',
      point_balance_amount: '10000.00',
      point_balance: 10_000,
    })
  })

  test('reserves and captures', async () => {
    const { answer } = await chargeCard('4811111111111114', { type: 'authorize' })
    expect(answer.transaction_status).toBe('authorize')
    const captured = await core.capture({ transaction_id: answer.transaction_id, gross_amount: 120_000 })
    expect(captured).toMatchObject({
      status_code: '200',
      gross_amount: '120000.00',
      transaction_status: 'capture',
    })
  })

  test('approves one challenge and denies another', async () => {
    const approved = await chargeCard('4511111111111117')
    expect(approved.answer).toMatchObject({ status_code: '201', fraud_status: 'challenge' })
    expect(await core.transaction.approve(approved.orderId)).toMatchObject({ fraud_status: 'accept' })
    const denied = await chargeCard('4511111111111117')
    expect(await core.transaction.deny(denied.orderId)).toMatchObject({
      transaction_status: 'deny',
      fraud_status: 'deny',
    })
  })

  test('cancels and expires; 407 is no error', async () => {
    const [cancelled, expired] = [nextOrder(), nextOrder()]
    for (const order of [cancelled, expired]) await core.charge({ payment_type: 'qris', ...details(order) })
    expect(await core.transaction.cancel(cancelled)).toMatchObject({
      status_code: '200',
      transaction_status: 'cancel',
    })
    expect(await core.transaction.expire(expired)).toMatchObject({
      status_code: '407',
      transaction_status: 'expire',
    })
    expect(await core.transaction.status(expired)).toMatchObject({ status_code: '407' })
  })

  test('refunds in parts, and directly', async () => {
    const orderId = await paidByGopay()
    const part = { refund_key: 'part', amount: 50_000, reason: 'late' }
    expect(await core.transaction.refund(orderId, part)).toMatchObject({
      refund_amount: '50000.00',
      transaction_status: 'partial_refund',
    })
    const rest = await core.transaction.refundDirect(orderId, { refund_key: 'rest', amount: 100_000 })
    expect(rest).toMatchObject({ transaction_status: 'refund', gross_amount: '150000.00' })
    expect(await core.transaction.status(orderId)).toMatchObject({ refund_amount: '150000.00' })
  })

  test('links an account, pays with it and unlinks it', async () => {
    const gopay_partner = {
      phone_number: '81212345678',
      country_code: '62',
      redirect_url: 'https://shop.example/',
    }
    const created = await core.linkPaymentAccount({ payment_type: 'gopay', gopay_partner })
    const id = String(created.account_id)
    expect(created).toMatchObject({ status_code: '201', account_status: 'PENDING' })
    await simulator.payAccounts.link(id)
    const linked = await core.getPaymentAccount(id)
    const { payment_options } = linked.metadata as { payment_options: { token: string }[] }
    const paid = await core.charge({
      payment_type: 'gopay',
      gopay: { account_id: id, payment_option_token: payment_options[0]!.token },
      ...details(nextOrder()),
    })
    expect(paid).toMatchObject({ status_code: '200', transaction_status: 'settlement' })
    expect(await core.unlinkPaymentAccount(id)).toMatchObject({
      status_code: '204',
      account_status: 'DISABLED',
    })
    await simulator.idle()
    expect(received.filter((one) => one.account_id === id).map((one) => one.account_status)).toEqual([
      'ENABLED',
      'DISABLED',
    ])
  })

  test('asks what a notification is worth', async () => {
    const orderId = await paidByGopay()
    await simulator.idle()
    const notice = received.find(
      (one) => one.order_id === orderId && one.transaction_status === 'settlement',
    )!
    expect(await core.transaction.notification(notice)).toMatchObject({
      order_id: orderId,
      transaction_status: 'settlement',
      signature_key: notice.signature_key,
    })
    expect(await core.transaction.notification(JSON.stringify(notice))).toMatchObject({ order_id: orderId })
  })

  // biome-ignore format: a table is read in columns
  const REFUSED: readonly (readonly [says: string, ask: () => Promise<Answer>, code: number | string])[] = [
    ['an order it does not know',     () => core.transaction.status('nobody'),                                                       '404'],
    ['an amount of nothing',          () => core.charge({ payment_type: 'qris', transaction_details: { order_id: 'x', gross_amount: 0 } }), 400],
    ['a token that is gone',          () => core.charge({ payment_type: 'credit_card', credit_card: { token_id: 'gone' }, ...details(nextOrder()) }), '411'],
    ['a card number with a mistake',  () => core.cardToken({ card_number: '4811111111111112', card_cvv: '123', client_key: simulator.clientKey, ...PLASTIC }), '400'],
    ['a capture of an object',        () => core.capture({ transaction_id: {} }),                                                    413],
    ['a cancel of what is paid',      async () => core.transaction.cancel(await paidByGopay()),                                      '412'],
    ['a refund of more than is left', async () => core.transaction.refund(await paidByGopay(), { amount: 150_001 }),                 '414'],
    ['an account it does not know',   () => core.getPaymentAccount('nobody'),                                                        '404'],
  ]

  test.each(REFUSED)('throws its own error for %s', async (_, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ name: 'MidtransError', httpStatusCode: code })
  })

  test('throws its own error for another key', async () => {
    const other = new midtransClient.CoreApi({
      isProduction: false,
      serverKey: 'SB-Mid-server-other',
      clientKey: 'x',
    })
    other.apiConfig.getCoreApiBaseUrl = () => listening.url
    await expect(other.transaction.status('nobody')).rejects.toMatchObject({ httpStatusCode: 401 })
  })
})
