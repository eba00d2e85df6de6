/** A change of a subscription as the host's code gives it, read against what it is. */
import type { RetrySchedule, RetryUnit } from '../../domain/subscription.ts'
import { invalidRequest } from '../../errors.ts'
import { changeProblems } from '../../gateway/subscription.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { readerOf, recordOf } from '../payments/charge-input.ts'
import { bounded, dateOf, numberOf, readRetry, TITLE_MAX, unknownFields } from './read-fields.ts'

export interface UpdateSubscriptionInput {
  /** For people; Midtrans is not told. */
  readonly name?: string
  /** From the next charge on. */
  readonly amount?: number
  /** Another saved card. */
  readonly token?: string
  /** Another linked account. */
  readonly gopayAccountId?: string
  readonly paymentOption?: string
  /** Its unit cannot be changed, nor how often it is charged at most. */
  readonly interval?: number
  /** Moves the rhythm, and revives a subscription that has ended. In the future. */
  readonly nextChargeAt?: Date | string
  readonly retryInterval?: number
  readonly retryIntervalUnit?: RetryUnit
  readonly retryMaxInterval?: number
}

const UPDATE_FIELDS = [
  'name',
  'amount',
  'token',
  'gopayAccountId',
  'paymentOption',
  'interval',
  'nextChargeAt',
  'retryInterval',
  'retryIntervalUnit',
  'retryMaxInterval',
] as const satisfies readonly (keyof UpdateSubscriptionInput)[]

/** What it is to be, whole; what was not given stays. */
export interface CheckedUpdate {
  readonly title: string
  readonly amount: bigint
  /** null: of a linked account a fresh one is asked for. */
  readonly token: string | null
  readonly accountId: string | null
  readonly paymentOption: string | null
  readonly interval: number
  readonly nextChargeAt: Date | null
  readonly retry: RetrySchedule
  /** Only the name for people changes. */
  readonly isOursAlone: boolean
}

export function checkUpdate(given: UpdateSubscriptionInput, row: SubscriptionRow, now: Date): CheckedUpdate {
  const input = recordOf(given)
  const problems = unknownFields(input, UPDATE_FIELDS)
  const read = readerOf(problems)
  const isGiven = (name: string) => input[name] !== undefined && input[name] !== null
  if (!UPDATE_FIELDS.some(isGiven)) problems.push({ field: 'body', reason: 'must change something' })
  const isWallet = row.payment_type === 'gopay'
  if (isWallet && isGiven('token'))
    problems.push({
      field: 'token',
      reason: 'is for credit_card: of a linked account name `gopay_account_id`',
    })
  for (const name of ['gopayAccountId', 'paymentOption'])
    if (!isWallet && isGiven(name))
      problems.push({
        field: name === 'paymentOption' ? 'payment_option' : 'gopay_account_id',
        reason: 'is for gopay',
      })
  const nextChargeAt = dateOf(problems, 'next_charge_at', input.nextChargeAt) ?? null
  if (nextChargeAt !== null && nextChargeAt <= now)
    problems.push({ field: 'next_charge_at', reason: 'must be in the future' })
  const update = {
    title: isGiven('name')
      ? (bounded(problems, 'name', read.text('name', input.name), TITLE_MAX, true) ?? row.title)
      : row.title,
    amount: isGiven('amount') ? (read.amount('amount', input.amount) ?? 1n) : row.amount,
    token: isWallet ? null : isGiven('token') ? (read.text('token', input.token) ?? '') : row.token,
    accountId: isGiven('gopayAccountId')
      ? (bounded(
          problems,
          'gopay_account_id',
          read.text('gopay_account_id', input.gopayAccountId),
          255,
          true,
        ) ?? null)
      : row.pay_account_id,
    paymentOption: isGiven('paymentOption')
      ? (read.text('payment_option', input.paymentOption) ?? null)
      : row.payment_option,
    interval: numberOf(input.interval, row.interval_count),
    nextChargeAt,
    retry: readRetry(problems, input, {
      interval: row.retry_interval ?? 1,
      unit: row.retry_unit ?? 'day',
      max: row.retries_max ?? 3,
    }),
    isOursAlone: UPDATE_FIELDS.every((name) => name === 'name' || !isGiven(name)),
  }
  problems.push(...changeProblems({ ...update, token: update.token ?? 'asked for later' }))
  if (problems.length > 0) throw invalidRequest(problems)
  return update
}
