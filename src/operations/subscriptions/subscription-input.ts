/** A subscription as the host's code gives it, read into what Midtrans is asked; every mistake in it at once, before anything is written. */
import { createHash } from 'node:crypto'
import type { CustomerDetails } from '../../domain/payment.ts'
import {
  addInterval,
  INTERVAL_UNITS,
  type IntervalUnit,
  type RetryUnit,
  SUBSCRIPTION_TYPES,
  type SubscriptionAsked,
} from '../../domain/subscription.ts'
import { BayarError, invalidRequest } from '../../errors.ts'
import { subscriptionProblems } from '../../gateway/subscription.ts'
import type { Rules } from '../context.ts'
import { readCustomer, readerOf, readMetadata, recordOf } from '../payments/charge-input.ts'
import { asText } from '../payments/charge-request.ts'
import {
  bounded,
  dateOf,
  merchantOf,
  numberOf,
  oneOf,
  readRetry,
  TITLE_MAX,
  unknownFields,
} from './read-fields.ts'

export type CreateSubscriptionInput = SubscriptionTerms & ChargedTo

/** What is charged: named for each kind, so that a card without its token does not pass the type check. */
export type ChargedTo =
  | {
      readonly paymentType: 'credit_card'
      /** A saved card, from `payment.card.savedTokenId`. */
      readonly token: string
      readonly gopayAccountId?: never
      readonly paymentOption?: never
    }
  | {
      readonly paymentType: 'gopay'
      /** A linked account, from `bayar.payAccounts`. */
      readonly gopayAccountId: string
      /** Which payment option of the account; its wallet unless said. */
      readonly paymentOption?: string
      readonly token?: never
    }

export interface SubscriptionTerms {
  /** For people, e.g. on an invoice. Midtrans is told a name of our own. */
  readonly name: string
  /** Whole rupiah, each time. */
  readonly amount: number
  /** 1 unless said. */
  readonly interval?: number
  /** month unless said. */
  readonly intervalUnit?: IntervalUnit
  /** How often it is charged; left out, without end. */
  readonly maxInterval?: number
  /** The first charge, in the future; one interval from now unless said. */
  readonly startTime?: Date | string
  /** How long after a failed charge Midtrans tries again: 1 day, 3 times at most, unless said. */
  readonly retryInterval?: number
  readonly retryIntervalUnit?: RetryUnit
  readonly retryMaxInterval?: number
  readonly customer?: CustomerDetails
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Whose it is among your users. */
  readonly userId?: string
  /** Your own name for this request, unique: asked again under it, it is the same subscription. */
  readonly reference?: string
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
}

export interface CheckedSubscription {
  readonly merchant: string
  readonly title: string
  readonly reference: string | null
  readonly userId: string | null
  readonly paymentOption: string | null
  /** Complete but for the token of a linked account, which is asked for right before it is sent. */
  readonly asked: SubscriptionAsked
  readonly digest: Buffer
}

const CREATE_FIELDS = [
  'name',
  'amount',
  'paymentType',
  'token',
  'gopayAccountId',
  'paymentOption',
  'interval',
  'intervalUnit',
  'maxInterval',
  'startTime',
  'retryInterval',
  'retryIntervalUnit',
  'retryMaxInterval',
  'customer',
  'metadata',
  'userId',
  'reference',
  'merchant',
] as const satisfies readonly (keyof CreateSubscriptionInput)[]

const USER_ID_MAX = 255

export function checkSubscription(
  given: CreateSubscriptionInput,
  rules: Rules,
  { name, now }: { readonly name: string; readonly now: Date },
): CheckedSubscription {
  const input = recordOf(given)
  const problems = unknownFields(input, CREATE_FIELDS)
  const read = readerOf(problems)
  const merchant = merchantOf(input, rules, problems)
  const title = bounded(problems, 'name', read.text('name', input.name), TITLE_MAX, true)
  const reference = bounded(problems, 'reference', read.text('reference', input.reference), TITLE_MAX)
  const userId = bounded(problems, 'user_id', read.text('user_id', input.userId), USER_ID_MAX)

  const paymentType = oneOf(problems, 'payment_type', input.paymentType, SUBSCRIPTION_TYPES)
  if (paymentType !== undefined && rules.enabledMethods?.includes(paymentType) === false)
    throw new BayarError(
      'method_not_enabled',
      `${paymentType} is not among enabledMethods (MIDTRANS_ENABLED_PAYMENTS): ${rules.enabledMethods.join(', ')}.`,
    )
  const isWallet = paymentType === 'gopay'
  const refuse = (field: string, value: unknown, reason: string) => {
    if (value !== undefined && value !== null) problems.push({ field, reason })
  }
  if (isWallet)
    refuse('token', input.token, 'is for credit_card: of a linked account name `gopay_account_id`')
  if (paymentType === 'credit_card') {
    refuse('gopay_account_id', input.gopayAccountId, 'is for gopay')
    refuse('payment_option', input.paymentOption, 'is for gopay')
  }
  const token = isWallet ? 'asked for later' : read.text('token', input.token)
  if (!token) problems.push({ field: 'token', reason: 'is missing: a saved card is charged by its token' })
  const accountId = isWallet
    ? bounded(problems, 'gopay_account_id', read.text('gopay_account_id', input.gopayAccountId), 255, true)
    : null

  const intervalUnit =
    oneOf(problems, 'interval_unit', input.intervalUnit ?? 'month', INTERVAL_UNITS) ?? 'month'
  const interval = numberOf(input.interval, 1)
  const startTime =
    dateOf(problems, 'start_time', input.startTime) ??
    addInterval(now, Number.isSafeInteger(interval) ? Math.min(Math.max(interval, 1), 1000) : 1, intervalUnit)
  const asked: SubscriptionAsked = {
    name,
    amount: read.amount('amount', input.amount) ?? 1n,
    paymentType: paymentType ?? 'credit_card',
    token: token || 'missing',
    accountId,
    interval,
    intervalUnit,
    maxInterval:
      input.maxInterval === undefined || input.maxInterval === null ? null : numberOf(input.maxInterval, 0),
    startTime,
    retry: readRetry(problems, input, { interval: 1, unit: 'day', max: 3 }),
    customer: readCustomer(read, input.customer),
    metadata: readMetadata(problems, input.metadata),
  }
  problems.push(...subscriptionProblems(asked, now))
  if (problems.length > 0) throw invalidRequest(problems)
  return {
    merchant,
    title: title!,
    reference,
    userId,
    paymentOption: read.text('payment_option', input.paymentOption) ?? null,
    asked,
    digest: digestOf(asked, {
      userId,
      title: title!,
      isDated: input.startTime !== undefined && input.startTime !== null,
    }),
  }
}

/** The same request, whatever name it was given and whatever token the account had at that moment. */
function digestOf(
  { name: _, token, startTime, ...same }: SubscriptionAsked,
  { isDated, ...about }: { userId: string | null; title: string; isDated: boolean },
): Buffer {
  const whole = {
    ...same,
    ...about,
    ...(same.paymentType === 'credit_card' && { token }),
    ...(isDated && { startTime: startTime.toISOString() }),
  }
  return createHash('sha256')
    .update(JSON.stringify(asText(whole)))
    .digest()
}
