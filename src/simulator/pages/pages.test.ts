import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../../test/support/simulated-merchant.ts'

async function page(
  { simulator }: Bench,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; html: string }> {
  const response = await simulator.fetch(new Request(`http://simulator${path}`, { headers }))
  return { status: response.status, html: await response.text() }
}

async function post({ simulator }: Bench, path: string, form: Record<string, string>): Promise<Response> {
  return await simulator.fetch(
    new Request(`http://simulator${path}`, { method: 'POST', body: new URLSearchParams(form) }),
  )
}

describe('the pages', () => {
  test.each(['/', '/pay', '/notifications', '/faults', '/clock', '/requests', '/limits'])(
    '%s, empty and in use',
    async (path) => {
      const merchant = bench()
      expect((await page(merchant, path)).status).toBe(200)
      await merchant.charge('order-1')
      merchant.simulator.faults.add({ kind: 'delay', seconds: 5 })
      await merchant.simulator.pay('order-1')
      const { status, html } = await page(merchant, path)
      expect(status).toBe(200)
      expect(html).not.toMatch(/undefined|\[object|NaN/)
      expect(html).not.toMatch(/<script|https?:\/\/(?!simulator|merchant\.example)/)
    },
  )

  test('speak both languages', async () => {
    const merchant = bench()
    expect((await page(merchant, '/')).html).toContain('<html lang="en">')
    expect((await page(merchant, '/', { 'Accept-Language': 'id-ID,id;q=0.9,en;q=0.8' })).html).toContain(
      '<html lang="id">',
    )
    expect((await page(merchant, '/clock?lang=id')).html).toContain('Jalankan jam')
    expect((await page(merchant, '/clock', { Cookie: 'lang=id' })).html).toContain('Jalankan jam')
    expect((await page(merchant, '/clock?lang=xx')).html).toContain('Let the clock run')
  })

  test('call a card what people call it', async () => {
    const merchant = bench()
    await merchant.charge('order-1', await merchant.card('4411111111111118'))
    for (const path of ['/', '/transactions/order-1']) {
      expect((await page(merchant, `${path}?lang=en`)).html).toContain('>Card<')
      expect((await page(merchant, `${path}?lang=id`)).html).toContain('>Kartu<')
    }
  })

  test('the log says why something was refused, and of which order it was', async () => {
    const merchant = bench()
    await merchant.charge('order-1', { bank_transfer: { bank: 'bsi' } })
    await merchant.call('POST', '/snap/v1/transactions', { transaction_details: { order_id: 'order-2' } })
    const { body } = await merchant.call('POST', '/snap/v1/transactions', {
      transaction_details: { order_id: 'order-3', gross_amount: 10_000 },
    })
    await merchant.call('POST', `/snap/v1/transactions/${String(body.token)}/cancel`)
    const log = (await merchant.call('GET', '/_simulator/requests')).body.results
    expect(log).toMatchObject([
      { endpoint: 'snap_cancel', order_id: 'order-3', http_status: 200, status_message: null },
      { endpoint: 'snap_create', order_id: 'order-3' },
      { order_id: 'order-2', status_message: 'transaction_details.gross_amount is required' },
      { order_id: 'order-1', status_message: expect.stringContaining('bank_transfer.bank must be one of') },
    ])
    expect((await page(merchant, '/requests')).html).toContain('transaction_details.gross_amount is required')
  })

  test('load nothing from elsewhere, and let the browser name our own forms as ours', async () => {
    const { simulator } = bench()
    const { headers } = await simulator.fetch(new Request('http://simulator/pay'))
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  test('change the language without leaving the place', async () => {
    const merchant = bench()
    expect((await page(merchant, '/?q=shirt')).html).toContain('href="/?q=shirt&amp;lang=id"')
    const refused = await post(merchant, '/notifications/url', { url: 'nowhere' })
    expect(await refused.text()).toContain('href="/notifications?lang=id"')
  })

  test('find an order by its id, its transaction, its number, or a part of them', async () => {
    const merchant = bench()
    for (const id of ['shirt-1', 'shoes-1']) await merchant.charge(id)
    const { transactionId, vaNumber } = merchant.simulator.transaction('shirt-1')
    for (const search of ['shirt-1', 'shirt', transactionId, vaNumber!]) {
      const { html } = await page(merchant, `/?q=${search}`)
      expect(html).toContain('>shirt-1</a>')
      expect(html).not.toContain('>shoes-1</a>')
    }
    expect((await page(merchant, '/?q=nobody')).html).toContain('Nothing was found')
  })

  test('turn in pages of fifty', async () => {
    const merchant = bench()
    for (let n = 1; n <= 60; n++) await merchant.charge(`order-${n}`)
    const { html } = await page(merchant, '/')
    const next = /href="(\/\?before=\d+)"/.exec(html)?.[1]
    expect(html.match(/<tr><td/g)).toHaveLength(50)
    expect((await page(merchant, next!)).html.match(/<tr><td/g)).toHaveLength(10)
  })

  test('escape what a merchant sends', async () => {
    const merchant = bench()
    const evil = '"><img src=x onerror=alert(1)>'
    merchant.answers.push(new Response(`${evil}`, { status: 404 }))
    await merchant.charge('order-1', { custom_field1: evil, metadata: { [evil]: evil } })
    await merchant.simulator.idle()
    for (const path of [
      '/transactions/order-1',
      `/?q=${encodeURIComponent(evil)}`,
      `/pay?number=${encodeURIComponent(evil)}`,
      '/notifications',
    ]) {
      const { html } = await page(merchant, path)
      expect(html).not.toContain('<img')
      expect(html).toContain('img')
    }
  })

  test('offer what may happen, and only that', async () => {
    const merchant = bench()
    await merchant.charge('order-1', { bank_transfer: { bank: 'permata' } })
    const moves = async () =>
      [...(await page(merchant, '/transactions/order-1')).html.matchAll(/name="move" value="(\w+)"/g)].map(
        ([, move]) => move,
      )
    expect(await moves()).toEqual(['pay', 'expire', 'cancel', 'fail'])
    const done = await post(merchant, '/transactions/order-1', { move: 'pay' })
    expect(done.status).toBe(303)
    expect(await moves()).toEqual(['reverse'])
    const refused = await post(merchant, '/transactions/order-1', { move: 'pay' })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('role="alert"')
    expect((await page(merchant, '/transactions/nobody')).status).toBe(404)
    expect((await page(merchant, '/nowhere')).status).toBe(404)
  })

  test('pay by the number that the customer was shown', async () => {
    const merchant = bench()
    await merchant.charge('order-1')
    const echannel = { bill_info1: 'a', bill_info2: 'b' }
    await merchant.charge('bill-1', { payment_type: 'echannel', echannel })
    const { vaNumber } = merchant.simulator.transaction('order-1')
    const { billKey } = merchant.simulator.transaction('bill-1')
    const offers = async (query: string) =>
      (await page(merchant, `/pay?${query}`)).html.includes('Rp 275.000')
    expect(await offers(`number=${vaNumber}`)).toBe(true)
    expect(await offers(`number=${vaNumber!.replace(/(\d{4})/g, '$1+')}`)).toBe(true)
    expect(await offers(`number=${billKey}`)).toBe(false)
    expect(await offers(`number=${billKey}&biller=70012`)).toBe(true)
    expect((await page(merchant, `/pay?number=${billKey}`)).html).toContain('which is <code>70012</code>')
    expect((await page(merchant, `/pay?number=${billKey}&biller=1`)).html).toContain('knows no bill')
    expect(await offers('number=1')).toBe(false)
    await merchant.simulator.expire('order-1')
    expect((await page(merchant, `/pay?number=${vaNumber}`)).html).toContain('can no longer be paid')
  })

  test('set the address, hold, test and resend', async () => {
    const merchant = bench()
    const { simulator, received } = merchant
    await post(merchant, '/notifications/url', { url: 'https://one.example/' })
    await post(merchant, '/notifications/test', {})
    await simulator.idle()
    expect(received.map(({ url }) => url)).toEqual(['https://one.example/'])
    await post(merchant, '/notifications/notice-1/resend', {})
    expect(received).toHaveLength(2)
    await post(merchant, '/notifications/pause', {})
    expect((await page(merchant, '/notifications')).html).toContain('being held')
    await post(merchant, '/notifications/resume', {})
    const wrong = await post(merchant, '/notifications/url', { url: 'nowhere' })
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringContaining('not an http or https address'),
    ])
  })

  test('add and remove faults', async () => {
    const merchant = bench()
    const form = {
      kind: 'http_error',
      order_id: '',
      times: '2',
      verb: 'charge',
      when: 'after',
      seconds: '',
      status: '503',
      body: 'false',
      code: '',
      copies: '',
      transaction_status: '',
    }
    await post(merchant, '/faults', form)
    expect(merchant.simulator.faults.list()).toMatchObject([
      { kind: 'http_error', times: 2, verb: 'charge', when: 'after', status: 503, body: false },
    ])
    await post(merchant, '/faults/fault-1/remove', {})
    expect((await post(merchant, '/faults', { kind: 'lose', seconds: '3' })).status).toBe(400)
    await post(merchant, '/faults', { kind: 'refuse', code: '402' })
    await post(merchant, '/faults/clear', {})
    expect(merchant.simulator.faults.list()).toEqual([])
  })

  test('move the clock', async () => {
    const merchant = bench()
    await post(merchant, '/clock', { advance: '3600' })
    expect((await page(merchant, '/clock')).html).toContain('2026-03-02 10:00:00')
    await post(merchant, '/clock', { at: '2026-03-05T12:00:00' })
    expect(merchant.simulator.clock.now().toISOString()).toBe('2026-03-05T05:00:00.000Z')
    await post(merchant, '/clock', { do: 'resume' })
    await post(merchant, '/clock', { do: 'freeze' })
    expect((await post(merchant, '/clock', { at: 'soon' })).status).toBe(400)
  })

  test('show a card that the fraud engine holds as held, until somebody decides', async () => {
    const merchant = bench()
    const { body } = await merchant.call(
      'GET',
      `/v2/token?client_key=${merchant.simulator.clientKey}&card_number=4811111111111114&card_exp_month=12&card_exp_year=2030&card_cvv=123`,
    )
    await merchant.charge(
      'held-1',
      { payment_type: 'credit_card', credit_card: { token_id: body.token_id } },
      { 'X-Simulator-Fault': 'challenge' },
    )
    await merchant.simulator.idle()
    const badges = async (path: string) =>
      [...(await page(merchant, path)).html.matchAll(/badge (\w*)" title="([^"]*)">([^<]*)</g)].map(
        ([, tone, told, word]) => [tone, told, word],
      )
    const HELD = ['wait', 'capture, challenge', 'on hold']
    for (const path of ['/', '/notifications']) expect(await badges(path)).toEqual([HELD])
    expect((await page(merchant, '/?lang=id')).html).toContain('>ditahan<')
    await merchant.simulator.approve('held-1')
    expect((await badges('/transactions/held-1')).slice(0, 3)).toEqual([
      ['good', 'capture', 'captured'],
      HELD,
      ['good', 'capture', 'captured'],
    ])
  })

  test('lead to the Snap checkouts that are still open', async () => {
    const merchant = bench()
    const open = async (order_id: string) => {
      const transaction_details = { order_id, gross_amount: 275_000 }
      const { body } = await merchant.call('POST', '/snap/v1/transactions', { transaction_details })
      return `/snap/v3/redirection/${body.token}`
    }
    const [paid, cancelled, waiting] = [
      await open('paid-1'),
      await open('cancelled-1'),
      await open('waiting-1'),
    ]
    const links = async () =>
      [...(await page(merchant, '/')).html.matchAll(/href="(\/snap[^"]*)"/g)].map(([, path]) => path)
    expect(await links()).toEqual([waiting, cancelled, paid])
    await merchant.simulator.choose('paid-1', 'bca_va', {})
    await merchant.simulator.pay('paid-1')
    await merchant.call('POST', `/snap/v1/transactions/${cancelled.split('/').at(-1)}/cancel`)
    expect(await links()).toEqual([waiting])
    await merchant.simulator.clock.advance(86_400)
    expect(await links()).toEqual([])
  })

  test('have no link without words', async () => {
    expect((await page(bench(), '/')).html).not.toMatch(/<a [^>]*>\s*<\/a>/)
    expect((await page(bench({ notificationUrl: [] }), '/')).html).toContain('no notification URL</a>')
  })
})
