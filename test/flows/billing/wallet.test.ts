/** Periods out of a wallet, and what goes back into it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BCA, type Club, club, DAY } from '../../support/billing.ts'
import { meddledShop } from '../../support/meddled-shop.ts'
import { seedDueMembers } from '../../support/members.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

const fund = (amount: number, user = 'user-1') =>
  shop.bayar.wallets.adjust(user, { amount, reason: 'a test' })
const balance = async (user = 'user-1') => (await shop.bayar.wallets.get(user)).balance
const OUT_OF_WALLET = { user: 'user-1', plan: 'pro', collection: 'wallet' } as const
const billWallets = async () => {
  await shop.bayar.tasks.processWalletBilling()
  await shop.idle()
}

describe('a subscription out of a wallet', () => {
  test('is active at once, its invoice paid, and renewed by the task once', async () => {
    await fund(200_000)
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe(OUT_OF_WALLET)
    expect(payment).toBeNull()
    expect(subscription).toMatchObject({
      collection: 'wallet',
      paymentType: 'wallet',
      status: 'active',
      hasAccess: true,
    })
    expect(await balance()).toBe(110_000)
    await shop.advance(31 * DAY)
    await Promise.all([1, 2, 3].map(() => shop.bayar.tasks.processWalletBilling()))
    await shop.bill()
    expect(await balance()).toBe(20_000)
    expect(await shop.find(subscription.id)).toMatchObject({
      currentInterval: 2,
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
    })
    expect((await shop.bayar.invoices.list()).results.map(({ status }) => status)).toEqual(['paid', 'paid'])
    expect(await shop.toldOf(subscription.id)).toEqual([
      'created',
      'charged',
      'activated',
      'charged',
      'renewed',
    ])
    expect(shop.simulator.transactions()).toEqual([])
  })

  test('without enough is refused, and nothing is written', async () => {
    await fund(80_000)
    await expect(shop.bayar.subscriptions.subscribe(OUT_OF_WALLET)).rejects.toMatchObject({
      code: 'insufficient_balance',
    })
    await expect(
      shop.bayar.subscriptions.subscribe({ ...OUT_OF_WALLET, user: 'nobody' }),
    ).rejects.toMatchObject({
      code: 'insufficient_balance',
    })
    expect(await shop.rows('select 1 from bayar.subscriptions')).toEqual([])
    expect(await balance()).toBe(80_000)
  })

  test('whose wallet is empty is past due in grace, and is tried again each day', async () => {
    await fund(90_000)
    const { id } = (await shop.bayar.subscriptions.subscribe(OUT_OF_WALLET)).subscription
    await shop.advance(31 * DAY)
    await billWallets()
    expect(await shop.find(id)).toMatchObject({
      status: 'past_due',
      statusReason: 'insufficient_balance',
      hasAccess: true,
    })
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due' })
    await fund(100_000)
    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      currentPeriodStart: new Date('2026-04-02T05:00:00Z'),
      currentPeriodEnd: new Date('2026-05-02T05:00:00Z'),
    })
    expect(await balance()).toBe(10_000)
  })

  test('is paid by hand of the customer as soon as there is enough, or by another way from then on', async () => {
    await fund(90_000)
    const { id } = (await shop.bayar.subscriptions.subscribe(OUT_OF_WALLET)).subscription
    await shop.advance(31 * DAY)
    await billWallets()
    const { payment } = await shop.bayar.subscriptions.pay(id, BCA)
    await shop.pay(payment!.orderId)
    expect(await shop.find(id)).toMatchObject({
      status: 'active',
      collection: 'charge',
      paymentType: 'bank_transfer',
    })
  })
})

test('an invoice that could not be finished when the wallet paid is finished by a later run, on another day too, and there is one', async () => {
  let isBroken = true
  await using other = await club({
    handlers: (bayar) =>
      bayar.within('invoice.paid', 'bookkeeping', () => {
        if (isBroken) throw new Error('not today')
      }),
  })
  await other.bayar.wallets.adjust('user-1', { amount: 90_000, reason: 'a test' })
  await other.bayar.subscriptions.subscribe(OUT_OF_WALLET)
  const invoices = async () =>
    (await other.bayar.invoices.list()).results.map(({ status, receivedAmount }) => [status, receivedAmount])
  expect(await invoices()).toEqual([['sent', 0]])
  isBroken = false
  await other.advance(DAY)
  await other.bayar.tasks.processWalletBilling()
  expect(await invoices()).toEqual([['paid', 90_000]])
  expect(await other.rows('select 1 from bayar.obligations where close_at is not null')).toEqual([])
})

describe('a subscription by charges', () => {
  test('is paid out of the wallet instead, from then on; the number that was open is ended first', async () => {
    await fund(200_000)
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
    })
    expect(await shop.bayar.subscriptions.pay(subscription.id, { paymentType: 'wallet' })).toMatchObject({
      payment: null,
      subscription: { status: 'active', collection: 'wallet', paymentType: 'wallet' },
    })
    expect(shop.simulator.transaction(payment!.orderId).status).toBe('cancel')
    await shop.advance(31 * DAY)
    await billWallets()
    expect(await balance()).toBe(20_000)
    expect(await shop.find(subscription.id)).toMatchObject({ status: 'active', currentInterval: 2 })
  })

  test('with too little in the wallet, or a frozen one, stays as it is: nothing is ended, no try is used up', async () => {
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
    })
    const before = await shop.obligations(subscription.id)
    const pay = () => shop.bayar.subscriptions.pay(subscription.id, { paymentType: 'wallet' })
    await expect(pay()).rejects.toMatchObject({
      code: 'insufficient_balance',
      details: { balance: 0, amount: 90_000 },
    })
    await fund(90_000)
    await shop.bayar.wallets.freeze('user-1', { reason: 'a test' })
    await expect(pay()).rejects.toMatchObject({ code: 'wallet_frozen' })
    expect(await shop.obligations(subscription.id)).toEqual(before)
    await shop.pay(payment!.orderId)
    expect(await shop.find(subscription.id)).toMatchObject({ status: 'active', collection: 'charge' })
    expect(await balance()).toBe(90_000)
  })
})

describe('credit', () => {
  test('of a number that was paid late is in the wallet, once, and goes out again when it is taken back', async () => {
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      paymentType: 'bank_transfer',
      bank: 'permata',
    })
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', times: 1 })
    await shop.bayar.subscriptions.cancel(subscription.id)
    await shop.pay(payment!.orderId)
    expect(await balance()).toBe(90_000)
    await shop.simulator.reverse(payment!.orderId)
    await shop.idle()
    expect(await balance()).toBe(0)
    expect(await shop.credits(subscription.id)).toEqual([
      { amount: 90_000, reason: 'subscription_cancelled' },
      { amount: -90_000, reason: 'subscription_cancelled' },
    ])
    expect(await shop.rows('select 1 from bayar.credits_owed where paid_out_at is null')).toEqual([])
  })

  test('of a cheaper plan is in the wallet', async () => {
    await shop.bayar.plans.create({ name: 'Mini', price: 30_000 })
    const { id } = await shop.member()
    await shop.advance(15.5 * DAY)
    await shop.bayar.subscriptions.changePlan(id, { plan: 'mini' })
    expect(await balance()).toBe(30_000)
  })
})

test('a period that was paid out of the wallet by a process that died then has its invoice an hour later, paid and once', async () => {
  const shop = await meddledShop()
  const { bayar, direct, simulator, meddler } = shop
  await seedDueMembers(direct, { count: 1, wallets: 1, now: simulator.clock.now() })
  meddler.before = (statement) => {
    if (statement.includes('insert into bayar.invoices')) throw new Error('The process is gone.')
  }
  await bayar.tasks.processWalletBilling()
  delete meddler.before
  const invoices = () =>
    direct.query<{ status: string; period: number }>(
      'select i.status, o.period from bayar.invoices i join bayar.obligations o on o.id = i.obligation_id',
    )
  expect((await invoices()).rows).toEqual([])
  for (let hour = 0; hour < 2; hour++) {
    await simulator.clock.advance(3600)
    await bayar.tasks.processDueSubscriptions()
    expect((await invoices()).rows).toEqual([{ status: 'paid', period: 2 }])
  }
  const { rows: left } = await direct.query('select 1 from bayar.obligations where close_at is not null')
  expect(left).toEqual([])
  await shop.close()
})
