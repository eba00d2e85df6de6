import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { isBayarError } from '../../src/errors.ts'
import { createTestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

test('a handler is given everything: event, payment as it was then, attempt, notification, payload', async () => {
  const seen: unknown[] = []
  await using test = await kit({
    handlers: (bayar) => bayar.on('payment.settled', 'fulfil-order', (argument) => void seen.push(argument)),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  expect(seen).toEqual([
    expect.objectContaining({
      event: expect.objectContaining({
        type: 'payment.settled',
        previous: 'pending',
        status: 'settled',
        moneyDelta: 150_000,
        sequence: 2,
      }),
      payment: expect.objectContaining({ orderId: 'ORDER-1', isPaid: true, netAmount: 150_000, version: 2 }),
      attempt: expect.objectContaining({ status: 'settled' }),
      notification: expect.objectContaining({ status: 'processed', transactionStatus: 'settlement' }),
      payload: expect.objectContaining({ order_id: 'ORDER-1', transaction_status: 'settlement' }),
    }),
  ])
})

test('what a handler sees of a payment is what anyone sees who asks for it', async () => {
  const seen: unknown[] = []
  await using test = await kit({
    handlers: (bayar) =>
      bayar.on(
        'payment.settled',
        'fulfil-order',
        ({ payment, attempt }) => void seen.push([payment, attempt]),
      ),
  })
  await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    ...CHARGE,
    customer: { firstName: 'Budi', email: 'budi@example.com' },
    items: [
      { id: 'B', name: 'Buku', price: 50_000, quantity: 1 },
      { id: 'A', name: 'Pensil', price: 25_000, quantity: 4 },
    ],
    customFields: ['blue', 'green'],
    metadata: { cart: 7 },
  })
  // Paid in another way than the one that was begun first.
  await test.bayar.notifications.receive({
    body: bytesOf(notice(test.simulator.serverKey, { order_id: 'ORDER-1', transaction_id: 'another' })),
    channel: 'payment',
    sender: '10.0.0.7',
  })
  await test.idle()
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  expect([payment.attempts.length, payment.items.length]).toEqual([2, 2])
  expect(seen).toEqual([[payment, payment.attempts.find((one) => one.transactionId === 'another')]])
})

test('the charge answer brings payment.received: no notification, and a payload all the same', async () => {
  const seen: { notification: unknown; payload: unknown }[] = []
  await using test = await kit({
    handlers: (bayar) =>
      bayar.on(
        'payment.received',
        'remember',
        ({ notification, payload }) => void seen.push({ notification, payload }),
      ),
  })
  test.simulator.notifications.pause()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  expect(seen).toEqual([
    {
      notification: null,
      payload: expect.objectContaining({ order_id: 'ORDER-1', transaction_status: 'pending' }),
    },
  ])
})

test('D2 a handler that fails is tried again with growing pauses, and its failure stops no other', async () => {
  const other: string[] = []
  let tries = 0
  await using test = await kit({
    handlers: (bayar) => {
      bayar.on('payment.settled', 'mailer', () => {
        tries++
        if (tries < 3) throw new Error('the mail server is down')
      })
      bayar.on('payment.settled', 'stock', ({ payment }) => void other.push(payment.orderId))
    },
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  expect([tries, other]).toEqual([1, ['ORDER-1']])
  await test.advance(6)
  expect(tries).toBe(2)
  await test.advance(31)
  expect(tries).toBe(3)
  const [delivery] = await test.rows(
    `select d.state, d.attempts from bayar.deliveries d join bayar.handlers h on h.id = d.handler_id where h.name = 'mailer'`,
  )
  expect(delivery).toEqual({ state: 'done', attempts: 2 })
})

test('ten failures in a day are a dead letter, which frees its lane and can be delivered again', async () => {
  const handled: string[] = []
  let broken = true
  await using test = await kit({
    handlers: (bayar) =>
      bayar.on(['payment.settled', 'payment.reversed'], 'ledger', ({ event }) => {
        if (broken && event.type === 'payment.settled') throw new Error('no such account')
        handled.push(event.type)
      }),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE, bank: 'permata' })
  await test.pay('ORDER-1')
  await test.simulator.reverse('ORDER-1')
  await test.idle()
  // The later event waits for the earlier one: a handler sees a payment's events in order.
  expect(handled).toEqual([])
  for (const pause of [5, 30, 120, 600, 1_800, 3_600, 3 * 3_600, 7 * 3_600, 12 * 3_600])
    await test.advance(pause + 1)
  expect(handled).toEqual(['payment.reversed'])
  expect(await test.bayar.events.dead()).toMatchObject([
    { handler: 'ledger', orderId: 'ORDER-1', attempts: 10, error: 'Error: no such account' },
  ])
  broken = false
  const [dead] = await test.bayar.events.dead()
  expect(await test.bayar.events.replay({ handler: 'ledger', eventId: dead!.eventId })).toBe(1)
  await test.idle()
  expect(handled).toEqual(['payment.reversed', 'payment.settled'])
})

test('D14 a slow or failing handler holds no lock and rolls nothing back: the payment is settled, and other work goes on', async () => {
  let release = () => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  await using test = await kit({ handlers: (bayar) => bayar.on('payment.settled', 'courier', () => slow) })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.bayar.payments.charge({ orderId: 'ORDER-2', ...CHARGE })
  await test.simulator.pay('ORDER-1')
  await test.simulator.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
  await test.simulator.pay('ORDER-2')
  await test.simulator.idle()
  expect((await test.bayar.payments.find('ORDER-2'))!.status).toBe('settled')
  release()
  await test.idle()
})

test('within: the effect is there exactly when the event is', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'reserve-stock', async ({ tx, payment, event }) => {
        await tx.query('create table if not exists public.stock (order_id text, event_id uuid)')
        await tx.query('insert into public.stock values ($1, $2)', [payment.orderId, event.id])
      }),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  for (const notice of test.simulator.notifications.list())
    await test.simulator.notifications.resend(notice.id)
  await test.idle()
  expect(await test.rows('select order_id from public.stock')).toEqual([{ order_id: 'ORDER-1' }])
})

test('within: a handler that throws rolls back the application, never the record; it is tried again, or applied without it by a person', async () => {
  let refusals = 0
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'reserve-stock', async () => {
        refusals++
        throw new Error('out of stock')
      }),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  expect(refusals).toBe(1)
  const [failed] = (await test.bayar.notifications.list({ filter: { status: 'failed' } })).results
  expect(failed).toMatchObject({ orderId: 'ORDER-1', error: 'Error: out of stock' })
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('pending')
  await test.advance(6)
  expect(refusals).toBe(2)
  expect((await test.bayar.notifications.replay(failed!.id, { withoutHandlers: true })).status).toBe(
    'processed',
  )
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  expect(refusals).toBe(2)
})

