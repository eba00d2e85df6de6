import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator } from '../../src/simulator/index.ts'
import { openDatabase } from '../../src/store/database.ts'
import { cloneDatabase } from '../support/database.ts'
import { BCA, LOCAL } from '../support/invoices.ts'
import { type Kit, kit } from '../support/kit.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'
import { CHARGE, pendingOrder } from '../support/pending-order.ts'
import { until } from '../support/processes.ts'

const ids = (count: number) => Array.from({ length: count }, (_, index) => `ORDER-${index + 1}`)

/** Money that nobody told us of. */
async function paidInSilence(shop: Kit, orderIds: readonly string[]) {
  for (const orderId of orderIds) await pendingOrder(shop, orderId)
  shop.simulator.notifications.pause()
  for (const orderId of orderIds) await shop.simulator.pay(orderId)
}

test('D28 every payment whose check is due is asked about, and the others are left alone', async () => {
  await using shop = await kit()
  await paidInSilence(shop, ids(12))
  await shop.rows(`update bayar.open_payments set next_check_at = next_check_at + interval '1 hour'`)
  expect(await shop.bayar.tasks.checkPendingPayments()).toEqual({ queued: 0, checked: 0 })
  await shop.rows(`update bayar.open_payments set next_check_at = '2026-03-01'`)
  expect(await shop.bayar.tasks.checkPendingPayments()).toEqual({ queued: 12, checked: 12 })
  for (const orderId of ids(12)) expect((await shop.bayar.payments.find(orderId))!.status).toBe('settled')
})

test('with `every-run` all of them are asked about, as the original had it', async () => {
  await using shop = await kit({ options: { checks: 'every-run' } })
  await paidInSilence(shop, ids(5))
  const handle = await shop.bayar.tasks.checkPendingPayments.delay()
  await shop.idle()
  // The background may have taken some of what became due.
  expect(await handle.result()).toMatchObject({ queued: 5 })
  expect((await shop.bayar.tasks.get(handle.id)).progress).toMatchObject({ total: 5 })
  for (const orderId of ids(5)) expect((await shop.bayar.payments.find(orderId))!.status).toBe('settled')
})

test('"too many requests" slows the sweep down, and loses nothing', async () => {
  await using shop = await kit()
  await paidInSilence(shop, ids(12))
  await shop.rows(`update bayar.open_payments set next_check_at = '2026-03-01'`)
  shop.simulator.faults.add({ kind: 'too_many', verb: 'status', times: 2 })
  const handle = await shop.bayar.tasks.checkPendingPayments.delay()
  await shop.idle()
  const paused = await shop.bayar.tasks.get(handle.id)
  // It waits for its time, and that is no failure.
  expect(paused).toMatchObject({ state: 'waiting', attempts: 0 })
  expect(paused.dueAt.getTime() - shop.simulator.clock.now().getTime()).toBe(60_000)
  for (let minute = 0; minute < 4; minute++) await shop.advance(61)
  expect(await shop.bayar.tasks.get(handle.id)).toMatchObject({ state: 'done', attempts: 0 })
  for (const orderId of ids(12)) expect((await shop.bayar.payments.find(orderId))!.status).toBe('settled')
  // Here, once, whoever asks is told instead.
  await shop.rows(
    `insert into bayar.open_payments (payment_id, next_check_at) select id, '2026-03-01' from bayar.payments`,
  )
  shop.simulator.faults.add({ kind: 'too_many', verb: 'status', times: 1 })
  await expect(shop.bayar.tasks.checkPendingPayments()).rejects.toMatchObject({ code: 'gateway_unavailable' })
})

test('a sweep that is killed in the middle repeats no charge and skips no payment', async () => {
  for (const at of [12, 25, 60]) {
    const shop = await mortalShop()
    const { simulator, direct } = shop
    const living = shop.open()
    for (const orderId of ids(8)) await living.payments.charge({ orderId, ...CHARGE })
    simulator.notifications.pause()
    for (const orderId of ids(8)) await simulator.pay(orderId)
    await living.close()
    await direct.query(`update bayar.open_payments set next_check_at = '2026-03-01'`)
    const death: Death = { at, when: 'before', statements: 0, isDead: false }
    await shop.livesThrough(death, (dying) => dying.tasks.checkPendingPayments.delay())
    expect(death.isDead).toBe(true)

    const next = shop.open()
    const worker = await next.work({ beat: false })
    for (const seconds of [1, 121, 1]) {
      await simulator.clock.advance(seconds)
      await worker.idle()
    }
    expect(simulator.transactions()).toHaveLength(8)
    for (const orderId of ids(8)) {
      expect(await next.payments.find(orderId)).toMatchObject({ status: 'settled', netAmount: 150_000 })
      const told = (await next.payments.history(orderId)).filter((row) => row.event === 'payment.settled')
      expect(told).toHaveLength(1)
    }
    await shop.close(next)
  }
}, 120_000)

