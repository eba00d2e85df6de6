/** What the year is lived in: bayar, its simulator and the plans; and what the driver itself remembers of each customer, which nothing of bayar's is asked for. */
import type { BayarOptions } from '../../../src/index.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import type { TestBayar, TestBayarOptions } from '../../../src/testing/index.ts'
import { dashboard, SAVED_CARDS } from '../dashboard.ts'
import { type Customer, PLANS, type Script, type Way } from './script.ts'

/**
 * Nobody could say what became of each delivery when the purge has removed it, and Midtrans's own subscriptions are read once a day beside what their notices say; everything else of the schedule is as it is.
 */
const SCHEDULE: NonNullable<BayarOptions['schedule']> = {
  purge: false,
  sync_subscription_status: { every: 86_400 },
  sync_midtrans_subscriptions: false,
}

/** What a merchant would do in the transaction itself: everything that moves money. */
export const WITHIN = [
  'payment.settled',
  'payment.refunded',
  'payment.reversed',
  'payment.charged_back',
  'subscription.charged',
  'invoice.paid',
  'wallet.credited',
  'wallet.debited',
] as const

/** The kit's options for a year. */
export const YEAR: TestBayarOptions = {
  now: new Date('2026-01-30T17:00:00Z'),
  schedule: true,
  // A QR that is made at night lives until the evening.
  options: { schedule: SCHEDULE, expiryMinutes: 1440, connections: 12 },
  handlers: (bayar) =>
    bayar.within(WITHIN, 'year-within', async ({ tx, event }) => {
      await tx.query('insert into year.within (event_id) values ($1)', [event.id])
    }),
}

/** What the driver knows of one subscription, because it did it. */
export interface Known {
  readonly id: string
  isPaused: boolean
  /** Cancelled at once. */
  hasEnded: boolean
  /** Until when a trial was promised. */
  trialEnd: Date | null
  pausedAt: Date | null
  /** A new period that cost nothing, and what was paid before it and given back as credit. */
  free: { readonly from: Date; readonly to: Date } | null
  /** When it was begun again after its end: what was paid before is over. */
  begunAgainAt: Date | null
  /** Money was taken back at that time: what it had paid is paid no more. */
  takenBackAt: Date | null
}

export interface Life {
  readonly customer: Customer
  way: Way
  readonly cards: { good: string; bad: string }
  readonly accountId: string | null
  readonly known: Known[]
  /** How many numbers they were given, and charges of their card. */
  numbers: number
  charges: number
}

export interface Town {
  readonly test: TestBayar
  readonly script: Script
  readonly database: Database
  readonly lives: readonly Life[]
  readonly startMs: number
  now(): Date
  rows<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<R[]>
}

export async function settle(test: TestBayar, script: Script): Promise<Town> {
  const { bayar, simulator } = test
  const database = openDatabase({ database: test.databaseUrl, connections: 2 })
  await database.query('create schema year')
  await database.query('create table year.within (event_id uuid not null)')
  for (const [name, { weight: _, ...plan }] of Object.entries(PLANS))
    await bayar.plans.create({ slug: name, name, features: { export: true }, ...plan })
  const midtrans = dashboard(simulator)
  const lives: Life[] = []
  for (const customer of script.customers) {
    const isCard = customer.way === 'card' || customer.way === 'native card'
    const cards = isCard
      ? { good: await midtrans.savedCard(), bad: await midtrans.savedCard(SAVED_CARDS.noFunds) }
      : { good: '', bad: '' }
    let accountId: string | null = null
    if (customer.way === 'native gopay') {
      const phoneNumber = `0812${String(customer.number).padStart(8, '0')}`
      accountId = (await bayar.payAccounts.create({ phoneNumber, userId: customer.user })).accountId
      await simulator.payAccounts.link(accountId)
      await simulator.payAccounts.set(accountId, { balance: 5_000_000 })
    }
    lives.push({ customer, way: customer.way, cards, accountId, known: [], numbers: 0, charges: 0 })
  }
  await test.advance(60)
  return {
    test,
    script,
    database,
    lives,
    startMs: simulator.clock.now().getTime(),
    now: () => simulator.clock.now(),
    rows: async <R>(text: string, params: readonly unknown[] = []) =>
      (await database.query<R>(text, params)).rows,
  }
}
