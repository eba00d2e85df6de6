import { describe, expect, test } from 'vitest'
import { type Bench, bench, HOOK } from '../../../test/support/simulated-merchant.ts'

const ORDER = { transaction_details: { order_id: 'order-1', gross_amount: 275_000 } }

async function open(
  { call }: Bench,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) {
  const { http, body } = await call('POST', '/snap/v1/transactions', { ...ORDER, ...more }, headers)
  expect(http).toBe(201)
  const token = String(body.token)
  return { token, path: `/snap/v3/redirection/${token}` }
}

async function choose({ simulator }: Bench, path: string, form: Record<string, string>): Promise<Response> {
  return await simulator.fetch(
    new Request(`http://simulator${path}`, { method: 'POST', body: new URLSearchParams(form) }),
  )
}

async function look({ simulator }: Bench, path: string): Promise<{ status: number; html: string }> {
  const response = await simulator.fetch(new Request(`http://simulator${path}`))
  return { status: response.status, html: await response.text() }
}

const end = ({ call }: Bench, token: string, how: 'cancel' | 'expire') =>
  call('POST', `/snap/v1/transactions/${token}/${how}`)

describe('in the frame of a shop', () => {
  test('the language stays in the address, and no cookie is set for it', async () => {
    const merchant = bench()
    const { path } = await open(merchant)
    const inFrame = await merchant.simulator.fetch(new Request(`http://simulator${path}?popup=1&lang=id`))
    expect(inFrame.headers.get('set-cookie')).toBeNull()
    const html = await inFrame.text()
    expect(html).toContain('<html lang="id">')
    expect(html).toContain(`action="${path}?popup=1&amp;lang=id"`)
    const chosen = await choose(merchant, `${path}?popup=1&lang=id`, { method: 'bca_va' })
    expect(chosen.headers.get('set-cookie')).toBeNull()
    expect((await look(merchant, chosen.headers.get('location')!)).html).toContain('<html lang="id">')
    const alone = await merchant.simulator.fetch(new Request(`http://simulator${path}?lang=id`))
    expect(alone.headers.get('set-cookie')).toContain('lang=id')
  })

  test('each mistake in the card form is a sentence of its own', async () => {
    const merchant = bench()
    const { path } = await open(merchant)
    const form = { method: 'credit_card', number: '1', expiry: '99/1', cvv: 'x' }
    const html = await (await choose(merchant, path, form)).text()
    const alert = /role="alert">(.*?)<\/div>/s.exec(html)![1]!
    expect(alert.match(/card_\w+[^.]*\.(?= card_|$)/g)!.length).toBeGreaterThan(1)
  })
})

