import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { createTestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { meddledShop } from '../support/meddled-shop.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = {
  orderId: 'ORDER-1',
  grossAmount: 150_000,
  paymentType: 'bank_transfer',
  bank: 'permata',
} as const

test('a process of the old version that restarts takes no event away from the new version’s handler', async () => {
  const database = await cloneDatabase()
  const heard: string[] = []
  const renewed = await createTestBayar({
    database: database.url,
    handlers: (bayar) =>
      bayar.on(['payment.settled', 'payment.reversed'], 'ledger', ({ event }) => void heard.push(event.type)),
  })
  const { serverKey, clientKey, merchantId } = renewed.simulator
  // In the middle of a rolling deployment one of the old processes is restarted, and is gone a minute later.
  const old = await createTestBayar({
    database: database.url,
    simulator: { serverKey, clientKey, merchantId, seed: 2 },
    handlers: (bayar) => bayar.on('payment.settled', 'ledger', () => {}),
  })
  await old.close()
  await renewed.bayar.payments.charge(CHARGE)
  await renewed.pay('ORDER-1')
  await renewed.simulator.reverse('ORDER-1')
  await renewed.idle()
  await renewed.close()
  await database.drop()
  expect(heard).toEqual(['payment.settled', 'payment.reversed'])
})

test('... nor turns its `within` handler into one that never runs: it does not start', async () => {
  const database = await cloneDatabase()
  const renewed = await createTestBayar({
    database: database.url,
    handlers: (bayar) => bayar.within('payment.settled', 'stock', () => {}),
  })
  const { serverKey, clientKey, merchantId } = renewed.simulator
  const old = await createTestBayar({
    database: database.url,
    simulator: { serverKey, clientKey, merchantId, seed: 2 },
    handlers: (bayar) => bayar.on('payment.settled', 'stock', () => {}),
  }).catch((error: unknown) => error)
  await renewed.close()
  await database.drop()
  expect(isBayarError(old, 'handler_invalid')).toBe(true)
})

test('a notification that is stored as foreign while its payment is being made is found all the same', async () => {
  const shop = await meddledShop()
  let done = false
  shop.meddler.before = async (statement) => {
    if (done || !statement.includes('bayar_write_advances')) return
    done = true
    await shop.bayar.payments.charge(CHARGE)
  }
  const { id } = await shop.bayar.notifications.receive({
    body: bytesOf(notice(shop.simulator.serverKey, { order_id: 'ORDER-1', transaction_id: 'T-LINK' })),
    channel: 'payment',
    sender: null,
  })
  const worker = await shop.bayar.work()
  await worker.idle()
  const notification = await shop.bayar.notifications.find(id)
  await shop.close()
  expect(notification!.status).not.toBe('foreign')
})

test('a migration that gives tables another column stops nobody who runs', async () => {
  await using shop = await kit()
  const charged = async (from: number) => {
    const numbers = Array.from({ length: 6 }, (_, index) => from + index)
    const payments = await Promise.all(
      numbers.map((number) => shop.bayar.payments.charge({ ...CHARGE, orderId: `ORDER-${number}` })),
    )
    return payments.map(({ status }) => status)
  }
  // Every connection has its plans.
  for (const from of [0, 10, 20]) await charged(from)
  for (const table of ['payments', 'invoices', 'obligations', 'subscriptions'])
    await shop.rows(`alter table bayar.${table} add column of_a_later_version text`)
  expect(await charged(30)).toEqual(Array.from({ length: 6 }, () => 'pending'))
  expect(await shop.bayar.payments.find('ORDER-0')).toMatchObject({ status: 'pending' })
})