test('D29 what is past its time is asked about first: paid at the edge is settled, the rest is ended at Midtrans', async () => {
  await using shop = await kit()
  await paidInSilence(shop, ['ORDER-PAID'])
  await pendingOrder(shop, 'ORDER-STALE')
  await pendingOrder(shop, 'ORDER-FRESH')
  // Midtrans itself still has it pending: clocks differ.
  await shop.rows(
    `update bayar.attempts a set expiry_time = '2026-03-02T04:00:00Z' from bayar.payments p where p.id = a.payment_id and p.order_id <> 'ORDER-FRESH'`,
  )
  expect(await shop.bayar.tasks.expireStalePayments()).toEqual({
    looked: 2,
    expired: 1,
    otherwise: 1,
    left: 0,
  })
  expect((await shop.bayar.payments.find('ORDER-PAID'))!.status).toBe('settled')
  expect((await shop.bayar.payments.find('ORDER-STALE'))!.status).toBe('expired')
  expect(shop.simulator.transaction('ORDER-STALE').status).toBe('expire')
  expect((await shop.bayar.payments.find('ORDER-FRESH'))!.status).toBe('pending')
  expect(await shop.bayar.tasks.expireStalePayments()).toMatchObject({ looked: 0 })
})

test('what Midtrans would not end is asked again after hours, and "too many requests" is heard', async () => {
  await using shop = await kit()
  await pendingOrder(shop, 'ORDER-1')
  await pendingOrder(shop, 'ORDER-2')
  await shop.rows(`update bayar.attempts set expiry_time = '2026-03-02T04:00:00Z'`)
  const { faults } = shop.simulator
  faults.add({ kind: 'http_error', verb: 'expire', orderId: 'ORDER-1', times: 1 })
  faults.add({ kind: 'too_many', verb: 'status', orderId: 'ORDER-2', times: 1 })
  const handle = await shop.bayar.tasks.expireStalePayments.delay()
  await shop.idle()
  expect(await shop.bayar.tasks.get(handle.id)).toMatchObject({ state: 'waiting', attempts: 0 })
  for (let minute = 0; minute < 3; minute++) await shop.advance(61)
  expect(await shop.bayar.tasks.get(handle.id)).toMatchObject({ state: 'done', attempts: 0 })
  expect((await shop.bayar.payments.find('ORDER-2'))!.status).toBe('expired')
  // The answer was lost before Midtrans did it: that is found out, and nothing is believed until then.
  expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('pending')
  expect(await shop.bayar.tasks.expireStalePayments()).toMatchObject({ looked: 0 })
  await shop.advance(7 * 3600)
  expect(await shop.bayar.tasks.expireStalePayments()).toMatchObject({ looked: 1, expired: 1 })
})

