import { expect, test } from 'vitest'
import { judgeNews } from '../../src/domain/judge-news.ts'
import { createTestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { lookUp, news, payment, RULES } from '../support/news.ts'
import { bytesOf, notice } from '../support/notice.ts'
import { pendingOrder, send } from '../support/pending-order.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

test('a fee that the customer paid on top is never the merchant’s, also when only the first document explains it', () => {
  const rules = { ...RULES, imposedFees: true }
  const gross = { grossAmount: 104_000n }
  const pending = news('pending', { ...gross, originalAmount: 100_000n, feeAmount: 4_000n })
  const first = judgeNews(payment(), [{ news: pending, copyOf: null }], rules)
  const second = judgeNews(first.payment, [{ news: lookUp('settled', gross), copyOf: null }], rules)
  expect([0n, 100_000n]).toContain(second.payment.netAmount)
})

test('one payment that Midtrans cannot be asked about does not keep all others from being asked about', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  const ORDERS = 60
  await test.bayar.payments.charge({ orderId: 'POISON', ...CHARGE })
  for (let index = 0; index < ORDERS; index++) {
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
    await test.simulator.pay(`ORDER-${index}`)
  }
  test.simulator.faults.add({
    kind: 'http_error',
    verb: 'status',
    orderId: 'POISON',
    status: 500,
    when: 'before',
    times: 1_000,
  })
  for (let minutes = 0; minutes < 8; minutes++) await test.advance(61)
  const [settled] = await test.rows<{ count: bigint }>(
    `select count(*) from bayar.payments where status = 'settled'`,
  )
  expect(Number(settled!.count)).toBe(ORDERS)
})

test('the money of one order does not settle another one by way of a pending attempt and a check', async () => {
  await using test = await kit({ options: { confirm: 'status' } })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  const paid = await test.bayar.payments.charge({ orderId: 'ORDER-2', ...CHARGE })
  await test.idle()
  await test.pay('ORDER-2')
  // A pending notice of ORDER-1 with another transaction id written over its own: nothing doubtful about "pending".
  await test.bayar.notifications.receive({
    body: bytesOf(
      notice(test.simulator.serverKey, {
        order_id: 'ORDER-1',
        transaction_id: paid.transactionId,
        transaction_status: 'pending',
        status_code: '201',
      }),
    ),
    channel: 'payment',
    sender: null,
  })
  await test.bayar.payments.checkStatus('ORDER-1').catch(() => {})
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.netAmount).toBe(0)
})

test('a handler that no longer asks for an event hears of the others within a minute', async () => {
  const database = await cloneDatabase()
  const first = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.on(['payment.received', 'payment.settled'], 'fulfil', () => {}),
  })
  const { serverKey, clientKey, merchantId } = first.simulator
  await first.close()
  const given: string[] = []
  const second = await createTestBayar({
    database: database.url,
    simulator: { serverKey, clientKey, merchantId, seed: 2 },
    handlers: (bayar) => bayar.on('payment.settled', 'fulfil', ({ event }) => void given.push(event.type)),
  })
  await second.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await second.pay('ORDER-1')
  for (let tries = 0; tries < 6; tries++) await second.advance(11)
  const seen = second.events.map((event) => event.type)
  await second.close()
  await database.drop()
  expect(seen).toEqual(['payment.received', 'payment.settled'])
  // A lane that waits a day for a dead letter about `received` holds back every order.
  expect(given).toEqual(['payment.settled'])
})

test('more transactions than a customer makes are a person’s matter: none is written beyond the fiftieth, none is lost', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const pending = { ...order, transaction_status: 'pending', status_code: '201' }
  for (let count = 1; count < 50; count++)
    await send(test, {
      ...pending,
      transaction_id: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    })
  expect((await test.bayar.payments.find('ORDER-1'))!.attempts).toHaveLength(50)
  const { status } = await send(test, { ...pending, transaction_id: '00000000-0000-4000-8000-999999999999' })
  expect(status).toBe('review')
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  expect(payment).toMatchObject({ needsReview: ['too_many_attempts'] })
  expect(payment.attempts).toHaveLength(50)
  // What is known goes on as before.
  await test.simulator.pay(order.transaction_id)
  await test.idle()
  expect(await test.bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
  await test.bayar.payments.resolveReview({
    payment: 'ORDER-1',
    reason: 'too_many_attempts',
    decision: 'dismiss',
    because: 'somebody played',
  })
  expect((await test.bayar.payments.find('ORDER-1'))!.needsReview).toEqual([])
})
