/**
 * When periodic work is due: every so many minutes, or by a cron expression in a time zone. Both are functions of the instant alone, so that any number of processes agree on the tick that it is now
 * (its *slot*) without speaking to each other, and a moved clock moves everything.
 */
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Midtrans's customers live there, and so do its days. */
export const DEFAULT_TIME_ZONE = 'Asia/Jakarta'
const EVERY_MAX_SECONDS = 7 * 86_400

export interface Every {
  /** Seconds; whole minutes. */
  readonly every: number
}
export interface AtTimes {
  /** Minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** Asia/Jakarta unless it says so. */
  readonly timeZone?: string
}
export type Schedule = Every | AtTimes

/** What is wrong with a schedule, as it was configured; null when nothing is. */
export function scheduleProblem(given: unknown): { readonly field: string; readonly reason: string } | null {
  const wrong = (field: string, reason: string) => ({ field, reason })
  if (typeof given !== 'object' || given === null)
    return wrong('', "must be { every: seconds }, { cron: '0 9 * * *', timeZone: 'Asia/Jakarta' } or false")
  const schedule = given as Readonly<Record<string, unknown>>
  const isEvery = 'every' in schedule
  const known = isEvery ? ['every'] : ['cron', 'timeZone']
  const unknown = Object.keys(schedule).find((name) => !known.includes(name))
  if (unknown !== undefined) return wrong(`.${unknown}`, `is not known here: there is ${known.join(' and ')}`)
  if (isEvery) {
    const { every } = schedule
    if (!Number.isSafeInteger(every)) return wrong('.every', 'must be a whole number of seconds')
    if ((every as number) < 60 || (every as number) > EVERY_MAX_SECONDS)
      return wrong('.every', `must be 60 (a minute) to ${EVERY_MAX_SECONDS} (a week) seconds`)
    return (every as number) % 60 === 0
      ? null
      : wrong('.every', 'must be whole minutes: a multiple of 60 seconds')
  }
  const { cron, timeZone = DEFAULT_TIME_ZONE } = schedule
  if (typeof cron !== 'string') return wrong('.cron', 'must be text, e.g. "0 9 * * *"')
  if (!isTimeZone(timeZone)) return wrong('.timeZone', 'is not a time zone, e.g. Asia/Jakarta')
  const read = readCron(cron)
  if ('problem' in read) return wrong('.cron', read.problem)
  return slotOf({ cron, timeZone }, FAR_OFF) === null ? wrong('.cron', 'never comes') : null
}

/** After a leap day, and eight years after a time that has one. */
const FAR_OFF = new Date('2032-03-01T00:00:00Z')

/** The latest tick at or before the instant; null when none comes in eight years. */
export function slotOf(schedule: Schedule, at: Date): Date | null {
  if ('every' in schedule) {
    const everyMs = schedule.every * 1000
    return new Date(Math.floor(at.getTime() / everyMs) * everyMs)
  }
  const cron = readCron(schedule.cron)
  if ('problem' in cron) return null
  const zone = schedule.timeZone ?? DEFAULT_TIME_ZONE
  const here = wallTime(at, zone)
  for (let days = 0; days <= DAYS_MAX; days++) {
    const day = new Date(Math.floor(here / DAY_MS) * DAY_MS - days * DAY_MS)
    if (!isDay(cron, day)) continue
    for (const hour of cron.hours.toReversed()) {
      for (const minute of cron.minutes.toReversed()) {
        const instant = instantOf(day.getTime() + (hour * 60 + minute) * MINUTE_MS, zone)
        if (instant !== null && instant <= at.getTime()) return new Date(instant)
      }
    }
  }
  return null
}

