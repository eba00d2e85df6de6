import { expect, test } from 'vitest'
import { kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

test('accepting a conflict whose money is gone by now tells nobody "settled: fulfil the order"', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    paymentType: 'bank_transfer',
    bank: 'permata',
  })
  await test.idle()
  const transaction_id = test.simulator.transaction('ORDER-1').transactionId
  const order = { order_id: 'ORDER-1', transaction_id, payment_type: 'bank_transfer' }
  const send = (changes: Record<string, unknown>) =>
    test.bayar.notifications.receive({
      body: bytesOf(notice(test.simulator.serverKey, { ...order, ...changes })),
      channel: 'payment',
      sender: null,
    })
  // A deny that was not the end (signed, and believed): then the customer pays after all.
  await send({ transaction_status: 'deny', status_code: '202' })
  test.simulator.notifications.pause()
  await test.simulator.pay('ORDER-1')
  await send({ transaction_status: 'settlement', settlement_time: '2026-03-02 12:00:00' })
  await test.idle()
  expect(await test.bayar.payments.find('ORDER-1')).toMatchObject({
    status: 'settled',
    needsReview: ['conflict'],
  })
  // Before anybody decides, the provider takes the money back.
  await test.simulator.reverse('ORDER-1')
  await send({ transaction_status: 'deny', status_code: '202', settlement_time: '2026-03-02 12:00:00' })
  await test.idle()
  expect(await test.bayar.payments.find('ORDER-1')).toMatchObject({ status: 'reversed', netAmount: 0 })
  const before = test.told('ORDER-1').length
  await test.bayar.payments
    .resolveReview({ payment: 'ORDER-1', reason: 'conflict', decision: 'accept', because: 'it is right' })
    .catch(() => {})
  await test.idle()
  expect(test.told('ORDER-1').slice(before)).not.toContain('payment.settled')
})
