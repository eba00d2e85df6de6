import { describe, expect, test } from 'vitest'
import { type Bench, bench, START } from '../../../test/support/simulated-merchant.ts'

const INVOICE = {
  order_id: 'inv-1',
  invoice_number: 'INV/1',
  invoice_date: '2026-03-02 08:00:00 +0700',
  due_date: '2026-03-09 08:00:00 +0700',
  customer_details: { id: 'c-1', name: 'Budi', phone: '6281234567890' },
  payment_type: 'virtual_account',
  virtual_accounts: [{ name: 'bca_va' }, { name: 'mandiri_bill' }],
  item_details: [{ item_id: 'a', description: 'Shirt', quantity: 2, price: 50_000 }],
}

async function create(
  merchant: Bench,
  more: Record<string, unknown> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { http, body } = await merchant.call('POST', '/v1/invoices', { ...INVOICE, ...more })
  expect(body).not.toHaveProperty('error_messages')
  expect(http).toBe(201)
  return body
}

const statusOf = async ({ call }: Bench, id: unknown) =>
  (await call('GET', `/v1/invoices/${String(id)}`)).body.status
const told = ({ received }: Bench) => received.map(({ body }) => body.transaction_status)

describe('an invoice', () => {
  test('by virtual account is paid at any of its numbers, and told then for the first time', async () => {
    const merchant = bench()
    const { id, virtual_accounts: accounts } = await create(merchant)
    expect(accounts).toMatchObject([{ name: 'bca_va' }, { name: 'mandiri_bill' }])
    await merchant.simulator.idle()
    expect(told(merchant)).toEqual([])
    const [, bca] = merchant.simulator.transactions()
    await merchant.simulator.pay(bca!.transactionId)
    await merchant.simulator.idle()
    expect(merchant.received).toMatchObject([
      {
        body: { order_id: 'inv-1', transaction_status: 'settlement', metadata: { midtrans_invoice_id: id } },
      },
    ])
    expect(await statusOf(merchant, id)).toBe('paid')
    expect((await merchant.call('PATCH', `/v1/invoices/${String(id)}/void`)).http).toBe(409)
  })

  test('expires with its numbers at the due date, and its transactions are told', async () => {
    const merchant = bench()
    const { id } = await create(merchant)
    await merchant.simulator.clock.set(new Date('2026-03-09T08:02:00+07:00'))
    expect(await statusOf(merchant, id)).toBe('expired')
    expect(told(merchant)).toEqual(['expire', 'expire'])
  })

  test('by a page is paid there, also when overdue', async () => {
    const merchant = bench()
    const { id, payment_link_url: link } = await create(merchant, {
      payment_type: 'payment_link',
      payment_link: { enabled_payments: ['bri_va'] },
    })
    expect(link).toBe(`http://simulator/invoices/${String(id)}/pay`)
    await merchant.simulator.clock.set(new Date('2026-03-10T08:00:00+07:00'))
    expect(await statusOf(merchant, id)).toBe('overdue')
    const paying = await merchant.simulator.fetch(
      new Request(String(link), { method: 'POST', body: new URLSearchParams({ method: 'bri_va' }) }),
    )
    expect(paying.status).toBe(303)
    await merchant.simulator.pay('inv-1')
    expect(await statusOf(merchant, id)).toBe('paid')
  })

  test('voided can no longer be paid', async () => {
    const merchant = bench()
    const { id } = await create(merchant)
    expect(await merchant.call('PATCH', `/v1/invoices/${String(id)}/void`)).toEqual({
      http: 200,
      body: { success: true },
    })
    expect(await statusOf(merchant, id)).toBe('voided')
    expect(merchant.simulator.transactions().map(({ status }) => status)).toEqual(['cancel', 'cancel'])
  })

  // what is asked → what is owed
  test.each([
    ['items', {}, 100_000],
    [
      'a discount on one',
      { item_details: [{ ...INVOICE.item_details[0], discount_percentage: 10 }] },
      90_000,
    ],
    ['discount and shipping', { amount: { discount: '5000', shipping: '12000' } }, 107_000],
    ['a tax on top', { taxes: [{ name: 'PPN', type: 'percentage', value: 11 }] }, 111_000],
    [
      'a tax within',
      { tax_mode: 'inclusive', taxes: [{ name: 'PPN', type: 'percentage', value: 11 }] },
      100_000,
    ],
  ])('sums %s', async (_, more, amount) => {
    expect((await create(bench(), more)).gross_amount).toBe(amount)
  })

  test('has a page to look at', async () => {
    const merchant = bench()
    const { pdf_url: pdf } = await create(merchant)
    const response = await merchant.simulator.fetch(new Request(String(pdf)))
    expect(response.status).toBe(200)
    const html = await response.text()
    expect(html).toContain('INV/1')
    expect(html).toContain('Rp 100.000')
  })

  test('asked for twice with one key is one', async () => {
    const merchant = bench()
    const again = () => merchant.call('POST', '/v1/invoices', INVOICE, { 'X-Idempotency-Key': 'k' })
    expect(await again()).toEqual(await again())
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['a phone with a zero',    { customer_details: { name: 'B', phone: '0812' } },   ['customer_details.phone must be at most 15 digits without a leading 0']],
    ['due before its date',    { due_date: '2026-03-02 07:00:00 +0700' },            ['due_date must be later than invoice_date', 'due_date must be in the future']],
    ['nothing to pay',         { item_details: [] },                                 ['item_details is required', 'gross_amount must be greater than 0']],
    ['no account to pay to',   { virtual_accounts: [] },                             ['virtual_accounts is required']],
    ['a bank that is none',    { virtual_accounts: [{ name: 'gold_va' }] },          ['virtual_accounts.name gold_va is not supported']],
  ])('with %s is refused', async (_, more, messages) => {
    const { http, body } = await bench().call('POST', '/v1/invoices', { ...INVOICE, ...more })
    expect({ http, body }).toEqual({ http: 400, body: { error_messages: messages } })
  })
})

