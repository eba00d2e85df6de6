/** What the original promises of its webhook, line by line: the address, the signature, the effect of each status on SUB- and TOPUP- orders, and the log. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verdictsOf, WEBHOOK_WORD, WEBHOOK_WORDS, webhookLog } from '../../src/http/webhook-contract.ts'
import { DAY, PRO } from '../support/billing.ts'
import { dashboard } from '../support/dashboard.ts'
import { notice } from '../support/notice.ts'
import { listen, type Surface, speak, surface } from './surface.ts'

const ADDRESS = '/api/subscriptions/webhook/notification/'
const LOGS = '/api/subscriptions/webhook/logs/'

let shop: Surface
beforeEach(async () => {
  // Everything that this Midtrans tells comes in by the original's address.
  shop = await surface({ simulator: { notificationUrl: `http://bayar.test${ADDRESS}` } })
  await shop.bayar.plans.create(PRO)
})
afterEach(() => shop.close())

const post = (changes: Record<string, unknown>) =>
  shop.call('POST', ADDRESS, notice(shop.simulator.serverKey, changes), { authorization: '' })

/** What the log says of an order, oldest first. */
const logOf = async (orderId: string) =>
  (await shop.call('GET', `${LOGS}?order_id=${orderId}&ordering=created_at`)).body.results.map(
    (one: { transaction_status: string; status: string }) => `${one.transaction_status} ${one.status}`,
  )

interface Begun {
  readonly id: string
  readonly orderId: string
}

async function subscribed(way: object): Promise<Begun> {
  const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    ...way,
  } as never)
  await shop.idle()
  return { id: subscription.id, orderId: payment!.orderId }
}

async function toppedUp(): Promise<Begun> {
  const { topup } = await shop.bayar.topups.create({ userId: 'user-1', amount: 90_000, paymentType: 'qris' })
  await shop.idle()
  return { id: topup.id, orderId: topup.orderId }
}

const VA = { paymentType: 'bank_transfer', bank: 'bca' }
const QRIS = { paymentType: 'qris' }
/** A saved card whose bank asks for a code. */
const card = async () => ({ paymentType: 'credit_card', token: await dashboard(shop.simulator).savedCard() })

/** As Midtrans has it afterwards: the subscription's status, its invoice's, what was refunded, what your code was told, and what its customer. */
async function standing({ id, orderId }: Begun) {
  const subscription = (await shop.bayar.subscriptions.find(id))!
  const [invoice] = (await shop.bayar.invoices.list({ filter: { subscriptionId: id } })).results
  const payment = (await shop.bayar.payments.find(orderId))!
  const told = shop.events
    .filter(({ type }) => type.startsWith('subscription.') || type === 'payment.refunded')
    .map(({ type }) => type.replace('subscription.', ''))
  const { results: messages } = await shop.bayar.messages.list({ filter: { subscriptionId: id } })
  const written = messages.map(({ type }) => type).reverse()
  return [
    subscription.status,
    invoice?.status,
    payment.refundAmount,
    told.slice(1).join(' '),
    written.join(' '),
  ]
}

describe('SUB- orders', () => {
  // A refund changes nothing of the subscription. What it makes of the invoice is the invoices' own rule.
  // biome-ignore format: a table is read in columns
  const EFFECTS: readonly [line: string, way: () => object | Promise<object>, act: (order: string) => Promise<unknown>, told: string, effect: unknown[]][] = [
    ['capture, fraud accept: active, the invoice paid', card,       (order) => shop.simulator.pay(order),                       'capture processed',        ['active',   'paid', 0,      'charged activated', 'payment_pending payment_succeeded']],
    ['settlement: active, the invoice paid',            () => VA,   (order) => shop.simulator.pay(order),                       'settlement processed',     ['active',   'paid', 0,      'charged activated', 'payment_pending payment_succeeded']],
    ['pending: told, and nothing else',                 () => VA,   async () => {},                                             'pending',                  ['pending',  'sent', 0,      '', 'payment_pending']],
    ['deny: past due',                                  () => QRIS, (order) => shop.simulator.refuse(order),                    'deny processed',           ['past_due', 'sent', 0,      'charge_failed past_due', 'payment_pending payment_failed']],
    ['cancel: past due',                                () => VA,   (order) => shop.simulator.cancel(order),                    'cancel processed',         ['past_due', 'sent', 0,      'charge_failed past_due', 'payment_pending payment_failed']],
    ['expire: past due',                                () => VA,   (order) => shop.simulator.expire(order),                    'expire processed',         ['past_due', 'sent', 0,      'charge_failed past_due', 'payment_pending payment_failed']],
    ['refund: the refunded amount, and it is told',     () => QRIS, async (order) => { await shop.pay(order); await shop.simulator.refund(order) },                     'refund processed',        ['active', expect.any(String), 90_000, 'charged activated payment.refunded', 'payment_pending payment_succeeded refunded']],
    ['partial_refund: each of them',                    () => QRIS, async (order) => {
      await shop.pay(order)
      for (const amount of [10_000, 5_000]) { await shop.simulator.refund(order, { amount }); await shop.idle() }
    },                                                                                                                          'partial_refund processed', ['active', expect.any(String), 15_000, 'charged activated payment.refunded payment.refunded', 'payment_pending payment_succeeded refunded refunded']],
  ]
  test.each(EFFECTS)('%s', async (_, way, act, told, effect) => {
    const begun = await subscribed(await way())
    await act(begun.orderId)
    await shop.idle()
    expect(await standing(begun)).toEqual(effect)
    expect((await logOf(begun.orderId)).at(-1)).toMatch(told)
  })

  test('a capture that the fraud engine holds activates nothing until somebody takes it', async () => {
    const begun = await subscribed(await card())
    const { transactionId } = (await shop.bayar.payments.find(begun.orderId))!
    await post({
      order_id: begun.orderId,
      transaction_id: transactionId,
      transaction_status: 'capture',
      fraud_status: 'challenge',
      status_code: '201',
      payment_type: 'credit_card',
      gross_amount: '90000.00',
    })
    await shop.idle()
    expect((await standing(begun))[0]).toBe('pending')
  })
})

