import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bench, bench, type Called } from '../../test/support/simulated-merchant.ts'
import { DIFFERENCES } from './differences.ts'
import { payAccountDocument, testNotificationDocument } from './documents.ts'
import type { PayAccount } from './pay-accounts.ts'
import type { SimulatorOptions } from './simulator.ts'

/*
 * The recorded documents, told again by the simulator from the same beginnings: the same key, order, amount and instants must give the same
 * fields in the same order with the same values, the signature included. Only what is drawn by lot is compared by its form. What differs all
 * the same is in the table of differences, with its reason.
 */

const folder = new URL('../../test/wire/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const SERVER_KEY: string = read('index.json').server_key

type Document = Record<string, unknown>

/** Drawn digits and letters by their length, ids by their form, addresses without their host; the rest literally. */
const DRAWN_DIGITS = new Set([
  'va_number',
  'permata_va_number',
  'bill_key',
  'payment_code',
  'merchant_invoice',
  'approval_code',
])
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** As text, so that the order of fields counts. */
function told(document: unknown): string {
  return JSON.stringify(
    document,
    (field, value) => {
      if (field === 'refund_chargeback_id') return typeof value
      if (typeof value !== 'string') return value
      if (DRAWN_DIGITS.has(field)) return value.replace(/\d/g, '9').replace(/[A-Z]/g, 'A')
      if (field === 'saved_token_id') return value.replace(/[A-Za-z]/g, 'x')
      if (field === 'transaction_id' && value.startsWith('A1')) return value.replace(/[A-Za-z]/g, 'x')
      return value.replace(UUID, 'uuid').replace(/^https?:\/\/[^/]+/, 'https://host')
    },
    1,
  )
}

const wib = (text: unknown) => new Date(`${String(text).replace(' ', 'T')}+07:00`)

// ---------------------------------------------------------------- beginnings

const CARD = { authorize: '4811111111111114', challenge: '4511111111111117', fds: '4611111111111116' }

/** How a fixture's transaction began: the charge that would be answered with it. */
async function chargeOf(merchant: Bench, name: string, recorded: Document): Promise<Document> {
  const type = String(recorded.payment_type)
  switch (type) {
    case 'credit_card': {
      const masked = String(recorded.masked_card)
      const number = Object.values({ ...CARD, bank: '4911111111111113' }).find((one) =>
        one.startsWith(masked.slice(0, 8)),
      )!
      const reserves = recorded.transaction_status === 'authorize' || name.startsWith('capture.')
      const asksOtp = ['pending', 'expire'].includes(String(recorded.transaction_status))
      return await merchant.card(number, {
        ...(reserves ? { type: 'authorize' } : {}),
        ...(asksOtp ? { authentication: true } : {}),
        ...(recorded.saved_token_id ? { save_token_id: true, installment_term: 6 } : {}),
      })
    }
    case 'bank_transfer': {
      const bank = (recorded.va_numbers as { bank: string }[] | undefined)?.[0]?.bank
      // The recorded expire answer does not name its bank.
      return { bank_transfer: { bank: bank ?? (recorded.permata_va_number ? 'permata' : 'bca') } }
    }
    case 'echannel':
      return { echannel: { bill_info1: 'Payment For:', bill_info2: 'shoes' } }
    case 'cstore':
      return { cstore: { store: recorded.store } }
    case 'ovo':
      return { ovo: { payer_phone_number: recorded.payer_phone_number } }
    case 'akulaku':
    case 'kredivo': {
      const price = Number(recorded.gross_amount)
      return {
        item_details: [{ name: 'Shoes', price, quantity: 1 }],
        customer_details: { first_name: 'Budi' },
      }
    }
    default:
      return {}
  }
}

type Begun = Bench & { charged: Called; orderId: string }

async function begin(name: string, more: Document = {}, options: SimulatorOptions = {}): Promise<Begun> {
  const recorded: Document = { ...read(name), ...more }
  const orderId = String(recorded.order_id)
  const merchant = bench({
    serverKey: SERVER_KEY,
    merchantId: 'G123456789',
    clock: { start: wib(recorded.transaction_time), frozen: true },
    ...options,
  })
  const amount = name.startsWith('capture.') ? 150_000 : Number(recorded.gross_amount)
  const charged = await merchant.call('POST', '/v2/charge', {
    payment_type: recorded.payment_type,
    transaction_details: { order_id: orderId, gross_amount: amount },
    ...(await chargeOf(merchant, name, recorded)),
    ...more,
  })
  await merchant.simulator.idle()
  return { ...merchant, charged, orderId }
}

/** A GoPay account that its owner has linked. */
async function linkedAccount(m: Bench): Promise<Document> {
  const gopay_partner = {
    phone_number: '81234567890',
    country_code: '62',
    redirect_url: 'https://shop.example/',
  }
  const { body } = await m.call('POST', '/v2/pay/account', { payment_type: 'gopay', gopay_partner })
  await m.simulator.payAccounts.link(String(body.account_id))
  return (await m.call('GET', `/v2/pay/account/${body.account_id}`)).body
}

function optionToken(account: Document, at = 0): string {
  const { payment_options } = account.metadata as { payment_options: { token: string }[] }
  return payment_options[at]!.token
}

async function payAt(m: Begun, at: unknown, more?: { issuer?: string; imposedFee?: number }): Promise<void> {
  await m.simulator.clock.set(wib(at))
  await m.simulator.pay(m.orderId, more)
}

/** Cards settle by the daily run. */
async function settleBy(m: Begun, recorded: Document): Promise<void> {
  await m.simulator.clock.set(wib(recorded.settlement_time))
}

interface Row {
  readonly created_at: string
  readonly bank_confirmed_at?: string
  readonly refund_amount: string
  readonly refund_key: string
  readonly reason: string
}

async function refundBy(m: Begun, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    await m.simulator.clock.set(wib(row.created_at))
    const { refund_key, reason } = row
    const amount = Number(row.refund_amount)
    await m.call('POST', `/v2/${m.orderId}/refund`, { refund_key, amount, reason })
  }
}

