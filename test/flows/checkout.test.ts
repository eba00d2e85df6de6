import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { type Kit, kit } from '../support/kit.ts'

/** A hosted page: one order, any number of tries by the customer, and an end that nobody tells. */
const PAGE = { orderId: 'ORDER-1', grossAmount: 150_000 } as const

const now = async (test: Kit) => (await test.bayar.payments.find('ORDER-1'))!
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)
const pages = async (test: Kit) =>
  (
    await test.rows<{ n: number }>(`select count(*)::int as n from bayar.intents where command = 'checkout'`)
  )[0]!.n

async function choose(test: Kit, address: string, method: string): Promise<void> {
  await chooseOnPage(test.simulator, address, method)
  await test.idle()
}

test('a page, a choice, a payment', async () => {
  await using test = await kit()
  const page = await test.bayar.payments.checkout({
    ...PAGE,
    items: [{ name: 'Buku', price: 75_000, quantity: 2 }],
    customer: { firstName: 'Siti', email: 'siti@example.com' },
    enabledPayments: ['gopay', 'bca_va'],
    finishUrl: 'https://shop.example/finish',
  })
  expect(page).toMatchObject({
    created: true,
    payment: { status: 'created', paymentType: null, isPending: true },
  })
  expect(page.token).toMatch(/^[0-9a-f-]{36}$/)
  expect(page.redirectUrl).toContain(page.token)
  expect(page.expiresAt.getTime() - test.simulator.clock.now().getTime()).toBe(86_400_000)
  expect(test.events).toEqual([])

  await choose(test, page.redirectUrl, 'gopay')
  expect(await now(test)).toMatchObject({ status: 'pending', paymentType: 'gopay' })
  await test.pay('ORDER-1')
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 150_000, isPaid: true })
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  expect((await test.bayar.payments.refund('ORDER-1', { amount: 10_000 })).payment.netAmount).toBe(140_000)
})

test('refused by one way, paid by another: two attempts of one order', async () => {
  await using test = await kit()
  const page = await test.bayar.payments.checkout(PAGE)
  await choose(test, page.redirectUrl, 'gopay')
  await test.simulator.refuse('ORDER-1')
  await test.idle()
  expect((await now(test)).status).toBe('denied')
  await choose(test, page.redirectUrl, 'bca_va')
  expect(await now(test)).toMatchObject({ status: 'pending', instructions: { bank: 'bca' } })
  await test.pay('ORDER-1')
  const paid = await now(test)
  expect(paid).toMatchObject({ status: 'settled', netAmount: 150_000, needsReview: [] })
  expect(paid.attempts.map(({ status }) => status).sort()).toEqual(['denied', 'settled'])
  expect(test.told('ORDER-1').filter((type) => type === 'payment.settled')).toHaveLength(1)
})

test('the same request is the same page; another one under the order id is refused', async () => {
  await using test = await kit()
  const first = await test.bayar.payments.checkout(PAGE)
  const again = await test.bayar.payments.checkout(PAGE)
  expect(again).toMatchObject({ created: false, token: first.token, redirectUrl: first.redirectUrl })
  expect(await test.bayar.payments.checkoutPage('ORDER-1')).toMatchObject({ token: first.token })
  const other = await caught(test.bayar.payments.checkout({ ...PAGE, grossAmount: 1 }))
  expect(isBayarError(other, 'order_id_taken')).toBe(true)
  const charge = await caught(test.bayar.payments.charge({ ...PAGE, paymentType: 'qris' }))
  expect(isBayarError(charge, 'order_id_taken')).toBe(true)
})

test('a page whose answer was lost is made again when it is asked for again', async () => {
  await using test = await kit()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'snap_create', times: 1 })
  expect(isBayarError(await caught(test.bayar.payments.checkout(PAGE)), 'gateway_unknown')).toBe(true)
  expect(await now(test)).toMatchObject({ status: 'created', outcome: 'unknown' })
  const page = await test.bayar.payments.checkout(PAGE)
  expect(page).toMatchObject({ created: false, payment: { outcome: 'known' } })
  await choose(test, page.redirectUrl, 'gopay')
  await test.pay('ORDER-1')
  expect((await now(test)).status).toBe('settled')
})

test('... or by a worker', async () => {
  await using test = await kit()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'snap_create', times: 1 })
  await caught(test.bayar.payments.checkout(PAGE))
  await test.advance(5)
  expect(await test.bayar.payments.checkoutPage('ORDER-1')).not.toBeNull()
  expect(await now(test)).toMatchObject({ status: 'created', outcome: 'known' })
  expect(await pages(test)).toBe(1)
})

test('a page that Midtrans cannot be asked for has failed, but not before nothing can be under way any more', async () => {
  await using test = await kit()
  test.simulator.faults.add({ kind: 'http_error', verb: 'snap_create', times: 50 })
  await caught(test.bayar.payments.checkout(PAGE))
  await test.advance(240)
  expect((await now(test)).status).toBe('created')
  await test.advance(400)
  expect((await now(test)).status).toBe('failed')
  expect(test.told('ORDER-1')).toEqual(['payment.failed'])
  test.simulator.faults.clear()
  expect((await test.bayar.payments.checkout({ ...PAGE, newAttempt: true })).payment.status).toBe('created')
})

