import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { createTestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { type Kit, kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

const settle = (test: Kit, orderId: string, transactionId: string) =>
  test.bayar.notifications.receive({
    body: bytesOf(notice(test.simulator.serverKey, { order_id: orderId, transaction_id: transactionId })),
    channel: 'payment',
    sender: null,
  })

test('an error message with half an emoji in it does not make every other handler of its batch run again for ever', async () => {
  const handled: string[] = []
  await using test = await kit({
    handlers: (bayar) => {
      bayar.on('payment.settled', 'mailer', () => {
        // The message is cut at 500 characters, in the middle of the emoji.
        throw new Error(`${'x'.repeat(492)}😀 and more`)
      })
      bayar.on('payment.settled', 'stock', ({ payment }) => void handled.push(payment.orderId))
    },
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  const rows = await test.rows<{ name: string; state: string; attempts: number }>(
    `select h.name, d.state, d.attempts from bayar.deliveries d join bayar.handlers h on h.id = d.handler_id join bayar.events e on e.id = d.event_id
      where e.type = 'payment.settled' order by 1`,
  )
  expect(rows).toEqual([
    { name: 'bayar-test-kit', state: 'done', attempts: 0 },
    { name: 'mailer', state: 'waiting', attempts: 1 },
    { name: 'stock', state: 'done', attempts: 0 },
  ])
})

test('a handler that hangs does not stop the others', async () => {
  const fulfilled = new Set<string>()
  const ORDERS = 160
  let release = () => {}
  const hanging = new Promise<void>((resolve) => {
    release = resolve
  })
  await using test = await kit({
    handlers: (bayar) => {
      bayar.on('payment.settled', 'courier', () => hanging)
      bayar.on('payment.settled', 'fulfil', ({ payment }) => void fulfilled.add(payment.orderId))
    },
  })
  test.simulator.notifications.pause()
  const ids: [string, string][] = []
  for (let index = 0; index < ORDERS; index++) {
    const payment = await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
    ids.push([payment.orderId, payment.transactionId!])
  }
  for (const [orderId, transactionId] of ids) await settle(test, orderId, transactionId)
  await pause(4_000)
  const seen = fulfilled.size
  release()
  await pause(500)
  expect(seen).toBe(ORDERS)
})

test('a name is an identity: a handler cannot change from on to within while something is owed to it', async () => {
  const database = await cloneDatabase()
  const first = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.on('payment.settled', 'fulfil', () => {}),
  })
  await first.close()
  const second = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.within('payment.settled', 'fulfil', () => {}),
  }).catch((error: unknown) => error)
  expect(isBayarError(second, 'handler_invalid') && second.message).toContain('bayar handlers retire fulfil')
  const third = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.on('payment.settled', 'fulfil', () => {}),
  })
  await third.bayar.events.retireHandler('fulfil')
  await third.close()
  const fourth = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.within('payment.settled', 'fulfil', () => {}),
  })
  await fourth.close()
  await database.drop()
})

test('a worker that is stopped in the middle of a handler does not count that as the handler failing', async () => {
  const database = await cloneDatabase()
  let isRunning = () => {}
  const running = new Promise<void>((resolve) => {
    isRunning = resolve
  })
  const first = await createTestBayar({
    database: database.url,
    handlers: (bayar) =>
      bayar.on('payment.settled', 'long', async () => {
        isRunning()
        await new Promise(() => {})
      }),
  })
  await first.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await first.simulator.pay('ORDER-1')
  await running
  await first.close()
  const second = await createTestBayar({ database: database.url })
  const page = await second.bayar.payments.list()
  const deliveries = await second.bayar.events.deliveries(page.results[0]!.id)
  await second.close()
  await database.drop()
  expect(deliveries.find((one) => one.handler === 'long')).toMatchObject({ attempts: 0 })
}, 60_000)
