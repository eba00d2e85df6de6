/**
 * The process dies at its Nth statement of making an invoice at Midtrans, or of withdrawing it, before the statement or after it. Another process takes over and time passes: then our books say
 * what Midtrans's say, it was made at most once, and each step was told once.
 */
import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import { isBayarError } from '../../../src/errors.ts'
import { dieAtEach } from '../../support/die-at-each.ts'
import { SHIRTS } from '../../support/invoices.ts'
import type { Death } from '../../support/mortal-pool.ts'
import { mortalShop } from '../../support/mortal-shop.ts'
import { basic } from '../../support/simulated-merchant.ts'

const CART = {
  ...SHIRTS,
  orderId: 'cart-7',
  paymentType: 'virtual_account',
  virtualAccounts: [{ name: 'bca_va' }],
} as const

type Shop = Awaited<ReturnType<typeof mortalShop>>

interface Story {
  before(bayar: Bayar): Promise<unknown>
  dies(bayar: Bayar): Promise<unknown>
  /** By the next process, over and over while time passes. */
  after(bayar: Bayar): Promise<unknown>
  end(bayar: Bayar, shop: Shop): Promise<void>
}

const IN_BETWEEN = ['invoice_in_progress', 'gateway_unknown'] as const

async function statusThere({ simulator }: Shop, id: string): Promise<unknown> {
  const response = await simulator.fetch(
    new Request(`http://midtrans.simulator/v1/invoices/${id}`, {
      headers: { Authorization: basic(simulator.serverKey) },
    }),
  )
  return ((await response.json()) as { status: unknown }).status
}

const paidOnce = async (bayar: Bayar, shop: Shop) => {
  const invoice = (await bayar.invoices.find('cart-7'))!
  // One number for the customer, however often it was asked for.
  expect(shop.simulator.transactions()).toHaveLength(1)
  expect(invoice).toMatchObject({ status: 'sent', outcome: 'known', invoiceNumber: 'INV-000001' })
  await shop.simulator.pay(shop.simulator.transactions()[0]!.transactionId)
}

const STORIES: Readonly<Record<string, Story>> = {
  'an invoice that is asked for again': {
    before: async () => {},
    dies: (bayar) => bayar.invoices.create(CART),
    after: (bayar) => bayar.invoices.create(CART),
    end: paidOnce,
  },
  'an invoice that nobody asks for again': {
    before: async () => {},
    dies: (bayar) => bayar.invoices.create(CART),
    after: async () => {},
    async end(bayar, shop) {
      if ((await bayar.invoices.find('cart-7')) === undefined) {
        // It died before it was written: no number is used.
        expect(shop.simulator.transactions()).toHaveLength(0)
        await bayar.invoices.create(CART)
      }
      await paidOnce(bayar, shop)
    },
  },
  'an invoice that is withdrawn': {
    before: (bayar) => bayar.invoices.create(CART),
    dies: (bayar) => bayar.invoices.void('cart-7', { reason: 'Twice.' }),
    after: async () => {},
    async end(bayar, shop) {
      const invoice = (await bayar.invoices.find('cart-7'))!
      expect(await statusThere(shop, invoice.midtransInvoiceId!)).toBe(
        invoice.status === 'void' ? 'voided' : 'pending',
      )
      expect(invoice.outcome).toBe('known')
      expect((await bayar.invoices.void('cart-7')).status).toBe('void')
    },
  },
}

async function tell(story: Story, death: Death): Promise<boolean> {
  const shop = await mortalShop()
  const { simulator, handled } = shop
  const living = shop.open()
  await story.before(living)
  await simulator.idle()
  await living.close()
  const livedThrough = await shop.livesThrough(death, (dying) => story.dies(dying))

  const next = shop.open()
  const worker = await next.work()
  for (const seconds of [1, 40, 40, 60, 120, 300]) {
    await story.after(next).catch((error: unknown) => {
      if (!IN_BETWEEN.some((code) => isBayarError(error, code))) throw error
    })
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  await story.end(next, shop)
  await simulator.idle()
  await worker.idle()

  const told = (await next.invoices.history('cart-7')).filter((row) => row.event !== null)
  const events = told.map(({ event }) => event)
  expect(events, `died ${death.when} statement ${death.at}`).toEqual([...new Set(events)])
  expect(events.slice(0, 2)).toEqual(['invoice.created', 'invoice.sent'])
  expect(events.at(-1)).toMatch(/^invoice\.(paid|voided)$/)
  for (const row of told) expect(handled, `${row.event} was never handled`).toContain(row.id)
  await shop.close(next)
  return livedThrough
}

dieAtEach(Object.keys(STORIES), { stride: 9, atMost: 150 }, (name, death) => tell(STORIES[name]!, death))
