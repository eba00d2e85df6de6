/** Tasks of invoices and of Midtrans's own subscriptions, and the one that removes what is old. */
import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import { dashboard } from '../dashboard.ts'
import { LOCAL, SHIRTS } from '../invoices.ts'
import { expectRows, type TaskStory, told } from './story.ts'

const DAY = 86_400

/** Two that nobody has paid, one of them a draft; and one that was paid at Midtrans, with its notice held back. */
export const markOverdueInvoices: TaskStory = {
  async before(bayar, { simulator }) {
    await bayar.invoices.create({ ...LOCAL, orderId: 'SENT' })
    await bayar.invoices.create({ ...LOCAL, orderId: 'DRAFT', draft: true })
    await bayar.invoices.create({
      ...SHIRTS,
      orderId: 'PAID',
      paymentType: 'virtual_account',
      virtualAccounts: [{ name: 'bca_va' }],
    })
    await simulator.idle()
    simulator.notifications.pause()
    await simulator.pay(simulator.transactions()[0]!.transactionId)
    await simulator.clock.advance(30 * DAY)
  },
  async end(after) {
    await expectRows(after, 'select order_id, status, received_amount::int from bayar.invoices order by 1', [
      { order_id: 'DRAFT', status: 'overdue', received_amount: 0 },
      { order_id: 'PAID', status: 'paid', received_amount: 150_000 },
      { order_id: 'SENT', status: 'overdue', received_amount: 0 },
    ])
    expect(await told(after)).toEqual({
      'invoice.created': 3,
      'invoice.sent': 2,
      'invoice.overdue': 2,
      'invoice.paid': 1,
      'payment.settled': 1,
    })
  },
}

const coffee = (bayar: Bayar, token: string) =>
  bayar.subscriptions.create({ name: 'Coffee', amount: 50_000, paymentType: 'credit_card', token })

/** Of two one was charged, and the other disabled in the dashboard; nobody has told us. */
export const syncSubscriptionStatus: TaskStory = {
  async before(bayar, { simulator }) {
    const midtrans = dashboard(simulator)
    const token = await midtrans.savedCard()
    await coffee(bayar, token)
    const { midtransSubscriptionId } = await coffee(bayar, token)
    await simulator.idle()
    simulator.notifications.pause()
    await midtrans.disable(midtransSubscriptionId!)
    await simulator.clock.advance(32 * DAY)
  },
  async end(after) {
    expect(after.simulator.transactions()).toHaveLength(1)
    const { results } = await after.bayar.subscriptions.list({ descending: false })
    expect(results.map(({ status, outcome }) => [status, outcome])).toEqual([
      ['active', 'known'],
      ['paused', 'known'],
    ])
    const { results: charges } = await after.bayar.payments.list({})
    expect(charges).toMatchObject([{ status: 'captured', netAmount: 50_000, needsReview: [] }])
    expect(await told(after)).toEqual({
      'payment.settled': 1,
      'subscription.created': 2,
      'subscription.charged': 1,
      'subscription.paused': 1,
      'subscription.disabled': 1,
    })
  },
}

/** A year and more after two payments, of which one waits for a person. */
export const purge: TaskStory = {
  async before(bayar, { simulator, direct }) {
    const worker = await bayar.work({ beat: false })
    for (const orderId of ['OLD', 'REVIEW']) {
      await bayar.payments.charge({ orderId, grossAmount: 150_000, paymentType: 'gopay' })
      await simulator.pay(orderId)
    }
    const { id } = await bayar.tasks.checkPaymentStatus.delay('OLD')
    await simulator.idle()
    await worker.idle()
    await worker.stop()
    await direct.query(
      `insert into bayar.reviews (id, payment_id, transaction_id, reason, note, sequence, opened_at)
       select gen_random_uuid(), id, 'x', 'paid_twice', '', 1, created_at from bayar.payments where order_id = 'REVIEW'`,
    )
    await direct.query(`insert into bayar.notification_counters values ('2026-03-02', 'forged', 7)`)
    expect((await bayar.tasks.get(id)).state).toBe('done')
    await simulator.clock.advance(401 * DAY)
  },
  async end(after) {
    const { bayar } = after
    await expectRows(after, 'select distinct order_id from bayar.notifications', [{ order_id: 'REVIEW' }])
    await expectRows(
      after,
      `select count(*)::int as old from bayar.tasks where name = 'check_payment_status'`,
      [{ old: 0 }],
    )
    await expectRows(after, 'select * from bayar.notification_counters', [])
    await expectRows(after, 'select * from bayar.deliveries', [])
    for (const orderId of ['OLD', 'REVIEW'])
      expect(await bayar.payments.find(orderId)).toMatchObject({ status: 'settled', netAmount: 150_000 })
    expect(await told(after)).toEqual({ 'payment.received': 2, 'payment.settled': 2 })
    // The books hold every event against its deliveries, and those that were done are gone.
    expect(await bayar.events.replay({ handler: 'recorder', from: new Date('2026-03-01') })).toBe(4)
  },
}
