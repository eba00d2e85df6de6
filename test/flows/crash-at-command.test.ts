import { expect } from 'vitest'
import type { Bayar } from '../../src/bayar.ts'
import { isBayarError } from '../../src/errors.ts'
import type { Simulator } from '../../src/simulator/index.ts'
import type { Database } from '../../src/store/database.ts'
import { cardToken } from '../support/card-token.ts'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { dieAtEach } from '../support/die-at-each.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'

/**
 * The process dies at its Nth statement of a refund, a capture, a hosted page or a charge that the host prepared, for every N, before the statement or after it. Another process takes over and time passes: then our books say what Midtrans's say, the
 * money moved once, and it was told once and handled.
 */
interface World {
  readonly simulator: Simulator
  readonly direct: Database
  readonly handled: readonly string[]
}

interface Story {
  /** By a process that lives. */
  before(bayar: Bayar, world: World): Promise<void>
  /** By the one that dies. */
  dies(bayar: Bayar): Promise<unknown>
  /** By the next one, over and over while time passes. */
  after(bayar: Bayar): Promise<unknown>
  end(bayar: Bayar, world: World): Promise<void>
}

const ORDER = { orderId: 'ORDER-1', grossAmount: 150_000 } as const
const REFUND = { amount: 50_000, refundKey: 'return-7' } as const

/** What one hears who asks while nobody knows yet, or while a worker of the same process is at it. */
const IN_BETWEEN = ['command_in_progress', 'charge_in_progress', 'gateway_unknown'] as const

function inBetween(error: unknown): void {
  if (!IN_BETWEEN.some((code) => isBayarError(error, code))) throw error
}

const oneRefund = async (bayar: Bayar, { simulator, direct }: World, made: number) => {
  expect(simulator.transaction('ORDER-1').refunds).toHaveLength(made)
  expect(await bayar.payments.find('ORDER-1')).toMatchObject({
    status: made === 1 ? 'partially_refunded' : 'settled',
    refundAmount: made * 50_000,
    netAmount: 150_000 - made * 50_000,
    needsReview: [],
  })
  const { rows } = await direct.query<{ status: string }>('select status from bayar.refunds')
  const statuses = rows.map(({ status }) => status)
  expect(statuses.filter((status) => status === 'confirmed')).toHaveLength(made)
  // Nothing stays set aside.
  expect(statuses).not.toContain('reserved')
}

const paid = async (bayar: Bayar, { simulator }: World) => {
  await bayar.payments.charge({ ...ORDER, paymentType: 'gopay' })
  await simulator.pay('ORDER-1')
}

const STORIES: Readonly<Record<string, Story>> = {
  'a refund that is asked for again': {
    before: paid,
    dies: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    after: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    end: (bayar, world) => oneRefund(bayar, world, 1),
  },
  'a refund that nobody asks for again': {
    before: paid,
    dies: (bayar) => bayar.payments.refund('ORDER-1', REFUND),
    after: async () => {},
    end: (bayar, world) => oneRefund(bayar, world, world.simulator.transaction('ORDER-1').refunds.length),
  },
  'a hosted page': {
    before: async () => {},
    dies: (bayar) => bayar.payments.checkout(ORDER),
    after: (bayar) => bayar.payments.checkout(ORDER),
    async end(bayar, { simulator }) {
      const { redirectUrl, created } = await bayar.payments.checkout(ORDER)
      expect(created).toBe(false)
      await chooseOnPage(simulator, redirectUrl, 'gopay')
      await simulator.pay('ORDER-1')
      await simulator.idle()
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'a charge of the host’s own transaction': {
    async before(bayar, { direct }) {
      await direct.transaction((tx) =>
        bayar.payments.prepare({ ...ORDER, paymentType: 'bank_transfer', bank: 'bca' }, { tx }),
      )
    },
    dies: (bayar) => bayar.payments.submit('ORDER-1'),
    after: async () => {},
    async end(bayar, { simulator }) {
      // Claimed, and dead before it was sent: it has failed, and is never sent behind anybody's back.
      if (simulator.transactions().length === 0) {
        expect((await bayar.payments.find('ORDER-1'))!.status).toBe('failed')
        await bayar.payments.charge({
          ...ORDER,
          paymentType: 'bank_transfer',
          bank: 'bca',
          newAttempt: true,
        })
      }
      expect(simulator.transactions()).toHaveLength(1)
      await simulator.pay('ORDER-1')
      await simulator.idle()
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'the end of a hosted page': {
    before: async (bayar) => {
      await bayar.payments.checkout(ORDER)
    },
    dies: (bayar) => bayar.payments.cancel('ORDER-1'),
    after: async () => {},
    async end(bayar, { simulator }) {
      const { status } = (await bayar.payments.find('ORDER-1'))!
      // Dead before it was sent, or after it: nobody takes it for ended that can be paid.
      if (status === 'created') await bayar.payments.cancel('ORDER-1')
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'cancelled', needsReview: [] })
      const page = (await bayar.payments.checkoutPage('ORDER-1'))!
      expect(page.isOpen).toBe(false)
      await expect(chooseOnPage(simulator, page.redirectUrl, 'gopay')).rejects.toThrow()
      const second = await bayar.payments.checkout({ ...ORDER, newAttempt: true })
      await chooseOnPage(simulator, second.redirectUrl, 'gopay')
      await simulator.pay('ORDER-1')
      await simulator.idle()
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
    },
  },
  'a capture': {
    async before(bayar, { simulator }) {
      const card = { paymentType: 'credit_card', type: 'authorize', authentication: false } as const
      await bayar.payments.charge({ ...ORDER, ...card, tokenId: await cardToken(simulator) })
    },
    dies: (bayar) => bayar.payments.capture('ORDER-1', { amount: 90_000 }),
    after: async () => {},
    async end(bayar, { simulator }) {
      if (simulator.transaction('ORDER-1').status === 'authorize') {
        expect(await bayar.payments.find('ORDER-1')).toMatchObject({ status: 'authorized', netAmount: 0 })
        await bayar.payments.capture('ORDER-1', { amount: 90_000 })
      }
      expect(await bayar.payments.find('ORDER-1')).toMatchObject({
        status: 'captured',
        netAmount: 90_000,
        needsReview: [],
      })
    },
  },
}

async function tell(story: Story, death: Death): Promise<boolean> {
  const shop = await mortalShop()
  const { simulator, handled } = shop
  const living = shop.open()
  await story.before(living, shop)
  await simulator.idle()
  await living.close()
  const livedThrough = await shop.livesThrough(death, (dying) => story.dies(dying).catch(inBetween))

  const next = shop.open()
  const worker = await next.work()
  for (const seconds of [1, 40, 40, 120, 300, 300, 600, 1800, 10]) {
    await story.after(next).catch(inBetween)
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  await story.end(next, shop)
  await simulator.idle()
  await worker.idle()

  const told = (await next.payments.history('ORDER-1')).filter((row) => row.event !== null)
  const times = (event: string) => told.filter((row) => row.event === event).length
  expect(times('payment.settled'), `died ${death.when} statement ${death.at}`).toBe(1)
  expect(times('payment.refunded')).toBe(simulator.transaction('ORDER-1').refunds.length)
  for (const row of told) expect(handled, `${row.event} was never handled`).toContain(row.id)
  await shop.close(next)
  return livedThrough
}

dieAtEach(Object.keys(STORIES), { stride: 9, atMost: 150 }, (name, death) => tell(STORIES[name]!, death))
