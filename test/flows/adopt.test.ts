import { expect, test } from 'vitest'
import { surface } from '../http/surface.ts'
import { chargedElsewhere } from '../support/charged-elsewhere.ts'
import { kit } from '../support/kit.ts'
import { CHARGE } from '../support/pending-order.ts'

test('an order of the former software is adopted with the amount that the person named, and its events run', async () => {
  await using test = await kit()
  await chargedElsewhere(test, 'OLD-1', { amount: 75_000 })
  await test.simulator.pay('OLD-1')
  await test.idle()
  const { results } = await test.bayar.notifications.foreignOrders()
  expect(results).toMatchObject([
    {
      orderId: 'OLD-1',
      merchant: 'default',
      transactionStatus: 'settlement',
      grossAmount: '75000.00',
      notices: 2,
    },
  ])

  const { payment, created } = await test.bayar.payments.adopt({
    orderId: 'OLD-1',
    expectedAmount: 75_000,
    userId: 'user-7',
  })
  expect(created).toBe(true)
  expect(payment).toMatchObject({
    status: 'settled',
    grossAmount: 75_000,
    netAmount: 75_000,
    userId: 'user-7',
    isPaid: true,
  })
  await test.idle()
  expect(test.told('OLD-1')).toEqual(['payment.settled'])
  expect((await test.bayar.notifications.foreignOrders()).results).toEqual([])
  // What had come before is judged now, and says nothing new.
  const notices = await test.bayar.notifications.list({ filter: { orderId: 'OLD-1' } })
  expect(notices.results.map(({ status }) => status).sort()).toEqual(['duplicate', 'stale'])

  // What comes later is news like any other.
  expect(
    (await test.bayar.payments.adopt({ orderId: 'OLD-1', expectedAmount: 75_000, userId: 'user-7' })).created,
  ).toBe(false)
  for (const other of [{ expectedAmount: 75_001, userId: 'user-7' }, { expectedAmount: 75_000 }])
    await expect(test.bayar.payments.adopt({ orderId: 'OLD-1', ...other })).rejects.toMatchObject({
      code: 'order_id_taken',
    })
})

test('another amount than the person named waits for a person, and no money is told', async () => {
  await using test = await kit()
  await chargedElsewhere(test, 'OLD-1', { amount: 15_000 })
  await test.simulator.pay('OLD-1')
  await test.idle()
  const { payment } = await test.bayar.payments.adopt({ orderId: 'OLD-1', expectedAmount: 1_000_000 })
  expect(payment).toMatchObject({ status: 'created', netAmount: 0, needsReview: ['mismatch'] })
  await test.idle()
  expect(test.told('OLD-1')).toEqual(['payment.needs_review'])
  await test.bayar.payments.resolveReview({
    payment: 'OLD-1',
    reason: 'mismatch',
    decision: 'accept',
    because: 'It was a deposit.',
  })
  await test.idle()
  expect(await test.bayar.payments.find('OLD-1')).toMatchObject({ status: 'settled', netAmount: 15_000 })
})

test('an order that is here, or that Midtrans does not know, is not adopted; nothing is written', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'HERE', ...CHARGE })
  await test.idle()
  await expect(test.bayar.payments.adopt({ orderId: 'HERE', expectedAmount: 150_000 })).rejects.toMatchObject(
    { code: 'order_id_taken' },
  )
  await expect(test.bayar.payments.adopt({ orderId: 'NOWHERE', expectedAmount: 1 })).rejects.toMatchObject({
    code: 'payment_not_found',
  })
  test.simulator.faults.add({ kind: 'http_error', verb: 'status', status: 500, when: 'before', times: 1 })
  await expect(test.bayar.payments.adopt({ orderId: 'NOWHERE', expectedAmount: 1 })).rejects.toMatchObject({
    code: 'gateway_unavailable',
  })
  for (const wrong of [
    { orderId: '', expectedAmount: 1 },
    { orderId: 'A', expectedAmount: 0 },
    { orderId: 'A', expectedAmount: 1.5 },
    { orderId: 'A', expectedAmount: 1, merchant: 'nobody' },
    { orderId: 'a b', expectedAmount: 1 },
  ])
    await expect(test.bayar.payments.adopt(wrong)).rejects.toMatchObject({ code: 'invalid_request' })
  expect((await test.bayar.payments.list()).results.map(({ orderId }) => orderId)).toEqual(['HERE'])
})

