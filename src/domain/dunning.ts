/**
 * What is done when a cycle is not paid, as a table. A card that is charged by its token is *pulled*: it can be tried again while the customer sleeps. A number, a QR or a till's code is *pushed* to the customer, who
 * pays it or does not: tried again, it is another number, and the one before must be ended first, or both are paid (W4, W5).
 */
const DAY_MS = 86_400_000

export type Way = 'pull' | 'push'

export interface DunningPolicy {
  /** Off, only a person or the customer begins another charge. */
  readonly isOn: boolean
  /** After the first charge. */
  readonly retries: number
  readonly intervalDays: number
}

export interface Dunning {
  /** How long a customer who has paid before may go on. */
  readonly graceDays: number
  /** For so long after a period was first asked for, nobody is past due because Midtrans had no charge of it. */
  readonly outageDays: number
  readonly ways: Readonly<Record<Way, DunningPolicy>>
}

// biome-ignore format: a table is read in columns
export const DUNNING: Dunning = {
  graceDays: 3,
  outageDays: 7,
  ways: {
    pull: { isOn: true, retries: 3, intervalDays: 1 },
    push: { isOn: true, retries: 3, intervalDays: 1 },
  },
}

/** What is charged by a token that we keep. Everything else waits for the customer. */
export function wayOf({ collection, paymentType }: { collection: string; paymentType: string }): Way {
  return collection === 'wallet' || paymentType === 'credit_card' ? 'pull' : 'push'
}

export interface FailedCharge {
  readonly way: Way
  /** Tries of this period, the failed one included. */
  readonly charges: number
  /** The customer has just subscribed, and stood beside it: a card that was refused then is theirs to replace. */
  readonly isFirstEver: boolean
  readonly at: Date
}

/** When the next charge of this period is begun; null, never by itself. */
export function nextChargeAt({ ways }: Dunning, failed: FailedCharge): Date | null {
  const { isOn, retries, intervalDays } = ways[failed.way]
  if (!isOn || failed.charges > retries) return null
  if (failed.way === 'pull' && failed.isFirstEver) return null
  return new Date(failed.at.getTime() + intervalDays * DAY_MS)
}

/** A charge that Midtrans never had is made again in a minute, because Midtrans has just been well enough to say so; and ever more calmly while it goes on: whatever is broken is Midtrans's or ours. */
const UNMADE_AGAIN_MINUTES = [1, 15, 30, 60, 120, 240] as const
const UNMADE_AGAIN_MINUTES_LAST = 360
const MINUTE_MS = 60_000

export interface UnmadeCharge {
  readonly way: Way
  /** Charges begun for this period that Midtrans has had. */
  readonly tries: number
  /** Those that it never had, this one included. */
  readonly unmade: number
  readonly at: Date
}

/** When it is made again; null where no charge is begun by itself any more. */
export function madeAgainAt({ ways }: Dunning, { way, tries, unmade, at }: UnmadeCharge): Date | null {
  const { isOn, retries } = ways[way]
  if (tries > 0 && (!isOn || tries > retries)) return null
  const minutes = UNMADE_AGAIN_MINUTES[unmade - 1] ?? UNMADE_AGAIN_MINUTES_LAST
  return new Date(at.getTime() + minutes * MINUTE_MS)
}

/** Nobody could be charged for so long that somebody must be told: from then on it is past due like every other that is not paid. */
export function isOutageOver(
  { outageDays }: Dunning,
  { askedSince, at }: { readonly askedSince: Date; readonly at: Date },
): boolean {
  return at.getTime() >= askedSince.getTime() + outageDays * DAY_MS
}

export function graceEnd({ graceDays }: Dunning, pastDueAt: Date): Date {
  return new Date(pastDueAt.getTime() + graceDays * DAY_MS)
}
