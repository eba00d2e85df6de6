import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, bench, START } from '../../../test/support/simulated-merchant.ts'
import type { SimulatorOptions } from '../simulator.ts'

let folder: string
let data: string
let open: Bench[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bayar-data-'))
  data = join(folder, 'simulator')
})
afterEach(() => {
  for (const { simulator } of open) simulator.shutDown()
  open = []
  rmSync(folder, { recursive: true })
})

function start(options: SimulatorOptions = {}): Bench {
  const started = bench({ data, ...options })
  open.push(started)
  return started
}

const INVOICE = {
  order_id: 'inv-1',
  invoice_number: 'INV/1',
  invoice_date: '2026-03-02 08:00:00 +0700',
  due_date: '2026-03-09 08:00:00 +0700',
  customer_details: { id: 'c-1', name: 'Budi', phone: '6281234567890' },
  payment_type: 'virtual_account',
  virtual_accounts: [{ name: 'bca_va' }],
  item_details: [{ item_id: 'a', description: 'Shirt', quantity: 2, price: 50_000 }],
}

/** As after a kill: nothing is said goodbye to. */
function restart(before: Bench, options: SimulatorOptions = {}): Bench {
  before.simulator.shutDown()
  open = open.filter((one) => one !== before)
  return start(options)
}

