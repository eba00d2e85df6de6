import { expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { createTestBayar, type TestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = {
  orderId: 'ORDER-1',
  grossAmount: 150_000,
  paymentType: 'bank_transfer',
  bank: 'bca',
} as const

const receive = (shop: TestBayar, transactionId: string, changes: Record<string, unknown> = {}) =>
  shop.bayar.notifications.receive({
    body: bytesOf(
      notice(shop.simulator.serverKey, { order_id: 'ORDER-1', transaction_id: transactionId, ...changes }),
    ),
    channel: 'payment',
    sender: null,
  })

test('a lock that is not available (55P03) is never what a notification is filed as failed for', async () => {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 3 })
  await direct.query('select 1')
  // As an administrator sets it for a role: our own connections have it, the one that is open does not.
  await direct.query(`alter database ${new URL(database.url).pathname.slice(1)} set lock_timeout = '100ms'`)
  const shop = await createTestBayar({ database: database.url })
  const { transactionId } = await shop.bayar.payments.charge(CHARGE)
  await shop.idle()
  await direct.transaction(async (tx) => {
    await tx.query('select 1 from bayar.payments for update')
    await receive(shop, transactionId!).catch(() => {})
  })
  const { rows } = await direct.query<{ status: string; due_at: Date | null }>(
    `select status, due_at from bayar.notifications where transaction_status = 'settlement'`,
  )
  await shop.close()
  await direct.close()
  await database.drop()
  expect(rows).not.toMatchObject([{ status: 'failed', due_at: null }])
})

test('charge refuses a transaction of the host, and names an option that it does not know', async () => {
  await using test = await kit()
  const refusals: string[] = []
  for (const odd of [{ tx: {} }, { customExpiri: { duration: 5, unit: 'minute' } }]) {
    const outcome: string = await test.bayar.payments
      .charge({ ...CHARGE, orderId: `ORDER-${refusals.length}`, ...odd } as never)
      .then(
        () => 'charged',
        (error: { code: string }) => error.code,
      )
    refusals.push(outcome)
  }
  expect(refusals).toEqual(['invalid_request', 'invalid_request'])
})

test('a handler is given bayar itself', async () => {
  let given: unknown
  await using test = await kit({
    handlers: (bayar) =>
      bayar.on('payment.settled', 'look', (argument) => {
        given = Object.keys(argument)
      }),
  })
  await test.bayar.payments.charge(CHARGE)
  await test.pay('ORDER-1')
  expect(given).toContain('bayar')
})

test('a cancelled order leaves no other number payable without saying so', async () => {
  await using test = await kit()
  await test.bayar.payments.charge(CHARGE)
  await test.idle()
  const first = test.simulator.transaction('ORDER-1').transactionId
  // Ended by a notice that was wrong, tried again, and the first one is still open at Midtrans.
  await test.rows(`insert into bayar.attempts (id, payment_id, transaction_id, status, gross_amount, transaction_status, status_code, transaction_time, created_at, updated_at)
    select '00000000-0000-7000-8000-000000000001', id, 'T0', 'pending', 150000, 'pending', '201', created_at - interval '1 hour', created_at, created_at from bayar.payments`)
  const cancelled = await test.bayar.payments.cancel('ORDER-1').then(
    (payment) => payment.status,
    (error: { code: string }) => error.code,
  )
  expect(first).toBeTruthy()
  expect(cancelled).not.toBe('pending')
})