describe('TOPUP- orders', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['settlement', () => (order: string) => shop.simulator.pay(order),    'settlement processed', 'success', 90_000, 'topup_succeeded'],
    ['deny',       () => (order: string) => shop.simulator.refuse(order), 'deny processed',       'failed',  0,      'topup_failed'],
    ['cancel',     () => (order: string) => shop.simulator.cancel(order), 'cancel processed',     'failed',  0,      'topup_failed'],
    ['expire',     () => (order: string) => shop.simulator.expire(order), 'expire processed',     'expired', 0,      'topup_failed'],
  ] as const)('%s', async (_, act, told, status, balance, message) => {
    const { id, orderId } = await toppedUp()
    await act()(orderId)
    await shop.idle()
    // The same again: credited once.
    for (const one of shop.simulator.notifications.list()) await shop.simulator.notifications.resend(one.id)
    await shop.idle()
    expect(await shop.bayar.topups.find(id)).toMatchObject({ status })
    const { results: messages } = await shop.bayar.messages.list({ filter: { userId: 'user-1' } })
    expect(messages.map(({ type }) => type)).toEqual([message, 'payment_pending'])
    expect((await shop.bayar.wallets.get('user-1')).balance).toBe(balance)
    expect(await logOf(orderId)).toContain(told)
    expect((await logOf(orderId)).at(-1)).toMatch(/ duplicate$/)
  })

  test('capture of a card credits, once, before the settlement of the next day', async () => {
    const { topup } = await shop.bayar.topups.create({
      userId: 'user-1',
      amount: 90_000,
      paymentType: 'credit_card',
      tokenId: await dashboard(shop.simulator).savedCard(),
    } as never)
    await shop.simulator.pay(topup.orderId)
    await shop.idle()
    expect((await shop.bayar.wallets.get('user-1')).balance).toBe(90_000)
    await shop.simulator.settle(topup.orderId)
    await shop.idle()
    expect((await shop.bayar.wallets.get('user-1')).balance).toBe(90_000)
    expect(await logOf(topup.orderId)).toEqual(
      expect.arrayContaining(['capture processed', 'settlement processed']),
    )
  })
})

test('an order that is not here is failed there, and kept: once it is here, it can be replayed', async () => {
  expect((await post({ order_id: 'OTHER-1' })).body.status).toBe('foreign')
  expect(await logOf('OTHER-1')).toEqual(['settlement failed'])
})

