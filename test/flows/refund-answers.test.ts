import { expect, test } from 'vitest'
import { checkBooks } from '../support/books.ts'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'

/** What Midtrans answers to a refund is not always what its pages say, and not always to the first who asked. */
const CHARGE = { orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' } as const

async function shopWhereRefundsAnswer(
  change: (told: Record<string, unknown>) => Record<string, unknown>,
  verbs = /\/refund$/,
): Promise<MeddledShop> {
  let isMeddled = false
  const shop: MeddledShop = await meddledShop({
    options: {
      fetch: async (input, init) => {
        const response = await shop.simulator.fetch(new Request(input, init))
        if (!isMeddled || !verbs.test(new URL(String(input)).pathname)) return response
        return Response.json(change((await response.json()) as Record<string, unknown>))
      },
    },
  })
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.pay('ORDER-1')
  await shop.simulator.idle()
  shop.simulator.notifications.pause()
  isMeddled = true
  return shop
}

test.each([
  ['an amount that nobody can read', { refund_amount: '50000.50' }],
  ['a status that is new', { transaction_status: 'refund_in_progress' }],
  ['another order', { order_id: 'ORDER-2' }],
])('an answer that tells %s is looked up, not tried again for ever', async (_, odd) => {
  const shop = await shopWhereRefundsAnswer((told) => ({ ...told, ...odd }))
  const made = await shop.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  expect(made.refund.status).toBe('reserved')
  const worker = await shop.bayar.work()
  for (const seconds of [6, 6, 30, 60, 120, 120, 120, 120]) {
    await shop.simulator.clock.advance(seconds)
    await worker.idle()
  }
  const [refund] = await shop.bayar.payments.refunds('ORDER-1')
  const open = await shop.direct.query(`select command from bayar.intents where state = 'sent'`)
  const payment = await shop.bayar.payments.find('ORDER-1')
  await checkBooks(shop.direct)
  await shop.close()
  expect(refund).toMatchObject({ status: 'confirmed', amount: 50_000 })
  expect(payment).toMatchObject({ netAmount: 100_000 })
  expect(open.rows).toEqual([])
})

test('an answer that repeats the amount with the customer’s fee settles its refund all the same', async () => {
  const shop = await shopWhereRefundsAnswer((told) => ({ ...told, gross_amount: '154000.00' }))
  const made = await shop.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  await checkBooks(shop.direct)
  await shop.close()
  expect(made).toMatchObject({ refund: { status: 'confirmed' }, payment: { netAmount: 100_000 } })
})

test('... and so does the look at it, when its answer is lost', async () => {
  const shop = await shopWhereRefundsAnswer((told) => ({ ...told, gross_amount: '154000.00' }), /\/status$/)
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
  await shop.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  const worker = await shop.bayar.work()
  for (const seconds of [6, 60, 120, 120, 120, 120]) {
    await shop.simulator.clock.advance(seconds)
    await worker.idle()
  }
  const [refund] = await shop.bayar.payments.refunds('ORDER-1')
  const payment = await shop.bayar.payments.find('ORDER-1')
  await checkBooks(shop.direct)
  await shop.close()
  expect({ status: refund!.status, net: payment!.netAmount }).toEqual({ status: 'confirmed', net: 100_000 })
})

test('a no to a request whose first try was sent by somebody else says nothing about that one', async () => {
  const shop = await meddledShop()
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.pay('ORDER-1')
  await shop.simulator.idle()
  shop.simulator.notifications.pause()
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let isHeld = false
  // The first process sleeps after its intent is written and before it sends.
  shop.meddler.after = async (statement) => {
    if (isHeld || !statement.includes('from bayar.intents i join') || statement.includes('for update')) return
    isHeld = true
    await gate
  }
  const ask = () => shop.bayar.payments.refund('ORDER-1', { amount: 150_000, refundKey: 'return-7' })
  const held = ask().catch((error: unknown) => error)
  for (let turn = 0; turn < 200 && !isHeld; turn++) await new Promise((done) => setTimeout(done, 5))
  delete shop.meddler.after
  await shop.simulator.clock.advance(60)
  // Another one asks again: Midtrans does it, the answer is lost, and so is the look at it.
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
  shop.simulator.faults.add({ kind: 'http_error', verb: 'status', status: 503, when: 'before', times: 3 })
  await ask().catch(() => {})
  // The first one wakes, and is refused because it was done.
  shop.simulator.faults.add({ kind: 'refuse', code: '414', verb: 'refund', times: 1 })
  letGo()
  await held
  const [refund] = await shop.bayar.payments.refunds('ORDER-1')
  await shop.close()
  expect(refund!.status).not.toBe('refused')
})

test('a refund whose sender never heard the answer is answered under its key as soon as Midtrans has told of it', async () => {
  let isLost = false
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const shop: MeddledShop = await meddledShop({
    options: {
      fetch: async (input, init) => {
        const response = await shop.simulator.fetch(new Request(input, init))
        if (isLost && /\/refund$/.test(new URL(String(input)).pathname)) {
          asked()
          await held
        }
        return response
      },
    },
  })
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.pay('ORDER-1')
  await shop.simulator.idle()
  isLost = true
  shop.simulator.notifications.pause()
  const input = { amount: 50_000, refundKey: 'return-7' }
  const first = shop.bayar.payments.refund('ORDER-1', input)
  await isAsked
  await expect(shop.bayar.payments.refund('ORDER-1', input)).rejects.toMatchObject({
    code: 'command_in_progress',
  })
  shop.simulator.notifications.resume()
  await shop.simulator.idle()
  expect(await shop.bayar.payments.refund('ORDER-1', input)).toMatchObject({
    created: false,
    refund: { status: 'confirmed', refundKey: 'return-7', amount: 50_000 },
  })
  letGo()
  expect(await first).toMatchObject({ created: true, refund: { status: 'confirmed' } })
  expect(await shop.bayar.payments.find('ORDER-1')).toMatchObject({ refundAmount: 50_000 })
  await shop.close()
})
