import { describe, expect, it } from 'vitest'
import { createMidtransClient, type MidtransClient } from './client.ts'
import { ENDPOINTS } from './endpoints.ts'

const serverKey = 'SB-Mid-server-TESTKEY-0000000000'
const clientKey = 'SB-Mid-client-TESTKEY-0000000000'
const core = 'https://api.sandbox.midtrans.com'
const app = 'https://app.sandbox.midtrans.com'
const basic = `Basic ${btoa(`${serverKey}:`)}`

const number = '4811111111111114'
const token = '48111111-1114-bc222856-8ead-5f7f-8c32-125396117069'
const card = { card_number: number, card_exp_month: '12', card_exp_year: '2030' }
const transaction_details = { order_id: 'INV-1', gross_amount: 1000 }
const subscription = {
  name: 'member-77',
  amount: '50000',
  currency: 'IDR',
  payment_type: 'credit_card',
  token: '48111111sHfgnZkPzxWBQvGtYrUl1114',
  schedule: { interval: 1, interval_unit: 'month' },
} as const
const invoice = {
  order_id: 'inv-1',
  invoice_number: 'INV/1',
  invoice_date: '2025-08-14 10:00:00 +0700',
  due_date: '2025-09-13 10:00:00 +0700',
  customer_details: { name: 'Siti' },
  item_details: [{ description: 'Kopi', quantity: 1, price: 1000 }],
  payment_type: 'payment_link',
} as const
const link = {
  payment_type: 'gopay',
  gopay_partner: { phone_number: '81234567890', country_code: '62' },
} as const

type Call = (client: MidtransClient) => Promise<unknown>

