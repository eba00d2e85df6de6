/**
 * A year as it is written before it is lived: who comes when, how they pay, what they and the staff do, and what goes wrong on the line. A pure function of the seed, so that the same seed is the same list; what a
 * deed meets when its time comes is another matter.
 */
import type { Fault } from '../../../src/simulator/index.ts'
import { dice, pick, type Roll } from './dice.ts'

const DAY = 86_400

/** How a customer is charged, with how many of a hundred. */
// biome-ignore format: a table is read in columns
export const WAYS = {
  bca: 14, permata: 12, bill: 6, counter: 6, qris: 14, gopay: 6, card: 22, wallet: 12, 'native card': 5, 'native gopay': 3,
} as const
export type Way = keyof typeof WAYS

// biome-ignore format: a table is read in columns
export const PLANS = {
  pro:     { weight: 20, price: 90_000,  intervalUnit: 'month' },
  mini:    { weight: 8,  price: 30_000,  intervalUnit: 'month' },
  trial:   { weight: 10, price: 60_000,  intervalUnit: 'month', trialPeriodDays: 5 },
  max:     { weight: 6,  price: 300_000, intervalUnit: 'month', maxCycles: 4 },
  quarter: { weight: 22, price: 240_000, intervalUnit: 'month', interval: 3 },
  half:    { weight: 14, price: 450_000, intervalUnit: 'month', interval: 6 },
  year:    { weight: 18, price: 800_000, intervalUnit: 'month', interval: 12 },
  weekly:  { weight: 2,  price: 25_000,  intervalUnit: 'week' },
} as const
export type PlanName = keyof typeof PLANS

/** What a customer does with a number that they are given: how many of a hundred. */
// biome-ignore format: a table is read in columns
export const HABITS = {
  prompt:    { 'at once': 80, 'next day': 6,  'too late': 3,  never: 1,  'is taken back': 2, 'by another way': 4, 'cancels and pays': 2, 'is told thrice': 2 },
  slow:      { 'at once': 20, 'next day': 35, 'too late': 28, never: 6,  'is taken back': 3, 'by another way': 5, 'cancels and pays': 2, 'is told thrice': 1 },
  forgetful: { 'at once': 14, 'next day': 14, 'too late': 29, never: 34, 'is taken back': 3, 'by another way': 4, 'cancels and pays': 2, 'is told thrice': 0 },
} as const
/** And what becomes of a card that was charged. */
export const CARD_FATES = { stays: 94, 'is voided': 2, 'is disputed': 4 } as const
export type Habit = keyof typeof HABITS

/** What is done in the course of a year, and how often beside the others. */
// biome-ignore format: a table is read in columns
export const DEEDS = {
  'pays what is owed': 3, 'changes the way': 6, 'card goes bad': 4, 'card is good again': 4,
  pauses: 8, resumes: 2, cancels: 4, 'cancels later': 6, reactivates: 9, 'subscribes anew': 4,
  'changes plan': 9, 'changes plan later': 6,
  'tops up': 10, 'is adjusted': 4, 'is given a period': 3, 'is activated': 1,
  'is refunded in part': 6, 'is refunded': 4, 'is refunded into the wallet': 4, 'is charged back': 2, 'is refunded at Midtrans': 2,
} as const
export type Deed = keyof typeof DEEDS | 'subscribes' | 'leaves'

export interface Customer {
  readonly number: number
  readonly user: string
  readonly way: Way
  readonly plan: PlanName
  readonly habit: Habit
}

export interface Act {
  readonly customer: number
  readonly deed: Deed
  /** For whatever is to be chosen when it is done. */
  readonly chance: number
  /** What goes wrong on the line while it is done. */
  readonly fault: Fault | null
}

export interface Step {
  /** Seconds since the year began. */
  readonly at: number
  /** What goes wrong until the next step, with whoever comes first. */
  readonly weather: readonly Fault[]
  readonly acts: readonly Act[]
  /** Whose access is looked at. */
  readonly looks: readonly number[]
}

export interface Script {
  readonly seed: number
  readonly customers: readonly Customer[]
  readonly steps: readonly Step[]
}

export interface Asked {
  readonly seed: number
  readonly customers: number
  readonly days: number
  /** On average a customer does something of their own in so many days; 45 unless said. */
  readonly daysBetweenDeeds?: number
}

/** At another minute each day, so that every hour has its turn. More of them cost a tick of every task each. */
export const STEPS_A_DAY = 1
export const LOOKS = 24
/** The last days are quiet: everything on the line gets through, and everybody leaves. */
export const QUIET_DAYS = 9