describe('a Snap order', () => {
  test('is unknown to GET status until a method is chosen', async () => {
    const merchant = bench()
    const { path } = await open(merchant)
    expect((await merchant.call('GET', '/v2/order-1/status')).body.status_code).toBe('404')
    expect((await choose(merchant, path, { method: 'bca_va' })).status).toBe(303)
    expect((await merchant.call('GET', '/v2/order-1/status')).body).toMatchObject({
      status_code: '201',
      gross_amount: '275000.00',
    })
  })

  test('may be tried several times at once, and even be paid twice', async () => {
    const merchant = bench()
    const { path } = await open(merchant)
    for (const method of ['bca_va', 'permata_va', 'other_qris']) await choose(merchant, path, { method })
    const tries = merchant.simulator.transactions()
    expect(tries.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending'])
    await merchant.simulator.pay(tries[2]!.transactionId)
    await merchant.simulator.pay(tries[1]!.transactionId)
    await merchant.simulator.idle()
    const settled = merchant.received.filter(({ body }) => body.transaction_status === 'settlement')
    expect(settled.map(({ body }) => body.order_id)).toEqual(['order-1', 'order-1'])
    // But a new try is not begun on what is paid.
    expect((await choose(merchant, path, { method: 'bca_va' })).status).toBe(409)
  })

  test('brings along what the merchant asked for', async () => {
    const merchant = bench()
    const { path } = await open(
      merchant,
      {
        custom_field1: 'a',
        bca_va: { va_number: '12345678' },
        expiry: { start_time: '2026-03-02 09:00:00 +0700', unit: 'minutes', duration: 30 },
      },
      { 'X-Override-Notification': 'https://other.example/hook' },
    )
    await choose(merchant, path, { method: 'bca_va' })
    await merchant.simulator.idle()
    expect(merchant.received).toMatchObject([
      {
        url: 'https://other.example/hook',
        body: {
          custom_field1: 'a',
          va_numbers: [{ va_number: '3900112345678' }],
          expiry_time: '2026-03-02 09:30:00',
        },
      },
    ])
  })

  test('offers only the enabled methods', async () => {
    const merchant = bench()
    const { path } = await open(merchant, { enabled_payments: ['cstore', 'bca_va', 'klikbca'] })
    const { html } = await look(merchant, path)
    expect([...html.matchAll(/name="method" value="(\w+)"/g)].map(([, name]) => name)).toEqual([
      'bca_va',
      'indomaret',
      'alfamart',
    ])
  })

  test('asked for again before a method is chosen, has another token; afterwards it is taken', async () => {
    const merchant = bench()
    const first = await open(merchant)
    const second = await open(merchant)
    expect((await look(merchant, first.path)).status).toBe(404)
    await choose(merchant, second.path, { method: 'bca_va' })
    const { http, body } = await merchant.call('POST', '/snap/v1/transactions', ORDER)
    expect({ http, body }).toEqual({
      http: 400,
      body: { error_messages: ['transaction_details.order_id sudah digunakan'] },
    })
    await merchant.simulator.expire('order-1')
    await open(merchant)
  })
})

test('a program chooses for the customer, here and over HTTP', async () => {
  const merchant = bench()
  const { token } = await open(merchant, { credit_card: { secure: true } })
  const card = { number: '4811 1111 1111 1114', expiry: '12/30', cvv: '123' }
  const { transactionId } = await merchant.simulator.choose('order-1', 'credit_card', card)
  expect((await merchant.simulator.authenticate(transactionId, { otp: '000000' })).status).toBe('deny')
  const { http, body } = await merchant.call('POST', `/_simulator/checkouts/${token}/choose`, {
    method: 'bri_va',
  })
  expect(http).toBe(201)
  expect(body).toMatchObject({ order_id: 'order-1', bank: 'bri', transaction_status: 'pending' })
  await expect(merchant.simulator.choose('order-1', 'cash')).rejects.toThrow('“cash” is not offered here.')
  await expect(merchant.simulator.choose('nobody', 'gopay')).rejects.toThrow('knows no payment page')
})

describe('a token', () => {
  test('is cancelled once, and then cannot be paid', async () => {
    const merchant = bench()
    const { token, path } = await open(merchant)
    expect(await end(merchant, token, 'cancel')).toEqual({
      http: 200,
      body: { canceled_at: '2026-03-02T02:00:00.000Z' },
    })
    expect(await end(merchant, token, 'cancel')).toEqual({
      http: 400,
      body: { error_messages: ['token already canceled'] },
    })
    await choose(merchant, path, { method: 'bca_va' })
    expect(merchant.simulator.transactions()).toEqual([])
    expect((await look(merchant, path)).html).toContain('This page is closed.')
  })

  test('with a payment under way is not ended', async () => {
    const merchant = bench()
    const { token, path } = await open(merchant)
    await choose(merchant, path, { method: 'bca_va' })
    for (const how of ['cancel', 'expire'] as const)
      expect((await end(merchant, token, how)).body).toEqual({
        error_messages: ['Transaction is on progress'],
      })
  })

  test('that nobody was given', async () => {
    expect(await end(bench(), 'nothing', 'expire')).toEqual({
      http: 404,
      body: { error_messages: ['token not found'] },
    })
  })

  // what is asked → how long the page is open
  test.each([
    ['a day, unless said', {}, 86_400],
    ['page_expiry', { page_expiry: { duration: 3, unit: 'hours' } }, 3 * 3600],
    ['expiry', { expiry: { duration: 90, unit: 'minute' } }, 90 * 60],
    [
      'page_expiry before expiry',
      { page_expiry: { duration: 1, unit: 'hour' }, expiry: { duration: 1, unit: 'day' } },
      3600,
    ],
  ])('lives %s; its end is told to nobody', async (_, more, seconds) => {
    const merchant = bench()
    const { token, path } = await open(merchant, more)
    await merchant.simulator.clock.advance(seconds - 1)
    expect((await look(merchant, path)).html).toContain('How would you like to pay?')
    await merchant.simulator.clock.advance(1)
    expect((await look(merchant, path)).html).toContain('This page has expired.')
    expect((await end(merchant, token, 'expire')).body).toEqual({ error_messages: ['token is expired'] })
    expect(merchant.received).toEqual([])
  })

  test('begun in time is paid after the page has closed', async () => {
    const merchant = bench()
    const { path } = await open(merchant, { page_expiry: { duration: 1, unit: 'hour' } })
    await choose(merchant, path, { method: 'bca_va' })
    await merchant.simulator.clock.advance(7200)
    await merchant.simulator.pay('order-1')
    expect((await look(merchant, path)).html).toContain('Paid. Thank you!')
  })
})

describe('what Snap refuses', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['no order',              { transaction_details: undefined },                                    ['transaction_details is required']],
    ['a broken amount',       { transaction_details: { order_id: 'a', gross_amount: 10.5 } },        ['transaction_details.gross_amount must be an integer']],
    ['symbols in the id',     { transaction_details: { order_id: 'a/b', gross_amount: 10 } },        ['transaction_details.order_id only letters, digits and - _ ~ . are allowed']],
    ['too long a page',       { page_expiry: { duration: 8, unit: 'days' } },                        ['page_expiry.duration must be between 20 seconds and 7 days']],
    ['a unit that is none',   { expiry: { duration: 8, unit: 'moons' } },                            ['expiry.unit must be one of second, minute, hour, day']],
    ['methods in a text',     { enabled_payments: 'bca_va' },                                        ['enabled_payments must be an array']],
  ])('%s', async (_, more, messages) => {
    const { call } = bench()
    const { http, body } = await call('POST', '/snap/v1/transactions', { ...ORDER, ...more })
    expect({ http, body }).toEqual({ http: 400, body: { error_messages: messages } })
  })

  test('no JSON, a wrong path, a wrong verb', async () => {
    const { call } = bench()
    expect((await call('POST', '/snap/v1/transactions', '{')).http).toBe(400)
    expect((await call('POST', '/snap/v1/nothing')).http).toBe(404)
    expect((await call('DELETE', '/snap/v1/transactions')).http).toBe(404)
  })
})

