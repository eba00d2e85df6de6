import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
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

/** A shop whose role has other defaults from now on, as after a failover or a change by the administrator. */
async function shopWith(setting: string) {
  const database = await cloneDatabase()
  const name = new URL(database.url).pathname.slice(1)
  const shop = await createTestBayar({ database: database.url })
  await shop.bayar.payments.charge(CHARGE)
  await shop.idle()
  await shop.bayar.close()
  const direct = openDatabase({ database: database.url, connections: 3 })
  await direct.query('select 1')
  const { serverKey, clientKey, merchantId } = shop.simulator
  return {
    database,
    direct,
    name,
    shop,
    setting,
    keys: { serverKey, clientKey, merchantId },
    transactionId: shop.simulator.transaction('ORDER-1').transactionId,
  }
}

const receive = (shop: TestBayar, transactionId: string, changes: Record<string, unknown> = {}) =>
  shop.bayar.notifications.receive({
    body: bytesOf(
      notice(shop.simulator.serverKey, { order_id: 'ORDER-1', transaction_id: transactionId, ...changes }),
    ),
    channel: 'payment',
    sender: null,
  })

test('a database that became read-only (a failover) is answered 503, for which Midtrans tries four times, not 500', async () => {
  const { database, direct, name, keys, transactionId } = await shopWith('')
  const shop = await createTestBayar({ database: database.url, simulator: keys })
  await direct.query(`alter database ${name} set default_transaction_read_only = on`)
  await direct.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'bayar' and pid <> pg_backend_pid()`,
  )
  let error: unknown
  for (let tries = 0; tries < 3; tries++)
    error = await receive(shop, transactionId).catch((reason: unknown) => reason)
  const status = isBayarError(error) ? error.status : `raw: ${String(error)}`
  await shop.close()
  await direct.close()
  await database.drop()
  expect(status).toBe(503)
})

test('a lock that is not available (55P03) is never what a notification is filed as failed for', async () => {
  const { database, direct, name, keys, transactionId } = await shopWith('')
  await direct.query(`alter database ${name} set lock_timeout = '100ms'`)
  const shop = await createTestBayar({ database: database.url, simulator: keys })
  const answered = await direct.transaction(async (tx) => {
    await tx.query('select 1 from bayar.payments for update')
    return receive(shop, transactionId).catch((error: unknown) => error)
  })
  const { rows } = await direct.query<{ status: string; due_at: Date | null; error: string }>(
    `select status, due_at, error from bayar.notifications where transaction_status = 'settlement'`,
  )
  await shop.close()
  await direct.close()
  await database.drop()
  expect(rows, String(answered)).not.toMatchObject([{ status: 'failed', due_at: null }])
})

test('charge refuses a transaction of the host, and names an option that it does not know', async () => {
  await using test = await kit()
  const refusals = []
  for (const odd of [{ tx: {} }, { customExpiri: { duration: 5, unit: 'minute' } }]) {
    const outcome = await test.bayar.payments
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
      bayar.on('payment.settled', 'look', (argument) => void (given = Object.keys(argument))),
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
