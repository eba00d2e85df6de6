import { expect, test } from 'vitest'
import { cardToken } from '../support/card-token.ts'
import { kit } from '../support/kit.ts'
import { CHARGE, pendingOrder } from '../support/pending-order.ts'

test('a payment is checked here, by a worker, and by name', async () => {
  await using shop = await kit()
  await pendingOrder(shop, 'ORDER-1')
  shop.simulator.notifications.pause()
  await shop.simulator.pay('ORDER-1')
  const { tasks } = shop.bayar
  expect(await tasks.checkPaymentStatus('ORDER-1')).toEqual({
    orderId: 'ORDER-1',
    status: 'settled',
    gatewayStatus: 'settlement',
    skipped: false,
  })
  expect(await tasks.check_payment_status({ order_id: 'ORDER-1' })).toMatchObject({ status: 'settled' })

  const handle = await tasks.checkPaymentStatus.delay('ORDER-1')
  expect(await handle.result({ timeout: 20 })).toMatchObject({ orderId: 'ORDER-1', status: 'settled' })
  expect(await tasks.get(handle.id)).toMatchObject({
    name: 'check_payment_status',
    arguments: { orderId: 'ORDER-1', merchant: 'default' },
    state: 'done',
    attempts: 0,
    attemptsMax: 4,
    error: null,
    requestedBy: 'host',
  })
  expect(await tasks.run('check_payment_status', 'ORDER-1')).toMatchObject({ orderId: 'ORDER-1' })
})

test('a charge is put off with the arguments of the founding document, and made once', async () => {
  await using shop = await kit()
  const { tasks, payments } = shop.bayar
  const handle = await tasks.process_charge_async.delay({
    payment_type: 'bank_transfer',
    gross_amount: 100_000,
    order_id: 'ORDER-001',
    bank: 'bca',
    customer_details: { first_name: 'Budi', email: 'budi@example.com' },
  })
  const made = await handle.result({ timeout: 20 })
  expect(made).toEqual({ orderId: 'ORDER-001', status: 'pending', paymentId: expect.any(String) })
  expect(await payments.find('ORDER-001')).toMatchObject({
    status: 'pending',
    grossAmount: 100_000,
    customer: { firstName: 'Budi' },
    instructions: { vaNumber: expect.any(String) },
  })
  expect((await tasks.processChargeAsync({ ...CHARGE, orderId: 'ORDER-2' })).orderId).toBe('ORDER-2')
  expect(shop.simulator.transactions()).toHaveLength(2)
})

test('a charge without an order id has one before the first try, and a card’s token is in no task', async () => {
  await using shop = await kit()
  const token = await cardToken(shop.simulator)
  const handle = await shop.bayar.tasks.processChargeAsync.delay({
    payment_type: 'credit_card',
    gross_amount: 90_000,
    token_id: token,
    authentication: false,
  })
  const before = await shop.bayar.tasks.get(handle.id)
  expect(before.arguments).toEqual({ merchant: 'default', orderId: expect.stringMatching(/^ORDER-/) })
  const { orderId, status } = await handle.result({ timeout: 20 })
  expect({ orderId, status }).toEqual({ orderId: before.arguments.orderId, status: 'captured' })
  await shop.idle()
  for (const table of ['tasks', 'intents', 'payments', 'events'])
    expect(JSON.stringify(await shop.rows(`select t::text from bayar.${table} t`))).not.toContain(token)
})

test('a refund is put off and made once; what cannot be refunded fails at once and says why', async () => {
  await using shop = await kit()
  const { tasks, payments } = shop.bayar
  await payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' })
  await shop.pay('ORDER-1')
  const handle = await tasks.processRefundAsync.delay({
    order_id: 'ORDER-1',
    amount: 50_000,
    reason: 'Customer request',
    direct: false,
  })
  expect(await handle.result({ timeout: 20 })).toEqual({
    orderId: 'ORDER-1',
    refundKey: `task-${handle.id}`,
    amount: 50_000,
    status: 'confirmed',
  })
  expect(await payments.find('ORDER-1')).toMatchObject({ status: 'partially_refunded', netAmount: 100_000 })

  await pendingOrder(shop, 'ORDER-2')
  await shop.pay('ORDER-2')
  const refused = await tasks.processRefundAsync.delay({ orderId: 'ORDER-2', amount: 50_000 })
  await expect(refused.result({ timeout: 20 })).rejects.toMatchObject({ code: 'method_not_refundable' })
  expect(await tasks.get(refused.id)).toMatchObject({
    state: 'failed',
    attempts: 1,
    error: { code: 'method_not_refundable' },
  })
})

test('mistakes are told to the caller, all at once, and nothing is left behind', async () => {
  await using shop = await kit()
  const { tasks } = shop.bayar
  const call = tasks as unknown as Record<string, { delay(given?: unknown): Promise<unknown> }>
  // biome-ignore format: a table is read in columns
  const mistakes: [string, unknown, string, string][] = [
    ['check_payment_status',   undefined,                                      'invalid_request',   'order_id, or an object'],
    ['check_payment_status',   { order: 'ORDER-1', mrchant: 'x' },             'invalid_request',   'order: is not an argument; mrchant: is not an argument'],
    ['check_payment_status',   { order_id: 5 },                                'invalid_request',   'order_id: must be text'],
    ['check_payment_status',   'ORDER-9',                                      'payment_not_found', 'ORDER-9'],
    ['process_refund_async',   { order_id: 'ORDER-9', amount: 0.5 },           'invalid_request',   'amount: must be whole rupiah'],
    ['process_refund_async',   { order_id: 'ORDER-9', amount: 5 },             'payment_not_found', 'ORDER-9'],
    ['process_charge_async',   { payment_type: 'cash', gross_amount: 1 },      'invalid_request',   'payment_type'],
    ['process_charge_async',   { payment_type: 'gopay', gross_amount: 1, bnk: 'bca' }, 'invalid_request', 'bnk'],
    ['check_pending_payments', { limit: 5 },                                   'invalid_request',   'takes no arguments'],
  ]
  for (const [name, given, code, says] of mistakes) {
    const delayed = await call[name]!.delay(given).catch((error: unknown) => error)
    expect(delayed, name).toMatchObject({ code, message: expect.stringContaining(says) })
    const called = await tasks.run(name, given).catch((error: unknown) => error)
    expect(called, name).toMatchObject({ code })
  }
  await expect(tasks.run('check_payment_statsu')).rejects.toMatchObject({
    code: 'task_unknown',
    message: expect.stringContaining('Did you mean check_payment_status?'),
  })
  await expect(tasks.get('nothing')).rejects.toMatchObject({ code: 'task_not_found' })
  expect(await shop.rows('select 1 from bayar.tasks')).toEqual([])
  expect(await shop.rows('select 1 from bayar.payments')).toEqual([])
})