test('old and settled goes; what failed, waits for a person or is owed to a handler stays', async () => {
  await using shop = await kit({
    handlers: (bayar) =>
      bayar.on('payment.settled', 'broken', ({ payment }) => {
        if (payment.orderId === 'ORDER-OWED') throw new Error('not today')
      }),
  })
  for (const orderId of ['ORDER-OLD', 'ORDER-OWED', 'ORDER-REVIEW']) {
    await pendingOrder(shop, orderId)
    await shop.pay(orderId)
  }
  await shop.rows(
    `insert into bayar.reviews (id, payment_id, transaction_id, reason, note, sequence, opened_at)
     select gen_random_uuid(), id, 'x', 'paid_twice', '', 1, created_at from bayar.payments where order_id = 'ORDER-REVIEW'`,
  )
  await shop.rows(`insert into bayar.notification_counters values ('2026-03-02', 'forged', 7)`)
  const notices = async () =>
    (
      await shop.rows<{ order_id: string }>('select distinct order_id from bayar.notifications order by 1')
    ).map((row) => row.order_id)
  const deliveries = async () =>
    await shop.rows<{ state: string; count: number }>(
      'select state, count(*)::int from bayar.deliveries group by 1 order by 1',
    )
  const before = await deliveries()
  await shop.bayar.tasks.purge()
  expect(await notices()).toEqual(['ORDER-OLD', 'ORDER-OWED', 'ORDER-REVIEW'])
  expect(await deliveries()).toEqual(before)

  await shop.simulator.clock.advance(31 * 86_400)
  await shop.bayar.tasks.purge()
  expect(await notices()).toEqual(['ORDER-OLD', 'ORDER-OWED', 'ORDER-REVIEW'])
  expect(await shop.rows('select 1 from bayar.notification_counters')).toEqual([])
  expect((await deliveries()).filter(({ state }) => state === 'done')).toEqual([])

  await shop.simulator.clock.advance(370 * 86_400)
  const purged = await shop.bayar.tasks.purge()
  expect(purged.notifications).toBeGreaterThan(0)
  expect(await notices()).toEqual(['ORDER-OWED', 'ORDER-REVIEW'])
  // The story of the payment is untouched, and a replay of its events finds its way without the notice.
  expect((await shop.bayar.payments.history('ORDER-OLD')).length).toBeGreaterThan(1)
  expect(await shop.bayar.tasks.purge()).toMatchObject({ notifications: 0, deliveries: 0 })
  const from = new Date('2026-03-01')
  for (const handler of ['bayar-test-kit', 'broken'])
    expect(await shop.bayar.events.replay({ handler, from })).toBeGreaterThan(1)
  await shop.idle()
}, 120_000)

test('what an invoice’s handler is still owed keeps the notice that caused it', async () => {
  await using shop = await kit({
    handlers: (bayar) =>
      bayar.on('invoice.paid', 'broken', () => {
        throw new Error('not today')
      }),
  })
  await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
  const { payment } = await shop.bayar.invoices.pay('CART-7', BCA)
  await shop.pay(payment.orderId)
  await shop.simulator.clock.advance(401 * 86_400)
  await shop.bayar.tasks.purge()
  const settled = await shop.rows(
    `select 1 from bayar.notifications where order_id = $1 and transaction_status = 'settlement'`,
    [payment.orderId],
  )
  expect(settled).toHaveLength(1)
  // The kit holds every event against its deliveries, and those that were done are gone.
  await shop.bayar.events.replay({ handler: 'bayar-test-kit', from: new Date('2026-03-01') })
})

test('a beat whose clock was years ahead does not silence the schedule for years', async () => {
  await using shop = await kit({ schedule: true })
  await shop.idle()
  await shop.advance(300)
  // What such a machine leaves behind: a slot of its own time, and a run that waits for it.
  await shop.rows(`update bayar.schedule set slot = '2036-01-01T00:00:00Z'`)
  await shop.rows(
    `insert into bayar.tasks (id, name, arguments, slot, requested_by, due_at, created_at)
     values (gen_random_uuid(), 'expire_stale_payments', '{}', '2036-01-01', 'schedule', '2036-01-01', '2036-01-01')`,
  )
  const runs = (name: string) =>
    shop.rows(`select 1 from bayar.tasks where name = $1 and state = 'done' and started_at < '2030-01-01'`, [
      name,
    ])
  const before = (await runs('check_pending_payments')).length
  await shop.advance(300)
  await shop.advance(300)
  expect((await runs('check_pending_payments')).length).toBeGreaterThan(before)
  expect((await runs('expire_stale_payments')).length).toBeGreaterThan(0)
  const [{ slot } = { slot: null }] = await shop.rows<{ slot: Date }>(
    `select slot from bayar.schedule where name = 'check_pending_payments'`,
  )
  expect(slot).toEqual(new Date(Math.floor(shop.simulator.clock.now().getTime() / 300_000) * 300_000))
}, 60_000)

