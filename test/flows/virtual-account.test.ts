import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { kit } from '../support/kit.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

test('charged, paid, told: the story of the README', async () => {
  await using test = await kit()
  const payment = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  expect(payment).toMatchObject({
    status: 'pending',
    isPaid: false,
    netAmount: 0,
    transactionStatus: 'pending',
  })
  expect(payment.instructions.vaNumber).toMatch(/^\d{6,18}$/)
  await test.idle()
  await test.pay('ORDER-1')
  expect(await test.bayar.payments.find('ORDER-1')).toMatchObject({
    status: 'settled',
    isPaid: true,
    netAmount: 150_000,
    isFinal: true,
  })
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test.each(['bca', 'bni', 'bri', 'cimb', 'permata'] as const)('a number of %s', async (bank) => {
  await using test = await kit()
  const payment = await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 50_000,
    paymentType: 'bank_transfer',
    bank,
  })
  expect(payment.instructions.vaNumber).toMatch(/^\d+$/)
  expect(payment.bank).toBe(bank)
  await test.pay('ORDER-1')
  expect((await test.bayar.payments.find('ORDER-1'))!.isPaid).toBe(true)
})

test('a Mandiri bill has a key and a biller', async () => {
  await using test = await kit()
  const payment = await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 50_000,
    paymentType: 'echannel',
  })
  expect(payment.instructions.billKey).toMatch(/^\d+$/)
  expect(payment.instructions.billerCode).toBe('70012')
})

test('D3 the notification that beats the charge answer finds its payment', async () => {
  await using test = await kit()
  // The answer never comes; the notification that Midtrans sends at once is all there is.
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  const charged = (await test.bayar.payments.find('ORDER-1'))!
  expect(charged).toMatchObject({ status: 'pending' })
  expect(charged.instructions.vaNumber).toMatch(/^\d+$/)
  await test.pay('ORDER-1')
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  expect((await test.bayar.payments.find('ORDER-1'))!.isPaid).toBe(true)
})

test('D3 an answer that is lost for good is found out, with its number', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
  const charged = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  expect(charged).toMatchObject({ status: 'created', outcome: 'unknown' })
  await test.advance(5)
  const found = (await test.bayar.payments.find('ORDER-1'))!
  expect(found).toMatchObject({ status: 'pending', outcome: 'known' })
  expect(found.instructions.vaNumber).toMatch(/^\d+$/)
})

test('a charge that never arrived has failed, but not before nothing can be under way any more', async () => {
  await using test = await kit()
  test.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge', times: 1 })
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.advance(240)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('created')
  await test.advance(400)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('failed')
  expect(test.told('ORDER-1')).toEqual(['payment.failed'])
})

test('D6 a charge refused in the body over HTTP 200 is refused, and no payment waits', async () => {
  await using test = await kit()
  test.simulator.faults.add({ kind: 'refuse', code: '402', verb: 'charge', times: 1 })
  const refusal = await test.bayar.payments
    .charge({ orderId: 'ORDER-1', ...CHARGE })
    .catch((error: unknown) => error)
  expect(isBayarError(refusal, 'gateway_rejected')).toBe(true)
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('failed')
  expect(test.told('ORDER-1')).toEqual(['payment.failed'])
})

test('the same request twice is one charge; another one under the same id is refused', async () => {
  await using test = await kit()
  const first = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  const again = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  expect(again.id).toBe(first.id)
  expect(again.instructions).toEqual(first.instructions)
  expect(test.simulator.transactions()).toHaveLength(1)
  const other = await test.bayar.payments
    .charge({ orderId: 'ORDER-1', ...CHARGE, grossAmount: 1 })
    .catch((error: unknown) => error)
  expect(isBayarError(other, 'order_id_taken')).toBe(true)
})

test('two of the same request at once are one charge', async () => {
  await using test = await kit()
  const both = await Promise.allSettled([
    test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE }),
    test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE }),
  ])
  for (const one of both)
    if (one.status === 'rejected') expect(isBayarError(one.reason, 'charge_in_progress')).toBe(true)
  expect(both.some((one) => one.status === 'fulfilled')).toBe(true)
  expect(test.simulator.transactions()).toHaveLength(1)
})

