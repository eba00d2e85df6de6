/**
 * The periods of a subscription, by Jakarta's calendar. Each begins where the one before ends, so that no day is billed twice and none is given away; and a monthly rhythm keeps the day on which it began: from
 * 31 January it goes to 28 or 29 February and back to 31 March, because whoever counts from the shortened month drifts to the 28th for ever (W8).
 */
import type { Rupiah } from './money.ts'

export const INTERVAL_UNITS = ['day', 'week', 'month'] as const
export type IntervalUnit = (typeof INTERVAL_UNITS)[number]

export interface Rhythm {
  readonly count: number
  readonly unit: IntervalUnit
}

export interface Period {
  readonly start: Date
  /** The first instant that is not in it any more. */
  readonly end: Date
}

const DAY_MS = 86_400_000
const JAKARTA_MS = 7 * 3_600_000

/** The day of the month on a Jakarta calendar: what a monthly rhythm keeps to. */
export function anchorDayOf(instant: Date): number {
  return new Date(instant.getTime() + JAKARTA_MS).getUTCDate()
}

/** Where the period that begins here ends: at the same time of day, in a later month on the anchor day, or on its last day when it has none such. */
export function periodEnd(start: Date, { count, unit }: Rhythm, anchorDay: number): Date {
  // Jakarta has no summer time: a day there is 24 hours, always.
  if (unit !== 'month') return new Date(start.getTime() + count * (unit === 'week' ? 7 : 1) * DAY_MS)
  const wall = new Date(start.getTime() + JAKARTA_MS)
  const [year, month] = [wall.getUTCFullYear(), wall.getUTCMonth() + count]
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  wall.setUTCFullYear(year, month, Math.min(anchorDay, days))
  return new Date(wall.getTime() - JAKARTA_MS)
}

/** What of a price belongs to the rest of its period, rounded once, half up. */
export function unusedPart(price: Rupiah, { start, end }: Period, at: Date): Rupiah {
  const whole = BigInt(end.getTime() - start.getTime())
  const left = BigInt(Math.min(Math.max(end.getTime() - at.getTime(), 0), end.getTime() - start.getTime()))
  return whole === 0n ? 0n : (2n * price * left + whole) / (2n * whole)
}