test('within: an error of the database in the handler loses neither the notification nor the connection', async () => {
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'broken-sql', ({ tx }) => tx.query('select * from nowhere')),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  const [failed] = (await test.bayar.notifications.list({ filter: { status: 'failed' } })).results
  expect(failed!.error).toContain('nowhere')
  expect(failed!.raw).toContain('settlement')
})

test('within: one second, and then the transaction is closed to it', async () => {
  let late: unknown
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'slow', ({ tx, abort }) => {
        return new Promise((resolve) => {
          abort.addEventListener('abort', () => {
            // What comes too late must not reach whoever has the connection next.
            setImmediate(() =>
              tx
                .query('select 1')
                .catch((error: unknown) => (late = error))
                .finally(() => resolve(null)),
            )
          })
        })
      }),
  })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.pay('ORDER-1')
  const [failed] = (await test.bayar.notifications.list({ filter: { status: 'failed' } })).results
  expect(failed!.error).toContain('longer than 1000 ms')
  expect(String(late)).toContain('after its end')
})

test('only one process has the code: news applied by another owes its handler the event all the same', async () => {
  const database = await cloneDatabase()
  const handled: string[] = []
  const worker = await createTestBayar({
    database: database.url,
    handlers: (bayar) =>
      bayar.on('payment.settled', 'fulfil-order', ({ payment }) => void handled.push(payment.orderId)),
  })
  // Another process of the same shop, without the handler's code, and with the same Midtrans.
  const { serverKey, clientKey, merchantId } = worker.simulator
  const web = await createTestBayar({
    database: database.url,
    simulator: { serverKey, clientKey, merchantId, seed: 2 },
  })
  await web.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await web.pay('ORDER-1')
  await worker.idle()
  expect(handled).toEqual(['ORDER-1'])
  await web.close()
  await worker.close()
  await database.drop()
})

test('a process that lacks a registered within handler refuses and names it; retiring it is the way out', async () => {
  const database = await cloneDatabase()
  const first = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.within('payment.settled', 'reserve-stock', () => {}),
  })
  await first.close()
  const refusal = await createTestBayar({ database: database.url }).catch((error: unknown) => error)
  expect(isBayarError(refusal, 'handlers_missing') && refusal.message).toContain('reserve-stock')
  const complete = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.within('payment.settled', 'reserve-stock', () => {}),
  })
  await complete.bayar.events.retireHandler('reserve-stock')
  await complete.close()
  const second = await createTestBayar({ database: database.url })
  await second.close()
  await database.drop()
})

