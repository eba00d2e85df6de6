import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { kit } from '../support/kit.ts'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'

/** Whether the outcome of a charge is known is told as it is: to whoever reads the payment, and to whoever asks for the same charge again. */
const CHARGE = { orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'qris' } as const
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)

/** A shop whose process sent its charge and was never heard of again. */
async function deadShop(reaches: boolean): Promise<MeddledShop & { sent(): number }> {
  let sent = 0
  const never = new Promise<Response>(() => {})
  const shop: MeddledShop = await meddledShop({
    options: {
      fetch: async (input, init) => {
        const request = new Request(input, init)
        const isCharge = request.url.endsWith('/charge')
        if (isCharge) sent++
        if (isCharge && sent === 1) {
          if (reaches) await shop.simulator.fetch(request)
          return never
        }
        return shop.simulator.fetch(request)
      },
    },
  })
  shop.simulator.notifications.pause()
  void shop.bayar.payments.charge(CHARGE).catch(() => {})
  for (let turn = 0; turn < 400 && sent === 0; turn++) await new Promise((done) => setTimeout(done, 5))
  return { ...shop, sent: () => sent }
}

for (const reaches of [true, false]) {
  test(`a charge whose process died after sending it (it arrived: ${reaches}) is unknown, in flight and afterwards`, async () => {
    const shop = await deadShop(reaches)
    const find = async () => (await shop.bayar.payments.find('ORDER-1'))!
    expect(await find()).toMatchObject({ status: 'created', outcome: 'unknown' })
    // It may still be under way.
    expect(isBayarError(await caught(shop.bayar.payments.charge(CHARGE)), 'charge_in_progress')).toBe(true)
    await shop.simulator.clock.advance(40)
    expect(await find()).toMatchObject({ status: 'created', outcome: 'unknown' })
    // Beyond the gateway's deadline: nobody knows, and nothing is sent blindly.
    expect(await shop.bayar.payments.charge(CHARGE)).toMatchObject({ status: 'created', outcome: 'unknown' })
    expect(
      await shop.bayar.payments.charge({ ...CHARGE, newAttempt: true }).then(({ outcome }) => outcome),
    ).toBe('unknown')
    expect(shop.sent()).toBe(1)

    const worker = await shop.bayar.work()
    for (const seconds of [1, 10, 30, 60, 120, 120, 120]) {
      await shop.simulator.clock.advance(seconds)
      await worker.idle()
    }
    const found = await find()
    const { length } = shop.simulator.transactions()
    await shop.close()
    expect(found).toMatchObject({ status: reaches ? 'pending' : 'failed', outcome: 'known' })
    if (reaches) expect(found.instructions.qrString).toMatch(/^0002/)
    expect(length).toBe(reaches ? 1 : 0)
  })
}

test('a page whose process died is made again after the deadline, also where no worker runs', async () => {
  let isDead = true
  const shop: MeddledShop = await meddledShop({
    options: {
      fetch: (input, init) => {
        const request = new Request(input, init)
        return isDead && request.url.includes('/snap/')
          ? new Promise<Response>(() => {})
          : shop.simulator.fetch(request)
      },
    },
  })
  const ask = { orderId: 'ORDER-1', grossAmount: 150_000 } as const
  void shop.bayar.payments.checkout(ask).catch(() => {})
  for (let turn = 0; turn < 400 && !(await shop.bayar.payments.find('ORDER-1')); turn++)
    await new Promise((done) => setTimeout(done, 5))
  isDead = false
  const during = await caught(shop.bayar.payments.checkout(ask))
  await shop.simulator.clock.advance(40)
  const page = await shop.bayar.payments.checkout(ask)
  await shop.close()
  expect(isBayarError(during, 'charge_in_progress')).toBe(true)
  expect(page.token).toMatch(/./)
})

test('a charge that is prepared and not sent is known: nothing was sent', async () => {
  const shop = await meddledShop()
  await shop.direct.transaction((tx) => shop.bayar.payments.prepare(CHARGE, { tx }))
  const prepared = await shop.bayar.payments.find('ORDER-1')
  await shop.close()
  expect(prepared).toMatchObject({ status: 'created', outcome: 'known' })
})

for (const paymentType of ['qris', 'gopay', 'shopeepay', 'dana'] as const) {
  test(`${paymentType}: the answer is lost and the notice comes first: unknown until the customer can be shown how to pay`, async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    const charged = await shop.bayar.payments.charge({ ...CHARGE, paymentType })
    expect(charged.outcome).toBe('unknown')
    await shop.idle()
    const told = (await shop.bayar.payments.find('ORDER-1'))!
    const shows = Object.values(told.instructions).some((value) => value !== null)
    expect(told).toMatchObject({ status: 'pending', outcome: shows ? 'known' : 'unknown' })
    expect((await shop.bayar.payments.charge({ ...CHARGE, paymentType })).outcome).toBe(told.outcome)
    await shop.advance(10)
    const known = (await shop.bayar.payments.find('ORDER-1'))!
    expect(known).toMatchObject({ status: 'pending', outcome: 'known' })
    expect(
      known.instructions.qrUrl ?? known.instructions.deeplinkUrl ?? known.instructions.redirectUrl,
    ).toMatch(/^https?:/)
  })
}

test('paid meanwhile, it is known: the money is there', async () => {
  await using shop = await kit()
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.pay('ORDER-1')
  await shop.idle()
  expect(await shop.bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', outcome: 'known' })
})