test('an expired order is charged again only when asked for', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  const expired = await test.bayar.payments.expire('ORDER-1')
  expect(expired.status).toBe('expired')
  expect((await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })).status).toBe('expired')
  const second = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE, newAttempt: true })
  expect(second).toMatchObject({ status: 'pending' })
  expect(second.attempts).toHaveLength(2)
  await test.pay('ORDER-1')
  expect(test.told('ORDER-1')).toEqual([
    'payment.received',
    'payment.expired',
    'payment.received',
    'payment.settled',
  ])
})

test('cancel and expire go through the same door, and are told once', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  expect((await test.bayar.payments.cancel('ORDER-1')).status).toBe('cancelled')
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.cancelled'])
  const again = await test.bayar.payments.cancel('ORDER-1').catch((error: unknown) => error)
  expect(isBayarError(again, 'command_not_possible')).toBe(true)
})

test('a cancel refused because the customer has just paid brings the money to light', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  test.simulator.notifications.pause()
  await test.simulator.pay('ORDER-1')
  const refusal = await test.bayar.payments.cancel('ORDER-1').catch((error: unknown) => error)
  expect(isBayarError(refusal, 'command_not_possible')).toBe(true)
  await test.idle()
  expect((await test.bayar.payments.find('ORDER-1'))!.isPaid).toBe(true)
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  test.simulator.notifications.resume()
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('a cancel whose answer is lost is found out', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'cancel', times: 1 })
  const unknown = await test.bayar.payments.cancel('ORDER-1').catch((error: unknown) => error)
  expect(isBayarError(unknown, 'gateway_unknown')).toBe(true)
  await test.advance(5)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('cancelled')
})

test('D1 a poll that sees the settlement first tells it, and the notification that follows is the copy', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  test.simulator.notifications.pause()
  await test.simulator.pay('ORDER-1')
  const { payment } = await test.bayar.payments.checkStatus('ORDER-1')
  expect(payment.isPaid).toBe(true)
  test.simulator.notifications.resume()
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  const notices = (await test.bayar.notifications.list({ filter: { orderId: 'ORDER-1' } })).results
  // Newest first. The pending one may have come before the charge answer, or after it.
  expect(notices[0]).toMatchObject({ transactionStatus: 'settlement', status: 'duplicate' })
})

test('a settlement whose notification is lost is found by the check', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  test.simulator.faults.add({ kind: 'lose', times: 5 })
  await test.simulator.pay('ORDER-1')
  await test.advance(70)
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
})

test('the deadline passes: Midtrans expires it, and it is told', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    ...CHARGE,
    customExpiry: { duration: 30, unit: 'minute' },
  })
  await test.advance(32 * 60)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('expired')
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.expired'])
})

test('D36 a settled payment that the provider takes back', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 50_000,
    paymentType: 'bank_transfer',
    bank: 'permata',
  })
  await test.pay('ORDER-1')
  await test.simulator.reverse('ORDER-1')
  await test.idle()
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled', 'payment.reversed'])
  expect(await test.bayar.payments.find('ORDER-1')).toMatchObject({
    status: 'reversed',
    isPaid: false,
    netAmount: 0,
  })
})

test('a mistake in the request names every field, and nothing is written', async () => {
  await using test = await kit()
  const mistakes = await test.bayar.payments
    .charge({
      orderId: 'with space',
      grossAmount: 1.5,
      paymentType: 'bank_transfer',
      bank: 'xyz' as never,
      items: [{ name: '', price: 1, quantity: 0 }],
    })
    .catch((error: unknown) => error)
  expect(
    isBayarError(mistakes, 'invalid_request') && mistakes.details.problems?.map((problem) => problem.field),
  ).toEqual(['gross_amount', 'order_id', 'bank', 'item_details[0].name', 'item_details[0].quantity'])
  expect(await test.rows('select 1 from bayar.payments')).toEqual([])
  expect(
    isBayarError(
      await test.bayar.payments.charge({ orderId: 'SUB-1', ...CHARGE }).catch((error: unknown) => error),
      'order_id_reserved',
    ),
  ).toBe(true)
})
