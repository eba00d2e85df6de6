/** Ends the link. An unclear answer is looked up: the account as Midtrans has it then is the outcome. */
import type { Context } from '../context.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { mustFind, readAgain } from './get-pay-account.ts'
import { type PayAccount, type PayAccountName, toPayAccount } from './pay-account-view.ts'

export async function unbindPayAccount(context: Context, name: PayAccountName): Promise<PayAccount> {
  refuseInsideTransaction()
  const row = await mustFind(context, name)
  const answer = await context.gateway.unbindPayAccount({ merchant: row.merchant }, row.account_id)
  if (answer.class === 'rejected' && answer.code !== '404')
    throw refusedBecause(answer, { account_id: row.account_id })
  // 204 says that it is done, 412 that it was not linked any more: either way, how it stands is asked.
  const { now } = await readAgain(context, row)
  if (now.status === 'enabled') throw refusedBecause(answer, { account_id: row.account_id })
  return toPayAccount(now)
}
