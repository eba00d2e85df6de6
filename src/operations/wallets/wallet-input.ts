/** What host code says of a wallet, every mistake in it at once. */
import type { Rupiah } from '../../domain/money.ts'
import { invalidRequest, type Problem } from '../../errors.ts'
import type { Rules } from '../context.ts'
import { readerOf, recordOf } from '../payments/charge-input.ts'

/** Whose wallet: a user of yours, or one of another of your Midtrans accounts. */
export type WalletReference = string | { readonly userId: string; readonly merchant?: string }

export interface WalletName {
  readonly merchant: string
  readonly userId: string
}

export interface AdjustWalletInput {
  /** Whole rupiah: into the wallet when positive, out of it when negative. */
  readonly amount: number
  /** Why; the customer may read it. */
  readonly reason: string
  /** Your own name for it: asked again under it, it is the same adjustment. */
  readonly key?: string
}

export interface FreezeWalletInput {
  readonly reason: string
}

const USER_MAX = 255
const REASON_MAX = 500
const KEY_MAX = 200
/** Far beyond any wallet, and far below what JSON carries exactly. */
const ADJUSTMENT_MAX = 1_000_000_000_000

export function walletName(reference: WalletReference, rules: Rules): WalletName {
  const problems: Problem[] = []
  const { userId, merchant = rules.merchants[0]?.name ?? 'default' } =
    typeof reference === 'string' ? { userId: reference } : recordOf(reference)
  const read = readerOf(problems)
  const user = read.text('user_id', userId)
  if (user === undefined || user === '' || user.length > USER_MAX)
    read.wrong('user_id', `must be text of 1 to ${USER_MAX} characters`)
  if (!rules.merchants.some(({ name }) => name === merchant)) read.wrong('merchant', 'is not configured')
  if (problems.length > 0) throw invalidRequest(problems)
  return { merchant: merchant as string, userId: user! }
}

export interface CheckedAdjustment {
  readonly amount: Rupiah
  readonly reason: string
  readonly key: string | null
}

export function checkAdjustment(given: AdjustWalletInput): CheckedAdjustment {
  const input = recordOf(given)
  const problems: Problem[] = []
  const read = readerOf(problems)
  onlyFields(input, ['amount', 'reason', 'key'], problems)
  const { amount } = input
  const isAmount =
    Number.isSafeInteger(amount) && amount !== 0 && Math.abs(amount as number) <= ADJUSTMENT_MAX
  if (!isAmount)
    read.wrong('amount', `must be whole rupiah, not 0, and at most ${ADJUSTMENT_MAX} in either direction`)
  const reason = readReason(input, read)
  const key = read.text('key', input.key) ?? null
  if (key !== null && (key === '' || key.length > KEY_MAX))
    read.wrong('key', `must be 1 to ${KEY_MAX} characters`)
  if (problems.length > 0) throw invalidRequest(problems)
  return { amount: BigInt(amount as number), reason, key }
}

export function checkFreeze(given: FreezeWalletInput): string {
  const input = recordOf(given)
  const problems: Problem[] = []
  onlyFields(input, ['reason'], problems)
  const reason = readReason(input, readerOf(problems))
  if (problems.length > 0) throw invalidRequest(problems)
  return reason
}

function readReason(input: Readonly<Record<string, unknown>>, read: ReturnType<typeof readerOf>): string {
  const reason = read.text('reason', input.reason) ?? ''
  if (reason.trim() === '' || reason.length > REASON_MAX)
    read.wrong('reason', `must be text of 1 to ${REASON_MAX} characters`)
  return reason
}

function onlyFields(
  input: Readonly<Record<string, unknown>>,
  known: readonly string[],
  problems: Problem[],
): void {
  for (const [field, value] of Object.entries(input))
    if (value !== undefined && !known.includes(field))
      problems.push({ field, reason: `is not a field; there are ${known.join(', ')}` })
}
