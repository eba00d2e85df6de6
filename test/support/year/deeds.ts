/** What a customer, the staff and the banks do. What may not be done now is refused in words, and is no fault; anything else that breaks is. */
import type { Subscription } from '../../../src/operations/subscriptions/index.ts'
import { dice, type Roll } from './dice.ts'
import { type Act, type Deed, PLANS, type PlanName, type Way } from './script.ts'
import type { Known, Life, Town } from './town.ts'

type Doing = (town: Town, life: Life, roll: Roll) => Promise<unknown>

export function doing(town: Town, act: Act): Promise<unknown> {
  return DOINGS[act.deed](town, town.lives[act.customer]!, dice(act.chance, act.deed))
}

// biome-ignore format: a table is read in columns
const METHODS: Readonly<Record<Exclude<Way, 'card' | 'wallet' | 'native card' | 'native gopay'>, object>> = {
  bca:     { paymentType: 'bank_transfer', bank: 'bca' },
  permata: { paymentType: 'bank_transfer', bank: 'permata' },
  bill:    { paymentType: 'echannel', billInfo1: 'For', billInfo2: 'membership' },
  counter: { paymentType: 'cstore', store: 'indomaret' },
  qris:    { paymentType: 'qris' },
  gopay:   { paymentType: 'gopay' },
}
const PUSHED = Object.keys(METHODS) as (keyof typeof METHODS)[]

function methodOf(way: Way, life: Life, card: 'good' | 'bad' = 'good'): object {
  if (way === 'card') return { paymentType: 'credit_card', token: life.cards[card], authentication: false }
  if (way === 'wallet') return { collection: 'wallet' }
  if (way === 'native card')
    return { collection: 'native', paymentType: 'credit_card', token: life.cards[card] }
  if (way === 'native gopay')
    return { collection: 'native', paymentType: 'gopay', gopayAccountId: life.accountId }
  return METHODS[way]
}

/** By any method; by a card only of who has one. */
export function anotherMethod(life: Life, roll: Roll): object {
  const ways: Way[] = [...PUSHED]
  if (life.cards.good !== '') ways.push('card', 'card', 'card')
  return methodOf(ways[roll(ways.length)]!, life)
}

const customerOf = ({ customer }: Life) => ({
  firstName: `Customer ${customer.number}`,
  email: `user-${customer.number}@example.com`,
  phone: '081234567890',
})

/** The subscription that everything is about. */
export const latest = ({ known }: Life): Known => {
  const one = known.at(-1)
  if (!one) throw new NothingToDo()
  return one
}

/** The customer has not what the deed is about. */
export class NothingToDo extends Error {}

const hasEnded = ({ status }: Subscription) =>
  status === 'cancelled' || status === 'expired' || status === 'failed'

function remember(life: Life, subscription: Subscription): void {
  if (life.known.some(({ id }) => id === subscription.id)) return
  life.known.push({
    id: subscription.id,
    isPaused: false,
    hasEnded: false,
    trialEnd: subscription.trialEnd,
    pausedAt: null,
    free: null,
    begunAgainAt: null,
    takenBackAt: null,
  })
}

async function subscribe({ test, rows }: Town, life: Life, roll: Roll): Promise<void> {
  const { customer, way } = life
  let plan: PlanName = customer.plan
  if (way.startsWith('native') && plan === 'trial') plan = 'pro'
  const { user } = customer
  if (way === 'wallet')
    await test.bayar.wallets.adjust(user, {
      amount: PLANS[plan].price * (1 + roll(6)),
      reason: 'paid in cash',
    })
  try {
    const made = await test.bayar.subscriptions.subscribe({
      user,
      plan,
      customer: customerOf(life),
      ...methodOf(way, life),
    } as never)
    remember(life, made.subscription)
  } catch (error) {
    // It was begun all the same: the first charge was refused, or nobody knows what became of it.
    const [last] = await rows<{ id: string }>(
      `select id from bayar.subscriptions where user_id = $1 order by id desc limit 1`,
      [user],
    )
    const found = last && (await test.bayar.subscriptions.find(last.id))
    if (found) remember(life, found)
    throw error
  }
}

async function paidOrder(
  { rows }: Town,
  { customer }: Life,
  roll: Roll,
  statuses: readonly string[],
  types?: readonly string[],
): Promise<{ readonly orderId: string; readonly net: number }> {
  const found = await rows<{ order_id: string; net: number }>(
    `select order_id, net_amount::int as net from bayar.payments where user_id = $1 and status = any ($2) and ($3::text[] is null or payment_type = any ($3)) order by id desc limit 4`,
    [customer.user, statuses, types ?? null],
  )
  const one = found[roll(Math.max(1, found.length))]
  if (!one) throw new NothingToDo()
  return { orderId: one.order_id, net: one.net }
}

async function changePlan(town: Town, life: Life, roll: Roll, at: 'now' | 'period_end'): Promise<void> {
  const known = latest(life)
  const { subscriptions } = town.test.bayar
  const names = ['pro', 'mini', 'max', 'quarter', 'weekly', 'pro', 'mini'] as const
  const before = await subscriptions.find(known.id)
  const { subscription, payment } = await subscriptions.changePlan(known.id, {
    plan: names[roll(names.length)]!,
    at,
  })
  // A new period that cost nothing: what was left of the old one was worth more.
  const from = subscription.currentPeriodStart
  const isNew = from !== null && from.getTime() !== before?.currentPeriodStart?.getTime()
  if (payment === null && isNew) known.free = { from, to: subscription.currentPeriodEnd! }
}

/** The bank takes it back: what it paid is not paid. */
export async function takeBack(town: Town, life: Life, work: () => Promise<unknown>): Promise<void> {
  await work()
  for (const known of life.known) known.takenBackAt = town.now()
}

