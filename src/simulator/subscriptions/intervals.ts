/** Steps of a schedule in the calendar of Jakarta, which knows no daylight saving. */
export const INTERVAL_UNITS = ['day', 'week', 'month'] as const
export type IntervalUnit = (typeof INTERVAL_UNITS)[number]

const DAY_MS = 86_400_000
const WIB_MS = 7 * 60 * 60 * 1000

export function addInterval(fromMs: number, count: number, unit: IntervalUnit): number {
  if (unit === 'day') return fromMs + count * DAY_MS
  if (unit === 'week') return fromMs + count * 7 * DAY_MS
  const local = new Date(fromMs + WIB_MS)
  const month = local.getUTCMonth() + count
  const year = local.getUTCFullYear()
  // Day 0 of the month after is the last of this one: the 31st of January is followed by the last of February.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const date = Date.UTC(year, month, Math.min(local.getUTCDate(), lastDay))
  return date + ((((fromMs + WIB_MS) % DAY_MS) + DAY_MS) % DAY_MS) - WIB_MS
}
