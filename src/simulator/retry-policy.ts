import type { Random } from './random.ts'

/**
 * When Midtrans sends a notification again: docs/midtrans/notifications.md §2. How often depends on the latest answer alone: a 500 is
 * tried once more, a 503 four times, a redirect that is not to be followed never.
 */
// biome-ignore format: a table is read in columns
const RETRIES_BY_STATUS: Readonly<Record<number, number>> = {
  500: 1,
  503: 4,
  400: 2, 404: 2,
  301: 0, 302: 0, 303: 0,
}

/** Any other answer, a timeout, a refused connection. */
const RETRIES_OTHERWISE = 5

export const RETRY_INTERVALS_SECONDS = [2 * 60, 10 * 60, 30 * 60, 90 * 60, 210 * 60] as const

/** "A random shift (first retry may come after 33 s)": 120 − 87. */
export const RETRY_SHIFT_SECONDS = 87

/** Each hop is a POST with the same body. */
export const FOLLOWED_REDIRECTS: ReadonlySet<number> = new Set([307, 308])
export const HOPS_MAX = 5

export const ANSWER_DEADLINE_SECONDS = 15

/** `undefined`: no answer came. */
export function retriesAfter(httpStatus: number | undefined): number {
  if (httpStatus === undefined) return RETRIES_OTHERWISE
  if (httpStatus >= 200 && httpStatus < 300) return 0
  return RETRIES_BY_STATUS[httpStatus] ?? RETRIES_OTHERWISE
}

/** Seconds until the next attempt, after so many retries; undefined when this was the last. */
export function nextRetryInSeconds(
  httpStatus: number | undefined,
  retriesMade: number,
  random: Random,
): number | undefined {
  const interval = RETRY_INTERVALS_SECONDS[retriesMade]
  if (interval === undefined || retriesMade >= retriesAfter(httpStatus)) return undefined
  return interval + random.whole(-RETRY_SHIFT_SECONDS, RETRY_SHIFT_SECONDS)
}
