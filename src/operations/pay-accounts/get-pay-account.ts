/** Asks Midtrans how an account stands, and writes down what it says. */
import { secondsAfter } from '../../domain/clock.ts'
import { nextCheckSeconds } from '../../domain/pay-account.ts'
import { BayarError } from '../../errors.ts'
import type { PayAccountTold } from '../../gateway/pay-account.ts'
import {
  closePayAccountNotices,
  findPayAccount,
  type PayAccountRow,
  updatePayAccount,
} from '../../store/pay-accounts.ts'
import type { Context } from '../context.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { clearAnswer } from './clear-answer.ts'
import { type FreshPayAccount, type PayAccountName, toFresh } from './pay-account-view.ts'

export async function getPayAccount(context: Context, name: PayAccountName): Promise<FreshPayAccount> {
  const row = await mustFind(context, name)
  const { now, told } = await readAgain(context, row)
  return toFresh(now, told)
}

export async function mustFind(
  context: Context,
  { merchant, accountId }: PayAccountName,
): Promise<PayAccountRow> {
  const row = await findPayAccount(context.database, merchant, accountId)
  if (!row) throw new BayarError('pay_account_not_found')
  return row
}

export async function readAgain(
  context: Context,
  row: PayAccountRow,
): Promise<{ now: PayAccountRow; told: PayAccountTold }> {
  refuseInsideTransaction()
  const { database, clock } = context
  // What is told is true of the moment of asking: notices that come meanwhile are asked about once more.
  const at = clock.now()
  const answer = await context.gateway.getPayAccount({ merchant: row.merchant }, row.account_id)
  const told: PayAccountTold =
    // Midtrans knows it no more: it cannot be charged.
    answer.class === 'absent'
      ? {
          accountId: row.account_id,
          status: 'disabled',
          paymentOptions: [],
          activationUrl: null,
          activationDeeplink: null,
        }
      : clearAnswer(answer, { account_id: row.account_id })
  const status = told.status ?? row.status
  const again = status === 'pending' ? nextCheckSeconds(row.checks) : null
  const now = await updatePayAccount(database, row.id, {
    status,
    at,
    nextCheckAt: again === null ? null : secondsAfter(at, again),
  })
  await closePayAccountNotices(database, row.account_id, at)
  return {
    now: now ?? (await mustFind(context, { merchant: row.merchant, accountId: row.account_id })),
    told,
  }
}
