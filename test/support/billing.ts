import type { Subscription } from '../../src/operations/subscriptions/index.ts'
import type { TestBayarOptions } from '../../src/testing/index.ts'
import { dashboard, SAVED_CARDS } from './dashboard.ts'
import { type Kit, kit } from './kit.ts'
import { send } from './pending-order.ts'

export const DAY = 86_400
export const HOUR = 3_600

export const PRO = {
  slug: 'pro',
  name: 'Pro',
  price: 90_000,
  intervalUnit: 'month',
  features: { export: true, max_projects: 3 },
} as const

export const BCA = { paymentType: 'bank_transfer', bank: 'bca' } as const

export interface Club extends Kit {
  find(id: string): Promise<Subscription>
  /** What was told of it, in order, without the first half of each name. */
  toldOf(id: string): Promise<string[]>
  /** Every order id by which it was charged, in order. */
  ordersOf(id: string): Promise<string[]>
  obligations(id: string): Promise<readonly Obligation[]>
  credits(id: string): Promise<readonly { amount: number; reason: string }[]>
  /** A card that was kept: accepted, or refused by its bank. */
  card(
    which?: keyof typeof SAVED_CARDS,
  ): Promise<{ paymentType: 'credit_card'; token: string; authentication: false }>
  /** By a number of BCA's, and paid. */
  member(user?: string, more?: object): Promise<Subscription>
  /** A signed notice that says that this was paid. */
  paidNotice(orderId: string, more?: Record<string, unknown>): Promise<unknown>
  bill(): Promise<unknown>
}

export interface Obligation {
  readonly kind: string
  readonly period: number
  readonly status: string
  readonly amount: number
  readonly charges: number
  readonly from: string
  readonly to: string
}

/** A kit with one plan. */
export async function club(options: TestBayarOptions = {}): Promise<Club> {
  const test = await kit(options)
  const { bayar } = test
  await bayar.plans.create(PRO)
  const made: Club = {
    ...test,
    find: async (id) => (await bayar.subscriptions.find(id))!,
    toldOf: async (id) =>
      (await bayar.subscriptions.history(id)).flatMap(({ event }) =>
        event === null ? [] : [event.replace('subscription.', '')],
      ),
    ordersOf: async (id) =>
      (
        await test.rows<{ order_id: string }>(
          'select order_id from bayar.payments where owner_id = $1 order by id',
          [id],
        )
      ).map((row) => row.order_id),
    obligations: (id) =>
      test.rows<Obligation>(
        `select kind, period, status, amount::int as amount, charges, to_char(period_start at time zone 'Asia/Jakarta', 'YYYY-MM-DD') as from,
                to_char(period_end at time zone 'Asia/Jakarta', 'YYYY-MM-DD') as to
           from bayar.obligations where subscription_id = $1 order by id`,
        [id],
      ),
    credits: (id) =>
      test.rows(
        'select amount::int as amount, reason from bayar.credits_owed where subscription_id = $1 order by id',
        [id],
      ),
    card: async (which = 'good') => ({
      paymentType: 'credit_card',
      token: await dashboard(test.simulator).savedCard(SAVED_CARDS[which]),
      authentication: false,
    }),
    async member(user = 'user-1', more = {}) {
      const { subscription, payment } = await bayar.subscriptions.subscribe({
        user,
        plan: 'pro',
        ...BCA,
        ...more,
      } as never)
      if (payment && payment.netAmount === 0) await test.pay(payment.orderId)
      return made.find(subscription.id)
    },
    async paidNotice(orderId, more = {}) {
      const payment = (await bayar.payments.find(orderId))!
      const answer = await send(test, {
        order_id: orderId,
        transaction_id: payment.transactionId,
        gross_amount: `${payment.grossAmount}.00`,
        transaction_status: 'settlement',
        status_code: '200',
        ...more,
      })
      await test.idle()
      return answer
    },
    bill: async () => {
      const done = await bayar.tasks.processDueSubscriptions()
      await test.idle()
      return done
    },
  }
  return made
}