describe('a quotation', () => {
  const { invoice_date: _, due_date: __, ...rest } = INVOICE
  const QUOTATION = {
    ...rest,
    document_type: 'quotation',
    quotation_date: '2026-03-02 08:00:00 +0700',
    quotation_validity_date: '2026-03-09 08:00:00 +0700',
  }
  const quote = async (merchant: Bench, more: Record<string, unknown> = {}) => {
    const { http, body } = await merchant.call('POST', '/v1/invoices', { ...QUOTATION, ...more })
    expect({ http, status: body.status }).toEqual({ http: 201, status: 'published' })
    return body
  }
  const patch = (merchant: Bench, id: unknown, verb: 'convert' | 'void', body?: object) =>
    merchant.call('PATCH', `/v1/invoices/${String(id)}/${verb}`, body)

  test('can be paid nowhere until it is converted; then it is an invoice', async () => {
    const merchant = bench()
    const made = await quote(merchant)
    expect(made).toMatchObject({ document_type: 'quotation', gross_amount: 100_000 })
    expect(made).not.toHaveProperty('virtual_accounts')
    expect(made).not.toHaveProperty('due_date')
    expect(merchant.simulator.transactions()).toEqual([])
    const page = await merchant.simulator.fetch(new Request(String(made.pdf_url)))
    expect(await page.text()).toContain('Quotation INV/1')

    const client = { name: 'Siti', phone: '6281234567891' }
    const { http, body } = await patch(merchant, made.id, 'convert', { client })
    expect(http).toBe(200)
    expect(body).toMatchObject({
      id: made.id,
      status: 'pending',
      document_type: 'invoice',
      due_date: '2026-03-09 08:00:00 +0700',
      customer_details: client,
      virtual_accounts: [{ name: 'bca_va' }, { name: 'mandiri_bill' }],
    })
    expect((await patch(merchant, made.id, 'convert')).http).toBe(409)
    await merchant.simulator.pay(merchant.simulator.transactions()[0]!.transactionId)
    expect(await statusOf(merchant, made.id)).toBe('paid')
  })

  test('by a page', async () => {
    const merchant = bench()
    const { id } = await quote(merchant, { payment_type: 'payment_link' })
    const before = await merchant.simulator.fetch(new Request(`http://simulator/invoices/${String(id)}/pay`))
    expect(before.status).toBe(404)
    const { body } = await patch(merchant, id, 'convert')
    const after = await merchant.simulator.fetch(new Request(String(body.payment_link_url)))
    expect(after.status).toBe(200)
  })

  test.each([
    [undefined, 'cancelled'],
    [{ cancel_as: 'cancelled' }, 'cancelled'],
    [{ cancel_as: 'rejected' }, 'rejected'],
  ])('given up with %j is %s, and stays so', async (body, status) => {
    const merchant = bench()
    const { id } = await quote(merchant)
    expect((await patch(merchant, id, 'void', { cancel_as: 'x' })).http).toBe(400)
    expect(await patch(merchant, id, 'void', body)).toEqual({ http: 200, body: { success: true } })
    expect(await statusOf(merchant, id)).toBe(status)
    expect((await patch(merchant, id, 'void')).http).toBe(409)
    expect((await patch(merchant, id, 'convert')).http).toBe(409)
  })

  test('is refused what it lacks, and converts no more after its end', async () => {
    const merchant = bench()
    expect(
      (await merchant.call('POST', '/v1/invoices', { ...INVOICE, document_type: 'quotation' })).body,
    ).toEqual({
      error_messages: ['quotation_validity_date is required', 'quotation_date is required'],
    })
    expect((await merchant.call('POST', '/v1/invoices', { ...INVOICE, document_type: 'x' })).http).toBe(400)
    const { id } = await quote(merchant)
    expect((await patch(merchant, 'nothing', 'convert')).http).toBe(404)
    expect((await patch(merchant, id, 'convert', { client: { phone: '08' } })).http).toBe(400)
    await merchant.simulator.clock.set(new Date('2026-03-10T08:00:00+07:00'))
    expect((await patch(merchant, id, 'convert')).http).toBe(400)
    expect(await statusOf(merchant, id)).toBe('published')
  })
})