test('what Midtrans refuses is refused, and no payment waits', async () => {
  await using test = await kit()
  const other = await test.bayar.payments.charge({ ...PAGE, paymentType: 'qris' })
  expect(other.status).toBe('pending')
  await test.rows(`update bayar.payments set order_id = 'ELSEWHERE'`)
  const refusal = await caught(test.bayar.payments.checkout(PAGE))
  expect(isBayarError(refusal, 'gateway_rejected'), String(refusal)).toBe(true)
  expect((await now(test)).status).toBe('failed')
})

test('a page that nobody used expires by our clock: told once, looked after no longer, and begun again when asked', async () => {
  await using test = await kit()
  await test.bayar.payments.checkout({ ...PAGE, customExpiry: { duration: 30, unit: 'minute' } })
  await test.advance(31 * 60)
  expect((await now(test)).status).toBe('created')
  await test.advance(3 * 60)
  expect(await now(test)).toMatchObject({ status: 'expired', isPending: false, isFailed: true })
  expect(test.told('ORDER-1')).toEqual(['payment.expired'])
  for (let hours = 0; hours < 48; hours += 6) await test.advance(6 * 3600)
  expect(test.told('ORDER-1')).toEqual(['payment.expired'])
  expect(await test.rows('select 1 from bayar.open_payments')).toEqual([])

  const page = await test.bayar.payments.checkout({
    ...PAGE,
    customExpiry: { duration: 30, unit: 'minute' },
    newAttempt: true,
  })
  await choose(test, page.redirectUrl, 'gopay')
  await test.pay('ORDER-1')
  expect((await now(test)).status).toBe('settled')
  expect(test.told('ORDER-1')).toEqual(['payment.expired', 'payment.received', 'payment.settled'])
})

test('expired by our clock is a guess: what Midtrans tells afterwards is true', async () => {
  await using test = await kit()
  const page = await test.bayar.payments.checkout({ ...PAGE, customExpiry: { duration: 30, unit: 'minute' } })
  test.simulator.notifications.pause()
  await chooseOnPage(test.simulator, page.redirectUrl, 'bca_va')
  // GET status denies it for as long as we ask.
  const fault = test.simulator.faults.add({ kind: 'refuse', code: '404', verb: 'status', times: 50 })
  await test.simulator.pay('ORDER-1')
  await test.advance(40 * 60)
  expect((await now(test)).status).toBe('expired')
  test.simulator.faults.remove(fault)
  test.simulator.notifications.resume()
  await test.idle()
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 150_000 })
  expect(test.told('ORDER-1')).toContain('payment.settled')
})

test('a choice whose notices are lost is found by the check', async () => {
  await using test = await kit()
  const page = await test.bayar.payments.checkout(PAGE)
  test.simulator.faults.add({ kind: 'lose', times: 10 })
  await choose(test, page.redirectUrl, 'gopay')
  await test.simulator.pay('ORDER-1')
  await test.advance(70)
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 150_000 })
})

test('fifty customers of one order, all at once, are one page', async () => {
  await using test = await kit()
  const asked = await Promise.allSettled(Array.from({ length: 50 }, () => test.bayar.payments.checkout(PAGE)))
  const tokens = new Set(asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.token] : [])))
  expect(tokens.size).toBe(1)
  for (const one of asked)
    if (one.status === 'rejected')
      expect(isBayarError(one.reason, 'charge_in_progress'), String(one.reason)).toBe(true)
  expect(await pages(test)).toBe(1)
})

test('mistakes are told by field, and nothing is written', async () => {
  await using test = await kit()
  const mistakes = await caught(
    test.bayar.payments.checkout({
      orderId: 'with space',
      grossAmount: 0.5,
      enabledPayments: ['cash'],
      finishUrl: 'javascript:alert(1)',
      card: { type: 'capture', typo: 1 },
      customExpiry: { duration: 8, unit: 'day' },
      paymentType: 'qris',
    } as never),
  )
  const fields =
    isBayarError(mistakes, 'invalid_request') && mistakes.details.problems?.map(({ field }) => field)
  expect(fields).toEqual([
    'paymentType',
    'gross_amount',
    'finish_url',
    'card.type',
    'card.typo',
    'order_id',
    'enabled_payments',
    'custom_expiry',
  ])
  expect(await test.rows('select 1 from bayar.payments')).toEqual([])
})

test('methods that are switched off are not offered on a page either', async () => {
  await using test = await kit({ options: { enabledMethods: ['bank_transfer', 'qris'] } })
  const refusal = await caught(
    test.bayar.payments.checkout({ ...PAGE, enabledPayments: ['bca_va', 'gopay', 'indomaret'] }),
  )
  expect(isBayarError(refusal, 'invalid_request') && refusal.message).toMatch(/gopay.*indomaret/)
  const page = await test.bayar.payments.checkout(PAGE)
  await expect(choose(test, page.redirectUrl, 'gopay')).rejects.toThrow()
  await expect(choose(test, page.redirectUrl, 'credit_card')).rejects.toThrow()
  await choose(test, page.redirectUrl, 'bni_va')
  await test.pay('ORDER-1')
  expect((await now(test)).status).toBe('settled')
})