// ---------------------------------------------------------------- answers

describe('answers of the API', () => {
  // fixture → what is asked after the charge; without it, the charge's own answer is compared
  const ANSWERS: Readonly<Record<string, (m: Begun, recorded: Document) => Promise<Called>>> = {
    'approve.200.json': (m) => m.call('POST', `/v2/${m.orderId}/approve`),
    'cancel.200.json': (m) => m.call('POST', `/v2/${m.orderId}/cancel`),
    'capture.200.json': (m) =>
      m.call('POST', '/v2/capture', { transaction_id: m.charged.body.transaction_id, gross_amount: 120_000 }),
    'deny.200.json': (m) => m.call('POST', `/v2/${m.orderId}/deny`),
    'direct_refund.denied.202.json': async (m, recorded) => {
      await payAt(m, recorded.settlement_time)
      const body = { refund_key: recorded.refund_key, amount: 1000, reason: 'late' }
      const fault = { 'X-Simulator-Fault': 'bank_refuses' }
      return await m.call('POST', `/v2/${m.orderId}/refund/online/direct`, body, fault)
    },
    'expire.407.json': (m) => m.call('POST', `/v2/${m.orderId}/expire`),
    'refund.partial.200.json': async (m, recorded) => {
      await settleBy(m, recorded)
      const body = { refund_key: recorded.refund_key, amount: 50_000, reason: 'size exchange' }
      return await m.call('POST', `/v2/${m.orderId}/refund`, body)
    },
    'status.bank_transfer.bca.expire.407.json': async (m) => {
      await m.simulator.expire(m.orderId)
      return await m.call('GET', `/v2/${m.orderId}/status`)
    },
    'status.bank_transfer.bca.pending.201.json': (m) => m.call('GET', `/v2/${m.orderId}/status`),
    'status.credit_card.partial_refund.200.json': async (m, recorded) => {
      await settleBy(m, recorded)
      const rows = recorded.refunds as Row[]
      await refundBy(m, rows)
      await m.simulator.clock.set(wib(rows[0]!.bank_confirmed_at))
      return await m.call('GET', `/v2/${m.orderId}/status`)
    },
    'status.gopay.settlement.200.json': async (m, recorded) => {
      await payAt(m, recorded.settlement_time)
      return await m.call('GET', `/v2/${m.orderId}/status`)
    },
  }
  const CHARGES = names(/^charge\./).filter((name) => name !== 'charge.gopay.tokenization.200.json')

  test.each(CHARGES)('%s', async (name) => {
    const { charged } = await begin(name)
    expect(charged.http).toBe(200)
    expectSame(name, charged.body, read(name))
  })

  test.each(Object.keys(ANSWERS))('%s', async (name) => {
    const recorded = read(name)
    const answer = await ANSWERS[name]!(await begin(name), recorded)
    expect(answer.http).toBe(200)
    expectSame(name, answer.body, recorded)
  })

  test('charge.gopay.tokenization.200.json', async () => {
    const name = 'charge.gopay.tokenization.200.json'
    const recorded = read(name)
    const m = bench({
      serverKey: SERVER_KEY,
      merchantId: 'G123456789',
      clock: { start: wib(recorded.transaction_time), frozen: true },
    })
    const account = await linkedAccount(m)
    const charged = await m.call('POST', '/v2/charge', {
      payment_type: 'gopay',
      transaction_details: { order_id: recorded.order_id, gross_amount: 154_600 },
      gopay: { account_id: account.account_id, payment_option_token: optionToken(account) },
    })
    expectSame(name, charged.body, recorded)
  })

  test('pay_account.create.201.json, get and unbind', async () => {
    const m = bench()
    const gopay_partner = {
      phone_number: '81234567890',
      country_code: '62',
      redirect_url: 'https://shop.example/',
    }
    const created = await m.call('POST', '/v2/pay/account', { payment_type: 'gopay', gopay_partner })
    expectSame('pay_account.create.201.json', created.body, read('pay_account.create.201.json'))
    const id = String(created.body.account_id)
    await m.simulator.payAccounts.link(id)
    const got = await m.call('GET', `/v2/pay/account/${id}`)
    expectSame('pay_account.get.enabled.200.json', got.body, read('pay_account.get.enabled.200.json'))
    const unbound = await m.call('POST', `/v2/pay/account/${id}/unbind`)
    expectSame('pay_account.unbind.204.json', unbound.body, read('pay_account.unbind.204.json'))
    expect([created.http, got.http, unbound.http]).toEqual([200, 200, 200])
  })

  test('token.200.json', async () => {
    expectSame('token.200.json', (await bench().token()).body, read('token.200.json'))
  })

  test('bin.200.json', async () => {
    expectSame('bin.200.json', (await bench().call('GET', '/v1/bins/48111111')).body, read('bin.200.json'))
  })

  test('status_b2b.200.json', async () => {
    const recorded = read('status_b2b.200.json')
    const [paid, pending] = recorded.transactions
    const merchant = bench({
      serverKey: SERVER_KEY,
      merchantId: 'G123456789',
      clock: { start: wib(pending.transaction_time), frozen: true },
      reusableAccounts: ['bca_va'],
    })
    await merchant.charge(pending.order_id, { custom_expiry: { expiry_duration: 9, unit: 'day' } })
    await merchant.simulator.clock.set(new Date(wib(paid.transaction_time).getTime() + 123))
    await merchant.simulator.pay(pending.order_id)
    const answer = await merchant.call('GET', `/v2/${pending.order_id}/status/b2b`)
    expectSame('status_b2b.200.json', answer.body, recorded)
    const [told] = answer.body.transactions as Document[]
    expect(told!.order_id).toBe(paid.order_id)
  })

  test('every recorded one of the Core API is among them', () => {
    const elsewhere = [...CHARGES, ...Object.keys(ANSWERS)]
    const named = [
      'charge.gopay.tokenization.200.json',
      'token.200.json',
      'bin.200.json',
      'status_b2b.200.json',
    ]
    const accounts = names(/^pay_account\./)
    const recorded = names(
      /^(charge|status|status_b2b|refund|capture|approve|deny|cancel|expire|token|bin|pay_account|direct_refund)\./,
    )
    expect([...elsewhere, ...named, ...accounts].sort()).toEqual(recorded)
  })
})

