/**
 * Begins to link a customer's GoPay account. Midtrans is asked first and the row is written after: no money moves, and whoever asks again is answered the same account.
 *
 * Midtrans answers a phone that is linked already with that account, ready to be charged, and does not ask its owner again. So an account that is one user's is never given to another, and
 * the phone must be one that your user has proved to be theirs.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { nextCheckSeconds } from '../../domain/pay-account.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { address } from '../../gateway/charge-fields.ts'
import { putPayAccount } from '../../store/pay-accounts.ts'
import type { Context } from '../context.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { clearAnswer } from './clear-answer.ts'
import { type CreatedPayAccount, toFresh } from './pay-account-view.ts'

export interface CreatePayAccountInput {
  /** With or without the leading 0: 081234567890. */
  readonly phoneNumber: string
  /** 62 unless given. */
  readonly countryCode?: string
  /** Where the customer comes back to, a page or a deep link. */
  readonly redirectUrl?: string
  /** Whose account it is among your users. */
  readonly userId?: string
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
}

export async function createPayAccount(
  context: Context,
  given: CreatePayAccountInput,
): Promise<CreatedPayAccount> {
  const { merchant, userId, asked } = checkInput(context, given)
  refuseInsideTransaction()
  const answer = await context.gateway.createPayAccount({ merchant }, asked)
  const told = clearAnswer(answer, {})
  const at = context.clock.now()
  const status = told.status ?? 'pending'
  const row = await putPayAccount(context.database, {
    id: uuidv7(),
    merchant,
    accountId: told.accountId,
    paymentType: 'gopay',
    status,
    userId,
    at,
    nextCheckAt: status === 'pending' ? secondsAfter(at, nextCheckSeconds(0)!) : null,
  })
  if (!row) throw new BayarError('pay_account_taken')
  const { activationUrl, activationDeeplink } = told
  return { ...toFresh(row, told), activationUrl, activationDeeplink }
}

function checkInput(context: Context, given: CreatePayAccountInput) {
  const input = (typeof given === 'object' && given !== null ? given : {}) as unknown as Readonly<
    Record<string, unknown>
  >
  const problems: Problem[] = []
  const check = (fine: boolean, field: string, reason: string) => {
    if (!fine) problems.push({ field, reason })
  }
  for (const name of Object.keys(input))
    check(FIELDS.includes(name), name, `is not a field of it; there are ${FIELDS.join(', ')}`)
  const phoneNumber = typeof input.phoneNumber === 'string' ? input.phoneNumber.replace(/^0/, '') : ''
  check(/^[1-9]\d{5,14}$/.test(phoneNumber), 'phone_number', 'takes digits, without the country code')
  const countryCode = input.countryCode ?? '62'
  check(
    typeof countryCode === 'string' && /^\d{1,4}$/.test(countryCode),
    'country_code',
    'takes digits, e.g. 62',
  )
  const redirectUrl = input.redirectUrl ?? null
  const why = redirectUrl === null ? null : address(redirectUrl)
  check(why === null, 'redirect_url', why ?? '')
  const userId = input.userId ?? null
  check(
    userId === null ||
      (typeof userId === 'string' && /^[^\u0000]{1,255}$/.test(userId) && userId.isWellFormed()),
    'user_id',
    'takes 1 to 255 characters',
  )
  const { merchants } = context.rules
  const merchant = input.merchant ?? merchants[0]?.name ?? 'default'
  check(
    merchants.some(({ name, serverKeys }) => name === merchant && serverKeys.length > 0),
    'merchant',
    'is not configured',
  )
  if (problems.length > 0) throw invalidRequest(problems)
  return {
    merchant: merchant as string,
    userId: userId as string | null,
    asked: {
      phoneNumber,
      countryCode: countryCode as string,
      redirectUrl: redirectUrl as string | null,
    },
  }
}

const FIELDS: readonly string[] = [
  'phoneNumber',
  'countryCode',
  'redirectUrl',
  'userId',
  'merchant',
] satisfies readonly (keyof CreatePayAccountInput)[]