const DOINGS: Readonly<Record<Deed, Doing>> = {
  subscribes: subscribe,
  async 'subscribes anew'(town, life, roll) {
    const last = await town.test.bayar.subscriptions.find(latest(life).id)
    if (!last || !hasEnded(last)) throw new NothingToDo()
    await subscribe(town, life, roll)
  },
  'pays what is owed': ({ test }, life) => test.bayar.subscriptions.pay(latest(life).id),
  async 'changes the way'({ test }, life, roll) {
    const found = await test.bayar.subscriptions.find(latest(life).id)
    if (found?.collection === 'native') throw new NothingToDo()
    await test.bayar.subscriptions.changeMethod(latest(life).id, anotherMethod(life, roll) as never)
  },
  'card goes bad': (town, life) => giveCard(town, life, 'bad'),
  'card is good again': (town, life) => giveCard(town, life, 'good'),
  async pauses(town, life) {
    const known = latest(life)
    await town.test.bayar.subscriptions.pause(known.id)
    known.isPaused = true
    known.pausedAt = town.now()
  },
  async resumes(town, life) {
    const known = latest(life)
    await town.test.bayar.subscriptions.resume(known.id)
    const lostMs = known.pausedAt ? town.now().getTime() - known.pausedAt.getTime() : 0
    const later = (at: Date) => new Date(at.getTime() + lostMs)
    if (known.trialEnd) known.trialEnd = later(known.trialEnd)
    if (known.free) known.free = { from: known.free.from, to: later(known.free.to) }
    known.isPaused = false
    known.pausedAt = null
  },
  async cancels({ test }, life) {
    const known = latest(life)
    await test.bayar.subscriptions.cancel(known.id, { reason: 'enough' })
    known.hasEnded = true
  },
  'cancels later': ({ test }, life) =>
    test.bayar.subscriptions.cancel(latest(life).id, { atPeriodEnd: true }),
  async reactivates(town, life) {
    const known = latest(life)
    const { subscriptions } = town.test.bayar
    const before = await subscriptions.find(known.id)
    try {
      await subscriptions.reactivate(known.id)
    } finally {
      const after = await subscriptions.find(known.id)
      if (before && after && hasEnded(before) && !hasEnded(after))
        Object.assign(known, {
          hasEnded: false,
          isPaused: false,
          trialEnd: null,
          free: null,
          begunAgainAt: town.now(),
        })
    }
  },
  'changes plan': (town, life, roll) => changePlan(town, life, roll, 'now'),
  'changes plan later': (town, life, roll) => changePlan(town, life, roll, 'period_end'),
  'tops up': ({ test }, life, roll) =>
    test.bayar.topups.create({
      userId: life.customer.user,
      amount: 20_000 * (1 + roll(20)),
      customer: customerOf(life),
      ...METHODS[PUSHED[roll(PUSHED.length)]!],
    } as never),
  'is adjusted': ({ test }, life, roll) =>
    test.bayar.wallets.adjust(life.customer.user, {
      amount: roll(3) === 0 ? -10_000 * (1 + roll(5)) : 10_000 * (1 + roll(30)),
      reason: 'by hand',
    }),
  'is given a period': ({ test }, life) => test.bayar.subscriptions.renew(latest(life).id),
  'is activated': ({ test }, life) => test.bayar.subscriptions.activate(latest(life).id),
  async 'is refunded in part'(town, life, roll) {
    const { orderId, net } = await paidOrder(town, life, roll, ['settled', 'partially_refunded'])
    await town.test.bayar.payments.refund(orderId, { amount: 1 + roll(Math.max(1, net - 1)) })
  },
  async 'is refunded'(town, life, roll) {
    const { orderId } = await paidOrder(town, life, roll, ['settled', 'partially_refunded'])
    await town.test.bayar.payments.refund(orderId)
  },
  async 'is refunded into the wallet'(town, life, roll) {
    const { orderId, net } = await paidOrder(town, life, roll, ['settled', 'partially_refunded'])
    await town.test.bayar.payments.refundToWallet(orderId, {
      amount: 1 + roll(Math.max(1, net)),
      reason: 'sorry',
    })
  },
  async 'is refunded at Midtrans'(town, life, roll) {
    const { orderId, net } = await paidOrder(town, life, roll, ['settled'], ['credit_card', 'gopay', 'qris'])
    await town.test.simulator.refund(orderId, {
      amount: 1 + roll(Math.max(1, net)),
      key: `by-hand-${roll(1 << 30)}`,
    })
  },
  async 'is charged back'(town, life, roll) {
    const { orderId } = await paidOrder(town, life, roll, ['settled'], ['credit_card'])
    await takeBack(town, life, () => town.test.simulator.chargeback(orderId))
  },
  async leaves({ test }, { known }) {
    for (const one of known) {
      const found = await test.bayar.subscriptions.find(one.id)
      if (!found || hasEnded(found)) continue
      // Nobody could tell what became of its creation: no charge came of it, and the dashboard has none of that name.
      if (found.collection === 'native' && found.status === 'pending')
        await test.bayar.subscriptions.resolve(one.id, { neverMade: true })
      else await test.bayar.subscriptions.cancel(one.id)
      one.hasEnded = true
    }
  },
}

async function giveCard({ test }: Town, life: Life, which: 'good' | 'bad'): Promise<void> {
  const { subscriptions } = test.bayar
  const found = await subscriptions.find(latest(life).id)
  if (found?.paymentType !== 'credit_card' || life.cards.good === '') throw new NothingToDo()
  if (found.collection === 'native') await subscriptions.update(found.id, { token: life.cards[which] })
  else await subscriptions.changeMethod(found.id, methodOf('card', life, which) as never)
}
