/**
 * The process dies at its Nth statement of making a top-up, of crediting it, or of taking it back after it was spent, before the statement or after it. Another takes over: then the wallet has what Midtrans says, by
 * one entry for each movement, and each was told once.
 */
import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import { isBayarError } from '../../../src/errors.ts'
import type { Simulator } from '../../../src/simulator/index.ts'
import { dieAtEach } from '../../support/die-at-each.ts'
import type { Death } from '../../support/mortal-pool.ts'
import { mortalShop } from '../../support/mortal-shop.ts'

const PERMATA = {
  userId: 'user-1',
  amount: 100_000,
  paymentType: 'bank_transfer',
  bank: 'permata',
  reference: 'cart-1',
} as const

const create = (bayar: Bayar) => bayar.topups.create(PERMATA)
const spend = (bayar: Bayar) =>
  bayar.wallets.adjust('user-1', { amount: -70_000, reason: 'Spent.', key: 'spent' })
const only = async (bayar: Bayar) => (await bayar.topups.list()).results[0]!
const pay = async (bayar: Bayar, simulator: Simulator) => simulator.pay((await only(bayar)).orderId)
const reverse = async (bayar: Bayar, simulator: Simulator) => simulator.reverse((await only(bayar)).orderId)

type Step = (bayar: Bayar, simulator: Simulator) => Promise<unknown>

interface Story {
  readonly before: readonly Step[]
  readonly dies: Step
  /** By the next process, over and over while time passes. */
  readonly after: Step
  readonly end: readonly Step[]
}

const nothing: Step = async () => {}
const STORIES: Readonly<Record<string, Story>> = {
  'a top-up that is asked for again': {
    before: [],
    dies: create,
    after: create,
    end: [pay, spend, reverse],
  },
  'a top-up that is paid': { before: [create], dies: pay, after: nothing, end: [spend, reverse] },
  'a top-up that is reversed after it was spent': {
    before: [create, pay, spend],
    dies: reverse,
    after: nothing,
    end: [],
  },
  'an adjustment that is asked for again': {
    before: [create, pay],
    dies: spend,
    after: spend,
    end: [reverse],
  },
}
const IN_BETWEEN = ['charge_in_progress', 'gateway_unknown', 'command_in_progress'] as const

async function tell(name: string, death: Death): Promise<boolean> {
  const story = STORIES[name]!
  const shop = await mortalShop()
  const { simulator, handled } = shop
  const living = shop.open()
  const first = await living.work()
  for (const step of story.before) {
    await step(living, simulator)
    await simulator.idle()
    await first.idle()
  }
  await living.ready()
  await living.close()
  const livedThrough = await shop.livesThrough(death, (dying) => story.dies(dying, simulator))

  const next = shop.open()
  const worker = await next.work()
  for (const seconds of [1, 40, 40, 60, 120, 300]) {
    await story.after(next, simulator).catch((error: unknown) => {
      if (!IN_BETWEEN.some((code) => isBayarError(error, code))) throw error
    })
    await simulator.clock.advance(seconds)
    await simulator.idle()
    await worker.idle()
  }
  // Written, and dead before it was sent: it has failed, and the customer begins again under another name.
  const isUnsent = (await only(next)).status === 'failed'
  if (isUnsent) {
    expect(simulator.transactions()).toHaveLength(0)
    await next.topups.create({ ...PERMATA, reference: 'cart-1-again' })
  }
  // Who died before Midtrans was asked for anything has not paid or reversed yet.
  const where = `died ${death.when} statement ${death.at}`
  const [transaction] = simulator.transactions()
  if (story.dies === pay && transaction?.status === 'pending') await pay(next, simulator)
  if (story.dies === reverse && transaction?.status === 'settlement') await reverse(next, simulator)
  await simulator.idle()
  await worker.idle()
  for (const step of story.end) {
    await step(next, simulator)
    await simulator.idle()
    await worker.idle()
  }
  await simulator.clock.advance(60)
  await simulator.idle()
  await worker.idle()

  expect(simulator.transactions(), where).toHaveLength(1)
  expect(await next.wallets.get('user-1'), where).toMatchObject({
    balance: 0,
    shortfall: 70_000,
    status: 'frozen',
  })
  const { results } = await next.wallets.entries('user-1', { descending: false })
  expect(
    results.map(({ kind, amount }) => [kind, amount]),
    where,
  ).toEqual([
    ['top_up', 100_000],
    ['adjustment', -70_000],
    ['top_up_returned', -30_000],
  ])
  expect(await only(next), where).toMatchObject({ status: 'reversed', receivedAmount: 0 })
  const { rows: told } = await shop.direct.query<{ id: string; type: string }>(
    `select id, type from bayar.events where type like 'wallet.%' or type like 'topup.%' order by id`,
  )
  expect(told.map(({ type }) => type).toSorted(), where).toEqual([
    ...(isUnsent ? ['topup.failed'] : []),
    'topup.succeeded',
    'wallet.credited',
    'wallet.debited',
    'wallet.debited',
  ])
  for (const row of told) expect(handled, `${row.type} was never handled`).toContain(row.id)
  await shop.close(next)
  return livedThrough
}

dieAtEach(Object.keys(STORIES), { stride: 9, atMost: 250 }, tell)
