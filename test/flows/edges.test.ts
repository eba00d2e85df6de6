import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { registerHandlers } from '../../src/store/handlers.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { meddledShop } from '../support/meddled-shop.ts'
import { CHARGE, pendingOrder, send } from '../support/pending-order.ts'

test('the money of one order does not settle another one by way of its transaction id', async () => {
  await using test = await kit({ options: { confirm: 'status' } })
  const unpaid = await pendingOrder(test, 'ORDER-1')
  const paid = await pendingOrder(test, 'ORDER-2')
  await test.pay('ORDER-2')
  // The signature covers order, code and amount; everything else of a pending notice can be written over.
  await send(test, { ...unpaid, status_code: '201', transaction_id: paid.transaction_id })
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-2'))!.netAmount).toBe(150_000)
  expect((await test.bayar.payments.find('ORDER-1'))!.netAmount).toBe(0)
})

test('a charge whose answer waits for review, and is dismissed, can be tried again', async () => {
  const shop = await meddledShop({ options: { merchantId: 'G-another' } })
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await shop.bayar.payments.resolveReview({
    payment: 'ORDER-1',
    reason: 'mismatch',
    decision: 'dismiss',
    because: 'not ours',
  })
  const worker = await shop.bayar.work()
  for (let hours = 0; hours < 30; hours++) {
    await shop.simulator.clock.advance(3_600)
    await worker.idle()
  }
  const payment = (await shop.bayar.payments.find('ORDER-1'))!
  const again = await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE, newAttempt: true }).then(
    () => 'charged',
    (error: { code: string }) => error.code,
  )
  await shop.close()
  expect({ status: payment.status, again }).not.toEqual({ status: 'created', again: 'charge_in_progress' })
})

test('a look-up that fails counts as one try, not as two', async () => {
  await using test = await kit({ options: { confirm: 'status' } })
  const order = await pendingOrder(test)
  await send(test, order)
  test.simulator.faults.clear()
  test.simulator.faults.add({ kind: 'http_error', verb: 'status', status: 503, when: 'before', times: 1_000 })
  await test.rows(`update bayar.open_payments set next_check_at = '2030-01-01'`)
  await test.idle()
  for (const seconds of [6, 31, 121, 601, 1_801, 3_601, 10_801, 25_201, 43_201]) await test.advance(seconds)
  const asked = 1_000 - (test.simulator.faults.list()[0]?.left ?? 0)
  expect(asked).toBe(10)
})

test('a command inside a transaction is refused before it has written anything', async () => {
  let refusal: unknown
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'upsell', async () => {
        await bayar.payments.charge({ orderId: 'ORDER-9', ...CHARGE }).catch((error: unknown) => {
          refusal = error
        })
      }),
  })
  await pendingOrder(test)
  await test.pay('ORDER-1')
  expect((refusal as { code: string }).code).toBe('gateway_in_transaction')
  expect(await test.bayar.payments.find('ORDER-9')).toBeUndefined()
})

test('what a within handler started goes on freely when its transaction has ended', async () => {
  let outcome: Promise<string> | undefined
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'upsell', () => {
        outcome = pause(300)
          .then(() => bayar.payments.charge({ orderId: 'ORDER-9', ...CHARGE }))
          .then(
            () => 'charged',
            (error: { code: string }) => error.code,
          )
      }),
  })
  await pendingOrder(test)
  await test.pay('ORDER-1')
  expect(await outcome).toBe('charged')
})

test('a handler that throws something that is no text fails like any other', async () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => void rejections.push(reason)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  const test = await kit({
    handlers: (bayar) =>
      bayar.on('payment.settled', 'odd', () => {
        throw Object.create(null)
      }),
  })
  await pendingOrder(test)
  await test.simulator.pay('ORDER-1')
  await test.simulator.idle()
  await pause(1_500)
  const rows = await test.rows<{ attempts: number }>(
    `select d.attempts from bayar.deliveries d join bayar.handlers h on h.id = d.handler_id where h.name = 'odd'`,
  )
  // It never stops either: what it holds never finishes.
  await Promise.race([test.close(), pause(500)])
  process.off('unhandledRejection', note)
  for (const listener of others) process.on('unhandledRejection', listener)
  expect({ unhandled: rejections.length, attempts: rows[0]!.attempts }).toEqual({ unhandled: 0, attempts: 1 })
})

