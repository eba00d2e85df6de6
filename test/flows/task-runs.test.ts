import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { kit } from '../support/kit.ts'
import { mortalShop } from '../support/mortal-shop.ts'
import { CHARGE, pendingOrder } from '../support/pending-order.ts'

test('D27 a failure is tried again after its fixed delay, and after the last try it stays, with its error', async () => {
  await using shop = await kit()
  await pendingOrder(shop, 'ORDER-1')
  const { tasks } = shop.bayar
  // The background asks of its own accord, and would use a fault up.
  await shop.rows(`update bayar.open_payments set next_check_at = '2027-01-01'`)
  shop.simulator.faults.add({ kind: 'http_error', verb: 'status', times: 4 })
  const handle = await tasks.checkPaymentStatus.delay('ORDER-1')
  for (let failed = 1; failed <= 3; failed++) {
    await shop.idle()
    const task = await tasks.get(handle.id)
    expect(task).toMatchObject({ state: 'waiting', attempts: failed, error: { code: 'gateway_unavailable' } })
    expect(task.dueAt.getTime() - shop.simulator.clock.now().getTime()).toBe(60_000)
    // Not a moment sooner.
    await shop.advance(59)
    expect((await tasks.get(handle.id)).attempts).toBe(failed)
    await shop.simulator.clock.advance(1)
  }
  await shop.idle()
  expect(await tasks.get(handle.id)).toMatchObject({ state: 'failed', attempts: 4, attemptsMax: 4 })
  await expect(handle.result()).rejects.toMatchObject({ code: 'gateway_unavailable', retry: 'later' })
  expect((await tasks.list({ filter: { state: 'failed' } })).results.map(({ id }) => id)).toEqual([handle.id])

  expect(await tasks.retry(handle.id)).toMatchObject({ attempts: 0, error: null })
  await shop.idle()
  expect(await handle.result()).toMatchObject({ status: 'pending' })
  await expect(tasks.retry(handle.id)).rejects.toMatchObject({ code: 'task_not_failed' })
})

test.each(['lose_answer', 'timeout', 'html', 'cut'] as const)(
  'D13 a charge whose answer is lost (%s) is made once, however often it is tried and delivered',
  async (kind) => {
    await using shop = await kit({ options: { gatewayDeadlineSeconds: 1 } })
    shop.simulator.faults.add({ kind, verb: 'charge', times: 1 })
    const charge = { ...CHARGE, orderId: 'ORDER-1' }
    const handles = [
      await shop.bayar.tasks.processChargeAsync.delay(charge),
      await shop.bayar.tasks.processChargeAsync.delay(charge),
    ]
    for (const seconds of [1, 10, 31, 31, 31, 60, 300, 300]) {
      await shop.idle()
      await shop.advance(seconds)
    }
    expect(shop.simulator.transactions().length).toBeLessThanOrEqual(1)
    const payment = (await shop.bayar.payments.find('ORDER-1'))!
    expect(payment.status).toBe(shop.simulator.transactions().length === 1 ? 'pending' : 'failed')
    const states = await Promise.all(handles.map(async ({ id }) => (await shop.bayar.tasks.get(id)).state))
    for (const state of states) expect(['done', 'failed']).toContain(state)
    if (payment.status === 'pending') expect(states).toEqual(['done', 'done'])
  },
  120_000,
)

test.each(['lose_answer', 'http_error', 'cut'] as const)(
  'D4 a refund whose answer is lost (%s) is sent once',
  async (kind) => {
    await using shop = await kit()
    const { payments, tasks } = shop.bayar
    await payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' })
    await shop.pay('ORDER-1')
    shop.simulator.faults.add({ kind, verb: 'refund', times: 2 })
    const handle = await tasks.processRefundAsync.delay({ orderId: 'ORDER-1', amount: 50_000 })
    for (const seconds of [31, 31, 31, 31, 300, 300]) {
      await shop.idle()
      await shop.advance(seconds)
    }
    const { refunds } = shop.simulator.transaction('ORDER-1')
    expect(refunds).toHaveLength(1)
    expect(await payments.find('ORDER-1')).toMatchObject({ netAmount: 100_000 })
    expect(await tasks.get(handle.id)).toMatchObject({ state: 'done', result: { amount: 50_000 } })
  },
)