test('an invoice that is refused opens none of its numbers', async () => {
  const merchant = bench()
  const small = { item_details: [{ ...INVOICE.item_details[0], price: 50, quantity: 1 }] }
  const virtual_accounts = [{ name: 'mandiri_bill' }, { name: 'bca_va' }]
  const refused = await merchant.call('POST', '/v1/invoices', { ...INVOICE, ...small, virtual_accounts })
  expect(refused.http).toBe(400)
  expect(merchant.simulator.transactions()).toEqual([])
  expect((await merchant.call('POST', '/v1/invoices', INVOICE)).http).toBe(201)
})

describe('balance', () => {
  test('opens with what was settled before, closes with what was settled since', async () => {
    const merchant = bench()
    for (const order of ['a', 'b', 'c']) await merchant.charge(order)
    await merchant.simulator.pay('a')
    await merchant.simulator.clock.advance(3600)
    await merchant.simulator.pay('b')
    await merchant.call('POST', '/v2/charge', {
      payment_type: 'gopay',
      transaction_details: { order_id: 'd', gross_amount: 10_000 },
    })
    await merchant.simulator.pay('d')
    await merchant.simulator.refund('d', { amount: 4000 })
    const at = (hours: number) =>
      encodeURIComponent(new Date(START.getTime() + hours * 3_600_000).toISOString())
    const { http, body } = await merchant.call(
      'GET',
      `/v1/balance/mutation?currency=IDR&start_time=${at(0.5)}&end_time=${at(2)}`,
    )
    expect(http).toBe(200)
    expect(body).toMatchObject({
      currency: 'IDR',
      opening_balance_effective: 275_000,
      closing_balance_effective: 275_000 * 2 + 6000,
      opening_balance_overall: 275_000,
      wallets: [{ source: 'payin', closing_balance_overall: 556_000 }],
    })
  })
})