// ---------------------------------------------------------------- notifications

describe('notifications', () => {
  const paid = (m: Begun, recorded: Document) => payAt(m, recorded.settlement_time)

  // fixture → what happened after the charge
  const HAPPENED: Readonly<Record<string, (m: Begun, recorded: Document) => Promise<unknown>>> = {
    'notification.akulaku.settlement.json': paid,
    'notification.bank_transfer.bca.cancel.json': (m) => m.simulator.cancel(m.orderId),
    'notification.bank_transfer.bca.expire.json': (m) => m.simulator.clock.advance(86_400 + 90),
    'notification.bank_transfer.bca.pending.json': async () => {},
    'notification.bank_transfer.bca.settlement.json': paid,
    'notification.bank_transfer.bni.settlement.json': paid,
    'notification.bank_transfer.bri.settlement.json': paid,
    'notification.bank_transfer.cimb.settlement.json': paid,
    'notification.bank_transfer.permata.deny.reversal.json': async (m, recorded) => {
      await paid(m, recorded)
      await m.simulator.reverse(m.orderId)
    },
    'notification.bank_transfer.permata.settlement.json': paid,
    'notification.credit_card.authorize.json': async () => {},
    'notification.credit_card.cancel.json': (m) => m.simulator.cancel(m.orderId),
    'notification.credit_card.capture.json': async () => {},
    'notification.credit_card.challenge.json': async () => {},
    'notification.credit_card.chargeback.json': async (m, recorded) => {
      await settleBy(m, recorded)
      await m.simulator.chargeback(m.orderId)
    },
    'notification.credit_card.deny.bank.json': async () => {},
    'notification.credit_card.deny.fds.json': async () => {},
    'notification.credit_card.expire.json': (m) => m.simulator.clock.advance(700),
    'notification.credit_card.partial_refund.bank_confirmed.json': async (m, recorded) => {
      await settleBy(m, recorded)
      const rows = recorded.refunds as Row[]
      await refundBy(m, rows)
      await m.simulator.clock.set(wib(rows[0]!.bank_confirmed_at))
    },
    'notification.credit_card.partial_refund.json': async (m, recorded) => {
      await settleBy(m, recorded)
      await refundBy(m, recorded.refunds as Row[])
    },
    'notification.credit_card.pending.json': async () => {},
    'notification.credit_card.refund.json': async (m, recorded) => {
      await settleBy(m, recorded)
      await refundBy(m, recorded.refunds as Row[])
    },
    'notification.credit_card.settlement.json': settleBy,
    'notification.cstore.alfamart.settlement.json': paid,
    'notification.cstore.indomaret.settlement.json': paid,
    'notification.dana.settlement.json': paid,
    'notification.echannel.settlement.json': paid,
    'notification.gopay.partial_refund.json': async (m, recorded) => {
      await paid(m, recorded)
      await refundBy(m, recorded.refunds as Row[])
    },
    'notification.gopay.pending.json': async () => {},
    'notification.gopay.settlement.json': paid,
    'notification.kredivo.settlement.json': paid,
    'notification.ovo.settlement.json': paid,
    'notification.qris.settlement.json': (m, recorded) =>
      payAt(m, recorded.settlement_time, { issuer: 'dana' }),
    'notification.shopeepay.settlement.json': paid,
  }

  test.each(Object.keys(HAPPENED))('%s', async (name) => {
    const recorded = read(name)
    const merchant = await begin(name)
    await HAPPENED[name]!(merchant, recorded)
    await merchant.simulator.idle()
    expectSame(name, merchant.received.at(-1)?.body, recorded)
  })

  test('notification.fee_imposed.settlement.json', async () => {
    const name = 'notification.fee_imposed.settlement.json'
    const recorded = read(name)
    const m = await begin(name, { gross_amount: '100000.00', metadata: undefined })
    await payAt(m, recorded.settlement_time, { imposedFee: 2000 })
    await m.simulator.idle()
    expectSame(name, m.received.at(-1)?.body, recorded)
  })

  test('notification.pay_account.enabled.json, and disabled', async () => {
    const m = bench({
      serverKey: SERVER_KEY,
      merchantId: 'G123456789',
      payAccountNotificationUrl: 'https://merchant.example/accounts',
    })
    const { account_id } = await linkedAccount(m)
    await m.simulator.idle()
    await m.call('POST', `/v2/pay/account/${account_id}/unbind`)
    await m.simulator.idle()
    const [enabled, disabled] = m.received.map(({ body }) => body)
    for (const [name, body] of [
      ['notification.pay_account.enabled.json', enabled],
      ['notification.pay_account.disabled.json', disabled],
    ] as const) {
      const recorded = read(name)
      // Signed over the account's id, which is drawn; with the recorded one it is the recorded signature.
      expectSame(name, { ...body, signature_key: recorded.signature_key }, recorded)
      const account = { id: recorded.account_id, status: recorded.account_status } as PayAccount
      const signer = { id: 'G123456789', serverKey: SERVER_KEY }
      expect(payAccountDocument(account, signer)).toEqual(recorded)
    }
  })

  test('notification.test_ping.json', () => {
    const recorded = read('notification.test_ping.json')
    const uuid = String(recorded.order_id).slice(-36)
    const document = testNotificationDocument(uuid, { id: 'G123456789', serverKey: SERVER_KEY })
    expect(JSON.stringify(document)).toBe(JSON.stringify(recorded))
  })

  test('every recorded one of the Core API is among them', () => {
    const elsewhere = names(/^notification\.(fee_imposed|pay_account|test_ping)/)
    const otherApis = names(/^notification\.(invoice|payment_link|recurring)\./)
    expect([...Object.keys(HAPPENED), ...elsewhere, ...otherApis].sort()).toEqual(names(/^notification\./))
  })

  test('they come as Midtrans sends them', async () => {
    const { received } = await begin('notification.bank_transfer.bca.pending.json')
    const headers = Object.fromEntries(received[0]!.headers)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'Veritrans',
    })
  })
})
async function settledGopay({ charge, simulator }: Bench): Promise<void> {
  await charge('e-1', { payment_type: 'gopay' })
  await simulator.pay('e-1')
}

