import { expect, test } from 'vitest'
import { type Kit, kit } from '../support/kit.ts'
import { pendingOrder, send } from '../support/pending-order.ts'

const accept = (test: Kit) =>
  test.bayar.payments.resolveReview({
    payment: 'ORDER-1',
    reason: 'mismatch',
    decision: 'accept',
    because: 'the customer pays the fee',
  })

test('the amount that a person accepted is accepted from then on: its settlement is not filed away without a word', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const other = { ...order, gross_amount: '154000.00' }
  await send(test, { ...other, transaction_status: 'pending', status_code: '201' })
  await accept(test)
  await send(test, other)
  await test.idle()
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  // Either it settles, or somebody is asked again. Silence is a paid order that is never delivered.
  expect(payment.isPaid || payment.needsReview.length > 0).toBe(true)
})

test('accept applies what Midtrans said last, not what it said first', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const other = { ...order, gross_amount: '154000.00' }
  await send(test, { ...other, transaction_status: 'pending', status_code: '201' })
  await send(test, other)
  await accept(test)
  await test.idle()
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  expect(payment.isPaid || payment.needsReview.length > 0).toBe(true)
})

test('a reversal of an accepted amount is not lost', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  const other = { ...order, gross_amount: '1000.00' }
  await send(test, other)
  await accept(test)
  const { status } = await send(test, {
    ...other,
    transaction_status: 'deny',
    status_code: '202',
    settlement_time: '2026-03-02 12:00:00',
  })
  await test.idle()
  const payment = (await test.bayar.payments.find('ORDER-1'))!
  expect({ status, net: payment.netAmount }).toMatchObject({ status: 'processed', net: 0 })
})

test('an accepted amount is the signed one, never what unsigned metadata says', async () => {
  await using test = await kit()
  const order = await pendingOrder(test)
  await send(test, {
    ...order,
    gross_amount: '1000.00',
    metadata: { extra_info: { gross_amount_info: { original_amount: '150000.00' } } },
  })
  const taken = await accept(test)
  await test.idle()
  expect(taken.netAmount).toBe(1_000)
})
