import { expect, test, vi } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import type { Receipt } from '../../src/operations/notifications/receive-notification.ts'
import { type Kit, kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

async function pendingOrder(test: Kit, orderId = 'ORDER-1') {
  const payment = await test.bayar.payments.charge({ orderId, ...CHARGE })
  await test.idle()
  return { order_id: orderId, transaction_id: payment.transactionId!, merchant_id: test.simulator.merchantId }
}

function send(test: Kit, body: unknown, sender: string | null = '203.0.113.7'): Promise<Receipt> {
  return test.bayar.notifications.receive({
    body: body instanceof Uint8Array ? body : bytesOf(body),
    channel: 'payment',
    sender,
  })
}

const signed = (test: Kit, changes: Record<string, unknown>) => notice(test.simulator.serverKey, changes)
const codeOf = (error: unknown) => (isBayarError(error) ? error.code : error)

test('the founding payload, without currency and merchant, settles its order', async () => {
  await using test = await kit()
  const { order_id, transaction_id } = await pendingOrder(test)
  const body = signed(test, { order_id, transaction_id })
  delete body.currency
  expect(await send(test, body)).toMatchObject({ status: 'processed' })
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('stored exactly as received, with its sender', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const odd = Buffer.from(`  ${JSON.stringify(signed(test, { ...order, custom: 'a\u2028b' }), null, 1)}\n`)
  const { id } = await send(test, new Uint8Array(odd), '2001:db8::1')
  const [row] = await test.rows<{ raw: Buffer; sender: string }>(
    'select raw, sender from bayar.notifications where id = $1',
    [id],
  )
  expect(row!.raw.equals(odd)).toBe(true)
  expect(row!.sender).toBe('2001:db8::1')
})

test('copies: the same notification a hundred times at once is one event; beyond twenty only the counter grows', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const body = signed(test, order)
  const receipts = await Promise.all(Array.from({ length: 100 }, () => send(test, body)))
  expect(receipts.filter((receipt) => receipt.status === 'processed')).toHaveLength(1)
  expect(receipts.filter((receipt) => receipt.status === 'duplicate')).toHaveLength(99)
  for (let more = 0; more < 30; more++) await send(test, body)
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  const [original] = await test.rows<{ copies: number }>(
    `select copies from bayar.notifications where status = 'processed' and transaction_status = 'settlement'`,
  )
  expect(original!.copies).toBe(129)
  const [rows] = await test.rows<{ count: bigint }>(
    `select count(*) from bayar.notifications where status = 'duplicate'`,
  )
  expect(Number(rows!.count)).toBeLessThan(110)
})

test('D7 a delayed pending and a delayed expire do not undo a settlement', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  await send(test, signed(test, order))
  const pending = await send(
    test,
    signed(test, {
      ...order,
      transaction_status: 'pending',
      status_code: '201',
      settlement_time: undefined,
      custom_field1: 'x',
    }),
  )
  const expire = await send(
    test,
    signed(test, { ...order, transaction_status: 'expire', status_code: '202' }),
  )
  expect([pending.status, expire.status]).toEqual(['duplicate', 'stale'])
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
})

test('D9 a settlement of another amount, currency or merchant waits for a person, who can take it as it is', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  expect(await send(test, signed(test, { ...order, gross_amount: '1000.00' }))).toMatchObject({
    status: 'review',
  })
  await test.idle()
  const waiting = (await test.bayar.payments.find('ORDER-1'))!
  expect(waiting).toMatchObject({ status: 'pending', isPaid: false, needsReview: ['mismatch'] })
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.needs_review'])
  const taken = await test.bayar.payments.resolveReview({
    payment: 'ORDER-1',
    reason: 'mismatch',
    decision: 'accept',
    because: 'the rest was paid in cash',
  })
  expect(taken).toMatchObject({ status: 'settled', netAmount: 1_000, needsReview: [] })
  await test.idle()
  expect(test.told('ORDER-1').at(-1)).toBe('payment.settled')
})

test('D15 a signed notification that cannot be understood is kept and answered, not lost', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const { status, id } = await send(test, signed(test, { ...order, transaction_status: 'teleported' }))
  expect(status).toBe('failed')
  const kept = (await test.bayar.notifications.find(id))!
  expect(kept.error).toContain('teleported')
  expect(JSON.parse(kept.raw)).toMatchObject({ transaction_status: 'teleported' })
})

test('D15 one item that the database refuses does not take its batch with it', async () => {
  await using test = await kit()
  const orders = await Promise.all(
    Array.from({ length: 20 }, (_, index) => pendingOrder(test, `ORDER-${index}`)),
  )
  // A row that only this payment would violate: the statement fails, and with it the whole batch it travels in.
  const [poisoned] = await test.rows<{ id: string }>(
    `select id from bayar.payments where order_id = 'ORDER-7'`,
  )
  await test.rows(
    `alter table bayar.events add constraint refuse_one check (subject_id <> '${poisoned!.id}') not valid`,
  )
  const receipts = await Promise.all(orders.map((order) => send(test, signed(test, order))))
  expect(receipts.map((receipt) => receipt.status)).toEqual(
    orders.map((order) => (order.order_id === 'ORDER-7' ? 'failed' : 'processed')),
  )
  await test.rows('alter table bayar.events drop constraint refuse_one')
  const [kept] = (await test.bayar.notifications.list({ filter: { status: 'failed' } })).results
  expect((await test.bayar.notifications.replay(kept!.id)).status).toBe('processed')
  await test.idle()
  expect(test.told('ORDER-7')).toEqual(['payment.received', 'payment.settled'])
})

