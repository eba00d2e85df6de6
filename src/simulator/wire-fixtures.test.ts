import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bench, bench, type Called } from '../../test/support/simulated-merchant.ts'
import { testNotificationDocument } from './documents.ts'

/*
 * The recorded documents, told again by the simulator from the same beginnings: the same key, order, amount and instants must give the same
 * fields in the same order with the same values, the signature included. Only what is drawn by lot is compared by its form.
 */

const folder = new URL('../../test/wire/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const SERVER_KEY: string = read('index.json').server_key

type Document = Record<string, unknown>

/** Ids by their form, account numbers by their length; the rest literally. As text, so that the order of fields counts. */
function told(document: unknown): string {
  const drawn = new Set(['va_number', 'permata_va_number', 'bill_key'])
  return JSON.stringify(
    document,
    (field, value) => {
      if (typeof value !== 'string') return value
      if (drawn.has(field)) return value.replace(/\d/g, '9')
      if (['transaction_id', 'id', 'refund_chargeback_uuid'].includes(field))
        return value.replace(/[0-9a-f]/g, 'f')
      return value
    },
    1,
  )
}

const wib = (text: string) => new Date(`${text.replace(' ', 'T')}+07:00`)

/** How a fixture's transaction began. */
function chargeOf(document: Document): Document {
  const bank = (document.va_numbers as { bank: string }[] | undefined)?.[0]?.bank ?? 'permata'
  return {
    payment_type: document.payment_type,
    transaction_details: { order_id: document.order_id, gross_amount: Number(document.gross_amount) },
    ...(document.payment_type === 'echannel'
      ? { echannel: { bill_info1: 'Payment For:', bill_info2: 'shoes' } }
      : { bank_transfer: { bank: document.payment_type === 'bank_transfer' ? bank : '' } }),
  }
}

async function begin(document: Document): Promise<Bench & { charged: Called }> {
  const merchant = bench({
    serverKey: SERVER_KEY,
    merchantId: 'G123456789',
    clock: { start: wib(document.transaction_time as string), frozen: true },
  })
  const charged = await merchant.call('POST', '/v2/charge', chargeOf(document))
  await merchant.simulator.idle()
  return { ...merchant, charged }
}

describe('answers of the API', () => {
  // fixture → what is asked after the charge
  const ANSWERS: readonly (readonly [
    fixture: string,
    asked: (merchant: Bench, id: string) => Promise<Called>,
  ])[] = [
    ['status.bank_transfer.bca.pending.201.json', (m, id) => m.call('GET', `/v2/${id}/status`)],
    ['cancel.200.json', (m, id) => m.call('POST', `/v2/${id}/cancel`)],
    ['expire.407.json', (m, id) => m.call('POST', `/v2/${id}/expire`)],
    [
      'status.bank_transfer.bca.expire.407.json',
      async (m, id) => {
        await m.simulator.expire(id)
        return await m.call('GET', `/v2/${id}/status`)
      },
    ],
  ]
  const CHARGES = [
    'charge.bank_transfer.bca.201.json',
    'charge.bank_transfer.permata.201.json',
    'charge.echannel.201.json',
  ]

  test.each(CHARGES)('%s', async (fixture) => {
    const recorded = read(fixture)
    const bank = fixture.split('.')[2]
    const { charged } = await begin(bank === 'permata' ? recorded : { ...recorded })
    expect(charged.http).toBe(200)
    expect(told(charged.body)).toBe(told(recorded))
  })

  test.each(ANSWERS)('%s', async (fixture, asked) => {
    const recorded = read(fixture)
    // The recorded expire answer does not name its bank.
    const merchant = await begin(
      recorded.va_numbers ? recorded : { ...recorded, va_numbers: [{ bank: 'bca' }] },
    )
    const answer = await asked(merchant, recorded.order_id)
    expect(answer.http).toBe(200)
    expect(told(answer.body)).toBe(told(recorded))
  })

  test('status_b2b.200.json, except that accounts with many payments are not simulated: each entry’s fields', async () => {
    const recorded = read('status_b2b.200.json')
    const [, pending] = recorded.transactions
    const { call } = await begin(pending)
    const answer = await call('GET', `/v2/${pending.order_id}/status/b2b`)
    expect(told(answer.body)).toBe(told({ ...recorded, transactions: [pending] }))
  })
})

describe('notifications', () => {
  // fixture → what happened after the charge
  const HAPPENED: Record<string, (merchant: Bench, recorded: Document) => Promise<unknown>> = {
    'notification.bank_transfer.bca.pending.json': async () => {},
    'notification.bank_transfer.bca.settlement.json': payInTime,
    'notification.bank_transfer.bca.cancel.json': (m, { order_id }) => m.simulator.cancel(String(order_id)),
    'notification.bank_transfer.bca.expire.json': (m) => m.simulator.clock.advance(86_400 + 90),
    'notification.bank_transfer.bni.settlement.json': payInTime,
    'notification.bank_transfer.bri.settlement.json': payInTime,
    'notification.bank_transfer.cimb.settlement.json': payInTime,
    'notification.bank_transfer.permata.settlement.json': payInTime,
    'notification.bank_transfer.permata.deny.reversal.json': async (m, recorded) => {
      await payInTime(m, recorded)
      await m.simulator.reverse(String(recorded.order_id))
    },
    'notification.echannel.settlement.json': payInTime,
  }

  async function payInTime({ simulator }: Bench, recorded: Document): Promise<void> {
    await simulator.clock.set(wib(String(recorded.settlement_time)))
    await simulator.pay(String(recorded.order_id))
  }

  test.each(Object.keys(HAPPENED))('%s', async (fixture) => {
    const recorded = read(fixture)
    const merchant = await begin(recorded)
    await HAPPENED[fixture]!(merchant, recorded)
    await merchant.simulator.idle()
    expect(told(merchant.received.at(-1)?.body)).toBe(told(recorded))
  })

  test('every recorded one of a virtual account is among them', () => {
    const recorded = readdirSync(folder).filter((name) =>
      /^notification\.(bank_transfer|echannel)\./.test(name),
    )
    expect(recorded.sort()).toEqual(Object.keys(HAPPENED).sort())
  })

  test('notification.test_ping.json', () => {
    const recorded = read('notification.test_ping.json')
    const uuid = String(recorded.order_id).slice(-36)
    const document = testNotificationDocument(uuid, { id: 'G123456789', serverKey: SERVER_KEY })
    expect(JSON.stringify(document)).toBe(JSON.stringify(recorded))
  })

  test('they come as Midtrans sends them', async () => {
    const { received } = await begin(read('notification.bank_transfer.bca.pending.json'))
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