describe('faults', () => {
  test('reach Snap too: done, and the answer lost', async () => {
    const merchant = bench()
    merchant.simulator.faults.add({ kind: 'lose_answer', verb: 'snap_create' })
    await expect(merchant.call('POST', '/snap/v1/transactions', ORDER)).rejects.toThrow('fetch failed')
    await open(merchant)
  })

  test.each([
    ['http_error', 500],
    ['too_many', 429],
    ['html', 502],
  ] as const)('%s', async (kind, http) => {
    const { simulator } = bench()
    const response = await simulator.fetch(
      new Request('http://simulator/snap/v1/transactions', {
        method: 'POST',
        headers: {
          Authorization: `Basic ${Buffer.from(`${simulator.serverKey}:`).toString('base64')}`,
          'X-Simulator-Fault': kind,
        },
        body: JSON.stringify(ORDER),
      }),
    )
    expect(response.status).toBe(http)
  })
})

test('notices of a Snap payment go to the dashboard’s address, too, when one is appended', async () => {
  const merchant = bench()
  const { path } = await open(merchant, {}, { 'X-Append-Notification': 'https://other.example/hook' })
  await choose(merchant, path, { method: 'bca_va' })
  await merchant.simulator.idle()
  expect(merchant.received.map(({ url }) => url).sort()).toEqual([HOOK, 'https://other.example/hook'].sort())
})

describe('banks that Midtrans documents for Snap only', () => {
  test.each(['danamon', 'bsi', 'seabank', 'saqu'])('%s: chosen, told, paid', async (bank) => {
    const merchant = bench()
    const { path } = await open(merchant, {
      enabled_payments: [`${bank}_va`],
      [`${bank}_va`]: { va_number: '4242' },
    })
    expect((await choose(merchant, path, { method: `${bank}_va` })).status).toBe(303)
    const { vaNumber, transactionId } = await merchant.simulator.pay('order-1')
    expect(vaNumber).toMatch(/^\d{4}000000004242$/)
    await merchant.simulator.idle()
    expect(merchant.received.map(({ body }) => [body.payment_type, body.transaction_status])).toEqual([
      ['bank_transfer', 'pending'],
      ['bank_transfer', 'settlement'],
    ])
    expect(merchant.received.at(-1)!.body).toMatchObject({
      va_numbers: [{ bank, va_number: vaNumber }],
      payment_amounts: [],
    })
    for (const id of ['order-1', transactionId])
      expect((await merchant.call('GET', `/v2/${id}/status`)).body.transaction_id).toBe(transactionId)
    // The id of a BSI payment is no UUID.
    expect(/^[0-9a-f-]{36}$/.test(transactionId)).toBe(bank !== 'bsi')
  })

  test('are among those of `bank_transfer`', async () => {
    const merchant = bench()
    const { path } = await open(merchant, { enabled_payments: ['bank_transfer'] })
    const { html } = await look(merchant, path)
    for (const name of ['Danamon', 'BSI', 'SeaBank', 'Saqu']) expect(html).toContain(name)
    expect(html).not.toContain('GoPay')
  })
})
