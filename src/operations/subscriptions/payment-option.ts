/** The token of a linked account's payment option. It changes, so Midtrans is asked for it each time before it is used. */
import { BayarError, invalidRequest } from '../../errors.ts'
import { findPayAccount } from '../../store/pay-accounts.ts'
import type { Context } from '../context.ts'
import { clearAnswer } from '../pay-accounts/clear-answer.ts'

const WALLET = 'GOPAY_WALLET'

export interface OptionAsked {
  readonly merchant: string
  readonly accountId: string
  /** Its name; the wallet unless said otherwise. */
  readonly option: string | null
  readonly userId: string | null
}

export async function freshOptionToken(
  context: Context,
  { merchant, accountId, option, userId }: OptionAsked,
): Promise<string> {
  const known = await findPayAccount(context.database, merchant, accountId)
  // An account that is one user's is never charged for another.
  if (known && known.user_id !== null && userId !== null && known.user_id !== userId)
    throw new BayarError('pay_account_taken')
  const told = clearAnswer(await context.gateway.getPayAccount({ merchant }, accountId), {
    account_id: accountId,
  })
  if (told.status !== 'enabled')
    throw invalidRequest([
      {
        field: 'gopay_account_id',
        reason: `is ${told.status ?? 'not enabled'}: its owner has to agree in the app first`,
      },
    ])
  const usable = told.paymentOptions.filter(({ active }) => active)
  const chosen =
    usable.find(({ name }) => name === (option ?? WALLET)) ?? (option === null ? usable[0] : undefined)
  if (!chosen)
    throw invalidRequest([
      {
        field: option === null ? 'gopay_account_id' : 'payment_option',
        reason: `must be one of those that are active: ${usable.map(({ name }) => name).join(', ') || 'there is none'}`,
      },
    ])
  return chosen.token
}