test('absence counts only when it was asked for after its time', async () => {
  let late = 0
  let shop!: Awaited<ReturnType<typeof meddledShop>>
  const start = new Date('2026-03-02T05:00:00Z').getTime()
  shop = await meddledShop({
    clock: { now: () => new Date(start + late) },
    options: {
      fetch: async (input, init) => {
        const request = new Request(input, init)
        if (request.url.endsWith('/charge')) throw new TypeError('fetch failed')
        const response = await shop.simulator.fetch(request)
        // The machine sleeps between Midtrans's 404 and what is made of it.
        if (request.url.endsWith('/status') && late < 400_000) late = 600_000
        return response
      },
    },
  })
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  late = 40_000
  const worker = await shop.bayar.work()
  await pause(1_700)
  const [intent] = (
    await shop.direct.query<{ state: string; checks: number }>('select state, checks from bayar.intents')
  ).rows
  await worker.stop()
  await shop.close()
  // One question was asked, at 40 s; it must be asked again after send_before + deadline + 60 s.
  expect(intent!.checks === 1 && intent!.state === 'absent').toBe(false)
})

test('two processes that register the same handlers in another order at once both start', async () => {
  const database = await cloneDatabase()
  const db = openDatabase({ database: database.url, connections: 4 })
  const names = Array.from({ length: 400 }, (_, index) => `handler-${index}`)
  const rows = (list: readonly string[], event: string) =>
    list.map((name) => ({ name, kind: 'on' as const, events: [event] }))
  const failures: string[] = []
  for (let round = 0; round < 10; round++) {
    const event = round % 2 ? 'payment.settled' : 'payment.denied'
    const both = await Promise.allSettled([
      registerHandlers(db, rows(names, event), new Date()),
      registerHandlers(db, rows(names.toReversed(), event), new Date()),
    ])
    for (const one of both) if (one.status === 'rejected') failures.push(String(one.reason))
  }
  await db.close()
  await database.drop()
  expect(failures).toEqual([])
})

test('a log line carries no customer’s e-mail, also when a handler puts it into its error', async () => {
  const lines: string[] = []
  const note = (what: string, fields?: object) => void lines.push(JSON.stringify({ what, ...fields }))
  await using test = await kit({
    options: { log: { info: note, warn: note, error: note } },
    handlers: (bayar) =>
      bayar.on('payment.settled', 'mailer', ({ payment }) => {
        throw new Error(`550 mailbox unavailable: ${payment.customer.email}`)
      }),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE, customer: { email: 'budi@example.com' } })
  await test.pay('ORDER-1')
  expect(lines.filter((line) => line.includes('budi@example.com'))).toEqual([])
})

test('replaying the notification that settled a payment does not make it a duplicate of nothing', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const { id } = await send(test, order)
  await test.bayar.notifications.replay(id)
  expect(await test.bayar.notifications.find(id)).toMatchObject({ status: 'processed' })
})

test('many slow within handlers leave room for notifications that need none', async () => {
  await using test = await kit({
    handlers: (bayar) => bayar.within('payment.settled', 'slow', () => pause(800)),
  })
  const orders = []
  for (let index = 0; index < 60; index++) orders.push(await pendingOrder(test, `ORDER-${index}`))
  const other = await pendingOrder(test, 'OTHER')
  const all = orders.map((order) => send(test, order).catch(() => {}))
  await pause(100)
  const began = performance.now()
  const receipt = await send(test, { ...other, transaction_status: 'expire', status_code: '202' }).catch(
    (error: { code: string }) => ({ status: error.code }),
  )
  const took = performance.now() - began
  await Promise.all(all)
  await pause(2_000)
  await test.advance(100)
  expect({ status: receipt.status, inTime: took < 4_500 }, `${took} ms`).toEqual({
    status: 'processed',
    inTime: true,
  })
})
