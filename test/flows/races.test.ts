import { afterEach, expect, test } from 'vitest'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = {
  orderId: 'ORDER-1',
  grossAmount: 150_000,
  paymentType: 'bank_transfer',
  bank: 'bca',
} as const

let shop: MeddledShop
afterEach(() => shop.close())

const raiseRegistry = () => shop.direct.query('update bayar.handler_registry set version = version + 1')

/** Another process registers a handler in the moment before the next write. */
function meddleOnce(what: () => Promise<unknown>, where = 'bayar_write_advances') {
  let done = false
  shop.meddler.before = async (statement) => {
    if (done || !statement.includes(where)) return
    done = true
    await what()
  }
}

test('a refusal is written although another process registers a handler at that moment', async () => {
  shop = await meddledShop()
  shop.simulator.faults.add({ kind: 'refuse', code: '402', verb: 'charge', times: 1 })
  meddleOnce(raiseRegistry)
  await shop.bayar.payments.charge(CHARGE).catch(() => {})
  const worker = await shop.bayar.work()
  for (const seconds of [60, 600, 3_600]) {
    await shop.simulator.clock.advance(seconds)
    await worker.idle()
  }
  // Otherwise it is `created` for ever, and each new charge of it "in progress".
  expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('failed')
})

test('an accepted review is told although another process registers a handler at that moment', async () => {
  shop = await meddledShop()
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.idle()
  const send = (changes: Record<string, unknown>) =>
    shop.bayar.notifications.receive({
      body: bytesOf(
        notice(shop.simulator.serverKey, {
          order_id: 'ORDER-1',
          transaction_id: shop.simulator.transaction('ORDER-1').transactionId,
          ...changes,
        }),
      ),
      channel: 'payment',
      sender: null,
    })
  await send({ transaction_status: 'deny', status_code: '202' })
  await shop.simulator.pay('ORDER-1')
  await shop.simulator.idle()
  const worker = await shop.bayar.work()
  await worker.idle()
  expect((await shop.bayar.payments.find('ORDER-1'))!.needsReview).toEqual(['conflict'])
  meddleOnce(raiseRegistry)
  const accepted = await shop.bayar.payments
    .resolveReview({ payment: 'ORDER-1', reason: 'conflict', decision: 'accept', because: 'it is paid' })
    .then(
      () => true,
      () => false,
    )
  const told = (await shop.bayar.payments.history('ORDER-1')).map((row) => row.event)
  // Refused is right (press again), told is right; closed without a word loses `payment.settled`.
  expect(accepted && !told.includes('payment.settled')).toBe(false)
})

test('nothing is sent after send_before: a process that slept between intent and call finds its charge given up', async () => {
  let late = 0
  const start = new Date('2026-03-02T05:00:00Z').getTime()
  shop = await meddledShop({ clock: { now: () => new Date(start + late) } })
  // The machine sleeps for ten minutes after the intent was committed.
  let slept = false
  shop.meddler.before = (statement) => {
    if (slept || !statement.includes('where i.id = $1') || statement.includes('for update')) return
    slept = true
    late = 600_000
  }
  await shop.bayar.payments.charge(CHARGE).catch(() => {})
  expect(slept).toBe(true)
  expect(shop.simulator.transactions()).toHaveLength(0)
})

test('... and was told as failed by another process meanwhile, whose new attempt is then charged beside it', async () => {
  let late = 0
  const start = new Date('2026-03-02T05:00:00Z').getTime()
  shop = await meddledShop({ clock: { now: () => new Date(start + late) } })
  let slept = false
  shop.meddler.before = async (statement) => {
    if (slept || !statement.includes('where i.id = $1') || statement.includes('for update')) return
    slept = true
    late = 600_000
    const worker = await shop.bayar.work()
    await worker.idle()
    await worker.stop()
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('failed')
  }
  await shop.bayar.payments.charge(CHARGE).catch(() => {})
  // The merchant was told `payment.failed`; no VA of this charge may be payable.
  const payable = shop.simulator.transactions().filter((one) => one.status === 'pending')
  expect(payable).toHaveLength(0)
})

test('a commit whose answer is lost is run again, and the sender gets its 200', async () => {
  shop = await meddledShop()
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.idle()
  let lost = false
  shop.meddler.after = (statement) => {
    if (lost || !statement.includes('bayar_write_advances')) return
    lost = true
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' })
  }
  const receipt = await shop.bayar.notifications
    .receive({
      body: bytesOf(
        notice(shop.simulator.serverKey, {
          order_id: 'ORDER-1',
          transaction_id: shop.simulator.transaction('ORDER-1').transactionId,
        }),
      ),
      channel: 'payment',
      sender: null,
    })
    .catch((error: unknown) => ({ status: String(error) }))
  expect(['processed', 'duplicate']).toContain(receipt.status)
})

test('a registry that changed does not make transactions wait for each other’s connections', async () => {
  shop = await meddledShop({ connections: 3 })
  for (const orderId of ['ORDER-1', 'ORDER-2', 'ORDER-3', 'ORDER-4', 'ORDER-5', 'ORDER-6'])
    await shop.bayar.payments.charge({ ...CHARGE, orderId })
  await shop.simulator.idle()
  await raiseRegistry()
  const all: Promise<boolean[]> = Promise.all(
    [1, 2, 3, 4, 5, 6].map((index) =>
      shop.bayar.payments.checkStatus(`ORDER-${index}`).then(
        () => true,
        () => false,
      ),
    ),
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('they wait for each other'), 4_000)
  })
  const outcome = await Promise.race([all, late])
  clearTimeout(timer)
  await all
  expect(outcome).not.toBe('they wait for each other')
}, 40_000)