test('a refund that Midtrans refused is made when a person has it tried again, and only then', async () => {
  await using shop = await kit()
  const { payments, tasks } = shop.bayar
  await payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' })
  await shop.pay('ORDER-1')
  shop.simulator.faults.add({ kind: 'refuse', verb: 'refund', code: '414', times: 1 })
  const handle = await tasks.processRefundAsync.delay({ orderId: 'ORDER-1', amount: 50_000 })
  await shop.idle()
  expect(await tasks.get(handle.id)).toMatchObject({
    state: 'failed',
    attempts: 1,
    error: { code: 'gateway_rejected' },
  })
  await shop.advance(3600)
  expect(shop.simulator.transaction('ORDER-1').refunds).toHaveLength(0)
  await tasks.retry(handle.id)
  await shop.idle()
  expect(await handle.result()).toMatchObject({ refundKey: `task-${handle.id}-1`, status: 'confirmed' })
  expect(shop.simulator.transaction('ORDER-1').refunds).toHaveLength(1)
})

test('a worker that is not heard of again is no try; ten of them are the task’s own doing', async () => {
  await using shop = await kit()
  await pendingOrder(shop, 'ORDER-1')
  const { tasks } = shop.bayar
  const stale = async (claims: number) => {
    const { id } = await tasks.checkPaymentStatus.delay('ORDER-1')
    // Not while this process is at it.
    await shop.idle()
    await shop.rows(
      `update bayar.tasks set state = 'running', claims = $2, leased_by = gen_random_uuid(), leased_until = now() - interval '1 second', result = null, error = null, finished_at = null where id = $1`,
      [id, claims],
    )
    return id
  }
  const [once, often] = [await stale(1), await stale(10)]
  await shop.idle()
  expect(await tasks.get(once)).toMatchObject({ state: 'done', attempts: 0 })
  expect(await tasks.get(often)).toMatchObject({
    state: 'failed',
    error: { says: '10 workers took it and were not heard of again.' },
  })
})

test('a process that slept through its own lease does not begin what it is still at a second time', async () => {
  await using shop = await kit({ options: { gatewayDeadlineSeconds: 1 } })
  await pendingOrder(shop, 'ORDER-1')
  await shop.rows(`update bayar.open_payments set next_check_at = '2027-01-01'`)
  shop.simulator.faults.add({ kind: 'timeout', verb: 'status', times: 5 })
  const { tasks } = shop.bayar
  const handle = await tasks.checkPaymentStatus.delay('ORDER-1')
  const running = shop.idle()
  const claims = async () =>
    (await shop.rows<{ claims: number }>('select claims from bayar.tasks where id = $1', [handle.id]))[0]!
      .claims
  await vi.waitUntil(async () => (await claims()) === 1)
  await shop.rows(`update bayar.tasks set leased_until = now() - interval '1 second' where id = $1`, [
    handle.id,
  ])
  await tasks.purge.delay()
  await vi.waitUntil(async () => (await claims()) !== 1)
  await running
  await shop.idle()
  expect(shop.simulator.faults.list()).toMatchObject([{ left: 4 }])
  expect(await tasks.get(handle.id)).toMatchObject({ state: 'waiting', attempts: 1 })
})

test('a payment with a long order id, as Midtrans makes them, is checked like any other', async () => {
  await using shop = await kit()
  await pendingOrder(shop, 'ORDER-1')
  await shop.rows(`update bayar.payments set order_id = $1`, ['m'.repeat(72)])
  const told = shop.bayar.tasks.checkPaymentStatus('m'.repeat(72))
  expect(await told.catch((error: { code: string }) => error.code)).not.toBe('invalid_request')
  await shop.rows(`update bayar.payments set order_id = 'ORDER-1'`)
})