test('two people adopting at once make one payment and one event', async () => {
  await using test = await kit()
  await chargedElsewhere(test, 'OLD-1')
  await test.simulator.pay('OLD-1')
  await test.idle()
  const made = await Promise.all(
    Array.from({ length: 6 }, () => test.bayar.payments.adopt({ orderId: 'OLD-1', expectedAmount: 50_000 })),
  )
  expect(made.filter(({ created }) => created).length).toBe(1)
  await test.idle()
  expect(test.told('OLD-1')).toEqual(['payment.settled'])
})

test('a pending one is adopted, paid afterwards, and checked like any other', async () => {
  await using test = await kit()
  await chargedElsewhere(test, 'OLD-1')
  await test.idle()
  await test.bayar.payments.adopt({ orderId: 'OLD-1', expectedAmount: 50_000 })
  test.simulator.faults.add({ kind: 'lose', times: 10 })
  await test.simulator.pay('OLD-1')
  await test.advance(61)
  expect(test.told('OLD-1')).toEqual(['payment.received', 'payment.settled'])
})

test('a transaction that its order id does not find (DANA) is adopted by what its notice named', async () => {
  await using test = await kit()
  const response = await test.simulator.fetch(
    new Request('http://midtrans.simulator/v2/charge', {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${test.simulator.serverKey}:`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({
        payment_type: 'dana',
        transaction_details: { order_id: 'OLD-1', gross_amount: 50_000 },
        dana: { callback_url: 'https://shop.example/done' },
      }),
    }),
  )
  const { transaction_id: transactionId } = (await response.json()) as { transaction_id: string }
  await test.idle()
  const { payment } = await test.bayar.payments.adopt({ orderId: 'OLD-1', expectedAmount: 50_000 })
  expect(payment).toMatchObject({ status: 'pending', transactionId })
})

test('over HTTP it is for staff: listed page by page, adopted once', async () => {
  await using test = await surface()
  for (const name of ['A', 'B', 'C']) await chargedElsewhere(test, `OLD-${name}`)
  await test.idle()
  const first = await test.call('GET', '/midtrans/api/notifications/foreign/?limit=2')
  expect(first.body.results.map(({ order_id }: { order_id: string }) => order_id)).toEqual(['OLD-A', 'OLD-B'])
  const next = new URL(first.body.next, 'http://bayar.test/midtrans/api/notifications/foreign/')
  const second = await test.call('GET', next.pathname + next.search)
  expect(second.body.results.map(({ order_id }: { order_id: string }) => order_id)).toEqual(['OLD-C'])
  const back = new URL(second.body.previous, 'http://bayar.test/midtrans/api/notifications/foreign/')
  const again = await test.call('GET', back.pathname + back.search)
  expect(again.body.results.map(({ order_id }: { order_id: string }) => order_id)).toEqual(['OLD-A', 'OLD-B'])

  const body = { order_id: 'OLD-A', expected_amount: 50_000 }
  expect(await test.call('POST', '/midtrans/api/payments/adopt/', body)).toMatchObject({
    status: 201,
    body: { order_id: 'OLD-A', status: 'pending', gross_amount: 50_000 },
  })
  expect((await test.call('POST', '/midtrans/api/payments/adopt/', body)).status).toBe(200)
  expect(
    await test.call('POST', '/midtrans/api/payments/adopt/', { order_id: 'OLD-A', expected_amount: 1 }),
  ).toMatchObject({
    status: 409,
    body: { code: 'order_id_taken' },
  })
  expect((await test.call('POST', '/midtrans/api/payments/adopt/', { order_id: 'OLD-B' })).status).toBe(400)
  for (const [method, path] of [
    ['GET', '/midtrans/api/notifications/foreign/'],
    ['POST', '/midtrans/api/payments/adopt/'],
  ] as const)
    expect(
      (await test.call(method, path, method === 'POST' ? body : undefined, { authorization: '' })).status,
    ).toBe(401)
})