test('two beats, three workers and two servers on one database run each periodic task once a period', async () => {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  const simulator = createSimulator({
    seed: 1,
    clock: { start: new Date('2026-03-02T05:00:30Z'), frozen: true },
    deliver: async () => new Response(),
  })
  const open = () =>
    composeBayar(
      {
        database: database.url,
        connections: 4,
        serverKey: simulator.serverKey,
        baseUrl: 'http://midtrans.simulator',
        fetch: (input, init) => simulator.fetch(new Request(input, init)),
        clock: simulator.clock,
        log: silentLog,
        schedule: {
          check_pending_payments: { every: 420 },
          expire_stale_payments: { cron: '*/10 * * * *' },
          purge: false,
        },
      },
      { waiveDurability: true },
    )
  const [beatA, beatB, workerA, workerB, workerC, ...servers] = Array.from({ length: 7 }, open)
  const beats = [await beatA!.beat(), await beatB!.beat()]
  const workers = [
    await workerA!.work({ beat: true }),
    await workerB!.work({ beat: true }),
    await workerC!.work({ beat: false }),
  ]
  for (const server of servers) expect((await server!.health()).isReady).toBe(true)

  const rows = async () =>
    (
      await direct.query<{ name: string; slot: Date; state: string }>(
        'select name, slot, state from bayar.tasks order by name, slot',
      )
    ).rows
  const slots = async (name: string) =>
    (await rows()).filter((row) => row.name === name).map(({ slot }) => slot.toISOString().slice(11, 16))
  // Nothing was missed before the first beat.
  await until('the schedule is known', () => true)
  for (const worker of workers) await worker.idle()
  expect(await rows()).toEqual([])
  for (let minute = 1; minute <= 30; minute++) {
    await simulator.clock.advance(60)
    // All of them look in the same moment.
    await Promise.all(workers.map((worker) => worker.idle()))
  }
  expect(await slots('check_pending_payments')).toEqual(['05:02', '05:09', '05:16', '05:23', '05:30'])
  expect(await slots('expire_stale_payments')).toEqual(['05:10', '05:20', '05:30'])
  expect((await rows()).every(({ state }) => state === 'done')).toBe(true)

  // A night without a beat: what was missed is given once.
  for (const beat of beats) await beat.stop()
  for (const one of [workerA!, workerB!]) await one.close()
  await simulator.clock.advance(8 * 3600)
  await workers[2]!.idle()
  expect(await slots('expire_stale_payments')).toHaveLength(3)
  const again = open()
  const late = await again.work()
  await Promise.all([late.idle(), workers[2]!.idle()])
  await late.idle()
  expect(await slots('expire_stale_payments')).toEqual(['05:10', '05:20', '05:30', '13:30'])
  expect(await slots('check_pending_payments')).toHaveLength(6)
  await Promise.all([again, beatA, beatB, workerC, ...servers].map((one) => one!.close()))
  await direct.close()
  await database.drop()
}, 120_000)

test('a run that takes longer than its interval is not joined by a second one, and its missed tick follows', async () => {
  await using shop = await kit({ schedule: true })
  await shop.idle()
  await shop.advance(600)
  const [first] = await shop.rows<{ id: string }>(
    `select id from bayar.tasks where name = 'check_pending_payments'`,
  )
  await shop.rows(
    `update bayar.tasks set state = 'running', finished_at = null, leased_until = 'infinity' where id = $1`,
    [first!.id],
  )
  await shop.advance(1200)
  const running = await shop.rows(`select 1 from bayar.tasks where name = 'check_pending_payments'`)
  expect(running).toHaveLength(1)
  await shop.rows(
    `update bayar.tasks set state = 'done', finished_at = now(), leased_until = null where id = $1`,
    [first!.id],
  )
  await shop.idle()
  expect(await shop.rows(`select 1 from bayar.tasks where name = 'check_pending_payments'`)).toHaveLength(2)
})

test('a schedule with mistakes is refused when the configuration is read, all of them at once', () => {
  const schedule = {
    check_pending_payments: { every: 90 },
    purge: { cron: '0 25 * * *' },
    check_pending: false,
    expire_stale_payments: true,
  }
  expect(() => composeBayar({ connections: 1, schedule } as never, { waiveDurability: true })).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      details: {
        problems: expect.arrayContaining([
          { field: 'connections', reason: expect.any(String) },
          {
            field: 'schedule.check_pending_payments.every',
            reason: 'must be whole minutes: a multiple of 60 seconds',
          },
          { field: 'schedule.purge.cron', reason: 'has a hour that cannot be read: "25"' },
          {
            field: 'schedule.check_pending',
            reason: 'is not a periodic task. Did you mean check_pending_payments?',
          },
          { field: 'schedule.expire_stale_payments', reason: expect.stringContaining('must be { every') },
        ]),
      },
    }),
  )
})
