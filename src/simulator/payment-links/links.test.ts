import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../../test/support/simulated-merchant.ts'

const LINK = { transaction_details: { order_id: 'link-42', gross_amount: 99_000 } }

async function create({ call }: Bench, more: Record<string, unknown> = {}): Promise<string> {
  const { http, body } = await call('POST', '/v1/payment-links', { ...LINK, ...more })
  expect(http).toBe(200)
  return new URL(String(body.payment_url)).pathname
}

async function choose({ simulator }: Bench, path: string, form: Record<string, string>): Promise<Response> {
  return await simulator.fetch(
    new Request(`http://simulator${path}`, { method: 'POST', body: new URLSearchParams(form) }),
  )
}

describe('a payment link', () => {
  test('is paid under its order id with a suffix of digits, and names itself in custom_field1', async () => {
    const merchant = bench()
    const path = await create(merchant)
    await choose(merchant, path, { method: 'gopay' })
    const [one] = merchant.simulator.transactions()
    expect(one!.orderId).toMatch(/^link-42-\d{13}$/)
    await merchant.simulator.pay(one!.orderId)
    await merchant.simulator.idle()
    expect(merchant.received.at(-1)?.body).toMatchObject({ custom_field1: 'link-42', order_id: one!.orderId })
    expect((await merchant.call('GET', '/v1/payment-links/link-42')).body).toMatchObject({
      order_id: 'link-42',
      usage: 1,
      purchases: [{ order_id: one!.orderId, payment_status: 'settlement' }],
    })
  })

  test('holds a use while a try is open, and gives it back when that expires', async () => {
    const merchant = bench()
    const path = await create(merchant, { usage_limit: 2 })
    for (const _ of [1, 2]) expect((await choose(merchant, path, { method: 'bca_va' })).status).toBe(303)
    expect((await choose(merchant, path, { method: 'bca_va' })).status).toBe(200)
    const [first, second] = merchant.simulator.transactions()
    expect(first!.orderId).not.toBe(second!.orderId)
    await merchant.simulator.pay(first!.orderId)
    await merchant.simulator.expire(second!.orderId)
    expect((await choose(merchant, path, { method: 'bca_va' })).status).toBe(303)
  })

  test('asks for the amount when it is open', async () => {
    const merchant = bench()
    const path = await create(merchant, {
      transaction_details: { order_id: 'gift', payment_link_id: 'a-gift' },
      payment_link_type: 'DYNAMIC_AMOUNT',
      dynamic_amount: { min_amount: 10_000, max_amount: 50_000 },
    })
    expect(path).toBe('/payment-links/a-gift')
    expect((await choose(merchant, path, { method: 'bca_va', amount: '9999' })).status).toBe(409)
    expect((await choose(merchant, path, { method: 'bca_va', amount: '20000' })).status).toBe(303)
    expect(merchant.simulator.transactions()[0]!.grossAmount).toBe(20_000)
  })

  test('deleted is gone, and its order id is free', async () => {
    const merchant = bench()
    const path = await create(merchant)
    const { http, body } = await merchant.call('DELETE', '/v1/payment-links/link-42')
    expect({ http, body }).toEqual({ http: 200, body: { message: 'Payment link has been deleted' } })
    expect((await merchant.call('GET', '/v1/payment-links/link-42')).http).toBe(404)
    expect((await merchant.call('DELETE', '/v1/payment-links/link-42')).http).toBe(404)
    await choose(merchant, path, { method: 'bca_va' })
    expect(merchant.simulator.transactions()).toEqual([])
    await create(merchant)
    expect((await merchant.call('GET', '/v1/payment-links')).body.payment_links).toHaveLength(1)
  })

  test('closes in time', async () => {
    const merchant = bench()
    const path = await create(merchant, { expiry: { duration: 30, unit: 'minutes' } })
    await merchant.simulator.clock.advance(1800)
    await choose(merchant, path, { method: 'bca_va' })
    expect(merchant.simulator.transactions()).toEqual([])
  })
})
