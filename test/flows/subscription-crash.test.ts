import { expect } from 'vitest'
import type { Bayar } from '../../src/bayar.ts'
import { isBayarError } from '../../src/errors.ts'
import type { Simulator } from '../../src/simulator/index.ts'
import { dashboard } from '../support/dashboard.ts'
import { dieAtEach } from '../support/die-at-each.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'

/**
 * The process dies at its Nth statement of making, pausing or cancelling a subscription, or of taking a charge into the books, before the statement or after it. Another takes over: then there is one subscription, what
 * we show is what Midtrans has, and each charge is one payment and was told once.
 */
const DAY = 86_400
const IN_BETWEEN = ['command_in_progress', 'gateway_unknown', 'command_not_possible'] as const

/** After 30 days the schedule removes finished deliveries, and with them what the books are checked against. */
const WITHOUT_PURGE = { beat: false }

interface Story {
  readonly isMadeBefore: boolean
  dies(bayar: Bayar, simulator: Simulator): Promise<unknown>
  after(bayar: Bayar): Promise<unknown>
  readonly ends: 'active' | 'paused' | 'cancelled'
}

const make = (token: string) => (bayar: Bayar) =>
  bayar.subscriptions.create({
    name: 'Coffee',
    amount: 50_000,
    paymentType: 'credit_card',
    token,
    reference: 'coffee-1',
  })
const only = async (bayar: Bayar) => (await bayar.subscriptions.list()).results[0]
const asked = (verb: 'disable' | 'cancel') => async (bayar: Bayar) => {
  const { id, status } = (await only(bayar))!
  if (status === 'active') await bayar.subscriptions[verb](id)
}

const storiesOf = (token: string): Readonly<Record<string, Story>> => ({
  'made, and asked for again': {
    isMadeBefore: false,
    dies: make(token),
    after: make(token),
    ends: 'active',
  },
  disabled: { isMadeBefore: true, dies: asked('disable'), after: asked('disable'), ends: 'paused' },
  cancelled: { isMadeBefore: true, dies: asked('cancel'), after: asked('cancel'), ends: 'cancelled' },
  charged: {
    isMadeBefore: true,
    async dies(_, simulator) {
      await simulator.clock.advance(32 * DAY)
    },
    after: async () => {},
    ends: 'active',
  },
})

async function tell(name: string, death: Death): Promise<boolean> {
  const shop = await mortalShop()
  const { simulator, handled } = shop
  const token = await dashboard(simulator).savedCard()
  const story = storiesOf(token)[name]!
  const living = shop.open()
  if (story.isMadeBefore) await make(token)(living)
  else await living.ready()
  await living.close()
  const livedThrough = await shop.livesThrough(death, (dying) => story.dies(dying, simulator), WITHOUT_PURGE)

  const next = shop.open()
  const worker = await next.work(WITHOUT_PURGE)
  for (const seconds of [1, 40, 40, 120, 300, 300, 600, 10]) {
    await story.after(next).catch((error: unknown) => {
      if (!IN_BETWEEN.some((code) => isBayarError(error, code))) throw error
    })
    await simulator.clock.advance(seconds)
    await simulator.idle()
    await worker.idle()
  }
  const where = `died ${death.when} statement ${death.at}`
  const made = (await next.subscriptions.list()).results
  expect(made, where).toHaveLength(1)
  const { id, midtransSubscriptionId } = made[0]!
  expect(made[0], where).toMatchObject({ status: story.ends, outcome: 'known', needsReview: [] })
  await simulator.clock.advance(32 * DAY)
  await simulator.idle()
  await worker.idle()
  await simulator.clock.advance(20)
  await worker.idle()

  // Who died before it began let no time pass.
  const charges =
    name === 'charged' ? Math.max(1, simulator.transactions().length) : story.ends === 'active' ? 1 : 0
  // Two subscriptions at Midtrans would charge twice as much.
  expect(simulator.transactions(), where).toHaveLength(charges)
  const listed = (await dashboard(simulator).show(midtransSubscriptionId!)).transaction_ids
  expect(listed).toHaveLength(charges)
  const payments = (await next.payments.list({})).results
  expect(payments.map((payment) => payment.transactionId).toSorted(), where).toEqual([...listed].toSorted())
  const told = (await next.subscriptions.history(id)).filter((row) => row.event !== null)
  const types = told.map((row) => row.event)
  const once = {
    active: [],
    paused: ['subscription.paused', 'subscription.disabled'],
    cancelled: ['subscription.cancelled'],
  }
  expect(types, where).toEqual([
    'subscription.created',
    ...Array(charges).fill('subscription.charged'),
    ...once[story.ends],
  ])
  for (const row of told) expect(handled, `${row.event} was never handled`).toContain(row.id)
  await shop.close(next)
  return livedThrough
}

dieAtEach(Object.keys(storiesOf('')), { stride: 17, atMost: 250 }, tell)
