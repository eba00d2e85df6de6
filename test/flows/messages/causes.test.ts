/** What customers are told, and by what: each message from its own cause, once, in the transaction of the cause. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutgoingMessage } from '../../../src/domain/message-facts.ts'
import { BCA, type Club, club, DAY } from '../../support/billing.ts'
import { type Mailbox, mailbox } from '../../support/mailbox.ts'

let shop: Club
let box: Mailbox
beforeEach(async () => {
  box = mailbox()
  shop = await club({ options: { messages: { channel: box.channel } } })
})
afterEach(() => shop.close())

const DEWI = {
  customer: { firstName: 'Dewi', lastName: 'Sari', email: 'dewi@example.com', phone: '08123456789' },
} as const
const last = (): OutgoingMessage => box.sent.at(-1)!
const subscribe = async (more: object = {}) => {
  const made = await shop.bayar.subscriptions.subscribe({
    user: 'user-1',
    plan: 'pro',
    ...BCA,
    ...DEWI,
    ...more,
  } as never)
  await shop.idle()
  return made
}
const written = async (type: string) =>
  (await shop.bayar.messages.list({ filter: { type: type as never } })).results

describe('a subscription', () => {
  test('says how to pay, and then that it was paid', async () => {
    const { payment, subscription } = await subscribe()
    expect(box.types()).toEqual(['payment_pending'])
    expect(last()).toMatchObject({
      userId: 'user-1',
      customerName: 'Dewi Sari',
      customerEmail: 'dewi@example.com',
      language: 'id',
      subject: 'Menunggu pembayaran Rp90.000 untuk Pro',
      facts: {
        orderId: payment!.orderId,
        amount: 90_000,
        instructions: { bank: 'bca', vaNumber: payment!.instructions.vaNumber, billKey: null },
        payBefore: payment!.expiryTime,
      },
    })
    expect(last().body).toContain(`Nomor virtual account BCA: ${payment!.instructions.vaNumber}`)
    expect(last().body).toContain('Bayar sebelum 3 Maret 2026 pukul 12.00 WIB.')

    await shop.pay(payment!.orderId)
    expect(box.types()).toEqual(['payment_pending', 'payment_succeeded'])
    expect(last().facts).toMatchObject({ amount: 90_000, periodEnd: new Date('2026-04-02T05:00:00Z') })
    expect(await written('payment_succeeded')).toMatchObject([
      {
        subscriptionId: subscription.id,
        paymentId: payment!.id,
        status: 'sent',
        sentAt: shop.simulator.clock.now(),
        tries: 1,
        channel: 'host',
      },
    ])
  })

  test('whose number nobody paid is told so, and gets the next number; in grace until when', async () => {
    const { id } = await shop.member('user-1', DEWI)
    await shop.advance(31 * DAY)
    await shop.bill()
    const [, second] = await shop.ordersOf(id)
    expect(box.types().slice(-1)).toEqual(['payment_pending'])
    await shop.simulator.expire(second!)
    await shop.idle()
    expect(last()).toMatchObject({ type: 'payment_failed', facts: { reason: 'expired', amount: 90_000 } })
    expect(last().facts).toMatchObject({ graceUntil: (await shop.find(id)).graceUntil })
    expect(last().body).toContain('belum berhasil: waktu pembayarannya habis.')

    await shop.advance(DAY)
    await shop.bayar.tasks.retryFailedPayments()
    await shop.idle()
    const third = (await shop.ordersOf(id))[2]
    expect(last()).toMatchObject({ type: 'payment_pending', facts: { orderId: third } })
  })

  test('whose number makes room for another is told of the new one, and of no failure', async () => {
    const { id } = await shop.member()
    await shop.advance(31 * DAY)
    await shop.bill()
    const before = box.sent.length
    await shop.bayar.subscriptions.pay(id, { paymentType: 'qris' })
    await shop.idle()
    expect(box.types().slice(before)).toEqual(['payment_pending'])
  })

  test('charged by a card that its bank refuses, and one that it takes', async () => {
    await subscribe({ ...(await shop.card('good')), bank: undefined })
    expect(box.types()).toEqual(['payment_succeeded'])
    await subscribe({ user: 'user-2', ...(await shop.card('noFunds')), bank: undefined }).catch(() => {})
    await shop.idle()
    expect(last()).toMatchObject({ type: 'payment_failed', facts: { reason: 'denied' } })
  })

  test('each refund is told, also two of one day (weakness W2)', async () => {
    const { payment } = await subscribe({ paymentType: 'gopay', bank: undefined })
    await shop.pay(payment!.orderId)
    for (const amount of [20_000, 30_000]) await shop.bayar.payments.refund(payment!.orderId, { amount })
    await shop.idle()
    expect(box.sent.filter(({ type }) => type === 'refunded').map(({ facts }) => facts)).toMatchObject([
      { amount: 20_000 },
      { amount: 30_000 },
    ])
  })

  test('money that the bank takes back is told', async () => {
    const { payment } = await subscribe({ bank: 'permata' })
    await shop.pay(payment!.orderId)
    await shop.simulator.reverse(payment!.orderId)
    await shop.idle()
    expect(last()).toMatchObject({ type: 'payment_failed', facts: { reason: 'reversed' } })
  })

  test('cancelled, once, whoever asks again', async () => {
    const { id } = await shop.member()
    await shop.bayar.subscriptions.cancel(id)
    await expect(shop.bayar.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'command_not_possible' })
    await shop.idle()
    expect(box.types().filter((type) => type === 'cancelled')).toEqual(['cancelled'])
    expect(last().subject).toBe('Langganan Pro dibatalkan')
  })

  test('expired when the days of grace are over', async () => {
    const { id } = await shop.member()
    await shop.advance(31 * DAY)
    await shop.bill()
    await shop.advance(2 * DAY)
    await shop.advance(4 * DAY)
    await shop.bayar.tasks.processPastDueExpiration()
    await shop.idle()
    expect((await shop.find(id)).status).toBe('expired')
    expect(last()).toMatchObject({ type: 'expired', facts: { reason: 'unpaid' } })
    expect(last().body).toContain('karena perpanjangannya tidak dibayar')
  })

  test('a trial that ends is told days before', async () => {
    await shop.bayar.plans.create({
      slug: 'try',
      name: 'Coba',
      price: 50_000,
      intervalUnit: 'month',
      trialPeriodDays: 14,
    })
    await subscribe({ plan: 'try' })
    await shop.advance(12 * DAY)
    await shop.bill()
    expect(last()).toMatchObject({
      type: 'trial_ending',
      facts: { amount: 50_000, endsAt: new Date('2026-03-16T05:00:00Z') },
    })
  })

  test('out of a wallet: what was paid, and once a day that there is not enough', async () => {
    await shop.bayar.wallets.adjust('user-1', { amount: 90_000, reason: 'a test' })
    await subscribe({ paymentType: undefined, bank: undefined, collection: 'wallet' })
    expect(box.types()).toEqual(['payment_succeeded'])
    expect(last().facts).toMatchObject({ amount: 90_000 })
    await shop.advance(31 * DAY)
    for (let run = 0; run < 3; run++) {
      await shop.bayar.tasks.processWalletBilling()
      await shop.bayar.tasks.retryFailedPayments()
      await shop.idle()
    }
    expect(box.types()).toEqual(['payment_succeeded', 'payment_failed'])
    expect(last().facts).toMatchObject({ amount: 90_000, reason: 'insufficient_balance' })
  })
})

const INVOICE = {
  channel: 'local',
  customerName: 'Budi',
  customerEmail: 'budi@example.com',
  userId: 'user-9',
  dueDate: '2026-03-05',
  items: [{ description: 'Kemeja', price: 75_000 }],
} as const

describe('an invoice', () => {
  test('fallen due is told once, by whichever task (the message follows the event)', async () => {
    await shop.bayar.invoices.create({ ...INVOICE, orderId: 'cart-1' } as never)
    await shop.advance(5 * DAY)
    await shop.bayar.tasks.checkOverdueInvoices()
    await shop.bayar.tasks.markOverdueInvoices()
    await shop.idle()
    expect(box.types()).toEqual(['invoice_overdue'])
    expect(last()).toMatchObject({
      userId: 'user-9',
      customerEmail: 'budi@example.com',
      facts: { invoiceNumber: 'INV-000001', amount: 75_000 },
    })
    expect(last().body).toContain('jatuh tempo pada 5 Maret 2026')
  })

  test('paid on its page', async () => {
    await shop.bayar.invoices.create({ ...INVOICE, orderId: 'cart-1' } as never)
    await shop.bayar.invoices.pay('cart-1', BCA as never)
    await shop.idle()
    await shop.pay('cart-1-1')
    expect(box.types()).toEqual(['payment_pending', 'payment_succeeded'])
    expect(last().subject).toBe('Pembayaran Rp75.000 untuk INV-000001 diterima')
  })

  test('of a cycle tells nothing beside its subscription', async () => {
    await shop.member()
    expect((await shop.bayar.invoices.list()).results).toMatchObject([{ status: 'paid' }])
    expect(box.types().filter((type) => type === 'payment_succeeded')).toHaveLength(1)
  })
})

describe('a top-up', () => {
  const TOPUP = { userId: 'user-1', amount: 100_000, ...BCA } as const

  test('that comes, with what is in the wallet then', async () => {
    await shop.bayar.wallets.adjust('user-1', { amount: 5_000, reason: 'a test' })
    const { topup } = await shop.bayar.topups.create(TOPUP)
    await shop.idle()
    await shop.pay(topup.orderId)
    expect(box.types()).toEqual(['payment_pending', 'topup_succeeded'])
    expect(last().facts).toMatchObject({ amount: 100_000, balance: 105_000, orderId: topup.orderId })
    expect(last().body).toContain('Saldo Anda sekarang Rp105.000.')
  })

  test.each([
    ['expire', 'expired', 'waktu pembayarannya habis'],
    ['cancel', 'denied', 'ditolak oleh bank atau dompet'],
  ] as const)('that does not come: %s', async (how, reason, says) => {
    const { topup } = await shop.bayar.topups.create(TOPUP)
    await shop.idle()
    await shop.simulator[how](topup.orderId)
    await shop.idle()
    expect(last()).toMatchObject({ type: 'topup_failed', facts: { reason } })
    expect(last().body).toContain(says)
  })
})

test('a payment of the merchant’s own tells their customers nothing', async () => {
  await shop.bayar.payments.charge({ orderId: 'ORDER-1', grossAmount: 150_000, ...BCA, ...DEWI } as never)
  await shop.pay('ORDER-1')
  expect((await shop.bayar.messages.list()).results).toEqual([])
})

test('what is rolled back with its cause is told to nobody', async () => {
  const { payment } = await subscribe()
  let isRefusing = true
  shop.bayar.within('subscription.charged', 'refuse', async () => {
    if (isRefusing) throw new Error('not yet')
  })
  await shop.bayar.ready()
  await shop.simulator.pay(payment!.orderId)
  await shop.idle()
  expect(await written('payment_succeeded')).toEqual([])
  isRefusing = false
  await shop.advance(DAY)
  expect(await written('payment_succeeded')).toMatchObject([{ status: 'sent' }])
})
