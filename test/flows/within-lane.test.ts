import { expect, test } from 'vitest'
import { kit } from '../support/kit.ts'
import { pendingOrder, send } from '../support/pending-order.ts'

test('a handler that swallows an error of its own SQL does not turn the commit into a rollback that is answered "processed"', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'reserve-stock', async ({ tx }) => {
        // As merchants write it: "it may be there already".
        await tx.query('insert into public.nowhere values (1)').catch(() => {})
      }),
  })
  const order = await pendingOrder(test)
  const receipt = await send(test, order)
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  const [row] = await test.rows<{ status: string; attempts: number }>(
    `select status, attempts from bayar.notifications where transaction_status = 'settlement'`,
  )
  // What the sender is told is what is in the database.
  expect({ said: receipt.status, isPaid: payment.isPaid }).not.toEqual({ said: 'processed', isPaid: false })
  expect(row!.status).not.toBe('received')
})

test('it is tried for ever without ever being seen as failed', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'reserve-stock', async ({ tx }) => {
        await tx.query('insert into public.nowhere values (1)').catch(() => {})
      }),
  })
  const order = await pendingOrder(test)
  await send(test, order)
  for (let hours = 0; hours < 3; hours++) await test.advance(3_600)
  const [row] = await test.rows<{ status: string; attempts: number; error: string | null }>(
    `select status, attempts, error from bayar.notifications where transaction_status = 'settlement'`,
  )
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  expect(payment.isPaid || (row!.status === 'failed' && row!.error !== null), JSON.stringify(row)).toBe(true)
})

test('a within handler has one second, also when it waits in SQL', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'slow-sql', ({ tx }) => tx.query('select pg_sleep(5)')),
  })
  const order = await pendingOrder(test)
  const receiving = send(test, order)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const held = await test.rows(
    `select 1 from pg_stat_activity where datname = current_database() and query like '%pg_sleep(5)%' and state = 'active' and pid <> pg_backend_pid()`,
  )
  await receiving
  expect(held).toHaveLength(0)
})

test('a within handler that waits in SQL for one order stops no notification of another', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'slow-sql', ({ tx, payment }) =>
        payment.orderId === 'ORDER-1' ? tx.query('select pg_sleep(9)') : undefined,
      ),
  })
  const order = await pendingOrder(test)
  const other = await pendingOrder(test, 'ORDER-2')
  void send(test, order)
  await new Promise((resolve) => setTimeout(resolve, 300))
  // Two copies of older news about the same order, one for each writer.
  const older = () =>
    send(test, { ...order, transaction_status: 'pending', status_code: '201' }).catch(() => {})
  void older()
  await new Promise((resolve) => setTimeout(resolve, 100))
  void older()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const began = performance.now()
  await send(test, { ...other, transaction_status: 'expire', status_code: '202' }).catch(() => {})
  expect(performance.now() - began).toBeLessThan(4_500)
})