test('a task commits with the host’s rows, or never was', async () => {
  await using shop = await kit()
  const { tasks } = shop.bayar
  const host = new pg.Client({ connectionString: shop.databaseUrl })
  await host.connect()
  const charge = { payment_type: 'qris', gross_amount: 75_000, order_id: 'ORDER-1' }
  await host.query('begin')
  const gone = await tasks.processChargeAsync.delay(charge, { tx: host })
  await host.query('rollback')
  await shop.idle()
  await expect(tasks.get(gone.id)).rejects.toMatchObject({ code: 'task_not_found' })
  await expect(gone.result({ timeout: 0 })).rejects.toMatchObject({ code: 'task_not_finished' })
  expect(await shop.bayar.payments.find('ORDER-1')).toBeUndefined()

  await host.query('begin')
  const kept = await tasks.processChargeAsync.delay(charge, { tx: host })
  // Of an order that only this transaction knows yet.
  const checked = await tasks.checkPaymentStatus.delay('ORDER-1', { tx: host })
  await shop.idle()
  expect(shop.simulator.transactions()).toHaveLength(0)
  await host.query('commit')
  await shop.idle()
  expect(await kept.result()).toMatchObject({ status: 'pending' })
  expect(await tasks.get(checked.id)).toMatchObject({ name: 'check_payment_status' })
  await expect(tasks.checkPaymentStatus.delay('ORDER-1', { tx: host })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('is not an open transaction'),
  })
  await host.end()
})

test('a `within` handler puts a task off in its own transaction, and in no other way', async () => {
  const refused: string[] = []
  await using shop = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'check-again', async ({ payment, tx, bayar: here }) => {
        await here.tasks
          .delay('check_payment_status', payment.orderId)
          .catch((error) => refused.push(error.code))
        await here.tasks.delay('check_payment_status', payment.orderId, { tx, by: 'check-again' })
      }),
  })
  await pendingOrder(shop, 'ORDER-1')
  await shop.pay('ORDER-1')
  expect(refused).toEqual(['task_in_transaction'])
  const { results } = await shop.bayar.tasks.list()
  expect(results).toMatchObject([{ state: 'done', requestedBy: 'check-again' }])
})

test('stopping lets running work finish, and a long task goes on where it was', async () => {
  await using shop = await kit({ options: { checks: 'every-run' } })
  for (let order = 1; order <= 3; order++) await pendingOrder(shop, `ORDER-${order}`)
  shop.simulator.notifications.pause()
  const handle = await shop.bayar.tasks.checkPendingPayments.delay()
  // A run that was told to stop after its queueing: its bookmark says so.
  await shop.idle()
  expect(await handle.result()).toMatchObject({ queued: 3 })
  await shop.rows(
    `update bayar.tasks set state = 'waiting', finished_at = null, bookmark = '{"queued":7,"checked":5,"after":null,"isQueued":true}' where id = $1`,
    [handle.id],
  )
  await shop.idle()
  expect(await handle.result()).toMatchObject({ queued: 7, checked: expect.any(Number) })
  expect(((await handle.result()) as { checked: number }).checked).toBeGreaterThanOrEqual(5)
})

test('drain does what is due without any worker, and says what that was', async () => {
  const handled: string[] = []
  await using shop = await kit({
    handlers: (bayar) =>
      bayar.on('payment.settled', 'fulfil', ({ payment }) => void handled.push(payment.orderId)),
  })
  const { bayar } = shop
  await pendingOrder(shop, 'ORDER-1')
  expect(await bayar.drain()).toMatchObject({ tasks: 0, isDone: true })
  const handle = await bayar.tasks.checkPaymentStatus.delay('ORDER-1')
  await shop.simulator.clock.advance(3600)
  const done = await bayar.drain({ deadlineSeconds: 20 })
  expect(done.isDone).toBe(true)
  expect(await handle.result()).toMatchObject({ orderId: 'ORDER-1' })
  // Two at once are as safe as two workers.
  await shop.simulator.pay('ORDER-1')
  await Promise.all([bayar.drain(), bayar.drain()])
  await shop.idle()
  expect(handled).toEqual(['ORDER-1'])
})

test('drain does also what the last handler put off', async () => {
  const shop = await mortalShop((bayar) =>
    bayar.on('payment.settled', 'check-again', async ({ payment }) => {
      await shop.direct.transaction((tx) => bayar.tasks.checkPaymentStatus.delay(payment.orderId, { tx }))
    }),
  )
  const bayar = shop.open()
  await bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  expect(await bayar.drain()).toMatchObject({ isDone: true, tasks: 0 })
  await shop.simulator.pay('ORDER-1')
  expect(await bayar.drain()).toMatchObject({ isDone: true, tasks: 1 })
  expect((await bayar.tasks.list({ filter: { name: 'check_payment_status' } })).results).toMatchObject([
    { state: 'done' },
  ])
  await shop.close(bayar)
})