test('D16 an answer that was fetched before the settlement came does not write its older "pending" over it', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  // The look-up reads "pending", and before it is applied the notification settles the payment.
  test.simulator.faults.add({ kind: 'latency', verb: 'status', seconds: 5, times: 1 })
  const check = test.bayar.payments.checkStatus('ORDER-1').catch((error: unknown) => error)
  await vi.waitFor(() => expect(test.simulator.faults.list()).toEqual([]))
  await send(test, signed(test, order))
  await test.simulator.clock.advance(10)
  await check
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('an order that is not ours is kept as foreign, told to nobody, and found again when its payment is made', async () => {
  await using test = await kit()
  expect(await send(test, signed(test, { order_id: 'NOT-OURS', transaction_id: 'T1' }))).toMatchObject({
    status: 'foreign',
  })
  await test.idle()
  expect(test.events).toEqual([])
  expect((await test.bayar.notifications.list({ filter: { status: 'foreign' } })).results).toHaveLength(1)
})

test('a test ping of the dashboard is answered, and alarms nobody', async () => {
  await using test = await kit()
  const [ping] = await test.simulator.notifications.sendTest()
  await test.idle()
  expect(test.simulator.notifications.list()[0]!.attempts[0]).toMatchObject({ httpStatus: 200 })
  expect(ping!.orderId).toContain('payment_notif_test_')
  expect(test.events).toEqual([])
})

test('D39 a wrong signature is refused, kept once per body, and capped', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const forged = { ...signed(test, order), signature_key: 'a'.repeat(128) }
  for (let times = 0; times < 5; times++)
    expect(codeOf(await send(test, forged).catch((error: unknown) => error))).toBe('notification_unsigned')
  expect(
    await test.rows(`select copies from bayar.notifications where status = 'invalid_signature'`),
  ).toEqual([{ copies: 4 }])
  // A stranger with endless different bodies about an order that nobody knows.
  for (let index = 0; index < 100; index++) {
    await send(test, { ...forged, order_id: `GUESS-${index}` }).catch(() => {})
  }
  const [stored] = await test.rows<{ count: bigint }>(
    `select count(*) from bayar.notifications where order_id like 'GUESS-%'`,
  )
  expect(Number(stored!.count)).toBeLessThanOrEqual(60)
  const [counted] = await test.rows<{ count: bigint }>(
    `select sum(count)::bigint as count from bayar.notification_counters where kind = 'untrusted'`,
  )
  expect(Number(counted!.count) + Number(stored!.count)).toBeGreaterThanOrEqual(100)
  // And about an order that we know: more, but not without end.
  for (let index = 0; index < 40; index++)
    await send(test, { ...forged, custom_field1: String(index) }).catch(() => {})
  const [known] = await test.rows<{ count: bigint }>(
    `select count(*) from bayar.notifications where order_id = 'ORDER-1' and status = 'invalid_signature'`,
  )
  expect(Number(known!.count)).toBeLessThanOrEqual(20)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('pending')
})

test('a long forged body is kept only in part', async () => {
  await using test = await kit()
  const forged = { ...signed(test, { padding: 'x'.repeat(60_000) }), signature_key: 'b'.repeat(128) }
  await send(test, forged).catch(() => {})
  const [row] = await test.rows<{ bytes: number }>(
    `select length(raw) as bytes from bayar.notifications where status = 'invalid_signature'`,
  )
  expect(row!.bytes).toBe(8 * 1024)
})

test.each([
  ['no signature', { signature_key: undefined }],
  ['a signature that is a number', { signature_key: 5 }],
  ['a signature that is null', { signature_key: null }],
  ['no order id', { order_id: undefined }],
  ['no amount', { gross_amount: null }],
])('unsigned: %s', async (_, changes) => {
  await using test = await kit()
  const body = { ...signed(test, {}), ...changes }
  expect(codeOf(await send(test, body).catch((error: unknown) => error))).toBe('notification_unsigned')
})

test('numbers where text is usual are hashed as they were written', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const text = JSON.stringify(signed(test, order))
    .replace('"status_code":"200"', '"status_code":200')
    .replace('"gross_amount":"150000.00"', '"gross_amount":150000.00')
  expect(await send(test, new Uint8Array(Buffer.from(text)))).toMatchObject({ status: 'processed' })
})

test('a signature of one order does not sign another, nor another amount', async () => {
  await using test = await kit()
  await pendingOrder(test)
  const other = await pendingOrder(test, 'ORDER-2')
  const genuine = signed(test, { order_id: 'ORDER-1' })
  for (const forged of [
    { ...genuine, ...other },
    { ...genuine, gross_amount: '15000.00' },
    { ...genuine, status_code: '201' },
  ]) {
    expect(codeOf(await send(test, forged).catch((error: unknown) => error))).toBe('notification_unsigned')
  }
})

