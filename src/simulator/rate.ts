import { invalidRequest } from '../errors.ts'

/** So many calls in each minute of the clock, and no more. */
export class Rate {
  #minute = 0
  #calls = 0

  admits(nowMs: number, most: number): boolean {
    const minute = Math.floor(nowMs / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#calls = 0
    }
    return ++this.#calls <= most
  }
}

const PER_MINUTE_MAX = 1_000_000

/** None unless given: Midtrans does not publish its own. */
export function readRateLimit(perMinute: unknown): number | null {
  if (perMinute === undefined || perMinute === null) return null
  if (!Number.isInteger(perMinute) || Number(perMinute) < 1 || Number(perMinute) > PER_MINUTE_MAX)
    throw invalidRequest([
      { field: 'rate_limit', reason: `must be a whole number between 1 and ${PER_MINUTE_MAX} a minute` },
    ])
  return Number(perMinute)
}
