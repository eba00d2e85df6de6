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
  readonly ways: Readonly<Record<Way, DunningPolicy>>
}

// biome-ignore format: a table is read in columns
export const DUNNING: Dunning = {
  graceDays: 3,
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
  /** Charges begun for this period, the failed one included. */
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

export function graceEnd({ graceDays }: Dunning, pastDueAt: Date): Date {
  return new Date(pastDueAt.getTime() + graceDays * DAY_MS)
}
