/** The remaining defects of severity B whose sections exist: those of invoices and gateway subscriptions come with them; D26 to D29 are in the tests of tasks. */
import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { openDatabase } from '../../src/store/database.ts'
import { cardToken } from '../support/card-token.ts'
import { kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const VA = { paymentType: 'bank_transfer', bank: 'bca', grossAmount: 150_000 } as const

test('D25 no card number, token or key reaches a log line, an error or a row', async () => {
  const lines: string[] = []
  const note = (what: string, fields?: object) => void lines.push(JSON.stringify({ what, ...fields }))
  await using shop = await kit({ options: { log: { info: note, warn: note, error: note } } })
  const number = '4811111111111114'
  const secrets = [number, shop.simulator.serverKey]
  const charge = async (orderId: string) => {
    const tokenId = await cardToken(shop.simulator, number)
    secrets.push(tokenId)
    await shop.bayar.payments
      .charge({ orderId, paymentType: 'credit_card', tokenId, grossAmount: 150_000 })
      .catch((error: Error) => lines.push(String(error), JSON.stringify(error), String(error.stack)))
  }
  await charge('ORDER-1')
  shop.simulator.faults.add({ kind: 'bank_refuses', verb: 'charge' })
  await charge('ORDER-2')
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge' })
  await charge('ORDER-3')
  shop.simulator.faults.add({ kind: 'refuse', code: '402', verb: 'charge' })
  await charge('ORDER-4')
  // As long as the outcome of the third is open, its request may be sent again.
  await shop.advance(900)
  const tables = await shop.rows<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'bayar'`,
  )
  for (const { name } of tables)
    lines.push(
      JSON.stringify(
        await shop.rows(`select t::text, encode(convert_to(t::text, 'UTF8'), 'escape') from bayar.${name} t`),
      ),
    )
  const kept = lines.join('\n')
  expect(kept).toContain('ORDER-3')
  for (const secret of secrets) {
    expect(kept).not.toContain(secret)
    // Documents are stored as bytes, shown in hex.
    expect(kept).not.toContain(Buffer.from(secret).toString('hex'))
  }
})

test('D28 an abandoned payment is asked about ever more rarely, and never again after its end', async () => {
  await using shop = await kit()
  let asked = 0
  const { fetch } = shop.simulator
  shop.simulator.fetch = (request: Request) => {
    if (request.method === 'GET' && request.url.endsWith('/status')) asked++
    return fetch.call(shop.simulator, request)
  }
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...VA })
  shop.simulator.faults.add({ kind: 'lose', times: 50 })
  for (let hour = 0; hour < 30; hour++) await shop.advance(3600)
  expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('expired')
  expect(asked).toBeGreaterThan(1)
  expect(asked).toBeLessThan(30)
  asked = 0
  for (let day = 0; day < 10; day++) await shop.advance(86_400)
  expect(asked).toBe(0)
})

test('D29 paid in the last second, with the notification lost: it is settled, and never told as expired', async () => {
  await using shop = await kit()
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...VA })
  await shop.idle()
  const { expiresAt, createdAt } = shop.simulator.transaction('ORDER-1')
  await shop.advance((expiresAt.getTime() - createdAt.getTime()) / 1000 - 1)
  shop.simulator.faults.add({ kind: 'lose', times: 50 })
  await shop.simulator.pay('ORDER-1')
  await shop.advance(6 * 3600)
  expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
  expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('D30 text that is too long is refused before the charge; what Midtrans sends is kept, however long', async () => {
  await using shop = await kit()
  const items = [{ id: 'A-1', name: 'x'.repeat(500), price: 150_000, quantity: 1 }]
  const refusal = await shop.bayar.payments
    .charge({ orderId: 'ORDER-1', ...VA, items })
    .catch((error: unknown) => error)
  if (!isBayarError(refusal)) throw refusal
  expect(refusal.status).toBe(400)
  expect(JSON.stringify(refusal.details)).toContain('name')
  expect(shop.simulator.transactions()).toEqual([])

  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...VA })
  const { transactionId } = shop.simulator.transaction('ORDER-1')
  const told = await shop.bayar.notifications.receive({
    body: bytesOf(
      notice(shop.simulator.serverKey, {
        transaction_id: transactionId,
        status_message: 'x'.repeat(20_000),
        redirect_url: `https://pay.example/${'x'.repeat(5_000)}`,
        issuer: 'x'.repeat(5_000),
      }),
    ),
    channel: 'payment',
    sender: null,
  })
  expect(told.status).toBe('processed')
})

test.each([10_000.5, 30_001.0000001, 0.1])(
  'D31 a fraction of a rupiah is refused, not cut off: %d',
  async (grossAmount) => {
    await using shop = await kit()
    const refusal = await shop.bayar.payments
      .charge({ orderId: 'ORDER-1', ...VA, grossAmount })
      .catch((error: unknown) => error)
    if (!isBayarError(refusal)) throw refusal
    expect(refusal.status).toBe(400)
    expect(JSON.stringify(refusal.details)).toMatch(/gross_?amount/i)
    expect(shop.simulator.transactions()).toEqual([])
  },
)

test('D37 a payment that was charged cannot be deleted, not even by hand', async () => {
  await using shop = await kit()
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...VA })
  await shop.pay('ORDER-1')
  const direct = openDatabase({ database: shop.databaseUrl, connections: 1 })
  await expect(direct.query(`delete from bayar.payments where order_id = 'ORDER-1'`)).rejects.toThrow(
    /foreign key/,
  )
  await direct.close()
})
