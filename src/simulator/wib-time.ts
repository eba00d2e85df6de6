/**
 * Times as Midtrans writes them (docs/midtrans/lifecycle.md §7): naive, and always WIB, +07:00. The product has a reader of its own for
 * these; this is a second hand on purpose, so that one misunderstanding cannot live on both sides.
 */
const WIB_MS = 7 * 60 * 60 * 1000

export function toWib(ms: number): string {
  return new Date(ms + WIB_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** "250816101500123": what Midtrans adds to an order id where one account takes many payments. */
export function toWibDigits(ms: number): string {
  return new Date(ms + WIB_MS)
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(2)
}

/** The next day in Jakarta, at that time of day ("16:00:00"). */
export function nextJakartaDay(ms: number, timeOfDay: string): number {
  return Date.parse(`${toWib(ms + 86_400_000).slice(0, 10)}T${timeOfDay}+07:00`)
}

/** Minutes since midnight in Jakarta. */
export function jakartaMinute(ms: number): number {
  return Math.floor((ms + WIB_MS) / 60_000) % 1440
}

const ORDER_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/

/** `custom_expiry.order_time`, "2025-08-14 09:00:00 +0700"; undefined when it is not one. */
export function readOrderTime(text: string): number | undefined {
  const match = ORDER_TIME.exec(text)
  if (!match) return undefined
  const ms = Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`)
  return Number.isNaN(ms) ? undefined : ms
}
