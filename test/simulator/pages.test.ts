import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CHOICES } from '../../src/simulator/checkout/choices.ts'
import { FAULT_KINDS } from '../../src/simulator/faults.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { type Bench, bench } from '../support/simulated-merchant.ts'

/* The pages that a person uses, in a real browser: hosted payment pages, the shop's page with snap.js and the card script, the operator's pages. */

let browser: Browser | undefined
let merchant: Bench
let url: string
let close: () => Promise<void>
let page: Page
const problems: string[] = []

if (noBrowser) console.warn(noBrowser)

beforeAll(async () => {
  if (noBrowser) return
  browser = await startBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  merchant = bench({ notificationUrl: 'https://merchant.example/hook' })
  ;({ url, close } = await merchant.simulator.listen({ port: 0 }))
  const context = await browser!.newContext({ locale: 'en-GB' })
  page = await context.newPage()
  problems.length = 0
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('request', (request) => {
    const { hostname } = new URL(request.url())
    if (hostname !== '127.0.0.1' && hostname !== '') problems.push(`asked ${request.url()}`)
  })
})
afterEach(async () => {
  await page.context().close()
  await close()
  expect(problems).toEqual([])
})

async function openSnap(more: Record<string, unknown> = {}): Promise<{ token: string; address: string }> {
  const response = await fetch(`${url}/snap/v1/transactions`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${merchant.simulator.serverKey}:`).toString('base64')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      transaction_details: { order_id: 'order-1', gross_amount: 150_000 },
      item_details: [{ id: 'a', name: 'Shirt', price: 150_000, quantity: 1 }],
      customer_details: { first_name: 'Budi', phone: '081234567890' },
      credit_card: { secure: true },
      ...more,
    }),
  })
  const { token, redirect_url: address } = (await response.json()) as { token: string; redirect_url: string }
  return { token, address }
}

const choose = (title: string) =>
  page
    .locator('form.choice', { has: page.getByText(title, { exact: true }) })
    .getByRole('button', { name: /Continue|Lanjut/ })

async function typeCard(number: string, expiry = '12/30'): Promise<void> {
  const form = page.locator('form.choice', { has: page.locator('#credit_card-number') })
  await form.locator('#credit_card-number').fill(number)
  await form.locator('#credit_card-expiry').fill(expiry)
  await form.locator('#credit_card-cvv').fill('123')
  await form.getByRole('button').click()
}

const statuses = () => merchant.simulator.transactions().map(({ method, status }) => `${method}: ${status}`)

describe.skipIf(noBrowser !== null)('the page of Snap', () => {
  test('one order, four tries: denied, wrong code, left open, paid', async () => {
    const { address } = await openSnap({ callbacks: { finish: `${url}/health-of-the-shop` } })
    await page.goto(address)
    await typeCard('4911111111111113')
    await page.getByLabel(/Code from the bank/).fill('112233')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('This try did not succeed.').waitFor()

    await page.getByRole('link', { name: 'Pay another way' }).click()
    await typeCard('4811111111111114')
    await page.getByLabel(/Code from the bank/).fill('000000')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('This try did not succeed.').waitFor()

    await page.getByRole('link', { name: 'Pay another way' }).click()
    await choose('Permata Virtual Account').click()
    await page.getByText('Virtual account number').waitFor()
    await page.getByRole('link', { name: 'Pay another way' }).click()
    expect(await page.getByRole('link', { name: 'Permata Virtual Account' }).count()).toBe(1)

    await choose('BCA Virtual Account').click()
    await page.getByRole('button', { name: 'Transfer the amount' }).click()
    await page.getByText('Paid. Thank you!').waitFor()
    expect(statuses()).toEqual([
      'BCA Virtual Account: settlement',
      'Permata Virtual Account: pending',
      'Card: deny',
      'Card: deny',
    ])
    const back = await page.getByRole('link', { name: 'Back to the shop' }).getAttribute('href')
    expect(Object.fromEntries(new URL(back!).searchParams)).toMatchObject({
      order_id: 'order-1',
      status_code: '200',
      transaction_status: 'settlement',
    })
    await merchant.simulator.idle()
    const told = merchant.received.map(({ body }) => [body.order_id, body.transaction_status])
    expect(new Set(merchant.received.map(({ body }) => body.transaction_id)).size).toBe(4)
    expect(told.filter(([, status]) => status === 'settlement')).toHaveLength(1)

    // Whoever comes back later finds it paid.
    await page.goto(address)
    await page.getByText('Paid. Thank you!').waitFor()
  })

  // method on the page → what its customer presses
  test.each([
    ['GoPay', 'Approve with my PIN'],
    ['ShopeePay', 'Approve with my PIN'],
    ['DANA', 'Approve with my PIN'],
    ['QRIS', 'Approve with my PIN'],
    ['Mandiri Bill', 'Transfer the amount'],
    ['Indomaret', 'Transfer the amount'],
    ['Alfamart', 'Transfer the amount'],
    ['Akulaku', 'Agree to the loan'],
    ['Kredivo', 'Agree to the loan'],
  ])('%s', async (title, press) => {
    const { address } = await openSnap()
    await page.goto(address)
    await choose(title).click()
    await page.getByRole('button', { name: press }).click()
    await page.getByText('Paid. Thank you!').waitFor()
  })

  test('OVO asks for a phone', async () => {
    const { address } = await openSnap({ enabled_payments: ['ovo'] })
    await page.goto(address)
    await page.locator('#ovo-phone').fill('081234567890')
    await choose('OVO').click()
    await page.getByRole('button', { name: 'Approve with my PIN' }).click()
    await page.getByText('Paid. Thank you!').waitFor()
  })

  test('says what is wrong with a card, and stays', async () => {
    const { address } = await openSnap({ enabled_payments: ['credit_card'] })
    await page.goto(address)
    await typeCard('4811111111111115')
    await page.getByRole('alert').waitFor()
    expect(await page.locator('#credit_card-number').count()).toBe(1)
    expect(statuses()).toEqual([])
    // The browser itself says so of the HTTP status.
    problems.length = 0
  })

  test('in Indonesian', async () => {
    const { address } = await openSnap()
    await page.goto(`${address}?lang=id`)
    await page.getByText('Mau bayar dengan apa?').waitFor()
  })
})

describe.skipIf(noBrowser !== null)('a shop’s page', () => {
  let shop: Server
  let shopUrl: string
  let script: string

  beforeEach(async () => {
    shop = createServer((_, response) => {
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(`<!doctype html><link rel="icon" href="data:,">
<body><iframe id="bank" name="bank"></iframe>
<script src="${url}/snap/snap.js" data-client-key="${merchant.simulator.clientKey}"></script>
<script id="midtrans-script" src="${url}/v2/assets/js/midtrans-new-3ds.min.js" data-client-key="${merchant.simulator.clientKey}"></script>
<script>window.heard = []; ${script}</script>`)
    })
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening))
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
  })
  afterEach(() => {
    shop.closeAllConnections()
    shop.close()
  })

  const callbacks = `{ language: 'en', onSuccess: (r) => heard.push(['success', r]), onPending: (r) => heard.push(['pending', r]),
    onError: (r) => heard.push(['error', r]), onClose: () => heard.push(['close']) }`
  const heard = () => page.evaluate('window.heard') as Promise<[string, Record<string, unknown>?][]>
  const hears = async (count: number) => {
    await page.waitForFunction(`window.heard.length >= ${count}`)
    return await heard()
  }

  test('snap.pay: closed, pending, paid', async () => {
    const { token } = await openSnap()
    script = `function pay() { snap.pay(${JSON.stringify(token)}, ${callbacks}) }`
    await page.goto(shopUrl)
    const frame = page.frameLocator('#snap-midtrans')

    await page.evaluate('pay()')
    await frame.getByRole('button', { name: 'Close' }).click()
    expect(await hears(1)).toEqual([['close']])
    expect(await page.locator('#snap-midtrans').count()).toBe(0)

    await page.evaluate('pay()')
    await frame.locator('form.choice', { hasText: 'BCA Virtual Account' }).getByRole('button').click()
    await frame.getByText('Pay with these').waitFor()
    await frame.getByRole('button', { name: 'Close' }).click()
    expect((await hears(2))[1]).toMatchObject([
      'pending',
      { status_code: '201', order_id: 'order-1', transaction_status: 'pending' },
    ])

    await page.evaluate('pay()')
    await frame.getByRole('link', { name: 'BCA Virtual Account' }).click()
    await frame.getByRole('button', { name: 'Transfer the amount' }).click()
    expect((await hears(3))[2]).toMatchObject([
      'success',
      {
        status_code: '200',
        order_id: 'order-1',
        transaction_status: 'settlement',
        gross_amount: '150000.00',
      },
    ])
    expect(await page.locator('#snap-midtrans').count()).toBe(0)
  })

  test('snap.pay without callbacks goes to the finish address', async () => {
    const { token } = await openSnap({ callbacks: { finish: `${shopUrl.replace(/\/$/, '')}/thanks` } })
    script = `snap.pay(${JSON.stringify(token)}, { language: 'en' })`
    await page.goto(shopUrl)
    const frame = page.frameLocator('#snap-midtrans')
    await frame.locator('form.choice', { hasText: 'BCA Virtual Account' }).getByRole('button').click()
    await frame.getByRole('button', { name: 'Transfer the amount' }).click()
    await page.waitForURL(/\/thanks\?order_id=order-1&status_code=200&transaction_status=settlement/)
  })

  test('snap.pay of a held card is pending', async () => {
    const { token } = await openSnap()
    script = `snap.pay(${JSON.stringify(token)}, ${callbacks})`
    await page.goto(shopUrl)
    const frame = page.frameLocator('#snap-midtrans')
    const form = frame.locator('form.choice', { has: frame.locator('#credit_card-number') })
    await form.locator('#credit_card-number').fill('4511111111111117')
    await form.locator('#credit_card-expiry').fill('12/30')
    await form.locator('#credit_card-cvv').fill('123')
    await form.getByRole('button').click()
    await frame.getByLabel(/Code from the bank/).fill('112233')
    await frame.getByRole('button', { name: 'Confirm' }).click()
    await frame.getByText('Your payment is being reviewed.').waitFor()
    await frame.getByRole('button', { name: 'Close' }).click()
    expect(await hears(1)).toMatchObject([
      ['pending', { status_code: '201', transaction_status: 'capture', fraud_status: 'challenge' }],
    ])
  })

  test('snap.pay of a session that was cancelled', async () => {
    const { token } = await openSnap()
    await merchant.call('POST', `/snap/v1/transactions/${token}/cancel`)
    script = `snap.pay(${JSON.stringify(token)}, ${callbacks})`
    await page.goto(shopUrl)
    expect((await hears(1))[0]![0]).toBe('error')
  })

  test('snap.embed', async () => {
    const { token } = await openSnap()
    script = `const place = document.createElement('div'); place.id = 'here'; document.body.append(place)
      snap.embed(${JSON.stringify(token)}, Object.assign({ embedId: 'here' }, ${callbacks}))`
    await page.goto(shopUrl)
    await page.frameLocator('#here iframe').getByText('How would you like to pay?').waitFor()
  })

  test('the card script: a token, then 3DS in a frame of the shop', async () => {
    script = `MidtransNew3ds.getCardToken(
      { card_number: '4811111111111114', card_exp_month: '12', card_exp_year: '2030', card_cvv: '123' },
      { onSuccess: (r) => heard.push(['token', r]), onFailure: (r) => heard.push(['failure', r]) })
      function authenticate(address) {
        MidtransNew3ds.authenticate(address, {
          performAuthentication: (to) => { document.getElementById('bank').src = to },
          onSuccess: (r) => heard.push(['authenticated', r]), onFailure: (r) => heard.push(['refused', r]) })
      }`
    await page.goto(shopUrl)
    const [, token] = (await hears(1))[0]!
    const { body } = await merchant.call('POST', '/v2/charge', {
      payment_type: 'credit_card',
      transaction_details: { order_id: 'card-1', gross_amount: 100_000 },
      credit_card: { token_id: token!.token_id, authentication: true },
    })
    expect(body.transaction_status).toBe('pending')
    const address = String(body.redirect_url).replace('http://simulator', url)
    await page.evaluate(`authenticate(${JSON.stringify(address)})`)
    const bank = page.frameLocator('#bank')
    await bank.getByLabel(/Code from the bank/).fill('112233')
    await bank.getByRole('button', { name: 'Confirm' }).click()
    expect((await hears(2))[1]).toMatchObject(['authenticated', { status_code: '200', order_id: 'card-1' }])
    expect(merchant.simulator.transaction('card-1').status).toBe('capture')
  })
})

describe.skipIf(noBrowser !== null)('the operator’s pages', () => {
  test('a fault is set and met, the clock is moved, a notice sent again, and each request is in the log', async () => {
    merchant.answers.push(503)
    await merchant.charge('order-1')
    await merchant.simulator.idle()
    await page.goto(`${url}/`)
    await page.getByRole('link', { name: 'order-1' }).click()
    await page.getByText('HTTP 503').waitFor()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('HTTP 200').waitFor()

    await page.getByRole('link', { name: 'Faults' }).click()
    await page.getByLabel('Fault', { exact: true }).selectOption('too_many')
    await page.getByLabel('Endpoint').selectOption('snap_create')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByText('snap_create').first().waitFor()
    const refused = await merchant.call('POST', '/snap/v1/transactions', {
      transaction_details: { order_id: 'snap-1', gross_amount: 10_000 },
    })
    expect(refused.http).toBe(429)

    await page.getByRole('link', { name: 'Clock' }).click()
    await page.getByRole('button', { name: /1 day/ }).click()
    await page.getByText('2026-03-03 09:00:00').first().waitFor()
    await page.getByRole('link', { name: 'Requests' }).click()
    expect(await page.getByText('/snap/v1/transactions').count()).toBe(1)
    expect(merchant.simulator.transaction('order-1').status).toBe('expire')

    await page.getByRole('link', { name: 'What this does not imitate' }).click()
    await page.getByText('Iris').first().waitFor()
  })

  test('a telephone’s screen has nothing to scroll sideways, on any page, in either language', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    const wider: string[] = []
    for (const path of await everyPage())
      for (const lang of ['en', 'id']) {
        await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        if (wide !== 360) wider.push(`${path} (${lang}): ${String(wide)}`)
      }
    expect(wider).toEqual([])
    // One of them is of a payment page that is not there.
    problems.length = 0
  })
})

const LONG = `order-${'0123456789'.repeat(4)}-end`

/** A world with something on every page, and each name as long as it may be. */
async function everyPage(): Promise<string[]> {
  const { call, charge, simulator } = merchant
  const paths = [
    '/',
    '/?q=order',
    '/pay',
    '/notifications',
    '/faults',
    '/clock',
    '/requests',
    '/limits',
    '/nowhere',
  ]
  const pathOf = (address: unknown) => String(address).replace('http://simulator', '')
  const order = { transaction_details: { order_id: LONG, gross_amount: 2_000_000 } }

  for (const kind of FAULT_KINDS) simulator.faults.add({ kind, orderId: LONG.replace('order', 'fault') })
  merchant.answers.push(503, new Error('the line was cut by a merchant with a very long sentence about it'))
  await charge('order-2', {
    payment_type: 'bank_transfer',
    bank_transfer: { bank: 'bca', va_number: '123456789012345678' },
  })
  await charge('order-2')
  await charge('order-2', {}, { 'X-Simulator-Fault': 'too_many' })
  await call('GET', `/v2/${'x'.repeat(200)}/status`)
  await call('PATCH', `/v1/subscriptions/${'x'.repeat(200)}`)
  const basket = {
    item_details: [{ id: 'a', name: 'Shirt', price: 275_000, quantity: 1 }],
    customer_details: { first_name: 'Budi', email: 'budi@example.com' },
  }
  const charges: Record<string, unknown>[] = [
    { payment_type: 'gopay' },
    { payment_type: 'shopeepay' },
    { payment_type: 'dana' },
    { payment_type: 'qris' },
    { payment_type: 'akulaku', ...basket },
    { payment_type: 'kredivo', ...basket },
    await merchant.card('4811111111111114', { authentication: true }),
  ]
  for (const [at, more] of charges.entries()) {
    const { body } = await charge(`${LONG.slice(0, 46)}-${at}`, more)
    const actions = (body.actions ?? []) as { name: string; url: string }[]
    const to = body.redirect_url ?? actions.find(({ name }) => name === 'deeplink-redirect')?.url
    if (to !== undefined) paths.push(pathOf(to))
    paths.push(`/transactions/${String(body.transaction_id)}`)
  }
  const qr = simulator.transactions().find(({ qrString }) => qrString !== null)!.qrString!
  paths.push(`/pay?number=${encodeURIComponent(qr)}`, '/pay?number=123')

  const { address } = await openSnap({
    transaction_details: order.transaction_details,
    item_details: [{ id: 'a', name: 'S'.repeat(50), price: 2_000_000, quantity: 1 }],
    credit_card: {
      secure: true,
      save_card: true,
      installment: { required: false, terms: { bca: [3, 6, 12] } },
    },
  })
  const snap = new URL(address).pathname
  paths.push(snap, `${snap}?popup=1`, '/snap/v3/redirection/none')
  for (const { name, asks } of CHOICES) {
    if (asks === 'card') continue
    const { status, body } = await chooseOn(snap, name)
    expect({ name, status }).toEqual({ name, status: 303 })
    paths.push(body)
  }
  const { body: link } = await call('POST', '/v1/payment-links', {
    ...order,
    transaction_details: { order_id: `${LONG.slice(0, 45)}-link`, payment_link_id: 'a'.repeat(50) },
    payment_link_type: 'DYNAMIC_AMOUNT',
    title: 'T'.repeat(40),
  })
  paths.push(pathOf(link.payment_url))
  const invoice = (order_id: string, more: object) =>
    call('POST', '/v1/invoices', {
      order_id,
      invoice_number: 'N'.repeat(40),
      invoice_date: '2026-03-01 10:00:00 +0700',
      due_date: '2026-04-01 10:00:00 +0700',
      customer_details: { id: 'c', name: 'Budi', email: 'budi@example.com', phone: '81234567890' },
      item_details: [{ item_id: 'a', description: 'D'.repeat(150), quantity: 1, price: 99_999_999 }],
      ...more,
    })
  const accounts = ['bca_va', 'bni_va', 'bri_va', 'permata_va', 'mandiri_bill'].map((name) => ({ name }))
  for (const { body } of [
    await invoice('i'.repeat(36), { payment_type: 'virtual_account', virtual_accounts: accounts }),
    await invoice('j'.repeat(36), { payment_type: 'payment_link' }),
  ])
    paths.push(pathOf(body.pdf_url), ...(body.payment_link_url ? [pathOf(body.payment_link_url)] : []))
  const { body: account } = await call('POST', '/v2/pay/account', {
    payment_type: 'gopay',
    gopay_partner: {
      phone_number: '812345678901234',
      country_code: '62',
      redirect_url: `${url}/health-of-the-shop`,
    },
  })
  for (const action of account.actions as { url: string }[]) paths.push(pathOf(action.url))
  await simulator.idle()
  return paths
}

async function chooseOn(path: string, method: string): Promise<{ status: number; body: string }> {
  const amount = '2000000'
  const body = new URLSearchParams({ method, amount, phone: '081234567890' })
  const response = await fetch(url + path, { method: 'POST', body, redirect: 'manual' })
  return { status: response.status, body: response.headers.get('location') ?? '' }
}

describe.skipIf(noBrowser !== null)('where a charge’s answer leads', () => {
  test('the QR is an image, and its text pays at the operator’s scanner', async () => {
    const { body } = await merchant.call('POST', '/v2/charge', {
      payment_type: 'qris',
      transaction_details: { order_id: 'qr-1', gross_amount: 20_000 },
    })
    const [action] = body.actions as { url: string }[]
    const image = await fetch(action!.url.replace('http://simulator', url))
    expect(image.headers.get('content-type')).toBe('image/png')
    await page.goto(`${url}/pay`)
    await page
      .getByLabel(/number|QR/i)
      .first()
      .fill(String(body.qr_string))
    await page.getByRole('button', { name: 'Look up' }).click()
    await page.getByRole('button', { name: /Pay/ }).click()
    expect(merchant.simulator.transaction('qr-1').status).toBe('settlement')
  })

  test('a GoPay account is linked by its owner', async () => {
    const { body } = await merchant.call('POST', '/v2/pay/account', {
      payment_type: 'gopay',
      gopay_partner: {
        phone_number: '81234567891',
        country_code: '62',
        redirect_url: `${url}/health-of-the-shop`,
      },
    })
    const [action] = body.actions as { url: string }[]
    await page.goto(action!.url.replace('http://simulator', url))
    await page.getByRole('button', { name: 'Agree', exact: true }).click()
    await page.waitForURL(`${url}/health-of-the-shop`)
    expect(merchant.simulator.payAccounts.list()[0]?.status).toBe('ENABLED')
    // The shop of this test has no such page.
    problems.length = 0
  })

  // what the wallet's customer presses → what the shop is told
  test.each([
    ['Approve with my PIN', 'success', 'settlement'],
    ['Refuse', 'failure', 'deny'],
  ])('GoPay’s page sends its customer back: %s', async (press, result, status) => {
    const { body } = await merchant.charge('order-1', {
      payment_type: 'gopay',
      gopay: { enable_callback: true, callback_url: `${url}/health-of-the-shop` },
    })
    const to = (body.actions as { name: string; url: string }[]).find(
      ({ name }) => name === 'deeplink-redirect',
    )
    await page.goto(to!.url.replace('http://simulator', url))
    await page.getByRole('button', { name: press }).click()
    await page.waitForURL(`${url}/health-of-the-shop?order_id=order-1&result=${result}`)
    expect(merchant.simulator.transaction('order-1').status).toBe(status)
    problems.length = 0
  })

  test('an app’s address waits to be pressed', async () => {
    const { body } = await merchant.charge('order-1', {
      payment_type: 'shopeepay',
      shopeepay: { callback_url: 'kopi://paid' },
    })
    const [to] = body.actions as { url: string }[]
    await page.goto(to!.url.replace('http://simulator', url))
    await page.getByRole('button', { name: 'Approve with my PIN' }).click()
    const link = page.getByRole('link', { name: 'Back to the shop' })
    expect(await link.getAttribute('href')).toBe('kopi://paid')
    expect(page.url()).toContain('/universal-link/wallet/pay')
  })
})
