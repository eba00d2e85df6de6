import { describe, expect, test } from 'vitest'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { type Kit, kit } from '../support/kit.ts'

/** Asked by order id, Midtrans never knows a DANA transaction: its absence says nothing about a charge whose answer was lost. */
const CHARGE = { orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'dana' } as const

const now = async (test: Kit) => (await test.bayar.payments.find('ORDER-1'))!

describe('a DANA charge whose answer was lost, and whose notices too', () => {
  test('is asked for again by the same request and key: the customer gets the page, and is charged once', async () => {
    await using shop = await kit()
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 2 })
    expect((await shop.bayar.payments.charge(CHARGE)).outcome).toBe('unknown')
    await shop.advance(3)
    expect(await now(shop)).toMatchObject({ status: 'created', outcome: 'unknown' })
    await shop.advance(60)
    expect(await now(shop)).toMatchObject({ status: 'pending', outcome: 'known' })
    expect((await now(shop)).instructions.redirectUrl).toMatch(/dana/)
    expect(shop.simulator.transactions()).toHaveLength(1)
  })

  test('a request that never arrived is sent within its five minutes', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'charge', times: 1 })
    await shop.bayar.payments.charge(CHARGE)
    expect(shop.simulator.transactions()).toHaveLength(0)
    await shop.advance(60)
    expect((await now(shop)).status).toBe('pending')
    expect(shop.simulator.transactions()).toHaveLength(1)
  })

  test('stays unknown while the customer could pay, so that nobody charges a second time', async () => {
    await using shop = await kit()
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 100 })
    await shop.bayar.payments.charge(CHARGE)
    for (let minutes = 0; minutes < 20; minutes++) await shop.advance(60)
    expect(await now(shop)).toMatchObject({ status: 'created', outcome: 'unknown' })
    const again = await shop.bayar.payments.charge({ ...CHARGE, newAttempt: true })
    expect(again).toMatchObject({ status: 'created', outcome: 'unknown' })
    expect(shop.simulator.transactions()).toHaveLength(1)
    // The five minutes in which it could be sent, then the fifteen in which it could be paid.
    for (let minutes = 0; minutes < 5; minutes++) await shop.advance(60)
    expect((await now(shop)).status).toBe('failed')
    expect(shop.told('ORDER-1')).toEqual(['payment.failed'])
  })

  test('with a longer time to pay, for as long as that', async () => {
    await using shop = await kit()
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 100 })
    await shop.bayar.payments.charge({ ...CHARGE, customExpiry: { duration: 2, unit: 'hour' } })
    for (let minutes = 0; minutes < 120; minutes += 5) await shop.advance(300)
    expect((await now(shop)).outcome).toBe('unknown')
    for (let minutes = 0; minutes < 15; minutes += 5) await shop.advance(300)
    expect((await now(shop)).status).toBe('failed')
  })

  test('paid meanwhile, the notice settles it', async () => {
    await using shop = await kit()
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 100 })
    await shop.bayar.payments.charge(CHARGE)
    for (let minutes = 0; minutes < 9; minutes++) await shop.advance(60)
    await shop.simulator.pay('ORDER-1')
    shop.simulator.notifications.resume()
    await shop.idle()
    expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000, needsReview: [] })
    expect(shop.told('ORDER-1')).not.toContain('payment.failed')
  })

  test('beside an earlier attempt of the order, which is all that Midtrans tells by the order id', async () => {
    await using shop = await kit()
    const first = { ...CHARGE, customExpiry: { duration: 1, unit: 'hour' } } as const
    await shop.bayar.payments.charge(first)
    await shop.idle()
    await shop.bayar.payments.expire('ORDER-1')
    await shop.idle()
    shop.simulator.notifications.pause()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    await shop.bayar.payments.charge({ ...first, newAttempt: true })
    await shop.advance(60)
    expect((await now(shop)).attempts.map(({ status }) => status)).toEqual(['expired', 'pending'])
    expect(shop.simulator.transactions()).toHaveLength(2)
  })
})

test('DANA chosen in the last minute of a hosted page is not given up while it can be paid', async () => {
  await using shop = await kit()
  const ask = { orderId: 'ORDER-1', grossAmount: 150_000 } as const
  const page = await shop.bayar.payments.checkout(ask)
  shop.simulator.notifications.pause()
  await shop.advance(24 * 3_600 - 60)
  await chooseOnPage(shop.simulator, page.redirectUrl, 'dana')
  for (let minutes = 0; minutes < 10; minutes++) await shop.advance(60)
  await shop.bayar.payments.checkStatus('ORDER-1')
  expect(shop.simulator.transaction('ORDER-1').status).toBe('pending')
  // A second page now could be paid besides.
  expect((await now(shop)).status).toBe('created')
  for (let minutes = 0; minutes < 10; minutes++) await shop.advance(60)
  expect((await now(shop)).status).toBe('expired')
})