describe('with a data file', () => {
  test('every transaction is there again, with its history, number and refunds', async () => {
    const first = start()
    await first.charge('va')
    await first.charge('permata', { bank_transfer: { bank: 'permata' }, custom_field1: 'x' })
    await first.call('POST', '/v2/charge', {
      payment_type: 'gopay',
      transaction_details: { order_id: 'gopay', gross_amount: 50_000 },
    })
    await first.simulator.pay('va')
    await first.simulator.pay('gopay')
    await first.simulator.refund('gopay', { amount: 20_000, key: 'r1' })
    await first.simulator.idle()
    const before = first.simulator.transactions()
    const statuses = await Promise.all(
      ['va', 'permata', 'gopay'].map((id) => first.call('GET', `/v2/${id}/status`)),
    )

    const second = restart(first)
    expect(second.simulator.transactions()).toEqual(before)
    expect(
      await Promise.all(['va', 'permata', 'gopay'].map((id) => second.call('GET', `/v2/${id}/status`))),
    ).toEqual(statuses)
    expect((await second.charge('va')).body.status_code).toBe('406')
    expect((await second.call('POST', '/v2/gopay/refund', { refund_key: 'r1' })).body.status_code).toBe('406')
  })

  test('what was open goes on: paid, expired in time, and its id is nobody else’s', async () => {
    const first = start()
    await first.charge('one')
    await first.charge('two')
    const second = restart(first)
    await second.charge('three')
    await second.simulator.pay('one')
    await second.simulator.clock.advance(86_400 + 90)
    expect(second.simulator.transaction('one').status).toBe('settlement')
    expect(second.simulator.transaction('two').status).toBe('expire')
    const ids = new Set(second.simulator.transactions().map(({ transactionId }) => transactionId))
    expect(ids.size).toBe(3)
  })

  test('the second refund is not the first one again', async () => {
    const wallet = (orderId: string) => ({
      payment_type: 'gopay',
      transaction_details: { order_id: orderId, gross_amount: 50_000 },
    })
    const uuidOf = async ({ call, simulator }: Bench, orderId: string) => {
      await call('POST', '/v2/charge', wallet(orderId))
      await simulator.pay(orderId)
      const { body } = await call('POST', `/v2/${orderId}/refund`, { refund_key: orderId })
      return body
    }
    const first = start()
    const one = await uuidOf(first, 'one')
    const two = await uuidOf(restart(first), 'two')
    expect(two.refund_chargeback_uuid).not.toBe(one.refund_chargeback_uuid)
    expect(two.refund_chargeback_id).not.toBe(one.refund_chargeback_id)
  })

  test('a notice that was not yet taken is sent again, when its retry is due', async () => {
    const first = start()
    first.answers.push(503)
    await first.charge('one')
    await first.simulator.idle()
    const second = restart(first)
    expect(second.simulator.notifications.list()).toMatchObject([{ state: 'waiting', orderId: 'one' }])
    await second.simulator.clock.advance(300)
    expect(second.received.map(({ body }) => body)).toEqual(first.received.map(({ body }) => body))
    expect(second.simulator.notifications.list()).toMatchObject([
      { state: 'delivered', attempts: [{ httpStatus: 503 }, { httpStatus: 200 }] },
    ])
    // A third process has nothing left to send.
    const third = restart(second)
    await third.simulator.clock.advance(86_400 * 2)
    expect(third.received.map(({ body }) => body.transaction_status)).toEqual(['expire'])
  })

  test('a notice tells what it told, whatever has happened since', async () => {
    const first = start()
    first.answers.push(503, 503)
    await first.charge('one')
    await first.simulator.idle()
    await first.simulator.pay('one')
    await first.simulator.idle()
    const second = restart(first)
    await second.simulator.clock.advance(300)
    expect(second.received.map(({ body }) => body.transaction_status).sort()).toEqual([
      'pending',
      'settlement',
    ])
  })

  test('clock, subscriptions, checkouts, invoices, saved cards and linked accounts', async () => {
    const first = start()
    const card = 'card_number=4811111111111114&card_exp_month=12&card_exp_year=2030&card_cvv=123'
    const { body: saved } = await first.call(
      'GET',
      `/v2/card/register?client_key=${first.simulator.clientKey}&${card}`,
    )
    const { body: subscription } = await first.call('POST', '/v1/subscriptions', {
      name: 'monthly',
      amount: '50000',
      currency: 'IDR',
      payment_type: 'credit_card',
      token: saved.saved_token_id,
      schedule: { interval: 1, interval_unit: 'day' },
    })
    const { body: snap } = await first.call('POST', '/snap/v1/transactions', {
      transaction_details: { order_id: 'snap', gross_amount: 10_000 },
    })
    const { body: invoice } = await first.call('POST', '/v1/invoices', {
      order_id: 'inv',
      invoice_number: 'INV-1',
      invoice_date: '2026-03-01 10:00:00 +0700',
      due_date: '2026-04-01 10:00:00 +0700',
      customer_details: { name: 'Budi' },
      payment_type: 'virtual_account',
      virtual_accounts: [{ name: 'bca_va' }],
      item_details: [{ description: 'shirt', quantity: 1, price: 10_000 }],
    })
    await first.simulator.clock.advance(3600)
    const second = restart(first)
    expect(second.simulator.clock.now()).toEqual(new Date(START.getTime() + 3_600_000))
    expect(second.simulator.serverKey).toBe(first.simulator.serverKey)
    await second.simulator.clock.advance(86_400)
    const { body } = await second.call('GET', `/v1/subscriptions/${String(subscription.id)}`)
    const [charged] = body.transaction_ids as string[]
    expect(second.simulator.transaction(charged!).status).toBe('capture')
    expect((await second.call('GET', `/v1/invoices/${String(invoice.id)}`)).body).toEqual(invoice)
    expect((await second.call('POST', `/snap/v1/transactions/${String(snap.token)}/cancel`)).http).toBe(400)
  })

  test('keys that were made up are the same again; the file is for its owner alone', () => {
    const first = start({ serverKey: undefined! })
    const second = restart(first, { serverKey: undefined! })
    expect(second.simulator.serverKey).toBe(first.simulator.serverKey)
    expect(second.simulator.clientKey).toBe(first.simulator.clientKey)
    expect(statSync(data).mode & 0o777).toBe(0o600)
  })

  test('a card that is no test card is not on file, but for what a receipt shows', async () => {
    const first = start()
    const card = 'card_number=4539578763621486&card_exp_month=12&card_exp_year=2030&card_cvv=123'
    await first.call('GET', `/v2/card/register?client_key=${first.simulator.clientKey}&${card}`)
    expect(readFileSync(data, 'utf8')).not.toContain('4539578763621486')
    expect(readFileSync(data, 'utf8')).not.toContain('"123"')
  })

  test('reset empties it', async () => {
    const first = start()
    await first.charge('one')
    first.simulator.reset()
    await first.charge('two')
    const second = restart(first)
    expect(second.simulator.transactions().map(({ orderId }) => orderId)).toEqual(['two'])
  })

  test('what was still waiting at the reset does not write into it', async () => {
    const first = start()
    const late = first.charge('late', {}, { 'X-Simulator-Fault': '{"kind":"latency","seconds":60}' })
    await first.simulator.idle()
    first.simulator.reset()
    await late
    await first.charge('after')
    const second = restart(first)
    expect(second.simulator.transactions().map(({ orderId }) => orderId)).toEqual(['after'])
  })

  test('faults go on with what is left of them, under their names', async () => {
    const first = start()
    const kept = first.simulator.faults.add({ kind: 'too_many', verb: 'charge', times: 3 })
    const gone = first.simulator.faults.add({ kind: 'cut' })
    first.simulator.faults.add({ kind: 'lose', orderId: 'quiet' })
    first.simulator.faults.remove(gone)
    expect((await first.charge('order-1')).http).toBe(429)

    const second = restart(first)
    expect(second.simulator.faults.list()).toEqual(first.simulator.faults.list())
    expect(second.simulator.faults.list()).toMatchObject([{ id: kept, left: 2 }, { kind: 'lose' }])
    expect((await second.charge('order-1')).http).toBe(429)
    expect(second.simulator.faults.add({ kind: 'cut' })).not.toBe(gone)
    second.simulator.faults.clear()
    expect(restart(second).simulator.faults.list()).toEqual([])
  })

  test('the request log, the latest of it', async () => {
    const first = start({ notificationUrl: [] })
    for (let each = 0; each < 510; each++) await first.call('GET', `/v2/order-${each}/status`)
    const requests = async ({ call }: Bench) => (await call('GET', '/_simulator/requests')).body.results
    const before = await requests(first)
    expect(before).toHaveLength(500)
    expect(await requests(restart(first))).toEqual(before)
  })

  test('a card token still pays once, and a used one does not', async () => {
    const first = start()
    const [used, unused] = [await first.card('4411111111111118'), await first.card('4511111111111117')]
    await first.charge('order-1', used)
    const second = restart(first)
    expect((await second.charge('order-2', used)).body.status_code).toBe('411')
    // As the bank decides about this card, and no other.
    expect((await second.charge('order-2', unused)).body).toMatchObject({ fraud_status: 'challenge' })
    const third = restart(second)
    expect((await third.charge('order-3', unused)).body.status_code).toBe('411')
    const late = await third.card('4411111111111118')
    await third.simulator.clock.advance(601)
    expect((await restart(third).charge('order-3', late)).body.status_code).toBe('411')
  })

  test('of a card that might be somebody’s, the file holds what is on every receipt', async () => {
    const first = start()
    const number = '4000056655665556'
    await first.token({ card_number: number })
    expect(readFileSync(data, 'utf8')).not.toContain(number)
    expect(readFileSync(data, 'utf8')).toContain('4000056600005556')
  })

  test('a repeated Idempotency-Key is answered as before the restart, as it was then', async () => {
    const first = start()
    const headers = { 'Idempotency-Key': 'once' }
    const charged = await first.charge('order-1', {}, headers)
    await first.simulator.pay('order-1')
    await first.call('POST', '/v2/charge', {
      payment_type: 'gopay',
      transaction_details: { order_id: 'gopay', gross_amount: 50_000 },
    })
    await first.simulator.pay('gopay')
    const refund = (m: Bench) =>
      m.call('POST', '/v2/gopay/refund', { amount: 1000 }, { 'Idempotency-Key': 'refund' })
    const refunded = await refund(first)
    const invoice = (m: Bench) => m.call('POST', '/v1/invoices', INVOICE, { 'X-Idempotency-Key': 'i' })
    const invoiced = await invoice(first)
    expect(invoiced.http).toBe(201)

    const second = restart(first)
    expect(await second.charge('order-1', {}, headers)).toEqual(charged)
    expect(await refund(second)).toEqual(refunded)
    expect(await invoice(second)).toEqual(invoiced)
    expect(second.simulator.transaction('gopay').refunds).toHaveLength(1)
    await second.simulator.clock.advance(301)
    expect((await restart(second).charge('order-1', {}, headers)).body.status_code).toBe('406')
  })

  test('payments into an account that takes many, and quotations', async () => {
    const first = start({ reusableAccounts: ['bca_va'] })
    await first.charge('account')
    await first.simulator.pay('account', { amount: 1000 })
    const { body: quotation } = await first.call('POST', '/v1/invoices', {
      ...INVOICE,
      document_type: 'quotation',
      quotation_date: INVOICE.invoice_date,
      quotation_validity_date: INVOICE.due_date,
    })
    const second = restart(first)
    const list = async ({ call }: Bench) => (await call('GET', '/v2/account/status/b2b')).body
    expect(await list(second)).toEqual(await list(first))
    // The number still leads to the account, which is paid again.
    await second.simulator.pay('account', { amount: 2000 })
    expect((await list(second)).transactions).toHaveLength(3)
    await second.call('PATCH', `/v1/invoices/${String(quotation.id)}/convert`)
    const get = async ({ call }: Bench) => (await call('GET', `/v1/invoices/${String(quotation.id)}`)).body
    expect(await get(second)).toMatchObject({ status: 'pending', document_type: 'invoice' })
    expect(await get(restart(second))).toMatchObject({ status: 'pending', document_type: 'invoice' })
  })

  test('does not grow with what is overtaken while it runs', async () => {
    const first = start({ notificationUrl: [] })
    await first.charge('order-1')
    const sizes = new Set<number>()
    for (let each = 0; each < 30_000; each++) {
      first.simulator.clock.freeze()
      if (each % 1000 === 0) {
        await new Promise((turn) => setImmediate(turn))
        sizes.add(statSync(data).size)
      }
    }
    // Ten thousand lines of the clock are some 600 KB.
    expect(Math.max(...sizes)).toBeLessThan(1_000_000)
    const before = first.simulator.transactions()
    expect(restart(first).simulator.transactions()).toEqual(before)
  })

  test('is written anew when most of it is overtaken', async () => {
    const first = start({ notificationUrl: [] })
    for (let each = 0; each < 2600; each++) {
      await first.charge(`order-${each}`)
      if (each % 2) await first.simulator.pay(`order-${each}`)
    }
    // Moving the clock leaves a line each time.
    for (let each = 0; each < 12_000; each++) first.simulator.clock.freeze()
    const before = first.simulator.transactions()
    const size = statSync(data).size
    const second = restart(first)
    expect(statSync(data).size).toBeLessThan(size * 0.8)
    expect(second.simulator.transactions()).toEqual(before)
    expect(restart(second).simulator.transactions()).toEqual(before)
  })

  test.each([
    '{"shiftMs":1e21,"frozenAtMs":null}',
    '{"shiftMs":0,"frozenAtMs":1e21}',
    '{"shiftMs":0,"frozenAtMs":"x"}',
  ])(
    'a clock that stands nowhere, %s, is refused in words, and overtaken by a later line is not',
    async (state) => {
      const first = start()
      await first.charge('va')
      await first.simulator.idle()
      first.simulator.shutDown()
      open = []
      appendFileSync(data, `["clock",${state}]\n`)
      expect(() => start()).toThrow(/clock in the simulator’s data file .* stands at no instant/)
      appendFileSync(data, `["clock",{"shiftMs":0,"frozenAtMs":${START.getTime()}}]\n`)
      expect(start().simulator.transaction('va').status).toBe('pending')
    },
  )
})