test('a 201 signature with "settlement" written over it is looked up, and not believed', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  // Whoever got hold of the pending notice can alter everything that the signature does not cover.
  expect(await send(test, signed(test, { ...order, status_code: '201' }))).toMatchObject({
    status: 'received',
  })
  await test.idle()
  const [judged] = (await test.bayar.notifications.list({ filter: { orderId: 'ORDER-1' }, limit: 1 })).results
  expect(judged).toMatchObject({ status: 'stale', error: 'Midtrans says pending when asked.' })
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('pending')
})

test('confirm: status asks Midtrans before money is believed, and answers 200 meanwhile', async () => {
  await using test = await kit({ options: { confirm: 'status' } })
  const order = await pendingOrder(test)
  expect(await send(test, signed(test, order))).toMatchObject({ status: 'received' })
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('pending')
  await test.pay('ORDER-1')
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('a refund that we did not start is asked about, then told', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  await test.pay('ORDER-1')
  const refunded = signed(test, {
    ...order,
    transaction_status: 'refund',
    refund_amount: '150000.00',
    refunds: [{ refund_key: 'x', refund_amount: '150000.00', refund_chargeback_id: 9301547710 }],
  })
  expect(await send(test, refunded)).toMatchObject({ status: 'received' })
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.netAmount).toBe(150_000)
})

test('a mix-up of keys loses nothing: what looked forged is replayed when the key is right', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const other = notice('SB-Mid-server-ANOTHER-KEY', order)
  await send(test, other).catch(() => {})
  const [kept] = (await test.bayar.notifications.list({ filter: { status: 'invalid_signature' } })).results
  expect((await test.bayar.notifications.replay(kept!.id)).status).toBe('invalid_signature')
  await using renewed = await kit({
    simulator: { serverKey: test.simulator.serverKey },
    options: { oldServerKeys: ['SB-Mid-server-ANOTHER-KEY'] },
  })
  const charged = await pendingOrder(renewed)
  expect(await send(renewed, notice('SB-Mid-server-ANOTHER-KEY', charged))).toMatchObject({
    status: 'processed',
  })
})

test('unsigned hints are kept once and believed never', async () => {
  await using test = await kit()
  const hint = {
    event_name: 'subscription.charge',
    subscription: { id: 's' },
    transaction: { transaction_id: 't' },
  }
  for (let times = 0; times < 3; times++) {
    const receipt = await test.bayar.notifications.receive({
      body: bytesOf(hint),
      channel: 'recurring',
      sender: null,
    })
    expect(receipt.status).toBe('foreign')
  }
  await test.idle()
  expect(test.events).toEqual([])
  expect(await test.rows(`select copies from bayar.notifications where channel = 'recurring'`)).toEqual([
    { copies: 2 },
  ])
})

test('replaying one, a range or a filter changes only what really changes', async () => {
  await using test = await kit()
  await pendingOrder(test)
  await pendingOrder(test, 'ORDER-2')
  await test.pay('ORDER-1')
  const before = test.events.length
  const replayed = await Array.fromAsync(test.bayar.notifications.replayAll({}))
  for (const one of replayed)
    if (one.before === 'processed')
      expect(one.status, 'the cause of a change stays its cause').toBe('processed')
  expect(replayed.length).toBeGreaterThanOrEqual(3)
  expect(replayed.every((one) => ['duplicate', 'stale', 'processed'].includes(one.status))).toBe(true)
  await test.idle()
  expect(test.events).toHaveLength(before)
  expect(await Array.fromAsync(test.bayar.notifications.replayAll({ orderId: 'ORDER-2' }))).toHaveLength(1)
  expect(
    await Array.fromAsync(test.bayar.notifications.replayAll({ from: new Date('2030-01-01') })),
  ).toHaveLength(0)
})

test('not JSON, or not an object: refused and counted, never stored', async () => {
  await using test = await kit()
  for (const body of [
    '',
    'x',
    '[]',
    'null',
    '5',
    '"text"',
    '{',
    `${'['.repeat(60_000)}`,
    `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  ]) {
    expect(codeOf(await send(test, new Uint8Array(Buffer.from(body))).catch((error: unknown) => error))).toBe(
      'notification_malformed',
    )
  }
  expect(await test.rows('select 1 from bayar.notifications')).toEqual([])
  // A flood shares one write, and nobody waits for it.
  await vi.waitFor(async () => {
    const counted = await test.rows(
      `select sum(count)::int as count from bayar.notification_counters where kind = 'malformed'`,
    )
    expect(counted).toEqual([{ count: 9 }])
  })
})

test('text that a database refuses does not refuse the money', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const text = JSON.stringify(signed(test, { ...order, payment_type: 'A', status_message: 'B' }))
    .replace('"A"', '"bank\\u0000transfer"')
    .replace('"B"', '"\\ud800"')
  expect(await send(test, new Uint8Array(Buffer.from(text)))).toMatchObject({ status: 'processed' })
})