describe('errors.core_v2.json', () => {
  const recorded: Record<string, { http_status: number; body: Document }> = read('errors.core_v2.json')

  // case → how to meet it
  const PROVOKED: Record<string, (merchant: Bench) => Promise<Called>> = {
    '400.validation': (m) => m.charge('e-1', { transaction_details: { order_id: 'e-1', gross_amount: 0 } }),
    '401.key': (m) => m.charge('e-1', {}, { Authorization: 'Basic bm9ib2R5Og==' }),
    '400.token': (m) => m.token({ card_number: '4811111111111112' }),
    '402.method': async (m) => {
      await m.call('PATCH', '/_simulator/settings', { disabled_methods: ['bca_va'] })
      return await m.charge('e-1')
    },
    '404.status': (m) => m.call('GET', '/v2/e-404/status'),
    '404.no_route': (m) => m.call('GET', '/v2/a/b/status'),
    '406.order_id': async (m) => {
      await m.charge('e-1')
      return await m.charge('e-1')
    },
    '410.merchant': async (m) =>
      await m.charge('e-1', {}, { 'X-Simulator-Fault': '{"kind":"refuse","code":"410"}' }),
    '406.refund_key': async (m) => {
      await settledGopay(m)
      await m.call('POST', '/v2/e-1/refund', { refund_key: 'r1', amount: 1000 })
      return await m.call('POST', '/v2/e-1/refund', { refund_key: 'r1', amount: 1000 })
    },
    '411.token': (m) =>
      m.charge('e-1', { payment_type: 'credit_card', credit_card: { token_id: '48111111-1114-gone' } }),
    '412.state.variant': async (m) => {
      await m.charge('e-1', await m.card('4811111111111114'))
      return await m.call('POST', '/v2/e-1/refund', { refund_key: 'r1' })
    },
    '414.refund': async (m) => {
      await settledGopay(m)
      return await m.call('POST', '/v2/e-1/refund', { refund_key: 'r1', amount: 275_001 })
    },
    '412.state': async (m) => {
      await m.charge('e-1')
      await m.call('POST', '/v2/e-1/cancel')
      return await m.call('POST', '/v2/e-1/cancel')
    },
    '413.malformed': (m) => m.call('POST', '/v2/charge', '{"payment_type":'),
    '429.rate': (m) => m.charge('e-1', {}, { 'X-Simulator-Fault': 'too_many' }),
    '500.internal': (m) => m.call('POST', '/v2/charge'),
    '505.va': (m) => m.charge('e-1', {}, { 'X-Simulator-Fault': 'refuse' }),
  }

  const sameTime = (document: unknown) => told(document).replace(/"timestamp": "[^"]+\+00:00"/, '"timestamp"')

  test.each(Object.keys(PROVOKED))('%s', async (name) => {
    const answer = await PROVOKED[name]!(bench())
    expect(answer.http).toBe(recorded[name]!.http_status)
    expect(sameTime(answer.body)).toBe(sameTime(recorded[name]!.body))
  })

  test('every case is in the table', () => {
    expect(Object.keys(PROVOKED).sort()).toEqual(Object.keys(recorded).sort())
  })

  test('the switch mirrors the body code to HTTP', async () => {
    const merchant = bench({ mirrorBodyCodes: true })
    expect((await merchant.charge('e-1')).http).toBe(201)
    expect((await merchant.charge('e-1')).http).toBe(406)
    expect((await merchant.call('POST', '/v2/e-1/expire')).http).toBe(407)
    expect((await merchant.call('GET', '/v2/e-404/status')).http).toBe(404)
  })
})

// ---------------------------------------------------------------- comparing

function names(pattern: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort()
}

/** The fields that the table of differences owns up to are left out on both sides; one that is no difference does not belong there. */
function expectSame(name: string, document: unknown, recorded: unknown): void {
  const differing = DIFFERENCES.flatMap((row) => row.recorded?.[name] ?? [])
  const without = (one: unknown) => told(leaveOut(one, new Set(differing)))
  expect(without(document)).toBe(without(recorded))
  for (const field of differing)
    expect(told(leaveOut(document, new Set(differing.filter((other) => other !== field))))).not.toBe(
      told(leaveOut(recorded, new Set(differing.filter((other) => other !== field)))),
    )
}

function leaveOut(document: unknown, fields: ReadonlySet<string>): unknown {
  return JSON.parse(JSON.stringify(document), (field, value) => (fields.has(field) ? undefined : value))
}