test('whoever only looks registers nothing, and needs no handler: a running shop goes on', async () => {
  const database = await cloneDatabase()
  const shop = await createTestBayar({ database: database.url })
  const { id } = await shop.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  // A machine with the next version's code, where somebody asks how things stand.
  const options = { database: database.url, serverKey: shop.simulator.serverKey }
  const next = composeBayar(options, { waiveDurability: true })
  next.within('payment.settled', 'reserve-stock', () => {})
  const look = (bayar: typeof next) =>
    Promise.all([
      bayar.payments.find('ORDER-1'),
      bayar.payments.list(),
      bayar.payments.history('ORDER-1'),
      bayar.payments.reviews('ORDER-1'),
      bayar.invoices.list(),
      bayar.subscriptions.list(),
      bayar.wallets.audit(),
      bayar.topups.list(),
      bayar.plans.list(),
      bayar.payAccounts.list(),
      bayar.notifications.list(),
      bayar.notifications.foreignOrders(),
      bayar.events.list(),
      bayar.events.dead(),
      bayar.events.deliveries(id),
      bayar.tasks.list(),
    ])
  expect(await next.health()).toMatchObject({ isReady: true })
  await look(next)
  const namesOf = async () => (await next.events.handlers()).map(({ name }) => name)
  expect(await namesOf()).not.toContain('reserve-stock')
  expect(await shop.bayar.health()).toMatchObject({ isReady: true })
  await shop.bayar.payments.charge({ orderId: 'ORDER-2', ...CHARGE })

  await next.ready()
  expect(await namesOf()).toContain('reserve-stock')
  const old = composeBayar(options, { waiveDurability: true })
  await look(old)
  await expect(old.ready()).rejects.toMatchObject({ code: 'handlers_missing' })
  // What may not apply news itself takes nobody else out of service.
  old.within('payment.settled', 'another', () => {})
  await expect(old.ready()).rejects.toMatchObject({ code: 'handlers_missing' })
  expect(await namesOf()).not.toContain('another')
  expect(await next.health()).toMatchObject({ isReady: true })
  await Promise.all([next.close(), old.close(), shop.close()])
  await database.drop()
})

test('a process that is running when a new within handler appears stores the news, answers 200, and says that it is not ready', async () => {
  const database = await cloneDatabase()
  const old = await createTestBayar({ database: database.url })
  await old.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await old.idle()
  const effects: string[] = []
  const { serverKey, clientKey, merchantId } = old.simulator
  const renewed = await createTestBayar({
    database: database.url,
    simulator: { serverKey, clientKey, merchantId, seed: 2 },
    handlers: (bayar) =>
      bayar.within('payment.settled', 'reserve-stock', ({ payment }) => void effects.push(payment.orderId)),
  })
  await old.simulator.pay('ORDER-1')
  await old.simulator.idle()
  const [notice] = (await old.bayar.notifications.list({ filter: { orderId: 'ORDER-1' }, limit: 1 })).results
  expect(notice).toMatchObject({ transactionStatus: 'settlement', status: 'received' })
  expect((await old.bayar.health()).problems).toMatchObject([{ code: 'handlers_missing' }])
  // Whoever has the code applies it.
  await renewed.advance(60)
  expect(effects).toEqual(['ORDER-1'])
  expect((await renewed.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
  await old.close()
  await renewed.close()
  await database.drop()
})

test('a new name starts with the events after its registration; an old one keeps its place', async () => {
  const database = await cloneDatabase()
  const first = await createTestBayar({ database: database.url })
  await first.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await first.pay('ORDER-1')
  await first.close()
  const handled: string[] = []
  const second = await createTestBayar({
    database: database.url,
    handlers: (bayar) =>
      bayar.on('payment.settled', 'late-comer', ({ payment }) => void handled.push(payment.orderId)),
  })
  await second.idle()
  expect(handled).toEqual([])
  expect(await second.bayar.events.replay({ handler: 'late-comer', type: 'payment.settled' })).toBe(1)
  await second.idle()
  expect(handled).toEqual(['ORDER-1'])
  await second.close()
  await database.drop()
})

test.each([
  [
    'two of one name',
    (bayar) => {
      bayar.on('payment.settled', 'a', () => {})
      bayar.on('payment.denied', 'a', () => {})
    },
    'Two handlers',
  ],
  ['an unknown event', (bayar) => bayar.on('payment.setled' as never, 'a', () => {}), 'payment.setled'],
  ['no function', (bayar) => bayar.on('payment.settled', 'a', undefined as never), 'not a function'],
  ['no name', (bayar) => bayar.on('payment.settled', '', () => {}), 'A name is'],
] as readonly [string, NonNullable<Parameters<typeof createTestBayar>[0]>['handlers'], string][])(
  'a handler that cannot be: %s',
  async (_, handlers, says) => {
    const refusal = await createTestBayar({
      database: 'postgres://127.0.0.1:1/none',
      handlers: handlers!,
    }).catch((error: unknown) => error)
    expect(isBayarError(refusal, 'handler_invalid') && refusal.message).toContain(says)
  },
)