// biome-ignore format: a table is read in columns
const CALLS: readonly (readonly [name: keyof typeof ENDPOINTS, call: Call, method: string, url: string, key: string | null])[] = [
  ['charge',              (c) => c.charge({ payment_type: 'qris', transaction_details }, { key: 'k', locale: 'en-EN' }), 'POST', `${core}/v2/charge`, 'idempotency-key'],
  ['status',              (c) => c.status('INV-1'),                           'GET',    `${core}/v2/INV-1/status`,                  null],
  ['statusB2b',           (c) => c.statusB2b('INV-1'),                        'GET',    `${core}/v2/INV-1/status/b2b?page=0&per_page=10`, null],
  ['cancel',              (c) => c.cancel('INV-1', { key: 'k' }),             'POST',   `${core}/v2/INV-1/cancel`,                  'idempotency-key'],
  ['expire',              (c) => c.expire('INV-1', { key: 'k' }),             'POST',   `${core}/v2/INV-1/expire`,                  'idempotency-key'],
  ['approve',             (c) => c.approve('INV-1', { key: 'k' }),            'POST',   `${core}/v2/INV-1/approve`,                 'idempotency-key'],
  ['deny',                (c) => c.deny('INV-1', { key: 'k' }),               'POST',   `${core}/v2/INV-1/deny`,                    'idempotency-key'],
  ['capture',             (c) => c.capture({ transaction_id: 't' }, { key: 'k' }), 'POST', `${core}/v2/capture`,                    'idempotency-key'],
  ['refund',              (c) => c.refund('INV-1', { refund_key: 'r' }, { key: 'k' }), 'POST', `${core}/v2/INV-1/refund`,           'idempotency-key'],
  ['directRefund',        (c) => c.directRefund('INV-1', { refund_key: 'r' }, { key: 'k' }), 'POST', `${core}/v2/INV-1/refund/online/direct`, 'idempotency-key'],
  ['cardToken',           (c) => c.cards.token({ ...card, card_cvv: '123' }), 'GET',    `${core}/v2/token?client_key=${clientKey}&card_number=${number}&card_exp_month=12&card_exp_year=2030&card_cvv=123`, null],
  ['cardToken',           (c) => c.cards.token({ token_id: token, card_cvv: '123' }), 'GET', `${core}/v2/token?client_key=${clientKey}&token_id=${token}&card_cvv=123`, null],
  ['cardRegister',        (c) => c.cards.register(card),                      'GET',    `${core}/v2/card/register?client_key=${clientKey}&card_number=${number}&card_exp_month=12&card_exp_year=2030`, null],
  ['pointInquiry',        (c) => c.cards.points(token, { grossAmount: 5000 }), 'GET',   `${core}/v2/point_inquiry/${token}?gross_amount=5000`, null],
  ['pointInquiry',        (c) => c.cards.points(token),                       'GET',    `${core}/v2/point_inquiry/${token}`,        null],
  ['bin',                 (c) => c.cards.bin('48111111'),                     'GET',    `${core}/v1/bins/48111111`,                 null],
  ['payAccountCreate',    (c) => c.payAccounts.create(link, { key: 'k' }),    'POST',   `${core}/v2/pay/account`,                   null],
  ['payAccountGet',       (c) => c.payAccounts.get('a/1'),                    'GET',    `${core}/v2/pay/account/a%2F1`,             null],
  ['payAccountUnbind',    (c) => c.payAccounts.unbind('a-1', { key: 'k' }),   'POST',   `${core}/v2/pay/account/a-1/unbind`,        null],
  ['gopayPromotions',     (c) => c.payAccounts.promotions('a-1', { grossAmount: 1000 }), 'GET', `${core}/v2/gopay/promo/a-1?gross_amount=1000&currency=IDR`, null],
  ['snapCreate',          (c) => c.snap.create({ transaction_details }, { key: 'k' }), 'POST', `${app}/snap/v1/transactions`,       null],
  ['snapCancel',          (c) => c.snap.cancel('s-1'),                        'POST',   `${app}/snap/v1/transactions/s-1/cancel`,   null],
  ['snapExpire',          (c) => c.snap.expire('s-1'),                        'POST',   `${app}/snap/v1/transactions/s-1/expire`,   null],
  ['subscriptionCreate',  (c) => c.subscriptions.create(subscription, { key: 'k' }), 'POST', `${core}/v1/subscriptions`,            'idempotency-key'],
  ['subscriptionGet',     (c) => c.subscriptions.get('s-1'),                  'GET',    `${core}/v1/subscriptions/s-1`,             null],
  ['subscriptionUpdate',  (c) => c.subscriptions.update('s-1', { ...subscription }), 'PATCH', `${core}/v1/subscriptions/s-1`,       null],
  ['subscriptionDisable', (c) => c.subscriptions.disable('s-1'),              'POST',   `${core}/v1/subscriptions/s-1/disable`,     null],
  ['subscriptionEnable',  (c) => c.subscriptions.enable('s-1'),               'POST',   `${core}/v1/subscriptions/s-1/enable`,      null],
  ['subscriptionCancel',  (c) => c.subscriptions.cancel('s-1'),               'POST',   `${core}/v1/subscriptions/s-1/cancel`,      null],
  ['invoiceCreate',       (c) => c.invoices.create(invoice, { key: 'k' }),    'POST',   `${core}/v1/invoices`,                      'x-idempotency-key'],
  ['invoiceGet',          (c) => c.invoices.get('i-1'),                       'GET',    `${core}/v1/invoices/i-1`,                  null],
  ['invoiceVoid',         (c) => c.invoices.void('i-1'),                      'PATCH',  `${core}/v1/invoices/i-1/void`,             null],
  ['invoiceConvert',      (c) => c.invoices.convert('i-1'),                   'PATCH',  `${core}/v1/invoices/i-1/convert`,          null],
  ['paymentLinkCreate',   (c) => c.paymentLinks.create({ transaction_details }), 'POST', `${core}/v1/payment-links`,                null],
  ['paymentLinkGet',      (c) => c.paymentLinks.get('INV-1'),                 'GET',    `${core}/v1/payment-links/INV-1`,           null],
  ['paymentLinkDelete',   (c) => c.paymentLinks.delete('INV-1'),              'DELETE', `${core}/v1/payment-links/INV-1`,           null],
  ['balanceMutation',     (c) => c.balance.mutation({ currency: 'IDR', start_time: '2025-08-01T00:00:00+07:00', end_time: '2025-08-02T00:00:00+07:00' }),
    'GET', `${core}/v1/balance/mutation?currency=IDR&start_time=2025-08-01T00%3A00%3A00%2B07%3A00&end_time=2025-08-02T00%3A00%3A00%2B07%3A00`, null],
]

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