/** The first tick after the instant. */
export function nextSlotOf(schedule: Schedule, at: Date): Date | null {
  if ('every' in schedule) return new Date(slotOf(schedule, at)!.getTime() + schedule.every * 1000)
  const cron = readCron(schedule.cron)
  if ('problem' in cron) return null
  const zone = schedule.timeZone ?? DEFAULT_TIME_ZONE
  const here = wallTime(at, zone)
  for (let days = 0; days <= DAYS_MAX; days++) {
    const day = new Date(Math.floor(here / DAY_MS) * DAY_MS + days * DAY_MS)
    if (!isDay(cron, day)) continue
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const instant = instantOf(day.getTime() + (hour * 60 + minute) * MINUTE_MS, zone)
        if (instant !== null && instant > at.getTime()) return new Date(instant)
      }
    }
  }
  return null
}

export function tellSchedule(schedule: Schedule): string {
  if ('cron' in schedule) return `${schedule.cron} (${schedule.timeZone ?? DEFAULT_TIME_ZONE})`
  const minutes = schedule.every / 60
  if (minutes % 1440 === 0) return minutes === 1440 ? 'every day' : `every ${minutes / 1440} days`
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`
}

// ---------------------------------------------------------------- cron

/** 29 February comes every fourth year, and once in a hundred years only after eight. */
const DAYS_MAX = 8 * 366

interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  readonly weekdays: readonly number[]
  /** With both days given, either is enough: so cron has it since 1979. */
  readonly isEither: boolean
}

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly words?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  { name: 'day of the week', least: 0, most: 7, words: WEEKDAYS },
]

export function readCron(text: string): Cron | { readonly problem: string } {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== FIELDS.length)
    return { problem: `must have five fields (minute, hour, day, month, weekday), e.g. "0 9 * * *"` }
  const values: number[][] = []
  for (const [index, field] of FIELDS.entries()) {
    const read = readField(parts[index]!, field)
    if (read === null)
      return { problem: `has a ${field.name} that cannot be read: ${JSON.stringify(parts[index])}` }
    values.push(read)
  }
  const [minutes, hours, days, months, weekdays] = values as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ]
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: [...new Set(weekdays.map((day) => day % 7))],
    isEither: !parts[2]!.startsWith('*') && !parts[4]!.startsWith('*'),
  }
}

/** `*`, `5`, `1-5`, `mon-fri`, any of them with `/step`, and several with commas. */
function readField(text: string, field: Field): number[] | null {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/')
    const [from = '', to, ...more] = range.split('-')
    if (rest.length > 0 || more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return null
    const isAll = range === '*'
    const first = isAll ? field.least : numberOf(from, field)
    const last = isAll
      ? field.most
      : to === undefined
        ? step === undefined
          ? first
          : field.most
        : numberOf(to, field)
    if (first === null || last === null || first > last) return null
    for (let value = first; value <= last; value += Number(step ?? 1)) found.add(value)
  }
  return [...found].sort((left, right) => left - right)
}

function numberOf(text: string, { least, most, words }: Field): number | null {
  const word = words?.indexOf(text.toLowerCase()) ?? -1
  if (word >= 0) return word + least
  if (!/^\d{1,2}$/.test(text)) return null
  const value = Number(text)
  return value >= least && value <= most ? value : null
}

function isDay(cron: Cron, day: Date): boolean {
  if (!cron.months.includes(day.getUTCMonth() + 1)) return false
  const ofMonth = cron.days.includes(day.getUTCDate())
  const ofWeek = cron.weekdays.includes(day.getUTCDay())
  return cron.isEither ? ofMonth || ofWeek : ofMonth && ofWeek
}

// ---------------------------------------------------------------- time zones

const FORMATS = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    FORMATS.set(timeZone, format)
  }
  return format
}

function isTimeZone(given: unknown): given is string {
  if (typeof given !== 'string') return false
  try {
    formatOf(given)
    return true
  } catch {
    return false
  }
}

/** What a clock on the wall there shows, as if it were UTC. */
function wallTime(at: Date, timeZone: string): number {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
}

/** When the clock there shows it. null in the hour that summer time leaves out; in the one that comes twice, the first. */
function instantOf(wall: number, timeZone: string): number | null {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => wallTime(new Date(near), timeZone) - near)
  const instants = offsets.map((offset) => wall - offset).sort((left, right) => left - right)
  return instants.find((instant) => wallTime(new Date(instant), timeZone) === wall) ?? null
}
