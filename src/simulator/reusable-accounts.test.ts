import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'

/* Virtual accounts that take many payments: docs/midtrans/protocol.md §8, notifications.md §8. */

const list = async ({ call }: Bench, id = 'account-1', query = '') =>
  (await call('GET', `/v2/${id}/status/b2b${query}`)).body.transactions as Record<string, unknown>[]

async function opened(): Promise<Bench> {
  const merchant = bench({ reusableAccounts: ['bca_va'] })
  await merchant.charge('account-1', { custom_field1: 'tenant 9' })
  return merchant
}

describe('an account that takes many payments', () => {
  test('stays pending; each payment is a transaction of its own amount, told once', async () => {
    const merchant = await opened()
    const { simulator, received, call } = merchant
    const first = await simulator.pay('account-1', { amount: 50_000 })
    const second = await simulator.pay('account-1', { amount: 70_000 })
    await simulator.idle()
    expect(first.orderId).toBe('account-1-260302090000000')
    // Two in the same instant are two.
    expect(second.orderId).toBe('account-1-260302090000001')
    expect(simulator.transaction('account-1').status).toBe('pending')
    expect(received.map(({ body }) => [body.order_id, body.transaction_status, body.gross_amount])).toEqual([
      ['account-1', 'pending', '275000.00'],
      [first.orderId, 'settlement', '50000.00'],
      [second.orderId, 'settlement', '70000.00'],
    ])
    expect(received.at(-1)!.body.custom_field1).toBe('tenant 9')
    expect((await list(merchant)).map(({ order_id }) => order_id)).toEqual([
      second.orderId,
      first.orderId,
      'account-1',
    ])
    expect((await list(merchant, 'account-1', '?page=1&per_page=1')).map((one) => one.order_id)).toEqual([
      first.orderId,
    ])
    expect((await call('GET', `/v2/${first.orderId}/status`)).body).toMatchObject({
      status_code: '200',
      gross_amount: '50000.00',
    })
    expect((await call('GET', '/v2/nobody/status/b2b')).body.status_code).toBe('404')
  })

  test('is paid at the operator’s page too, until it expires', async () => {
    const { simulator, call } = await opened()
    const { vaNumber, transactionId } = simulator.transaction('account-1')
    const look = async (path: string) =>
      await (await simulator.fetch(new Request(`http://simulator${path}`))).text()
    expect(await look(`/pay?number=${vaNumber}`)).toContain('name="amount"')
    const pay = () => call('POST', '/_simulator/transactions/account-1/pay', { amount: 40_000 })
    const paid = await pay()
    expect(paid.body).toMatchObject({ transaction_status: 'settlement', gross_amount: 40_000 })
    expect(await look(`/transactions/${transactionId}`)).toContain(String(paid.body.order_id))
    // The number still leads to the account.
    expect(await look(`/pay?number=${vaNumber}`)).toContain('name="amount"')
    expect((await call('POST', '/_simulator/transactions/account-1/pay', { amount: 'x' })).http).toBe(400)
    await expect(simulator.pay('account-1', { amount: -5 })).rejects.toThrow(/whole rupiah/)
    await simulator.clock.advance(90_000)
    expect((await pay()).http).toBe(409)
    expect(simulator.transaction('account-1').status).toBe('expire')
  })

  test('of other banks, and when nobody asked for it, is paid once', async () => {
    const merchant = bench({ reusableAccounts: ['bca_va'] })
    await merchant.charge('order-1', { bank_transfer: { bank: 'bni' } })
    await expect(merchant.simulator.pay('order-1', { amount: 1 })).rejects.toThrow(/takes exactly 275000/)
    expect((await merchant.simulator.pay('order-1')).orderId).toBe('order-1')
    const set = (reusable_accounts: unknown) =>
      merchant.call('PATCH', '/_simulator/settings', { reusable_accounts })
    expect((await set(['gopay'])).http).toBe(400)
    expect((await set(['bni_va'])).body.reusable_accounts).toEqual(['bni_va'])
  })
})
