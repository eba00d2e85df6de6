/**
 * Midtrans writes times as "2025-08-14 09:12:40", without a zone, and means Jakarta: +07:00, always (Indonesia has no summer
 * time). Reading them in the server's own zone puts a settlement on the wrong accounting day (defect D19).
 */
const OFFSET_MS = 7 * 3_600_000
const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?$/

export function parseJakartaTime(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined
  const match = WRITTEN.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const wall = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!)
  // Date.UTC turns 31 February into 3 March; an impossible date is no date.
  if (
    Number.isNaN(wall) ||
    new Date(wall).getUTCDate() !== +day! ||
    +month! > 12 ||
    +hour! > 23 ||
    +minute! > 59 ||
    +second! > 59
  )
    return undefined
  const milliseconds = fraction ? Math.floor(Number(`0${fraction}`) * 1000) : 0
  return new Date(wall + milliseconds - zoneOffsetMs(zone))
}

/** An ISO 8601 text that was checked: a date alone is its beginning in Jakarta, so that a day of the books is the same day however it is asked for. */
export function instantOf(text: string): Date {
  return (text.length === 10 && parseJakartaTime(`${text} 00:00:00`)) || new Date(text)
}

/** The same instant as a Jakarta wall clock shows it, as Midtrans writes it. */
export function formatJakartaTime(instant: Date): string {
  return new Date(instant.getTime() + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

function zoneOffsetMs(zone: string | undefined): number {
  if (!zone) return OFFSET_MS
  if (zone === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 3_600_000 + Number(zone.slice(-2)) * 60_000)
}

/** The day on a Jakarta calendar, e.g. 2026-03-09. */
export function jakartaDay(instant: Date): string {
  return formatJakartaTime(instant).slice(0, 10)
}

/** A day ends at 24:00 in Jakarta, also for a server in another zone (defect D44). Undefined when there is no such day. */
export function endOfJakartaDay(day: unknown): Date | undefined {
  const start = typeof day === 'string' && day.length === 10 ? parseJakartaTime(`${day} 00:00:00`) : undefined
  return start && new Date(start.getTime() + 24 * 3_600_000)
}
