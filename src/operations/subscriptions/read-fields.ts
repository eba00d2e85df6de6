/** Reads one field of a subscription as what it must be; what it is not becomes a problem. */
import { nearest } from '../../domain/nearest.ts'
import { RETRY_UNITS, type RetrySchedule } from '../../domain/subscription.ts'
import { BayarError, type Problem } from '../../errors.ts'
import type { Rules } from '../context.ts'
import type { Fields } from '../payments/charge-input.ts'

/** What people call a thing, and what they call a request. */
export const TITLE_MAX = 255

export function readRetry(problems: Problem[], input: Fields, otherwise: RetrySchedule): RetrySchedule {
  return {
    interval: numberOf(input.retryInterval, otherwise.interval),
    unit:
      oneOf(problems, 'retry_interval_unit', input.retryIntervalUnit ?? otherwise.unit, RETRY_UNITS) ??
      otherwise.unit,
    max: numberOf(input.retryMaxInterval, otherwise.max),
  }
}

export function unknownFields(input: Fields, known: readonly string[]): Problem[] {
  return Object.keys(input)
    .filter((name) => input[name] !== undefined && !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known)
      return {
        field: name,
        reason: meant
          ? `is not a field of it: did you mean ${meant}?`
          : `is not a field of it; there are ${known.join(', ')}`,
      }
    })
}

export function merchantOf(input: Fields, rules: Rules, problems: Problem[]): string {
  const merchant = input.merchant ?? rules.merchants[0]?.name ?? 'default'
  const account = rules.merchants.find((one) => one.name === merchant)
  if (!account) problems.push({ field: 'merchant', reason: 'is not configured' })
  else if (account.serverKeys.length === 0)
    throw new BayarError(
      'keys_missing',
      `The account ${account.name} has none: name another one in \`merchant\`.`,
    )
  return merchant as string
}

export function bounded(
  problems: Problem[],
  field: string,
  text: string | undefined,
  max: number,
  isRequired = false,
): string | null {
  if (text === undefined) {
    if (isRequired && !problems.some((one) => one.field === field))
      problems.push({ field, reason: 'is missing' })
    return null
  }
  if (text.trim() === '' || text.length > max)
    problems.push({ field, reason: `takes 1 to ${max} characters` })
  return text
}

export function oneOf<Word extends string>(
  problems: Problem[],
  field: string,
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  const word = words.find((one) => one === value)
  if (word === undefined) problems.push({ field, reason: `must be one of ${words.join(', ')}` })
  return word
}

export function numberOf(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise
  return typeof value === 'number' ? value : Number.NaN
}

export function dateOf(problems: Problem[], field: string, value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined
  const isZoned = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(value)
  const date = value instanceof Date ? value : isZoned ? new Date(value as string) : new Date(Number.NaN)
  const year = date.getUTCFullYear()
  // Midtrans writes four digits of a year.
  if (!Number.isNaN(date.getTime()) && year >= 2000 && year <= 9998) return date
  problems.push({ field, reason: 'must be a time with its offset, e.g. 2027-01-01T00:00:00+07:00' })
  return undefined
}