describe('the log', () => {
  test('has the five words of the original, each with its filter, and the sender', async () => {
    const { orderId } = await subscribed(VA)
    await shop.pay(orderId)
    const [paid] = shop.simulator.notifications.list()
    await shop.simulator.notifications.resend(paid!.id)
    await shop.idle()
    await post({ order_id: orderId, signature_key: 'f'.repeat(128) })
    await post({ order_id: 'OTHER-1' })
    // Less than was asked: it waits for a person.
    const other = await subscribed(VA)
    const { transactionId } = (await shop.bayar.payments.find(other.orderId))!
    await post({ order_id: other.orderId, transaction_id: transactionId, gross_amount: '1000.00' })
    await shop.idle()

    const counts: Record<string, number> = {}
    for (const word of WEBHOOK_WORDS) {
      const { status, body } = await shop.call('GET', `${LOGS}?status=${word}`)
      expect(status).toBe(200)
      for (const one of body.results) {
        webhookLog.strict().parse(one)
        expect([one.status, WEBHOOK_WORD[one.verdict as keyof typeof WEBHOOK_WORD]]).toEqual([word, word])
      }
      counts[word] = body.results.length
    }
    expect(counts).toEqual({
      received: 1,
      processed: expect.any(Number),
      failed: 1,
      invalid: 1,
      duplicate: expect.any(Number),
    })
    expect(counts.processed! * counts.duplicate!).toBeGreaterThan(0)

    const [latest] = (await shop.call('GET', `${LOGS}?limit=1`)).body.results
    expect((await shop.call('GET', `${LOGS}${latest.id}/`)).body).toEqual(latest)
    expect(JSON.parse(latest.payload).order_id).toBe(latest.order_id)
  })

  test('has the words that the guide tells', () => {
    const guide = readFileSync(
      new URL('../../docs/guides/webhooks-subscriptions.md', import.meta.url),
      'utf8',
    )
    for (const word of WEBHOOK_WORDS) {
      const ours = new RegExp(`^\\| \`${word}\` \\| ([^|]*) \\|`, 'm').exec(guide)?.[1]
      expect([word, ours]).toEqual([
        word,
        verdictsOf(word)
          .map((one) => `\`${one}\``)
          .join(', '),
      ])
    }
  })

  test('is for staff; what a stranger asks for is refused by name', async () => {
    for (const path of [LOGS, `${LOGS}x/`]) {
      expect((await shop.call('GET', path, undefined, await shop.as('dewi'))).body.code).toBe('not_allowed')
      expect((await shop.call('GET', path, undefined, { authorization: '' })).status).toBe(401)
    }
    expect((await shop.call('GET', `${LOGS}x/`)).body.code).toBe('notification_not_found')
    for (const query of ['status=stale', 'cursor=x', 'from=yesterday', 'ordering=status', 'order_id=%00'])
      expect([query, (await shop.call('GET', `${LOGS}?${query}`)).status]).toEqual([query, 400])
    expect((await shop.call('GET', ADDRESS)).status).toBe(405)
  })

  test('says who sent it, and from a trusted proxy for whom', async () => {
    await using server = await listen(shop, { settings: { trustedProxies: ['127.0.0.1'] } })
    const body = JSON.stringify(notice(shop.simulator.serverKey, { order_id: 'OTHER-1' }))
    const head = (more = '') =>
      `POST ${ADDRESS} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n`
    expect((await speak(server.port, [head(), body])).status).toBe(200)
    expect((await speak(server.port, [head('x-forwarded-for: 103.208.23.6\r\n'), body])).status).toBe(200)
    await shop.idle()
    const senders = (await shop.call('GET', `${LOGS}?order_id=OTHER-1&ordering=created_at`)).body.results
    expect(senders.map((one: { ip_address: string }) => one.ip_address)).toEqual([
      '127.0.0.1',
      '103.208.23.6',
    ])
  })

  test('of an older status is processed, not duplicate: it was judged, and nothing was left to do', async () => {
    const { orderId } = await subscribed(VA)
    const { transactionId } = (await shop.bayar.payments.find(orderId))!
    await shop.pay(orderId)
    await shop.advance(DAY)
    await post({
      order_id: orderId,
      transaction_id: transactionId,
      transaction_status: 'pending',
      status_code: '201',
      gross_amount: '90000.00',
      transaction_time: '2026-03-02 12:00:01',
    })
    expect((await logOf(orderId)).at(-1)).toMatch(/^pending (processed|duplicate)$/)
    expect((await shop.bayar.payments.find(orderId))!.isPaid).toBe(true)
  })
})

test('the signature is verified with the configured key, in the names of the library or of the wire', async () => {
  const { order_id, status_code, gross_amount, signature_key } = notice(shop.simulator.serverKey) as Record<
    string,
    string
  >
  const wire = {
    order_id: order_id!,
    status_code: status_code!,
    gross_amount: gross_amount!,
    signature_key: signature_key!,
  }
  const { notifications } = shop.bayar
  expect(await notifications.verifySignature(wire)).toBe(true)
  expect(await notifications.verifySignature({ ...wire, gross_amount: '1.00' })).toBe(false)
  const named = {
    orderId: order_id!,
    statusCode: status_code!,
    grossAmount: gross_amount!,
    signatureKey: signature_key!,
  }
  expect(await notifications.verifySignature(named)).toBe(true)
  expect(await notifications.verifySignature({ ...named, signatureKey: 'sha512hash' })).toBe(false)
})