function clientOn(answer: () => Promise<Response>): { client: MidtransClient; sent: Sent[] } {
  const sent: Sent[] = []
  const send: typeof fetch = (input, init = {}) => {
    sent.push({ url: String(input), init })
    return answer()
  }
  return { client: createMidtransClient({ serverKey, clientKey, isProduction: false, fetch: send }), sent }
}

describe('every endpoint', () => {
  it('has a call', () => {
    expect(new Set(CALLS.map(([name]) => name))).toEqual(new Set(Object.keys(ENDPOINTS)))
  })

  it.each(CALLS)('%s: where, how, with which key', async (name, call, method, url, key) => {
    const { client, sent } = clientOn(async () => Response.json({ status_code: '200' }))
    await call(client)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ url, init: { method, redirect: 'manual' } })
    const headers = new Headers(sent[0]!.init.headers)
    // A browser's endpoint gets the key that a browser may have, and never the other one.
    expect(headers.get('authorization')).toBe(ENDPOINTS[name].auth === 'server_key' ? basic : null)
    expect(url.includes(clientKey)).toBe(ENDPOINTS[name].auth === 'client_key')
    for (const header of ['idempotency-key', 'x-idempotency-key'])
      expect(headers.get(header)).toBe(header === key ? 'k' : null)
  })

  it('production has its own hosts', async () => {
    const urls: string[] = []
    const client = createMidtransClient({
      serverKey: 'Mid-server-x',
      isProduction: true,
      fetch: async (input) => {
        urls.push(String(input))
        return Response.json({ token: 't' })
      },
    })
    await client.snap.create({ transaction_details })
    await client.subscriptions.get('s-1')
    expect(urls).toEqual([
      'https://app.midtrans.com/snap/v1/transactions',
      'https://api.midtrans.com/v1/subscriptions/s-1',
    ])
  })

  it('the answer’s body is there to be read, with fields that nobody has heard of', async () => {
    const { client } = clientOn(async () =>
      Response.json({ id: 's-1', status: 'active', amount: '50000', invented_yesterday: [1] }),
    )
    const { body } = await client.subscriptions.get('s-1')
    expect(body?.status).toBe('active')
    expect(body?.invented_yesterday).toEqual([1])
  })

  it('card tokens need the client key', async () => {
    const client = createMidtransClient({ serverKey, isProduction: false, fetch })
    await expect(client.cards.register(card)).rejects.toMatchObject({ code: 'keys_missing' })
  })
})

describe('secrets', () => {
  const saved = subscription.token
  const secrets = [serverKey, clientKey, number, token, saved, 'TESTKEY', btoa(`${serverKey}:`)]
  const told = `${serverKey} ${clientKey} ${number} ${token} ${saved} ${basic} "card_cvv":"123"`

  // biome-ignore format: a table is read in columns
  const NETWORKS: readonly (readonly [string, (sent: string) => Promise<Response>])[] = [
    ['Midtrans repeats what it was sent',   async (sent) => Response.json({ status_code: '400', status_message: `${told} ${sent}`, validation_messages: [told, sent], error_messages: [told] }, { status: 400 })],
    ['a proxy repeats what it was sent',    async (sent) => new Response(`${told} ${sent}`, { status: 502, headers: { 'content-type': `text/html; x=${sent.slice(0, 40)}` } })],
    ['the network names the address',       async (sent) => Promise.reject(new TypeError(`fetch failed ${sent} ${told}`, { cause: Object.assign(new Error(told), { code: 'ECONNRESET' }) }))],
  ]

  describe.each(NETWORKS)('%s', (_, network) => {
    it.each(CALLS)('%s shows none of them', async (_name, call) => {
      const client = createMidtransClient({
        serverKey,
        clientKey,
        isProduction: false,
        fetch: (input, init) =>
          network(`${String(input)} ${JSON.stringify(init?.headers)} ${String(init?.body)}`),
      })
      const { document: __, body: ___, ...shown } = (await call(client)) as Record<string, unknown>
      const text = JSON.stringify(shown)
      for (const secret of secrets) expect(text).not.toContain(secret)
    })
  })
})
