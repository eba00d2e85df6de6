/** Each transaction of billing takes its locks in the one order: payments, refunds, obligations, subscriptions, wallets, invoices. */
import { expect, test } from 'vitest'
import { BCA, DAY, PRO } from '../../support/billing.ts'
import { checkBooks } from '../../support/books.ts'
import { dashboard } from '../../support/dashboard.ts'
import { watchLockOrder } from '../../support/lock-order.ts'
import { meddledShop } from '../../support/meddled-shop.ts'

test('a year of everything that may become of a subscription', async () => {
  const shop = await meddledShop()
  const { bayar, simulator } = shop
  const locks = watchLockOrder()
  shop.meddler.before = (statement, asked) => locks.watch(statement, asked)
  const worker = await bayar.work({ beat: false })
  const idle = async () => {
    await simulator.idle()
    await worker.idle()
  }
  const advance = async (seconds: number) => {
    await simulator.clock.advance(seconds)
    await idle()
  }
  const bill = async () => {
    await bayar.tasks.processDueSubscriptions()
    await bayar.tasks.processWalletBilling()
    await idle()
  }
  const pay = async (orderId: string) => {
    await simulator.pay(orderId)
    await idle()
  }
  const ordersOf = async (id: string) =>
    (
      await shop.direct.query<{ order_id: string }>(
        'select order_id from bayar.payments where owner_id = $1 order by id',
        [id],
      )
    ).rows.map((row) => row.order_id)
  await bayar.plans.create(PRO)
  await bayar.plans.create({ name: 'Max', price: 180_000 })
  await bayar.plans.create({ name: 'Mini', price: 10_000 })
  const subscribe = (user: string, more: object) =>
    bayar.subscriptions.subscribe({ user, plan: 'pro', ...more } as never)

  // A number that is paid, a change that is asked for, replaced by a cheaper plan and paid late: credit, beside the invoice of the change.
  const changing = await subscribe('changes', BCA)
  await pay(changing.payment!.orderId)
  const dearer = await bayar.subscriptions.changePlan(changing.subscription.id, { plan: 'max' })
  await bayar.subscriptions.changePlan(changing.subscription.id, { plan: 'mini' })
  expect(dearer.payment).not.toBeNull()

  // A card that is renewed, voided, tried again and charged back.
  const token = await dashboard(simulator).savedCard()
  const card = await subscribe('card', { paymentType: 'credit_card', token, authentication: false })
  // Money of a number that was replaced, and taken back after it had been spent.
  const late = await subscribe('late', { paymentType: 'bank_transfer', bank: 'permata' })
  await simulator.expire(late.payment!.orderId)
  await idle()
  // Out of the wallet.
  await bayar.wallets.adjust('wallet', { amount: 200_000, reason: 'a test' })
  await bayar.subscriptions.subscribe({ user: 'wallet', plan: 'pro', collection: 'wallet' })
  await advance(DAY)
  await bayar.tasks.retryFailedPayments()
  await idle()
  const [, second] = await ordersOf(late.subscription.id)
  await pay(second!)
  await advance(31 * DAY)
  await bill()
  const [, renewed] = await ordersOf(card.subscription.id)
  await simulator.cancel(renewed!)
  await advance(DAY)
  await bayar.tasks.retryFailedPayments()
  await idle()
  const again = (await ordersOf(card.subscription.id)).at(-1)!
  await simulator.settle(again)
  await simulator.chargeback(again)
  await idle()
  await simulator.reverse(second!)
  await idle()
  // What is not paid ends; what is paused, resumed and cancelled.
  await bayar.subscriptions.cancel(changing.subscription.id)
  await advance(4 * DAY)
  await bayar.tasks.processPastDueExpiration()
  await bayar.tasks.processExpiredSubscriptions()
  await idle()

  expect(locks.broken).toEqual([])
  // The stories that matter were among them.
  expect(locks.seen()).toEqual(
    expect.arrayContaining([
      'payments → obligations → subscriptions → invoices',
      'obligations → subscriptions → wallets → invoices',
    ]),
  )
  delete shop.meddler.before
  await checkBooks(shop.direct)
  await worker.stop()
  await shop.close()
})