export function writeYear({ seed, customers: count, days, daysBetweenDeeds = 45 }: Asked): Script {
  const customers = Array.from({ length: count }, (_, number) => customerOf(seed, number))
  const noisy = (days - QUIET_DAYS) * STEPS_A_DAY
  const acts: Act[][] = Array.from({ length: days * STEPS_A_DAY }, () => [])
  for (const { number } of customers) {
    const roll = dice(seed, 'life', number)
    // Two thirds come in the first half, so that many lives are long.
    let step = roll(3) === 0 ? roll(noisy) : roll(Math.ceil(noisy / 2))
    acts[step]!.push({ customer: number, deed: 'subscribes', chance: roll(1 << 30), fault: trouble(roll, 8) })
    for (;;) {
      step += 1 + roll(2 * daysBetweenDeeds * STEPS_A_DAY)
      if (step >= noisy) break
      const deed = pick(DEEDS, roll)
      acts[step]!.push({ customer: number, deed, chance: roll(1 << 30), fault: trouble(roll, 10) })
      if (deed !== 'pauses') continue
      step += 1 + roll(20 * STEPS_A_DAY)
      if (step < noisy) acts[step]!.push({ customer: number, deed: 'resumes', chance: 0, fault: null })
    }
    acts[noisy + 4 * STEPS_A_DAY]!.push({
      customer: number,
      deed: 'leaves',
      chance: roll(1 << 30),
      fault: null,
    })
  }
  const steps = acts.map((mine, index): Step => {
    const roll = dice(seed, 'step', index)
    return {
      at:
        Math.floor(index / STEPS_A_DAY) * DAY +
        ((index % STEPS_A_DAY) * DAY) / STEPS_A_DAY +
        roll(40_000) +
        60,
      weather: index < noisy && roll(12) === 0 ? storm(roll) : [],
      acts: mine,
      looks: Array.from({ length: Math.min(LOOKS, count) }, () => roll(count)),
    }
  })
  return { seed, customers, steps }
}

function customerOf(seed: number, number: number): Customer {
  const roll = dice(seed, 'customer', number)
  const weights = Object.fromEntries(Object.entries(PLANS).map(([name, { weight }]) => [name, weight]))
  return {
    number,
    user: `user-${number}`,
    way: pick(WAYS, roll),
    plan: pick(weights as Record<PlanName, number>, roll),
    habit: pick({ prompt: 60, slow: 25, forgetful: 15 }, roll),
  }
}

const LINE = { lose_answer: 4, cut: 3, http_error: 3, html: 1, too_many: 2 } as const

/** One of a hundred deeds, or so many, has trouble on the line. */
function trouble(roll: Roll, ofHundred: number): Fault | null {
  return roll(100) < ofHundred ? lineFault(roll) : null
}

function lineFault(roll: Roll): Fault {
  const kind = pick(LINE, roll)
  const when = roll(2) === 0 ? 'before' : 'after'
  const takesWhen = kind !== 'lose_answer' && kind !== 'too_many'
  return { kind, times: 1 + roll(2), ...(takesWhen ? { when } : {}) }
}

/**
 * Notices are lost and forged only of what a check finds out: that money was taken back when everything seemed over is told by nobody but its notice, and by a reconciliation.
 */
function storm(roll: Roll): Fault[] {
  const told = (['pending', 'settlement', 'capture', 'expire'] as const)[roll(4)]!
  const all: readonly (() => Fault)[] = [
    () => ({ ...lineFault(roll), times: 1 + roll(6) }),
    () => ({ ...lineFault(roll), verb: 'charge', times: 1 + roll(4) }),
    () => ({ kind: 'bank_refuses', verb: 'charge', times: 1 + roll(3) }),
    () => ({ kind: 'challenge', verb: 'charge', times: 1 }),
    () => ({ kind: 'lose', transactionStatus: told, times: 1 + roll(5) }),
    () => ({ kind: 'wrong_signature', transactionStatus: told, times: 1 }),
    () => ({ kind: 'repeat', copies: 2 + roll(3), times: 1 + roll(8) }),
    () => ({ kind: 'delay', seconds: 60 + roll(80_000), times: 1 + roll(5) }),
    () => ({ kind: 'reorder', times: 1 + roll(5) }),
  ]
  return Array.from({ length: 1 + roll(3) }, () => all[roll(all.length)]!())
}
